//! Asking for a card: by its holder on a phone, question by question, and by staff at a counter with what they checked. What a
//! credit card costs stands above the last key.
use super::asking::{branch_choices, told};
use super::cards::of_customer;
use super::{Page as Sheet, given, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use cards::{Apply, Check, InPerson, Kind};
use kernel::chinese::mask_card;
use kernel::id::{AccountId, BranchId, PersonId};
use kernel::{Currency, Date, Id, Owner, Result};
use ledger::{Account, Purpose};
use maud::{Markup, html};
use party::Branch;
use serde::Deserialize;
use store::Tx;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApplyForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    step: String,
    kind: String,
    account: String,
    limit: String,
    branch: String,
    /// Of staff.
    document: String,
    present: String,
    terms: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct KindAsk {
    #[serde(default)]
    kind: String,
}

const DEBIT: Plan<'_> = &[&["account"], &["branch"]];
const CREDIT: Plan<'_> = &[&["account"], &["limit"], &["branch"]];

fn plan(kind: Kind) -> Plan<'static> {
    if kind == Kind::Credit { CREDIT } else { DEBIT }
}

/// What there is to choose from.
struct Open {
    owner: PersonId,
    accounts: Vec<Account>,
    branches: Vec<Branch>,
    home: BranchId,
    today: Date,
}

fn look(tx: &mut Tx<'_>, who: &Signed, owner: PersonId) -> Result<Open> {
    payments::may_see(tx, &who.actor, Owner::Person(owner))?;
    let fits = |a: &Account| a.purpose == Purpose::General && a.closed_at.is_none() && a.currency == Currency::CNY;
    Ok(Open {
        owner,
        accounts: ledger::of_owner(tx, Owner::Person(owner))?.into_iter().filter(fits).collect(),
        branches: party::branches(tx)?,
        home: who.actor.branch.map_or_else(|| party::branch_of(tx, owner.book()).map(|b| b.id), Ok)?,
        today: tx.business_date()?,
    })
}

async fn load(web: &Web, who: &Signed, owner: PersonId) -> Result<Open, Fault> {
    let asker = who.clone();
    Ok(web.read(move |tx| look(tx, &asker, owner)).await?)
}

/// The kinds to choose from, each with what it is; then the questions of the one that was chosen.
pub async fn new(State(web): State<Web>, who: Signed, Query(ask): Query<KindAsk>) -> Result<Shown, Fault> {
    let me = super::tiers::himself(&who)?;
    let Some(kind) = Kind::parse(&ask.kind) else { return Ok(kinds(&who)) };
    let open = load(&web, &who, me).await?;
    let given = ApplyForm { kind: kind.code().into(), ..first(&open) };
    form_page(&who, &open, kind, &given, Turn::first(&who.view, plan(kind)), &FieldErrors::new())
}

/// Answered beforehand: the only account, the own branch.
fn first(open: &Open) -> ApplyForm {
    let account = if let [only] = open.accounts.as_slice() { only.id.to_string() } else { String::new() };
    ApplyForm { account, branch: open.home.to_string(), ..ApplyForm::default() }
}

fn kinds(who: &Signed) -> Shown {
    let w = who.words();
    let tile = |kind: &Kind| Tile {
        icon: Icon::Account,
        label: say::told(w, "card-kind", kind.code()),
        hint: Some(say::told(w, "card-kind-is", kind.code())),
        href: format!("/cards/new?kind={kind}").into(),
    };
    let all: Vec<Tile<'_>> = Kind::ALL.iter().map(tile).collect();
    page(
        who,
        Sheet::new(who.t("card-apply")).lead(who.t("card-apply-lead")).crumb(who.t("cards"), "/cards"),
        tiles(&all),
    )
}

fn account_choices<'a>(who: &Signed, open: &'a Open) -> Vec<Choice<'a>> {
    let one =
        |a: &'a Account| Choice::new(a.id.to_string(), super::accounts::shown_name(who, a)).hint(mask_card(&a.number));
    open.accounts.iter().map(one).collect()
}

