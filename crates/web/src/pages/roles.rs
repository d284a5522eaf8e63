//! Roles are given and taken here, to staff and in firms; what needs a second person goes to the approvals.
use super::asking::{Asking, LimitsGiven, branch_choices, told};
use super::confirm::{Confirm, Given};
use super::staff::{ListAsk, ROWS, place, shown_place, sides};
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::rights::{Asked, grant_ask, revoke_ask};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{BranchId, FirmId, GrantId, StaffId};
use kernel::{Error, Kind, PageAsk, Who};
use maud::{Markup, html};
use party::{Branch, Grant, GrantAsk, GrantsFind, Held, Permission as P, Role};
use serde::Deserialize;
use std::collections::HashMap;

/// Names of branches by their ids.
pub struct Places {
    names: HashMap<BranchId, String>,
    bank: String,
}

impl Places {
    pub fn of(who: &Signed, all: &[Branch]) -> Places {
        let names = all.iter().map(|b| (b.id, shown_place(who, Some(b)))).collect();
        Places { names, bank: shown_place(who, None) }
    }
    pub fn name(&self, branch: Option<BranchId>) -> &str {
        branch.map_or(self.bank.as_str(), |b| self.names.get(&b).map_or("", String::as_str))
    }
}

/// What is known already where a list of rights stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Nothing,
    Holder,
    Place,
}

/// What somebody holds, or who holds what; a way to take it back for whoever may.
pub fn held_table(who: &Signed, places: &Places, held: &[Held], known: Known) -> Markup {
    let w = who.words();
    let row = |h: &Held| {
        let role = html! {
            @if h.deny { (status(Tone::Danger, &who.t("grant-denied"), "", "")) " " }
            (say::told(w, "role", h.role.code()))
            @if let Some(only) = h.permission { br; span.hint { (say::told(w, "permission", only.code())) } }
        };
        let until = html! {
            (moment(w, h.valid_from))
            @if let Some(end) = h.valid_until { br; span.hint { (who.t("rights-until")) " " (moment(w, end)) } }
        };
        let end = html! { @if who.holds(P::RoleRevoke) { a href={ "/grants/" (h.grant) "/revocation" } { (who.t("role-take")) } } };
        let mut cells = vec![role];
        if known != Known::Place {
            cells.push(html! { (places.name(h.branch)) });
        }
        cells.extend([until, end]);
        if known != Known::Holder {
            let name = match h.holder.parse::<StaffId>() {
                Ok(id) => html! { a href={ "/staff/" (id) } { (h.holder_name) } },
                Err(_) => html! { span.masked-text { (h.holder_name) } },
            };
            cells.insert(0, name);
        }
        cells
    };
    let mut table = Table::new(who.t("grants"));
    if known != Known::Holder {
        table = table.text(who.t("staff-name"));
    }
    table = table.text(who.t("grant-role"));
    if known != Known::Place {
        table = table.text(who.t("rights-place"));
    }
    let table = table
        .text(who.t("rights-from"))
        .actions(who.t("role-take"))
        .rows(held.iter().map(row))
        .when_empty(who.t("grants-none"))
        .caption_hidden();
    table.show(w)
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (actor, given) = (who.actor.clone(), ask.clone());
    let (reached, branches, at, found) = web
        .read(move |tx| {
            let reached = party::branches_of(tx, &actor, P::StaffRead)?;
            let branch = place(&given.branch, &reached)?;
            let find = GrantsFind { branch, role: Role::parse(&given.role) };
            let found = party::grants_seen(tx, &actor, &find, &PageAsk { limit: Some(ROWS), after: given.after })?;
            Ok((reached, party::branches(tx)?, branch, found))
        })
        .await?;
    let w = who.words();
    let mut roles = vec![Choice::new("all", who.t("grants-every-role"))];
    roles.extend(staff_roles(&who));
    let chosen = if ask.role.is_empty() { "all" } else { ask.role.as_str() };
    let fields = html! {
        (select(w, &Field::new("branch", who.t("staff-at")).value(at.to_string()), &branch_choices(&who, &reached)))
        (select(w, &Field::new("role", who.t("grant-role")).value(chosen), &roles))
    };
    let main = html! {
        (sides(&who, 1))
        (filter_bar(w, "/grants", fields))
        (held_table(&who, &Places::of(&who, &branches), &found.items, Known::Nothing))
        (pager(w, ask.after.as_ref().map(|_| "/grants"), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("grants")).lead(who.t("grants-lead")).crumb(who.t("staff"), "/staff"), main))
}

fn staff_roles(who: &Signed) -> Vec<Choice<'static>> {
    let all = Role::ALL.iter().filter(|r| r.is_staff());
    all.map(|r| Choice::new(r.code(), say::told(who.words(), "role", r.code()))).collect()
}

/// A role for a member of staff, or for somebody in a firm (`number` and `name` say who).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoleForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    number: String,
    name: String,
    role: String,
    branch: String,
    per_transaction: String,
    per_day: String,
    own: String,
    release: String,
    until: String,
    note: String,
}

