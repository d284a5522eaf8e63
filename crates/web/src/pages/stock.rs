//! Accounts opened in a period, looked at again: what is looked for, the list of work, and the result of each.
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use diligence::{Criteria, Item, StockNew, StockResult, StockReview};
use kernel::chinese::mask_card;
use kernel::id::{AccountId, StaffId, StockReviewId};
use kernel::{Date, Error, PageAsk, Result as Done};
use maud::{Markup, html};
use party::{Permission as P, Role, Tier};
use serde::Deserialize;

const CHARS: u32 = diligence::TEXT_CHARS_MAX as u32;
/// Officers to choose from, of each role.
const OFFICERS_MAX: usize = 20;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ListAsk {
    after: Option<String>,
}

impl ListAsk {
    fn page(&self) -> PageAsk {
        PageAsk { limit: None, after: self.after.clone() }
    }
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (actor, asked) = (who.actor.clone(), ask.page());
    let (items, next) = web
        .read(move |tx| {
            let found = diligence::stock_reviews(tx, &actor, &asked)?;
            let named = found.items.into_iter().map(|r| {
                let name = party::who_name(tx, &r.officer.to_string())?;
                Ok((r, name))
            });
            Ok((named.collect::<Done<Vec<_>>>()?, found.next))
        })
        .await?;
    let w = who.words();
    let row = |(r, officer): &(StockReview, String)| {
        [
            html! { a href={ "/stock-reviews/" (r.id) } { (period(&who, &r.criteria.0)) } },
            html! { (r.found) },
            html! { (say::named(w, officer)) },
            day(w, r.due_on),
        ]
    };
    let table = Table::new(who.t("stock-reviews"))
        .text(who.t("stock-period"))
        .figures(who.t("stock-found"))
        .text(who.t("stock-officer"))
        .text(who.t("fcase-due"))
        .rows(items.iter().map(row))
        .when_empty(who.t("stock-none"))
        .caption_hidden();
    let first = ask.after.as_ref().map(|_| "/stock-reviews");
    let main = html! {
        (actions(link_button(Button::Primary, &who.t("stock-new"), "/stock-reviews/new")))
        (table.show(w))
        (pager(w, first, next_href(&who.view, &next).as_deref()))
    };
    let sheet = Sheet::new(who.t("stock-reviews")).lead(who.t("stock-lead")).crumb(who.t("diligence"), "/diligence");
    Ok(page(&who, sheet, main))
}

fn period(who: &Signed, c: &Criteria) -> String {
    format!("{} – {}", who.words().date(c.from), who.words().date(c.until))
}

/// What is looked for, as it is written.
#[derive(Clone, Debug, Default)]
pub struct NewForm {
    once: String,
    from: String,
    until: String,
    tier: String,
    signs: Vec<String>,
    officer: String,
    due: String,
}

impl NewForm {
    fn of(fields: &[(String, String)]) -> NewForm {
        let one = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
        let signs = fields.iter().filter(|(n, _)| n == "signs").map(|(_, v)| v.clone()).collect();
        let [once, from, until, tier] = ["once", "from", "until", "tier"].map(one);
        NewForm { once, from, until, tier, signs, officer: one("officer"), due: one("due") }
    }
    fn asks(&self, sign: &str) -> bool {
        self.signs.iter().any(|s| s == sign)
    }
}

/// Officers and managers near the branch, with their names.
async fn officers(web: &Web, who: &Signed) -> Result<Vec<(StaffId, String)>, Fault> {
    let branch = branch(who)?;
    let found = web.read(move |tx| {
        let mut all = party::staff_near(tx, Role::RiskOfficer, branch, OFFICERS_MAX)?;
        all.extend(party::staff_near(tx, Role::BranchManager, branch, OFFICERS_MAX)?);
        all.into_iter().map(|id| Ok((id, party::staff(tx, id)?.name))).collect::<Done<Vec<_>>>()
    });
    Ok(found.await?)
}

fn branch(who: &Signed) -> Result<kernel::id::BranchId, Fault> {
    Ok(who.actor.branch.ok_or_else(|| Error::forbidden("stock is reviewed at a branch"))?)
}

pub async fn new(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let today = web.now().local_date();
    let written = |d: Date| d.to_string();
    let given = NewForm {
        from: written(today.plus_months(-6)),
        until: written(today),
        due: written(today.plus_months(1)),
        ..NewForm::default()
    };
    Ok(form_page(&who, &given, &officers(&web, &who).await?, &FieldErrors::new()))
}

