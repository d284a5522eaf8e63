//! Cash over the counter: the account or card, the notes in and out, then a page that says whose account it is and how much, in
//! figures and in capitals, then the entry. A soft rule that stands against it asks for a reason on that page; an entry that
//! was sent back is corrected and submitted again.
use super::talk_panel::{self, Said, Standing, Stands};
use super::till_notes::{self, Fields, value};
use super::{Page as Sheet, given, once_field, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::talks::Asked;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::id::AccountId;
use kernel::{Currency, Error, Money, Result, Timestamp};
use maud::{Markup, html};
use serde::Deserialize;
use till::{CashAsk, Direction, EntryRef, EntryState, Override};

/// Characters of a memo at most.
const MEMO_CHARS_MAX: u32 = 100;
/// The currency of a teller's till: tills of other currencies are counted by program.
const CURRENCY: Currency = Currency::CNY;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct CashPageAsk {
    /// The number of the entry that was sent back.
    #[serde(default)]
    resubmits: Option<i64>,
    /// The customer's account that is known already.
    #[serde(default)]
    account: Option<String>,
}

fn here(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "/till/cash-in",
        Direction::Out => "/till/cash-out",
    }
}

fn title(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "cash-in",
        Direction::Out => "cash-out",
    }
}

pub async fn cash_in(State(web): State<Web>, who: Signed, Query(ask): Query<CashPageAsk>) -> Result<Shown, Fault> {
    asked(&web, &who, Direction::In, ask).await
}

pub async fn cash_out(State(web): State<Web>, who: Signed, Query(ask): Query<CashPageAsk>) -> Result<Shown, Fault> {
    asked(&web, &who, Direction::Out, ask).await
}

pub async fn take_in(State(web): State<Web>, who: Signed, Checked(f): Checked<Fields>) -> Result<Response, Fault> {
    sent(&web, &who, Direction::In, f).await
}

pub async fn pay_out(State(web): State<Web>, who: Signed, Checked(f): Checked<Fields>) -> Result<Response, Fault> {
    sent(&web, &who, Direction::Out, f).await
}

async fn asked(web: &Web, who: &Signed, direction: Direction, ask: CashPageAsk) -> Result<Shown, Fault> {
    let fields = match (ask.resubmits, ask.account) {
        (Some(number), _) => before(web, who, number).await?,
        (None, Some(account)) => of_account(web, who, &account).await?,
        (None, None) => Fields::new(),
    };
    Ok(form_page(who, direction, &fields, &FieldErrors::new()))
}

/// The number of an account the teller came from, so that it is not typed again.
async fn of_account(web: &Web, who: &Signed, id: &str) -> Result<Fields, Fault> {
    let (actor, id) = (who.actor.clone(), id.parse::<AccountId>()?);
    let number = web.read(move |tx| {
        let a = ledger::view(tx, id)?.account;
        payments::may_see(tx, &actor, a.owner).map_err(|_| Error::not_found("account", id))?;
        Ok(a.number)
    });
    Ok(vec![("number".to_owned(), number.await?)])
}

/// What was sent back, as it was.
async fn before(web: &Web, who: &Signed, number: i64) -> Result<Fields, Fault> {
    let (actor, branch) = (who.actor.clone(), super::till_day::branch_of(who)?);
    let fields = web.read(move |tx| {
        let none = || Error::not_found("journal entry", number);
        let day = till::till_day(tx, &actor)?.ok_or_else(none)?;
        let e = till::entry(tx, &actor, branch, EntryRef { teller: day.teller, date: day.date, number })?;
        let account = e.account.filter(|_| e.state == EntryState::SentBack).ok_or_else(none)?;
        let mut fields = till_notes::fields_of("in", &e.notes_in);
        fields.extend(till_notes::fields_of("out", &e.notes_out));
        let account = ledger::view(tx, account)?.account.number;
        let more = [("number", account), ("memo", e.memo), ("resubmits", number.to_string())];
        fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
        Ok(fields)
    });
    Ok(fields.await?)
}