const FIELDS: [&str; 10] =
    ["number", "name", "role", "branch", "per_transaction", "per_day", "own", "release", "until", "note"];

impl RoleForm {
    fn limits(&self) -> LimitsGiven<'_> {
        LimitsGiven {
            per_transaction: &self.per_transaction,
            per_day: &self.per_day,
            own: &self.own,
            release: &self.release,
        }
    }

    /// The role with its limits and end, for a holder that is known.
    fn ask(&self, who: &Signed, holder: Who, errors: &mut FieldErrors) -> Option<GrantAsk> {
        let Some(role) = Role::parse(&self.role) else {
            errors.add("role", who.t("choose-one"));
            return None;
        };
        let limits = self.limits().read(who, role.cap(), errors);
        let until = super::given::day(who, errors, "until", &self.until);
        let ask = GrantAsk::new(holder, role);
        Some(GrantAsk { limits, valid_until: until.map(|d| d.plus_days(1).begins()), ..ask })
            .filter(|_| errors.is_empty())
    }

    fn common(&self, who: &Signed, errors: &FieldErrors) -> Markup {
        let w = who.words();
        html! {
            (self.limits().fields(who, errors))
            (date(w, &Field::new("until", who.t("role-until")).hint(who.t("role-until-hint")).value(self.until.as_str()).errors(errors).optional(), None, None))
            (multiline(w, &Field::new("note", who.t("role-note")).hint(who.t("role-note-hint")).value(self.note.as_str()).errors(errors).optional(), 3, 200))
        }
    }
}

/// Where one goes after asking: to what waits, or back to what is done.
fn after(asked: Asked, back: &str) -> Response {
    match asked {
        Asked::Waits(approval) => see_other(&format!("/approvals/{approval}")),
        Asked::Granted(_) | Asked::Changed(_) => see_other(back),
    }
}

pub async fn staff_role(State(web): State<Web>, who: Signed, At(id): At<StaffId>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    staff_form(&web, &who, id, &RoleForm::default(), &FieldErrors::new()).await
}

async fn staff_form(
    web: &Web,
    who: &Signed,
    id: StaffId,
    given: &RoleForm,
    errors: &FieldErrors,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (staff, reached, bank) = web
        .read(move |tx| {
            let staff = crate::api::unknown_to_others(party::staff_view(tx, &actor, id), "staff", id)?;
            let bank = party::may(tx, &actor, P::RoleGrant, &party::Scope::bank()).is_ok();
            Ok((staff, party::branches_of(tx, &actor, P::RoleGrant)?, bank))
        })
        .await?;
    let w = who.words();
    let mut places = branch_choices(who, &reached);
    if bank {
        places.insert(0, Choice::new("bank", who.t("rights-whole-bank")));
    }
    let at = if given.branch.is_empty() { staff.branch.to_string() } else { given.branch.clone() };
    let fields = html! {
        (select(w, &Field::new("role", who.t("grant-role")).value(given.role.as_str()).errors(errors), &staff_roles(who)))
        (select(w, &Field::new("branch", who.t("role-at")).hint(who.t("role-at-hint")).value(at).errors(errors), &places))
        (given.common(who, errors))
    };
    let here = format!("/staff/{id}");
    let asking = Asking {
        title: &who.t("role-give"),
        lead: &who.t("role-give-lead"),
        crumbs: vec![(who.t("staff").into_owned(), "/staff".into()), (staff.name, here.clone())],
        action: &format!("{here}/role"),
        back: &here,
        button: &who.t("role-ask"),
    };
    Ok(asking.show(who, fields, errors))
}

pub async fn give_staff(
    State(web): State<Web>,
    who: Signed,
    At(id): At<StaffId>,
    Checked(given): Checked<RoleForm>,
) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let place = given.branch.parse::<BranchId>().ok();
    if place.is_none() && given.branch != "bank" {
        errors.add("branch", who.t("choose-one"));
    }
    if let Some(ask) = given.ask(&who, Who::Staff(id), &mut errors) {
        let (actor, note) = (who.actor.clone(), given.note.clone());
        let ask = GrantAsk { branch: place, ..ask };
        match web.write(move |tx| grant_ask(tx, &actor, ask.clone(), &note)).await {
            Ok(asked) => return Ok(after(asked, &format!("/staff/{id}"))),
            Err(why) => errors = told(&who, &FIELDS, "role", why)?,
        }
    }
    Ok(refused(staff_form(&web, &who, id, &given, &errors).await?))
}

pub async fn firm_role(State(web): State<Web>, who: Signed, At(id): At<FirmId>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    firm_form(&web, &who, id, &RoleForm::default(), &FieldErrors::new()).await
}

