//! The safety lock of a customer who stands at the counter: staff lock for him at once; what is looser takes his document, which they
//! saw, and waits as on his own phone.
use super::lock::{self, PartForm};
use super::{Page as Sheet, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::Error;
use kernel::id::{LooseningId, PersonId};
use maud::html;
use safety::LockView;

fn base(id: PersonId) -> String {
    format!("/counter/{id}/lock")
}

async fn view(web: &Web, who: &Signed, id: PersonId) -> Result<(LockView, String), Fault> {
    let actor = who.actor.clone();
    let seen = web.read(move |tx| Ok((safety::lock_of(tx, &actor, id)?, party::person_view(tx, &actor, id)?.name)));
    Ok(seen.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<PersonId>) -> Result<Shown, Fault> {
    let (seen, name) = view(&web, &who, id).await?;
    let base = base(id);
    let main = html! {
        (lock::standing(&who, &seen))
        (lock::waiting(&who, &seen, web.now(), &base))
        @if !seen.terms.all {
            (form(&who.view, &format!("{base}/all"), actions(button(Button::Danger, &who.t("lock-all-now"), None))))
        }
        h2 { (who.t("lock-parts")) }
        (summary_list(who.words(), &lock::rows(&who, seen.wish(), &base)))
        p.hint { (who.t("counter-lock-hint")) }
        (actions(link_button(Button::Secondary, &who.t("counter-at"), &format!("/counter/{id}"))))
    };
    let up = Sheet::new(who.t("counter-lock")).lead(name).crumb(who.t("counter-at"), format!("/counter/{id}"));
    Ok(page(&who, up, main))
}

pub async fn lock_all(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PersonId>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| safety::lock_all(tx, &actor, id, true)).await?;
    Ok(see_other(&base(id)))
}

pub async fn withdraw(
    State(web): State<Web>,
    who: Signed,
    Path((id, loosening)): Path<(String, String)>,
    _: Checked<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let id: PersonId = id.parse().map_err(|_| Error::not_found("person", &id))?;
    let loosening: LooseningId = loosening.parse().map_err(|_| Error::not_found("loosening", &loosening))?;
    let actor = who.actor.clone();
    web.write(move |tx| safety::withdraw(tx, &actor, loosening)).await?;
    Ok(see_other(&base(id)))
}

fn read(id: &str, part: &str) -> Result<(PersonId, &'static str), Fault> {
    let id: PersonId = id.parse().map_err(|_| Error::not_found("person", id))?;
    Ok((id, lock::known(part)?))
}

fn part_page(who: &Signed, id: PersonId, part: &'static str, f: &PartForm, errors: &FieldErrors) -> Shown {
    let base = base(id);
    lock::part_page(who, part, f, errors, (&base, true))
}

pub async fn part(
    State(web): State<Web>,
    who: Signed,
    Path((id, part)): Path<(String, String)>,
) -> Result<Shown, Fault> {
    let (id, part) = read(&id, &part)?;
    let (seen, _) = view(&web, &who, id).await?;
    Ok(part_page(&who, id, part, &PartForm::of(seen.wish(), part), &FieldErrors::new()))
}

pub async fn set(
    State(web): State<Web>,
    who: Signed,
    Path((id, part)): Path<(String, String)>,
    Checked(f): Checked<PartForm>,
) -> Result<Response, Fault> {
    let ((id, part), mut errors) = (read(&id, &part)?, FieldErrors::new());
    let (seen, _) = view(&web, &who, id).await?;
    let Some(terms) = lock::wanted(&who, part, &f, seen.wish(), &mut errors) else {
        return Ok(refused(part_page(&who, id, part, &f, &errors)));
    };
    let (actor, document) = (who.actor.clone(), f.saw_document());
    match web.write(move |tx| safety::set(tx, &actor, id, &terms, document)).await {
        Ok(_) => Ok(see_other(&base(id))),
        Err(why) if why.is(&safety::SUM_OUT_OF_RANGE) || why.is(&safety::DOCUMENT_NOT_SEEN) => {
            let field = if why.is(&safety::DOCUMENT_NOT_SEEN) { "document" } else { "sum" };
            errors.add(field, who.words().error(&why).message);
            Ok(refused(part_page(&who, id, part, &f, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}
