//! Help by people, words that are explained, the family view.
use crate::api::{family as family_api, help as help_api, schema};
use crate::gate::Access::{Anyone, Customer, Public, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{call_backs, faces, family, family_invite, help, words};
use party::Permission as P;

/// Bytes of a form with a portrait: the picture's own limit and its parts; and the same picture in base64.
const PORTRAIT_BODY_BYTES_MAX: usize = party::PORTRAIT_BYTES_MAX + 64 * 1024;
const PORTRAIT_JSON_BYTES_MAX: usize = party::PORTRAIT_BYTES_MAX / 3 * 4 + 64 * 1024;

/// Pages of customers and of those who help them.
pub(super) fn pages() -> Vec<Route> {
    let (calls, manage) = (Staff(P::CallBackTake), Staff(P::CustomerManage));
    vec![
        get("/words", words::show, Public),
        get("/help", help::show, Public),
        get("/help/call", help::ask_page, Public),
        post("/help/call", help::ask, Public),
        post("/help/calls/{id}/cancellation", help::cancel, Public),
        get("/portraits/{id}", faces::picture, Anyone),
        get("/call-backs", call_backs::queue, calls),
        get("/call-backs/{id}", call_backs::show, calls),
        post("/call-backs/{id}/taking", call_backs::take, calls),
        post("/call-backs/{id}/result", call_backs::result, calls),
        get("/staff/{id}/portrait", faces::portrait, manage),
        post("/staff/{id}/portrait", faces::set_portrait, manage).takes(PORTRAIT_BODY_BYTES_MAX),
        get("/customers/{id}/manager", faces::manager, manage),
        post("/customers/{id}/manager", faces::assign, manage),
        get("/family", family::show, Customer),
        get("/family/invitation", family_invite::ask, Customer),
        post("/family/invitation", family_invite::send, Customer),
        get("/family/{id}", family::tie, Customer),
        post("/family/{id}/answer", family::answer, Customer),
        post("/family/{id}/ending", family::end, Customer),
        get("/family/{id}/accounts", family::accounts, Customer),
        get("/family/{id}/accounts/{account}", family::movements, Customer),
    ]
}

/// Programs: being called back, and the queue of those who call.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let (calls, manage) = (Staff(P::CallBackTake), Staff(P::CustomerManage));
    vec![
        ask("/v1/help", help_api::help, Customer, "The number to ring, who looks after the caller, and his request to be called").doc(|d| d.answer::<schema::Help>()),
        act("/v1/help/call-backs", help_api::ask, Customer, "Ask to be called at the number on file; an open request is answered again").doc(|d| d.body::<help_api::CallBackAsk>().answer::<schema::OwnCallBack>()),
        act("/v1/help/call-backs/{id}/cancellation", help_api::cancel, Customer, "Take the request back").doc(|d| d.answer::<schema::Changed>()),
        ask("/v1/call-backs", help_api::queue, calls, "Customers who wait for a call, in the order in which they are to be called").doc(|d| d.page_of::<schema::CallBackQueued>()),
        act("/v1/call-backs/{id}/taking", help_api::take, calls, "Take a request; answers the number and the word, which is audited").doc(|d| d.answer::<schema::CallBackTaken>()),
        act("/v1/call-backs/{id}/result", help_api::result, calls, "What came of the call; without outcome nobody answered").doc(|d| d.body::<help_api::CallResult>().answer::<schema::Changed>()),
        ask("/v1/family", family_api::circle, Customer, "Whom the caller lets look at accounts, and who lets him").doc(|d| d.page_of::<schema::FamilyTie>()),
        act("/v1/family/invitations", family_api::invite, Customer, "Invite somebody to look, stepped up; the answer tells nothing about who is a customer").doc(|d| d.body::<family_api::InviteAsk>().answer::<schema::FamilyTie>()),
        ask("/v1/family/{id}", family_api::one, Customer, "A tie and what is shared by it").doc(|d| d.answer::<schema::FamilyTieSeen>()),
        act("/v1/family/{id}/answer", family_api::answer, Customer, "The member's yes or no").doc(|d| d.body::<family_api::FamilyAnswer>().answer::<schema::Changed>()),
        act("/v1/family/{id}/ending", family_api::end, Customer, "Either of the two ends it, at once").doc(|d| d.answer::<schema::Changed>()),
        ask("/v1/family/{id}/looks", family_api::looks, Customer, "Who looked and when, for the owner").doc(|d| d.page_of::<schema::FamilyLook>()),
        ask("/v1/family/{id}/accounts", family_api::accounts, Customer, "What is shared; the look is written down").doc(|d| d.page_of::<schema::FamilyAccount>()),
        ask("/v1/family/{id}/accounts/{account}/movements", family_api::movements, Customer, "The movements of one shared account; the look is written down").doc(|d| d.page_of::<schema::FamilyMovement>()),
        act("/v1/people/{id}/manager", help_api::assign, manage, "Who looks after a customer").doc(|d| d.body::<help_api::ManagerAsk>().answer::<schema::Changed>()),
        act("/v1/staff/{id}/portrait", help_api::portrait, manage, "The face of a member of staff, as customers see it").takes(PORTRAIT_JSON_BYTES_MAX).doc(|d| d.body::<help_api::PortraitAsk>().answer::<schema::Changed>()),
    ]
}
