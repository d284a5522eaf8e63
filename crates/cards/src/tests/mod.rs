//! A small bank with cards, and what is tried on it.
mod credit;
mod debit;
mod lines;
mod more;

use crate::make::CardMaker;
use crate::simulator::{MakerSimulator, Plan};
use crate::*;
use guard::Guard;
use kernel::chinese::identity_check;
use kernel::clock::HOUR;
use kernel::id::{AccountId, BranchId, CardId, StaffId, TransferId};
use kernel::{Channel, Clock, Currency, Date, Id, Money, Who};
use ledger::{Opening, Transfer};
use party::{GrantAsk, Role};
use payments::Desk;
use payments::own::{Own, open_own, own};
use scratch::Scratch;
use store::{Config, KeyRing, Store};

pub(super) struct Bank {
    pub desk: Desk,
    pub branch: BranchId,
    pub teller: Actor,
    pub manager: Actor,
    pub checker: Actor,
    pub maker: MakerSimulator,
    pub clock: Clock,
    _scratch: Scratch,
}

/// A customer with a current account.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub person: PersonId,
    pub account: AccountId,
    pub document: String,
}

impl Customer {
    pub fn on(&self, channel: Channel) -> Actor {
        Actor { channel, ..Actor::of(Who::Person(self.person)) }
    }
    pub fn phone(&self) -> Actor {
        self.on(Channel::Phone)
    }
    pub fn stepped_up(&self) -> Actor {
        Actor { stepped_up: true, ..self.phone() }
    }
    pub fn shown(&self) -> InPerson {
        InPerson { document: self.document.clone() }
    }
}

pub(super) fn nothing() -> InPerson {
    InPerson::default()
}

pub(super) fn system() -> Actor {
    Actor::system("bootstrap")
}

pub(super) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn identity(n: usize) -> String {
    let body = format!("990102198{:01}0{:01}15{:03}", n % 10, 1 + n / 10 % 9, n % 1000);
    let check = identity_check(&body).unwrap();
    format!("{body}{check}")
}

struct Seeded {
    branch: BranchId,
    teller: StaffId,
    manager: StaffId,
    checker: StaffId,
}

impl Bank {
    pub fn open(first: &str) -> Bank {
        let scratch = Scratch::new("cards");
        let clock = Clock::manual(day(first).begins().plus(10 * HOUR));
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let mut migrations = store::migrations();
        migrations.extend([ledger::MIGRATION, party::MIGRATION, approval::MIGRATION, pricing::MIGRATION]);
        migrations.extend([
            guard::MIGRATION,
            payments::MIGRATION,
            payments::clearing::MIGRATION,
            party::DOOR_MIGRATION,
        ]);
        migrations.extend([
            party::MIGRATION_KIOSK,
            party::MIGRATION_FIRM_CLASS,
            payments::MIGRATION_TRANSFER,
            payments::MIGRATION_NUMBERS,
            payments::MIGRATION_SAFETY,
            MIGRATION,
            MIGRATION_MORE,
        ]);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let first = day(first);
        let s = store.write(move |tx| seed(tx, first)).unwrap();
        let staff =
            |id, channel| Actor { channel, branch: Some(s.branch), stepped_up: true, ..Actor::of(Who::Staff(id)) };
        let desk = Desk { store, guard: Guard::load().unwrap() };
        Bank {
            desk,
            branch: s.branch,
            teller: staff(s.teller, Channel::Counter),
            manager: staff(s.manager, Channel::Counter),
            checker: staff(s.checker, Channel::Counter),
            maker: MakerSimulator::new(Plan::default()),
            clock,
            _scratch: scratch,
        }
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.desk.store.write(f)
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.desk.store.read(f)
    }

    pub fn customer(&self, n: usize) -> Customer {
        let branch = self.branch;
        let document = identity(n);
        let number = document.clone();
        let made = self.write(move |tx| {
            let new = party::PersonNew {
                branch,
                name: format!("持卡{}", char::from_u32(0x4e00 + n as u32).unwrap()),
                document: party::DocumentKind::ResidentId,
                born: kernel::chinese::identity_birth(&number).unwrap(),
                number: number.clone(),
                country: "CN".into(),
                phone: "13900000000".into(),
                address: String::new(),
                tier: party::Tier::I,
            };
            let person = party::person_register(tx, &system(), new)?.person;
            Ok((person, open_account(tx, person)?))
        });
        let (person, account) = made.unwrap();
        Customer { person, account, document }
    }

    pub fn another_account(&self, of: &Customer) -> AccountId {
        let person = of.person;
        self.write(move |tx| open_account(tx, person)).unwrap()
    }

    /// Closes the day and opens the next one asked for; bills go on.
    pub fn to(&self, next: &str) {
        let next = day(next);
        self.write(move |tx| ledger::day::close(tx, &system(), next).map(|_| ())).unwrap();
        self.clock.set(next.begins().plus(9 * HOUR));
        bills_go_on(&self.desk.store).unwrap();
    }

