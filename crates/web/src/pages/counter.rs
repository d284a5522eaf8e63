//! One customer at one counter: his document is read once, and everything that can be done for him stands on one page with what is
//! known filled in. What is done here stands in the teller's journal.
use super::asking::{Asking, told};
use super::{Page as Sheet, given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use deposits::{Deposit, ProofAsk};
use kernel::chinese::mask_card;
use kernel::id::{AccountId, PersonId};
use kernel::{Error, Owner};
use ledger::{Purpose, View};
use maud::{Markup, html};
use party::{DocumentKind, DocumentNew, Find, Permission as P, PersonView};
use serde::Deserialize;
use store::Audit;

/// The number on the document that lies there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    number: String,
}

pub async fn read(who: Signed) -> Shown {
    read_page(&who, "", &FieldErrors::new())
}

fn read_page(who: &Signed, given: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let number = Field::new("number", who.t("counter-number")).hint(who.t("find-number-hint")).value(given.to_owned());
    let fields = html! {
        (text(w, &number.errors(errors).width(Width::Twenty).autocomplete("off")))
        (actions(html! {
            (button(Button::Primary, &who.t("counter-read"), None))
            @if who.holds(P::PersonRegister) { (link_button(Button::Secondary, &who.t("register-person"), "/customers/registration")) }
        }))
    };
    let main = html! { (error_summary(w, errors)) (form(&who.view, "/counter", fields)) };
    page(who, Sheet::new(who.t("counter")).lead(who.t("counter-lead")).wrong(!errors.is_empty()), main)
}

pub async fn find(State(web): State<Web>, who: Signed, Checked(f): Checked<ReadForm>) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let number = given::text(&who, &mut errors, "number", &f.number, "find-number-missing").to_owned();
    if errors.is_empty() {
        let actor = who.actor.clone();
        let found = web.write(move |tx| {
            let found = party::people_find(tx, &actor, Find::Identity(&number))?.pop();
            if let Some(p) = &found {
                tx.audit(&actor, Audit::of("counter.attend", p.id))?;
            }
            Ok(found)
        });
        match found.await? {
            Some(p) => return Ok(see_other(&format!("/counter/{}", p.id))),
            None => errors.add("number", who.t("counter-unknown")),
        }
    }
    Ok(refused(read_page(&who, "", &errors)))
}

pub(super) struct Seen {
    person: PersonView,
    accounts: Vec<View>,
    deposits: Vec<(Deposit, String)>,
}

pub(super) async fn look(web: &Web, who: &Signed, id: PersonId) -> Result<Seen, Fault> {
    let (actor, w) = (who.actor.clone(), who.words());
    let found = web.write(move |tx| {
        let person = party::person_view(tx, &actor, id)?;
        let own = Owner::Person(id);
        payments::may_see(tx, &actor, own).map_err(|_| Error::not_found("person", id))?;
        let open =
            ledger::of_owner(tx, own)?.into_iter().filter(|a| a.closed_at.is_none() && a.purpose == Purpose::General);
        let accounts = open.map(|a| ledger::view(tx, a.id)).collect::<kernel::Result<Vec<_>>>()?;
        let shelf = deposits::shelf(tx)?;
        let open = deposits::deposits_of(tx, &actor, own)?.into_iter().filter(|d| d.state != deposits::State::Closed);
        let name = |d: &Deposit| {
            let version = shelf.products().iter().find(|p| p.code == d.product && p.version == d.version);
            version.map_or_else(|| d.product.clone(), |p| super::deposits::called(w, p, &d.term))
        };
        let deposits = open
            .map(|d| {
                let called = name(&d);
                (d, called)
            })
            .collect();
        tx.audit(&actor, Audit::of("counter.look", id))?;
        Ok(Seen { person, accounts, deposits })
    });
    Ok(found.await?)
}

