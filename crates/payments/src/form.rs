//! What an order must look like, and who may order which kind, before anybody's account is looked at.
use crate::clearing::BANK_CHARS_MAX;
use crate::order::{Kind, LEGS_MAX, NAME_CHARS_MAX, NUMBER_CHARS_MAX, Order, Payee};
use crate::resolve::Parties;
use crate::{ARRIVAL_AT_MACHINE, Arrival, KIND_RESERVED, LEGS_NEED_APPROVAL, PAYEE_UNKNOWN, PURPOSE_RESERVED};
use kernel::{Actor, Channel, Error, Id, Money, Owner, Result, Who};
use ledger::{MEMO_BYTES_MAX, Purpose, REFERENCE_BYTES_MAX, Refusal};

/// Refuses what no state of the bank could make right.
pub(crate) fn check(order: &Order) -> Result<()> {
    if !order.amount.is_positive() || order.legs.iter().any(|l| !l.amount.is_positive()) {
        return Err(Refusal::AmountNotPositive.into());
    }
    if order.legs.len() > LEGS_MAX {
        return Err(Error::limit("legs", order.legs.len(), LEGS_MAX, "legs"));
    }
    let sum = Money::sum(order.amount.currency, order.legs.iter().map(|l| l.amount))?;
    if !order.legs.is_empty() && sum != order.amount {
        return Err(Error::field("amount", format!("{} is not the sum of the legs, {sum}", order.amount)));
    }
    if order.id.is_some_and(|id| id.book() != order.debit.book()) {
        return Err(Refusal::WrongBook.into());
    }
    let transfer = matches!(order.kind, Kind::Transfer | Kind::ClearingOut) && order.legs.is_empty();
    if !transfer && !order.arrival.is_real_time() {
        return Err(Error::field("arrival", "only a transfer can arrive later").with("kind", order.kind));
    }
    check_texts(order)?;
    check_payee(order)
}

fn check_texts(order: &Order) -> Result<()> {
    let own = [(&order.memo, &order.reference)].into_iter();
    for (memo, reference) in own.chain(order.legs.iter().map(|l| (&l.memo, &l.reference))) {
        for (field, text, max) in [("memo", memo, MEMO_BYTES_MAX), ("reference", reference, REFERENCE_BYTES_MAX)] {
            if text.len() > max {
                return Err(Error::limit(field, text.len(), max, "bytes"));
            }
            plain(field, text)?;
        }
    }
    plain("code", &order.code)?;
    plain("payee_name", &order.payee_name)?;
    match order.payee_name.chars().count() {
        0..=NAME_CHARS_MAX => Ok(()),
        n => Err(Error::limit("payee_name", n, NAME_CHARS_MAX, "characters")),
    }
}

fn check_payee(order: &Order) -> Result<()> {
    let outside = matches!(order.payee, Payee::External { .. });
    if outside != (order.kind == Kind::ClearingOut) {
        return Err(Error::field("kind", "clearing_out, and nothing else, goes to a payee at another bank"));
    }
    let texts = match &order.payee {
        Payee::Account(_) => return Ok(()),
        Payee::Number(number) => vec![("number", number, NUMBER_CHARS_MAX)],
        Payee::External { bank, number, name } => {
            vec![("bank", bank, BANK_CHARS_MAX), ("number", number, NUMBER_CHARS_MAX), ("name", name, NAME_CHARS_MAX)]
        }
    };
    for (field, text, max) in texts {
        plain(field, text)?;
        match text.chars().count() {
            _ if text.trim().is_empty() => return Err(Error::field(field, "it is empty")),
            n if n > max => return Err(Error::limit(field, n, max, "characters")),
            _ => {}
        }
    }
    Ok(())
}

/// No control characters, and none that turn the direction of what follows: what a checker reads is what stands there.
pub(crate) fn plain(field: &'static str, text: &str) -> Result<()> {
    let turns = |c| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    match text.chars().any(|c| c.is_control() || turns(c)) {
        true => Err(Error::field(field, "it holds a control character")),
        false => Ok(()),
    }
}