    /// Money in from outside.
    pub fn pay_in(&self, account: AccountId, fen: i64) {
        let book = self.branch.book();
        self.write(move |tx| {
            let outside = own(book, Own::Settlement, Currency::CNY);
            let id = TransferId::new(tx.now(), book);
            ledger::post_one(tx, true, &Transfer::single(id, outside, account, Money::cny(fen), "cash"))
        })
        .unwrap();
    }

    pub fn apply(&self, by: &Customer, kind: Kind) -> Result<Card> {
        self.apply_for(by, kind, by.account)
    }
    pub fn apply_for(&self, by: &Customer, kind: Kind, account: AccountId) -> Result<Card> {
        let (actor, branch) = (by.phone(), self.branch);
        self.write(move |tx| {
            apply(
                tx,
                &actor,
                &Apply { kind, account, branch, limit: (kind == Kind::Credit).then(|| Money::cny(1_000_000)) },
            )
        })
    }
    pub fn hash(&self, approval: kernel::id::ApprovalId) -> String {
        self.read(|tx| approval::raw(tx, approval)).unwrap().hash_text()
    }
    pub fn approve(&self, by: &Actor, card: &Card) -> Result<Card> {
        let (by, id, hash) = (by.clone(), card.id, self.hash(card.approval.unwrap()));
        self.write(move |tx| approve(tx, &by, id, &hash))
    }
    pub fn make(&self) -> Made {
        make_go_on(&self.desk.store, &self.maker as &dyn CardMaker).unwrap()
    }
    pub fn raw(&self, id: CardId) -> Card {
        self.read(|tx| card::raw(tx, id)).unwrap()
    }
    pub fn activate(&self, by: &Actor, id: CardId, sequence: i64, seen: InPerson) -> Result<Card> {
        let by = by.clone();
        self.write(move |tx| activate(tx, &by, id, sequence, &seen))
    }
    /// A card that its holder uses.
    pub fn active(&self, by: &Customer, kind: Kind) -> Card {
        let card = self.apply(by, kind).unwrap();
        let card = self.approve(&self.checker, &card).unwrap();
        assert_eq!(self.make(), Made { given: 1, ..Made::default() });
        assert_eq!(self.make(), Made { produced: 1, ..Made::default() });
        self.activate(&self.teller, card.id, 1, by.shown()).unwrap()
    }
    /// What was embossed on a card's first plastic.
    pub fn number(&self, id: CardId) -> String {
        let made = self.maker.embossed();
        made.into_iter().find(|(card, ..)| *card == id).map(|(.., number)| number).unwrap()
    }

    /// Every seal, every sum, every state.
    pub fn verify(&self) {
        let tables: Vec<&Table> = [party::TABLES, payments::TABLES, ledger::verify::TABLES, TABLES].concat();
        let faults = self.read(|tx| {
            let mut faults = Vec::new();
            for table in &tables {
                store::verify::table(tx, table, &mut faults, &mut |_, _| {})?;
            }
            faults.extend(ledger::verify::journal(tx, &mut |_, _| {})?.faults);
            verify::verify(tx, &mut faults)?;
            Ok(faults)
        });
        assert_eq!(faults.unwrap(), []);
    }
}

fn open_account(tx: &mut Tx<'_>, person: PersonId) -> Result<AccountId> {
    let account = AccountId::new(tx.now(), person.book());
    let opening = Opening::deposit(account, Owner::Person(person), "持*", Currency::CNY);
    ledger::open_account(tx, &system(), &opening)?;
    Ok(account)
}

fn seed(tx: &mut Tx<'_>, first: Date) -> Result<Seeded> {
    tx.open_business_date(first)?;
    let new = party::BranchNew {
        code: "10000".into(),
        parent: None,
        kind: party::BranchKind::HeadOffice,
        name_zh: "汐洲海岛银行".into(),
        name_en: "Xizhou Island Bank".into(),
        address_zh: "路".into(),
        address_en: "Road".into(),
        phone: String::new(),
    };
    let branch = party::branch_open(tx, &system(), new)?;
    open_own(tx, &system(), branch.book(), Currency::CNY)?;
    pricing::load_tariff(tx, &system(), pricing::DATA_FILE, pricing::DATA)?;
    let mut join = |number: &str, role: Role| {
        let staff = party::StaffNew { branch, number: number.into(), name: "员工".into(), person: None };
        let staff = party::staff_join(tx, &system(), staff)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(staff), role).at(branch))?;
        Ok::<_, kernel::Error>(staff)
    };
    let (teller, manager) = (join("001", Role::Teller)?, join("002", Role::BranchManager)?);
    let checker = join("003", Role::OperationsChecker)?;
    Ok(Seeded { branch, teller, manager, checker })
}
