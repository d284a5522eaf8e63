//! A transfer over the counter: out of the account of the customer who stands there, to a name and number as he writes them; then a page
//! with the price, to be read back to him; then the entry with its advice.
use super::talk_panel::{self, Said, Standing, Stands};
use super::{Page as Sheet, given, once_field, page, refused, till_notes};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::talks::Asked;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::chinese::{capital_amount, mask_card};
use kernel::{Currency, Error, Money, Result, Timestamp};
use maud::html;
use payments::Payee;
use serde::Deserialize;
use till::TransferAsk;

const CURRENCY: Currency = Currency::CNY;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct AccountAsk {
    /// The customer's account that is known already.
    #[serde(default)]
    account: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransferForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    /// `do` from the check page, `back` from it to the form.
    step: String,
    /// The number of the customer's account.
    from: String,
    name: String,
    number: String,
    /// Empty: an account here.
    bank: String,
    amount: String,
    memo: String,
    /// Of the talk that comes first.
    talk_note: String,
    talk_about: String,
}

impl TransferForm {
    fn answers(&self) -> [(&'static str, &str); 6] {
        [
            ("from", &self.from),
            ("name", &self.name),
            ("number", &self.number),
            ("bank", &self.bank),
            ("amount", &self.amount),
            ("memo", &self.memo),
        ]
    }
}

pub async fn asked(State(web): State<Web>, who: Signed, Query(ask): Query<AccountAsk>) -> Result<Shown, Fault> {
    let from = match ask.account.as_str() {
        "" => String::new(),
        id => super::counter::account(&web, &who, id.parse()?).await?.account.number,
    };
    Ok(form_page(&who, &TransferForm { from, ..TransferForm::default() }, &FieldErrors::new()))
}

fn form_page(who: &Signed, f: &TransferForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = |name, key: &str, value: &str| {
        Field::new(name, who.t(key)).value(value.to_owned()).errors(errors).width(Width::Twenty)
    };
    let fields = html! {
        (number(w, &field("from", "cash-number", &f.from).hint(who.t("cash-number-hint")).autocomplete("off")))
        (text(w, &field("name", "pay-name", &f.name).autocomplete("off")))
        (number(w, &field("number", "pay-number", &f.number).hint(who.t("pay-number-hint")).autocomplete("off")))
        (text(w, &field("bank", "pay-bank", &f.bank).hint(who.t("pay-bank-hint")).optional()))
        (money(w, &field("amount", "amount", &f.amount).hint(who.t("amount-hint")), CURRENCY))
        (text(w, &field("memo", "payment-memo", &f.memo).optional()))
        (actions(html! {
            (button(Button::Primary, &who.t("cash-check"), None))
            (link_button(Button::Secondary, &who.t("back-without"), "/till"))
        }))
    };
    let main = html! { (error_summary(w, errors)) (form(&who.view, "/till/transfer", fields)) };
    let sheet =
        Sheet::new(who.t("counter-transfer")).lead(who.t("counter-transfer-lead")).crumb(who.t("till"), "/till");
    page(who, sheet.wrong(!errors.is_empty()), main)
}

/// What was read from the form, and whose account it is.
struct Read {
    ask: TransferAsk,
    owner: String,
    shown: String,
    fee: Money,
}

pub async fn sent(State(web): State<Web>, who: Signed, Checked(f): Checked<TransferForm>) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    if f.step == "back" {
        return Ok(form_page(&who, &f, &errors).into_response());
    }
    let Some(read) = read(&web, &who, &f, &mut errors).await? else { return Ok(refused(form_page(&who, &f, &errors))) };
    let said = Said { step: f.step.clone(), note: f.talk_note.clone(), about: f.talk_about.clone() };
    let standing = match talk_panel::stands(&web, &who, Asked::Transfer(read.ask.clone()), said).await? {
        Stands::Ended(talk) => return Ok(see_other(&format!("/talks/{talk}"))),
        Stands::Here(standing) => standing,
    };
    let asks = f.step == "do";
    if !asks || standing.holds() {
        let shown = check_page(&who, &f, &read, (&standing, web.now()));
        return Ok(if asks || standing.wrong() { refused(shown) } else { shown.into_response() });
    }
    let (actor, key) = (who.actor.clone(), f.once.clone());
    match web.run(move |bank| app::talks::transfer(bank, &actor, read.ask, Some(&key))).await {
        Ok(entry) => Ok(see_other(&format!("/till/entries/{}", entry.number))),
        Err(why) if till_notes::is_told(&why) => {
            Ok(refused(form_page(&who, &f, &super::opening::beside("number", &who, &why))))
        }
        Err(why) => Err(why.into()),
    }
}

