//! Cash. Moves and seizures are for tellers and keepers alike; which of them, the domain says.
use crate::api::{Why, schema, till};
use crate::gate::Access::{Anyone, Staff};
use crate::http::route::{Route, act, ask};
use party::Permission as P;

#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let (teller, keeper, read) = (Staff(P::TillOperate), Staff(P::VaultKeep), Staff(P::TillRead));
    vec![
        ask("/v1/till", till::now, teller, "The teller's open day and the drawers of his branch").doc(|d| d.answer::<schema::TillNow>()),
        act("/v1/till/opening", till::open, teller, "Open a till with the cash counted in it").doc(|d| d.body::<till::OpeningAsk>().answer::<schema::TillDay>()),
        act("/v1/till/balance", till::balance, teller, "A count beside the book, with what may explain a difference").keyless().doc(|d| d.body::<till::CountAsk>().answer::<schema::TillBalance>()),
        act("/v1/till/closing", till::close, teller, "Close the till with the cash and blank vouchers counted in it").doc(|d| d.body::<till::ClosingAsk>().answer::<schema::TillDay>()),
        act("/v1/till/cash", till::cash, teller, "Cash in or out over the counter").doc(|d| d.body::<till::CashBody>().answer::<schema::TillEntry>()),
        act("/v1/till/exchanges", till::exchange, teller, "Notes for notes, damaged ones by the rule").doc(|d| d.body::<till::ExchangeBody>().answer::<schema::TillEntry>()),
        act("/v1/till/entries/{number}/reversal", till::reverse, teller, "Undo an entry of the open day; a second person authorises it").doc(|d| d.body::<Why>().answer::<schema::TillEntry>()),
        act("/v1/till/entries/{number}/calling-off", till::call_off, teller, "Call off an entry that waits").doc(|d| d.body::<Why>().answer::<schema::TillEntry>()),
        act("/v1/till/entries/{number}/advice", till::advice, teller, "What is printed for the customer; copies are numbered").doc(|d| d.answer::<schema::TillAdvice>()),
        ask("/v1/branches/{id}/till-entries", till::journal, Anyone, "A teller's journal, newest first").doc(|d| d.query("teller", "Whose; one's own when absent.").query("date", "The open business day when absent.").page_of::<schema::TillEntry>()),
        ask("/v1/branches/{id}/overrides", till::overrides, read, "Every override of a day, with its approval").doc(|d| d.query("date", "The open business day when absent.").page_of::<schema::TillEntry>()),
        ask("/v1/branches/{id}/drawers", till::drawers, read, "Vaults, tills and machines, and what they hold").doc(|d| d.page_of::<schema::Drawer>()),
        act("/v1/branches/{id}/drawers", till::make, Staff(P::BranchManage), "Make a vault, a till or a machine").doc(|d| d.body::<till::DrawerAsk>().answer::<schema::DrawerMade>()),
        act("/v1/drawers/{id}/count", till::count, keeper, "The first person's count of a vault").doc(|d| d.body::<till::CountAsk>().answer::<schema::Changed>()),
        act("/v1/drawers/{id}/count-confirmation", till::count_confirm, keeper, "The second person's count of a vault").doc(|d| d.body::<till::CountAsk>().answer::<schema::Difference>()),
        ask("/v1/branches/{id}/cash-moves", till::moves, read, "Cash on its way, newest first").doc(|d| d.query("open", "`true`: only those not ended.").page_of::<schema::CashMove>()),
        act("/v1/cash-moves", till::move_ask, Anyone, "Ask that cash goes from one drawer to another").doc(|d| d.body::<till::MoveBody>().answer::<schema::CashMove>()),
        act("/v1/cash-moves/{id}/countersignature", till::countersign, keeper, "The second person lets it go").doc(|d| d.answer::<schema::CashMove>()),
        act("/v1/cash-moves/{id}/receipt", till::receive, Anyone, "It was counted at the end of its way").doc(|d| d.body::<till::CountAsk>().answer::<schema::CashMove>()),
        act("/v1/cash-moves/{id}/calling-off", till::move_call_off, Anyone, "Whoever asked calls it off").doc(|d| d.body::<Why>().answer::<schema::CashMove>()),
        ask("/v1/branches/{id}/cash-cases", till::cases, read, "Cash over and short, newest first").doc(|d| d.query("open", "`true`: only those not settled.").page_of::<schema::CashCase>()),
        act("/v1/cash-cases/{id}/explanation", till::explain, keeper, "The first person says what happened and how it should end").doc(|d| d.body::<till::ExplainAsk>().answer::<schema::CashCase>()),
        act("/v1/cash-cases/{id}/settlement", till::settle, keeper, "The second person agrees").doc(|d| d.body::<till::SettleAsk>().answer::<schema::CashCase>()),
        ask("/v1/branches/{id}/seizures", till::seizures, read, "Counterfeit notes taken in, newest first").doc(|d| d.page_of::<schema::Seizure>()),
        act("/v1/seizures", till::seize, Anyone, "The first person takes notes for counterfeit").doc(|d| d.body::<till::SeizureBody>().answer::<schema::Seizure>()),
        act("/v1/seizures/{id}/confirmation", till::seizure_confirm, Anyone, "The second person finds the same; the certificate gets its number").doc(|d| d.answer::<schema::Seizure>()),
        act("/v1/cash-appointments", till::appoint, Anyone, "A large sum that will be drawn on a day").doc(|d| d.body::<till::AppointmentBody>().answer::<schema::Appointment>()),
    ]
}
