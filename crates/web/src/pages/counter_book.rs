//! An account's passbook at the counter: issued from the teller's blank ones, caught up, replaced. What a machine prints, the counter
//! prints too.
use super::asking::{Asking, told};
use super::counter::account;
use super::till_day::branch_of;
use super::{Page as Sheet, kiosk_passbook, once_field, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use deposits::Printed;
use kernel::chinese::mask_card;
use kernel::id::AccountId;
use ledger::View;
use maud::html;
use serde::Deserialize;
use till::VoucherKind;

/// Why a book is replaced.
const WHYS: [&str; 3] = ["full", "damaged", "lost"];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BookForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    voucher: String,
    why: String,
    printed_to: i64,
}

struct Seen {
    account: View,
    book: Option<Printed>,
}

async fn look(web: &Web, who: &Signed, id: AccountId) -> Result<Seen, Fault> {
    let (account, actor) = (account(web, who, id).await?, who.actor.clone());
    let book = web.read(move |tx| match deposits::passbook(tx, &actor, id) {
        Ok(book) => Ok(Some(book)),
        Err(why) if why.is(&deposits::NO_PASSBOOK) => Ok(None),
        Err(why) => Err(why),
    });
    Ok(Seen { account, book: book.await? })
}

/// The number of the next blank passbook in the teller's till; empty when there is none.
async fn next_blank(web: &Web, who: &Signed) -> Result<String, Fault> {
    let (actor, branch, me) = (who.actor.clone(), branch_of(who)?, who.actor.staff());
    let found = web.read(move |tx| {
        let mine = till::drawers(tx, &actor, branch)?.into_iter().find(|d| d.holder.is_some() && d.holder == me);
        let Some(mine) = mine else { return Ok(None) };
        let all = till::vouchers(tx, &actor, branch)?;
        let fits = |r: &&till::VoucherRange| r.drawer == mine.id && r.kind == VoucherKind::Passbook && r.blank() > 0;
        Ok(all.iter().filter(fits).map(|r| r.next).min())
    });
    Ok(found.await?.map(|n| n.to_string()).unwrap_or_default())
}

fn rows<'a>(who: &'a Signed, seen: &Seen) -> Vec<Row<'a>> {
    let w = who.words();
    let a = &seen.account;
    let mut rows = vec![
        Row::new(who.t("account"), html! { span.masked-text { (mask_card(&a.account.number)) } " " (a.account.name) }),
        Row::new(who.t("account-free"), amount(w, a.available())),
    ];
    if let Some(book) = &seen.book {
        let used = [("used", book.lines_used.into()), ("all", (book.lines_used + book.lines_left).into())];
        rows.push(Row::new(who.t("kiosk-book-number"), html! { (book.voucher) }));
        rows.push(Row::new(who.t("counter-book-used"), html! { (w.t_with("counter-book-of", &used)) }));
    }
    rows
}

fn here(id: AccountId) -> String {
    format!("/accounts/{id}/passbook")
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let seen = look(&web, &who, id).await?;
    match &seen.book {
        None => Ok(issue_page(&who, &seen, &next_blank(&web, &who).await?, &FieldErrors::new())),
        Some(book) => Ok(book_page(&who, &seen, book, "", &FieldErrors::new())),
    }
}

fn crumbs(who: &Signed, id: AccountId) -> Vec<(String, String)> {
    vec![(who.t("account").into_owned(), format!("/accounts/{id}"))]
}

fn blank_field(who: &Signed, given: &str, errors: &FieldErrors) -> maud::Markup {
    let field = Field::new("voucher", who.t("counter-book-next")).hint(who.t("counter-book-next-hint"));
    number(who.words(), &field.value(given.to_owned()).width(Width::Twelve).errors(errors).autocomplete("off"))
}

fn issue_page(who: &Signed, seen: &Seen, given: &str, errors: &FieldErrors) -> Shown {
    let id = seen.account.account.id;
    let fields = html! {
        (summary_list(who.words(), &rows(who, seen)))
        (blank_field(who, given, errors))
    };
    let asking = Asking {
        title: &who.t("counter-book"),
        lead: &who.t("counter-book-none"),
        crumbs: crumbs(who, id),
        action: &here(id),
        back: &format!("/accounts/{id}"),
        button: &who.t("counter-book-issue"),
    };
    asking.show(who, fields, errors)
}

/// The book in use, what it lacks, and the printing of it.
fn book_page(who: &Signed, seen: &Seen, book: &Printed, given: &str, errors: &FieldErrors) -> Shown {
    let (w, id) = (who.words(), seen.account.account.id);
    let lies = Field::new("voucher", who.t("counter-book-lies")).hint(who.t("kiosk-book-number-hint"));
    let count = [("count", (book.lines.len() as i64).into())];
    let printing = html! {
        (once_field())
        input type="hidden" name="printed_to" value=(book.printed_to);
        (number(w, &lies.value(given.to_owned()).width(Width::Twelve).errors(errors).autocomplete("off")))
        (actions(button(Button::Primary, &w.t_with("counter-book-print", &count), None)))
    };
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows(who, seen)))
        h2 { (who.t("counter-book-missing")) }
        @if !book.lines.is_empty() {
            (form(&who.view, &format!("{}/lines", here(id)), printing))
            (kiosk_passbook::lines(who, book, usize::MAX))
        } @else {
            p { (who.t(if book.more { "counter-book-full" } else { "counter-book-nothing" })) }
        }
        (actions(html! {
            (link_button(Button::Secondary, &who.t("counter-book-replace"), &format!("{}/replacement", here(id))))
            (link_button(Button::Secondary, &who.t("counter-account"), &format!("/accounts/{id}")))
        }))
    };
    let sheet = Sheet::new(who.t("counter-book")).lead(who.t("counter-book-lead")).wrong(!errors.is_empty());
    page(who, sheet.crumb(who.t("account"), format!("/accounts/{id}")), main)
}