fn form_page(who: &Signed, f: &NewForm, officers: &[(StaffId, String)], errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let any = std::iter::once(Choice::new("any", who.t("stock-tier-any")));
    let tiers: Vec<Choice<'_>> =
        any.chain(Tier::ALL.iter().map(|t| Choice::new(t.code(), super::tiers::tier_shown(who, *t)))).collect();
    let people: Vec<Choice<'_>> = officers.iter().map(|(id, name)| Choice::new(id.to_string(), name.clone())).collect();
    let signs = ["dormant", "phone", "address"].map(|s| Choice::new(s, say::told(w, "stock-sign", s)));
    let chosen: Vec<&str> = f.signs.iter().map(String::as_str).collect();
    let tier = if f.tier.is_empty() { "any" } else { f.tier.as_str() };
    let fields = html! {
        (super::once_field())
        (date(w, &field("from", "stock-from", &f.from), None, None))
        (date(w, &field("until", "stock-until", &f.until), None, None))
        (radios(w, &field("tier", "stock-tier", tier), &tiers))
        (checkboxes(w, &field("signs", "stock-signs", "").hint(who.t("stock-signs-hint")), &signs, &chosen))
        (radios(w, &field("officer", "stock-officer", &f.officer), &people))
        (date(w, &field("due", "fcase-due", &f.due), None, None))
        (actions(button(Button::Primary, &who.t("stock-select"), None)))
    };
    let main = html! { (error_summary(w, errors)) (form(&who.view, "/stock-reviews/new", fields)) };
    let sheet = Sheet::new(who.t("stock-new")).crumb(who.t("stock-reviews"), "/stock-reviews");
    page(who, sheet.wrong(!errors.is_empty()), main)
}

fn checked(who: &Signed, f: &NewForm) -> Result<Result<StockNew, FieldErrors>, Fault> {
    let mut errors = FieldErrors::new();
    let mut one = |name: &str, text: &str| match Date::parse(text.trim()) {
        Ok(day) => Some(day),
        Err(_) => {
            errors.add(name, who.t("day-wrong"));
            None
        }
    };
    let days = (one("from", &f.from), one("until", &f.until), one("due", &f.due));
    let officer = f.officer.parse::<StaffId>().ok();
    if officer.is_none() {
        errors.add("officer", who.t("choice-missing"));
    }
    let ((Some(from), Some(until), Some(due_on)), Some(officer)) = (days, officer) else { return Ok(Err(errors)) };
    let tier = Some(f.tier.clone()).filter(|t| !t.is_empty() && t != "any");
    let (dormant, phone, address) = (f.asks("dormant"), f.asks("phone"), f.asks("address"));
    let criteria = Criteria { from, until, tier, dormant, phone, address };
    Ok(Ok(StockNew { branch: branch(who)?, criteria, officer, due_on }))
}

pub async fn select(
    State(web): State<Web>,
    who: Signed,
    Checked(fields): Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let f = NewForm::of(&fields);
    let errors = match checked(&who, &f)? {
        Err(errors) => errors,
        Ok(new) => {
            let (actor, asked) = (who.actor.clone(), Asked::new(&who.actor, &f.once, "stock.select.page", &new)?);
            match web.write_once(&asked, move |tx| diligence::select(tx, &actor, &new).map(|r| r.id)).await {
                Ok(id) => return Ok(see_other(&format!("/stock-reviews/{id}"))),
                Err(why) => super::asking::told(&who, &["until", "officer", "tier"], "until", why)?,
            }
        }
    };
    Ok(refused(form_page(&who, &f, &officers(&web, &who).await?, &errors)))
}