fn questions(who: &Signed, open: &Open, kind: Kind, f: &ApplyForm, errors: &FieldErrors) -> Result<Vec<Markup>> {
    let w = who.words();
    let field =
        |name, key: &str, value: &str| Field::new(name, who.t(key).into_owned()).value(value.to_owned()).errors(errors);
    let key = if kind == Kind::Credit { "card-which-repays" } else { "card-which-account" };
    let account = radios(w, &field("account", key, &f.account), &account_choices(who, open));
    let place = field("branch", "card-where", &f.branch).hint(who.t("card-where-hint"));
    let place = html! {
        (select(w, &place, &branch_choices(who, &open.branches)))
        @if kind == Kind::Credit { (terms(who, open.today)?) }
    };
    let most = w.money(cards::limit_max(open.today)?);
    let limit = field("limit", "card-limit", &f.limit).hint(w.t_with("card-limit-hint", &[("max", most.into())]));
    Ok(match kind {
        Kind::Credit => vec![account, money(w, &limit, Currency::CNY), place],
        Kind::Debit | Kind::Social => vec![account, place],
    })
}

/// What a credit card costs, before it is asked for.
fn terms(who: &Signed, today: Date) -> Result<Markup> {
    let (w, t) = (who.words(), cards::credit_terms(today)?);
    let yearly = cards::cost::of_daily(t.daily_grains).to_string();
    let said = [
        ("daily", cards::cost::daily_shown(t.daily_grains).into()),
        ("yearly", yearly.into()),
        ("grace", t.grace_days.into()),
        ("minimum", t.minimum_percent.into()),
        ("late", t.late_percent.into()),
    ];
    Ok(notice(Tone::Info, &who.t("card-terms"), html! { p { (w.t_with("card-terms-told", &said)) } }))
}

fn form_page(
    who: &Signed,
    open: &Open,
    kind: Kind,
    f: &ApplyForm,
    turn: Turn<'_>,
    errors: &FieldErrors,
) -> Result<Shown, Fault> {
    let w = who.words();
    let errors = &turn.errors(errors);
    let answers = [("kind", &*f.kind), ("account", &f.account), ("limit", &f.limit), ("branch", &f.branch)];
    let main = html! {
        (error_summary(w, errors))
        @if open.accounts.is_empty() { (notice(Tone::Warn, &who.t("card-no-account"), html! { p { (who.t("card-no-account-next")) } })) }
        @else { (turn.form(&who.view, "/cards/new", &answers, questions(who, open, kind, f, errors)?, &who.t("card-apply-yes"))) }
    };
    let sheet = Sheet::new(say::told(w, "card-apply-for", kind.code())).lead(say::told(w, "card-kind-is", kind.code()));
    Ok(page(who, sheet.crumb(who.t("cards"), "/cards").wrong(!errors.is_empty()), main))
}

/// What was asked for; what is wrong is in `errors`.
fn read(who: &Signed, kind: Kind, f: &ApplyForm, errors: &mut FieldErrors) -> Option<Apply> {
    let account: Option<AccountId> = f.account.parse().ok();
    if account.is_none() {
        errors.add("account", who.t("choice-missing"));
    }
    let limit = match kind {
        Kind::Credit => given::amount(who, errors, "limit", &f.limit),
        Kind::Debit | Kind::Social => None,
    };
    let branch: Option<BranchId> = f.branch.parse().ok();
    if branch.is_none() {
        errors.add("branch", who.t("choice-missing"));
    }
    errors.is_empty().then_some(())?;
    Some(Apply { kind, account: account?, limit, branch: branch? })
}

