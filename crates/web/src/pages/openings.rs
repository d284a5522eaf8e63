//! Opening an account: the customer's answers, what was looked at, and what came of it. A refusal has its reason, what to bring, and a
//! way to object.
use super::asking::{Asking, told};
use super::{Page as Sheet, given, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::words::{Lang, Words};
use crate::{Fault, Shown};
use app::counter::{AccountNew, Check, Opened};
use axum::extract::{Query, State};
use axum::response::Response;
use diligence::{Answer, AnswerOf, Opening, Outcome, Question, Questions, Reason, Said};
use kernel::id::{FirmId, OpeningId, PersonId};
use kernel::{Currency, Owner, PageAsk, Result as Done};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;

const CHARS: u32 = diligence::TEXT_CHARS_MAX as u32;

/// An account as it is asked for: what it is for, what was looked at, what was answered.
#[derive(Clone, Debug, Default)]
pub struct OpeningForm {
    once: String,
    purpose: String,
    checked: Vec<Check>,
    answers: Vec<Answer>,
    closer: String,
    step: String,
    reason: String,
}

impl OpeningForm {
    fn of(fields: &[(String, String)]) -> OpeningForm {
        let one = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
        let ticked = fields.iter().filter(|(n, _)| n == "checked");
        let answered = fields.iter().filter_map(|(n, v)| n.strip_prefix("a-").map(|key| Answer::new(key, v.clone())));
        OpeningForm {
            once: one("once"),
            purpose: one("purpose"),
            checked: ticked.filter_map(|(_, v)| Check::parse(v)).collect(),
            answers: answered.collect(),
            closer: one("closer"),
            step: one("step"),
            reason: one("reason"),
        }
    }
    fn account(&self, owner: Owner) -> AccountNew {
        AccountNew {
            owner,
            currency: Currency::CNY,
            purpose: self.purpose.clone(),
            checked: self.checked.clone(),
            answers: self.answers.clone(),
            closer: self.closer.clone(),
        }
    }
}

async fn set(web: &Web, owner: Owner) -> Result<&'static Questions, Fault> {
    Ok(web.read(move |tx| diligence::set_of(AnswerOf::owner(owner), tx.business_date()?)).await?)
}

pub(super) fn asked(w: Words, q: &Question) -> &str {
    if w.lang == Lang::Zh { &q.zh } else { &q.en }
}

fn question(who: &Signed, q: &Question, f: &OpeningForm, errors: &FieldErrors) -> Markup {
    let (w, name) = (who.words(), format!("a-{}", q.key));
    let zh = w.lang == Lang::Zh;
    let label = |c: &diligence::Choice| if zh { c.zh.clone() } else { c.en.clone() };
    let choices: Vec<Choice<'_>> = q.choice.iter().map(|c| Choice::new(c.code.as_str(), label(c))).collect();
    let value = f.answers.iter().find(|a| a.question == q.key).map_or("", |a| a.choice.as_str());
    radios(w, &Field::new(&name, asked(w, q)).value(value).errors(errors), &choices)
}

fn form_page(who: &Signed, owner: Owner, set: &Questions, f: &OpeningForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let label = |c: &Check| say::told(w, "counter-check", c.code());
    let choices: Vec<Choice<'_>> = Check::of(owner).iter().map(|c| Choice::new(c.code(), label(c))).collect();
    let ticked: Vec<&str> = f.checked.iter().map(|c| c.code()).collect();
    let purpose = Field::new("purpose", who.t("counter-purpose")).hint(who.t("counter-purpose-hint"));
    let closer = Field::new("closer", who.t("vet-closer")).hint(who.t("vet-closer-hint")).optional();
    let fields = html! {
        h2 { (who.t("vet-questions")) }
        @for q in &set.question { (question(who, q, f, errors)) }
        (text(w, &purpose.value(f.purpose.as_str()).errors(errors)))
        h2 { (who.t("vet-checks")) }
        (checkboxes(w, &Field::new("checked", who.t("counter-checks")).errors(errors), &choices, &ticked))
        p.hint { (who.t("vet-checks-bank")) }
        (multiline(w, &closer.value(f.closer.as_str()).errors(errors), 3, CHARS))
        (details(&who.t("vet-refuse"), refusing(who, f, errors)))
    };
    let (here, back) = places(owner);
    let asking = Asking {
        title: &who.t("counter-open"),
        lead: &who.t("vet-lead"),
        crumbs: vec![(who.t("counter-at").into_owned(), back.clone())],
        action: &here,
        back: &back,
        button: &who.t("counter-open-do"),
    };
    asking.show(who, fields, errors)
}

