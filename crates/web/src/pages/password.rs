//! One's own password: the old one, a code and the new one twice. Whoever came with a password that he was given meets
//! this page first and no other.
use super::{Page, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown, door};
use axum::extract::{Query, State};
use axum::response::Response;
use maud::html;
use party::PasswordChange;
use party::codes::PASSWORD_WEAK;
use serde::Deserialize;

#[derive(Deserialize, Default)]
pub struct Ask {
    #[serde(default)]
    done: String,
}

pub async fn show(who: Signed, Query(ask): Query<Ask>) -> Shown {
    match ask.done.is_empty() || who.session.first_password {
        true => form_page(&who, &FieldErrors::new()),
        false => {
            let next = html! {
                p { (who.t("password-done-text")) }
                (actions(link_button(Button::Primary, &who.t("password-go-home"), "/home")))
            };
            let title = who.t("password-done");
            page(&who, Page::new(title.clone()).bare(), result(Tone::Good, &title, None, next))
        }
    }
}

fn form_page(who: &Signed, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field = |name, key: &str| Field::new(name, who.t(key)).errors(errors);
    let old = if who.session.first_password { "password-given" } else { "password-old" };
    let fields = html! {
        (password(w, &field("old", old)))
        (code(w, &field("code", "sign-in-code").hint(who.t("step-up-hint"))))
        (password(w, &field("new", "password-new").hint(who.t("password-new-hint")).autocomplete("new-password")))
        (password(w, &field("again", "password-again").autocomplete("new-password")))
        (actions(html! {
            (button(Button::Primary, &who.t("password-button"), None))
            @if !who.session.first_password { (link_button(Button::Secondary, &who.t("cancel"), "/home")) }
        }))
    };
    let main = html! {
        @if who.session.first_password { (notice(Tone::Info, &who.t("password-first"), html! { p { (who.t("password-first-text")) } })) }
        (error_summary(w, errors))
        (form(&who.view, "/password", fields))
    };
    page(who, Page::new(who.t("password-title")).lead(who.t("password-lead")).wrong(!errors.is_empty()), main)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    old: String,
    code: String,
    new: String,
    again: String,
}

pub async fn change(
    State(web): State<Web>,
    who: Signed,
    Checked(form): Checked<PasswordForm>,
) -> Result<Response, Fault> {
    let mut errors = FieldErrors::new();
    if form.new != form.again {
        errors.add("again", who.t("password-differs"));
        return Ok(refused(form_page(&who, &errors)));
    }
    match door::password(&web, &who.actor, &form.old, &form.code, &form.new).await {
        Ok(PasswordChange::Done) => return Ok(see_other("/password?done=yes")),
        Ok(PasswordChange::Refused) => errors.add("old", who.t("password-refused")),
        Err(why) if why.is(&PASSWORD_WEAK) => errors.add("new", who.t("password-weak")),
        Err(why) => return Err(why.into()),
    }
    Ok(refused(form_page(&who, &errors)))
}