pub async fn apply(State(web): State<Web>, who: Signed, Checked(f): Checked<ApplyForm>) -> Result<Response, Fault> {
    let me = super::tiers::himself(&who)?;
    let Some(kind) = Kind::parse(&f.kind) else { return Ok(kinds(&who).into_response()) };
    let open = load(&web, &who, me).await?;
    let mut errors = FieldErrors::new();
    let ask = read(&who, kind, &f, &mut errors);
    let turn = Turn::of(&who.view, plan(kind), &f.step, &errors);
    let Some(ask) = ask.filter(|_| turn.is_done()) else {
        let shown = form_page(&who, &open, kind, &f, turn, &errors)?;
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    let actor = who.actor.clone();
    match web.write(move |tx| cards::apply(tx, &actor, &ask)).await {
        Ok(card) => Ok(see_other(&format!("/cards/{}", card.id))),
        Err(why) => {
            let field = if why.is(&cards::LIMIT_UNFIT) { "limit" } else { "account" };
            let errors = told(&who, &["account", "limit", "branch"], field, why)?;
            let turn = Turn::of(&who.view, plan(kind), "check", &errors);
            Ok(refused(form_page(&who, &open, kind, &f, turn, &errors)?))
        }
    }
}

pub async fn counter(State(web): State<Web>, who: Signed, At(owner): At<PersonId>) -> Result<Shown, Fault> {
    let open = load(&web, &who, owner).await?;
    let given = ApplyForm { kind: Kind::Debit.code().into(), ..first(&open) };
    Ok(counter_page(&who, &open, &given, &FieldErrors::new())?)
}

fn counter_page(who: &Signed, open: &Open, f: &ApplyForm, errors: &FieldErrors) -> Result<Shown> {
    let w = who.words();
    let field =
        |name, key: &str, value: &str| Field::new(name, who.t(key).into_owned()).value(value.to_owned()).errors(errors);
    let kinds: Vec<Choice<'_>> =
        Kind::ALL.iter().map(|k| Choice::new(k.code(), say::told(w, "card-kind", k.code()))).collect();
    let here = of_customer(open.owner);
    let most = w.money(cards::limit_max(open.today)?);
    let limit = field("limit", "card-limit", &f.limit).hint(w.t_with("card-limit-staff-hint", &[("max", most.into())]));
    let document = field("document", "card-document", &f.document).hint(who.t("card-document-hint"));
    let check = |name: &'static str, key: &str| Field::new(name, who.t(key).into_owned()).errors(errors);
    let fields = html! {
        (radios(w, &field("kind", "card-kind", &f.kind), &kinds))
        (radios(w, &field("account", "card-which-account", &f.account), &account_choices(who, open)))
        (money(w, &limit.optional(), Currency::CNY))
        (select(w, &field("branch", "card-where", &f.branch), &branch_choices(who, &open.branches)))
        h2 { (who.t("card-checked")) }
        (text(w, &document.width(Width::Twenty).autocomplete("off")))
        (checkbox(w, &check("present", "card-check-present"), f.present == "yes"))
        (checkbox(w, &check("terms", "card-check-terms"), f.terms == "yes"))
        (actions(html! {
            (button(Button::Primary, &who.t("card-apply-yes"), None))
            (link_button(Button::Secondary, &who.t("back-without"), &here))
        }))
    };
    let main = html! { (error_summary(w, errors)) (form(&who.view, &format!("{here}/new"), fields)) };
    let sheet = Sheet::new(who.t("card-apply-counter")).lead(who.t("card-apply-counter-lead"));
    let sheet = sheet.crumb(who.t("customers"), "/customers").crumb(who.t("cards"), here);
    Ok(page(who, sheet.wrong(!errors.is_empty()), main))
}

fn read_counter(who: &Signed, f: &ApplyForm, errors: &mut FieldErrors) -> Option<(Apply, InPerson)> {
    let kind = Kind::parse(&f.kind);
    if kind.is_none() {
        errors.add("kind", who.t("choice-missing"));
    }
    let ask = read(who, kind.unwrap_or(Kind::Debit), f, errors);
    given::text(who, errors, "document", &f.document, "card-document-missing");
    for (name, ticked) in [("present", &f.present), ("terms", &f.terms)] {
        if ticked != "yes" {
            errors.add(name, who.t("card-check-missing"));
        }
    }
    errors.is_empty().then_some((ask?, InPerson { document: f.document.trim().into() }))
}

pub async fn apply_counter(
    State(web): State<Web>,
    who: Signed,
    At(owner): At<PersonId>,
    Checked(f): Checked<ApplyForm>,
) -> Result<Response, Fault> {
    let open = load(&web, &who, owner).await?;
    let mut errors = FieldErrors::new();
    let Some((ask, seen)) = read_counter(&who, &f, &mut errors) else {
        return Ok(refused(counter_page(&who, &open, &f, &errors)?));
    };
    let (actor, checked) = (who.actor.clone(), [Check::Present, Check::Terms]);
    match web.write(move |tx| cards::apply_in_person(tx, &actor, &ask, &seen, &checked)).await {
        Ok(card) => Ok(see_other(&format!("/cards/{}", card.id))),
        Err(why) => {
            let field = match &why {
                e if e.is(&cards::LIMIT_UNFIT) => "limit",
                e if e.is(&cards::WRONG_DOCUMENT) => "document",
                _ => "account",
            };
            let errors = told(&who, &["account", "limit", "branch"], field, why)?;
            Ok(refused(counter_page(&who, &open, &f, &errors)?))
        }
    }
}