/// The next blank book becomes the account's.
async fn give(
    web: &Web,
    who: &Signed,
    id: AccountId,
    f: &BookForm,
    why: &str,
) -> Result<Result<(), FieldErrors>, Fault> {
    let asked = Asked::new(&who.actor, &f.once, "counter.passbook.page", &(id, &f.voucher, why))?;
    let (actor, voucher, why) = (who.actor.clone(), super::given::number(&f.voucher), why.to_owned());
    let done = web.write_once(&asked, move |tx| {
        app::counter::passbook_issue(tx, &actor, id, &voucher, &why).map(|book| book.number)
    });
    match done.await {
        Ok(_) => Ok(Ok(())),
        Err(why) => told(who, &["voucher"], "voucher", why).map(Err),
    }
}

pub async fn issue(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<BookForm>,
) -> Result<Response, Fault> {
    match give(&web, &who, id, &f, "").await? {
        Ok(()) => Ok(see_other(&here(id))),
        Err(errors) => Ok(refused(issue_page(&who, &look(&web, &who, id).await?, &f.voucher, &errors))),
    }
}

fn replace_page(who: &Signed, seen: &Seen, f: &BookForm, errors: &FieldErrors) -> Shown {
    let (w, id) = (who.words(), seen.account.account.id);
    let whys = WHYS.map(|why| Choice::new(why, who.t(&format!("counter-book-why-{why}")).into_owned()));
    let fields = html! {
        (summary_list(w, &rows(who, seen)))
        (radios(w, &Field::new("why", who.t("counter-book-why")).value(f.why.clone()).errors(errors), &whys))
        (blank_field(who, &f.voucher, errors))
    };
    let asking = Asking {
        title: &who.t("counter-book-replace"),
        lead: &who.t("counter-book-replace-lead"),
        crumbs: crumbs(who, id),
        action: &format!("{}/replacement", here(id)),
        back: &here(id),
        button: &who.t("counter-book-replace"),
    };
    asking.show(who, fields, errors)
}

pub async fn replacing(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    let f = BookForm { voucher: next_blank(&web, &who).await?, ..BookForm::default() };
    Ok(replace_page(&who, &look(&web, &who, id).await?, &f, &FieldErrors::new()))
}

pub async fn replace(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<BookForm>,
) -> Result<Response, Fault> {
    let done = match WHYS.contains(&f.why.as_str()) {
        true => give(&web, &who, id, &f, &f.why).await?,
        false => {
            let mut errors = FieldErrors::new();
            errors.add("why", who.t("choose-one"));
            Err(errors)
        }
    };
    match done {
        Ok(()) => Ok(see_other(&here(id))),
        Err(errors) => Ok(refused(replace_page(&who, &look(&web, &who, id).await?, &f, &errors))),
    }
}

pub async fn print(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<BookForm>,
) -> Result<Response, Fault> {
    let seen = look(&web, &who, id).await?;
    let Some(book) = &seen.book else { return Ok(see_other(&here(id))) };
    let asked = Asked::new(&who.actor, &f.once, "counter.passbook_print.page", &(id, &f.voucher, f.printed_to))?;
    let (actor, voucher, to) = (who.actor.clone(), super::given::number(&f.voucher), f.printed_to);
    let done = web.write_once(&asked, move |tx| app::counter::passbook_print(tx, &actor, id, &voucher, to));
    let wrong = |key: &str| {
        let mut errors = FieldErrors::new();
        errors.add("voucher", who.t(key));
        Ok(refused(book_page(&who, &seen, book, &f.voucher, &errors)))
    };
    match done.await {
        Ok(done) => Ok(printed(&who, &seen, &done).into_response()),
        Err(why) if why.is(&deposits::PASSBOOK_DIFFERS) => wrong("counter-book-differs"),
        Err(why) if why.is(&deposits::PASSBOOK_MOVED) => wrong("kiosk-book-moved"),
        Err(why) => {
            let errors = told(&who, &["voucher"], "voucher", why)?;
            Ok(refused(book_page(&who, &seen, book, &f.voucher, &errors)))
        }
    }
}

/// What the printer puts into the book.
fn printed(who: &Signed, seen: &Seen, done: &Printed) -> Shown {
    let (w, id) = (who.words(), seen.account.account.id);
    let title = w.t_with("kiosk-book-done", &[("count", (done.lines.len() as i64).into())]);
    let main = html! {
        @if done.more { (notice(Tone::Warn, &who.t("counter-book-full"), html! {})) }
        (kiosk_passbook::lines(who, done, usize::MAX))
        (actions(html! {
            (print_button(w))
            (link_button(Button::Primary, &who.t("counter-book"), &here(id)))
        }))
    };
    page(who, Sheet::new(title).crumb(who.t("account"), format!("/accounts/{id}")), main)
}
