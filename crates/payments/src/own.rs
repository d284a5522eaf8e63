//! The bank's own accounts in each book: where fees, cash and payments under way stand. Their ids are computed, so every
//! part of the bank finds them without asking. Everybody's payments meet in them, so they are hot accounts of the ledger.
use kernel::id::{AccountId, Raw};
use kernel::{Actor, BookId, Currency, Id, Result};
use ledger::{Opening, Purpose, Side};
use store::Tx;

/// The kinds of own accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Own {
    /// Fee income.
    FeeIncome,
    /// Paid by customers, on the way to other banks.
    ClearingOut,
    /// At the central bank and correspondents: where money enters and leaves the bank.
    Settlement,
    /// Notes and coin.
    Cash,
    /// Owed to depositors and not yet paid (应付利息).
    InterestPayable,
    /// What deposits cost the bank (利息支出).
    InterestExpense,
    /// Kept back of interest for the tax office.
    InterestTax,
}

impl Own {
    pub const ALL: [Own; 7] = [
        Own::FeeIncome,
        Own::ClearingOut,
        Own::Settlement,
        Own::Cash,
        Own::InterestPayable,
        Own::InterestExpense,
        Own::InterestTax,
    ];

    fn facts(self) -> (&'static str, Purpose, Side, &'static str) {
        match self {
            Own::FeeIncome => ("6021", Purpose::Fee, Side::Credit, "手续费收入 Fee income"),
            Own::ClearingOut => ("2621", Purpose::Clearing, Side::Credit, "待清算汇出 Outgoing payments"),
            Own::Settlement => ("1003", Purpose::Settlement, Side::Debit, "存放中央银行款项 Central bank"),
            Own::Cash => ("1001", Purpose::Settlement, Side::Debit, "库存现金 Cash"),
            Own::InterestPayable => ("2231", Purpose::Interest, Side::Credit, "应付利息 Interest payable"),
            Own::InterestExpense => ("6411", Purpose::Interest, Side::Debit, "利息支出 Interest expense"),
            Own::InterestTax => ("2221", Purpose::Tax, Side::Credit, "代扣利息税 Tax on interest"),
        }
    }
}

/// The account's id: time 0, a counter by kind, the currency in the free bits.
pub fn own(book: BookId, kind: Own, currency: Currency) -> AccountId {
    let mut tail = [0u8; 6];
    tail[3..].copy_from_slice(currency.code().as_bytes());
    AccountId::from_raw(Raw::from_parts(1 + kind as u64, book, tail))
}

/// Opens all own accounts of a book in a currency. Repeating is safe.
pub fn open_own(tx: &mut Tx<'_>, actor: &Actor, book: BookId, currency: Currency) -> Result<()> {
    Own::ALL.into_iter().try_for_each(|kind| {
        let (chart, purpose, side, name) = kind.facts();
        let opening = Opening::own(own(book, kind, currency), chart, purpose, side, name, currency);
        ledger::open_account(tx, actor, &opening.hot()).map(|_| ())
    })
}
