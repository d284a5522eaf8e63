//! The machines of the reader's branches: which there are, their codes, out of order and in order again, retired.
use super::asking::{Asking, branch_choices, told};
use super::confirm::{Confirm, Given};
use super::roles::Places;
use super::staff::{ROWS, place};
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::PageAsk;
use kernel::id::{BranchId, DeviceId};
use maud::{Markup, html};
use party::{Branch, Change, Enrolment, Permission as P, TerminalNew, TerminalState, TerminalView, Variant};
use serde::Deserialize;
use store::Tx;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListAsk {
    branch: String,
    after: Option<String>,
}

fn state(who: &Signed, s: &TerminalState) -> Markup {
    let tone = match s {
        TerminalState::Invited { .. } => Tone::Info,
        TerminalState::Enrolled { .. } => Tone::Good,
        TerminalState::OutOfOrder { .. } => Tone::Warn,
        TerminalState::Retired { .. } => Tone::Quiet,
    };
    let w = who.words();
    html! {
        (status(tone, &say::told(w, "terminal-state", s.code()), s.by(), &w.moment(s.at())))
        @if !s.reason().is_empty() { p.hint { (s.reason()) } }
    }
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (actor, given) = (who.actor.clone(), ask.clone());
    let (reached, at, found) = web
        .read(move |tx| {
            let reached = party::branches_of(tx, &actor, P::TerminalWatch)?;
            let at = place(&given.branch, &reached)?;
            let found = party::terminals(tx, &actor, at, &PageAsk { limit: Some(ROWS), after: given.after })?;
            Ok((reached, at, found))
        })
        .await?;
    let w = who.words();
    let places = Places::of(&who, &reached);
    let row = |t: &TerminalView| {
        [
            html! { a href={ "/terminals/" (t.terminal) } { (t.name) } br; span.hint { (t.place) } },
            html! { (places.name(Some(t.branch))) },
            html! { (say::told(w, "terminal-variant", t.variant.code())) },
            state(&who, &t.state),
            html! { @if let Some(at) = t.seen_at { (moment(w, at)) } @else { span.hint { (who.t("terminal-never")) } } },
        ]
    };
    let table = Table::new(who.t("terminals"))
        .text(who.t("terminal-name"))
        .text(who.t("branch-name"))
        .text(who.t("terminal-variant"))
        .text(who.t("terminal-state"))
        .text(who.t("terminal-seen"))
        .rows(found.items.iter().map(row))
        .when_empty(who.t("terminal-none"))
        .caption_hidden();
    let branch = Field::new("branch", who.t("terminal-at")).value(at.to_string());
    let main = html! {
        @if who.holds(P::TerminalEnrol) { (actions(link_button(Button::Primary, &who.t("terminal-enrol"), "/terminals/enrolment"))) }
        @if reached.len() > 1 { (filter_bar(w, "/terminals", select(w, &branch, &branch_choices(&who, &reached)))) }
        (table.show(w))
        (pager(w, ask.after.as_ref().map(|_| "/terminals"), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("terminals")).lead(who.t("terminals-lead")), main))
}

async fn one(web: &Web, who: &Signed, id: DeviceId) -> Result<(TerminalView, Branch), Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| {
        let view = crate::api::unknown_to_others(party::terminal(tx, &actor, id), "terminal", id)?;
        let branch = party::branch(tx, view.branch)?;
        Ok((view, branch))
    });
    Ok(found.await?)
}

