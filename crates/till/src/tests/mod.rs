//! A branch with a vault, two tills and a machine, and what is tried on it.
mod closing;
mod counter;
mod custody;
mod dishonest;
mod machines;
mod rules;

use crate::difference::Cause;
use crate::simulator::{Plan, Simulator};
use crate::*;
use guard::Guard;
use kernel::chinese::{identity_birth, identity_check};
use kernel::clock::{DAY, HOUR};
use kernel::id::{AccountId, CashMoveId, DrawerId};
use kernel::{Channel, Clock, Currency, Date, Id, Owner, PageAsk, Who};
use ledger::Opening;
use party::{GrantAsk, Role};
use payments::Desk;
use payments::own::open_own;
use scratch::Scratch;
use store::{Config, KeyRing, Store};

const CNY: Currency = Currency::CNY;

pub(crate) struct Bank {
    pub desk: Desk,
    pub clock: Clock,
    pub branch: BranchId,
    pub vault: DrawerId,
    pub tills: [DrawerId; 2],
    pub machine: DrawerId,
    /// Two tellers, and three who keep vaults.
    pub teller: Actor,
    pub other: Actor,
    pub keepers: [Actor; 3],
    /// Two customers with an account each and 100,000.00 on it.
    pub customers: [(Actor, AccountId); 2],
    _scratch: Scratch,
}

fn system() -> Actor {
    Actor::system("bootstrap")
}

pub(crate) fn cny(given: &[(i64, i64)]) -> Notes {
    let fen: Vec<(i64, i64)> = given.iter().map(|(yuan, n)| (yuan * 100, *n)).collect();
    Notes::of(CNY, &fen).unwrap()
}

pub(crate) fn none() -> Notes {
    Notes::none(CNY)
}

pub(crate) fn code<T: std::fmt::Debug>(done: Result<T>) -> &'static str {
    match done {
        Ok(_) => "ok",
        Err(why) => why.code().name,
    }
}

fn person(tx: &mut Tx<'_>, branch: BranchId, n: usize) -> Result<kernel::id::PersonId> {
    let body = format!("99010219850{}15{:03}", 1 + n % 9, n);
    let number = format!("{body}{}", identity_check(&body).unwrap());
    let new = party::PersonNew {
        branch,
        name: format!("客户{n}"),
        document: party::DocumentKind::ResidentId,
        born: identity_birth(&number).unwrap(),
        number,
        country: "CN".into(),
        phone: format!("1390000000{n}"),
        address: String::new(),
        tier: party::Tier::I,
    };
    Ok(party::person_register(tx, &system(), new)?.person)
}

struct Seeded {
    branch: BranchId,
    staff: Vec<StaffId>,
    people: Vec<(kernel::id::PersonId, AccountId)>,
    vault: DrawerId,
    drawers: Vec<DrawerId>,
}

fn seed(tx: &mut Tx<'_>) -> Result<Seeded> {
    let text = |t: &str| t.to_owned();
    let new = party::BranchNew {
        code: text("10100"),
        parent: None,
        kind: party::BranchKind::HeadOffice,
        name_zh: text("汐洲支行"),
        name_en: text("Xizhou branch"),
        address_zh: text("路"),
        address_en: text("Road"),
        phone: String::new(),
    };
    let branch = party::branch_open(tx, &system(), new)?;
    pricing::load_tariff(tx, &system(), pricing::DATA_FILE, pricing::DATA)?;
    open_own(tx, &system(), branch.book(), CNY)?;
    let roles = [
        Role::Teller,
        Role::Teller,
        Role::BranchManager,
        Role::OperationsChecker,
        Role::OperationsChecker,
        Role::LobbyManager,
    ];
    let mut staff = Vec::new();
    for (n, role) in roles.into_iter().enumerate() {
        let new = party::StaffNew { branch, number: format!("100{n}"), name: format!("职员{n}"), person: None };
        let id = party::staff_join(tx, &system(), new)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(branch))?;
        staff.push(id);
    }
    let mut people = Vec::new();
    for n in 0..2 {
        let who = person(tx, branch, n)?;
        let id = AccountId::new(tx.now(), branch.book());
        ledger::open_account(tx, &system(), &Opening::deposit(id, Owner::Person(who), "客*", CNY))?;
        let from = payments::own::own(branch.book(), payments::own::Own::Settlement, CNY);
        book(tx, from, id, Money::cny(10_000_000), "cash_in", "opening")?;
        people.push((who, id));
    }
    let vault = set_up(tx, &system(), branch, CNY)?;
    let mut drawers = Vec::new();
    for name in ["T01", "T02"] {
        drawers.push(till_make(tx, &system(), branch, name, CNY)?);
    }
    drawers.push(machine_make(tx, &system(), branch, "M01", CNY)?);
    Ok(Seeded { branch, staff, people, vault, drawers })
}