fn refusing(who: &Signed, f: &OpeningForm, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let reason = |r: &Reason| Choice::new(r.code(), say::told(w, "vet-because", r.code()));
    let reasons: Vec<Choice<'_>> = Reason::BY_HAND.iter().map(reason).collect();
    let field = Field::new("reason", who.t("vet-reason")).value(f.reason.as_str()).errors(errors);
    html! {
        p { (who.t("vet-refuse-hint")) }
        (radios(w, &field, &reasons))
        (actions(button(Button::Danger, &who.t("vet-refuse"), Some(("step", "refuse")))))
    }
}

fn places(owner: Owner) -> (String, String) {
    match owner {
        Owner::Firm(f) => (format!("/firms/{f}/account"), format!("/firms/{f}")),
        Owner::Person(p) => (format!("/counter/{p}/account"), format!("/counter/{p}")),
        Owner::Bank => ("/counter".into(), "/counter".into()),
    }
}

pub async fn of_person(State(web): State<Web>, who: Signed, At(id): At<PersonId>) -> Result<Shown, Fault> {
    super::counter::look(&web, &who, id).await?;
    let owner = Owner::Person(id);
    Ok(form_page(&who, owner, set(&web, owner).await?, &OpeningForm::default(), &FieldErrors::new()))
}

pub async fn open_person(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PersonId>,
    Checked(fields): Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    sent(&web, &who, Owner::Person(id), &OpeningForm::of(&fields)).await
}

pub async fn of_firm(State(web): State<Web>, who: Signed, At(id): At<FirmId>) -> Result<Shown, Fault> {
    web.read(move |tx| party::firm(tx, id)).await?;
    let owner = Owner::Firm(id);
    Ok(form_page(&who, owner, set(&web, owner).await?, &OpeningForm::default(), &FieldErrors::new()))
}

pub async fn open_firm(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FirmId>,
    Checked(fields): Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    sent(&web, &who, Owner::Firm(id), &OpeningForm::of(&fields)).await
}

/// What can be seen to be missing before it is sent.
fn missing(who: &Signed, set: &Questions, f: &OpeningForm) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if f.step == "refuse" {
        if Reason::parse(&f.reason).is_none() {
            errors.add("reason", who.t("choice-missing"));
        }
        given::text(who, &mut errors, "closer", &f.closer, "vet-closer-missing");
        return errors;
    }
    for q in &set.question {
        let fits = |a: &&Answer| a.question == q.key && q.choice.iter().any(|c| c.code == a.choice);
        if !f.answers.iter().any(|a| fits(&a)) {
            errors.add(format!("a-{}", q.key), who.t("choice-missing"));
        }
    }
    errors
}

async fn sent(web: &Web, who: &Signed, owner: Owner, f: &OpeningForm) -> Result<Response, Fault> {
    let set = set(web, owner).await?;
    let errors = missing(who, set, f);
    if !errors.is_empty() {
        return Ok(refused(form_page(who, owner, set, f, &errors)));
    }
    match carried_out(web, who, owner, f).await {
        Ok(place) => Ok(see_other(&place)),
        Err(why) => {
            let field = if why.is(&app::codes::CHECK_MISSING) { "checked" } else { "purpose" };
            let errors = told(who, &["purpose", "closer"], field, why)?;
            Ok(refused(form_page(who, owner, set, f, &errors)))
        }
    }
}