fn person_rows<'a>(who: &'a Signed, p: &PersonView) -> Vec<Row<'a>> {
    let w = who.words();
    vec![
        Row::new(
            who.t("worker-name"),
            html! { strong { (p.name) } @if p.elder { " " (status(Tone::Info, &who.t("person-elder"), "", "")) } },
        ),
        Row::new(
            who.t("worker-identity"),
            html! { (say::told(w, "document", p.document.code())) " " span.masked-text { (p.identity) } },
        ),
        Row::new(who.t("person-phone"), html! { span.masked-text { (p.phone) } }),
    ]
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<PersonId>) -> Result<Shown, Fault> {
    let seen = look(&web, &who, id).await?;
    let w = who.words();
    let at = |rest: &str| format!("/counter/{id}/{rest}");
    let main = html! {
        (summary_list(w, &person_rows(&who, &seen.person)))
        @if seen.person.elder { (notice(Tone::Info, &who.t("counter-elder"), html! { p { (who.t("counter-elder-next")) } })) }
        h2 { (who.t("accounts")) }
        (accounts(&who, &seen.accounts))
        @if seen.accounts.is_empty() { (actions(link_button(Button::Primary, &who.t("counter-open"), &at("account")))) }
        @if !seen.deposits.is_empty() { (held(&who, &seen.deposits)) }
        h2 { (who.t("counter-person")) }
        (actions(html! {
            (link_button(Button::Secondary, &who.t("counter-phone"), &at("phone")))
            (link_button(Button::Secondary, &who.t("counter-document"), &at("document")))
            (link_button(Button::Secondary, &who.t("counter-lock"), &at("lock")))
            (link_button(Button::Secondary, &who.t("counter-more"), &format!("/customers/{id}")))
            @if who.holds(P::AccountOpen) { (link_button(Button::Secondary, &who.t("openings"), "/openings")) }
            (link_button(Button::Secondary, &who.t("counter-next"), "/counter"))
        }))
    };
    Ok(page(&who, Sheet::new(who.t("counter-at")).crumb(who.t("counter"), "/counter"), main))
}

fn accounts(who: &Signed, all: &[View]) -> Markup {
    let w = who.words();
    let row = |v: &View| {
        let a = &v.account;
        let links = [
            ("cash-in", format!("/till/cash-in?account={}", a.id)),
            ("cash-out", format!("/till/cash-out?account={}", a.id)),
            ("counter-transfer", format!("/till/transfer?account={}", a.id)),
            ("appointment-make", format!("/accounts/{}/appointment", a.id)),
            ("deposit-open", format!("/deposits/new?at={}", a.id)),
            ("counter-proof", format!("/accounts/{}/certificate", a.id)),
            ("counter-book", format!("/accounts/{}/passbook", a.id)),
            ("counter-account", format!("/accounts/{}", a.id)),
        ];
        [
            html! { span.masked-text { (mask_card(&a.number)) } },
            amount(w, v.available()),
            html! { div { @for (key, href) in &links { a href=(href) { (who.t(key)) } " " } } },
        ]
    };
    Table::new(who.t("accounts"))
        .text(who.t("account"))
        .figures(who.t("account-free"))
        .text(who.t("counter-do"))
        .rows(all.iter().map(row))
        .when_empty(who.t("accounts-none"))
        .caption_hidden()
        .show(w)
}

fn held(who: &Signed, all: &[(Deposit, String)]) -> Markup {
    let w = who.words();
    let row = |(d, called): &(Deposit, String)| {
        let until = html! { @if let Some(last) = d.matures { (day(w, last)) } };
        [html! { a href={ "/deposits/" (d.account) } { (called) } }, amount(w, d.money(d.principal)), until]
    };
    Table::new(who.t("deposits"))
        .text(who.t("deposit-product"))
        .figures(who.t("deposit-principal"))
        .text(who.t("deposit-matures"))
        .rows(all.iter().map(row))
        .show(w)
}

/// Another number.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PhoneForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    phone: String,
}

fn phone_page(who: &Signed, p: &PersonView, given: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let back = format!("/counter/{}", p.id);
    let field = Field::new("phone", who.t("person-phone")).hint(who.t("person-phone-hint")).value(given.to_owned());
    let fields = html! {
        (summary_list(w, &person_rows(who, p)))
        (text(w, &field.errors(errors).width(Width::Twenty).autocomplete("off")))
    };
    let asking = Asking {
        title: &who.t("counter-phone"),
        lead: &who.t("counter-phone-lead"),
        crumbs: vec![(who.t("counter-at").into_owned(), back.clone())],
        action: &format!("{back}/phone"),
        back: &back,
        button: &who.t("counter-phone"),
    };
    asking.show(who, fields, errors)
}

