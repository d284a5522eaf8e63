//! Receipts and statements as documents: made for a line, a wage or some days, shown with their code, and given out as PDF. Where the
//! machine has no Chinese font the page itself is printed.
use super::{Page as Sheet, page};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::papers;
use crate::state::Web;
use crate::{Fault, Shown};
use app::receipts::{After, Issued};
use app::statement::Statement;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use documents::{Facts, Kind};
use kernel::id::{AccountId, DocumentId, PayLineId, TransferId};
use kernel::{Error, Result};
use maud::{Markup, html};
use serde::Deserialize;

/// A form that says nothing but that it was sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Only {
    #[serde(rename = "csrf")]
    _csrf: String,
}

/// An account and one of its lines, from the path.
pub fn place(path: &(String, String)) -> Result<(AccountId, TransferId)> {
    let none = |_| Error::not_found("statement line", &path.1);
    Ok((path.0.parse().map_err(none)?, path.1.parse().map_err(none)?))
}

fn to(issued: &Issued) -> Response {
    see_other(&format!("/receipts/{}", issued.document.id))
}

pub async fn of_line(
    State(web): State<Web>,
    who: Signed,
    headers: HeaderMap,
    Path(path): Path<(String, String)>,
    Checked(_): Checked<Only>,
) -> std::result::Result<Response, Fault> {
    let (actor, (account, line)) = (who.actor.clone(), place(&path)?);
    let issued = web.write(move |tx| app::receipts::issue(tx, &actor, account, line)).await?;
    Ok(match who.view.at_kiosk() {
        Ok(_) => to_take_along(&web, &who, &headers, &issued).into_response(),
        Err(_) => to(&issued),
    })
}

/// The receipt at a machine, which has no printer: a code that a phone scans, and the same in letters. What it opens is the page that
/// proves it, with both sides masked, so whoever stands behind learns nothing that is not there for everybody.
fn to_take_along(web: &Web, who: &Signed, headers: &HeaderMap, issued: &Issued) -> Shown {
    let link = papers::check_link(web, headers, &issued.code);
    let main = html! {
        p.kiosk-large { (who.t("kiosk-receipt-scan")) }
        section.paper-code { (qr(&who.t("paper-qr"), &link)) div { p.paper-code-text { (issued.code) } p { (who.t("kiosk-receipt-typed")) } } }
        (actions(html! {
            (link_button(Button::Primary, &who.t("kiosk-home"), "/home"))
            (link_button(Button::Secondary, &who.t("kiosk-leave"), "/kiosk/end?why=left"))
        }))
    };
    page(who, Sheet::new(who.t("kiosk-receipt")), main)
}

pub async fn of_wage(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PayLineId>,
    Checked(_): Checked<Only>,
) -> std::result::Result<Response, Fault> {
    let actor = who.actor.clone();
    Ok(to(&web.write(move |tx| app::receipts::issue_wage(tx, &actor, id)).await?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ShowAsk {
    /// `none`: a PDF was asked for and there is no font.
    paper: String,
}

/// The document, what became of its movement since, and the lines of a statement.
type Seen = (Issued, After, Option<Statement>);

async fn load(web: &Web, who: &Signed, id: DocumentId) -> Result<Seen> {
    let (actor, staff) = (who.actor.clone(), who.is_staff());
    let look = move |tx: &mut store::Tx<'_>| {
        let issued = app::receipts::seen(tx, &actor, id)?;
        let after = match &issued.document.facts.0 {
            Facts::Movement(m) => app::receipts::became_of(tx, m.transfer)?,
            Facts::Covered(_) => After::Stands,
        };
        let lines = app::receipts::lines_of(tx, &actor, &issued.document)?;
        Ok((issued, after, lines))
    };
    if staff { web.write(look).await } else { web.read(look).await }
}

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    headers: HeaderMap,
    At(id): At<DocumentId>,
    Query(ask): Query<ShowAsk>,
) -> std::result::Result<Shown, Fault> {
    let (issued, after, lines) = load(&web, &who, id).await?;
    let (w, d) = (who.words(), &issued.document);
    let link = papers::check_link(&web, &headers, &issued.code);
    let facts = papers::rows(w, who.view.bank(), &d.facts.0);
    let rows: Vec<Row<'_>> = facts.into_iter().map(|(key, value)| Row::new(key, html! { (value) })).collect();
    let main = html! {
        @if ask.paper == "none" { (notice(Tone::Warn, &who.t("paper-no-font"), html! { p { (who.t("paper-no-font-next")) } })) }
        (became(&who, after))
        (summary_list(w, &rows))
        (checked(&who, &issued, &link))
        (form(&who.view, &format!("/receipts/{id}/copies"), actions(html! {
            (button(Button::Primary, &who.t("paper-take"), None))
            (print_button(w))
        })))
        @if let Some(seen) = &lines { h2 { (who.t("statement")) } (super::statement::lines_table(&who, seen)) }
    };
    let shown = Sheet::new(papers::title(w, &d.facts.0)).lead(who.t("paper-lead"));
    Ok(page(&who, back(&who, shown, &issued), main))
}

fn back<'a>(who: &Signed, shown: Sheet<'a>, issued: &Issued) -> Sheet<'a> {
    let account = issued.document.account;
    match (issued.document.kind, who.is_staff()) {
        (Kind::Wage, false) => shown.crumb(who.t("slips"), "/slips"),
        (Kind::Wage, true) => shown.crumb(who.t("customers"), "/customers"),
        (_, _) => shown.crumb(who.t("statement"), format!("/accounts/{account}/statement")),
    }
}