impl Bank {
    /// With 300,000.00 in the vault, 50,000.00 in each till, the tills closed and the machine empty.
    pub(crate) fn open() -> Bank {
        let scratch = Scratch::new("till");
        let clock = Clock::manual(Date::parse("2026-11-20").unwrap().begins().plus(9 * HOUR));
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let mut migrations = [
            store::migrations(),
            vec![
                ledger::MIGRATION,
                party::MIGRATION,
                party::DOOR_MIGRATION,
                party::MIGRATION_KIOSK,
                party::MIGRATION_FIRM_CLASS,
            ],
            vec![approval::MIGRATION, pricing::MIGRATION, guard::MIGRATION],
            vec![
                payments::MIGRATION,
                payments::clearing::MIGRATION,
                payments::MIGRATION_TRANSFER,
                payments::MIGRATION_NUMBERS,
                payments::MIGRATION_SAFETY,
                MIGRATION,
            ],
        ]
        .concat();
        migrations.sort_by_key(|m| m.name);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let seeded = store.write(seed).unwrap();
        let at = |n: usize| Actor {
            branch: Some(seeded.branch),
            channel: Channel::Counter,
            stepped_up: true,
            ..Actor::of(Who::Staff(seeded.staff[n]))
        };
        let customer = |n: usize| {
            let who = Actor::of(Who::Person(seeded.people[n].0));
            (Actor { channel: Channel::Kiosk, stepped_up: true, ..who }, seeded.people[n].1)
        };
        let bank = Bank {
            desk: Desk { store, guard: Guard::load().unwrap() },
            clock,
            branch: seeded.branch,
            vault: seeded.vault,
            tills: [seeded.drawers[0], seeded.drawers[1]],
            machine: seeded.drawers[2],
            teller: at(0),
            other: at(1),
            keepers: [at(2), at(3), at(4)],
            customers: [customer(0), customer(1)],
            _scratch: scratch,
        };
        bank.supply();
        bank
    }

    /// Cash from the centre into the vault, and from there into the tills.
    fn supply(&self) {
        let centre = self.read(|tx| drawer::of_kind(tx, self.branch.book(), DrawerKind::Centre, CNY)).id;
        let [a, b, c] = self.keepers.clone();
        self.carry(centre, self.vault, cny(&[(100, 3_500), (50, 600), (20, 500), (10, 1_000)]), [&a, &b, &c]);
        for (till, teller) in self.tills.into_iter().zip([&self.teller, &self.other]) {
            self.open_till(teller, till, none());
            self.carry(self.vault, till, self.float(), [&a, &b, teller]);
            self.close_till(teller, self.float());
        }
        self.next_day();
    }

    /// What lies in a till in the morning: 50,000.00.
    pub(crate) fn float(&self) -> Notes {
        cny(&[(100, 450), (50, 60), (20, 50), (10, 100)])
    }

