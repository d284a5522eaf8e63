//! The branch tree, and a branch to be opened.
use super::asking::{Asking, branch_choices, branch_name, told};
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::BranchId;
use maud::html;
use party::{Branch, BranchKind, BranchNew};
use serde::Deserialize;

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let all = web.read(party::branches).await?;
    let w = who.words();
    let row = |b: &Branch| {
        let depth = b.path.matches('/').count().saturating_sub(2);
        [
            html! { span aria-hidden="true" { @for _ in 0..depth { "– " } } (branch_name(&who, b)) },
            html! { (say::told(w, "branch-kind", b.kind.code())) },
            html! { (if w.lang == crate::Lang::Zh { &b.address_zh } else { &b.address_en }) },
            html! { (b.phone) },
        ]
    };
    let table = Table::new(who.t("branches"))
        .text(who.t("branch-name"))
        .text(who.t("branch-kind"))
        .text(who.t("branch-address"))
        .text(who.t("branch-phone"))
        .rows(all.iter().map(row))
        .caption_hidden();
    let main = html! {
        (actions(link_button(Button::Primary, &who.t("branch-open"), "/branches/opening")))
        (table.show(w))
    };
    Ok(page(&who, Sheet::new(who.t("branches")).lead(who.t("branches-lead")), main))
}

/// What is written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OpenForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    code: String,
    parent: String,
    kind: String,
    name_zh: String,
    name_en: String,
    address_zh: String,
    address_en: String,
    phone: String,
}

const FIELDS: [&str; 8] = ["code", "parent", "kind", "name_zh", "name_en", "address_zh", "address_en", "phone"];

pub async fn opening(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let all = web.read(party::branches).await?;
    let given = OpenForm { kind: BranchKind::Outlet.code().into(), ..OpenForm::default() };
    Ok(form_page(&who, &all, &given, &FieldErrors::new()))
}

fn form_page(who: &Signed, all: &[Branch], given: &OpenForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let kinds = [BranchKind::City, BranchKind::SubBranch, BranchKind::Outlet]
        .map(|k| Choice::new(k.code(), say::told(w, "branch-kind", k.code())));
    let fields = html! {
        (text(w, &field("code", "branch-code", &given.code).hint(who.t("branch-code-hint")).width(Width::Twelve)))
        (select(w, &field("parent", "branch-parent", &given.parent), &branch_choices(who, all)))
        (radios(w, &field("kind", "branch-kind", &given.kind), &kinds))
        (text(w, &field("name_zh", "branch-name-zh", &given.name_zh)))
        (text(w, &field("name_en", "branch-name-en", &given.name_en)))
        (text(w, &field("address_zh", "branch-address-zh", &given.address_zh).optional()))
        (text(w, &field("address_en", "branch-address-en", &given.address_en).optional()))
        (text(w, &field("phone", "branch-phone", &given.phone).width(Width::Twenty).optional()))
    };
    let asking = Asking {
        title: &who.t("branch-open"),
        lead: &who.t("branch-open-lead"),
        crumbs: vec![(who.t("branches").into_owned(), "/branches".into())],
        action: "/branches/opening",
        back: "/branches",
        button: &who.t("branch-open"),
    };
    asking.show(who, fields, errors)
}

fn checked(who: &Signed, given: &OpenForm) -> Result<BranchNew, FieldErrors> {
    let mut errors = FieldErrors::new();
    let (kind, parent) = (BranchKind::parse(&given.kind), given.parent.parse::<BranchId>());
    if kind.is_none() {
        errors.add("kind", who.t("choose-one"));
    }
    if parent.is_err() {
        errors.add("parent", who.t("choose-one"));
    }
    for (name, value) in [("code", &given.code), ("name_zh", &given.name_zh), ("name_en", &given.name_en)] {
        super::given::text(who, &mut errors, name, value, "fill-in");
    }
    match (kind, parent) {
        (Some(kind), Ok(parent)) if errors.is_empty() => Ok(BranchNew {
            code: given.code.clone(),
            parent: Some(parent),
            kind,
            name_zh: given.name_zh.trim().into(),
            name_en: given.name_en.trim().into(),
            address_zh: given.address_zh.trim().into(),
            address_en: given.address_en.trim().into(),
            phone: given.phone.trim().into(),
        }),
        _ => Err(errors),
    }
}

pub async fn open(State(web): State<Web>, who: Signed, Checked(given): Checked<OpenForm>) -> Result<Response, Fault> {
    let errors = match checked(&who, &given) {
        Ok(new) => {
            let actor = who.actor.clone();
            match web.write(move |tx| app::branch_open(tx, &actor, new.clone())).await {
                Ok(_) => return Ok(see_other("/branches")),
                Err(why) => told(&who, &FIELDS, "code", why)?,
            }
        }
        Err(errors) => errors,
    };
    let all = web.read(party::branches).await?;
    Ok(refused(form_page(&who, &all, &given, &errors)))
}
