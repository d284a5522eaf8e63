//! The end of a site, its records, and legal documents on its accounts. What two persons decide is decided at `/v1/approvals`.
use crate::api::{schema, site_end as api};
use crate::gate::Access::{Customer, Firm, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{legal_orders as orders, site_end as page};
use party::Permission as P;

/// Bytes of a body that holds a document's file in base64.
const ORDER_JSON_BYTES_MAX: usize = 14 << 20;
/// Bytes of a form with a document's file.
const ORDER_FORM_BYTES_MAX: usize = 11 << 20;

/// Pages of the bank and the contractor.
pub(super) fn pages() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let manage = Firm(P::WageProjectManage).or_staff(P::WageProjectManage);
    let reveals = Firm(P::WageSheetMake).or_staff(P::PersonReveal);
    vec![
        get("/wages/projects/{id}/end", page::show, read),
        post("/wages/projects/{id}/end/completion", page::completion, manage),
        post("/wages/projects/{id}/end/pledge", page::pledge, manage),
        post("/wages/projects/{id}/end/notice", page::public, manage),
        post("/wages/projects/{id}/end/objections", page::objection, Staff(P::WageReadBank)),
        post("/wages/projects/{id}/end/answers", page::answer, Staff(P::WageCase)),
        post("/wages/projects/{id}/end/closing", page::closing, Staff(P::WageAccountOpen)),
        get("/wages/projects/{id}/evidence", page::evidence, read),
        get("/wages/projects/{id}/pay-ledger", page::ledger, read),
        post("/wages/projects/{id}/pay-ledger", page::ledger_file, reveals),
        get("/wages/legal-orders", orders::list, Staff(P::WageReadBank)),
        get("/wages/projects/{id}/legal-order", orders::new, Staff(P::WageLegalOrder)),
        post("/wages/projects/{id}/legal-order", orders::enter, Staff(P::WageLegalOrder)).takes(ORDER_FORM_BYTES_MAX),
        get("/wages/legal-orders/{id}", orders::show, read),
        post("/wages/legal-orders/{id}/lifting", orders::lift, Staff(P::WageAccountCheck)),
    ]
}

/// Programs.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let manage = Firm(P::WageProjectManage).or_staff(P::WageProjectManage);
    vec![
        ask("/v1/wage-projects/{id}/end", api::show, read, "How far a site is on its way to its end, and how long its records are kept").doc(|d| d.answer::<schema::SiteEnd>()),
        act("/v1/wage-projects/{id}/end/completion", api::completion, manage, "Write down when the works were completed").doc(|d| d.body::<api::CompletionAsk>().answer::<schema::Changed>()),
        act("/v1/wage-projects/{id}/end/pledge", api::pledge, manage, "Hand in the pledge that no wages are owed").doc(|d| d.body::<api::DocumentAsk>().answer::<schema::Changed>()),
        act("/v1/wage-projects/{id}/end/notice", api::public, manage, "Begin the public notice of 30 days").doc(|d| d.body::<api::TextAsk>().answer::<schema::Changed>()),
        ask("/v1/my-site-notices", api::my_notices, Customer, "Public notices that run before the end of one's own sites").doc(|d| d.page_of::<schema::SiteNotice>()),
        ask("/v1/wage-projects/{id}/end/objections", api::objections, read, "Who says during the notice that he is still owed, newest first").doc(|d| d.page_of::<schema::SiteObjection>()),
        act("/v1/wage-projects/{id}/end/objections", api::objection, Customer, "Say during the notice that one is still owed").doc(|d| d.body::<api::TextAsk>().answer::<schema::SiteObjected>()),
        act("/v1/wage-projects/{id}/end/answers", api::answer, Staff(P::WageCase), "Answer an objection").doc(|d| d.body::<api::AnswerAsk>().answer::<schema::Changed>()),
        act("/v1/wage-projects/{id}/end/closing", api::closing, Staff(P::WageAccountOpen), "Ask a second person to close the wage account").doc(|d| d.body::<api::ClosingAsk>().answer::<schema::ApprovalAsked>()),
        ask("/v1/wage-projects/{id}/evidence", api::evidence, read, "The signed archive of a site's records, as a tar file"),
        ask("/v1/wage-projects/{id}/pay-ledger", api::ledger, read, "The newest 200 lines of the pay ledger, masked").doc(|d| d.page_of::<schema::PayLedgerLine>()),
        ask("/v1/legal-orders", api::orders, Staff(P::WageReadBank), "Legal documents that wait or are in force").doc(|d| d.page_of::<schema::LegalOrder>()),
        act("/v1/wage-projects/{id}/legal-orders", api::order_enter, Staff(P::WageLegalOrder), "Enter a legal document on a protected account, for a second person to agree").takes(ORDER_JSON_BYTES_MAX).doc(|d| d.body::<api::OrderAsk>().answer::<schema::LegalOrderEntered>()),
        ask("/v1/legal-orders/{id}", api::order, read, "A legal document").doc(|d| d.answer::<schema::LegalOrder>()),
        act("/v1/legal-orders/{id}/lifting", api::lift, Staff(P::WageAccountCheck), "Lift a freeze on a document of its authority").doc(|d| d.body::<api::DocumentAsk>().answer::<schema::Changed>()),
    ]
}
