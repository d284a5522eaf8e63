//! Programs of a firm: each has an id and a secret that is shown once, may only what it is given, and is ended with a reason.
use super::asking::{Asking, told};
use super::confirm::{Confirm, Given};
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::id::{ClientId, FirmId};
use kernel::{Currency, Money};
use maud::{Markup, html};
use party::{ApiClient, CLIENT_SCOPES, ClientNew, Limits, Permission as P, Role, SCHEME_SCOPES};

/// The programs of a firm on its page.
pub fn block(who: &Signed, firm: FirmId, clients: &[ApiClient]) -> Markup {
    let w = who.words();
    let row = |c: &ApiClient| {
        let scopes = c.scopes.0.iter().map(|p| say::told(w, "permission", p.code())).collect::<Vec<_>>().join(" · ");
        let state = match c.ended_at {
            Some(at) => status(Tone::Quiet, &who.t("program-ended"), "", &w.moment(at)),
            None => status(Tone::Good, &who.t("program-in-use"), "", ""),
        };
        let end =
            html! { @if c.ended_at.is_none() { a href={ "/programs/" (c.id) "/ending" } { (who.t("program-end")) } } };
        [html! { div { (c.name) br; code { (c.id) } } }, html! { (scopes) }, moment(w, c.made_at), state, end]
    };
    let table = Table::new(who.t("programs"))
        .text(who.t("program-name"))
        .text(who.t("program-scopes"))
        .text(who.t("program-made"))
        .text(who.t("program-state"))
        .actions(who.t("program-end"))
        .rows(clients.iter().map(row))
        .when_empty(who.t("programs-none"))
        .caption_hidden();
    html! {
        h2 { (who.t("programs")) }
        (table.show(w))
        (actions(link_button(Button::Secondary, &who.t("program-make"), &format!("/firms/{firm}/programs"))))
    }
}

/// What is written into the form; a box that is ticked comes as one more `scope`.
#[derive(Clone, Debug, Default)]
struct MakeForm {
    name: String,
    scopes: Vec<String>,
    per_transaction: String,
    per_day: String,
}

impl MakeForm {
    fn of(pairs: Vec<(String, String)>) -> MakeForm {
        let mut form = MakeForm::default();
        for (name, value) in pairs {
            match name.as_str() {
                "name" => form.name = value,
                "scope" => form.scopes.push(value),
                "per_transaction" => form.per_transaction = value,
                "per_day" => form.per_day = value,
                _ => {}
            }
        }
        form
    }
}

/// What the reader may give to a program.
fn open_scopes(who: &Signed) -> impl Iterator<Item = &'static P> {
    let of_bank = SCHEME_SCOPES.iter().filter(move |_| who.is_staff());
    CLIENT_SCOPES.iter().chain(of_bank)
}

async fn make_page(
    web: &Web,
    who: &Signed,
    id: FirmId,
    given: &MakeForm,
    errors: &FieldErrors,
) -> Result<Shown, Fault> {
    let firm = super::firms::load(web, who, id).await?;
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let scopes: Vec<Choice<'_>> =
        open_scopes(who).map(|p| Choice::new(p.code(), say::told(w, "permission", p.code()))).collect();
    let chosen: Vec<&str> = given.scopes.iter().map(String::as_str).collect();
    let fields = html! {
        (text(w, &field("name", "program-name", &given.name).hint(who.t("program-name-hint")).autocomplete("off")))
        (checkboxes(w, &field("scope", "program-scopes", "").hint(who.t("program-scopes-hint")), &scopes, &chosen))
        (money(w, &field("per_transaction", "rights-per-transaction", &given.per_transaction).hint(who.t("program-limit-hint")), Currency::CNY))
        (money(w, &field("per_day", "rights-per-day", &given.per_day), Currency::CNY))
    };
    let here = format!("/firms/{id}");
    let asking = Asking {
        title: &who.t("program-make"),
        lead: &who.t("program-make-lead"),
        crumbs: vec![(firm.name, here.clone())],
        action: &format!("{here}/programs"),
        back: &here,
        button: &who.t("program-make"),
    };
    Ok(asking.show(who, fields, errors))
}

