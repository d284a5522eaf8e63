//! Wealth products. The second look at a sale is decided where all approvals are (`/v1/approvals`).
use crate::api::{schema, wealth};
use crate::gate::Access::{Anyone, Customer, Owner, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{wealth as page, wealth_order as order, wealth_questions as questions, wealth_sale as sale};
use party::Permission as P;

/// Pages of customers, and of whoever sells at a counter.
pub(super) fn pages() -> Vec<Route> {
    let seen = Owner(P::AccountRead).or_staff(P::AccountReadAny);
    let pays = Owner(P::PaymentSubmit).or_staff(P::PaymentSubmitAny);
    let sells = Staff(P::PaymentSubmitAny);
    vec![
        get("/wealth", page::list, Customer),
        get("/wealth/questions", questions::show, Customer),
        post("/wealth/questions", questions::answer, Customer),
        get("/wealth/level", questions::level, Customer),
        get("/wealth/products/{code}", page::product, Anyone),
        get("/wealth/products/{code}/order", order::show, pays),
        post("/wealth/products/{code}/order", order::buy, pays),
        get("/wealth/orders/{id}", order::order, seen),
        post("/wealth/orders/{id}/cancellation", order::cancel, pays),
        get("/wealth/holdings/{id}", page::holding, seen),
        get("/wealth/holdings/{id}/redemption", order::redeem_show, seen),
        post("/wealth/holdings/{id}/redemption", order::redeem, pays),
        get("/wealth/sale", sale::show, sells),
        post("/wealth/sale", sale::begin, sells),
        get("/wealth/recordings/{id}", sale::recording, sells),
        post("/wealth/recordings/{id}/end", sale::end, sells),
    ]
}

/// Programs.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let seen = Owner(P::AccountRead).or_staff(P::AccountReadAny);
    let pays = Owner(P::PaymentSubmit).or_staff(P::PaymentSubmitAny);
    let sells = Staff(P::PaymentSubmitAny);
    vec![
        ask("/v1/wealth-products", wealth::on_sale, Anyone, "What is sold today, with its risk and newest value").doc(|d| d.page_of::<schema::WealthOnSale>()),
        ask("/v1/wealth-products/{code}/values", wealth::values, Anyone, "What a unit was worth, oldest day first").doc(|d| d.page_of::<schema::WealthValue>()),
        ask("/v1/wealth-questions", wealth::questions, Anyone, "The questions about risk that are asked today").doc(|d| d.answer::<schema::WealthQuestions>()),
        ask("/v1/wealth-assessments", wealth::assessments, Customer, "One's own assessments, newest first; the newest counts while it is valid").doc(|d| d.page_of::<schema::WealthAssessment>()),
        act("/v1/wealth-assessments", wealth::assess, Customer, "Answer the questions about risk, oneself").doc(|d| d.body::<wealth::AssessAsk>().answer::<schema::WealthAssessment>()),
        ask("/v1/people/{id}/wealth-assessments", wealth::assessments_of, Staff(P::AccountReadAny), "A customer's assessments, newest first").doc(|d| d.page_of::<schema::WealthAssessment>()),
        act("/v1/wealth-orders/quote", wealth::quote, seen, "What an order would come to, and whether it suits").keyless().doc(|d| d.body::<wealth::BuyAsk>().answer::<schema::WealthQuote>()),
        act("/v1/wealth-orders", wealth::subscribe, pays, "Order units, bound to the fee that was shown; staff name the recording of the sale").doc(|d| d.body::<wealth::ConfirmedBuy>().answer::<schema::WealthOrder>()),
        ask("/v1/wealth-orders/{id}", wealth::order, seen, "An order").doc(|d| d.answer::<schema::WealthOrder>()),
        act("/v1/wealth-orders/{id}/cancellation", wealth::cancel, pays, "Call an order off at no cost while its hours last").doc(|d| d.answer::<schema::WealthOrder>()),
        ask("/v1/wealth-holdings", wealth::holdings, Owner(P::AccountRead), "What one holds, newest first").doc(|d| d.page_of::<schema::WealthHolding>()),
        ask("/v1/wealth-holdings/{id}", wealth::statement, seen, "A holding, its movements and its orders").doc(|d| d.answer::<schema::WealthStatement>()),
        act("/v1/wealth-holdings/{id}/redemptions", wealth::redeem, pays, "Give units back").doc(|d| d.body::<wealth::RedeemAsk>().answer::<schema::WealthOrder>()),
        act("/v1/wealth-recordings", wealth::recording_begin, sells, "Begin to record a sale at the counter").doc(|d| d.body::<wealth::RecordingAsk>().answer::<schema::WealthRecording>()),
        act("/v1/wealth-recordings/{id}/end", wealth::recording_end, sells, "End a recording; its hash is kept").doc(|d| d.answer::<schema::WealthRecording>()),
    ]
}
