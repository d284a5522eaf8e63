//! What the bank knows of whoever is signed in, and what he may change of it himself: number, address, language, edition.
use super::{Page, page, refused};
use crate::gate::Signed;
use crate::http::cookies::{self, Cookie};
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::view::Mode;
use crate::{Fault, Lang, Shown};
use axum::extract::State;
use axum::response::Response;
use kernel::id::PersonId;
use kernel::{Error, Kind};
use maud::{Markup, html};
use party::{ADDRESS_CHARS_MAX, Edition, PersonView, Revealed};
use serde::Deserialize;

fn customer(who: &Signed) -> Option<PersonId> {
    who.person().filter(|_| who.firm().is_none())
}

fn himself(who: &Signed) -> Result<PersonId, Fault> {
    Ok(customer(who).ok_or_else(|| Error::forbidden("a profile is a customer's own"))?)
}

struct Known {
    person: PersonView,
    address: String,
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let known = match customer(&who) {
        Some(id) => {
            let actor = who.actor.clone();
            let read = move |tx: &mut store::Tx<'_>| {
                Ok(Known {
                    person: party::person_view(tx, &actor, id)?,
                    address: party::own_address_masked(tx, &actor)?,
                })
            };
            Some(web.read(read).await?)
        }
        None => None,
    };
    let main = html! {
        @if let Some(known) = &known { (known_block(&who, known)) }
        section.stack { h2 { (who.t("profile-reading")) } (preference_form(&who)) }
        section.stack {
            h2 { (who.t("profile-safety")) }
            (tiles(&places(&who, known.is_some())))
        }
    };
    let lead = if known.is_some() { "profile-lead" } else { "profile-lead-other" };
    Ok(page(&who, Page::new(who.t("profile")).lead(who.t(lead)), main))
}

fn known_block(who: &Signed, known: &Known) -> Markup {
    let p = &known.person;
    let hidden =
        |text: &str| html! { @if text.is_empty() { (who.t("profile-none")) } @else { span.masked-text { (text) } } };
    let rows = [
        Row::new(who.t("worker-name"), html! { (p.name) }),
        Row::new(who.t("worker-identity"), hidden(&p.identity)),
        Row::new(who.t("person-phone"), hidden(&p.phone)).change("/profile/phone"),
        Row::new(who.t("person-address"), hidden(&known.address)).change("/profile/address"),
    ];
    html! {
        (summary_list(who.words(), &rows))
        (form(&who.view, "/profile/reveal", actions(button(Button::Secondary, &who.t("profile-reveal"), None))))
        p.hint { (who.t("profile-branch")) }
    }
}

fn places<'a>(who: &Signed, customer: bool) -> Vec<Tile<'a>> {
    let tile = |icon, key: &str, href: &'static str| Tile {
        icon,
        label: who.t(key),
        hint: Some(who.t(&format!("{key}-hint"))),
        href: href.into(),
    };
    let mut all = vec![tile(Icon::Help, "place-devices", "/devices"), tile(Icon::Check, "place-password", "/password")];
    if customer {
        all.push(tile(Icon::Stop, "place-lock", "/lock"));
        all.push(tile(Icon::Help, "place-objections", "/objections"));
        all.push(tile(Icon::Info, "place-consents", "/consents"));
    }
    all
}

