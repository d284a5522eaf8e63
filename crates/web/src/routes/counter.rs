//! What is done for a customer at a counter beside cash and payments.
use crate::api::{counter as api, schema, till_papers as till};
use crate::gate::Access::{Either, Owner, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{counter, counter_book, till_appointments, till_vouchers};
use party::Permission as P;

pub(super) fn pages() -> Vec<Route> {
    let (teller, clerk) = (Staff(P::AccountOpen), Staff(P::PersonRegister));
    let (hand, keeper) = (Either(P::TillOperate, P::VaultKeep), Staff(P::VaultKeep));
    let owner = Owner(P::PaymentSubmit).or_staff(P::TillOperate);
    vec![
        get("/counter", counter::read, teller),
        post("/counter", counter::find, teller),
        get("/counter/{id}", counter::show, teller),
        get("/counter/{id}/phone", counter::phone, clerk),
        post("/counter/{id}/phone", counter::phone_set, clerk),
        get("/counter/{id}/document", counter::document, clerk),
        post("/counter/{id}/document", counter::document_set, clerk),
        get("/accounts/{id}/certificate", counter::proof, teller),
        post("/accounts/{id}/certificate", counter::proof_issue, teller),
        post("/accounts/{id}/interest-settlement", counter::settle, teller),
        get("/accounts/{id}/passbook", counter_book::show, teller),
        post("/accounts/{id}/passbook", counter_book::issue, teller),
        get("/accounts/{id}/passbook/replacement", counter_book::replacing, teller),
        post("/accounts/{id}/passbook/replacement", counter_book::replace, teller),
        post("/accounts/{id}/passbook/lines", counter_book::print, teller),
        get("/vouchers", till_vouchers::show, hand),
        get("/vouchers/receipt", till_vouchers::receipt, keeper),
        post("/vouchers/receipt", till_vouchers::receive, keeper),
        get("/vouchers/{id}/issue", till_vouchers::issuing, keeper),
        post("/vouchers/{id}/issue", till_vouchers::issue, keeper),
        post("/vouchers/{id}/countersignature", till_vouchers::countersign, hand),
        get("/vouchers/void", till_vouchers::voiding, Staff(P::TillOperate)),
        post("/vouchers/void", till_vouchers::void, Staff(P::TillOperate)),
        get("/appointments", till_appointments::list, hand),
        post("/appointments/{id}/cancellation", till_appointments::cancel, Staff(P::TillOperate)),
        get("/accounts/{id}/appointment", till_appointments::asking, owner),
        post("/accounts/{id}/appointment", till_appointments::make, owner),
    ]
}

#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let (clerk, keeper) = (Staff(P::PersonRegister), Staff(P::VaultKeep));
    vec![
        ask("/v1/branches/{id}/vouchers", till::vouchers, Either(P::TillOperate, P::TillRead), "Blank vouchers of a branch, by kind and number").doc(|d| d.page_of::<schema::VoucherRange>()),
        act("/v1/vouchers", till::voucher_receive, keeper, "Blank vouchers came into the vault; another countersigns").doc(|d| d.body::<till::VoucherReceipt>().answer::<schema::VoucherRange>()),
        act("/v1/vouchers/{id}/issue", till::voucher_issue, keeper, "Ask that the next of a range go to a till, or back").doc(|d| d.body::<till::VoucherIssue>().answer::<schema::VoucherRange>()),
        act("/v1/vouchers/{id}/countersignature", till::voucher_countersign, Either(P::TillOperate, P::VaultKeep), "The second person counted them too").doc(|d| d.answer::<schema::VoucherRange>()),
        act("/v1/till/voucher-voids", till::voucher_void, Staff(P::TillOperate), "Void the next blank voucher of one's till").doc(|d| d.body::<till::VoucherVoid>().answer::<schema::VoucherVoided>()),
        ask("/v1/branches/{id}/cash-appointments", till::appointments, Either(P::TillOperate, P::TillRead), "Large sums that will be drawn on a day").doc(|d| d.query("date", "Tomorrow when absent.").page_of::<schema::CashAppointment>()),
        act("/v1/cash-appointments/{id}/cancellation", till::appointment_cancel, Owner(P::PaymentSubmit).or_staff(P::TillOperate), "Take an appointment back").doc(|d| d.answer::<schema::CashAppointment>()),
        act("/v1/people/{id}/phone", api::phone, clerk, "Another telephone number of a customer at the counter").doc(|d| d.body::<api::PhoneAsk>().answer::<schema::Changed>()),
        act("/v1/people/{id}/document", api::document, clerk, "A renewed document of a customer at the counter").doc(|d| d.body::<api::DocumentAsk>().answer::<schema::Changed>()),
    ]
}
