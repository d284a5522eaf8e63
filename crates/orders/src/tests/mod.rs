//! A small bank with customers on whom documents come, and what is tried on it.
mod history;
mod life;
mod looks;
mod money;

use crate::*;
use guard::Guard;
use kernel::chinese::identity_check;
use kernel::clock::HOUR;
use kernel::id::{AccountId, ApprovalId, AuthorityOrderId, BranchId, PersonId, StaffId, TransferId};
use kernel::{Channel, Clock, Currency, Date, Id, Money, Who};
use ledger::{Opening, Purpose, Transfer};
use party::{Change, GrantAsk, Role};
use payments::own::{Own, open_own, own};
use payments::{Desk, Payee, Receipt};
use scratch::Scratch;
use store::{Config, KeyRing, Store};

pub(super) struct Bank {
    pub desk: Desk,
    pub branch: BranchId,
    pub risk: Actor,
    pub checker: Actor,
    pub manager: Actor,
    pub teller: Actor,
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

/// A name that only this customer has.
pub(super) fn name(n: usize) -> String {
    format!("客{}", char::from_u32(0x4e00 + n as u32).unwrap())
}

impl Bank {
    pub fn open() -> Bank {
        let scratch = Scratch::new("orders");
        let first = day("2026-03-02");
        let clock = Clock::manual(first.begins().plus(10 * HOUR));
        let config = Config { clock: clock.clone(), ..scratch.config() };
        let mut migrations = store::migrations();
        migrations.extend([ledger::MIGRATION, party::MIGRATION, approval::MIGRATION, pricing::MIGRATION]);
        migrations.extend([
            guard::MIGRATION,
            guard::MIGRATION_RULES,
            guard::MIGRATION_LIST_WORK,
            payments::MIGRATION,
            payments::clearing::MIGRATION,
        ]);
        migrations.extend([
            payroll::MIGRATION,
            party::DOOR_MIGRATION,
            party::MIGRATION_KIOSK,
            party::MIGRATION_FIRM_CLASS,
        ]);
        migrations.extend([
            payments::MIGRATION_TRANSFER,
            payments::MIGRATION_NUMBERS,
            payments::MIGRATION_SAFETY,
            MIGRATION,
        ]);
        let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
        let (branch, staff) = store.write(move |tx| seed(tx, first)).unwrap();
        let at = |id: StaffId| Actor {
            channel: Channel::Counter,
            branch: Some(branch),
            stepped_up: true,
            ..Actor::of(Who::Staff(id))
        };
        let [risk, checker, manager, teller] = staff.map(at);
        let desk = Desk { store, guard: Guard::load().unwrap() };
        Bank { desk, branch, risk, checker, manager, teller, clock, _scratch: scratch }
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.desk.store.write(f)
    }
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.desk.store.read(f).unwrap()
    }

    /// Customer number `n` with money on the account.
    pub fn customer(&self, n: usize, fen: i64) -> Customer {
        let branch = self.branch;
        let person = self.write(move |tx| {
            let body = format!("99010219900101{:03}", n % 1000);
            let number = format!("{body}{}", identity_check(&body).unwrap());
            let new = party::PersonNew {
                branch,
                name: name(n),
                document: party::DocumentKind::ResidentId,
                born: kernel::chinese::identity_birth(&number).unwrap(),
                number,
                country: "CN".into(),
                phone: "13900000000".into(),
                address: String::new(),
                tier: party::Tier::I,
            };
            Ok(party::person_register(tx, &system(), new)?.person)
        });
        let person = person.unwrap();
        Customer { person, account: self.account(person, Purpose::General, fen) }
    }

    pub fn account(&self, person: PersonId, purpose: Purpose, fen: i64) -> AccountId {
        let branch = self.branch;
        let opened = self.write(move |tx| {
            let account = AccountId::new(tx.now(), branch.book());
            let opening =
                Opening::deposit(account, Owner::Person(person), "客*", Currency::CNY).purpose(purpose, "2011");
            ledger::open_account(tx, &system(), &opening)?;
            Ok(account)
        });
        let account = opened.unwrap();
        if fen > 0 {
            self.gets(account, fen);
        }
        account
    }

    pub fn gets(&self, account: AccountId, fen: i64) {
        let outside = own(self.branch.book(), Own::Settlement, Currency::CNY);
        self.write(move |tx| {
            let id = TransferId::new(tx.now(), account.book());
            ledger::post_one(tx, true, &Transfer::single(id, outside, account, Money::cny(fen), "cash"))
        })
        .unwrap();
    }

    /// What the ledger says when the customer pays this away at a counter.
    pub fn pays(&self, account: AccountId, fen: i64) -> Result<()> {
        let outside = own(self.branch.book(), Own::Settlement, Currency::CNY);
        self.write(move |tx| {
            let id = TransferId::new(tx.now(), account.book());
            ledger::post_one(tx, true, &Transfer::single(id, account, outside, Money::cny(fen), "cash"))
        })
    }

    /// A transfer through the pipeline.
    pub fn transfers(&self, by: &Actor, from: &Customer, to: &Customer, fen: i64) -> Result<Receipt> {
        let order = payments::Order::transfer(from.account, Payee::Account(to.account), Money::cny(fen));
        payments::submit(&self.desk, by, order, None)
    }

    /// A document of the police; more is set by the test.
    pub fn paper(&self, kind: OrderKind, c: &Customer, document: &str) -> OrderNew {
        let officer = |name: &str, number: &str| Officer { name: name.into(), number: number.into() };
        OrderNew {
            kind,
            authority: Authority::Police,
            authority_name: "汐洲市公安局".into(),
            document: document.into(),
            basis: "反电信网络诈骗法 20".into(),
            officers: [officer("李建国", "0101234"), officer("王海", "0105678")],
            subject: c.owner(),
            account: None,
            amount: None,
            keep: None,
            payee_number: String::new(),
            payee_name: String::new(),
            target: None,
            grave: false,
            silent: false,
            until: None,
            received_at: self.clock.now(),
            evidence: Some(Evidence { name: "文书.pdf".into(), bytes: document.as_bytes().to_vec() }),
        }
    }