fn form_page(who: &Signed, direction: Direction, f: &Fields, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let number = Field::new("number", who.t("cash-number")).hint(who.t("cash-number-hint")).width(Width::Twenty);
    let memo = Field::new("memo", who.t("payment-memo")).value(value(f, "memo")).errors(errors).width(Width::Twenty);
    let count = |key: &str, prefix: &str| till_notes::count(who, &who.t(key), prefix, CURRENCY, f, errors);
    let main = html! {
        (error_summary(w, errors))
        (form(&who.view, here(direction), html! {
            input type="hidden" name="resubmits" value=(value(f, "resubmits"));
            (crate::look::number(w, &number.value(value(f, "number")).errors(errors).autocomplete("off")))
            div.notes-pair {
                @match direction {
                    Direction::In => { (count("cash-notes-in", "in")) (count("cash-change-out", "out")) }
                    Direction::Out => { (count("cash-notes-out", "out")) (count("cash-change-in", "in")) }
                }
            }
            (text(w, &memo.optional()))
            (actions(html! {
                (button(Button::Primary, &who.t("cash-check"), None))
                (link_button(Button::Secondary, &who.t("back-without"), "/till"))
            }))
        }))
    };
    let sheet = Sheet::new(who.t(title(direction))).lead(who.t("cash-lead")).crumb(who.t("till"), "/till");
    page(who, sheet.wrong(!errors.is_empty()), main)
}

/// What was read from the form, with whose account it is.
#[derive(Clone)]
struct Read {
    ask: CashAsk,
    shown: String,
    owner: String,
    fee: Money,
}

async fn sent(web: &Web, who: &Signed, direction: Direction, f: Fields) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let again = |f: &Fields, errors: &FieldErrors| Ok(refused(form_page(who, direction, f, errors)));
    if value(&f, "step") == "back" {
        return Ok(form_page(who, direction, &f, &errors).into_response());
    }
    let Some(read) = read(web, who, direction, &f, &mut errors).await? else { return again(&f, &errors) };
    let standing = match talk_panel::stands(web, who, Asked::Cash(read.ask.clone()), said(&f)).await? {
        Stands::Ended(talk) => return Ok(see_other(&format!("/talks/{talk}"))),
        Stands::Here(standing) => standing,
    };
    let check = |f: &Fields, errors: &FieldErrors| check_page(who, &read, f, errors, (&standing, web.now()));
    match value(&f, "step") == "do" {
        true if standing.holds() => return Ok(refused(check(&f, &errors))),
        true => {}
        false if standing.wrong() => return Ok(refused(check(&f, &errors))),
        false => return Ok(check(&f, &errors).into_response()),
    }
    let (actor, ask, key) = (who.actor.clone(), read.ask.clone(), till_notes::once_of(&f));
    match web.run(move |bank| app::talks::cash(bank, &actor, ask, key.as_deref())).await {
        Ok(entry) => Ok(see_other(&format!("/till/entries/{}", entry.number))),
        Err(why) if why.is(&till::OVERRIDE_NEEDED) => {
            let code = why.fields().iter().find(|(name, _)| *name == "override").map(|(_, code)| code.to_string());
            let f = with(f, "override_code", code.unwrap_or_default());
            errors.add("override_reason", who.t("cash-override-needed"));
            Ok(refused(check(&f, &errors)))
        }
        Err(why) if till_notes::is_told(&why) => {
            let notes = [&till::NOTES_SHORT, &till::NOTES_DIFFER].iter().any(|code| why.is(code));
            let field = if notes { till_notes::first_field("out", CURRENCY) } else { "number".into() };
            again(&f, &super::opening::beside(&field, who, &why))
        }
        Err(why) => Err(why.into()),
    }
}

fn said(f: &Fields) -> Said {
    let text = |name| value(f, name).to_owned();
    Said { step: text("step"), note: text("talk_note"), about: text("talk_about") }
}

fn with(mut f: Fields, name: &str, text: String) -> Fields {
    f.retain(|(n, _)| n != name);
    f.push((name.into(), text));
    f
}

