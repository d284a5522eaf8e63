//! Machines of branches: what somebody meets at one, who looks after them, and the same for programs.
use crate::api::{Why, schema, terminals as api};
use crate::gate::Access::{Customer, Public, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{
    app, demo_machines, demo_time, kiosk, kiosk_cards, kiosk_cash, kiosk_passbook, kiosk_repay, kiosk_visit,
    terminal_cash, terminals,
};
use party::Permission as P;

/// At a machine. Elsewhere there is nothing at these addresses but the enrolment.
pub(super) fn pages() -> Vec<Route> {
    vec![
        get("/kiosk/enrolment", kiosk::enrolment, Public),
        post("/kiosk/enrolment", kiosk::enrol, Public),
        get("/kiosk/identity", kiosk::identity, Public),
        post("/kiosk/identity", kiosk::read_card, Public),
        get("/kiosk/face", kiosk::face, Public),
        post("/kiosk/face", kiosk::look, Public),
        get("/kiosk/help", kiosk::help, Public),
        post("/kiosk/help", kiosk::call, Public),
        get("/kiosk/still", kiosk::still, Public),
        post("/kiosk/staying", kiosk::staying, Public),
        post("/kiosk/more-time", kiosk::more_time, Public),
        get("/kiosk/end", kiosk::end, Public),
    ]
}

/// What whoever is served does with cash. Elsewhere than at a machine there is nothing at these addresses.
pub(super) fn cash() -> Vec<Route> {
    vec![
        get("/kiosk/cash-out", kiosk_cash::cash_out, Customer),
        post("/kiosk/cash-out", kiosk_cash::pay_out, Customer),
        get("/kiosk/cash-in", kiosk_cash::cash_in, Customer),
        post("/kiosk/cash-in", kiosk_cash::take_in, Customer),
        get("/kiosk/cash/{id}", kiosk_visit::show, Customer),
        post("/kiosk/cash/{id}/agreement", kiosk_cash::agree, Customer),
        post("/kiosk/cash/{id}/return", kiosk_cash::back, Customer),
    ]
}

/// What whoever is served does with his cards and his passbook.
pub(super) fn cards() -> Vec<Route> {
    vec![
        get("/kiosk/cards", kiosk_cards::list, Customer),
        get("/kiosk/cards/{id}", kiosk_cards::show, Customer),
        get("/kiosk/cards/{id}/freeze", kiosk_cards::freezing, Customer),
        post("/kiosk/cards/{id}/freeze", kiosk_cards::freeze, Customer),
        get("/kiosk/cards/{id}/thaw", kiosk_cards::thawing, Customer),
        post("/kiosk/cards/{id}/thaw", kiosk_cards::thaw, Customer),
        get("/kiosk/cards/{id}/loss", kiosk_cards::losing, Customer),
        post("/kiosk/cards/{id}/loss", kiosk_cards::lose, Customer),
        get("/kiosk/cards/{id}/replacement", kiosk_cards::replacing, Customer),
        post("/kiosk/cards/{id}/replacement", kiosk_cards::replace, Customer),
        get("/kiosk/cards/{id}/activation", kiosk_cards::activating, Customer),
        post("/kiosk/cards/{id}/activation", kiosk_cards::activate, Customer),
        get("/kiosk/repayment", kiosk_repay::show, Customer),
        post("/kiosk/repayment", kiosk_repay::send, Customer),
        get("/kiosk/passbook", kiosk_passbook::show, Customer),
        post("/kiosk/passbook", kiosk_passbook::choose, Customer),
        post("/kiosk/passbook/{id}", kiosk_passbook::print, Customer),
    ]
}

/// The simulated machines of a demo, nothing elsewhere; and its clock, refused elsewhere.
pub(super) fn demo() -> Vec<Route> {
    vec![
        get("/demo/machines", demo_machines::list, Public),
        post("/demo/machines/{id}", demo_machines::act, Public),
        get("/demo/time", demo_time::show, Staff(P::DayClose)),
        post("/demo/time", demo_time::pass, Staff(P::DayClose)),
    ]
}

/// The site on somebody's own phone.
pub(super) fn installed() -> Vec<Route> {
    vec![
        get("/offline", app::offline, Public),
        get("/app", app::show, Customer),
        get("/app/balance", app::balance, Customer),
    ]
}

/// For staff.
pub(super) fn staff() -> Vec<Route> {
    let (watch, enrol) = (Staff(P::TerminalWatch), Staff(P::TerminalEnrol));
    vec![
        get("/terminals", terminals::list, watch),
        get("/terminals/enrolment", terminals::enrolment, enrol),
        post("/terminals/enrolment", terminals::enrol, enrol),
        get("/terminals/{id}", terminals::show, watch),
        post("/terminals/{id}/enrolment", terminals::again, enrol),
        get("/terminals/{id}/out-of-order", terminals::out_of_order, watch),
        post("/terminals/{id}/out-of-order", terminals::put_out, watch),
        post("/terminals/{id}/in-order", terminals::put_in_order, watch),
        get("/terminals/{id}/machine", terminal_cash::form, enrol),
        post("/terminals/{id}/machine", terminal_cash::link, enrol),
        get("/terminals/{id}/retirement", terminals::retirement, enrol),
        post("/terminals/{id}/retirement", terminals::retire, enrol),
    ]
}

/// For programs of staff.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let (watch, enrol) = (Staff(P::TerminalWatch), Staff(P::TerminalEnrol));
    vec![
        ask("/v1/terminals", api::list, watch, "Machines of a branch and all below it").doc(|d| d.query("branch", "The uppermost in reach when absent.").page_of::<schema::Terminal>()),
        act("/v1/terminals", api::enrol, enrol, "Write a machine down; its code is shown this once and lives 10 minutes").doc(|d| d.body::<api::TerminalAsk>().answer::<schema::Enrolment>()),
        ask("/v1/terminals/{id}", api::one, watch, "A machine").doc(|d| d.answer::<schema::Terminal>()),
        act("/v1/terminals/{id}/enrolment", api::again, enrol, "Another code for a machine that lost its secret; shown this once").doc(|d| d.answer::<schema::Enrolment>()),
        act("/v1/terminals/{id}/out-of-order", api::out_of_order, watch, "Put a machine out of order; whoever is served at it is not any more").doc(|d| d.body::<Why>().answer::<schema::Changed>()),
        act("/v1/terminals/{id}/in-order", api::in_order, watch, "Put it in order again").doc(|d| d.answer::<schema::Changed>()),
        act("/v1/terminals/{id}/retirement", api::retire, enrol, "Retire a machine for good").doc(|d| d.body::<Why>().answer::<schema::Changed>()),
    ]
}
