//! How people come in, and what the bank knows of them.
use crate::api::{passkeys as api, profile as profile_api, schema};
use crate::gate::Access::{Anyone, Customer, Newcomer, Public, Staff};
use crate::http::route::{Route, act, ask, end, get, post};
use crate::pages::{consents, devices, passkeys, profile};
use party::Permission as P;

/// Pages and forms.
pub(super) fn pages() -> Vec<Route> {
    vec![
        post("/passkeys/sign-in/question", passkeys::sign_in_question, Public),
        post("/passkeys/sign-in", passkeys::sign_in, Public),
        post("/passkeys/step-up/question", passkeys::step_up_question, Newcomer),
        post("/passkeys/step-up", passkeys::step_up, Newcomer),
        get("/passkeys/new", passkeys::new, Anyone),
        post("/passkeys/question", passkeys::question, Anyone),
        post("/passkeys", passkeys::make, Anyone),
        get("/passkeys/{id}/removal", passkeys::removal, Anyone),
        post("/passkeys/{id}/removal", passkeys::remove, Anyone),
        post("/devices/end-others", devices::end_others, Anyone),
        post("/devices/{id}/forgetting", devices::forget, Anyone),
        get("/profile", profile::show, Anyone),
        post("/profile/preferences", profile::prefer, Anyone),
        post("/profile/reveal", profile::reveal, Customer),
        get("/profile/phone", profile::phone, Customer),
        post("/profile/phone", profile::change_phone, Customer),
        get("/profile/address", profile::address, Customer),
        post("/profile/address", profile::change_address, Customer),
        get("/consents", consents::own, Customer),
        get("/consents/{purpose}", consents::single, Customer),
        post("/consents/{purpose}/giving", consents::give, Customer),
        post("/consents/{purpose}/withdrawal", consents::withdraw, Customer),
        get("/customers/{id}/consents", consents::of_customer, Staff(P::PersonRead)),
    ]
}

/// The same for programs. A question that is asked twice is another question, and an answer serves once: no key is needed.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    vec![
        act("/v1/sessions/passkey/question", api::sign_in_question, Public, "Ask for a passkey to sign in with").keyless().doc(|d| d.body::<api::SignInQuestionAsk>().answer::<schema::PasskeyQuestion>()),
        act("/v1/sessions/passkey", api::sign_in, Public, "Sign in by a passkey").keyless().doc(|d| d.body::<api::SignInAnswer>().answer::<schema::Session>().status(201)),
        act("/v1/sessions/current/step-up/passkey/question", api::step_up_question, Newcomer, "Ask for a passkey in the place of the code").keyless().doc(|d| d.answer::<schema::PasskeyQuestion>()),
        act("/v1/sessions/current/step-up/passkey", api::step_up, Newcomer, "Give the second factor again by a passkey; the token is replaced").keyless().doc(|d| d.body::<api::StepUpAnswer>().answer::<schema::Session>()),
        ask("/v1/passkeys", api::list, Anyone, "One's own passkeys").doc(|d| d.page_of::<schema::Passkey>()),
        act("/v1/passkeys/question", api::question, Anyone, "Ask for a new passkey").keyless().doc(|d| d.answer::<schema::PasskeyQuestion>()),
        act("/v1/passkeys", api::make, Anyone, "Keep a new passkey").keyless().doc(|d| d.body::<api::PasskeyAsk>().answer::<schema::PasskeyMade>().status(201)),
        end("/v1/passkeys/{id}", api::remove, Anyone, "Remove a passkey").keyless().doc(|d| d.answer::<schema::Changed>()),
        ask("/v1/profile", profile_api::show, Customer, "What the bank knows of one, masked, and what one prefers").doc(|d| d.answer::<schema::Profile>()),
        act("/v1/profile/reveal", profile_api::reveal, Customer, "One's own number and address in the clear; needs a fresh second factor").keyless().doc(|d| d.answer::<schema::ProfileRevealed>()),
        act("/v1/profile/phone", profile_api::phone, Customer, "Another telephone number; needs a fresh second factor").doc(|d| d.body::<profile_api::ContactAsk>().answer::<schema::Changed>()),
        act("/v1/profile/address", profile_api::address, Customer, "Another address; needs a fresh second factor").doc(|d| d.body::<profile_api::ContactAsk>().answer::<schema::Changed>()),
        act("/v1/profile/preferences", profile_api::prefer, Anyone, "The language and edition of new devices").keyless().doc(|d| d.body::<profile_api::PreferenceAsk>().answer::<schema::Changed>()),
        ask("/v1/consents", profile_api::consents, Customer, "What one is asked to agree to, and what one said").doc(|d| d.page_of::<schema::Consent>()),
        ask("/v1/consents/history", profile_api::history, Customer, "What one said before, newest first").doc(|d| d.page_of::<schema::ConsentSaid>()),
        act("/v1/consents/{purpose}/giving", profile_api::give, Customer, "Agree").keyless().doc(|d| d.body::<profile_api::ConsentAsk>().answer::<schema::Changed>()),
        act("/v1/consents/{purpose}/withdrawal", profile_api::withdraw, Customer, "Take it back").keyless().doc(|d| d.answer::<schema::Changed>()),
        ask("/v1/people/{id}/consents", profile_api::of_customer, Staff(P::PersonRead), "What a customer agreed to").doc(|d| d.page_of::<schema::Consent>()),
    ]
}
