//! Guarantees for wages. What two persons of the bank decide is decided where all approvals are (`/v1/approvals`).
use crate::api::{guarantees as api, schema};
use crate::gate::Access::{Firm, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{guarantees as page, pay_notices as notice};
use party::Permission as P;

/// Bytes of a body that holds a letter's file in base64.
const LETTER_JSON_BYTES_MAX: usize = 14 << 20;
/// Bytes of a form of several parts, with a letter's file or without.
const LETTER_FORM_BYTES_MAX: usize = 11 << 20;

/// Pages of the bank and the contractor.
pub(super) fn pages() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let (opens, cases) = (Staff(P::WageAccountOpen), Staff(P::WageCase));
    vec![
        get("/wages/guarantees", page::list, Staff(P::WageReadBank)),
        get("/wages/projects/{id}/guarantee", page::show, read),
        get("/wages/projects/{id}/guarantee/duty", page::duty, opens),
        post("/wages/projects/{id}/guarantee/duty", page::duty_write, opens).takes(LETTER_FORM_BYTES_MAX),
        post("/wages/projects/{id}/guarantee/deposit", page::deposit, opens),
        get("/wages/projects/{id}/guarantee/letter", page::letter, opens),
        post("/wages/projects/{id}/guarantee/letter", page::letter_take, opens).takes(LETTER_FORM_BYTES_MAX),
        get("/wages/guarantees/{id}/renewal", page::renewal, opens),
        post("/wages/guarantees/{id}/renewal", page::renew, opens).takes(LETTER_FORM_BYTES_MAX),
        get("/wages/guarantees/{id}/payment", page::payment, Firm(P::PaymentSubmit)),
        post("/wages/guarantees/{id}/payment", page::pay, Firm(P::PaymentSubmit)).takes(LETTER_FORM_BYTES_MAX),
        get("/wages/guarantees/{id}/notice", notice::new, cases),
        post("/wages/guarantees/{id}/notice", notice::take, cases).takes(LETTER_FORM_BYTES_MAX),
        get("/wages/guarantees/{id}/return", page::giving_back, opens),
        post("/wages/guarantees/{id}/return", page::give_back, opens).takes(LETTER_FORM_BYTES_MAX),
        get("/wages/pay-notices/{id}", notice::show, read),
        post("/wages/pay-notices/{id}/asking", notice::asking, cases),
        post("/wages/pay-notices/{id}/issuer", notice::issuer, cases),
        post("/wages/pay-notices/{id}/sheet", notice::sheet, cases),
        post("/wages/pay-notices/{id}/coming-back", notice::coming_back, cases),
        post("/wages/pay-notices/{id}/unneeded", notice::unneeded, cases),
    ]
}

/// Programs.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let (opens, cases) = (Staff(P::WageAccountOpen), Staff(P::WageCase));
    vec![
        ask("/v1/guarantees", api::list, Staff(P::WageReadBank), "Guarantees that have not ended, in the order they were opened").doc(|d| d.page_of::<schema::Guarantee>()),
        ask("/v1/wage-projects/{id}/guarantee", api::standing, read, "What a project must put aside, and how far it is there").doc(|d| d.answer::<schema::GuaranteeStanding>()),
        ask("/v1/wage-projects/{id}/guarantees", api::of_project, read, "What stands for a project's duty, ended ones too").doc(|d| d.page_of::<schema::Guarantee>()),
        act("/v1/wage-projects/{id}/guarantee/duty", api::duty, opens, "Write down what a project must put aside").doc(|d| d.body::<api::DutyAsk>().answer::<schema::Changed>()),
        act("/v1/wage-projects/{id}/guarantee/deposit", api::deposit, opens, "Open a deposit account").doc(|d| d.answer::<schema::GuaranteeOpened>()),
        act("/v1/wage-projects/{id}/guarantee/letters", api::letter, opens, "Take in a bank's letter with its file").takes(LETTER_JSON_BYTES_MAX).doc(|d| d.body::<api::LetterAsk>().answer::<schema::GuaranteeOpened>()),
        act("/v1/guarantees/{id}/renewals", api::renew, opens, "Take in new terms of a letter").takes(LETTER_JSON_BYTES_MAX).doc(|d| d.body::<api::LetterAsk>().answer::<schema::Changed>()),
        act("/v1/guarantees/{id}/payments", api::pay, Firm(P::PaymentSubmit), "Pay into a deposit from the firm's own account").doc(|d| d.body::<api::PayAsk>().answer::<schema::Receipt>()),
        act("/v1/guarantees/{id}/notices", api::notice, cases, "Take in a labour bureau's notice to pay named workers").doc(|d| d.body::<api::NoticeAsk>().answer::<schema::PayNoticeTaken>()),
        act("/v1/guarantees/{id}/return", api::give_back, opens, "Ask a second person to give a guarantee back").doc(|d| d.body::<api::ReturnAsk>().answer::<schema::ApprovalAsked>()),
        ask("/v1/wage-projects/{id}/pay-notices", api::notices, read, "Notices of labour bureaus on a project, newest first").doc(|d| d.page_of::<schema::PayNotice>()),
        ask("/v1/pay-notices/{id}", api::one_notice, read, "A labour bureau's notice").doc(|d| d.answer::<schema::PayNotice>()),
        act("/v1/pay-notices/{id}/asking", api::asking, cases, "Ask a second person to pay a notice").doc(|d| d.body::<api::NoteAsk>().answer::<schema::ApprovalAsked>()),
        act("/v1/pay-notices/{id}/issuer-payment", api::issuer, cases, "Name the issuer's payment that meets a called letter").doc(|d| d.body::<api::IssuerAsk>().answer::<schema::Changed>()),
        act("/v1/pay-notices/{id}/sheet", api::sheet, cases, "Name the pay sheet that uses the money").doc(|d| d.body::<api::SheetAsk>().answer::<schema::Changed>()),
        act("/v1/pay-notices/{id}/coming-back", api::coming_back, cases, "Put money that nobody could be paid with back into the deposit").doc(|d| d.answer::<schema::CameBack>()),
        act("/v1/pay-notices/{id}/unneeded", api::unneeded, cases, "Ask a second person to put money that no sheet uses back into the deposit").doc(|d| d.body::<crate::api::Why>().answer::<schema::ApprovalAsked>()),
    ]
}
