//! Cards. Approvals of cards are decided where all are (`/v1/approvals`).
use crate::api::{Why, card_scheme as scheme, cards, schema};
use crate::gate::Access::{Customer, Either, Firm, Owner, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{card_apply, card_bill, card_deeds as deeds, card_desk, card_pin, card_repay, cards as page};
use party::Permission as P;

/// Pages of holders, and of staff at the counter. What both do is one page.
pub(super) fn pages() -> Vec<Route> {
    let own = Owner(P::AccountRead);
    let (seen, opens) = (own.or_staff(P::AccountReadAny), own.or_staff(P::AccountOpen));
    let (pays, counter) = (Owner(P::PaymentSubmit), Staff(P::AccountOpen));
    let disputes = pays.or_staff(P::PaymentSubmitAny);
    let mut all = vec![
        get("/cards", page::list, Customer),
        get("/cards/new", card_apply::new, Customer),
        post("/cards/new", card_apply::apply, Customer),
        get("/cards/{id}", page::show, seen),
        get("/cards/{id}/loss", deeds::losing, seen),
        post("/cards/{id}/loss", deeds::lose, seen),
        get("/cards/{id}/freeze", deeds::freezing, opens),
        post("/cards/{id}/freeze", deeds::freeze, opens),
        get("/cards/{id}/freeze-end", deeds::thawing, opens),
        post("/cards/{id}/freeze-end", deeds::thaw, opens),
        get("/cards/{id}/replacement", deeds::replacing, opens),
        post("/cards/{id}/replacement", deeds::replace, opens),
        get("/cards/{id}/closing", deeds::closing, opens),
        post("/cards/{id}/closing", deeds::close, opens),
        get("/credit-lines/{id}", card_bill::show, seen),
        get("/credit-lines/{id}/repayment", card_repay::repayment, pays),
        post("/credit-lines/{id}/repayment", card_repay::repay, pays),
        get("/credit-lines/{id}/overpaid", card_repay::overpaid, pays),
        post("/credit-lines/{id}/overpaid", card_repay::take_out, pays),
        get("/credit-lines/{id}/instalments", card_repay::parts, disputes),
        post("/credit-lines/{id}/instalments", card_repay::pay_in_parts, disputes),
        get("/credit-lines/{id}/dispute", card_repay::disputing, disputes),
        post("/credit-lines/{id}/dispute", card_repay::dispute, disputes),
    ];
    all.extend([
        get("/cards/{id}/activation", deeds::activation, counter),
        post("/cards/{id}/activation", deeds::activate, counter),
        get("/cards/{id}/pin", card_pin::ask, counter),
        post("/cards/{id}/pin", card_pin::set, counter),
        get("/cards/{id}/finding", deeds::finding, counter),
        post("/cards/{id}/finding", deeds::find, counter),
        get("/customers/{id}/cards", card_desk::of_one, Staff(P::AccountReadAny)),
        get("/customers/{id}/cards/new", card_apply::counter, counter),
        post("/customers/{id}/cards/new", card_apply::apply_counter, counter),
        get("/card-search", card_desk::search, Staff(P::AccountReadAny)),
        post("/card-search", card_desk::find, Staff(P::AccountReadAny)),
        get("/blank-cards", card_desk::stock, Either(P::TillRead, P::AccountOpen)),
        post("/blank-cards/receiving", card_desk::receive, Staff(P::VaultKeep)),
        post("/blank-cards/confirmation", card_desk::confirm, Staff(P::VaultKeep)),
        post("/blank-cards/spoiling", card_desk::spoil, Staff(P::VaultKeep)),
        get("/credit-lines/{id}/dispute-decision", card_desk::deciding, Staff(P::CardCheck)),
        post("/credit-lines/{id}/dispute-decision", card_desk::decide, Staff(P::CardCheck)),
        get("/credit-lines/{id}/limit", card_desk::limit, counter),
        post("/credit-lines/{id}/limit", card_desk::limit_ask, counter),
    ]);
    all
}

#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let own = Owner(P::AccountRead);
    let (seen, opens) = (own.or_staff(P::AccountReadAny), Owner(P::AccountRead).or_staff(P::AccountOpen));
    let (pays, keeper) = (Owner(P::PaymentSubmit).or_staff(P::PaymentSubmitAny), Staff(P::VaultKeep));
    vec![
        ask("/v1/cards", cards::list, own, "One's own cards, newest first").doc(|d| d.page_of::<schema::Card>()),
        act("/v1/cards", cards::apply, opens, "Ask for a card; a second person approves it").doc(|d| d.body::<cards::ApplyAsk>().answer::<schema::Card>()),
        ask("/v1/cards/{id}", cards::one, seen, "A card, its plastics and every step of its life").doc(|d| d.answer::<schema::CardLife>()),
        act("/v1/cards/{id}/activation", cards::activate, opens, "The holder is there in person: the plastic pays from now on").doc(|d| d.body::<cards::ActivateAsk>().answer::<schema::Card>()),
        act("/v1/cards/{id}/freeze", cards::freeze, opens, "Stop a card for a while").doc(|d| d.body::<Why>().answer::<schema::Card>()),
        act("/v1/cards/{id}/freeze-end", cards::thaw, opens, "Let a stopped card pay again").doc(|d| d.body::<cards::PersonAsk>().answer::<schema::Card>()),
        act("/v1/cards/{id}/loss", cards::lose, seen, "Report a card lost; it pays nothing from now on").doc(|d| d.body::<Why>().answer::<schema::Card>()),
        act("/v1/cards/{id}/finding", cards::find, Staff(P::AccountOpen), "The holder found it and is there in person").doc(|d| d.body::<cards::PersonAsk>().answer::<schema::CardFound>()),
        act("/v1/cards/{id}/replacement", cards::replace, opens, "A new plastic with the same number; the old one is dead").doc(|d| d.body::<cards::ReplaceAsk>().answer::<schema::Card>()),
        act("/v1/cards/{id}/closing", cards::close, opens, "Close a card; its number leads nowhere any more").doc(|d| d.body::<cards::CloseAsk>().answer::<schema::Card>()),
        act("/v1/cards/{id}/pin", cards::pin, opens, "The holder is there in person and gives the card a PIN").doc(|d| d.body::<cards::PinAsk>().answer::<schema::CardPin>()),
        ask("/v1/people/{id}/cards", cards::of_person, Staff(P::AccountReadAny), "The cards of a customer, newest first").doc(|d| d.page_of::<schema::Card>()),
        act("/v1/branches/{id}/blank-cards-spoiling", cards::stock_spoil, keeper, "A blank card is spoilt or missing").doc(|d| d.body::<Why>().answer::<schema::BlankCards>()),
        ask("/v1/credit-lines/{id}/disputes", cards::disputes, seen, "Disputed items and how far they are, newest first").doc(|d| d.page_of::<schema::CardDispute>()),
        ask("/v1/credit-lines/{id}/instalments", cards::offers, seen, "What it would cost to pay an item in parts").doc(|d| d.query("item", "The item's number on the bill.").page_of::<schema::CardOffer>()),
        ask("/v1/credit-lines/{id}/spending", cards::spending, seen, "What was bought in each of the last six months").doc(|d| d.page_of::<schema::CardSpending>()),
        act("/v1/credit-lines/{id}/limit", cards::limit, Staff(P::AccountOpen), "Ask for another limit; a second person agrees").doc(|d| d.body::<cards::LimitAsk>().answer::<schema::CardAsked>()),
        act("/v1/card-scheme/authorisations", scheme::authorise, Firm(P::CardScheme), "The scheme asks whether a card may pay; the amount is held").doc(|d| d.body::<scheme::AuthoriseAsk>().answer::<schema::Receipt>()),
        act("/v1/card-scheme/authorisations/{id}/presentment", scheme::present, Firm(P::CardScheme), "The merchant presents what was held, or a part").doc(|d| d.body::<scheme::PresentAsk>().answer::<schema::Receipt>()),
        act("/v1/card-scheme/authorisations/{id}/reversal", scheme::reverse, Firm(P::CardScheme), "Nothing was bought; what was held is free").doc(|d| d.answer::<schema::Receipt>()),
        act("/v1/card-scheme/authorisations/{id}/refunds", scheme::refund, Firm(P::CardScheme), "A merchant gives back a purchase or a part of it").doc(|d| d.body::<scheme::RefundAsk>().answer::<schema::CardRefund>()),
        ask("/v1/branches/{id}/blank-cards", cards::stock, Staff(P::TillRead), "The blank cards of a branch").doc(|d| d.answer::<schema::BlankCards>()),
        act("/v1/branches/{id}/blank-cards", cards::stock_receive, keeper, "Blank cards came; the first person counted them").doc(|d| d.body::<cards::StockAsk>().answer::<schema::BlankCards>()),
        act("/v1/branches/{id}/blank-cards-confirmation", cards::stock_confirm, keeper, "The second person counted the same").doc(|d| d.body::<cards::StockAsk>().answer::<schema::BlankCards>()),
        ask("/v1/credit-lines/{id}", cards::line, seen, "A credit line and its bill").doc(|d| d.answer::<schema::CreditLine>()),
        ask("/v1/credit-lines/{id}/statements", cards::statements, seen, "The statements of a line, newest first").doc(|d| d.page_of::<schema::CreditStatement>()),
        act("/v1/credit-lines/{id}/repayments", cards::repay, pays, "Repay all, the minimum or any amount from an account").doc(|d| d.body::<cards::RepayAsk>().answer::<schema::Receipt>()),
        act("/v1/credit-lines/{id}/overpaid", cards::take_out, pays, "Take back what was paid too much").doc(|d| d.body::<cards::OutAsk>().answer::<schema::CreditLine>()),
        act("/v1/credit-lines/{id}/instalments", cards::instalments, pays, "Pay a purchase in parts").doc(|d| d.body::<cards::PlanAsk>().answer::<schema::CardPlan>()),
        act("/v1/credit-lines/{id}/disputes", cards::dispute, pays, "Say that an item is not one's own").doc(|d| d.body::<cards::DisputeAsk>().answer::<schema::CreditLine>()),
        act("/v1/credit-lines/{id}/dispute-decisions", cards::decide, Staff(P::CardCheck), "Say how a dispute should end; a second person agrees").doc(|d| d.body::<cards::DecideAsk>().answer::<schema::CardAsked>()),
    ]
}
