//! Who can sign in at a demo bank, and with what.
//!
//! Names are short words that never change; passwords and one-time-code secrets follow from the seed alone. Whoever knows
//! the seed knows them: the loader prints them at first start and nobody may load the demo into a real bank.
use crate::branches::CITY_BRANCH;
use crate::dice::Dice;
use crate::names::Sex;
use crate::people::{Customer, Document, GRANDMOTHER_YEARS, Person, Staff, roles};
use crate::yard::Worker;
use crate::{DemoBank, as_of};

/// Bytes of a one-time-code secret (RFC 4226, 4: 160 bits are recommended).
pub const TOTP_SECRET_BYTES: usize = 20;
/// Age in years from which somebody is offered the frame for the old.
pub const ELDER_YEARS: i32 = 70;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Staff,
    Customer,
    FirmUser,
}

/// Whose login it is, by what the loader knows them by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// [`Staff::number`]
    Staff(String),
    /// Index into [`DemoBank::customers`]
    Customer(usize),
    /// Index into [`DemoBank::merchants`]: the owner
    Merchant(usize),
    /// [`crate::yard::Worker::number`]
    Worker(String),
    /// Credit code of the firm; the maker of its payments
    Maker(String),
    /// Credit code of the firm; the checker of its payments
    Checker(String),
    /// [`DemoBank::labour`]; credit code of the firm
    Labour(String),
    /// Credit code of the firm; its legal representative, who is the second checker of what is too much for one
    Owner(String),
}

/// A way into the demo bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub name: &'static str,
    /// The person's name.
    pub display: String,
    /// One of [`roles`] for staff; `customer`, `elder`, `grandmother`, `daughter`, `foreigner`, `merchant`, `worker`, `firm_maker`, `firm_checker`, `firm_owner`,
    /// `labour_officer`, `crew_clerk`, `bureau_officer`, `bureau_head`.
    pub role: &'static str,
    pub kind: Kind,
    pub whose: Whose,
    pub document: Document,
    pub phone: String,
    /// Two words and four digits: `anchor-lantern-4821`.
    pub password: String,
    pub totp_secret: [u8; TOTP_SECRET_BYTES],
}

/// Login, role, and which holder of the role in the order of [`DemoBank::staff`] at the city branch.
const STAFF_LOGINS: [(&str, &str, usize); 12] = [
    ("teller", roles::TELLER, 0),
    ("teller2", roles::TELLER, 1),
    ("lobby", roles::LOBBY_MANAGER, 0),
    ("manager", roles::BRANCH_MANAGER, 0),
    ("payroll", roles::PAYROLL_OFFICER, 0),
    ("checker", roles::OPERATIONS_CHECKER, 0),
    ("risk", roles::RISK_OFFICER, 0),
    ("operator", roles::OPERATOR, 0),
    ("auditor", roles::AUDITOR, 0),
    ("relations", roles::CUSTOMER_MANAGER, 0),
    ("admin", roles::HEAD_OFFICE_ADMIN, 0),
    ("admin2", roles::HEAD_OFFICE_ADMIN, 1),
];

const WORDS: [&str; 32] = [
    "anchor", "beacon", "bridge", "candle", "canvas", "coral", "crane", "current", "dolphin", "ferry", "garden",
    "gannet", "harbour", "island", "kettle", "lantern", "market", "meadow", "mirror", "orange", "paddle", "pebble",
    "pilot", "rudder", "sailor", "signal", "silver", "spring", "summer", "timber", "violet", "window",
];