/// Who may order which kind. Wages, clearing, many legs, an approval brought along and another journal code are the bank's
/// own processes'; cash and reversals are for staff besides; the rest is for everybody.
pub(crate) fn check_kind(actor: &Actor, order: &Order) -> Result<()> {
    let reserved = |what: &str| Err(Error::new(&KIND_RESERVED, what.to_owned()).with("kind", order.kind));
    if order.reverses.is_some() != (order.kind == Kind::Reversal) {
        return reserved("a reversal is ordered by naming the payment it undoes");
    }
    if matches!(actor.who, Who::System(_)) {
        return Ok(());
    }
    let for_him = match order.kind {
        Kind::Transfer | Kind::ClearingOut | Kind::FundWageAccount | Kind::GuaranteeIn => true,
        Kind::CashIn | Kind::CashOut if order.drawer.is_none() => {
            return reserved("cash is taken in and paid out where it is counted: at a till or a machine");
        }
        Kind::CardPurchase if order.drawer.is_none() => {
            return reserved("a purchase comes from the scheme of the card");
        }
        Kind::CardPurchase => matches!(actor.who, Who::Person(_)),
        Kind::CashIn | Kind::CashOut => match actor.who {
            Who::Staff(_) => true,
            Who::Person(_) => actor.channel == Channel::Kiosk,
            _ => false,
        },
        Kind::Reversal => matches!(actor.who, Who::Staff(_)),
        Kind::WageRun | Kind::WagePay | Kind::WageReturn | Kind::ClearingIn | Kind::ClearingReturn => false,
        Kind::DepositIn | Kind::DepositOut | Kind::CardOut | Kind::Interest => false,
        Kind::WealthIn | Kind::WealthOut => false,
        Kind::GuaranteeOut | Kind::LegalDeduction | Kind::WageClosing => false,
    };
    if !for_him {
        return reserved("this kind of movement is not yours to order");
    }
    if !order.legs.is_empty() {
        return Err(Error::new(&LEGS_NEED_APPROVAL, "many legs in one order are for the bank's own processes"));
    }
    let agreed = matches!(
        (order.kind, actor.who),
        (Kind::Transfer | Kind::ClearingOut, Who::ForFirm { .. } | Who::Client { .. })
    );
    match (order.approved.is_none() || agreed) && (order.code.is_empty() || order.code == order.kind.code()) {
        true => Ok(()),
        false => reserved("journal code and approval are not yours to choose"),
    }
}

/// Whether the accounts suit the kind. The bank's own accounts are moved by its processes, and by staff as cash only.
pub(crate) fn check_accounts(actor: &Actor, order: &Order, parties: &Parties) -> Result<()> {
    let debit = &parties.debit;
    if debit.currency != order.amount.currency {
        return Err(Refusal::CurrencyDiffers.into());
    }
    if parties.credit == Some(debit.id) {
        return Err(Refusal::SameAccount.into());
    }
    let term = parties.payee.as_ref().is_some_and(|p| p.purpose == Purpose::Term);
    if term && !matches!(order.kind, Kind::DepositIn | Kind::Interest | Kind::Reversal) {
        return Err(Error::new(&PURPOSE_RESERVED, "money comes into a deposit when it is opened, and not later"));
    }
    let wealth = parties
        .payee
        .as_ref()
        .is_some_and(|p| matches!(p.purpose, Purpose::WealthCash | Purpose::WealthUnits | Purpose::WealthProduct));
    if wealth && order.kind != Kind::WealthIn {
        return Err(Error::new(&PURPOSE_RESERVED, "money comes into a wealth product by an order for it"));
    }
    let guaranteed = parties.payee.as_ref().is_some_and(|p| p.purpose == Purpose::Deposit);
    if guaranteed != matches!(order.kind, Kind::GuaranteeIn) && !(guaranteed && order.kind == Kind::WageReturn) {
        return Err(Error::new(&PURPOSE_RESERVED, "a guarantee deposit is paid into as such, and nothing else is"));
    }
    if matches!(actor.who, Who::System(_)) || order.kind == Kind::Reversal {
        return Ok(());
    }
    check_arrival(actor, order, parties)?;
    let drawer = order.drawer.map(|d| d.account);
    match order.kind {
        Kind::CashIn if Some(debit.id) != drawer => {
            return Err(Error::field("debit", "cash comes into the drawer it was counted in"));
        }
        Kind::CardPurchase if parties.credit != drawer => {
            return Err(Error::field("payee", "a purchase is paid to the scheme of the card"));
        }
        Kind::CashOut if parties.credit != drawer => {
            return Err(Error::field("payee", "cash is paid out of the drawer it was counted from"));
        }
        _ => {}
    }
    let on_credit = order.kind == Kind::CardPurchase && debit.purpose == Purpose::CreditLine;
    if order.kind != Kind::CashIn && !on_credit && !matches!(debit.purpose, Purpose::General | Purpose::Wage) {
        let what = format!("a {} account is not paid from by order", debit.purpose);
        return Err(Error::new(&PURPOSE_RESERVED, what).with("purpose", debit.purpose));
    }
    let Some(payee) = &parties.payee else { return Ok(()) };
    if !matches!(order.kind, Kind::CashOut | Kind::CardPurchase) && payee.owner == Owner::Bank {
        return Err(Error::new(&PAYEE_UNKNOWN, "no customer's account has the payee's number"));
    }
    let funds = order.kind == Kind::FundWageAccount;
    if funds && (payee.purpose != Purpose::Wage || !matches!(debit.owner, Owner::Firm(_))) {
        return Err(Error::field("payee", "a firm funds a wage account; for others order a transfer"));
    }
    if order.kind == Kind::GuaranteeIn && (debit.purpose != Purpose::General || !matches!(debit.owner, Owner::Firm(_)))
    {
        return Err(Error::field("debit", "a firm pays its guarantee deposit from a general account of its own"));
    }
    Ok(())
}

