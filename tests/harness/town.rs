//! A small town with a bank in it: a head office, a city branch with an outlet below it, another outlet; people, two firms,
//! staff; everybody's account with money on it. For tests of any domain above the ledger.
//!
//! | who | what |
//! |---|---|
//! | Wang | 74 years old, tier I, 50,000.00 at the outlet |
//! | Li | tier I, 800,000.00 at the outlet |
//! | Zhang | tier II, nothing, at the outlet |
//! | Chen | tier I, 10,000.00 at the other outlet |
//! | the yard | a firm at the outlet with 5,000,000.00: Zhao owns it, Qian is its clerk, Sun its checker |
//! | the mill | a firm at the other outlet with 100,000.00; Zhou owns it |
//! | staff | tellers of both outlets, an operations checker and a risk officer of the whole bank; the outlet's teller is also its customer Wu |
use crate::{TestStore, each_database, on_postgres};
use guard::Guard;
use kernel::id::{AccountId, BranchId, FirmId, InstructionId, PersonId, StaffId, TransferId};
use kernel::{Actor, BookId, Channel, Currency, Date, Error, Id, Money, Owner, Result, Who};
use ledger::Opening;
use party::{
    BranchKind, BranchNew, DocumentKind, FirmKind, FirmNew, FirmSize, GrantAsk, PersonNew, Role, StaffNew, Tier,
};
use payments::own::{Own, open_own, own};
use payments::{Desk, Instruction, Kind, Leg, Order, Payee, Receipt, State};
use store::{Migration, Outbox, Store, Table, Tx};

const CNY: Currency = Currency::CNY;

/// A customer with an account.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    pub person: PersonId,
    pub account: AccountId,
}

/// A firm with its account and those who act for it.
#[derive(Clone, Copy, Debug)]
pub struct House {
    pub firm: FirmId,
    pub account: AccountId,
    pub owner: PersonId,
    pub clerk: PersonId,
    pub checker: PersonId,
}

/// Everybody, by name.
#[derive(Clone, Copy, Debug)]
pub struct Folk {
    pub outlet: BranchId,
    pub other_outlet: BranchId,
    pub wang: Customer,
    pub li: Customer,
    pub zhang: Customer,
    pub chen: Customer,
    pub wu: Customer,
    pub yard: House,
    pub mill: House,
    pub teller: StaffId,
    pub other_teller: StaffId,
    pub checker: StaffId,
    pub officer: StaffId,
}

/// The town on one database.
pub struct Town<'b> {
    pub bank: &'b TestStore,
    pub desk: Desk,
    pub folk: Folk,
}

