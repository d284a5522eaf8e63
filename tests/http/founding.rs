//! Who and what there is in the little bank before anybody does anything.
use super::house::PASSWORD;
use super::wire::Texts;
use kernel::id::{AccountId, BranchId, FirmId, PersonId, TransferId};
use kernel::{Actor, Currency, Id, Money, Owner, Result, Timestamp, Who};
use ledger::{Opening, Transfer};
use party::{GrantAsk, PasswordCost, Role};
use payments::own::{Own, own};
use std::collections::HashMap;
use store::Tx;

const SECRET: [u8; 20] = *b"12345678901234567890";

/// The letters of `cases.rs`, who each is, and in which role.
pub(super) const CUSTOMERS: [(char, &str); 11] = [
    ('c', "customer"),
    ('d', "other"),
    ('o', "owner"),
    ('k', "clerk"),
    ('h', "checker"),
    ('x', "stranger"),
    ('l', "labour"),
    ('z', "crew"),
    ('b', "inspector"),
    ('j', "head"),
    ('q', "elsewhere"),
];
/// Who acts for a firm.
pub(super) const OF_FIRMS: [char; 9] = ['o', 'k', 'h', 'x', 'l', 'z', 'b', 'j', 'q'];
pub(super) const STAFF: [(char, Role, bool); 8] = [
    ('t', Role::Teller, false),
    ('m', Role::BranchManager, false),
    ('w', Role::PayrollOfficer, false),
    ('y', Role::OperationsChecker, false),
    ('r', Role::RiskOfficer, true),
    ('e', Role::Operator, true),
    ('a', Role::Auditor, true),
    ('g', Role::HeadOfficeAdmin, true),
];

pub(super) fn system() -> Actor {
    Actor::system("demo")
}

fn branch(texts: Texts, code: &str, parent: Option<BranchId>) -> party::BranchNew {
    party::BranchNew {
        code: code.into(),
        parent,
        kind: if parent.is_none() { party::BranchKind::HeadOffice } else { party::BranchKind::Outlet },
        name_zh: texts.of("branch", &format!("网点 {code}")),
        name_en: format!("Branch {code}"),
        address_zh: texts.of("place", ""),
        address_en: String::new(),
        phone: String::new(),
    }
}

pub(super) fn identity(n: usize) -> String {
    let body = format!("9901021980010{:01}{:03}", 1 + n % 9, n);
    format!("{body}{}", kernel::chinese::identity_check(&body).expect("17 digits"))
}

pub(super) fn card(n: usize) -> String {
    let body = format!("990001{n:09}");
    format!("{body}{}", kernel::chinese::luhn_check(&body).expect("digits"))
}

fn person(tx: &mut Tx<'_>, branch: BranchId, n: usize, name: &str, address: String) -> Result<PersonId> {
    let number = identity(n);
    let born = kernel::chinese::identity_birth(&number).expect("a birthday");
    let new = party::PersonNew {
        branch,
        name: name.into(),
        document: party::DocumentKind::ResidentId,
        number,
        country: "CN".into(),
        phone: format!("1380000{n:04}"),
        address,
        born,
        tier: party::Tier::I,
    };
    Ok(party::person_register(tx, &system(), new)?.person)
}

fn firm(tx: &mut Tx<'_>, branch: BranchId, credit_code: &str, kind: party::FirmKind, name: &str) -> Result<FirmId> {
    let whole = |c: char| Some(format!("{credit_code}{c}")).filter(|code| party::credit_code(code).is_some());
    let credit_code = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find_map(whole).expect("a check character");
    let name = name.to_owned();
    let size = party::FirmSize::Small;
    let new = party::FirmNew { branch, credit_code, name, kind, size, address: String::new(), phone: String::new() };
    Ok(party::firm_register(tx, &system(), new)?.firm)
}

pub(super) fn account(tx: &mut Tx<'_>, branch: BranchId, owner: Owner, yuan: i64) -> Result<AccountId> {
    let id = AccountId::new(tx.now(), branch.book());
    ledger::open_account(tx, &system(), &Opening::deposit(id, owner, "活期", Currency::CNY))?;
    if yuan > 0 {
        let from = own(branch.book(), Own::Settlement, Currency::CNY);
        let transfer = TransferId::new(tx.now(), branch.book());
        ledger::post_one(tx, false, &Transfer::single(transfer, from, id, Money::cny(yuan * 100), "opening"))?;
    }
    Ok(id)
}