pub async fn making(State(web): State<Web>, who: Signed, At(id): At<FirmId>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    let given = MakeForm { per_transaction: "0".into(), per_day: "0".into(), ..MakeForm::default() };
    make_page(&web, &who, id, &given, &FieldErrors::new()).await
}

fn checked(who: &Signed, firm: FirmId, given: &MakeForm, errors: &mut FieldErrors) -> ClientNew {
    super::given::text(who, errors, "name", &given.name, "fill-in");
    let scopes: Vec<P> = given.scopes.iter().filter_map(|s| P::parse(s)).collect();
    if scopes.is_empty() {
        errors.add("scope", who.t("choose-one"));
    }
    let mut minor = |field: &str, text: &str| match Money::parse(text, Currency::CNY) {
        Ok(m) if m.minor >= 0 => m.minor,
        _ => {
            errors.add(field, who.t("amount-wrong"));
            0
        }
    };
    let (one, day) = (minor("per_transaction", &given.per_transaction), minor("per_day", &given.per_day));
    let limits =
        Limits { per_transaction_max: one, per_day_max: day, own_max: 0, release_max: 0, ..Role::Client.cap() };
    ClientNew { firm, name: given.name.clone(), scopes, limits }
}

pub async fn make(
    State(web): State<Web>,
    who: Signed,
    At(id): At<FirmId>,
    Checked(pairs): Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let (given, mut errors) = (MakeForm::of(pairs), FieldErrors::new());
    let new = checked(&who, id, &given, &mut errors);
    if errors.is_empty() {
        let (actor, name) = (who.actor.clone(), given.name.clone());
        let done =
            web.write(move |tx| crate::api::unknown_to_others(party::client_make(tx, &actor, new.clone()), "firm", id));
        match done.await {
            Ok((client, secret)) => return Ok(issued(&who, id, &name, client, &secret)),
            Err(why) => errors = told(&who, &["name"], "per_transaction", why)?,
        }
    }
    Ok(refused(make_page(&web, &who, id, &given, &errors).await?))
}

fn issued(who: &Signed, firm: FirmId, name: &str, client: ClientId, secret: &str) -> Response {
    let rows = [
        Row::new(who.t("program-name"), html! { (name) }),
        Row::new(who.t("program-id"), html! { code { (client) } }),
        Row::new(who.t("program-secret"), html! { code { (secret) } }),
    ];
    let main = html! {
        (notice(Tone::Warn, &who.t("login-shown-once"), html! { p { (who.t("program-shown-once-text")) } }))
        (summary_list(who.words(), &rows))
        (actions(link_button(Button::Primary, &who.t("login-handed-over"), &format!("/firms/{firm}"))))
    };
    page(who, Sheet::new(who.t("program-issued")), main).into_response()
}

async fn load(web: &Web, who: &Signed, id: ClientId) -> Result<ApiClient, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| crate::api::unknown_to_others(party::client_view(tx, &actor, id), "program", id)).await?)
}

fn end_page(who: &Signed, c: &ApiClient, given: &Given, errors: &FieldErrors) -> Shown {
    let home = format!("/firms/{}", c.firm);
    let confirm = Confirm {
        title: &who.t("program-end"),
        lead: &who.t("program-end-lead"),
        crumbs: vec![(who.t("programs").into_owned(), home.clone())],
        rows: vec![
            Row::new(who.t("program-name"), html! { (c.name) }),
            Row::new(who.t("program-id"), html! { code { (c.id) } }),
        ],
        more: html! {},
        action: &format!("/programs/{}/ending", c.id),
        back: &home,
        button: (Button::Danger, &who.t("program-end")),
        reason: Some((&who.t("reason"), &who.t("reason-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

pub async fn ending(State(web): State<Web>, who: Signed, At(id): At<ClientId>) -> Result<Shown, Fault> {
    let client = load(&web, &who, id).await?;
    Ok(end_page(&who, &client, &Given::default(), &FieldErrors::new()))
}

pub async fn end(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ClientId>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let client = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    let why = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(end_page(&who, &client, &given, &errors)));
    }
    let actor = who.actor.clone();
    web.write(move |tx| party::client_end(tx, &actor, id, &why)).await?;
    web.inner().sessions.forget_client(id);
    Ok(see_other(&format!("/firms/{}", client.firm)))
}