fn rows<'a>(who: &Signed, t: &TerminalView, branch: &Branch) -> Vec<Row<'a>> {
    let w = who.words();
    vec![
        Row::new(who.t("terminal-name"), html! { (t.name) }),
        Row::new(who.t("terminal-place"), html! { (t.place) }),
        Row::new(who.t("branch-name"), html! { (super::asking::branch_name(who, branch)) }),
        Row::new(who.t("terminal-variant"), html! { (say::told(w, "terminal-variant", t.variant.code())) }),
        Row::new(who.t("terminal-state"), state(who, &t.state)),
    ]
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<DeviceId>) -> Result<Shown, Fault> {
    let (t, branch) = one(&web, &who, id).await?;
    let here = format!("/terminals/{id}");
    let over = matches!(t.state, TerminalState::Retired { .. });
    let send = |to: &str, key: &str| {
        let label = who.t(key);
        html! { (form(&who.view, &format!("{here}/{to}"), button(Button::Secondary, &label, None))) }
    };
    let main = html! {
        (summary_list(who.words(), &rows(&who, &t, &branch)))
        @if !over {
            (actions(html! {
                @if t.is_out_of_order() { (send("in-order", "terminal-in-order")) }
                @else { (link_button(Button::Secondary, &who.t("terminal-out"), &format!("{here}/out-of-order"))) }
                @if who.holds(P::TerminalEnrol) {
                    (link_button(Button::Secondary, &who.t("terminal-machine"), &format!("{here}/machine")))
                    (send("enrolment", "terminal-again"))
                    (link_button(Button::Danger, &who.t("terminal-retire"), &format!("{here}/retirement")))
                }
            }))
            @if who.holds(P::TerminalEnrol) { p.hint { (who.t("terminal-again-hint")) } }
        }
    };
    Ok(page(&who, Sheet::new(t.name.clone()).crumb(who.t("terminals"), "/terminals"), main))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnrolForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    branch: String,
    name: String,
    place: String,
    variant: String,
}

pub async fn enrolment(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let given = EnrolForm { variant: Variant::Tall.code().into(), ..EnrolForm::default() };
    enrol_page(&web, &who, &given, &FieldErrors::new()).await
}

async fn enrol_page(web: &Web, who: &Signed, given: &EnrolForm, errors: &FieldErrors) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let reached = web.read(move |tx| party::branches_of(tx, &actor, P::TerminalEnrol)).await?;
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let variants =
        [Variant::Tall, Variant::Low].map(|v| Choice::new(v.code(), say::told(w, "terminal-variant", v.code())));
    let fields = html! {
        (select(w, &field("branch", "branch-name", &given.branch), &branch_choices(who, &reached)))
        (text(w, &field("name", "terminal-name", &given.name).hint(who.t("terminal-name-hint")).width(Width::Twelve).autocomplete("off")))
        (text(w, &field("place", "terminal-place", &given.place).hint(who.t("terminal-place-hint")).autocomplete("off")))
        (radios(w, &field("variant", "terminal-variant", &given.variant), &variants))
    };
    let asking = Asking {
        title: &who.t("terminal-enrol"),
        lead: &who.t("terminal-enrol-lead"),
        crumbs: vec![(who.t("terminals").into_owned(), "/terminals".into())],
        action: "/terminals/enrolment",
        back: "/terminals",
        button: &who.t("terminal-enrol"),
    };
    Ok(asking.show(who, fields, errors))
}

pub async fn enrol(State(web): State<Web>, who: Signed, Checked(given): Checked<EnrolForm>) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    super::given::text(&who, &mut errors, "name", &given.name, "fill-in");
    super::given::text(&who, &mut errors, "place", &given.place, "fill-in");
    let (branch, variant) = (given.branch.parse::<BranchId>(), Variant::parse(&given.variant));
    if branch.is_err() {
        errors.add("branch", who.t("choose-one"));
    }
    if variant.is_none() {
        errors.add("variant", who.t("choose-one"));
    }
    if let (Ok(branch), Some(variant), true) = (branch, variant, errors.is_empty()) {
        let new = TerminalNew { branch, name: given.name.clone(), place: given.place.clone(), variant };
        let actor = who.actor.clone();
        match web.write(move |tx| party::terminal_enrol(tx, &actor, new.clone())).await {
            Ok(made) => return Ok(code_page(&who, &made).into_response()),
            Err(why) => errors = told(&who, &["branch", "name", "place", "variant"], "name", why)?,
        }
    }
    Ok(refused(enrol_page(&web, &who, &given, &errors).await?))
}

