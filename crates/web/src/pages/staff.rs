//! Members of staff: who there is at the reader's branches, what each holds, joining and leaving.
use super::asking::{Asking, branch_choices, branch_name, told};
use super::confirm::{Confirm, Given};
use super::roles::{Known, Places, held_table};
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{BranchId, StaffId};
use kernel::{Error, PageAsk, Who};
use maud::{Markup, html};
use party::{Branch, Held, LoginView, Permission as P, StaffFind, StaffNew, StaffView};
use serde::Deserialize;

/// Members of staff, or rights, on a page.
pub const ROWS: u32 = 20;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListAsk {
    pub branch: String,
    text: String,
    left: String,
    pub role: String,
    pub after: Option<String>,
}

/// The branch that is asked for, else the uppermost that the reader's right reaches.
pub fn place(asked: &str, reached: &[Branch]) -> kernel::Result<BranchId> {
    let none = || Error::forbidden("no branch is within your rights");
    match asked {
        "" => reached.first().map(|b| b.id).ok_or_else(none),
        id => id.parse::<BranchId>(),
    }
}

/// The two lists of staff: people, and what they hold.
pub fn sides(who: &Signed, now: usize) -> Markup {
    let sides =
        [(Text::from(who.t("staff")), Text::from("/staff")), (Text::from(who.t("grants")), Text::from("/grants"))];
    tabs(&who.t("staff"), &sides, now)
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (actor, given) = (who.actor.clone(), ask.clone());
    let (reached, at, found) = web
        .read(move |tx| {
            let reached = party::branches_of(tx, &actor, P::StaffRead)?;
            let at = place(&given.branch, &reached)?;
            let find = StaffFind { branch: at, text: given.text, left: given.left == "yes" };
            let found = party::staff_list(tx, &actor, &find, &PageAsk { limit: Some(ROWS), after: given.after })?;
            Ok((reached, at, found))
        })
        .await?;
    let w = who.words();
    let places = Places::of(&who, &reached);
    let fields = html! {
        (select(w, &Field::new("branch", who.t("staff-at")).value(at.to_string()), &branch_choices(&who, &reached)))
        (text(w, &Field::new("text", who.t("staff-find")).hint(who.t("staff-find-hint")).value(ask.text.as_str()).width(Width::Twenty)))
        (checkbox(w, &Field::new("left", who.t("staff-left")), ask.left == "yes"))
    };
    let main = html! {
        (sides(&who, 0))
        @if who.holds(P::StaffManage) { (actions(link_button(Button::Primary, &who.t("staff-join"), "/staff/joining"))) }
        (filter_bar(w, "/staff", fields))
        (table(&who, &places, &found.items))
        (pager(w, ask.after.as_ref().map(|_| "/staff"), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("staff")).lead(who.t("staff-lead")), main))
}

fn table(who: &Signed, places: &Places, items: &[StaffView]) -> Markup {
    let w = who.words();
    let row = |s: &StaffView| {
        let roles = s.roles.iter().map(|r| say::told(w, "role", r.code())).collect::<Vec<_>>().join(" · ");
        [
            html! { a href={ "/staff/" (s.staff) } { (s.name) } },
            html! { code { (s.number) } },
            html! { (places.name(Some(s.branch))) },
            html! { @if roles.is_empty() { span.hint { (who.t("rights-none")) } } @else { (roles) } },
            html! { @if let Some(at) = s.left_at { (moment(w, at)) } @else { (moment(w, s.joined_at)) } },
        ]
    };
    let table = Table::new(who.t("staff"))
        .text(who.t("staff-name"))
        .text(who.t("staff-number"))
        .text(who.t("branch-name"))
        .text(who.t("staff-roles"))
        .text(who.t("staff-since"))
        .rows(items.iter().map(row))
        .when_empty(who.t("staff-nobody"))
        .caption_hidden();
    table.show(w)
}

/// A member of staff as his page shows him.
struct Seen {
    staff: StaffView,
    held: Vec<Held>,
    login: Option<LoginView>,
    branches: Vec<Branch>,
}