    pub(crate) fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.desk.store.write(f)
    }
    pub(crate) fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.desk.store.read(f).unwrap()
    }

    pub(crate) fn next_day(&self) {
        self.clock.advance(DAY);
        let to = self.clock.now().local_date();
        self.write(move |tx| tx.open_business_date(to)).unwrap();
    }

    pub(crate) fn open_till(&self, teller: &Actor, till: DrawerId, counted: Notes) {
        let teller = teller.clone();
        self.write(move |tx| till_open(tx, &teller, till, &counted, None)).unwrap();
    }
    pub(crate) fn close_till(&self, teller: &Actor, counted: Notes) {
        let teller = teller.clone();
        self.write(move |tx| till_close(tx, &teller, &counted, &[], None)).unwrap();
    }

    /// Asked, countersigned and received by three persons.
    pub(crate) fn carry(&self, from: DrawerId, to: DrawerId, notes: Notes, who: [&Actor; 3]) -> CashMoveId {
        let id = self.send(from, to, &notes, who[0], who[1]);
        let third = who[2].clone();
        self.write(move |tx| move_receive(tx, &third, id, &notes, None)).unwrap();
        id
    }
    pub(crate) fn send(
        &self,
        from: DrawerId,
        to: DrawerId,
        notes: &Notes,
        first: &Actor,
        second: &Actor,
    ) -> CashMoveId {
        let (first, second, ask) = (first.clone(), second.clone(), MoveAsk { from, to, notes: notes.clone() });
        let id = self.write(move |tx| move_ask(tx, &first, &ask)).unwrap().id;
        self.write(move |tx| move_countersign(tx, &second, id)).unwrap();
        id
    }

    /// A machine with notes in it: 40,000.00 in 100, 50, 20 and 10.
    pub(crate) fn loaded(&self, seed: u64, plan: Plan) -> Simulator {
        let notes = cny(&[(100, 300), (50, 100), (20, 150), (10, 200)]);
        let [a, b, c] = self.keepers.clone();
        let id = self.send(self.vault, self.machine, &notes, &a, &b);
        let mut device = Simulator::new(CNY, seed, plan);
        device.staff = notes;
        assert_eq!(machine::load(&self.desk, &c, id, &mut device).unwrap().outcome, "done");
        device
    }

    pub(crate) fn cash(&self, teller: &Actor, direction: Direction, account: AccountId, notes: Notes) -> Result<Entry> {
        cash(&self.desk, teller, ask(direction, account, notes), None)
    }

    pub(crate) fn balance(&self, account: AccountId) -> Money {
        self.read(|tx| ledger::view(tx, account)).posted()
    }
    pub(crate) fn available(&self, account: AccountId) -> Money {
        self.read(|tx| ledger::view(tx, account)).available()
    }
    pub(crate) fn drawer(&self, id: DrawerId) -> DrawerView {
        self.read(|tx| drawer(tx, &self.keepers[0], id))
    }
    pub(crate) fn cases(&self, open: bool) -> Vec<Case> {
        self.read(|tx| cases(tx, &self.keepers[0], self.branch, open, &PageAsk::first(100))).items
    }
    pub(crate) fn blocked(&self) -> Vec<(&'static str, u64)> {
        self.read(|tx| blockers(tx, self.branch.book())).into_iter().map(|b| (b.what, b.count)).collect()
    }

    /// Every record as it was sealed, the books balance, and every drawer's notes are worth what its account holds.
    pub(crate) fn verify(&self) {
        let tables: Vec<&Table> = [party::TABLES, approval::TABLES, payments::TABLES, TABLES].concat();
        let mut faults = Vec::new();
        self.read(|tx| {
            tables.iter().try_for_each(|t| store::verify::table(tx, t, &mut faults, &mut |_, _| {}).map(|_| ()))
        });
        assert_eq!(faults, []);
        let lines = self.read(ledger::day::trial_balance);
        assert_eq!(lines.iter().map(|l| l.credits - l.debits).sum::<i64>(), 0);
        for d in self.read(|tx| drawers(tx, &self.keepers[0], self.branch)) {
            if d.kind != DrawerKind::Damaged {
                assert_eq!(d.notes.sum().unwrap(), d.booked, "{} {}", d.kind, d.name);
            }
        }
        let open: i64 = self.cases(true).iter().map(|c| c.amount).sum();
        assert_eq!(self.balance(over_short(self.branch.book(), CNY)), Money::cny(-open), "over and short by its cases");
    }
}

pub(crate) fn ask(direction: Direction, account: AccountId, notes: Notes) -> CashAsk {
    let (notes_in, notes_out) = match direction {
        Direction::In => (notes, none()),
        Direction::Out => (none(), notes),
    };
    CashAsk {
        direction,
        account,
        notes_in,
        notes_out,
        fee_shown: None,
        memo: String::new(),
        overrides: Vec::new(),
        resubmits: None,
    }
}