    /// A freeze of the court until a day: an amount of the account, or all of it.
    pub fn court(&self, c: &Customer, document: &str, fen: Option<i64>, until: &str) -> OrderNew {
        OrderNew {
            authority: Authority::Court,
            authority_name: format!("法院{}", document.chars().next().unwrap_or_default()),
            account: Some(c.account),
            amount: fen.map(Money::cny),
            until: Some(day(until)),
            ..self.paper(OrderKind::Freeze, c, document)
        }
    }

    /// One of the same authority that speaks of `target`.
    pub fn after(&self, kind: OrderKind, target: AuthorityOrderId, document: &str) -> OrderNew {
        let t = self.order(target);
        let Owner::Person(person) = t.subject else { panic!("a person") };
        let c = Customer { person, account: t.account.unwrap_or_else(|| AccountId::new(t.entered_at, t.book)) };
        let new = self.paper(kind, &c, document);
        OrderNew {
            authority: t.authority,
            authority_name: t.authority_name,
            account: t.account,
            target: Some(target),
            ..new
        }
    }

    pub fn number(&self, account: AccountId) -> String {
        self.read(|tx| ledger::view(tx, account)).account.number
    }

    pub fn enter(&self, new: OrderNew) -> Result<AuthorityOrderId> {
        let risk = self.risk.clone();
        self.write(move |tx| enter(tx, &risk, new.clone()))
    }
    pub fn stop_now(&self, new: OrderNew) -> Result<AuthorityOrderId> {
        let risk = self.risk.clone();
        self.write(move |tx| stop_now(tx, &risk, new.clone()))
    }
    pub fn yes_by(&self, actor: &Actor, id: AuthorityOrderId) -> Result<Change> {
        let (hash, approval) = self.asked(id);
        let (actor, desk) = (actor.clone(), self.desk.clone());
        self.write(move |tx| approval_yes(&desk, tx, &actor, approval, &hash))
    }
    pub fn yes(&self, id: AuthorityOrderId) -> Result<Change> {
        self.yes_by(&self.checker, id)
    }
    pub fn no(&self, id: AuthorityOrderId) -> Result<Change> {
        let (hash, approval) = self.asked(id);
        let actor = self.checker.clone();
        self.write(move |tx| approval_no(tx, &actor, approval, &hash, "文书没有盖章"))
    }
    fn asked(&self, id: AuthorityOrderId) -> (String, ApprovalId) {
        let approval = self.order(id).approval;
        (self.read(|tx| approval::raw(tx, approval)).hash_text(), approval)
    }
    /// Entered and agreed to.
    pub fn done(&self, new: OrderNew) -> Result<AuthorityOrderId> {
        let id = self.enter(new)?;
        self.yes(id).map(|_| id)
    }
    pub fn order(&self, id: AuthorityOrderId) -> AuthorityOrder {
        self.read(|tx| order(tx, &self.risk, id))
    }
    pub fn state(&self, id: AuthorityOrderId) -> OrderState {
        self.order(id).state
    }
    pub fn covered(&self, account: AccountId) -> (Vec<i64>, i64) {
        let (shares, left) = self.read(|tx| shares(tx, account));
        (shares.iter().map(|s| s.covered.minor).collect(), left.minor)
    }
    pub fn balance(&self, account: AccountId) -> i64 {
        self.read(|tx| ledger::view(tx, account)).posted().minor
    }
    pub fn go_on(&self) -> Moved {
        go_on(&self.desk).unwrap()
    }
    /// The next business day begins at ten.
    pub fn day(&self, next: &str) {
        let next = day(next);
        self.write(move |tx| ledger::day::close(tx, &system(), next).map(|_| ())).unwrap();
        self.clock.set(next.begins().plus(10 * HOUR));
    }
    /// Events of orders so far: kind and owner.
    pub fn events(&self) -> Vec<(String, String)> {
        let all = self.read(|tx| tx.outbox_after_cursor("test", 1_000));
        let told = all.into_iter().map(|e| (e.kind, e.payload.to_string()));
        told.filter(|(kind, _)| kind.starts_with("orders.")).collect()
    }

    /// Every seal, every sum, every balance.
    pub fn verify(&self) {
        let tables: Vec<&Table> =
            [party::TABLES, payments::TABLES, guard::TABLES, approval::TABLES, ledger::verify::TABLES, TABLES].concat();
        let faults = self.read(|tx| {
            let mut faults = Vec::new();
            for table in &tables {
                store::verify::table(tx, table, &mut faults, &mut |_, _| {})?;
            }
            faults.extend(ledger::verify::journal(tx, &mut |_, _| {})?.faults);
            Ok(faults)
        });
        assert_eq!(faults, []);
    }
}

fn seed(tx: &mut Tx<'_>, first: Date) -> Result<(BranchId, [StaffId; 4])> {
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
    let mut staff = |number: &str, role: Role| -> Result<StaffId> {
        let new = party::StaffNew { branch, number: number.into(), name: "员工".into(), person: None };
        let id = party::staff_join(tx, &system(), new)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(branch))?;
        Ok(id)
    };
    let (risk, checker) = (staff("001", Role::RiskOfficer)?, staff("002", Role::OperationsChecker)?);
    Ok((branch, [risk, checker, staff("003", Role::BranchManager)?, staff("004", Role::Teller)?]))
}
