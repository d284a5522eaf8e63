//! Paying: transfers, payments and limits, the book of payees.
use super::{FILE_BODY_BYTES_MAX, FILE_JSON_BYTES_MAX};
use crate::api::{bulk as bulk_api, payees as payees_api, payments as payments_api, schema};
use crate::gate::Access::{Customer, Firm, Owner};
use crate::http::route::{Route, act, ask, end, get, post};
use crate::pages::{bulk, limits, pay, payees, payments};
use party::Permission as P;

pub(super) fn screens() -> Vec<Route> {
    let pays = Owner(P::PaymentSubmit);
    vec![
        get("/pay", pay::show, pays),
        post("/pay", pay::pay, pays),
        get("/payments", payments::list, Owner(P::AccountRead)),
        get("/payees", payees::list, pays),
        get("/payees/new", payees::new, pays),
        post("/payees/new", payees::add, pays),
        get("/payees/{id}/nickname", payees::nickname, pays),
        post("/payees/{id}/nickname", payees::rename, pays),
        get("/payees/{id}/removal", payees::removal, pays),
        post("/payees/{id}/removal", payees::remove, pays),
        get("/bulk", bulk::list, Firm(P::AccountRead)),
        get("/bulk/new", bulk::new, Firm(P::PaymentSubmit)),
        post("/bulk/new", bulk::send, Firm(P::PaymentSubmit)).takes(FILE_BODY_BYTES_MAX),
        get("/bulk/{id}", bulk::show, Firm(P::AccountRead)),
        get("/bulk/{id}/faults.csv", bulk::faults_csv, Firm(P::AccountRead)),
        get("/bulk/{id}/result.csv", bulk::result_csv, Firm(P::AccountRead)),
        get("/bulk/{id}/failed.csv", bulk::failed_csv, Firm(P::PaymentSubmit)),
        post("/bulk/{id}/submission", bulk::submit, Firm(P::PaymentSubmit)),
        get("/bulk/{id}/cancellation", bulk::cancellation, Firm(P::PaymentSubmit)),
        post("/bulk/{id}/cancellation", bulk::cancel, Firm(P::PaymentSubmit)),
        get("/limits", limits::show, Customer),
        get("/limits/own-cap", limits::cap, Customer),
        post("/limits/own-cap", limits::set_cap, Customer),
    ]
}

#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let pays = Owner(P::PaymentSubmit);
    vec![
        ask("/v1/payments", payments_api::list, Owner(P::AccountRead), "One's payments over all accounts, newest first. A page may be short and still have a next one: so many are looked at for each")
            .doc(|d| d.query("text", "In the payee's name or number as far as he is in the book, or in the memo.").query("least", "Yuan, `100.00`").query("most", "Yuan")
            .query("from", "First business day: `2026-11-01`").query("to", "Last business day").query("state", "`posted`, `delayed`, …").page_of::<schema::Payment>()),
        ask("/v1/bulk-files", bulk_api::list, Firm(P::AccountRead), "The firm's files of payments, newest first").doc(|d| d.page_of::<schema::BulkFile>()),
        act("/v1/bulk-files", bulk_api::send, Firm(P::PaymentSubmit), "Send a file of payments; its lines are a draft").takes(FILE_JSON_BYTES_MAX).doc(|d| d.body::<bulk_api::BulkAsk>().answer::<schema::BulkFile>()),
        ask("/v1/bulk-files/{id}", bulk_api::one, Firm(P::AccountRead), "A file and how far it is").doc(|d| d.answer::<schema::BulkFile>()),
        ask("/v1/bulk-files/{id}/lines", bulk_api::lines, Firm(P::AccountRead), "Its lines").doc(|d| d.query("state", "`waiting`, `open`, `paid` or `failed`.").page_of::<schema::BulkLine>()),
        ask("/v1/bulk-files/{id}/faults", bulk_api::findings, Firm(P::AccountRead), "What is wrong in it").doc(|d| d.page_of::<schema::BulkFinding>()),
        act("/v1/bulk-files/{id}/submission", bulk_api::submit, Firm(P::PaymentSubmit), "Price it and order it to be paid; a second person agrees where one is needed").doc(|d| d.answer::<schema::BulkSubmitted>()),
        act("/v1/bulk-files/{id}/cancellation", bulk_api::cancel, Firm(P::PaymentSubmit), "End it before it is paid").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
        ask("/v1/payees", payees_api::list, pays, "Payees in one's book, who was paid last first").doc(|d| d.query("text", "In name, nickname, bank or number.").page_of::<schema::PayeeKept>()),
        act("/v1/payees", payees_api::add, pays, "Put a payee into the book, stepped up; in a firm under control a second person agrees").doc(|d| d.body::<payees_api::PayeeNewAsk>().answer::<schema::Proposed>()),
        act("/v1/payees/{id}/nickname", payees_api::rename, pays, "Call a payee otherwise, stepped up").doc(|d| d.body::<payees_api::NicknameAsk>().answer::<schema::Proposed>()),
        end("/v1/payees/{id}", payees_api::remove, pays, "Take a payee out of the book").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
    ]
}
