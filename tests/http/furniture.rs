//! What the little bank is furnished with: a project and its money, an entry of a list, a passkey.
use super::house::{House, system};
use super::wire::Texts;
use kernel::id::{AccountId, BranchId, FirmId, TransferId};
use kernel::{Actor, Channel, Currency, Id, Money, Result, Who};
use ledger::Transfer;
use payments::own::{Own, own};
use store::Tx;

pub(super) fn project_of(texts: Texts, firm: FirmId) -> payroll::ProjectNew {
    payroll::ProjectNew {
        firm,
        contractor: firm,
        profile: payroll::Profile::ShipRepair,
        name: texts.of("work", "外包修船"),
        tag: texts.of("tag", "R-26-014"),
        basis: texts.of("basis", "开户申请 1"),
        agreement: String::new(),
        account_name: String::new(),
        account_number: String::new(),
        pay_day: 10,
    }
}

pub(super) fn ledger_funds(tx: &mut Tx<'_>, branch: BranchId, project: kernel::id::ProjectId) -> Result<()> {
    let wage = payroll::project_raw(tx, project)?.wage_account;
    let from = own(branch.book(), Own::Settlement, Currency::CNY);
    let id = TransferId::new(tx.now(), branch.book());
    ledger::post_one(tx, false, &Transfer::single(id, from, wage, Money::cny(10_000_000), "opening"))
}

pub(super) fn entry(texts: Texts, tx: &Tx<'_>) -> guard::NewEntry {
    guard::NewEntry {
        list: guard::ListKind::Grey,
        subject: guard::Subject::phone(&party::phone_index(tx.keys(), "13900009999").expect("a number")),
        masked: "139****9999".into(),
        reason: texts.of("reason", "测试"),
        from: tx.now(),
        until: tx.now().plus(30 * kernel::clock::DAY),
        source: texts.of("source", "文 1"),
        owner_staff: None,
    }
}

/// A passkey of somebody who is signed in.
pub(super) fn passkey(house: &House, by: &Actor) -> String {
    let bank = party::RelyingParty::local(house.address.port());
    let (actor, rp) = (by.clone(), bank.clone());
    let asked = house.bank.write(move |tx| party::passkey_ask_new(tx, &actor, &rp)).expect("a question");
    let answer = authenticator::Authenticator::at(bank.origin()).create(&asked.options).expect("an answer");
    let (actor, pending, texts) = (by.clone(), asked.pending, house.texts);
    let made = house.bank.write(move |tx| {
        let new = party::PasskeyNew { pending, answer: &answer, name: &texts.of("key", "旧钥匙") };
        party::passkey_make(tx, &actor, &bank, &new)
    });
    made.expect("a passkey").to_string()
}

/// A debit and a credit card of the customer's, approved by one who checks cards.
pub(super) fn cards(house: &mut House) {
    let account: AccountId = house.ids["$account"].parse().expect("an account");
    let branch: BranchId = house.ids["$branch"].parse().expect("a branch");
    let made = house.bank.write(move |tx| {
        let new = party::StaffNew { branch, number: "C01".into(), name: "复核".into(), person: None };
        let staff = party::staff_join(tx, &system(), new)?;
        let role = party::GrantAsk::new(Who::Staff(staff), party::Role::OperationsChecker).at(branch);
        party::grant(tx, &system(), role)?;
        let who = Actor::of(Who::Staff(staff));
        let checker = Actor { channel: Channel::Counter, branch: Some(branch), stepped_up: true, ..who };
        let mut issue = |kind: cards::Kind, limit: Option<Money>| {
            let card = cards::apply(tx, &system(), &cards::Apply { kind, account, branch, limit })?;
            let asked = card.approval.expect("it waits for a second person");
            let hash = approval::raw(tx, asked)?.hash_text();
            cards::approve(tx, &checker, card.id, &hash)
        };
        let debit = issue(cards::Kind::Debit, None)?;
        let credit = issue(cards::Kind::Credit, Some(Money::cny(1_000_000)))?;
        Ok([debit.id.to_string(), credit.account.expect("a line").to_string()])
    });
    house.ids.extend(["$card", "$line_of_credit"].into_iter().zip(made.expect("cards")));
}