/// Who and what there is before anybody does anything.
#[derive(Clone)]
pub(super) struct Found {
    pub branch: BranchId,
    pub people: HashMap<char, PersonId>,
    pub firm: FirmId,
    /// A subcontractor, and two labour bureaus of two regions.
    pub crew: FirmId,
    pub bureau: FirmId,
    pub far: FirmId,
    pub account: AccountId,
    pub other: AccountId,
    pub funds: AccountId,
    pub client: (String, String),
}

pub(super) fn found(tx: &mut Tx<'_>, texts: Texts) -> Result<Found> {
    let head = app::branch_open(tx, &system(), branch(texts, "10000", None))?;
    let east = app::branch_open(tx, &system(), branch(texts, "10100", Some(head)))?;
    let mut people = HashMap::new();
    for (n, (letter, name)) in CUSTOMERS.into_iter().enumerate() {
        let id = person(tx, east, n + 1, &texts.of("name", &format!("李{name}")), texts.of("street", "海滨路 1 号"))?;
        people.insert(letter, id);
        login(tx, name, Who::Person(id))?;
    }
    let company = party::FirmKind::Company;
    let ours = firm(tx, east, "91990102MA0000001", company, &texts.of("firm", "汐源船舶修造有限公司"))?;
    let theirs = firm(tx, east, "91990102MA0000002", company, &texts.of("firm", "海角建筑有限公司"))?;
    let crew =
        firm(tx, east, "91990102MA0000003", party::FirmKind::Subcontractor, &texts.of("firm", "潮生劳务有限公司"))?;
    let authority = party::FirmKind::Authority;
    let bureau = firm(tx, east, "11990102MB0000004", authority, &texts.of("firm", "东港区劳动保障监察大队"))?;
    let far = firm(tx, east, "11990202MB0000005", authority, &texts.of("firm", "西港区劳动保障监察大队"))?;
    for (letter, role, of) in [
        ('o', Role::FirmOwner, ours),
        ('k', Role::PayrollClerk, ours),
        ('h', Role::PayrollChecker, ours),
        ('x', Role::FirmOwner, theirs),
        ('l', Role::LabourOfficer, ours),
        ('z', Role::CrewClerk, crew),
        ('b', Role::BureauOfficer, bureau),
        ('j', Role::BureauHead, bureau),
        ('q', Role::BureauOfficer, far),
    ] {
        party::grant(tx, &system(), GrantAsk::new(Who::Person(people[&letter]), role).of(of))?;
    }
    for (letter, role, whole_bank) in STAFF {
        let at = if whole_bank { head } else { east };
        let new = party::StaffNew {
            branch: at,
            number: format!("80{letter}"),
            name: texts.of("staff", &format!("员工{letter}")),
            person: None,
        };
        let id = party::staff_join(tx, &system(), new)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), role).at(at))?;
        login(tx, &format!("staff-{letter}"), Who::Staff(id))?;
    }
    let (account, other, funds) = (
        account(tx, east, Owner::Person(people[&'c']), 100_000)?,
        account(tx, east, Owner::Person(people[&'d']), 0)?,
        account(tx, east, Owner::Firm(ours), 1_000_000)?,
    );
    let scopes = party::CLIENT_SCOPES.to_vec();
    let new = party::ClientNew { firm: ours, name: "ERP".into(), scopes, limits: Role::Client.cap() };
    let (id, secret) = party::client_make(tx, &system(), new)?;
    Ok(Found {
        branch: east,
        people,
        firm: ours,
        crew,
        bureau,
        far,
        account,
        other,
        funds,
        client: (id.to_string(), secret),
    })
}

pub(super) fn login(tx: &mut Tx<'_>, name: &str, who: Who) -> Result<()> {
    let password = PasswordCost::TEST.hash(name, PASSWORD)?;
    party::login_make(
        tx,
        &system(),
        party::LoginNew { name: name.into(), who, password, totp_secret: SECRET, first_password: false },
    )
    .map(|_| ())
}

/// The six digits an authenticator shows now.
pub(super) fn code(at: Timestamp) -> String {
    party::totp_code(&SECRET, at)
}
