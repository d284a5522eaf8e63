//! A passbook caught up at a machine (补登): which account, which book lies there, the lines that come next, printed.
use super::kiosk_cash::{Buttons, account_name, accounts, sorry};
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use deposits::Printed;
use kernel::Result;
use kernel::id::AccountId;
use ledger::View;
use maud::{Markup, html};
use serde::Deserialize;

/// Lines shown on one page of the screen; all of them are printed.
const LINES_SHOWN_MAX: usize = 24;

/// Those of one's accounts that have a passbook in use, with what is to be caught up.
async fn books(web: &Web, who: &Signed) -> Result<Vec<(View, Printed)>, Fault> {
    who.view.at_kiosk()?;
    let (actor, all) = (who.actor.clone(), accounts(web, who).await?);
    let found = web.read(move |tx| {
        let mut books = Vec::new();
        for v in all {
            match deposits::passbook(tx, &actor, v.account.id) {
                Ok(book) => books.push((v, book)),
                Err(why) if why.is(&deposits::NO_PASSBOOK) => {}
                Err(why) => return Err(why),
            }
        }
        Ok(books)
    });
    Ok(found.await?)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WhichForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    account: String,
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Response, Fault> {
    chosen(&web, &who, "").await
}

pub async fn choose(State(web): State<Web>, who: Signed, Checked(f): Checked<WhichForm>) -> Result<Response, Fault> {
    chosen(&web, &who, &f.account).await
}

async fn chosen(web: &Web, who: &Signed, account: &str) -> Result<Response, Fault> {
    let all = books(web, who).await?;
    let found = all.iter().find(|(v, _)| all.len() == 1 || v.account.id.to_string() == account);
    Ok(match found {
        None if all.is_empty() => sorry(who, "kiosk-book-none"),
        None => which(who, &all),
        Some((_, book)) if book.lines.is_empty() && book.more => sorry(who, "kiosk-book-full"),
        Some((_, book)) if book.lines.is_empty() => sorry(who, "kiosk-book-nothing"),
        Some((v, book)) => lay_page(who, v, book, "", &FieldErrors::new()).into_response(),
    })
}

fn which(who: &Signed, all: &[(View, Printed)]) -> Response {
    let w = who.words();
    let answer = |(v, book): &(View, Printed)| {
        let hint = w.t_with("kiosk-book-lines", &[("count", (book.lines.len() as i64).into())]);
        (v.account.id.to_string(), account_name(v), hint)
    };
    let answers = all.iter().map(answer).collect();
    let buttons = Buttons { action: "/kiosk/passbook", carried: Vec::new(), name: "account", answers };
    page(who, Sheet::new(who.t("kiosk-book-which")), buttons.show(who)).into_response()
}

/// The book is to be laid there, open at its page; its number says which book it is.
fn lay_page(who: &Signed, v: &View, book: &Printed, given: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let first = book.lines.first().map_or((1, 1), |l| (l.page, l.line));
    let at = [("count", (book.lines.len() as i64).into()), ("page", first.0.into()), ("line", first.1.into())];
    let field = Field::new("voucher", who.t("kiosk-book-number")).hint(who.t("kiosk-book-number-hint"));
    let body = html! {
        input type="hidden" name="printed_to" value=(book.printed_to);
        (number(w, &field.value(given).errors(errors).width(Width::Twenty).autocomplete("off")))
        (actions(button(Button::Primary, &who.t("kiosk-book-print"), None)))
    };
    let main = html! {
        (error_summary(w, errors))
        p.kiosk-large { (w.t_with("kiosk-book-lay", &at)) }
        (form(&who.view, &format!("/kiosk/passbook/{}", v.account.id), body))
    };
    page(who, Sheet::new(who.t("kiosk-book-lay-title")).lead(account_name(v)).wrong(!errors.is_empty()), main)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrintForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    voucher: String,
    printed_to: i64,
}

pub async fn print(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<PrintForm>,
) -> Result<Response, Fault> {
    let all = books(&web, &who).await?;
    let Some((v, book)) = all.iter().find(|(v, _)| v.account.id == id) else {
        return Ok(sorry(&who, "kiosk-book-none"));
    };
    let (actor, voucher, to) = (who.actor.clone(), super::given::number(&f.voucher), f.printed_to);
    let wrong = |key: &str| {
        let mut errors = FieldErrors::new();
        errors.add("voucher", who.t(key));
        Ok(refused(lay_page(&who, v, book, &f.voucher, &errors)))
    };
    match web.write(move |tx| app::counter::passbook_print(tx, &actor, id, &voucher, to)).await {
        Ok(done) => Ok(printed(&who, v, &done).into_response()),
        Err(why) if why.is(&deposits::PASSBOOK_DIFFERS) || why.kind() == kernel::Kind::Invalid => {
            wrong("kiosk-book-number-wrong")
        }
        Err(why) if why.is(&deposits::PASSBOOK_MOVED) => wrong("kiosk-book-moved"),
        Err(why) => Err(why.into()),
    }
}

fn printed(who: &Signed, v: &View, done: &Printed) -> Shown {
    let title = who.words().t_with("kiosk-book-done", &[("count", (done.lines.len() as i64).into())]);
    let next = html! {
        p.kiosk-large { (who.t(if done.more { "kiosk-book-more" } else { "kiosk-book-take" })) }
        (lines(who, done, LINES_SHOWN_MAX))
        (actions(link_button(Button::Primary, &who.t("kiosk-home"), "/home")))
    };
    let main = result(Tone::Good, &title, Some((&who.t("kiosk-book-of"), &account_name(v))), next);
    page(who, Sheet::new(title.clone()).bare(), main)
}

/// The first lines, `most` of them, as they stand in the book.
pub(super) fn lines(who: &Signed, done: &Printed, most: usize) -> Markup {
    let w = who.words();
    let place = |p: i64, l: i64| w.t_with("kiosk-book-place", &[("page", p.into()), ("line", l.into())]);
    let rows = done.lines.iter().take(most).map(|l| {
        [
            html! { (place(l.page, l.line)) },
            html! { (l.day) " " (say::told_or(w, "entry", &l.code)) },
            amount(w, l.change),
            amount(w, l.balance),
        ]
    });
    let table = Table::new(who.t("kiosk-book-printed")).text(who.t("kiosk-book-where")).text(who.t("kiosk-book-what"));
    table.figures(who.t("amount")).figures(who.t("kiosk-book-balance")).rows(rows).show(w)
}
