//! Staff and customers.
use crate::branches::{Branch, CITY, CITY_BRANCH, District};
use crate::dice::Dice;
use crate::names::{self, Sex};
use crate::numbers::{OWN_BANK, Register};
use kernel::{Date, Money};

/// Customers of the demo bank who are not staff, traders or workers.
pub const PEOPLE: usize = 2000;
/// Of 1,000 customers so many were 60 or older on [`crate::as_of`].
pub const OVER_60_PERMILLE: u64 = 240;
/// Age of one woman at the city branch.
pub const GRANDMOTHER_YEARS: i32 = 72;
/// Customers with a passport and a Latin name.
pub const FOREIGNERS: usize = 40;

/// Names of roles, as entitlements and screens know them.
pub mod roles {
    pub const TELLER: &str = "teller";
    pub const LOBBY_MANAGER: &str = "lobby_manager";
    pub const BRANCH_MANAGER: &str = "branch_manager";
    /// The bank's officer for wage accounts; not the firm's clerk.
    pub const PAYROLL_OFFICER: &str = "payroll_officer";
    pub const OPERATIONS_CHECKER: &str = "operations_checker";
    pub const RISK_OFFICER: &str = "risk_officer";
    /// Runs the machines; moves no money.
    pub const OPERATOR: &str = "operator";
    pub const AUDITOR: &str = "auditor";
    pub const CUSTOMER_MANAGER: &str = "customer_manager";
    pub const HEAD_OFFICE_ADMIN: &str = "head_office_admin";
    /// Every role of staff, and how many people hold it at each branch; the administrator only at head office.
    pub const PER_BRANCH: [(&str, usize); 9] = [
        (TELLER, 3),
        (LOBBY_MANAGER, 1),
        (BRANCH_MANAGER, 1),
        (PAYROLL_OFFICER, 1),
        (OPERATIONS_CHECKER, 2),
        (RISK_OFFICER, 1),
        (OPERATOR, 1),
        (AUDITOR, 1),
        (CUSTOMER_MANAGER, 1),
    ];
    /// Administrators at head office: two, so that neither checks himself.
    pub const HEAD_OFFICE_ADMINS: usize = 2;
}

/// What somebody is identified by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// 居民身份证: 18 characters.
    Identity(String),
    /// Number, nationality (ISO 3166-1 alpha-3) and last day.
    Passport { number: String, country: &'static str, until: Date },
}

impl Document {
    pub fn number(&self) -> &str {
        match self {
            Document::Identity(number) | Document::Passport { number, .. } => number,
        }
    }
}

/// A natural person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub sex: Sex,
    pub born: Date,
    pub document: Document,
    pub phone: String,
    pub address: String,
}

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    pub person: Person,
    /// Code of the branch that keeps the account.
    pub branch: String,
    pub card: String,
    /// Balance the account begins with.
    pub opening: Money,
}

impl Customer {
    pub fn is_foreign(&self) -> bool {
        matches!(self.person.document, Document::Passport { .. })
    }
}

/// A member of staff: eight digits of staff number, the branch's code first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    pub number: String,
    pub branch: String,
    /// One of [`roles`].
    pub role: &'static str,
    pub person: Person,
}

/// An address in `district`, Chinese.
pub fn address(dice: &mut Dice, district: &District) -> String {
    let island = dice.weighted(&[(district.islands[0], 9), (district.islands[1], 1)]).0;
    let street = dice.pick(district.streets).0;
    let (door, flat) = (dice.between(1, 280), dice.between(1, 6) * 100 + dice.between(1, 4));
    format!("{}{}{island}{street}{door}号{flat}室", CITY.0, district.zh)
}

/// A day on which somebody of `youngest` to `oldest` whole years on [`crate::as_of`] was born.
pub fn born(dice: &mut Dice, youngest: i64, oldest: i64) -> Date {
    // A year is taken as 365 days and each fourth as a day more, with a week to spare on the young side.
    let days = |years: i64| years * 365 + years / 4;
    crate::as_of().plus_days(-dice.between(days(youngest) + 7, days(oldest + 1) - 7))
}

