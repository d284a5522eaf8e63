//! Customers and firms are put on file at a branch, as they stand on their documents.
use super::asking::{Asking, branch_choices, told};
use super::{refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::Date;
use kernel::id::BranchId;
use maud::html;
use party::{Branch, DocumentKind, FirmKind, FirmNew, FirmSize, Permission as P, PersonNew, Tier};
use serde::Deserialize;

/// A person as written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    branch: String,
    name: String,
    document: String,
    country: String,
    number: String,
    #[serde(rename = "born-year")]
    year: String,
    #[serde(rename = "born-month")]
    month: String,
    #[serde(rename = "born-day")]
    day: String,
    phone: String,
    address: String,
    tier: String,
}

const PERSON_FIELDS: [&str; 9] =
    ["branch", "name", "document", "country", "number", "born", "phone", "address", "tier"];

async fn reached(web: &Web, who: &Signed, right: P) -> Result<Vec<Branch>, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| party::branches_of(tx, &actor, right)).await?)
}

/// The branch one works in comes first.
fn branch_field<'a>(who: &Signed, given: &str, errors: &'a FieldErrors) -> Field<'a> {
    let own = who.actor.branch.map(|b| b.to_string()).unwrap_or_default();
    let value = if given.is_empty() { own } else { given.to_owned() };
    Field::new("branch", who.t("register-at")).value(value).errors(errors)
}

pub async fn person(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let given = PersonForm {
        document: DocumentKind::ResidentId.code().into(),
        country: "CN".into(),
        tier: Tier::I.code().into(),
        ..PersonForm::default()
    };
    let branches = reached(&web, &who, P::PersonRegister).await?;
    Ok(person_page(&who, &branches, &given, &FieldErrors::new()))
}

fn person_page(who: &Signed, branches: &[Branch], given: &PersonForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let documents = DocumentKind::ALL.iter().map(|d| Choice::new(d.code(), say::told(w, "document", d.code())));
    let documents: Vec<Choice<'_>> = documents.collect();
    let tiers: Vec<Choice<'_>> =
        Tier::ALL.iter().map(|t| Choice::new(t.code(), say::told(w, "tier", &t.code().to_ascii_lowercase()))).collect();
    let born = format!("{}-{}-{}", given.year, given.month, given.day);
    let fields = html! {
        (select(w, &branch_field(who, &given.branch, errors), &branch_choices(who, branches)))
        (radios(w, &field("document", "person-document", &given.document), &documents))
        (text(w, &field("number", "person-number", &given.number).hint(who.t("person-number-hint")).width(Width::Twenty).autocomplete("off")))
        (text(w, &field("country", "person-country", &given.country).hint(who.t("person-country-hint")).width(Width::Two).autocomplete("off")))
        (text(w, &field("name", "worker-name", &given.name).hint(who.t("person-name-hint")).autocomplete("off")))
        (date_parts(w, &field("born", "person-born", &born).hint(who.t("person-born-hint"))))
        (text(w, &field("phone", "person-phone", &given.phone).hint(who.t("person-phone-hint")).width(Width::Twenty).autocomplete("off")))
        (text(w, &field("address", "person-address", &given.address).autocomplete("off").optional()))
        (radios(w, &field("tier", "person-tier", &given.tier), &tiers))
    };
    let asking = Asking {
        title: &who.t("register-person"),
        lead: &who.t("register-person-lead"),
        crumbs: vec![(who.t("customers").into_owned(), "/customers".into())],
        action: "/customers/registration",
        back: "/customers",
        button: &who.t("register"),
    };
    asking.show(who, fields, errors)
}

/// The birthday on an identity card is in its number; on another document it is written down.
fn born(given: &PersonForm, document: Option<DocumentKind>) -> Option<Date> {
    let number = kernel::chinese::half_width(&given.number);
    let on_card =
        || kernel::chinese::identity_birth(number.trim()).filter(|_| document == Some(DocumentKind::ResidentId));
    let written = [&given.year, &given.month, &given.day].map(|part| part.trim().parse::<u16>().ok());
    match written {
        [Some(year), Some(month), Some(day)] => Date::parse(&format!("{year:04}-{month:02}-{day:02}")).ok(),
        _ => on_card(),
    }
}

fn checked_person(who: &Signed, given: &PersonForm) -> Result<PersonNew, FieldErrors> {
    let mut errors = FieldErrors::new();
    let (branch, document) = (given.branch.parse::<BranchId>().ok(), DocumentKind::parse(&given.document));
    let (tier, birthday) = (Tier::parse(&given.tier), born(given, document));
    for (field, there) in [("branch", branch.is_some()), ("document", document.is_some()), ("tier", tier.is_some())] {
        if !there {
            errors.add(field, who.t("choose-one"));
        }
    }
    for (field, value) in [("number", &given.number), ("name", &given.name), ("phone", &given.phone)] {
        super::given::text(who, &mut errors, field, value, "fill-in");
    }
    if birthday.is_none() {
        errors.add("born", who.t("day-wrong"));
    }
    match (branch, document, tier, birthday) {
        (Some(branch), Some(document), Some(tier), Some(born)) if errors.is_empty() => Ok(PersonNew {
            branch,
            name: given.name.clone(),
            document,
            number: given.number.clone(),
            country: if document == DocumentKind::ResidentId { "CN".into() } else { given.country.clone() },
            phone: given.phone.clone(),
            address: given.address.trim().into(),
            born,
            tier,
        }),
        _ => Err(errors),
    }
}