/// A person's transfer to others at a machine goes a day later (银发〔2016〕261号, art. 8).
fn check_arrival(actor: &Actor, order: &Order, parties: &Parties) -> Result<()> {
    let transfer = matches!(order.kind, Kind::Transfer | Kind::ClearingOut);
    let of_person = matches!(parties.debit.owner, Owner::Person(_));
    let to_himself = parties.payee_owner() == Some(parties.debit.owner);
    if actor.channel != Channel::Kiosk || !transfer || !of_person || to_himself || order.arrival == Arrival::NextDay {
        return Ok(());
    }
    let message = format!("at a machine a transfer to others does not arrive {}", order.arrival);
    Err(Error::new(&ARRIVAL_AT_MACHINE, message).with("arrival", order.arrival))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Leg;
    use kernel::id::AccountId;
    use kernel::{BookId, Timestamp};

    fn account(n: i64) -> AccountId {
        AccountId::new(Timestamp::from_micros(n), BookId(1))
    }

    fn order() -> Order {
        Order::transfer(account(1), Payee::Account(account(2)), Money::cny(100))
    }

    fn leg(fen: i64) -> Leg {
        Leg { credit: account(3), amount: Money::cny(fen), reference: String::new(), memo: String::new() }
    }

    #[test]
    fn orders_that_nothing_could_make_right() {
        let away = |bank: &str, number: &str, name: &str| {
            let payee = Payee::External { bank: bank.into(), number: number.into(), name: name.into() };
            Order::transfer(account(1), payee, Money::cny(100))
        };
        let legs = |legs: Vec<Leg>, fen| Order { legs, amount: Money::cny(fen), ..order() };
        let many = |n: usize| legs(vec![leg(1); n], n as i64);
        let cases = [
            (order(), ""),
            (away("102100099996", "6222 0212", "王秀英"), ""),
            (many(LEGS_MAX), ""),
            (Order { amount: Money::cny(0), ..order() }, "amount_not_positive"),
            (Order { amount: Money::cny(-1), ..order() }, "amount_not_positive"),
            (legs(vec![leg(200), leg(-100)], 100), "amount_not_positive"),
            (legs(vec![leg(200)], 100), "bad_field"),
            (many(LEGS_MAX + 1), "too_large"),
            (order().memo("x".repeat(MEMO_BYTES_MAX + 1)), "too_large"),
            (order().memo("line\nbreak"), "bad_field"),
            (order().memo("zero\0byte"), "bad_field"),
            (order().memo("turned \u{202e}99"), "bad_field"),
            (order().reference("r".repeat(REFERENCE_BYTES_MAX + 1)), "too_large"),
            (order().reference("tab\t"), "bad_field"),
            (order().payee_name("n".repeat(NAME_CHARS_MAX + 1)), "too_large"),
            (Order { payee: Payee::Number(" ".into()), ..order() }, "bad_field"),
            (Order { payee: Payee::Number("1".repeat(NUMBER_CHARS_MAX + 1)), ..order() }, "too_large"),
            (order().arrival(Arrival::NextDay), ""),
            (Order { arrival: Arrival::TwoHours, ..many(2) }, "bad_field"),
            (Order { arrival: Arrival::TwoHours, kind: Kind::CashIn, ..order() }, "bad_field"),
            (away("", "6222", "王秀英"), "bad_field"),
            (away("102", "6222", ""), "bad_field"),
            (away(&"1".repeat(BANK_CHARS_MAX + 1), "6222", "王秀英"), "too_large"),
            (Order { kind: Kind::Transfer, ..away("102", "6222", "王秀英") }, "bad_field"),
            (Order { kind: Kind::ClearingOut, ..order() }, "bad_field"),
        ];
        for (n, (order, want)) in cases.into_iter().enumerate() {
            let got = check(&order).err().map_or("", |e| e.code().name);
            assert_eq!(got, want, "case {n}");
        }
    }

    /// Whatever is understood as an order is judged, and is the same when it is written down and read again.
    #[test]
    fn damaged_orders_are_understood_or_refused() {
        let away = Payee::External { bank: "102".into(), number: "6222".into(), name: "王秀英".into() };
        let orders = [
            order().memo("水费").fee_shown(Money::cny(50)),
            Order::transfer(account(1), away, Money::cny(1)),
            Order::many(Kind::WagePay, account(1), vec![leg(1), leg(2)]).expect("two legs"),
        ];
        let files: Vec<Vec<u8>> = orders.iter().map(|o| serde_json::to_vec(o).expect("JSON")).collect();
        let read = |file: &[u8]| {
            let Ok(order) = serde_json::from_slice::<Order>(file) else { return };
            let _ = check(&order);
            let again = serde_json::to_vec(&order).expect("an order has a JSON form");
            assert_eq!(serde_json::from_slice::<Order>(&again).expect("it is read back"), order);
        };
        mutants::survive("order", 3_000, |c| c.mutant(&files), read);
    }
}