/// Somebody of this city.
pub fn resident(dice: &mut Dice, register: &mut Register, district: &District, sex: Sex, born: Date) -> Person {
    Person {
        name: names::han(dice, sex, born.year()),
        sex,
        born,
        document: Document::Identity(register.identity(dice, district.area, born, sex == Sex::Male)),
        phone: register.phone(dice),
        address: address(dice, district),
    }
}

pub fn either_sex(dice: &mut Dice) -> Sex {
    if dice.permille(500) { Sex::Male } else { Sex::Female }
}

/// Staff of every branch, in the order of branches and of [`roles::PER_BRANCH`].
pub fn staff(seed: u64, register: &mut Register, branches: &[Branch]) -> Vec<Staff> {
    let mut dice = Dice::new(seed, "staff");
    let mut all = Vec::new();
    for branch in branches {
        let admins = [(roles::HEAD_OFFICE_ADMIN, if branch.parent.is_none() { roles::HEAD_OFFICE_ADMINS } else { 0 })];
        let posts =
            roles::PER_BRANCH.iter().chain(&admins).flat_map(|(role, count)| std::iter::repeat_n(*role, *count));
        for (i, role) in posts.enumerate() {
            let (sex, born) = (either_sex(&mut dice), born(&mut dice, 23, 58));
            let person = resident(&mut dice, register, branch.district, sex, born);
            all.push(Staff {
                number: format!("{}{:03}", branch.code, i + 1),
                branch: branch.code.clone(),
                role,
                person,
            });
        }
    }
    all
}

/// The customers; the foreign ones last.
pub fn customers(seed: u64, register: &mut Register, branches: &[Branch]) -> Vec<Customer> {
    let mut dice = Dice::new(seed, "customers");
    let mut all: Vec<Customer> =
        (0..PEOPLE).map(|i| customer(&mut dice, register, branches, i >= PEOPLE - FOREIGNERS)).collect();
    let city = branches.iter().find(|b| b.code == CITY_BRANCH);
    if let Some((city, one)) = city.zip(all.iter_mut().find(|c| c.branch == CITY_BRANCH && c.person.sex == Sex::Female))
    {
        let mut dice = Dice::new(seed, "grandmother");
        let years = i64::from(GRANDMOTHER_YEARS);
        let born = born(&mut dice, years, years);
        one.person = resident(&mut dice, register, city.district, Sex::Female, born);
    }
    all
}

fn customer(dice: &mut Dice, register: &mut Register, branches: &[Branch], foreign: bool) -> Customer {
    let branch = dice.pick(&branches[1..]);
    let sex = either_sex(dice);
    let old = !foreign && dice.permille(OVER_60_PERMILLE);
    let born = if old { born(dice, 60, 94) } else { born(dice, 18, 59) };
    let mut person = resident(dice, register, branch.district, sex, born);
    if foreign {
        let (name, country) = names::foreign(dice, sex);
        let until = crate::as_of().plus_days(dice.between(90, 3300));
        person =
            Person { name, document: Document::Passport { number: register.passport(dice), country, until }, ..person };
    }
    let size = *dice.weighted(&[(50_000, 3), (800_000, 4), (6_000_000, 2), (60_000_000, 1)]);
    let opening = Money::cny(dice.between(1_000, size));
    Customer { person, branch: branch.code.clone(), card: register.card(dice, &OWN_BANK), opening }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_those_asked_for() {
        let mut dice = Dice::new(2, "ages");
        for (young, old) in [(18, 18), (18, 59), (60, 94)] {
            for _ in 0..2000 {
                let age = i64::from(born(&mut dice, young, old).years_until(crate::as_of()));
                assert!((young..=old).contains(&age), "{age} is not {young} to {old}");
            }
        }
    }
}
