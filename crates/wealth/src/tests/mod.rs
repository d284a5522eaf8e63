//! A small bank that sells wealth products, and what is tried on it.
mod life;
mod looks;
mod terms;

use crate::*;
use approval::Approval;
use guard::Guard;
use kernel::chinese::identity_check;
use kernel::clock::HOUR;
use kernel::id::{AccountId, ApprovalId, BranchId, PersonId, RecordingId, StaffId, TransferId, WealthOrderId};
use kernel::{Channel, Clock, Currency, Date, Id};
use ledger::{Opening, Transfer};
use party::{Change, GrantAsk, Role};
use payments::Desk;
use payments::own::{Own, open_own, own};
use scratch::Scratch;
use store::{Config, KeyRing, Store};

pub(super) const YUAN: i64 = 100;

pub(super) struct Bank {
    pub desk: Desk,
    pub branch: BranchId,
    pub teller: Actor,
    pub manager: Actor,
    pub clock: Clock,
    _scratch: Scratch,
}

/// A customer with a current account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Customer {
    pub person: PersonId,
    pub account: AccountId,
}

impl Customer {
    pub fn actor(&self) -> Actor {
        Actor { channel: Channel::Phone, ..Actor::of(Who::Person(self.person)) }
    }
    pub fn owner(&self) -> Owner {
        Owner::Person(self.person)
    }
}

pub(super) fn system() -> Actor {
    Actor::system("bootstrap")
}

pub(super) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// One product of each risk; R1 has no hours to call off, R5 ends.
pub(super) fn products() -> String {
    let mut all = String::new();
    for (n, risk) in Risk::ALL.iter().enumerate() {
        let hours = if n == 0 { 0 } else { 24 };
        let more = match risk {
            Risk::R1 | Risk::R2 => "",
            Risk::R5 => "second_look_age = 65\nsold_until = \"2026-03-31\"\nmatures = \"2026-06-01\"\n",
            _ => "second_look_age = 65\n",
        };
        all += &format!(
            "[[product]]\ncode = \"p{n}\"\nversion = 1\nnumber = {n}\nrisk = \"{risk}\"\nname = {{ zh = \"产品\", en = \"Product\" }}\n\
             issuer = {{ zh = \"理财公司\", en = \"Issuer\" }}\nabout = {{ zh = \"债券\", en = \"Bonds\" }}\nminimum = \"100\"\nstep = \"1\"\n\
             redeem_days = {n}\ncooling_hours = {hours}\nfee = \"{n}\"\n{more}effective_from = \"2026-03-01\"\ndocument = \"说明书\"\n"
        );
    }
    all
}

pub(super) fn nav(product: &str, on: &str, value: &str) -> String {
    format!("[[nav]]\nproduct = \"{product}\"\nday = \"{on}\"\nvalue = \"{value}\"\ndocument = \"净值公告\"\n")
}

/// Answers that come to a level.
pub(super) fn answers(level: Level) -> Vec<Answer> {
    let set = questions(day("2026-03-02")).unwrap();
    let mut seed = 7u64;
    loop {
        let mut pick = |many: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % many
        };
        let chosen: Vec<usize> = set.question.iter().map(|q| pick(q.choices.len())).collect();
        if set.judge(&chosen).unwrap().1 == level {
            let answer = |(q, choice): (&Question, usize)| Answer { question: q.key.clone(), choice };
            return set.question.iter().zip(chosen).map(answer).collect();
        }
    }
}

impl Bank {
    pub fn open(first: &str) -> Bank {
        let scratch = Scratch::new("wealth");
        let clock = Clock::manual(day(first).begins().plus(10 * HOUR));
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let mut migrations = store::migrations();
        migrations.extend([ledger::MIGRATION, party::MIGRATION, approval::MIGRATION, pricing::MIGRATION]);
        migrations.extend([guard::MIGRATION, payments::MIGRATION, payments::clearing::MIGRATION]);
        migrations.extend([party::DOOR_MIGRATION, party::MIGRATION_KIOSK, party::MIGRATION_FIRM_CLASS]);
        migrations.extend([
            payments::MIGRATION_TRANSFER,
            payments::MIGRATION_NUMBERS,
            payments::MIGRATION_SAFETY,
            MIGRATION,
        ]);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let first = day(first);
        let (branch, teller, manager) = store.write(move |tx| seed(tx, first)).unwrap();
        let staff = |id| Actor {
            channel: Channel::Counter,
            branch: Some(branch),
            stepped_up: true,
            ..Actor::of(Who::Staff(id))
        };
        let desk = Desk { store, guard: Guard::load().unwrap() };
        Bank { desk, branch, teller: staff(teller), manager: staff(manager), clock, _scratch: scratch }
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.desk.store.write(f)
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.desk.store.read(f).unwrap()
    }

    /// Born in `year`, with money on the account.
    pub fn customer(&self, n: usize, year: i32, fen: i64) -> Customer {
        let branch = self.branch;
        let made = self.write(move |tx| {
            let body = format!("990102{year}0101{:03}", n % 1000);
            let number = format!("{body}{}", identity_check(&body).unwrap());
            let new = party::PersonNew {
                branch,
                name: format!("投资{}", char::from_u32(0x4e00 + n as u32).unwrap()),
                document: party::DocumentKind::ResidentId,
                born: kernel::chinese::identity_birth(&number).unwrap(),
                number,
                country: "CN".into(),
                phone: "13900000000".into(),
                address: String::new(),
                tier: party::Tier::I,
            };
            let person = party::person_register(tx, &system(), new)?.person;
            let account = AccountId::new(tx.now(), branch.book());
            let opening = Opening::deposit(account, Owner::Person(person), "投*", Currency::CNY);
            ledger::open_account(tx, &system(), &opening)?;
            let id = TransferId::new(tx.now(), branch.book());
            let outside = own(branch.book(), Own::Settlement, Currency::CNY);
            ledger::post_one(tx, true, &Transfer::single(id, outside, account, Money::cny(fen), "cash"))?;
            Ok(Customer { person, account })
        });
        made.unwrap()
    }