/// Runs `test` in a fresh town on SQLite, and on PostgreSQL when one is given; then everything must verify.
pub fn each_town(test: impl Fn(&Town<'_>)) {
    each_database(&migrations(), &tables(), |bank| Town::on(bank, &test));
}

/// As [`each_town`], with the tables of a crate above the payments.
pub fn each_town_with(more: &[Migration], above: &[&'static Table], test: impl Fn(&Town<'_>)) {
    let (migrations, tables) = ([migrations(), more.to_vec()].concat(), [tables(), above.to_vec()].concat());
    each_database(&migrations, &tables, |bank| Town::on(bank, &test));
}

/// Does nothing when no PostgreSQL is given.
pub fn town_on_postgres(test: impl Fn(&Town<'_>)) {
    on_postgres(&migrations(), &tables(), |bank| Town::on(bank, &test));
}

/// Everybody and his account, with nothing on it yet.
pub fn found(store: Store) -> (Desk, Folk) {
    let folk = store.write(settle).expect("a town can be founded");
    (Desk { store, guard: Guard::load().expect("the bundled rules can be read") }, folk)
}

/// The migrations of the ledger and all above it up to the payments; the store's own come before.
pub fn migrations() -> Vec<Migration> {
    vec![
        ledger::MIGRATION,
        party::MIGRATION,
        party::DOOR_MIGRATION,
        party::MIGRATION_KIOSK,
        party::MIGRATION_FIRM_CLASS,
        approval::MIGRATION,
        pricing::MIGRATION,
        guard::MIGRATION,
        guard::MIGRATION_RULES,
        guard::MIGRATION_LIST_WORK,
        payments::MIGRATION,
        payments::clearing::MIGRATION,
        payments::MIGRATION_TRANSFER,
        payments::MIGRATION_NUMBERS,
        safety::MIGRATION,
        party::family::FAMILY_MIGRATION,
        lobby::MIGRATION,
    ]
}

fn tables() -> Vec<&'static Table> {
    let lists = [
        ledger::verify::TABLES,
        party::TABLES,
        approval::TABLES,
        pricing::TABLES,
        guard::TABLES,
        safety::TABLES,
        payments::TABLES,
        payments::clearing::TABLES,
        party::MANAGER_TABLES,
        party::family::FAMILY_TABLES,
        lobby::TABLES,
    ];
    lists.concat()
}

fn founder() -> Actor {
    Actor::system("demo")
}

impl Town<'_> {
    fn on(bank: &TestStore, test: impl Fn(&Town<'_>)) {
        let (desk, folk) = found(bank.store());
        let town = Town { bank, desk, folk };
        town.pay_in();
        test(&town);
        town.finish();
    }

    fn pay_in(&self) {
        let f = &self.folk;
        let yuan = [
            (f.wang.account, 50_000),
            (f.li.account, 800_000),
            (f.yard.account, 5_000_000),
            (f.chen.account, 10_000),
            (f.mill.account, 100_000),
        ];
        for branch in [f.outlet, f.other_outlet] {
            let leg = |(credit, yuan): &(AccountId, i64)| Leg {
                credit: *credit,
                amount: Money::cny(yuan * 100),
                reference: String::new(),
                memo: String::new(),
            };
            let legs = yuan.iter().filter(|(a, _)| a.book() == branch.book()).map(leg).collect();
            let from = own(branch.book(), Own::Settlement, CNY);
            let order = Order::many(Kind::ClearingIn, from, legs).expect("legs of one currency");
            let receipt = payments::submit(&self.desk, &founder(), order, None).expect("money comes in");
            assert_eq!(receipt.state, State::Posted);
        }
    }

    /// Everything verifies, and no money moved without a decision.
    pub fn finish(&self) {
        self.bank.finish();
        let faults = self.read(|tx| {
            let mut faults = ledger::verify::journal(tx, &mut |_, _| {})?.faults;
            payments::clearing::verify(tx, &mut faults)?;
            Ok(faults)
        });
        assert!(faults.is_empty(), "{faults:#?}");
        assert_eq!(self.undecided(), Vec::<String>::new(), "moved without a decision that lets it pass");
        assert_eq!(self.forgotten(), Vec::<String>::new(), "held for nothing");
    }

    /// Holds in the ledger that no open instruction knows of.
    fn forgotten(&self) -> Vec<String> {
        let holds = "SELECT id FROM pendings WHERE ended IS NULL";
        let open = "SELECT id FROM instructions WHERE state IN ('awaiting_approval', 'challenged', 'delayed', 'held')";
        self.read(|tx| {
            let mut holds: Vec<TransferId> = tx.query(holds, &[], |r| r.get(0))?;
            for id in tx.query(open, &[], |r| r.get::<InstructionId>(0))? {
                let i = payments::raw(tx, id)?.ok_or_else(|| Error::broken("an instruction is there and is not"))?;
                holds.retain(|h| Some(*h) != i.hold && Some(*h) != i.fee_hold);
            }
            Ok(holds.iter().map(ToString::to_string).collect())
        })
    }

    /// Journal entries that moved money for an instruction whose standing decision does not let it pass.
    fn undecided(&self) -> Vec<String> {
        let sql = "SELECT reference, kind FROM transfers WHERE kind IN ('single', 'post') ORDER BY pos";
        self.read(|tx| {
            let mut bad = Vec::new();
            for (reference, kind) in tx.query(sql, &[], |r| Ok((r.get::<String>(0)?, r.get::<String>(1)?)))? {
                let Ok(id) = reference.parse::<InstructionId>() else { continue };
                let decision = payments::raw(tx, id)?.and_then(|i| i.decision);
                let verdict = decision.map(|d| guard::decision(tx, d)).transpose()?.map(|d| d.verdict);
                if !verdict.is_some_and(guard::Verdict::may_post) {
                    bad.push(format!("{kind} for {id}: {verdict:?}"));
                }
            }
            Ok(bad)
        })
    }

    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.desk.store.read(f).expect("the town can be looked at")
    }
    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
        self.desk.store.write(f).expect("the town can be changed")
    }

    /// A customer on his phone.
    pub fn phone(&self, customer: Customer) -> Actor {
        Actor { channel: Channel::Phone, correlation: "corr".into(), ..Actor::of(Who::Person(customer.person)) }
    }
    /// A person acting for a firm.
    pub fn acting(&self, person: PersonId, house: House) -> Actor {
        Actor { channel: Channel::Phone, stepped_up: true, ..Actor::of(Who::ForFirm { person, firm: house.firm }) }
    }
    /// Somebody of the staff at a counter, with his second factor given.
    pub fn at(&self, branch: BranchId, staff: StaffId) -> Actor {
        let who = Who::Staff(staff);
        Actor { channel: Channel::Counter, branch: Some(branch), stepped_up: true, ..Actor::of(who) }
    }
    pub fn teller(&self) -> Actor {
        self.at(self.folk.outlet, self.folk.teller)
    }
    pub fn checker(&self) -> Actor {
        self.at(self.folk.outlet, self.folk.checker)
    }
    pub fn officer(&self) -> Actor {
        self.at(self.folk.outlet, self.folk.officer)
    }

    /// A key into the till of a branch.
    pub fn till(&self, branch: BranchId) -> AccountId {
        own(branch.book(), Own::Cash, CNY)
    }
    /// Another account of a customer or firm.
    pub fn open(&self, owner: Owner, book: BookId, purpose: ledger::Purpose) -> AccountId {
        self.write(move |tx| {
            let opening = Opening::deposit(AccountId::new(tx.now(), book), owner, "", CNY).purpose(purpose, "2014");
            ledger::open_account(tx, &founder(), &opening).map(|a| a.id)
        })
    }

    pub fn pay(&self, actor: &Actor, order: Order) -> Receipt {
        payments::submit(&self.desk, actor, order, None).expect("the order is answered")
    }
    /// How an order that is not even taken in is answered.
    pub fn fails(&self, actor: &Actor, order: Order) -> Error {
        payments::submit(&self.desk, actor, order, None).expect_err("the order is turned away")
    }
    /// Posted balance and what may go out, in yuan.
    pub fn yuan(&self, account: AccountId) -> (i64, i64) {
        let view = self.read(|tx| ledger::view(tx, account));
        (view.posted().minor / 100, view.available().minor / 100)
    }
    pub fn instruction(&self, id: InstructionId) -> Instruction {
        self.read(|tx| payments::raw(tx, id)).expect("the instruction is there")
    }
    /// Verdicts on an instruction, by round.
    pub fn verdicts(&self, id: InstructionId) -> Vec<String> {
        let all = self.read(|tx| guard::decisions_of(tx, id));
        all.iter().map(|d| d.verdict.code().to_owned()).collect()
    }
    /// Events about an instruction, in order.
    pub fn events(&self, id: impl Id) -> Vec<String> {
        let mut all: Vec<Outbox> = self.read(|tx| tx.outbox_after_cursor("test", 100_000));
        // The clock stands still, and the lanes do not tell who was first; ids do.
        all.sort_by_key(|e| e.id);
        all.into_iter().filter(|e| e.aggregate == id.to_string()).map(|e| e.kind).collect()
    }
    /// Audit entries about an instruction: action and result.
    pub fn audits(&self, id: impl Id) -> Vec<(String, String)> {
        let mut all = self.read(|tx| tx.audit_rows(0, 100_000, Some(&id.to_string())));
        // The first is what made it; over lanes a clock that stands still does not tell.
        all.sort_by_key(|a| a.action != "payment.submit");
        all.into_iter().map(|a| (a.action, a.result)).collect()
    }
}