pub async fn phone(State(web): State<Web>, who: Signed, At(id): At<PersonId>) -> Result<Shown, Fault> {
    let seen = look(&web, &who, id).await?;
    Ok(phone_page(&who, &seen.person, "", &FieldErrors::new()))
}

pub async fn phone_set(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PersonId>,
    Checked(f): Checked<PhoneForm>,
) -> Result<Response, Fault> {
    let (actor, number) = (who.actor.clone(), f.phone.clone());
    match web.write(move |tx| app::counter::phone_change(tx, &actor, id, &number)).await {
        Ok(_) => Ok(see_other(&format!("/counter/{id}"))),
        Err(why) => {
            let errors = told(&who, &["phone"], "phone", why)?;
            Ok(refused(phone_page(&who, &look(&web, &who, id).await?.person, &f.phone, &errors)))
        }
    }
}

/// A renewed document.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    document: String,
    country: String,
    number: String,
}

fn document_page(who: &Signed, p: &PersonView, f: &DocumentForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let back = format!("/counter/{}", p.id);
    let documents = DocumentKind::ALL.iter().map(|d| Choice::new(d.code(), say::told(w, "document", d.code())));
    let documents: Vec<Choice<'_>> = documents.collect();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let fields = html! {
        (summary_list(w, &person_rows(who, p)))
        (radios(w, &field("document", "person-document", &f.document), &documents))
        (text(w, &field("number", "person-number", &f.number).hint(who.t("person-number-hint")).width(Width::Twenty).autocomplete("off")))
        (text(w, &field("country", "person-country", &f.country).hint(who.t("person-country-hint")).width(Width::Two).autocomplete("off")))
    };
    let asking = Asking {
        title: &who.t("counter-document"),
        lead: &who.t("counter-document-lead"),
        crumbs: vec![(who.t("counter-at").into_owned(), back.clone())],
        action: &format!("{back}/document"),
        back: &back,
        button: &who.t("counter-document"),
    };
    asking.show(who, fields, errors)
}

pub async fn document(State(web): State<Web>, who: Signed, At(id): At<PersonId>) -> Result<Shown, Fault> {
    let person = look(&web, &who, id).await?.person;
    let given =
        DocumentForm { document: person.document.code().into(), country: "CN".into(), ..DocumentForm::default() };
    Ok(document_page(&who, &person, &given, &FieldErrors::new()))
}

pub async fn document_set(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PersonId>,
    Checked(f): Checked<DocumentForm>,
) -> Result<Response, Fault> {
    let Some(document) = DocumentKind::parse(&f.document) else {
        let mut errors = FieldErrors::new();
        errors.add("document", who.t("choose-one"));
        return Ok(refused(document_page(&who, &look(&web, &who, id).await?.person, &f, &errors)));
    };
    let country = if document == DocumentKind::ResidentId { "CN".into() } else { f.country.clone() };
    let new = DocumentNew { document, number: f.number.clone(), country };
    let actor = who.actor.clone();
    match web.write(move |tx| app::counter::document_renew(tx, &actor, id, &new)).await {
        Ok(_) => Ok(see_other(&format!("/counter/{id}"))),
        Err(why) => {
            let errors = told(&who, &["number"], "number", why)?;
            Ok(refused(document_page(&who, &look(&web, &who, id).await?.person, &f, &errors)))
        }
    }
}

/// A certificate of deposit.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProofForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    amount: String,
    until: String,
    copies: String,
}

pub(super) async fn account(web: &Web, who: &Signed, id: AccountId) -> Result<View, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let view = ledger::view(tx, id)?;
        payments::may_see(tx, &actor, view.account.owner).map_err(|_| Error::not_found("account", id))?;
        Ok(view)
    });
    Ok(found.await?)
}

