//! Cards of those who can sign in: the elder's and the customer's debit cards, and a credit card with two purchases for the customer.
//! Their plastics are made by the simulated maker and activated at a machine. The city branch has blank cards in stock.
use super::money::Accounts;
use super::people::People;
use super::{Load, actor, broken};
use cards::make::make_go_on;
use cards::simulator::{MakerSimulator, Plan};
use cards::{Apply, InPerson, Kind, Purchase};
use demo::branches::CITY_BRANCH;
use demo::logins::{Whose, demo_logins};
use demo::people::roles;
use kernel::id::{AccountId, BranchId, CardId, StaffId};
use kernel::{Actor, Channel, Money, Result, Who};
use party::branch_by_code;
use store::Tx;

/// Blank cards that the city branch got.
const BLANK: i64 = 200;
/// Limit of the customer's credit card, 元.
const LIMIT_YUAN: i64 = 20_000;
/// What was bought with it: 分, and where.
const BOUGHT: [(i64, &str); 2] = [(36_850, "汐洲百货"), (128_000, "海岸家电")];

/// Whose card, and of which kind.
const ISSUED: [(&str, Kind); 3] = [("elder", Kind::Debit), ("customer", Kind::Debit), ("customer", Kind::Credit)];

pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    let data = load.data.clone();
    let of = |role: &str| {
        let there = data.staff.iter().filter(|s| s.role == role && s.branch == CITY_BRANCH);
        there.filter_map(|s| people.staff.get(&s.number).copied()).next()
    };
    let (Some(manager), Some(checker)) = (of(roles::BRANCH_MANAGER), of(roles::OPERATIONS_CHECKER)) else {
        return Err(broken("cards", "two who keep the vault"));
    };
    let logins = demo_logins(&data);
    let account = |name: &str| match logins.iter().find(|l| l.name == name).map(|l| &l.whose) {
        Some(Whose::Customer(index)) => accounts.get(&data.customers[*index].card).map(Some),
        _ => Ok(None),
    };
    let mut asks = Vec::new();
    for (name, kind) in ISSUED {
        asks.extend(account(name)?.map(|id| (id, kind)));
    }
    (load.progress)("cards", 0, 1);
    let given = load.step("demo-cards".into(), move |tx| {
        let branch = branch_by_code(tx, CITY_BRANCH)?.id;
        let [manager, checker] = [manager, checker].map(|id| staff(id, branch));
        cards::stock_receive(tx, &manager, branch, BLANK)?;
        cards::stock_confirm(tx, &checker, branch, BLANK)?;
        asks.iter().map(|(account, kind)| issue(tx, &checker, branch, *account, *kind)).collect::<Result<Vec<_>>>()
    })?;
    let maker = MakerSimulator::new(Plan::default());
    for _ in 0..2 {
        make_go_on(&load.bank.store, &maker)?;
    }
    load.step("demo-cards-fetched".into(), move |tx| fetch(tx, &given).map(|()| true))?;
    buy(load, &maker)?;
    (load.progress)("cards", 1, 1);
    Ok(())
}

fn staff(id: StaffId, branch: BranchId) -> Actor {
    let who = Actor::of(Who::Staff(id));
    Actor { branch: Some(branch), channel: Channel::Counter, stepped_up: true, correlation: "demo-load".into(), ..who }
}

fn issue(tx: &mut Tx<'_>, checker: &Actor, branch: BranchId, account: AccountId, kind: Kind) -> Result<CardId> {
    let limit = (kind == Kind::Credit).then(|| Money::cny(LIMIT_YUAN * 100));
    let card = cards::apply(tx, &actor(), &Apply { kind, account, branch, limit })?;
    let asked = card.approval.ok_or_else(|| broken("cards", "an application that nobody decides"))?;
    let hash = approval::raw(tx, asked)?.hash_text();
    cards::approve(tx, checker, card.id, &hash).map(|c| c.id)
}

/// Each holder fetched his card and activated it at a machine.
fn fetch(tx: &mut Tx<'_>, all: &[CardId]) -> Result<()> {
    for id in all {
        let card = cards::card(tx, &actor(), *id)?;
        let holder = Actor { channel: Channel::Kiosk, ..Actor::of(Who::Person(card.owner)) };
        let holder = Actor { roles: party::Role::Customer.code().into(), ..holder };
        cards::activate(tx, &holder, *id, card.sequence, &InPerson::default())?;
    }
    Ok(())
}

/// Only whoever embossed a card knows its number, so a load that was cut off before its purchases goes on without them.
fn buy(load: &Load<'_, '_>, maker: &MakerSimulator) -> Result<()> {
    for (id, sequence, number) in maker.embossed() {
        if load.bank.read(|tx| cards::card(tx, &actor(), id))?.kind != Kind::Credit {
            continue;
        }
        for (n, (minor, merchant)) in BOUGHT.into_iter().enumerate() {
            let reference = format!("demo-purchase-{n}");
            let (number, merchant) = (number.clone(), merchant.to_owned());
            let ask = Purchase { number, sequence, amount: Money::cny(minor), reference, merchant };
            let receipt = cards::authorise(&load.bank.desk, &ask)?;
            cards::present(&load.bank.desk, receipt.instruction, Money::cny(minor))?;
        }
    }
    Ok(())
}