/// The code, shown this once.
fn code_page(who: &Signed, made: &Enrolment) -> Shown {
    let w = who.words();
    let (head, tail) = made.code.split_at(made.code.len() / 2);
    let code_rows = [
        Row::new(who.t("terminal-code"), html! { strong.masked { (head) " " (tail) } }),
        Row::new(who.t("terminal-code-until"), moment(w, made.until)),
    ];
    let main = html! {
        (notice(Tone::Warn, &who.t("terminal-code-once"), html! { p { (who.t("terminal-code-how")) " " code { "/kiosk/enrolment" } } }))
        (summary_list(w, &code_rows))
        (actions(link_button(Button::Primary, &who.t("terminal-code-typed"), &format!("/terminals/{}", made.terminal))))
    };
    page(who, Sheet::new(who.t("terminal-code-title")).crumb(who.t("terminals"), "/terminals"), main)
}

pub async fn again(
    State(web): State<Web>,
    who: Signed,
    At(id): At<DeviceId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let made = web
        .write(move |tx| crate::api::unknown_to_others(party::terminal_again(tx, &actor, id), "terminal", id))
        .await?;
    Ok(code_page(&who, &made))
}

/// Out of order, or retired: what is asked before.
#[derive(Clone, Copy)]
enum Order {
    Out,
    Retire,
}

impl Order {
    fn key(self) -> &'static str {
        match self {
            Order::Out => "terminal-out",
            Order::Retire => "terminal-retire",
        }
    }
    fn place(self) -> &'static str {
        match self {
            Order::Out => "out-of-order",
            Order::Retire => "retirement",
        }
    }
}

async fn ask(
    web: &Web,
    who: &Signed,
    id: DeviceId,
    order: Order,
    given: &Given,
    errors: &FieldErrors,
) -> Result<Shown, Fault> {
    let (t, branch) = one(web, who, id).await?;
    let here = format!("/terminals/{id}");
    let confirm = Confirm {
        title: &who.t(order.key()),
        lead: &who.t(&format!("{}-lead", order.key())),
        crumbs: vec![(who.t("terminals").into_owned(), "/terminals".into()), (t.name.clone(), here.clone())],
        rows: rows(who, &t, &branch),
        more: html! {},
        action: &format!("{here}/{}", order.place()),
        back: &here,
        button: (Button::Danger, &who.t(order.key())),
        reason: Some((&who.t("reason"), &who.t("reason-hint"))),
        hash: "",
    };
    Ok(confirm.show(who, given, errors))
}

async fn order(web: Web, who: Signed, id: DeviceId, order: Order, given: Given) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    let why = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(ask(&web, &who, id, order, &given, &errors).await?));
    }
    change(web, who, id, move |tx, actor| match order {
        Order::Out => party::terminal_out(tx, actor, id, &why),
        Order::Retire => party::terminal_retire(tx, actor, id, &why),
    })
    .await
}

async fn change(
    web: Web,
    who: Signed,
    id: DeviceId,
    f: impl Fn(&mut Tx<'_>, &kernel::Actor) -> kernel::Result<Change> + Send + 'static,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let done = web.write(move |tx| crate::api::unknown_to_others(f(tx, &actor), "terminal", id)).await;
    web.inner().sessions.forget_terminal(id);
    done?;
    Ok(see_other(&format!("/terminals/{id}")))
}

pub async fn out_of_order(State(web): State<Web>, who: Signed, At(id): At<DeviceId>) -> Result<Shown, Fault> {
    ask(&web, &who, id, Order::Out, &Given::default(), &FieldErrors::new()).await
}

pub async fn put_out(
    State(web): State<Web>,
    who: Signed,
    At(id): At<DeviceId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    order(web, who, id, Order::Out, given).await
}

pub async fn put_in_order(
    State(web): State<Web>,
    who: Signed,
    At(id): At<DeviceId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    change(web, who, id, move |tx, actor| party::terminal_in_order(tx, actor, id)).await
}

pub async fn retirement(State(web): State<Web>, who: Signed, At(id): At<DeviceId>) -> Result<Shown, Fault> {
    ask(&web, &who, id, Order::Retire, &Given::default(), &FieldErrors::new()).await
}

pub async fn retire(
    State(web): State<Web>,
    who: Signed,
    At(id): At<DeviceId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    order(web, who, id, Order::Retire, given).await
}
