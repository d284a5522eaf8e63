//! A PIN for a card, at the counter: staff read the document, and the holder types six digits twice. It is never shown again.
use super::asking::{Asking, told};
use super::refused;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use cards::pin::{CardPin, pin_seen, pin_set};
use cards::{Card, InPerson};
use kernel::id::CardId;
use maud::html;
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PinForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    document: String,
    pin: String,
    again: String,
}

async fn load(web: &Web, who: &Signed, id: CardId) -> Result<(Card, Option<CardPin>), Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| Ok((cards::card(tx, &actor, id)?, pin_seen(tx, &actor, id)?))).await?)
}

pub async fn ask(State(web): State<Web>, who: Signed, At(id): At<CardId>) -> Result<Shown, Fault> {
    let (card, pin) = load(&web, &who, id).await?;
    Ok(pin_page(&who, &card, pin.as_ref(), "", &FieldErrors::new()))
}

fn pin_page(who: &Signed, card: &Card, pin: Option<&CardPin>, document: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let here = format!("/cards/{}", card.id);
    let state = match pin {
        None => status(Tone::Info, &who.t("pin-none"), "", ""),
        Some(CardPin { locked_at: Some(at), .. }) => status(Tone::Danger, &who.t("pin-locked"), "", &w.moment(*at)),
        Some(there) => status(Tone::Good, &who.t("pin-there"), "", &w.moment(there.set_at)),
    };
    let field =
        Field::new("document", who.t("card-document")).hint(who.t("card-document-hint")).value(document.to_owned());
    let fields = html! {
        (summary_list(w, &[Row::new(who.t("card"), html! { (super::cards::name(w, card)) }), Row::new(who.t("pin"), state)]))
        (text(w, &field.errors(errors).width(Width::Twenty).autocomplete("off")))
        (password(w, &Field::new("pin", who.t("pin-new")).hint(who.t("pin-new-hint")).errors(errors).width(Width::Six).autocomplete("off")))
        (password(w, &Field::new("again", who.t("pin-again")).errors(errors).width(Width::Six).autocomplete("off")))
    };
    let asking = Asking {
        title: &who.t("pin-set"),
        lead: &who.t("pin-set-lead"),
        crumbs: vec![(super::cards::name(w, card), here.clone())],
        action: &format!("{here}/pin"),
        back: &here,
        button: &who.t("pin-set"),
    };
    asking.show(who, fields, errors)
}

pub async fn set(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CardId>,
    Checked(f): Checked<PinForm>,
) -> Result<Response, Fault> {
    let (card, there) = load(&web, &who, id).await?;
    let mut errors = FieldErrors::new();
    super::given::text(&who, &mut errors, "document", &f.document, "card-document-missing");
    if f.pin != f.again {
        errors.add("again", who.t("pin-differs"));
    }
    if errors.is_empty() {
        let (actor, pin, seen) = (who.actor.clone(), f.pin.clone(), InPerson { document: f.document.trim().into() });
        match web.run(move |bank| pin_set(&bank.store, &*bank.hsm, &actor, id, &pin, &seen)).await {
            Ok(()) => return Ok(see_other(&format!("/cards/{id}"))),
            Err(why) => {
                let field = if why.is(&cards::WRONG_DOCUMENT) { "document" } else { "pin" };
                errors = told(&who, &[], field, why)?;
            }
        }
    }
    Ok(refused(pin_page(&who, &card, there.as_ref(), &f.document, &errors)))
}
