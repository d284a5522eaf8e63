//! Who looks after a customer, and the faces of staff: what a branch sets, and the picture that customers see.
use super::asking::Asking;
use super::{Page as Sheet, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, Upload};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::id::{PersonId, StaffId};
use kernel::{Id, Kind, PageAsk};
use maud::html;
use party::{Manager, Permission as P, Role, StaffFind};
use serde::Deserialize;

/// Members of staff offered as somebody's manager.
const OFFERED_MAX: u32 = 100;

/// A face. Its address carries when it was set, so a browser may keep it.
pub async fn picture(State(web): State<Web>, At(id): At<StaffId>) -> Result<Response, Fault> {
    let found = web.read(move |tx| party::portrait(tx, id)).await?;
    let heads = [(CONTENT_TYPE, found.kind.media_type()), (CACHE_CONTROL, "private, max-age=86400")];
    Ok((heads, found.image).into_response())
}

async fn portrait_form(web: &Web, who: &Signed, id: StaffId, errors: &FieldErrors) -> Result<Shown, Fault> {
    let seen = web.read(move |tx| party::face_of(tx, id)).await?;
    let w = who.words();
    let here = format!("/staff/{id}");
    let field = Field::new("file", who.t("portrait-file")).hint(who.t("portrait-hint")).errors(errors);
    let main = html! {
        (error_summary(w, errors))
        (super::help::face(w, &seen, &who.t("portrait-now")))
        (form_files(&who.view, &format!("{here}/portrait"), html! {
            (file(w, &field, "image/png,image/jpeg,image/webp"))
            (actions(button(Button::Primary, &who.t("portrait-set"), None)))
        }))
    };
    let shown = Sheet::new(who.t("portrait")).lead(who.t("portrait-lead")).crumb(seen.name, here);
    Ok(page(who, shown.wrong(!errors.is_empty()), main))
}

pub async fn portrait(State(web): State<Web>, who: Signed, At(id): At<StaffId>) -> Result<Shown, Fault> {
    portrait_form(&web, &who, id, &FieldErrors::new()).await
}

pub async fn set_portrait(
    State(web): State<Web>,
    who: Signed,
    At(id): At<StaffId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let done = match upload.take_file() {
        Ok((_, image)) => web.write(move |tx| party::portrait_set(tx, &actor, id, &image)).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/staff/{id}/portrait"))),
        Err(why) if matches!(why.kind(), Kind::Invalid | Kind::Limit) => {
            let told = who.words().error(&why);
            let mut errors = FieldErrors::new();
            errors.add("file", format!("{} {}", told.message, told.remedy));
            Ok(refused(portrait_form(&web, &who, id, &errors).await?))
        }
        Err(why) => Err(why.into()),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ManagerForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    staff: String,
}

/// No one.
const NOBODY: &str = "nobody";

/// The customer's name, who looks after him, and who could.
struct Choosing {
    name: String,
    now: Option<Manager>,
    offered: Vec<(StaffId, String)>,
}

async fn choosing(web: &Web, who: &Signed, id: PersonId) -> Result<Choosing, Fault> {
    let actor = who.actor.clone();
    let found = web.write(move |tx| {
        let person = party::person_view(tx, &actor, id)?;
        tx.audit(&actor, store::Audit::of("person.look", id))?;
        let branch = party::branch_of(tx, id.book())?.id;
        let find = StaffFind { branch, text: String::new(), left: false };
        let all = party::staff_list(tx, &actor, &find, &PageAsk::first(OFFERED_MAX))?.items;
        let calls = |roles: &[Role]| roles.iter().any(|r| r.permissions().contains(&P::CallBackTake));
        let offered = all.into_iter().filter(|s| calls(&s.roles)).map(|s| (s.staff, s.name)).collect();
        Ok(Choosing { name: person.name, now: party::manager_of(tx, id)?, offered })
    });
    Ok(found.await?)
}

fn manager_page(who: &Signed, id: PersonId, c: &Choosing, errors: &FieldErrors) -> Shown {
    let now = c.now.as_ref().map_or_else(|| NOBODY.to_owned(), |m| m.staff.to_string());
    let nobody = [Choice::new(NOBODY, who.t("manager-nobody"))];
    let choices: Vec<Choice<'_>> = nobody
        .into_iter()
        .chain(c.offered.iter().map(|(id, name)| Choice::new(id.to_string(), name.as_str())))
        .collect();
    let fields = select(who.words(), &Field::new("staff", who.t("manager")).value(now).errors(errors), &choices);
    let here = format!("/customers/{id}");
    let asking = Asking {
        title: &who.t("manager-assign"),
        lead: &who.t("manager-assign-lead"),
        crumbs: vec![(who.t("customers").into_owned(), "/customers".into()), (c.name.clone(), here.clone())],
        action: &format!("{here}/manager"),
        back: &here,
        button: &who.t("manager-assign"),
    };
    asking.show(who, fields, errors)
}

pub async fn manager(State(web): State<Web>, who: Signed, At(id): At<PersonId>) -> Result<Shown, Fault> {
    let c = choosing(&web, &who, id).await?;
    Ok(manager_page(&who, id, &c, &FieldErrors::new()))
}

pub async fn assign(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PersonId>,
    Checked(given): Checked<ManagerForm>,
) -> Result<Response, Fault> {
    let to = match given.staff.as_str() {
        NOBODY => Ok(None),
        id => id.parse::<StaffId>().map(Some),
    };
    let Ok(to) = to else {
        let mut errors = FieldErrors::new();
        errors.add("staff", who.t("choose-one"));
        let c = choosing(&web, &who, id).await?;
        return Ok(refused(manager_page(&who, id, &c, &errors)));
    };
    let actor = who.actor.clone();
    web.write(move |tx| party::manager_assign(tx, &actor, id, to)).await?;
    Ok(see_other(&format!("/customers/{id}")))
}