async fn read(web: &Web, who: &Signed, f: &TransferForm, errors: &mut FieldErrors) -> Result<Option<Read>, Fault> {
    let from = given::number(given::text(who, errors, "from", &f.from, "cash-number-missing"));
    let name = given::text(who, errors, "name", &f.name, "pay-name-missing").to_owned();
    let number = given::number(&f.number);
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        errors.add("number", who.t("pay-number-missing"));
    }
    let amount = given::amount(who, errors, "amount", &f.amount);
    let (Some(amount), true) = (amount, errors.is_empty()) else { return Ok(None) };
    let payee = match f.bank.trim() {
        "" => Payee::Number(number),
        bank => Payee::External { bank: bank.into(), number, name: name.clone() },
    };
    let (actor, memo) = (who.actor.clone(), f.memo.trim().to_owned());
    let found = web.read(move |tx| {
        let found = ledger::by_number(tx, &from)?.filter(|a| payments::may_see(tx, &actor, a.owner).is_ok());
        let Some(a) = found else { return Ok(None) };
        let (owner, shown) = (party::who_name(tx, &a.owner.to_string())?, mask_card(&a.number));
        let mut ask = TransferAsk { account: a.id, payee, payee_name: name, amount, fee_shown: None, memo };
        let fee = till::transfer_fee(tx, &actor, &ask)?;
        ask.fee_shown = Some(fee);
        Ok(Some(Read { ask, owner, shown, fee }))
    });
    match found.await {
        Ok(Some(read)) => Ok(Some(read)),
        Ok(None) => {
            errors.add("from", who.t("find-account-none"));
            Ok(None)
        }
        Err(why) if till_notes::is_told(&why) || why.kind() == kernel::Kind::Missing => {
            *errors = super::opening::beside("number", who, &why);
            Ok(None)
        }
        Err(why) => Err(Error::into(why)),
    }
}

fn check_page(who: &Signed, f: &TransferForm, read: &Read, (standing, now): (&Standing, Timestamp)) -> Shown {
    let w = who.words();
    let sum = read.ask.amount;
    let mut rows = vec![
        Row::new(who.t("cash-owner"), html! { strong { (read.owner) } }),
        Row::new(who.t("cash-account"), html! { span.masked-text { (read.shown) } }),
        Row::new(
            who.t("payment-payee"),
            html! { strong { (read.ask.payee_name) } br; (f.number) @if !f.bank.is_empty() { " " (f.bank) } },
        ),
        Row::new(who.t("amount"), html! { strong { (amount(w, sum)) } br; (capital_amount(sum).unwrap_or_default()) }),
        Row::new(who.t("fee"), amount(w, read.fee)),
    ];
    if !read.ask.memo.is_empty() {
        rows.push(Row::new(who.t("payment-memo"), html! { (read.ask.memo) }));
    }
    let main = html! {
        (summary_list(w, &rows))
        (form(&who.view, "/till/transfer", html! {
            @if f.once.is_empty() { (once_field()) } @else { input type="hidden" name=(super::ONCE) value=(f.once); }
            @for (name, value) in f.answers() { input type="hidden" name=(name) value=(value); }
            (talk_panel::panel(who, standing, now))
            (actions(html! {
                @if !standing.holds() { (button(Button::Primary, &who.t("counter-transfer-do"), Some(("step", "do")))) }
                (button(Button::Secondary, &who.t("summary-change"), Some(("step", "back"))))
            }))
        }))
    };
    let sheet =
        Sheet::new(who.t("cash-check-title")).lead(who.t("counter-transfer-lead")).crumb(who.t("till"), "/till");
    page(who, sheet.crumb(who.t("counter-transfer"), "/till/transfer").wrong(standing.wrong()), main)
}