/// The logins: staff first, then customers, then the users of firms.
pub fn demo_logins(bank: &DemoBank) -> Vec<Login> {
    let mut all: Vec<Login> =
        STAFF_LOGINS.iter().filter_map(|(name, role, nth)| staff_login(bank, name, role, *nth)).collect();
    let find = |wanted: &dyn Fn(&Customer) -> bool| bank.customers.iter().position(wanted);
    let age = |c: &Customer| c.person.born.years_until(as_of());
    let customers = [
        ("customer", find(&|c| !c.is_foreign() && (25..50).contains(&age(c)))),
        ("elder", find(&|c| age(c) >= ELDER_YEARS)),
        ("foreigner", find(&Customer::is_foreign)),
        (
            "grandmother",
            find(&|c| age(c) == GRANDMOTHER_YEARS && c.person.sex == Sex::Female && c.branch == CITY_BRANCH),
        ),
        ("daughter", find(&|c| (44..50).contains(&age(c)) && c.person.sex == Sex::Female && !c.is_foreign())),
    ];
    for (name, index) in customers {
        all.extend(index.map(|i| login(bank, name, name, Whose::Customer(i), &bank.customers[i].person)));
    }
    all.push(login(bank, "merchant", "merchant", Whose::Merchant(0), &bank.merchants[0].owner));
    let yard_hand = |w: &&Worker| w.planted.is_none() && w.bank == crate::numbers::OWN_BANK;
    all.extend(bank.yard.subcontractors[0].workers.iter().find(yard_hand).map(|w| worker_login(bank, "worker", w)));
    let hands = bank.site.hands();
    all.extend(["oldhand", "younghand"].into_iter().zip(hands).map(|(name, w)| worker_login(bank, name, w)));
    let firms = [
        ("payclerk", "paycheck", &bank.yard.firm),
        ("subclerk", "subcheck", &bank.yard.subcontractors[0].firm),
        ("siteclerk", "sitecheck", &bank.site.contractor),
    ];
    for (maker, checker, firm) in firms {
        all.push(login(bank, maker, "firm_maker", Whose::Maker(firm.credit_code.clone()), &firm.maker));
        all.push(login(bank, checker, "firm_checker", Whose::Checker(firm.credit_code.clone()), &firm.checker));
    }
    let yard = &bank.yard.firm;
    all.push(login(bank, "payowner", "firm_owner", Whose::Owner(yard.credit_code.clone()), &yard.legal));
    let owner = &bank.site.owner;
    all.push(login(bank, "siteowner", "firm_owner", Whose::Owner(owner.credit_code.clone()), &owner.legal));
    let site = &bank.site.contractor;
    all.push(login(bank, "labour", "labour_officer", Whose::Labour(site.credit_code.clone()), &bank.labour));
    let crew = &bank.site.crew().firm;
    all.push(login(bank, "crewclerk", "crew_clerk", Whose::Maker(crew.credit_code.clone()), &crew.maker));
    let bureau = &bank.bureau;
    let code = || bureau.credit_code.clone();
    all.push(login(bank, "inspector", "bureau_officer", Whose::Maker(code()), &bureau.maker));
    all.push(login(bank, "bureauhead", "bureau_head", Whose::Checker(code()), &bureau.checker));
    all
}

fn staff_login(bank: &DemoBank, name: &'static str, role: &'static str, nth: usize) -> Option<Login> {
    let office = if role == roles::HEAD_OFFICE_ADMIN { &bank.branches[0] } else { &bank.branches[1] };
    let holds = |s: &&Staff| s.role == role && s.branch == office.code;
    let staff = bank.staff.iter().filter(holds).nth(nth)?;
    Some(login(bank, name, role, Whose::Staff(staff.number.clone()), &staff.person))
}

fn worker_login(bank: &DemoBank, name: &'static str, worker: &Worker) -> Login {
    let person = Person {
        name: worker.name.clone(),
        sex: worker.sex,
        born: worker.born,
        document: Document::Identity(worker.identity.clone()),
        phone: worker.phone.clone(),
        address: worker.home.into(),
    };
    login(bank, name, "worker", Whose::Worker(worker.number.clone()), &person)
}

fn login(bank: &DemoBank, name: &'static str, role: &'static str, whose: Whose, person: &Person) -> Login {
    let mut dice = Dice::new(bank.seed, &format!("login {name}"));
    let kind = match whose {
        Whose::Staff(_) => Kind::Staff,
        Whose::Maker(_) | Whose::Checker(_) | Whose::Labour(_) | Whose::Owner(_) => Kind::FirmUser,
        Whose::Customer(_) | Whose::Merchant(_) | Whose::Worker(_) => Kind::Customer,
    };
    let password = format!("{}-{}-{}", dice.pick(&WORDS), dice.pick(&WORDS), dice.digits(4));
    Login {
        name,
        display: person.name.clone(),
        role,
        kind,
        whose,
        document: person.document.clone(),
        phone: person.phone.clone(),
        password,
        totp_secret: dice.bytes(),
    }
}
