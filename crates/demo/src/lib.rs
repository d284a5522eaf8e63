//! The demo bank as plain data: an island city's branches, people, firms, a ship-yard and a building site, all invented.
//!
//! [`generate`] is a pure function of a seed: no clock, no disk, no database. `app` loads what it returns through the
//! product's own commands; tests and the simulation use it as known input. One seed gives 28 branches, some 340 staff, 2,000
//! customers, 60 firms, 120 merchants, a yard of 30 subcontractors with more than 4,000 workers, and a site of 320.
//!
//! Nothing in it can be real: see [`numbers`] for the ranges. What will go wrong is written down where it was planted:
//! [`yard::Worker::planted`] for accounts that cannot take the first pay, [`faults::PlantedFault`] for the cells of a pay
//! sheet that must be found. Numbers of each are constants.
//!
//! Every date is counted from [`as_of`], not from today, so ages and terms are the same in every run.
pub mod branches;
pub mod dice;
pub mod faults;
pub mod firms;
pub mod grid;
pub mod logins;
pub mod names;
pub mod numbers;
pub mod paysheets;
pub mod people;
pub mod portraits;
pub mod workbooks;
pub mod yard;

use kernel::Date;

/// The seed that `yizhan demo` takes when none is given.
pub const DEMO_SEED: u64 = 20_261_101;

/// The day that ages and terms are counted from: 2026-11-01.
pub fn as_of() -> Date {
    const DAYS_SINCE_1970: i64 = 20_758;
    Date::from_days(DAYS_SINCE_1970)
}

/// Everything the demo bank begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoBank {
    pub seed: u64,
    /// Parents before children.
    pub branches: Vec<branches::Branch>,
    pub staff: Vec<people::Staff>,
    pub customers: Vec<people::Customer>,
    pub firms: Vec<firms::Firm>,
    pub merchants: Vec<firms::Merchant>,
    pub yard: yard::Yard,
    pub site: yard::Site,
    /// 劳资专管员 of the site's contractor: reviews attendance and clears pay sheets, and makes none.
    pub labour: people::Person,
    /// 劳动保障监察支队: its maker is an inspector, its checker the head.
    pub bureau: firms::Firm,
    /// A hospital and a power company: paying them is never barred for long (反洗钱法 30).
    pub basics: [firms::Firm; 2],
}

/// The demo bank of `seed`; the same one every time.
pub fn generate(seed: u64) -> DemoBank {
    let mut register = numbers::Register::default();
    let branches = branches::branches();
    DemoBank {
        seed,
        staff: people::staff(seed, &mut register, &branches),
        customers: people::customers(seed, &mut register, &branches),
        firms: firms::firms(seed, &mut register, &branches),
        merchants: firms::merchants(seed, &mut register, &branches),
        yard: yard::yard(seed, &mut register, &branches),
        site: yard::site(seed, &mut register, &branches),
        bureau: yard::bureau(seed, &mut register, &branches),
        labour: yard::labour(seed, &mut register, &branches),
        basics: firms::basics(seed, &mut register, &branches),
        branches,
    }
}

#[cfg(test)]
mod tests;
