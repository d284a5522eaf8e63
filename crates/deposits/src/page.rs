//! Pages of accruals: the lines of up to [`LINES_MAX`] accounts in one sealed row, by account id.
//!
//! A page holds the accounts of a book from its first id on and below the next page's. Ids grow, so new accounts come to the
//! last page; one that grew too long is cut into several. A night goes from page to page, so it reads and writes a row for
//! some hundred accounts.
use crate::interest::Grains;
use crate::line::{LINE_BYTES, Line};
use kernel::{BookId, Currency, Error, Id, Result, id::AccountId};
use std::collections::BTreeMap;
use store::{Seal, Tx, params};

/// Lines of a page at most.
pub const LINES_MAX: usize = 256;

store::record! {
    /// A page of a book.
    pub struct AccrualPage in "deposit_pages" key 2 {
        pub book: BookId,
        /// No account of it has a lower id.
        pub first: [u8; 16],
        /// [`Line`]s one after the other.
        pub lines: Vec<u8>,
    }
}

store::record! {
    /// What the accounts of a product have earned in a book, and what of it stands in the ledger.
    pub struct AccrualSum in "deposit_sums" key 3 {
        pub book: BookId,
        /// [`crate::Product::number`]
        pub product: u16,
        pub currency: Currency,
        /// The sum over all lines.
        pub grains: Grains,
        /// Of this product on the account of interest payable, minor units.
        pub payable: i64,
    }
}

impl AccrualPage {
    pub(crate) fn new(book: BookId, first: [u8; 16]) -> AccrualPage {
        AccrualPage { book, first, lines: Vec::new(), seal: Seal::default() }
    }
    pub(crate) fn read(&self) -> Result<Vec<Line>> {
        let (lines, rest) = self.lines.as_chunks::<LINE_BYTES>();
        match rest.is_empty() {
            true => lines.iter().map(Line::read).collect(),
            false => Err(Error::broken(format!("a page of accruals of book {} is cut off", self.book))),
        }
    }
    pub(crate) fn set(&mut self, lines: &[Line]) {
        self.lines.clear();
        self.lines.reserve(lines.len() * LINE_BYTES);
        lines.iter().for_each(|l| l.write(&mut self.lines));
    }
}

/// Pages of a book after the one that begins at `after`, in order, locked in a write; at most `most`.
pub(crate) fn pages_after(
    tx: &mut Tx<'_>,
    book: BookId,
    after: Option<[u8; 16]>,
    most: i64,
) -> Result<Vec<AccrualPage>> {
    match after {
        None => tx.select_locked::<AccrualPage>("WHERE book = ?1 ORDER BY first LIMIT ?2", params![book, most]),
        Some(after) => tx.select_locked::<AccrualPage>(
            "WHERE book = ?1 AND first > ?2 ORDER BY first LIMIT ?3",
            params![book, after, most],
        ),
    }
}

/// Pages of a book that begin after one id and not after another, in order, locked in a write. Not limited: as many as hold
/// the accounts between the two.
pub(crate) fn pages_between(
    tx: &mut Tx<'_>,
    book: BookId,
    after: [u8; 16],
    last: [u8; 16],
) -> Result<Vec<AccrualPage>> {
    tx.select_locked::<AccrualPage>(
        "WHERE book = ?1 AND first > ?2 AND first <= ?3 ORDER BY first",
        params![book, after, last],
    )
}

/// The page in which an account stands or would stand.
pub(crate) fn page_of(tx: &mut Tx<'_>, account: AccountId) -> Result<AccrualPage> {
    page_at(tx, account.book(), account.bytes())
}

/// The same for any 16 bytes; a book's first page is made when it is asked for.
pub(crate) fn page_at(tx: &mut Tx<'_>, book: BookId, at: [u8; 16]) -> Result<AccrualPage> {
    let tail = "WHERE book = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";
    let found = tx.select_locked::<AccrualPage>(tail, params![book, at])?.pop();
    match found {
        Some(page) => Ok(page),
        None => {
            let mut first = AccrualPage::new(book, [0; 16]);
            tx.insert(&mut first)?;
            Ok(first)
        }
    }
}

/// An account's line, as far as it has one.
pub(crate) fn line_of(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<Line>> {
    let tail = "WHERE book = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";
    let Some(page) = tx.select::<AccrualPage>(tail, params![account.book(), account])?.pop() else { return Ok(None) };
    let lines = page.read()?;
    Ok(lines.binary_search_by_key(&account, |l| l.account).ok().map(|n| lines[n]))
}

/// Writes a page back with these lines, by id; one that is too long is cut.
pub(crate) fn write(tx: &mut Tx<'_>, mut page: AccrualPage, lines: &[Line]) -> Result<()> {
    let each = if lines.len() <= LINES_MAX { LINES_MAX } else { LINES_MAX / 2 };
    let mut cuts = lines.chunks(each);
    page.set(cuts.next().unwrap_or_default());
    tx.update(&mut page)?;
    let cut = |lines: &[Line]| {
        let first = lines.first().map_or([0; 16], |l| l.account.bytes());
        let mut page = AccrualPage::new(page.book, first);
        page.set(lines);
        page
    };
    let mut more: Vec<AccrualPage> = cuts.map(cut).collect();
    tx.insert_all(&mut more)
}

/// Changes an account's line, made by `new` when it has none; the sum of its product follows. Answers what `change` does.
pub(crate) fn change<T>(
    tx: &mut Tx<'_>,
    account: AccountId,
    currency: Currency,
    new: impl FnOnce() -> Result<Line>,
    change: impl FnOnce(&mut Line) -> Result<T>,
) -> Result<T> {
    let page = page_of(tx, account)?;
    let mut lines = page.read()?;
    let at = match lines.binary_search_by_key(&account, |l| l.account) {
        Ok(at) => at,
        Err(at) => {
            lines.insert(at, new()?);
            at
        }
    };
    let mut moved = Moved::default();
    let before = lines[at];
    let done = change(&mut lines[at])?;
    moved.note(&before, &lines[at], currency);
    write(tx, page, &lines)?;
    moved.apply(tx, account.book())?;
    Ok(done)
}

/// What changed in the sums of a book: by product and currency, grains and paid minor units.
#[derive(Default)]
pub(crate) struct Moved(BTreeMap<(u16, Currency), (i128, i64)>);

impl Moved {
    pub fn note(&mut self, before: &Line, after: &Line, currency: Currency) {
        self.0.entry((before.product, currency)).or_default().0 -= before.grains.0;
        self.0.entry((after.product, currency)).or_default().0 += after.grains.0;
    }
    /// `minor` left the account of interest payable.
    pub fn paid(&mut self, product: u16, currency: Currency, minor: i64) {
        self.0.entry((product, currency)).or_default().1 -= minor;
    }
    pub fn apply(self, tx: &mut Tx<'_>, book: BookId) -> Result<()> {
        for ((product, currency), (grains, payable)) in self.0.into_iter().filter(|(_, m)| *m != (0, 0)) {
            match tx.load::<AccrualSum>(params![book, product, currency])? {
                Some(mut sum) => {
                    sum.grains.0 += grains;
                    sum.payable += payable;
                    tx.update(&mut sum)?;
                }
                None => {
                    let grains = Grains(grains);
                    tx.insert(&mut AccrualSum { book, product, currency, grains, payable, seal: Seal::default() })?;
                }
            }
        }
        Ok(())
    }
}