/// An account of the list with the names behind its ids.
struct Seen {
    item: Item,
    number: String,
    customer: String,
    note: String,
    done_by: String,
}

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    At(id): At<StockReviewId>,
    Query(ask): Query<ListAsk>,
) -> Result<Shown, Fault> {
    let (actor, asked) = (who.actor.clone(), ask.page());
    let (review, officer, items, next) = web
        .read(move |tx| {
            let review = diligence::review_of(tx, &actor, id)?;
            let found = diligence::items(tx, &actor, id, &asked)?;
            let named = found.items.into_iter().map(|item| {
                let number = ledger::view(tx, item.account)?.account.number;
                let customer = party::who_name(tx, &item.owner.to_string())?;
                let note = diligence::item_note(tx.keys(), &item)?;
                let done_by = item.done_by.clone().map_or(Ok(String::new()), |by| party::who_name(tx, &by))?;
                Ok(Seen { item, number, customer, note, done_by })
            });
            let items = named.collect::<Done<Vec<_>>>()?;
            let officer = party::who_name(tx, &review.officer.to_string())?;
            Ok((review, officer, items, found.next))
        })
        .await?;
    let w = who.words();
    let here = format!("/stock-reviews/{id}");
    let first = ask.after.as_ref().map(|_| here.as_str());
    let main = html! {
        (summary_list(w, &rows(&who, &review, &officer)))
        @for s in &items { (one(&who, s)) }
        (pager(w, first, next_href(&who.view, &next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("stock-review")).crumb(who.t("stock-reviews"), "/stock-reviews"), main))
}

fn rows<'a>(who: &Signed, r: &StockReview, officer: &str) -> Vec<Row<'a>> {
    let (w, c) = (who.words(), &r.criteria.0);
    let asked = [("dormant", c.dormant), ("phone", c.phone), ("address", c.address)];
    let signs: Vec<_> = asked.iter().filter(|(_, on)| *on).map(|(s, _)| say::told(w, "stock-sign", s)).collect();
    let tier = c.tier.as_deref().and_then(Tier::parse);
    vec![
        Row::new(who.t("stock-period"), html! { (period(who, c)) }),
        Row::new(
            who.t("stock-tier"),
            html! { @match tier { Some(t) => (super::tiers::tier_shown(who, t)), None => (who.t("stock-tier-any")) } },
        ),
        Row::new(
            who.t("stock-signs"),
            html! { @for s in &signs { div { (s) } } @if signs.is_empty() { (who.t("stock-sign-all")) } },
        ),
        Row::new(who.t("stock-looked-at"), html! { (r.looked_at) }),
        Row::new(who.t("stock-found"), html! { (r.found) }),
        Row::new(who.t("stock-officer"), html! { (say::named(w, officer)) }),
        Row::new(who.t("fcase-due"), day(w, r.due_on)),
    ]
}

fn one(who: &Signed, s: &Seen) -> Markup {
    let (w, i) = (who.words(), &s.item);
    let number = mask_card(&s.number);
    let mut rows = vec![
        Row::new(
            who.t("fcase-customer"),
            html! { (s.customer) " · " a href={ "/diligence/" (i.owner) } { (who.t("diligence")) } },
        ),
        Row::new(who.t("look-back-opened"), moment(w, i.opened_at)),
        Row::new(who.t("stock-why"), html! { @for hit in &i.why.0 { div { (say::told(w, "stock-sign", hit)) } } }),
    ];
    if who.holds(P::AccountReadAny) {
        rows.insert(1, Row::new(who.t("account"), html! { a href={ "/accounts/" (i.account) } { (number) } }));
    }
    if let (Some(result), Some(at)) = (i.result, i.done_at) {
        let told = say::told(w, "stock-result", result.code());
        rows.push(Row::new(
            who.t("stock-result"),
            html! { (told) " · " (say::named(w, &s.done_by)) " · " (moment(w, at)) p { (s.note) } },
        ));
    }
    html! {
        section {
            h2 { (number) }
            (summary_list(w, &rows))
            @if i.result.is_none() { (result_form(who, i, &number)) }
        }
    }
}

fn result_form(who: &Signed, i: &Item, number: &str) -> Markup {
    let w = who.words();
    let (result, note) = (format!("result-{}", i.account), format!("note-{}", i.account));
    let results: Vec<Choice<'_>> =
        StockResult::ALL.iter().map(|r| Choice::new(r.code(), say::told(w, "stock-result", r.code()))).collect();
    let fields = html! {
        (radios(w, &Field::new(&result, who.t("stock-result")), &results))
        (multiline(w, &Field::new(&note, who.t("cdd-note")), 2, CHARS))
        (actions(button(Button::Primary, &who.t("stock-result-keep"), None)))
    };
    let at = format!("/stock-reviews/{}/accounts/{}", i.review, i.account);
    details(&format!("{} {number}", who.t("stock-result-keep")), form(&who.view, &at, fields))
}

pub async fn result(
    State(web): State<Web>,
    who: Signed,
    Path((id, account)): Path<(String, String)>,
    Checked(fields): Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let none = |what| move |_| Error::not_found(what, "here");
    let id: StockReviewId = id.parse().map_err(none("stock review"))?;
    let account: AccountId = account.parse().map_err(none("account"))?;
    // The fields carry the account, so that every form of the page has names of its own.
    let one = |name: &str| fields.iter().find(|(n, _)| n.starts_with(name)).map(|(_, v)| v.clone()).unwrap_or_default();
    let found = StockResult::parse(&one("result")).ok_or_else(|| Error::field("result", "choose one"))?;
    let (actor, note) = (who.actor.clone(), one("note"));
    web.write(move |tx| diligence::result(tx, &actor, id, account, found, &note)).await?;
    Ok(see_other(&format!("/stock-reviews/{id}")))
}