/// So many yuan from one account to another.
pub fn order(from: AccountId, to: AccountId, yuan: i64) -> Order {
    Order::transfer(from, Payee::Account(to), Money::cny(yuan * 100))
}

/// So many yuan to another bank.
pub fn away(from: AccountId, yuan: i64) -> Order {
    let payee =
        Payee::External { bank: "102100099996".into(), number: "6222 0212 3456 7890".into(), name: "周外行".into() };
    Order::transfer(from, payee, Money::cny(yuan * 100))
}

fn settle(tx: &mut Tx<'_>) -> Result<Folk> {
    let head = branch(tx, "10000", None, BranchKind::HeadOffice)?;
    let city = branch(tx, "10100", Some(head), BranchKind::City)?;
    let outlet = branch(tx, "10210", Some(city), BranchKind::Outlet)?;
    let other_outlet = branch(tx, "10300", Some(head), BranchKind::Outlet)?;
    pricing::load_tariff(tx, &founder(), pricing::DATA_FILE, pricing::DATA)?;
    let wang = customer(tx, outlet, "王秀英", "990102195103080016", Tier::I)?;
    let li = customer(tx, outlet, "李建国", "990102199004120017", Tier::I)?;
    let zhang = customer(tx, outlet, "张伟", "990102198506230019", Tier::II)?;
    let chen = customer(tx, other_outlet, "陈静", "990102197909010016", Tier::I)?;
    let wu = customer(tx, outlet, "吴刚", "990102198811110013", Tier::I)?;
    let zhao = person(tx, outlet, "赵海", "990102199302140016", Tier::I)?;
    let qian = person(tx, outlet, "钱芳", "990102197607300018", Tier::I)?;
    let sun = person(tx, outlet, "孙平", "990102198205050014", Tier::I)?;
    let zhou = person(tx, other_outlet, "周敏", "99010219950909001X", Tier::I)?;
    let yard = house(tx, outlet, ("91990102MA0000001D", "汐源船舶修造有限公司"), [zhao, qian, sun])?;
    let mill = house(tx, other_outlet, ("91990102MA0000002G", "东滩面粉厂"), [zhou, zhou, zhou])?;
    let teller = staff(tx, outlet, "T1", Some(wu.person), GrantAsk::new(Who::Nobody, Role::Teller).at(outlet))?;
    let ask = GrantAsk::new(Who::Nobody, Role::Teller).at(other_outlet);
    let other_teller = staff(tx, other_outlet, "T2", None, ask)?;
    let checker = staff(tx, outlet, "C1", None, GrantAsk::new(Who::Nobody, Role::OperationsChecker))?;
    let officer = staff(tx, outlet, "R1", None, GrantAsk::new(Who::Nobody, Role::RiskOfficer))?;
    Ok(Folk { outlet, other_outlet, wang, li, zhang, chen, wu, yard, mill, teller, other_teller, checker, officer })
}

