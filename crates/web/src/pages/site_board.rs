//! The notice board of a site (维权信息告示牌): as a page that prints on one sheet, and for whoever scans its code.
use super::site::{law, place, said, sheet};
use super::{Page as Sheet, page, public_page, say};
use crate::gate::Signed;
use crate::http::read::At;
use crate::look::*;
use crate::papers;
use crate::state::Web;
use crate::view::View;
use crate::words::Words;
use crate::{Fault, Shown};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use kernel::id::ProjectId;
use maud::{Markup, html};
use worksite::Board;

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    headers: HeaderMap,
    At(id): At<ProjectId>,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (p, board) = web.read(move |tx| Ok((place(tx, &actor, id)?, worksite::board(tx, &actor, id)?))).await?;
    let link = papers::board_link(&web, &headers, &board.code);
    let w = who.words();
    let main = html! {
        div.board {
        (law(&who, &p))
        (told(w, &board))
        section.paper-code {
            h2 { (who.t("site-board-scan")) }
            (qr(&who.t("site-board-qr"), &link))
            div {
                p.paper-code-text { (board.code) }
                p { a href={ "/board/" (board.code) } { (link) } }
                p { (who.t("site-board-scan-lead")) }
            }
        }
        }
        (actions(print_button(w)))
    };
    Ok(page(&who, sheet(&who, &p, who.t("site-board").into_owned()).lead(board.name.clone()), main))
}

/// What hangs at the gate, for everybody; below it the way to one's own slip and to a complaint.
pub async fn public(State(web): State<Web>, view: View, Path(code): Path<String>) -> Result<Shown, Fault> {
    let complain = format!("/complaint?board={code}");
    let found = web.read(move |tx| {
        let board = worksite::board_by_code(tx, &code)?;
        let ends = worksite::end::notice_of(tx, board.project)?;
        Ok((board, ends))
    });
    let (board, ends) = found.await?;
    let w = view.words;
    let tone = if board.profile.protected() { Tone::Info } else { Tone::Warn };
    let main = html! {
        @if let Some(n) = &ends {
            (notice(Tone::Warn, &w.t_with("site-notice-ends", &[("name", n.name.as_str().into())]), html! {
                p { (n.text) }
                p { (w.t_with("site-notice-until", &[("day", w.date(n.until).into())])) }
                p { a href=(complain) { (view.t("site-notice-say")) } }
            }))
        }
        (tiles(&[
            Tile { icon: Icon::Bill, label: view.t("site-board-slip"), hint: Some(view.t("site-board-slip-hint")), href: "/slips".into() },
            Tile { icon: Icon::Warn, label: view.t("complaint"), hint: Some(view.t("complaint-lead")), href: complain.as_str().into() },
            Tile { icon: Icon::Phone, label: view.t("site-board-help"), hint: Some(view.t("site-board-help-hint")), href: "/help".into() },
        ]))
        div.board {
            (told(w, &board))
            (notice(tone, &say::told(w, "profile", board.profile.code()), html! { p { (said(w, &board.notice.zh, &board.notice.en)) } }))
        }
    };
    Ok(public_page(&view, Sheet::new(view.t("site-board")).lead(board.name.clone()), main))
}

/// A name and a number to call.
fn call(name: &str, phone: &str) -> Markup {
    html! { (name) br; a href={ "tel:" (phone) } { (phone) } }
}

fn told(w: Words, b: &Board) -> Markup {
    let c = &b.contacts;
    let firm = |name: &str, who: &str, phone: &str| html! { (name) br; (call(who, phone)) };
    let pay = w.t_with("pay-day-agreed", &[("day", i64::from(b.pay_day).into())]);
    let rows = [
        Row::new(w.t("project-name"), html! { (b.name) br; (b.address) }),
        Row::new(w.t("site-owner"), firm(&b.owner_name, &c.owner_name, &c.owner_phone)),
        Row::new(w.t("project-contractor"), firm(&b.contractor_name, &c.contractor_name, &c.contractor_phone)),
        Row::new(w.t("site-officer"), call(&c.officer_name, &c.officer_phone)),
        Row::new(
            w.t("site-pay-day"),
            html! { (pay) br; span.hint { (w.t("next-pay-day")) ": " (w.date(b.next_pay_day)) } },
        ),
        Row::new(w.t("site-minimum-month"), amount(w, b.minimum.month)),
        Row::new(w.t("site-minimum-hour"), amount(w, b.minimum.hour)),
        Row::new(
            w.t("site-hotline"),
            html! { (said(w, &b.bureau.zh, &b.bureau.en)) br; a href={ "tel:" (b.hotline) } { (b.hotline) } },
        ),
        Row::new(w.t("site-legal-aid"), html! { a href={ "tel:" (b.legal_aid) } { (b.legal_aid) } }),
        Row::new(w.t("site-authority"), html! { (b.authority) }),
        Row::new(w.t("site-bank"), html! { (said(w, &b.bank.zh, &b.bank.en)) }),
    ];
    summary_list(w, &rows)
}
