//! Seeing one's money and proving it: statements, their files, receipts, and the public page that checks them.
use crate::api::{overviews, schema, statements as api};
use crate::gate::Access::{Customer, Owner, Public, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{lines, receipts, statement, verify};
use party::Permission as P;

pub(super) fn pages() -> Vec<Route> {
    let seen = Owner(P::AccountRead).or_staff(P::AccountReadAny);
    vec![
        get("/verify", verify::show, Public),
        get("/accounts/{id}/statement", statement::show, seen),
        post("/accounts/{id}/statement/files", statement::file, seen),
        get("/accounts/{id}/lines/{line}", lines::show, seen),
        post("/accounts/{id}/lines/{line}/receipt", receipts::of_line, seen),
        get("/receipts/{id}", receipts::show, seen),
        post("/receipts/{id}/copies", receipts::copy, seen),
        post("/slips/{id}/receipt", receipts::of_wage, Customer),
    ]
}

#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let seen = Owner(P::AccountRead).or_staff(P::AccountReadAny);
    vec![
        ask("/v1/accounts/{id}/statement", api::search, seen, "A statement of some days (this month when none are given), searched, with sums and months; at most 20,000 entries are looked at").doc(|d| {
            let days = d.query("from", "First day.").query("to", "Last day.").query("text", "In the memo or the other side as it is shown.");
            let size = days.query("min", "Least amount.").query("max", "Highest amount.").query("direction", "`in` or `out`.");
            size.query("after", "The `next` of the page before.").query("limit", "Lines, 1 to 200; 50 when absent.").answer::<schema::Statement>()
        }),
        ask("/v1/accounts/{id}/statement.csv", api::file, seen, "The same as a file, at most 10,000 lines").doc(|d| d.query("from", "First day.").query("to", "Last day.").file("text/csv")),
        act("/v1/accounts/{id}/statements", api::issue_statement, seen, "Issue a statement of some days as a document; the same days and lines are the same document").doc(|d| d.body::<api::DaysAsk>().answer::<schema::Document>()),
        act("/v1/accounts/{id}/lines/{line}/receipt", api::receipt, seen, "Issue the receipt of a line; the same line is the same receipt").doc(|d| d.answer::<schema::Document>()),
        act("/v1/wage-slips/{id}/receipt", api::wage_receipt, Customer, "Issue the receipt of a wage that was paid").doc(|d| d.answer::<schema::Document>()),
        act("/v1/documents/{id}/copies", api::copy, seen, "A counted copy of a document as PDF").doc(|d| d.file("application/pdf")),
        ask("/v1/people/{id}/overview", overviews::person, Staff(P::PersonRead), "One side of a customer, for a reason that is written down").doc(|d| d.query("why", "`counter`, `call`, `check`, `complaint`, `risk` or `inspection`.").query("side", "`who` (when absent), `money`, `orders`, `wages` or `access`.").answer::<schema::Overview>()),
        ask("/v1/firms/{id}/overview", overviews::firm, Staff(P::AccountReadAny), "What a firm has and ordered, for a reason that is written down").doc(|d| d.query("why", "As of people.").answer::<schema::FirmOverview>()),
        ask("/v1/receipts/{code}", api::check, Public, "Whether the bank issued a receipt with this code: masked sides, amount, day, and whether the money went back").doc(|d| d.answer::<schema::ReceiptCheck>()),
    ]
}