async fn firm_form(
    web: &Web,
    who: &Signed,
    id: FirmId,
    given: &RoleForm,
    errors: &FieldErrors,
) -> Result<Shown, Fault> {
    let firm = super::firms::load(web, who, id).await?;
    let w = who.words();
    let roles: &[Role] = match (firm.kind, who.is_staff()) {
        (party::FirmKind::Authority, _) => &[Role::BureauOfficer, Role::BureauHead],
        (_, true) => &[Role::PayrollClerk, Role::PayrollChecker, Role::LabourOfficer, Role::CrewClerk, Role::FirmOwner],
        (_, false) => &[Role::PayrollClerk, Role::PayrollChecker, Role::LabourOfficer, Role::CrewClerk],
    };
    let about = |r: Role| say::told(w, "role-about", r.code());
    let choices: Vec<Choice<'_>> =
        roles.iter().map(|r| Choice::new(r.code(), say::told(w, "role", r.code())).hint(about(*r))).collect();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let fields = html! {
        (text(w, &field("number", "user-number", &given.number).hint(who.t("find-number-hint")).width(Width::Twenty).autocomplete("off")))
        (text(w, &field("name", "user-name", &given.name).hint(who.t("user-name-hint")).width(Width::Twenty).autocomplete("off")))
        (radios(w, &field("role", "grant-role", &given.role), &choices))
        (given.common(who, errors))
    };
    let here = format!("/firms/{id}");
    let asking = Asking {
        title: &who.t("user-give"),
        lead: &who.t("user-give-lead"),
        crumbs: vec![(firm.name, here.clone())],
        action: &format!("{here}/role"),
        back: &here,
        button: &who.t("role-ask"),
    };
    Ok(asking.show(who, fields, errors))
}

pub async fn give_in_firm(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FirmId>,
    Checked(given): Checked<RoleForm>,
) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    super::given::text(&who, &mut errors, "number", &given.number, "fill-in");
    super::given::text(&who, &mut errors, "name", &given.name, "fill-in");
    // The holder is looked up where the role is given; until then the role is read for nobody.
    if let Some(ask) = given.ask(&who, Who::Nobody, &mut errors) {
        let (actor, form) = (who.actor.clone(), given.clone());
        let give = move |tx: &mut store::Tx<'_>| {
            let person = party::firm_user_find(tx, &actor, id, &form.number, &form.name)?;
            grant_ask(tx, &actor, GrantAsk { holder: Who::Person(person), firm: Some(id), ..ask.clone() }, &form.note)
        };
        match web.write(give).await {
            Ok(asked) => return Ok(after(asked, &format!("/firms/{id}"))),
            Err(why) if why.is(&party::codes::PERSON_UNKNOWN) => errors = told(&who, &FIELDS, "number", why)?,
            Err(why) => errors = told(&who, &FIELDS, "role", why)?,
        }
    }
    Ok(refused(firm_form(&web, &who, id, &given, &errors).await?))
}

/// A grant that is about to be taken back, and the name of its holder.
async fn grant_of(web: &Web, who: &Signed, id: GrantId) -> Result<(Grant, String, Vec<Branch>), Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let row = crate::api::unknown_to_others(party::grant_to_revoke(tx, &actor, id), "grant", id)?;
        let name = party::who_name(tx, &row.holder)?;
        Ok((row, name, party::branches(tx)?))
    });
    Ok(found.await?)
}

fn home_of(row: &Grant) -> String {
    match row.firm {
        Some(firm) => format!("/firms/{firm}"),
        None => format!("/staff/{}", row.holder),
    }
}

fn revoke_page(who: &Signed, found: &(Grant, String, Vec<Branch>), given: &Given, errors: &FieldErrors) -> Shown {
    let (row, name, branches) = found;
    let (w, places, home) = (who.words(), Places::of(who, branches), home_of(row));
    let mut rows = vec![
        Row::new(who.t("rights-holder"), html! { (name) }),
        Row::new(who.t("grant-role"), html! { (say::told(w, "role", row.role.code())) }),
    ];
    if row.firm.is_none() {
        rows.push(Row::new(who.t("rights-place"), html! { (places.name(row.branch)) }));
    }
    let confirm = Confirm {
        title: &who.t("role-take"),
        lead: &who.t(if row.deny { "role-lift-lead" } else { "role-take-lead" }),
        crumbs: vec![(name.clone(), home.clone())],
        rows,
        more: html! {},
        action: &format!("/grants/{}/revocation", row.id),
        back: &home,
        button: (Button::Danger, &who.t("role-take-confirm")),
        reason: Some((&who.t("reason"), &who.t("reason-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

pub async fn revocation(State(web): State<Web>, who: Signed, At(id): At<GrantId>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    let found = grant_of(&web, &who, id).await?;
    Ok(revoke_page(&who, &found, &Given::default(), &FieldErrors::new()))
}

pub async fn revoke(
    State(web): State<Web>,
    who: Signed,
    At(id): At<GrantId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let why = given.reason(&who, &mut errors);
    let found = grant_of(&web, &who, id).await?;
    if !errors.is_empty() {
        return Ok(refused(revoke_page(&who, &found, &given, &errors)));
    }
    let actor = who.actor.clone();
    let done = web.write(move |tx| revoke_ask(tx, &actor, id, &why)).await;
    let hidden = |e: Error| if e.kind() == Kind::Forbidden { Error::not_found("grant", id).caused_by(e) } else { e };
    Ok(after(done.map_err(hidden)?, &home_of(&found.0)))
}