    /// A customer of a level, 100,000 yuan on his account.
    pub fn assessed(&self, n: usize, year: i32, level: Level) -> Customer {
        let c = self.customer(n, year, 100_000 * YUAN);
        assert_eq!(self.assess(&c, level).unwrap().level, level);
        c
    }
    pub fn assess(&self, c: &Customer, level: Level) -> Result<Assessment> {
        let (actor, answers) = (c.actor(), answers(level));
        self.write(move |tx| assess(tx, &actor, &answers))
    }

    pub fn day(&self, next: &str) {
        let next = day(next);
        self.write(move |tx| ledger::day::close(tx, &system(), next).map(|_| ())).unwrap();
        self.clock.set(next.begins().plus(10 * HOUR));
    }
    pub fn load(&self, text: &str) -> Result<usize> {
        let text = text.to_owned();
        self.write(move |tx| load_terms(tx, &system(), "new.toml", &text))
    }
    pub fn nav(&self, product: &str, on: &str, value: &str) {
        assert_eq!(self.load(&nav(product, on, value)).unwrap(), 1);
    }
    pub fn go_on(&self) -> Moved {
        go_on(&self.desk).unwrap()
    }

    pub fn quote(&self, c: &Customer, product: &str, fen: i64) -> Result<Quote> {
        let ask = Ask { product: product.into(), linked: c.account, amount: Money::cny(fen) };
        self.desk.store.read(|tx| quote(tx, &c.actor(), &ask))
    }
    /// Bought by himself with the fee that is shown.
    pub fn buy(&self, c: &Customer, product: &str, fen: i64) -> Result<Order> {
        let fee = self.quote(c, product, fen).map_or(Money::cny(0), |q| q.fee);
        self.buy_as(c.actor(), c, product, (fen, fee.minor), None)
    }
    pub fn buy_as(
        &self,
        actor: Actor,
        c: &Customer,
        product: &str,
        (fen, fee): (i64, i64),
        recording: Option<RecordingId>,
    ) -> Result<Order> {
        let desk = self.desk.clone();
        let ask = Ask { product: product.into(), linked: c.account, amount: Money::cny(fen) };
        let order = Subscribe { ask, fee_shown: Money::cny(fee), recording };
        self.write(move |tx| subscribe(&desk, tx, &actor, &order))
    }
    pub fn cancel(&self, c: &Customer, id: WealthOrderId) -> Result<Order> {
        let (desk, actor) = (self.desk.clone(), c.actor());
        self.write(move |tx| cancel(&desk, tx, &actor, id))
    }
    pub fn redeem(&self, c: &Customer, holding: AccountId, hundredths: i64) -> Result<Order> {
        let (actor, ask) = (c.actor(), Redeem { holding, units: Money::new(hundredths, Currency::UNITS) });
        self.write(move |tx| redeem(tx, &actor, &ask))
    }
    pub fn asked(&self, o: &Order) -> Approval {
        let id = o.approval.expect("it waits for a second look");
        self.read(|tx| approval::raw(tx, id))
    }
    pub fn yes(&self, actor: &Actor, id: ApprovalId) -> Result<Change> {
        let hash = self.read(|tx| approval::raw(tx, id)).hash_text();
        let actor = actor.clone();
        self.write(move |tx| approval_yes(tx, &actor, id, &hash))
    }
    pub fn no(&self, actor: &Actor, id: ApprovalId) -> Result<Change> {
        let hash = self.read(|tx| approval::raw(tx, id)).hash_text();
        let (actor, desk) = (actor.clone(), self.desk.clone());
        self.write(move |tx| approval_no(&desk, tx, &actor, id, &hash, "他说不清楚买的是什么"))
    }
    pub fn order(&self, id: WealthOrderId) -> Order {
        self.read(|tx| order(tx, &system(), id))
    }
    pub fn standing(&self, c: &Customer) -> Vec<Standing> {
        self.read(|tx| holdings_of(tx, &c.actor(), c.owner()))
    }
    pub fn balance(&self, account: AccountId) -> i64 {
        self.read(|tx| ledger::view(tx, account)).posted().minor
    }

    /// Every seal, every sum, every balance.
    pub fn verify(&self) {
        let tables: Vec<&Table> =
            [party::TABLES, payments::TABLES, approval::TABLES, ledger::verify::TABLES, TABLES].concat();
        let faults = self.read(|tx| {
            let mut faults = Vec::new();
            for table in &tables {
                store::verify::table(tx, table, &mut faults, &mut |_, _| {})?;
            }
            faults.extend(ledger::verify::journal(tx, &mut |_, _| {})?.faults);
            verify::verify(tx, &mut faults)?;
            Ok(faults)
        });
        assert_eq!(faults, []);
    }
}

fn seed(tx: &mut Tx<'_>, first: Date) -> Result<(BranchId, StaffId, StaffId)> {
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
    load_terms(tx, &system(), "products.toml", &products())?;
    let mut staff = |number: &str, role: Role| -> Result<StaffId> {
        let new = party::StaffNew { branch, number: number.into(), name: "员工".into(), person: None };
        let id = party::staff_join(tx, &system(), new)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(branch))?;
        Ok(id)
    };
    Ok((branch, staff("001", Role::Teller)?, staff("002", Role::BranchManager)?))
}