fn proof_page(who: &Signed, v: &View, f: &ProofForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let back = format!("/accounts/{}", v.account.id);
    let rows = [
        Row::new(who.t("account"), html! { span.masked-text { (mask_card(&v.account.number)) } }),
        Row::new(who.t("account-free"), amount(w, v.available())),
    ];
    let copies = if f.copies.is_empty() { "1" } else { f.copies.as_str() };
    let fields = html! {
        (summary_list(w, &rows))
        (money(w, &Field::new("amount", who.t("amount")).value(f.amount.as_str()).errors(errors), v.account.currency))
        (date(w, &Field::new("until", who.t("counter-proof-until")).hint(who.t("counter-proof-hint")).value(f.until.as_str()).errors(errors), None, None))
        (number(w, &Field::new("copies", who.t("counter-proof-copies")).value(copies.to_owned()).width(Width::Two).errors(errors)))
    };
    let asking = Asking {
        title: &who.t("counter-proof"),
        lead: &who.t("counter-proof-lead"),
        crumbs: vec![(who.t("account").into_owned(), back.clone())],
        action: &format!("{back}/certificate"),
        back: &back,
        button: &who.t("counter-proof-do"),
    };
    asking.show(who, fields, errors)
}

pub async fn proof(State(web): State<Web>, who: Signed, At(id): At<AccountId>) -> Result<Shown, Fault> {
    Ok(proof_page(&who, &account(&web, &who, id).await?, &ProofForm::default(), &FieldErrors::new()))
}

pub async fn proof_issue(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    Checked(f): Checked<ProofForm>,
) -> Result<Response, Fault> {
    let view = account(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let sum = given::amount(&who, &mut errors, "amount", &f.amount);
    let until = given::day(&who, &mut errors, "until", &f.until);
    if until.is_none() && errors.of("until").is_none() {
        errors.add("until", who.t("day-wrong"));
    }
    let copies = f.copies.trim().parse::<u32>().ok();
    if copies.is_none() {
        errors.add("copies", who.t("fill-in"));
    }
    let (Some(amount), Some(until), Some(copies)) = (sum, until, copies) else {
        return Ok(refused(proof_page(&who, &view, &f, &errors)));
    };
    let ask = ProofAsk { account: id, amount, until, copies };
    let asked = Asked::new(&who.actor, &f.once, "counter.proof.page", &(id, amount, until, copies))?;
    let actor = who.actor.clone();
    match web.write_once(&asked, move |tx| app::counter::proof_issue(tx, &actor, &ask).map(|p| p.id)).await {
        Ok(_) => Ok(proof_done(&who, &view, &f).into_response()),
        Err(why) => {
            let errors = told(&who, &["amount", "until", "copies"], "amount", why)?;
            Ok(refused(proof_page(&who, &view, &f, &errors)))
        }
    }
}

fn proof_done(who: &Signed, v: &View, f: &ProofForm) -> Shown {
    let w = who.words();
    let both = |key: &str| crate::words::Lang::ALL.map(|l| crate::words::Words::of(l).t(key).into_owned()).join(" / ");
    let rows = [
        Row::new(both("account"), html! { span.masked-text { (mask_card(&v.account.number)) } }),
        Row::new(both("amount"), html! { strong { (v.account.currency.code()) " " (f.amount) } }),
        Row::new(both("counter-proof-until"), html! { (f.until) }),
        Row::new(both("counter-proof-copies"), html! { (f.copies) }),
    ];
    let main = html! {
        div.slip {
            p { strong { (who.view.bank()) } }
            p { (both("counter-proof")) }
            (summary_list(w, &rows))
            p { (both("advice-signature")) " ________________" }
        }
        (actions(html! {
            (print_button(w))
            (link_button(Button::Secondary, &who.t("counter-account"), &format!("/accounts/{}", v.account.id)))
        }))
    };
    page(who, Sheet::new(who.t("counter-proof")).crumb(who.t("counter"), "/counter"), main)
}

/// Nothing but the proof that it came from our page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plain {
    #[serde(rename = "csrf")]
    _csrf: String,
}

/// Pays the interest an account has earned until now, so that it can be emptied and closed.
pub async fn settle(
    State(web): State<Web>,
    who: Signed,
    At(id): At<AccountId>,
    _: Checked<Plain>,
) -> Result<Response, Fault> {
    let (desk, actor) = (web.desk().clone(), who.actor.clone());
    web.write(move |tx| deposits::settle(&desk, tx, &actor, id)).await?;
    Ok(see_other(&format!("/accounts/{id}")))
}