async fn load(web: &Web, who: &Signed, id: StaffId) -> Result<Seen, Fault> {
    let actor = who.actor.clone();
    let seen = web.read(move |tx| {
        Ok(Seen {
            staff: crate::api::unknown_to_others(party::staff_view(tx, &actor, id), "staff", id)?,
            held: party::held_by(tx, &actor, Who::Staff(id))?,
            login: party::login_seen(tx, &actor, Who::Staff(id))?,
            branches: party::branches(tx)?,
        })
    });
    Ok(seen.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<StaffId>) -> Result<Shown, Fault> {
    let seen = load(&web, &who, id).await?;
    let (w, s, places) = (who.words(), &seen.staff, Places::of(&who, &seen.branches));
    let mut rows = vec![
        Row::new(who.t("staff-number"), html! { code { (s.number) } }),
        Row::new(who.t("branch-name"), html! { (places.name(Some(s.branch))) }),
        Row::new(who.t("staff-since"), moment(w, s.joined_at)),
    ];
    if let Some(at) = s.left_at {
        rows.push(Row::new(who.t("staff-left-at"), moment(w, at)));
    }
    let here = format!("/staff/{id}");
    let there = s.left_at.is_none() && who.actor.who != Who::Staff(id);
    let main = html! {
        (summary_list(w, &rows))
        h2 { (who.t("login")) }
        (super::logins::block(&who, seen.login.as_ref(), there.then_some(&format!("{here}/login"))))
        h2 { (who.t("grants")) }
        (held_table(&who, &places, &seen.held, Known::Holder))
        @if there {
            (actions(html! {
                @if who.holds(P::RoleGrant) { (link_button(Button::Primary, &who.t("role-give"), &format!("{here}/role"))) }
                @if who.holds(P::CustomerManage) { (link_button(Button::Secondary, &who.t("portrait"), &format!("{here}/portrait"))) }
                @if who.holds(P::StaffManage) { (link_button(Button::Danger, &who.t("staff-leave"), &format!("{here}/leaving"))) }
            }))
        }
    };
    Ok(page(&who, Sheet::new(s.name.clone()).crumb(who.t("staff"), "/staff"), main))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JoinForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    branch: String,
    number: String,
    name: String,
}

pub async fn joining(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    join_page(&web, &who, &JoinForm::default(), &FieldErrors::new()).await
}

async fn join_page(web: &Web, who: &Signed, given: &JoinForm, errors: &FieldErrors) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let reached = web.read(move |tx| party::branches_of(tx, &actor, P::StaffManage)).await?;
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let fields = html! {
        (select(w, &field("branch", "branch-name", &given.branch), &branch_choices(who, &reached)))
        (text(w, &field("number", "staff-number", &given.number).width(Width::Twelve).autocomplete("off")))
        (text(w, &field("name", "staff-name", &given.name).hint(who.t("staff-name-hint")).autocomplete("off")))
    };
    let asking = Asking {
        title: &who.t("staff-join"),
        lead: &who.t("staff-join-lead"),
        crumbs: vec![(who.t("staff").into_owned(), "/staff".into())],
        action: "/staff/joining",
        back: "/staff",
        button: &who.t("staff-join"),
    };
    Ok(asking.show(who, fields, errors))
}

pub async fn join(State(web): State<Web>, who: Signed, Checked(given): Checked<JoinForm>) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    super::given::text(&who, &mut errors, "number", &given.number, "fill-in");
    super::given::text(&who, &mut errors, "name", &given.name, "fill-in");
    let Ok(branch) = given.branch.parse::<BranchId>() else {
        errors.add("branch", who.t("choose-one"));
        return Ok(refused(join_page(&web, &who, &given, &errors).await?));
    };
    if errors.is_empty() {
        let (actor, number, name) = (who.actor.clone(), given.number.clone(), given.name.clone());
        let new = StaffNew { branch, number, name, person: None };
        match web.write(move |tx| party::staff_join(tx, &actor, new.clone())).await {
            Ok(id) => return Ok(see_other(&format!("/staff/{id}"))),
            Err(why) => errors = told(&who, &["branch", "number", "name"], "number", why)?,
        }
    }
    Ok(refused(join_page(&web, &who, &given, &errors).await?))
}

fn leave_page(who: &Signed, seen: &Seen, given: &Given, errors: &FieldErrors) -> Shown {
    let (s, places) = (&seen.staff, Places::of(who, &seen.branches));
    let here = format!("/staff/{}", s.staff);
    let confirm = Confirm {
        title: &who.t("staff-leave"),
        lead: &who.t("staff-leave-lead"),
        crumbs: vec![(who.t("staff").into_owned(), "/staff".into()), (s.name.clone(), here.clone())],
        rows: vec![
            Row::new(who.t("staff-name"), html! { (s.name) " " code { (s.number) } }),
            Row::new(who.t("branch-name"), html! { (places.name(Some(s.branch))) }),
        ],
        more: held_table(who, &places, &seen.held, Known::Holder),
        action: &format!("{here}/leaving"),
        back: &here,
        button: (Button::Danger, &who.t("staff-leave-confirm")),
        reason: Some((&who.t("reason"), &who.t("reason-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

pub async fn leaving(State(web): State<Web>, who: Signed, At(id): At<StaffId>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    let seen = load(&web, &who, id).await?;
    Ok(leave_page(&who, &seen, &Given::default(), &FieldErrors::new()))
}

pub async fn leave(
    State(web): State<Web>,
    who: Signed,
    At(id): At<StaffId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let why = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        let seen = load(&web, &who, id).await?;
        return Ok(refused(leave_page(&who, &seen, &given, &errors)));
    }
    let actor = who.actor.clone();
    web.write(move |tx| party::staff_leave(tx, &actor, id, &why)).await?;
    Ok(see_other(&format!("/staff/{id}")))
}

/// A branch's name for lists that know its id only.
pub fn shown_place(who: &Signed, b: Option<&Branch>) -> String {
    b.map_or_else(|| who.t("rights-whole-bank").into_owned(), |b| branch_name(who, b))
}
