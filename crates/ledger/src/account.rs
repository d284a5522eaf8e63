//! What an account is.
use kernel::{BookId, Currency, Owner, Timestamp, id::AccountId};

store::text_enum! {
    /// The side on which the account grows: deposits and income on credit, cash and claims on debit.
    pub enum Side { Debit = "debit", Credit = "credit" }
}

store::text_enum! {
    /// What the money in an account is for. Restricted purposes pay only along [`crate::grants`].
    pub enum Purpose {
        /// No particular purpose: a customer's current account.
        General = "general",
        /// 农民工工资专用账户: wages of one project's workers only (Decree 724, art. 26, 31).
        Wage = "wage",
        /// Between a wage account and its workers while a pay run goes on.
        WageClearing = "wage_clearing",
        /// 工资保证金: guarantee deposits.
        Deposit = "deposit",
        /// Money held for a third party until a condition is met.
        Escrow = "escrow",
        Tax = "tax",
        /// The bank's fee income.
        Fee = "fee",
        /// Where money enters and leaves the bank: cash, central bank, other banks.
        Settlement = "settlement",
        /// Payments under way to or from other banks.
        Clearing = "clearing",
        /// Differences waiting for an explanation.
        Suspense = "suspense",
        /// Internal units such as coupons.
        Coupon = "coupon",
    }
}

impl Purpose {
    /// Whether debits must follow a payee grant or be one of [`crate::EXEMPT_CODES`].
    pub fn is_restricted(self) -> bool {
        matches!(self, Purpose::Wage | Purpose::WageClearing | Purpose::Deposit | Purpose::Escrow)
    }
}

store::record! {
    /// An account of the ledger.
    pub struct Account in "accounts" key 2 {
        pub book: BookId,
        pub id: AccountId,
        /// What people write on forms: 19 digits with a Luhn digit at the end, or a card number that leads here.
        pub number: String,
        /// Chart-of-accounts code, such as `2011` (demand deposits of persons).
        pub chart: String,
        pub currency: Currency,
        pub side: Side,
        pub purpose: Purpose,
        pub owner: Owner,
        pub name: String,
        /// Must not be overdrawn by any path.
        pub limited: bool,
        pub opened_at: Timestamp,
        pub opened_by: String,
        pub closed_at: Option<Timestamp>,
        pub closed_by: Option<String>,
    }
}

/// What is needed to open an account.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Chosen by the caller (its book decides where the account is kept), so that opening twice opens once.
    pub id: AccountId,
    /// Empty: a number is made from the book and the id.
    pub number: String,
    pub chart: String,
    pub currency: Currency,
    pub side: Side,
    pub purpose: Purpose,
    pub owner: Owner,
    pub name: String,
    pub limited: bool,
}

impl Opening {
    /// A customer's account: grows on credit, never overdrawn, chart code by owner and purpose.
    pub fn deposit(id: AccountId, owner: Owner, name: &str, currency: Currency) -> Opening {
        let chart = if matches!(owner, Owner::Person(_)) { "2011" } else { "2012" };
        Opening { id, number: String::new(), chart: chart.into(), currency, side: Side::Credit, purpose: Purpose::General, owner, name: name.into(), limited: true }
    }
    /// An account of the bank itself that may run to either side: settlement, clearing, fee income.
    pub fn own(id: AccountId, chart: &str, purpose: Purpose, side: Side, name: &str, currency: Currency) -> Opening {
        Opening { id, number: String::new(), chart: chart.into(), currency, side, purpose, owner: Owner::Bank, name: name.into(), limited: false }
    }
    pub fn purpose(mut self, purpose: Purpose, chart: &str) -> Opening {
        (self.purpose, self.chart) = (purpose, chart.into());
        self
    }
    pub fn number(mut self, number: &str) -> Opening {
        self.number = number.into();
        self
    }
}

/// The number of an account that was given none: `99` (unassigned by ISO/IEC 7812), the book, 11 digits of the id, the Luhn digit.
pub(crate) fn number_of(id: AccountId) -> String {
    let raw = kernel::Id::bytes(&id);
    let tail = u64::from_be_bytes(raw[..8].try_into().expect("8 bytes")) ^ u64::from_be_bytes(raw[8..].try_into().expect("8 bytes")).rotate_left(17);
    let body = format!("99{:05}{:011}", kernel::Id::book(&id).0, tail % 100_000_000_000);
    let check = kernel::chinese::luhn_check(&body).unwrap_or('0');
    format!("{body}{check}")
}
