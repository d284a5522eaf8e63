//! What an account is.
use crate::NUMBER_TAKEN;
use kernel::{BookId, Currency, Error, Id, Owner, Result, Timestamp, id::AccountId};
use store::{Param, Tx};

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
        /// 定期, 通知存款, 大额存单: a customer's money for a term; paid out to his own account alone.
        Term = "term",
        /// A customer's money on its way into a wealth product; goes back to his own account, or into the product.
        WealthCash = "wealth_cash",
        /// A customer's units of a wealth product (理财份额); they go back to where they were issued.
        WealthUnits = "wealth_units",
        /// What was collected for a wealth product, and the units of it that were issued.
        WealthProduct = "wealth_product",
        /// What the holder of a credit card may still spend, and what he paid too much (信用卡可用额度).
        CreditLine = "credit_line",
        /// What customers owe the bank.
        Receivable = "receivable",
        /// Money held for a third party until a condition is met.
        Escrow = "escrow",
        Tax = "tax",
        /// The bank's fee income.
        Fee = "fee",
        /// What deposits cost the bank, and what it owes of that.
        Interest = "interest",
        /// Where money enters and leaves the bank: cash, central bank, other banks.
        Settlement = "settlement",
        /// Payments under way to or from other banks.
        Clearing = "clearing",
        /// Differences waiting for an explanation.
        Suspense = "suspense",
        /// Notes and coin in a branch's vault (库房).
        Vault = "vault",
        /// Notes and coin in a teller's till (尾箱).
        Till = "till",
        /// Notes in a machine that customers use themselves.
        CashMachine = "cash_machine",
        /// Notes and coin between two drawers.
        CashInTransit = "cash_in_transit",
        /// Damaged notes taken in, at the value that was given for them.
        DamagedNotes = "damaged_notes",
        /// Internal units such as coupons.
        Coupon = "coupon",
    }
}

impl Purpose {
    /// An account behind a holding of a wealth product: it is shown as that holding, not among accounts.
    pub fn is_wealth(self) -> bool {
        matches!(self, Purpose::WealthCash | Purpose::WealthUnits)
    }
    /// Set aside for wages: neither seized nor frozen nor moved for anything else (Decree 724, art. 33).
    pub fn is_for_wages(self) -> bool {
        matches!(self, Purpose::Wage | Purpose::WageClearing | Purpose::Deposit)
    }
    /// Whether debits must follow a payee grant or be one of [`crate::EXEMPT_CODES`].
    pub fn is_restricted(self) -> bool {
        matches!(
            self,
            Purpose::Wage
                | Purpose::WageClearing
                | Purpose::Deposit
                | Purpose::Term
                | Purpose::WealthCash
                | Purpose::WealthUnits
                | Purpose::CreditLine
                | Purpose::Escrow
        )
    }
}

store::record! {
    /// An account of the ledger.
    pub struct Account in "accounts" key 2 {
        pub book: BookId,
        pub id: AccountId,
        /// Where its balance stands among those of its book: the writer lane that opened it, and a count from 1.
        pub place: i64,
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
        /// Counted on one balance row per writer lane; see the module `strands`.
        pub hot: bool,
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
    /// Many pay into it at once, such as a biller or the bank's own accounts: none of them waits for another.
    pub hot: bool,
}

impl Opening {
    /// A customer's account: grows on credit, never overdrawn, chart code by owner and purpose.
    pub fn deposit(id: AccountId, owner: Owner, name: &str, currency: Currency) -> Opening {
        let chart = if matches!(owner, Owner::Person(_)) { "2011" } else { "2012" };
        Opening {
            id,
            number: String::new(),
            chart: chart.into(),
            currency,
            side: Side::Credit,
            purpose: Purpose::General,
            owner,
            name: name.into(),
            limited: true,
            hot: false,
        }
    }
    /// An account of the bank itself that may run to either side: settlement, clearing, fee income.
    pub fn own(id: AccountId, chart: &str, purpose: Purpose, side: Side, name: &str, currency: Currency) -> Opening {
        Opening {
            id,
            number: String::new(),
            chart: chart.into(),
            currency,
            side,
            purpose,
            owner: Owner::Bank,
            name: name.into(),
            limited: false,
            hot: false,
        }
    }
    pub fn purpose(mut self, purpose: Purpose, chart: &str) -> Opening {
        (self.purpose, self.chart) = (purpose, chart.into());
        self
    }
    /// See [`Opening::hot`]. An account stays what it was opened as.
    pub fn hot(mut self) -> Opening {
        self.hot = true;
        self
    }
    pub fn number(mut self, number: &str) -> Opening {
        self.number = number.into();
        self
    }
}

impl Opening {
    /// Whether this opening made that account.
    pub(crate) fn is_of(&self, a: &Account) -> bool {
        (self.number.is_empty() || self.number == a.number)
            && self.chart == a.chart
            && self.currency == a.currency
            && self.side == a.side
            && self.purpose == a.purpose
            && self.owner == a.owner
            && self.limited == a.limited
            && self.hot == a.hot
    }
}

/// How many numbers are tried for an account that was given none.
const NUMBERS_TRIED_MAX: u64 = 64;

/// The number asked for, or the first free one made from the id.
pub(crate) fn free_number(tx: &mut Tx<'_>, o: &Opening) -> Result<String> {
    if !o.number.is_empty() {
        return match is_taken(tx, &o.number)? {
            false => Ok(o.number.clone()),
            true => Err(Error::new(&NUMBER_TAKEN, format!("another account has the number {}", o.number))),
        };
    }
    for step in 0..NUMBERS_TRIED_MAX {
        let number = number_of(o.id, step);
        if !is_taken(tx, &number)? {
            return Ok(number);
        }
    }
    Err(Error::new(&NUMBER_TAKEN, format!("no number is free for {}", o.id)))
}

/// The next place in a book. Every lane counts its own, so that writers never wait for each other.
pub(crate) fn next_place(tx: &mut Tx<'_>, book: BookId) -> Result<i64> {
    let (none, end) = (store::first_pos(tx.lane()), store::first_pos(tx.lane() + 1));
    let sql = "SELECT max(place) FROM balances WHERE book = ?1 AND place > ?2 AND place < ?3";
    let params = [Param::Int(i64::from(book.0)), Param::Int(none), Param::Int(end)];
    let last = tx.query_one(sql, &params, |r| r.get::<Option<i64>>(0))?.flatten();
    Ok(last.unwrap_or(none) + 1)
}

fn is_taken(tx: &mut Tx<'_>, number: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM accounts WHERE number = ?1 LIMIT 1";
    Ok(tx.query_one(sql, &[Param::Text(number.into())], |r| r.get::<i64>(0))?.is_some())
}

/// 19 digits: `99` (unassigned by ISO/IEC 7812), the book, 11 digits of the id, the Luhn digit.
fn number_of(id: AccountId, step: u64) -> String {
    let raw = u128::from_be_bytes(id.bytes());
    let tail = ((raw >> 64) as u64 ^ (raw as u64).rotate_left(17)).wrapping_add(step);
    let body = format!("99{:05}{:011}", id.book().0, tail % 100_000_000_000);
    let check = kernel::chinese::luhn_check(&body).expect("the body is digits");
    format!("{body}{check}")
}