/// Where it led: the account, or the refusal.
async fn carried_out(web: &Web, who: &Signed, owner: Owner, f: &OpeningForm) -> Done<String> {
    let (new, actor) = (f.account(owner), who.actor.clone());
    let reason = Reason::parse(&f.reason).filter(|_| f.step == "refuse");
    let key = (new.clone(), reason.map(Reason::code));
    let once = Asked::new(&who.actor, &f.once, "counter.open_account.page", &key)?;
    web.write_once(&once, move |tx| {
        let done = match reason {
            Some(why) => Opened::Refused(app::counter::refuse_account(tx, &actor, &new, why)?),
            None => app::counter::open_account(tx, &actor, &new)?,
        };
        Ok(match done {
            Opened::Account(a) => format!("/accounts/{}", a.id),
            Opened::Refused(o) => format!("/openings/{}", o.id),
        })
    })
    .await
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListAsk {
    show: String,
    after: Option<String>,
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let outcome = Outcome::parse(&ask.show).unwrap_or(Outcome::Refused);
    let (actor, first) = (who.actor.clone(), ask.after.is_none());
    let asked = PageAsk { limit: None, after: ask.after };
    let (items, next) = web
        .read(move |tx| {
            let found = diligence::listed(tx, &actor, outcome, &asked)?;
            let named = found.items.into_iter().map(|o| {
                let name = party::who_name(tx, &o.owner.to_string())?;
                Ok((o, name))
            });
            Ok((named.collect::<Done<Vec<_>>>()?, found.next))
        })
        .await?;
    let w = who.words();
    let places = [("refused", "openings-refused"), ("opened", "openings-opened")];
    let sides: Vec<(Text<'_>, Text<'_>)> =
        places.iter().map(|(code, key)| (who.t(key), Text::from(format!("/openings?show={code}")))).collect();
    let main = html! {
        (tabs(&who.t("openings"), &sides, usize::from(outcome == Outcome::Opened)))
        (table(&who, &items))
        (pager(w, (!first).then_some("/openings"), next_href(&who.view, &next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("openings")).lead(who.t("openings-lead")), main))
}

fn table(who: &Signed, items: &[(Opening, String)]) -> Markup {
    let w = who.words();
    let row = |(o, name): &(Opening, String)| {
        [
            html! { a href={ "/openings/" (o.id) } { (name) } },
            moment(w, o.asked_at),
            outcome(who, o),
            html! { @for flag in &o.flags.0 { div { (say::told(w, "vet-flag", flag)) } } },
        ]
    };
    let table = Table::new(who.t("openings"))
        .text(who.t("fcase-customer"))
        .text(who.t("fcase-when"))
        .text(who.t("vet-outcome"))
        .text(who.t("vet-flags"))
        .rows(items.iter().map(row))
        .when_empty(who.t("openings-none"))
        .caption_hidden();
    table.show(w)
}

pub(super) fn outcome(who: &Signed, o: &Opening) -> Markup {
    let w = who.words();
    let because = o.reason.map_or_else(String::new, |r| say::told(w, "vet-because", r.code()).into_owned());
    match o.outcome {
        Outcome::Opened => status(Tone::Good, &who.t("vet-outcome-opened"), "", ""),
        Outcome::Refused => status(Tone::Danger, &who.t("vet-outcome-refused"), &because, ""),
    }
}

/// A record with the names behind its ids.
pub(super) struct Seen {
    pub opening: Opening,
    pub said: Said,
    pub customer: String,
    pub asked_by: String,
}

pub(super) fn seen(tx: &mut store::Tx<'_>, actor: &kernel::Actor, id: OpeningId) -> Done<Seen> {
    let (opening, said) = diligence::said(tx, actor, id)?;
    let customer = party::who_name(tx, &opening.owner.to_string())?;
    let asked_by = party::who_name(tx, &opening.asked_by)?;
    Ok(Seen { opening, said, customer, asked_by })
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<OpeningId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let s = web.write(move |tx| seen(tx, &actor, id)).await?;
    let main = html! {
        @if s.opening.outcome == Outcome::Refused { (slip(&who, &s)) (objecting(&who, &s.opening)) }
        (record(&who, &s))
    };
    let sheet = Sheet::new(who.t("vet-record")).lead(s.customer.clone()).crumb(who.t("openings"), "/openings");
    Ok(page(&who, sheet, main))
}

/// What the customer takes with him, in both languages.
fn slip(who: &Signed, s: &Seen) -> Markup {
    let Some(reason) = s.opening.reason else { return html! {} };
    let because = Lang::ALL.map(|l| say::told(Words::of(l), "vet-why", reason.code()).into_owned());
    let bring = Lang::ALL.map(|l| say::told(Words::of(l), "vet-remedy", reason.code()).into_owned());
    let title = Lang::ALL.map(|l| Words::of(l).t("vet-slip").into_owned()).join(" / ");
    let object = Lang::ALL.map(|l| Words::of(l).t("vet-slip-object").into_owned());
    html! {
        div.slip {
            p { strong { (who.view.bank()) } }
            p { (title) " · " (s.customer) " · " (moment(who.words(), s.opening.asked_at)) }
            @for text in because { p { (text) } }
            @for text in bring { p { (text) } }
            @for text in object { p { (text) } }
            p.hint { (s.opening.id) }
        }
        (actions(print_button(who.words())))
    }
}

fn objecting(who: &Signed, o: &Opening) -> Markup {
    let w = who.words();
    match (o.appeal, o.lifted_at) {
        (_, Some(at)) => notice(Tone::Good, &who.t("vet-lifted"), html! { p { (moment(w, at)) } }),
        (Some(appeal), _) => notice(
            Tone::Info,
            &who.t("vet-objected"),
            html! { @if who.holds(P::CaseWork) { p { a href={ "/appeals/" (appeal) } { (who.t("vet-objection")) } } } },
        ),
        (None, None) if who.holds(P::AccountOpen) => {
            let fields = html! {
                (multiline(w, &Field::new("said", who.t("vet-object-said")), 3, CHARS))
                (actions(button(Button::Secondary, &who.t("vet-object"), None)))
            };
            details(&who.t("vet-object"), form(&who.view, &format!("/openings/{}/objection", o.id), fields))
        }
        _ => html! {},
    }
}

/// Who asked, what was answered, what was found.
pub(super) fn record(who: &Signed, s: &Seen) -> Markup {
    let (w, o) = (who.words(), &s.opening);
    let mut rows = vec![
        Row::new(who.t("vet-outcome"), outcome(who, o)),
        Row::new(who.t("vet-asked-by"), html! { (say::named(w, &s.asked_by)) " · " (moment(w, o.asked_at)) }),
        Row::new(who.t("counter-purpose"), html! { (s.said.purpose) }),
    ];
    if let Some(account) = o.account.filter(|_| who.holds(P::AccountReadAny)) {
        rows.push(Row::new(
            who.t("account"),
            html! { a href={ "/accounts/" (account) } { (who.t("counter-account")) } },
        ));
    }
    let set = diligence::version_of(AnswerOf::owner(o.owner), o.questions);
    for q in set.iter().flat_map(|set| &set.question) {
        let given = s.said.answers.iter().find(|a| a.question == q.key);
        let choice = given.and_then(|a| q.choice.iter().find(|c| c.code == a.choice));
        let zh = w.lang == Lang::Zh;
        let answer = choice.map(|c| if zh { c.zh.as_str() } else { c.en.as_str() });
        let odd = choice.is_some_and(|c| c.closer || c.refuse);
        let answer = answer.map_or_else(|| who.t("vet-unanswered"), Text::from);
        let shown = html! { @if odd { (status(Tone::Warn, &answer, "", "")) } @else { (answer) } };
        rows.push(Row::new(asked(w, q), shown));
    }
    rows.push(Row::new(who.t("vet-found"), found(who, o)));
    if !s.said.closer.is_empty() {
        rows.push(Row::new(who.t("vet-closer"), html! { (s.said.closer) }));
    }
    summary_list(w, &rows)
}

fn found(who: &Signed, o: &Opening) -> Markup {
    let (w, f) = (who.words(), &o.found.0);
    let number = |key: &str, n: usize| w.t_with(key, &[("count", (n as i64).into())]);
    html! {
        div { (number("vet-found-accounts", f.accounts)) }
        @if f.sharers > 0 { div { (number("vet-found-sharers", f.sharers)) } }
        div { (who.t(if f.lists.is_empty() { "vet-found-unlisted" } else { "vet-found-listed" })) }
    }
}

/// A customer's words against a refusal, or against lowered limits.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ObjectionForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    pub(super) said: String,
}

pub async fn object(
    State(web): State<Web>,
    who: Signed,
    At(id): At<OpeningId>,
    Checked(f): Checked<ObjectionForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| app::judged::object_to_refusal(tx, &actor, id, &f.said)).await?;
    Ok(see_other(&format!("/openings/{id}")))
}