/// The code, where it is checked, and how often the document left the bank.
fn checked(who: &Signed, issued: &Issued, link: &str) -> Markup {
    let w = who.words();
    let d = &issued.document;
    let issued_at = w.t_with("paper-copy", &[("n", i64::from(d.prints).into()), ("at", w.moment(d.issued_at).into())]);
    html! {
        section.paper-code {
            h2 { (who.t("paper-code-title")) }
            (qr(&who.t("paper-qr"), link))
            div {
                p.paper-code-text { (issued.code) }
                p { (who.t("paper-check")) " " a href={ "/verify?code=" (issued.code.plain()) } { (who.t("paper-check-page")) } }
                p.hint { (issued_at) }
            }
        }
    }
}

pub(super) fn became(who: &Signed, after: After) -> Markup {
    became_told(who.words(), after)
}

/// Money that went back since.
pub fn became_told(w: crate::words::Words, after: After) -> Markup {
    let (key, at) = match after {
        After::Stands => return html! {},
        After::Reversed(at) => ("paper-reversed", at),
        After::Returned(at) => ("paper-returned", at),
    };
    notice(Tone::Warn, &w.t_with(key, &[("at", w.moment(at).into())]), html! { p { (w.t("paper-went-back")) } })
}

/// A copy as PDF. Without a font the reader is led back to the page, which prints the same.
pub async fn copy(
    State(web): State<Web>,
    who: Signed,
    headers: HeaderMap,
    At(id): At<DocumentId>,
    Checked(_): Checked<Only>,
) -> std::result::Result<Response, Fault> {
    match drawn(&web, &who.actor, who.words(), &headers, id).await {
        Err(why) if why.is(&documents::NO_CHINESE_FONT) => Ok(see_other(&format!("/receipts/{id}?paper=none"))),
        made => {
            let (name, bytes) = made?;
            Ok(download(&name, "application/pdf", bytes))
        }
    }
}

/// A counted copy of a document: its file name and its bytes.
pub async fn drawn(
    web: &Web,
    actor: &kernel::Actor,
    w: crate::words::Words,
    headers: &HeaderMap,
    id: DocumentId,
) -> Result<(String, Vec<u8>)> {
    let fonts = web.fonts().clone();
    let none = || Error::new(&documents::NO_CHINESE_FONT, "no Chinese font is installed on the bank's server");
    let font = web.run(move |_| fonts.chinese().ok_or_else(none)).await?;
    let actor = actor.clone();
    let (issued, lines) = web
        .write(move |tx| {
            let issued = app::receipts::print(tx, &actor, id)?;
            let lines = app::receipts::lines_of(tx, &actor, &issued.document)?;
            Ok((issued, lines))
        })
        .await?;
    let link = papers::check_link(web, headers, &issued.code);
    let bank = web.site().bank(w.lang).to_owned();
    let name = format!("{}-{}.pdf", papers::title(w, &issued.document.facts.0), issued.code);
    let bytes =
        web.run(move |_| documents::pdf(&papers::paper(w, &bank, &issued, &link, lines.as_ref()), &font)).await?;
    Ok((name, bytes))
}