pub async fn register_person(
    State(web): State<Web>,
    who: Signed,
    Checked(given): Checked<PersonForm>,
) -> Result<Response, Fault> {
    let errors = match checked_person(&who, &given) {
        Ok(new) => {
            let actor = who.actor.clone();
            match web.write(move |tx| party::person_register(tx, &actor, new.clone())).await {
                Ok(done) if who.holds(P::PersonRead) => return Ok(see_other(&format!("/customers/{}", done.person))),
                Ok(_) => return Ok(see_other("/home")),
                Err(why) => told(&who, &PERSON_FIELDS, "number", why)?,
            }
        }
        Err(errors) => errors,
    };
    let branches = reached(&web, &who, P::PersonRegister).await?;
    Ok(refused(person_page(&who, &branches, &given, &errors)))
}

/// A firm as written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FirmForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    branch: String,
    credit_code: String,
    name: String,
    kind: String,
    size: String,
    phone: String,
    address: String,
}

const FIRM_FIELDS: [&str; 7] = ["branch", "credit_code", "name", "kind", "size", "phone", "address"];

pub async fn firm(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let branches = reached(&web, &who, P::FirmRegister).await?;
    let kind = FirmKind::Company.code().into();
    Ok(firm_page(&who, &branches, &FirmForm { kind, ..FirmForm::default() }, &FieldErrors::new()))
}

fn firm_page(who: &Signed, branches: &[Branch], given: &FirmForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let kinds: Vec<Choice<'_>> =
        FirmKind::ALL.iter().map(|k| Choice::new(k.code(), say::told(w, "firm-kind", k.code()))).collect();
    let sizes: Vec<Choice<'_>> =
        FirmSize::ALL.iter().map(|s| Choice::new(s.code(), say::told(w, "firm-size", s.code()))).collect();
    let fields = html! {
        (select(w, &branch_field(who, &given.branch, errors), &branch_choices(who, branches)))
        (text(w, &field("credit_code", "firm-code", &given.credit_code).hint(who.t("firm-code-hint")).width(Width::Twenty).autocomplete("off")))
        (text(w, &field("name", "firm-name", &given.name).hint(who.t("firm-name-hint")).autocomplete("off")))
        (radios(w, &field("kind", "firm-kind", &given.kind), &kinds))
        (radios(w, &field("size", "firm-size", &given.size).hint(who.t("firm-size-hint")), &sizes))
        (text(w, &field("phone", "person-phone", &given.phone).width(Width::Twenty).autocomplete("off").optional()))
        (text(w, &field("address", "person-address", &given.address).autocomplete("off").optional()))
    };
    let asking = Asking {
        title: &who.t("register-firm"),
        lead: &who.t("register-firm-lead"),
        crumbs: vec![(who.t("firms").into_owned(), "/firms".into())],
        action: "/firms/registration",
        back: "/firms",
        button: &who.t("register"),
    };
    asking.show(who, fields, errors)
}

fn checked_firm(who: &Signed, given: &FirmForm) -> Result<FirmNew, FieldErrors> {
    let mut errors = FieldErrors::new();
    let (branch, kind) = (given.branch.parse::<BranchId>().ok(), FirmKind::parse(&given.kind));
    let size = FirmSize::parse(&given.size);
    for (field, there) in [("branch", branch.is_some()), ("kind", kind.is_some()), ("size", size.is_some())] {
        if !there {
            errors.add(field, who.t("choose-one"));
        }
    }
    super::given::text(who, &mut errors, "credit_code", &given.credit_code, "fill-in");
    super::given::text(who, &mut errors, "name", &given.name, "fill-in");
    match (branch, kind, size) {
        (Some(branch), Some(kind), Some(size)) if errors.is_empty() => Ok(FirmNew {
            branch,
            credit_code: given.credit_code.clone(),
            name: given.name.clone(),
            kind,
            size,
            address: given.address.trim().into(),
            phone: given.phone.trim().into(),
        }),
        _ => Err(errors),
    }
}

pub async fn register_firm(
    State(web): State<Web>,
    who: Signed,
    Checked(given): Checked<FirmForm>,
) -> Result<Response, Fault> {
    let errors = match checked_firm(&who, &given) {
        Ok(new) => {
            let actor = who.actor.clone();
            match web.write(move |tx| party::firm_register(tx, &actor, new.clone())).await {
                Ok(done) => return Ok(see_other(&format!("/firms/{}", done.firm))),
                Err(why) => told(&who, &FIRM_FIELDS, "credit_code", why)?,
            }
        }
        Err(errors) => errors,
    };
    let branches = reached(&web, &who, P::FirmRegister).await?;
    Ok(refused(firm_page(&who, &branches, &given, &errors)))
}