fn branch(tx: &mut Tx<'_>, code: &str, parent: Option<BranchId>, kind: BranchKind) -> Result<BranchId> {
    let [name_zh, name_en, address_zh, address_en] = ["网点", "Branch", "路", "Road"].map(|t| format!("{t} {code}"));
    let phone = String::new();
    let new = BranchNew { code: code.into(), parent, kind, name_zh, name_en, address_zh, address_en, phone };
    let id = party::branch_open(tx, &founder(), new)?;
    open_own(tx, &founder(), id.book(), CNY)?;
    Ok(id)
}

fn person(tx: &mut Tx<'_>, branch: BranchId, name: &str, number: &str, tier: Tier) -> Result<PersonId> {
    let born = Date::parse(&format!("{}-{}-{}", &number[6..10], &number[10..12], &number[12..14]))?;
    let new = PersonNew {
        branch,
        name: name.into(),
        document: DocumentKind::ResidentId,
        number: number.into(),
        country: "CN".into(),
        phone: format!("139{}", &number[6..14]),
        address: "汐洲市海晏路8号".into(),
        born,
        tier,
    };
    Ok(party::person_register(tx, &founder(), new)?.person)
}

fn account(tx: &mut Tx<'_>, owner: Owner, book: BookId, name: &str) -> Result<AccountId> {
    let opening = Opening::deposit(AccountId::new(tx.now(), book), owner, name, CNY);
    ledger::open_account(tx, &founder(), &opening).map(|a| a.id)
}

fn customer(tx: &mut Tx<'_>, branch: BranchId, name: &str, number: &str, tier: Tier) -> Result<Customer> {
    let person = person(tx, branch, name, number, tier)?;
    let account = account(tx, Owner::Person(person), branch.book(), name)?;
    Ok(Customer { person, account })
}

fn house(tx: &mut Tx<'_>, branch: BranchId, (code, name): (&str, &str), who: [PersonId; 3]) -> Result<House> {
    let new = FirmNew {
        branch,
        credit_code: code.into(),
        name: name.into(),
        kind: FirmKind::Company,
        size: FirmSize::Medium,
        address: String::new(),
        phone: String::new(),
    };
    let firm = party::firm_register(tx, &founder(), new)?.firm;
    let [owner, clerk, checker] = who;
    party::grant(tx, &founder(), GrantAsk::new(Who::Person(owner), Role::FirmOwner).of(firm))?;
    if clerk != owner {
        party::grant(tx, &founder(), GrantAsk::new(Who::Person(clerk), Role::PayrollClerk).of(firm))?;
        let ask = GrantAsk::new(Who::Person(checker), Role::PayrollChecker).of(firm);
        party::grant(tx, &founder(), ask)?;
    }
    let account = account(tx, Owner::Firm(firm), branch.book(), name)?;
    Ok(House { firm, account, owner, clerk, checker })
}

fn staff(tx: &mut Tx<'_>, branch: BranchId, number: &str, person: Option<PersonId>, role: GrantAsk) -> Result<StaffId> {
    let new = StaffNew { branch, number: number.into(), name: number.into(), person };
    let id = party::staff_join(tx, &founder(), new)?;
    party::grant(tx, &founder(), GrantAsk { holder: Who::Staff(id), ..role })?;
    Ok(id)
}