fn preference_form(who: &Signed) -> Markup {
    let w = who.words();
    let languages: Vec<Choice<'_>> = Lang::ALL.into_iter().map(|l| Choice::new(l.tag(), l.own_name())).collect();
    let edition = if who.view.mode == Mode::Elder { Edition::Elder } else { Edition::Standard };
    let editions = [
        Choice::new(Edition::Standard.code(), who.t("edition-standard")),
        Choice::new(Edition::Elder.code(), who.t("edition-elder")).hint(who.t("edition-elder-hint")),
    ];
    let fields = html! {
        (radios(w, &Field::new("language", who.t("profile-language")).value(w.lang.tag()), &languages))
        @if !who.is_staff() { (radios(w, &Field::new("edition", who.t("profile-edition")).value(edition.code()), &editions)) }
        (actions(button(Button::Primary, &who.t("profile-keep"), None)))
    };
    html! { p.hint { (who.t("profile-reading-hint")) } (form(&who.view, "/profile/preferences", fields)) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreferenceForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    language: String,
    #[serde(default)]
    edition: String,
}

/// Kept with the login, and chosen on this device.
pub async fn prefer(
    State(web): State<Web>,
    who: Signed,
    Checked(form): Checked<PreferenceForm>,
) -> Result<Response, Fault> {
    let lang = Lang::parse(&form.language).ok_or_else(|| Error::field("language", "not one of the languages"))?;
    let edition = Edition::parse(&form.edition).unwrap_or(Edition::Standard);
    let actor = who.actor.clone();
    web.write(move |tx| party::preference_set(tx, &actor, lang.tag(), edition)).await?;
    let mut answer = see_other("/profile");
    let tls = who.view.site.tls;
    Cookie::choice(cookies::LANG, lang.tag()).set(answer.headers_mut(), tls);
    if !who.is_staff() {
        Cookie::choice(cookies::MODE, edition.code()).set(answer.headers_mut(), tls);
    }
    Ok(answer)
}

/// Everything in the clear, after the code; the look is durable before the page answers.
pub async fn reveal(State(web): State<Web>, who: Signed, _: Checked<Vec<(String, String)>>) -> Result<Shown, Fault> {
    himself(&who)?;
    let actor = who.actor.clone();
    let seen: Revealed = web.write(move |tx| party::reveal_own(tx, &actor)).await?;
    let rows = [
        Row::new(who.t("worker-name"), html! { (seen.name) }),
        Row::new(who.t("worker-identity"), html! { (kernel::chinese::mask_identity(&seen.identity)) }),
        Row::new(who.t("person-phone"), html! { (seen.phone) }),
        Row::new(who.t("person-address"), html! { (seen.address) }),
    ];
    let main = html! {
        (summary_list(who.words(), &rows))
        (actions(link_button(Button::Primary, &who.t("profile-hide"), "/profile")))
    };
    Ok(page(
        &who,
        Page::new(who.t("profile")).lead(who.t("profile-revealed")).crumb(who.t("profile"), "/profile"),
        main,
    ))
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContactForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    value: String,
}

/// A number or an address; the two forms differ in words and in what checks them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Phone,
    Address,
}

impl Of {
    fn code(self) -> &'static str {
        if self == Of::Phone { "phone" } else { "address" }
    }
}

fn contact_page(who: &Signed, of: Of, given: &str, errors: &FieldErrors) -> Shown {
    let (w, code) = (who.words(), of.code());
    let field = Field::new("value", who.t(&format!("profile-{code}"))).value(given.to_owned()).errors(errors);
    let input = match of {
        Of::Phone => number(w, &field.hint(who.t("profile-phone-hint")).width(Width::Twenty).autocomplete("tel")),
        Of::Address => text(w, &field.hint(who.t("profile-address-hint")).autocomplete("street-address")),
    };
    let fields = html! {
        (input)
        (actions(html! {
            (button(Button::Primary, &who.t("profile-change"), None))
            (link_button(Button::Secondary, &who.t("back-without"), "/profile"))
        }))
    };
    let main = html! { (error_summary(w, errors)) (form(&who.view, &format!("/profile/{code}"), fields)) };
    let shown = Page::new(who.t(&format!("profile-{code}-title"))).lead(who.t(&format!("profile-{code}-lead")));
    page(who, shown.crumb(who.t("profile"), "/profile").wrong(!errors.is_empty()), main)
}

fn ask(who: &Signed, of: Of) -> Result<Shown, Fault> {
    himself(who)?;
    who.need_step_up()?;
    Ok(contact_page(who, of, "", &FieldErrors::new()))
}

pub async fn phone(who: Signed) -> Result<Shown, Fault> {
    ask(&who, Of::Phone)
}

pub async fn address(who: Signed) -> Result<Shown, Fault> {
    ask(&who, Of::Address)
}

pub async fn change_phone(
    State(web): State<Web>,
    who: Signed,
    Checked(form): Checked<ContactForm>,
) -> Result<Response, Fault> {
    change(&web, &who, Of::Phone, form.value).await
}

pub async fn change_address(
    State(web): State<Web>,
    who: Signed,
    Checked(form): Checked<ContactForm>,
) -> Result<Response, Fault> {
    change(&web, &who, Of::Address, form.value).await
}

async fn change(web: &Web, who: &Signed, of: Of, value: String) -> Result<Response, Fault> {
    himself(who)?;
    let (actor, text) = (who.actor.clone(), value.clone());
    let done = web
        .write(move |tx| match of {
            Of::Phone => party::phone_change(tx, &actor, &text),
            Of::Address => party::address_change(tx, &actor, &text),
        })
        .await;
    match done {
        Ok(_) => Ok(see_other("/profile")),
        Err(why) if matches!(why.kind(), Kind::Invalid | Kind::Limit) => {
            let mut errors = FieldErrors::new();
            let max = [("max", (ADDRESS_CHARS_MAX as i64).into())];
            errors.add("value", who.words().t_with(&format!("profile-{}-wrong", of.code()), &max));
            Ok(refused(contact_page(who, of, &value, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}