/// Reads the form and looks the account up; what is wrong is in `errors`.
async fn read(
    web: &Web,
    who: &Signed,
    direction: Direction,
    f: &Fields,
    errors: &mut FieldErrors,
) -> Result<Option<Read>, Fault> {
    let number = given::number(given::text(who, errors, "number", value(f, "number"), "cash-number-missing"));
    let into = till_notes::read(who, errors, f, "in", CURRENCY);
    let out = till_notes::read(who, errors, f, "out", CURRENCY);
    let (Some(notes_in), Some(notes_out), true) = (into, out, errors.is_empty()) else { return Ok(None) };
    let reason = value(f, "override_reason").to_owned();
    let code = value(f, "override_code").to_owned();
    let overrides = if code.is_empty() || reason.is_empty() { Vec::new() } else { vec![Override { code, reason }] };
    let (memo, resubmits) = (value(f, "memo").to_owned(), value(f, "resubmits").parse().ok());
    let ask = |account: AccountId| CashAsk {
        direction,
        account,
        notes_in,
        notes_out,
        fee_shown: None,
        memo,
        overrides,
        resubmits,
    };
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let found = ledger::by_number(tx, &number)?;
        let Some(a) = found.filter(|a| payments::may_see(tx, &actor, a.owner).is_ok()) else { return Ok(None) };
        Ok(Some((a.id, kernel::chinese::mask_card(&a.number), party::who_name(tx, &a.owner.to_string())?)))
    });
    let Some((account, shown, owner)) = found.await? else {
        errors.add("number", who.t("find-account-none"));
        return Ok(None);
    };
    let mut ask = ask(account);
    if !ask.amount()?.is_positive() {
        let prefix = if direction == Direction::In { "in" } else { "out" };
        errors.add(till_notes::first_field(prefix, CURRENCY), who.t("cash-amount-none"));
        return Ok(None);
    }
    let (actor, priced) = (who.actor.clone(), ask.clone());
    match web.read(move |tx| till::cash_fee(tx, &actor, &priced)).await {
        Ok(fee) => {
            ask.fee_shown = Some(fee);
            Ok(Some(Read { ask, shown, owner, fee }))
        }
        Err(why) if till_notes::is_told(&why) => {
            *errors = super::opening::beside("number", who, &why);
            Ok(None)
        }
        Err(why) => Err(why.into()),
    }
}

fn check_page(
    who: &Signed,
    read: &Read,
    f: &Fields,
    errors: &FieldErrors,
    (standing, now): (&Standing, Timestamp),
) -> Shown {
    let w = who.words();
    let sum = read.ask.amount().unwrap_or(Money::zero(CURRENCY));
    let (into, out) = (till_notes::brief(w, &read.ask.notes_in), till_notes::brief(w, &read.ask.notes_out));
    let mut rows = vec![
        Row::new(who.t("cash-owner"), html! { strong { (read.owner) } }),
        Row::new(who.t("cash-account"), html! { span.masked-text { (read.shown) } }),
        Row::new(
            who.t("amount"),
            html! { strong { (amount(w, sum)) } br; (kernel::chinese::capital_amount(sum).unwrap_or_default()) },
        ),
        Row::new(who.t("fee"), amount(w, read.fee)),
        Row::new(who.t("cash-from-customer"), html! { (into) }),
        Row::new(who.t("cash-to-customer"), html! { (out) }),
    ];
    if !read.ask.memo.is_empty() {
        rows.push(Row::new(who.t("payment-memo"), html! { (read.ask.memo) }));
    }
    let code = value(f, "override_code");
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows))
        (form(&who.view, here(read.ask.direction), html! {
            @if till_notes::once_of(f).is_some() { input type="hidden" name=(super::ONCE) value=(value(f, super::ONCE)); } @else { (once_field()) }
            (till_notes::hidden(&till_notes::notes_in(f, &["in", "out"])))
            @for name in ["number", "memo", "resubmits", "override_code"] { input type="hidden" name=(name) value=(value(f, name)); }
            @if !code.is_empty() { (override_reason(who, code, f, errors)) }
            (talk_panel::panel(who, standing, now))
            (actions(html! {
                @if !standing.holds() { (button(Button::Primary, &who.t(if code.is_empty() { "cash-do" } else { "cash-do-override" }), Some(("step", "do")))) }
                (button(Button::Secondary, &who.t("summary-change"), Some(("step", "back"))))
            }))
        }))
    };
    let sheet = Sheet::new(who.t("cash-check-title")).crumb(who.t("till"), "/till");
    let sheet = sheet.crumb(who.t(title(read.ask.direction)), here(read.ask.direction));
    page(who, sheet.wrong(!errors.is_empty() || standing.wrong()), main)
}

fn override_reason(who: &Signed, code: &str, f: &Fields, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let reason = Field::new("override_reason", who.t("cash-override-reason")).hint(who.t("cash-override-hint"));
    html! {
        (notice(Tone::Warn, &super::say::told_or(w, "cash-override", code), html! { p { (who.t("cash-override-next")) } }))
        (multiline(w, &reason.value(value(f, "override_reason")).errors(errors), 2, MEMO_CHARS_MAX))
    }
}
