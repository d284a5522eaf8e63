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
    issued(house);
}

/// The same, and with the credit card two things were bought, the second of which is disputed.
pub(super) fn shopped(house: &mut House) {
    let credit = issued(house);
    let line = credit.account.expect("a line");
    let number = buy(house, &credit, &[120_000, 45_000]);
    house.ids.insert("$card_number", number);
    let holder = Actor { channel: Channel::Phone, ..Actor::of(Who::Person(credit.owner)) };
    house.bank.write(move |tx| cards::dispute(tx, &holder, line, 2, "not-mine")).expect("a dispute");
}

fn issued(house: &mut House) -> cards::Card {
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
        Ok((issue(cards::Kind::Debit, None)?, issue(cards::Kind::Credit, Some(Money::cny(1_000_000)))?))
    });
    let (debit, credit) = made.expect("cards");
    let line = credit.account.expect("a line");
    let all = [debit.id.to_string(), credit.id.to_string(), line.to_string()];
    house.ids.extend(["$card", "$credit_card", "$line_of_credit"].into_iter().zip(all));
    credit
}

/// Makes a card, has its holder activate it at a machine, and buys with it: amounts in minor units. Answers its number.
fn buy(house: &House, card: &cards::Card, amounts: &[i64]) -> String {
    let (maker, id) = (cards::simulator::MakerSimulator::default(), card.id);
    for _ in 0..2 {
        cards::make_go_on(&house.bank.store, &maker).expect("it is made");
    }
    let holder = Actor { channel: Channel::Kiosk, ..Actor::of(Who::Person(card.owner)) };
    house.bank.write(move |tx| cards::activate(tx, &holder, id, 1, &cards::InPerson::default())).expect("activated");
    let number = maker.embossed().into_iter().find(|(card, ..)| *card == id).expect("its number").2;
    for (n, minor) in amounts.iter().enumerate() {
        let (number, merchant) = (number.clone(), "海风书店".to_owned());
        let ask = cards::Purchase {
            number,
            sequence: 1,
            amount: Money::cny(*minor),
            reference: format!("buy-{n}"),
            merchant,
        };
        let held = cards::authorise(&house.bank.desk, &ask).expect("an answer");
        cards::present(&house.bank.desk, held.instruction, Money::cny(*minor)).expect("it is presented");
    }
    number
}

/// A shelf of wealth products with a value, an assessment of the customer's, units that he holds, an order that he can call off, a recording
/// and a draft of a new value.
pub(super) fn wealth(house: &mut House) {
    let linked: AccountId = house.ids["$account"].parse().expect("an account");
    let customer = house.actor('c');
    let teller = house.actor('t');
    let desk = house.bank.desk.clone();
    let made = house.bank.write(move |tx| {
        let today = tx.business_date()?;
        let value = |product: &str, value: &str| {
            format!("[[nav]]\nproduct = \"{product}\"\nday = \"{today}\"\nvalue = \"{value}\"\ndocument = \"公告\"\n")
        };
        wealth::load_terms(tx, &system(), wealth::DATA_FILE, wealth::DATA)?;
        let text = value("mixed.growth", "1.0000");
        let draft = approval::terms::keep(tx, &system(), "wealth.terms", "new.toml", &text)?.name();
        wealth::assess(tx, &customer, &bold(today)?)?;
        let order = |tx: &mut Tx<'_>, product: &str, fee: i64| {
            let ask = wealth::Ask { product: product.into(), linked, amount: Money::cny(100_100) };
            wealth::subscribe(
                &desk,
                tx,
                &customer,
                &wealth::Subscribe { ask, fee_shown: Money::cny(fee), recording: None },
            )
        };
        let holds = order(tx, "cash.daily", 0)?;
        let cooling = order(tx, "steady.bond", 100)?;
        wealth::load_terms(tx, &system(), "values.toml", &value("cash.daily", "1.0000"))?;
        let kernel::Owner::Person(person) = holds.owner else { unreachable!("a person's") };
        let recording = wealth::recording_begin(tx, &teller, person, "steady.bond")?.id;
        Ok((holds, cooling.id, recording, draft))
    });
    let (holds, cooling, recording, draft) = made.expect("wealth products");
    house.bank.recorder.begin(recording).expect("a device");
    assert_eq!(wealth::go_on(&house.bank.desk).expect("orders move on").orders, 1);
    let ids = [holds.holding.to_string(), cooling.to_string(), recording.to_string(), draft];
    house.ids.extend(["$wealth_holding", "$wealth_order", "$recording", "$wealth_terms"].into_iter().zip(ids));
    super::order_cases::furnish(house);
    super::fraud_case_cases::furnish(house);
    super::talk_cases::furnish(house);
    super::diligence_cases::furnish(house);
    super::report_cases::furnish(house);
    super::rule_cases::furnish(house);
}

/// The answer with the highest score to every question.
pub(super) fn bold(day: kernel::Date) -> Result<Vec<wealth::Answer>> {
    let best = |q: &wealth::Question| {
        let choice = q.choices.iter().enumerate().max_by_key(|(_, c)| c.score).map_or(0, |(n, _)| n);
        wealth::Answer { question: q.key.clone(), choice }
    };
    Ok(wealth::questions(day)?.question.iter().map(best).collect())
}
