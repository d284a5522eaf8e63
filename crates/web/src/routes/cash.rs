//! Cash. Moves and seizures are for tellers and keepers alike; which of them, the domain says.
use crate::api::{Why, machines, schema, till};
use crate::gate::Access::{Anyone, Either, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{
    till_balance, till_cases, till_cash, till_day, till_entry, till_exchange, till_machines, till_moves, till_seizures,
    till_transfer, till_vault,
};
use party::Permission as P;

/// Tellers and keepers at their desks.
pub(super) fn pages() -> Vec<Route> {
    [tellers(), keepers(), both()].into_iter().flatten().collect()
}

fn tellers() -> Vec<Route> {
    let teller = Staff(P::TillOperate);
    vec![
        get("/till", till_day::show, teller),
        get("/till/opening", till_day::opening, teller),
        post("/till/opening", till_day::open, teller),
        get("/till/cash-in", till_cash::cash_in, teller),
        post("/till/cash-in", till_cash::take_in, teller),
        get("/till/cash-out", till_cash::cash_out, teller),
        post("/till/cash-out", till_cash::pay_out, teller),
        get("/till/transfer", till_transfer::asked, teller),
        post("/till/transfer", till_transfer::sent, teller),
        get("/till/change", till_exchange::change, teller),
        post("/till/change", till_exchange::change_it, teller),
        get("/till/damaged", till_exchange::damaged, teller),
        post("/till/damaged", till_exchange::damaged_it, teller),
        get("/till/entries/{number}", till_entry::show, teller),
        post("/till/entries/{number}/advice", till_entry::advice, teller),
        get("/till/entries/{number}/reversal", till_entry::reversal, teller),
        post("/till/entries/{number}/reversal", till_entry::reverse, teller),
        get("/till/entries/{number}/calling-off", till_entry::calling_off, teller),
        post("/till/entries/{number}/calling-off", till_entry::call_off, teller),
        get("/till/balance", till_balance::count, teller),
        post("/till/balance", till_balance::look, teller),
        post("/till/closing", till_balance::close, teller),
    ]
}

fn keepers() -> Vec<Route> {
    let (keeper, read) = (Staff(P::VaultKeep), Staff(P::TillRead));
    vec![
        get("/vault", till_vault::show, read),
        get("/machines", till_machines::list, read),
        get("/machines/{id}", till_machines::show, read),
        post("/machines/{id}/unloading", till_machines::unload_ask, keeper),
        post("/machines/{id}/recovery", till_machines::recover, keeper),
        post("/cash-moves/{id}/loading", till_machines::loading, keeper),
        post("/cash-moves/{id}/emptying", till_machines::emptying, keeper),
        get("/vault/drawers/{id}/count", till_vault::counting, keeper),
        post("/vault/drawers/{id}/count", till_vault::count, keeper),
        post("/cash-moves/{id}/countersignature", till_moves::countersign, keeper),
        get("/cash-cases/{id}", till_cases::show, read),
        post("/cash-cases/{id}/explanation", till_cases::explain, keeper),
        post("/cash-cases/{id}/settlement", till_cases::settle, keeper),
        post("/seizures/{id}/appraisal", till_seizures::appraise, keeper),
    ]
}

fn both() -> Vec<Route> {
    let (hand, seen) = (Either(P::TillOperate, P::VaultKeep), Either(P::TillOperate, P::TillRead));
    vec![
        get("/cash-moves/new", till_moves::asking, hand),
        post("/cash-moves/new", till_moves::ask, hand),
        get("/cash-moves/{id}", till_moves::show, seen),
        post("/cash-moves/{id}/receipt", till_moves::receive, hand),
        post("/cash-moves/{id}/calling-off", till_moves::call_off, hand),
        get("/seizures", till_seizures::list, seen),
        get("/seizures/new", till_seizures::taking, hand),
        post("/seizures/new", till_seizures::take, hand),
        get("/seizures/{id}", till_seizures::show, seen),
        post("/seizures/{id}/confirmation", till_seizures::confirm, hand),
        post("/seizures/{id}/appeal", till_seizures::appeal, hand),
    ]
}

#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let (teller, keeper, read) = (Staff(P::TillOperate), Staff(P::VaultKeep), Staff(P::TillRead));
    vec![
        ask("/v1/till", till::now, teller, "The teller's open day and the drawers of his branch").doc(|d| d.answer::<schema::TillNow>()),
        act("/v1/till/opening", till::open, teller, "Open a till with the cash counted in it").doc(|d| d.body::<till::OpeningAsk>().answer::<schema::TillDay>()),
        act("/v1/till/balance", till::balance, teller, "A count beside the book, with what may explain a difference").keyless().doc(|d| d.body::<till::CountAsk>().answer::<schema::TillBalance>()),
        act("/v1/till/closing", till::close, teller, "Close the till with the cash and blank vouchers counted in it").doc(|d| d.body::<till::ClosingAsk>().answer::<schema::TillDay>()),
        act("/v1/till/cash", till::cash, teller, "Cash in or out over the counter").doc(|d| d.body::<till::CashBody>().answer::<schema::TillEntry>()),
        act("/v1/till/transfers", till::transfer, teller, "A transfer over the counter, for the customer who is there").doc(|d| d.body::<till::TransferBody>().answer::<schema::TillEntry>()),
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
        ask("/v1/branches/{id}/machine-visits", machines::visits, read, "Visits at a branch's cash machines, newest first").doc(|d| d.page_of::<schema::MachineVisit>()),
        ask("/v1/machines/{id}", machines::one, read, "A cash machine by the book and by its own counters").doc(|d| d.answer::<schema::CashMachine>()),
        act("/v1/machines/{id}/unloading", machines::unload_ask, keeper, "Ask that a machine be emptied into the vault").doc(|d| d.answer::<schema::MachineEmptying>()),
        act("/v1/machines/{id}/recovery", machines::recover, keeper, "Bring back a machine that stopped in the middle").doc(|d| d.answer::<schema::Changed>()),
        act("/v1/cash-moves/{id}/loading", machines::load, keeper, "The third person loads the machine").doc(|d| d.answer::<schema::MachineVisit>()),
        act("/v1/cash-moves/{id}/emptying", machines::empty, keeper, "The second person empties the machine").doc(|d| d.answer::<schema::MachineVisit>()),
        act("/v1/terminals/{id}/machine", machines::link, Staff(P::TerminalEnrol), "Say which cash machine stands in a terminal").doc(|d| d.body::<machines::LinkAsk>().answer::<schema::Changed>()),
        ask("/v1/branches/{id}/cash-cases", till::cases, read, "Cash over and short, newest first").doc(|d| d.query("open", "`true`: only those not settled.").page_of::<schema::CashCase>()),
        act("/v1/cash-cases/{id}/explanation", till::explain, keeper, "The first person says what happened and how it should end").doc(|d| d.body::<till::ExplainAsk>().answer::<schema::CashCase>()),
        act("/v1/cash-cases/{id}/settlement", till::settle, keeper, "The second person agrees").doc(|d| d.body::<till::SettleAsk>().answer::<schema::CashCase>()),
        ask("/v1/branches/{id}/seizures", till::seizures, read, "Counterfeit notes taken in, newest first").doc(|d| d.page_of::<schema::Seizure>()),
        act("/v1/seizures", till::seize, Anyone, "The first person takes notes for counterfeit").doc(|d| d.body::<till::SeizureBody>().answer::<schema::Seizure>()),
        act("/v1/seizures/{id}/confirmation", till::seizure_confirm, Anyone, "The second person finds the same; the certificate gets its number").doc(|d| d.answer::<schema::Seizure>()),
        act("/v1/cash-appointments", till::appoint, Anyone, "A large sum that will be drawn on a day").doc(|d| d.body::<till::AppointmentBody>().answer::<schema::Appointment>()),
    ]
}
