//! Whom somebody pays (收款人名册): the book of a person or a firm.
//!
//! A payee is a name and a number at a bank, and what its owner calls it. A number is never changed: another number is another
//! payee, added anew. To add one and to rename one needs the second factor freshly given, because whoever has taken over a
//! phone would first of all put his own account under a familiar name; to remove one only takes away. A program has no
//! second factor and writes in no book. What a firm that wants two persons for its rights adds or renames, a second person
//! agrees to first; the command that asks him lives above this crate.
//!
//! Name, number and nickname are encrypted; a number is found again by its keyed hash. Each posted payment of the owner
//! counts on its payee in the same transaction, and the guard is told since when the payee stands in the book.
use crate::instruction::Instruction;
use crate::order::{Kind, NAME_CHARS_MAX, NUMBER_CHARS_MAX, Payee};
use crate::resolve::{Parties, check_name, digits};
use crate::submit::Prepared;
use crate::{PAYEE_BY_PERSON, PAYEE_UNKNOWN, PAYEES_FULL, form};
use kernel::id::PayeeId;
use kernel::{Actor, BookId, Error, Id, Money, Owner, Page, PageAsk, Result, Timestamp, Who};
use party::{Change, Permission, Scope};
use store::{Audit, KeyRing, Seal, Tx, params};

/// Payees in one book at most.
pub const PAYEES_MAX: usize = 500;
/// Characters of what the owner calls a payee at most.
pub const NICKNAME_CHARS_MAX: usize = 20;

const NAME_FIELD: &str = "payee.name";
const NUMBER_FIELD: &str = "payee.number";
const NICKNAME_FIELD: &str = "payee.nickname";

store::record! {
    /// A payee as he is kept.
    pub struct SavedPayee in "payees" key 2 {
        pub book: BookId,
        pub id: PayeeId,
        pub owner: Owner,
        /// Clearing code or name of his bank; empty for an account here.
        pub bank: String,
        pub number_index: Vec<u8>,
        pub number: Vec<u8>,
        pub name: Vec<u8>,
        pub nickname: Vec<u8>,
        /// As [`Instruction::payee`] shows him.
        pub masked: String,
        pub added_by: String,
        pub added_at: Timestamp,
        pub times_paid: i64,
        pub last_paid_at: Option<Timestamp>,
        /// Minor units.
        pub last_amount: Option<i64>,
    }
}

/// A payee as his owner reads him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeView {
    pub id: PayeeId,
    pub name: String,
    pub number: String,
    pub bank: String,
    pub nickname: String,
    pub masked: String,
    pub added_at: Timestamp,
    pub times_paid: i64,
    pub last_paid_at: Option<Timestamp>,
    pub last_amount: Option<Money>,
}

impl PayeeView {
    /// What the owner calls him, with his name.
    pub fn called(&self) -> String {
        if self.nickname.is_empty() { self.name.clone() } else { format!("{} {}", self.nickname, self.name) }
    }
    /// As an order names him.
    pub fn payee(&self) -> Payee {
        let (bank, number, name) = (self.bank.clone(), self.number.clone(), self.name.clone());
        if bank.is_empty() { Payee::Number(number) } else { Payee::External { bank, number, name } }
    }
    pub(crate) fn fits(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let plain = digits(&text);
        let named = [&self.name, &self.nickname, &self.bank].into_iter().any(|t| t.to_lowercase().contains(&text));
        named || plain.len() >= 4 && self.number.contains(&plain)
    }
}

/// A payee to be kept.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PayeeNew {
    pub name: String,
    pub number: String,
    /// Empty for an account here.
    pub bank: String,
    /// May be empty.
    pub nickname: String,
}

impl PayeeNew {
    /// As it is kept: without spaces around and in numbers. Errors: field errors, `too_large`.
    fn tidy(&self) -> Result<PayeeNew> {
        let text = |field: &'static str, given: &str, max: usize, needed: bool| {
            let t = given.trim();
            form::plain(field, t)?;
            match t.chars().count() {
                0 if needed => Err(Error::field(field, "it is empty")),
                n if n > max => Err(Error::limit(field, n, max, "characters")),
                _ => Ok(t.to_owned()),
            }
        };
        let number = digits(&self.number);
        if !(4..=NUMBER_CHARS_MAX).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Error::field("number", format!("4 to {NUMBER_CHARS_MAX} digits")));
        }
        Ok(PayeeNew {
            name: text("name", &self.name, NAME_CHARS_MAX, true)?,
            number,
            bank: text("bank", &self.bank, crate::clearing::BANK_CHARS_MAX, false)?,
            nickname: text("nickname", &self.nickname, NICKNAME_CHARS_MAX, false)?,
        })
    }
    /// The masked number, with the bank when it is another.
    pub fn masked(&self) -> String {
        shown(&self.bank, &digits(&self.number))
    }
}

fn shown(bank: &str, number: &str) -> String {
    let mask = kernel::chinese::mask_card(number);
    if bank.is_empty() { mask } else { format!("{bank} {mask}") }
}

fn index(keys: &KeyRing, bank: &str, number: &str) -> Vec<u8> {
    keys.index("payee.number", &format!("{bank}\n{}", number.to_ascii_uppercase()))
}

fn home(owner: Owner) -> BookId {
    match owner {
        Owner::Person(p) => p.book(),
        Owner::Firm(f) => f.book(),
        Owner::Bank => BookId::HEAD_OFFICE,
    }
}

fn own(tx: &mut Tx<'_>, actor: &Actor, owner: Owner, permission: Permission) -> Result<()> {
    let scope = match (actor.who, owner) {
        (Who::Person(a), Owner::Person(b)) if a == b => Scope::person(b),
        (Who::ForFirm { firm: a, .. } | Who::Client { firm: a, .. }, Owner::Firm(b)) if a == b => Scope::firm(b),
        _ => return Err(Error::not_found("payee book", owner)),
    };
    party::may(tx, actor, permission, &scope).map(|_| ())
}

/// Whether the actor may write in the owner's book now. Errors: `payee_by_person`, `step_up_needed`.
pub fn writes_payees(tx: &mut Tx<'_>, actor: &Actor, owner: Owner) -> Result<()> {
    own(tx, actor, owner, Permission::PaymentSubmit)?;
    if matches!(actor.who, Who::Client { .. }) {
        return Err(Error::new(&PAYEE_BY_PERSON, "a program has no second factor"));
    }
    party::need_step_up(actor)
}

/// Whether a payee could be put in the book: he exists, under this name, when he is ours. Errors: those of the fields,
/// `payee_unknown`, `name_mismatch`, `payees_full`.
pub fn payee_look(tx: &mut Tx<'_>, owner: Owner, new: &PayeeNew) -> Result<PayeeNew> {
    let new = new.tidy()?;
    if new.bank.is_empty() {
        let found = crate::numbers::account_of_number(tx, &new.number)?.filter(|a| a.owner != Owner::Bank);
        let account = found.ok_or_else(|| Error::new(&PAYEE_UNKNOWN, "no account has the payee's number"))?;
        check_name(tx, &account, &new.name)?;
    }
    if by_index(tx, owner, &index(tx.keys(), &new.bank, &new.number))?.is_none() {
        let sql = "SELECT count(*) FROM payees WHERE book = ?1 AND owner = ?2";
        let kept: i64 = tx.query_one(sql, params![home(owner), owner], |r| r.get(0))?.unwrap_or(0);
        if kept >= PAYEES_MAX as i64 {
            return Err(Error::new(&PAYEES_FULL, format!("{kept} payees are kept, {PAYEES_MAX} at most")));
        }
    }
    Ok(new)
}

/// Puts a payee in the book; one with this number is there already and keeps its name. Who may was asked before.
pub fn payee_put(tx: &mut Tx<'_>, actor: &Actor, owner: Owner, new: &PayeeNew) -> Result<(Change, PayeeId)> {
    let new = payee_look(tx, owner, new)?;
    let keys = tx.keys();
    let number_index = index(keys, &new.bank, &new.number);
    let seal = |field: &str, text: &str| keys.encrypt_own(field, text.as_bytes());
    let (number, name) = (seal(NUMBER_FIELD, &new.number), seal(NAME_FIELD, &new.name));
    let nickname = seal(NICKNAME_FIELD, &new.nickname);
    if let Some(there) = by_index(tx, owner, &number_index)? {
        return Ok((Change::AlreadySo, there.id));
    }
    let (now, book) = (tx.now(), home(owner));
    let mut row = SavedPayee {
        book,
        id: PayeeId::new(now, book),
        owner,
        number_index,
        number,
        name,
        nickname,
        masked: new.masked(),
        bank: new.bank,
        added_by: actor.principal(),
        added_at: now,
        times_paid: 0,
        last_paid_at: None,
        last_amount: None,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    tx.audit(actor, Audit::of("payee.add", row.id).after(format!("{} of {owner}", row.masked)))?;
    Ok((Change::Done, row.id))
}

fn by_index(tx: &mut Tx<'_>, owner: Owner, index: &[u8]) -> Result<Option<SavedPayee>> {
    let tail = "WHERE book = ?1 AND owner = ?2 AND number_index = ?3";
    Ok(tx.select::<SavedPayee>(tail, params![home(owner), owner, index.to_vec()])?.pop())
}

fn load(tx: &mut Tx<'_>, id: PayeeId) -> Result<SavedPayee> {
    tx.load::<SavedPayee>(params![id.book(), id])?.ok_or_else(|| Error::not_found("payee", id))
}

/// The payee, for whoever may pay from the book's owner's accounts.
pub fn payee(tx: &mut Tx<'_>, actor: &Actor, id: PayeeId) -> Result<PayeeView> {
    let row = tx.get::<SavedPayee>(params![id.book(), id])?.ok_or_else(|| Error::not_found("payee", id))?;
    own(tx, actor, row.owner, Permission::PaymentSubmit).map_err(|_| Error::not_found("payee", id))?;
    view(tx.keys(), &row)
}

/// In whose book a payee stands.
pub fn payee_owner(tx: &mut Tx<'_>, id: PayeeId) -> Result<Owner> {
    Ok(load(tx, id)?.owner)
}

fn view(keys: &KeyRing, row: &SavedPayee) -> Result<PayeeView> {
    let open = |field: &str, sealed: &[u8]| {
        let text = String::from_utf8(keys.decrypt_own(field, sealed)?.to_vec());
        text.map_err(|e| Error::broken("a payee cannot be read").caused_by(e))
    };
    Ok(PayeeView {
        id: row.id,
        name: open(NAME_FIELD, &row.name)?,
        number: open(NUMBER_FIELD, &row.number)?,
        bank: row.bank.clone(),
        nickname: open(NICKNAME_FIELD, &row.nickname)?,
        masked: row.masked.clone(),
        added_at: row.added_at,
        times_paid: row.times_paid,
        last_paid_at: row.last_paid_at,
        last_amount: row.last_amount.map(Money::cny),
    })
}

/// Payees whose name, nickname, bank or number holds `text`, all for an empty one; who was paid last stands first.
pub fn payees(tx: &mut Tx<'_>, actor: &Actor, owner: Owner, text: &str, ask: &PageAsk) -> Result<Page<PayeeView>> {
    own(tx, actor, owner, Permission::PaymentSubmit)?;
    let rows = ask.rows()?;
    let after = ask.after.as_deref().map(str::parse::<PayeeId>).transpose()?;
    let mut found = all(tx, owner)?;
    if !text.trim().is_empty() {
        found.retain(|p| p.fits(text.trim()));
    }
    let from = after.and_then(|id| found.iter().position(|p| p.id == id)).map_or(0, |at| at + 1);
    Ok(Page::cut(found.split_off(from), rows, |p| p.id.to_string()))
}

pub(crate) fn all(tx: &mut Tx<'_>, owner: Owner) -> Result<Vec<PayeeView>> {
    let tail = "WHERE book = ?1 AND owner = ?2 ORDER BY id LIMIT ?3";
    let rows = tx.select::<SavedPayee>(tail, params![home(owner), owner, PAYEES_MAX as i64])?;
    let mut found = rows.iter().map(|row| view(tx.keys(), row)).collect::<Result<Vec<_>>>()?;
    found.sort_by_key(|p| std::cmp::Reverse((p.last_paid_at, p.added_at, p.id)));
    Ok(found)
}

/// What the owner calls a payee from now on; empty for nothing. Who may was asked before, as for adding.
pub fn payee_rename(tx: &mut Tx<'_>, actor: &Actor, id: PayeeId, nickname: &str) -> Result<Change> {
    let mut row = load(tx, id)?;
    let before = view(tx.keys(), &row)?;
    let new = PayeeNew { nickname: nickname.into(), ..named(&before) }.tidy()?;
    if new.nickname == before.nickname {
        return Ok(Change::AlreadySo);
    }
    row.nickname = tx.keys().encrypt_own(NICKNAME_FIELD, new.nickname.as_bytes());
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("payee.rename", id).after(row.masked))?;
    Ok(Change::Done)
}

fn named(p: &PayeeView) -> PayeeNew {
    PayeeNew { name: p.name.clone(), number: p.number.clone(), bank: p.bank.clone(), nickname: p.nickname.clone() }
}

/// Takes a payee out of his owner's book; payments to him stay as they are.
pub fn payee_remove(tx: &mut Tx<'_>, actor: &Actor, id: PayeeId) -> Result<Change> {
    let Some(row) = tx.load::<SavedPayee>(params![id.book(), id])? else { return Ok(Change::AlreadySo) };
    own(tx, actor, row.owner, Permission::PaymentSubmit).map_err(|_| Error::not_found("payee", id))?;
    tx.remove(&row)?;
    tx.audit(actor, Audit::of("payee.remove", id).change(row.masked, ""))?;
    Ok(Change::Done)
}

/// The bank and number that an order pays, as a book knows them.
fn paid_number<'a>(parties: &'a Parties, payee: &'a Payee) -> Option<(&'a str, String)> {
    match payee {
        Payee::External { bank, number, .. } => Some((bank.trim(), digits(number))),
        _ => parties.payee.as_ref().map(|account| ("", account.number.clone())),
    }
}

/// Since when the payee stands in the payer's book.
pub(crate) fn since(tx: &mut Tx<'_>, kind: Kind, parties: &Parties, payee: &Payee) -> Result<Option<Timestamp>> {
    Ok(kept(tx, kind, parties, payee)?.map(|row| row.added_at))
}

fn kept(tx: &mut Tx<'_>, kind: Kind, parties: &Parties, payee: &Payee) -> Result<Option<SavedPayee>> {
    if !matches!(kind, Kind::Transfer | Kind::ClearingOut) || parties.debit.owner == Owner::Bank {
        return Ok(None);
    }
    let Some((bank, number)) = paid_number(parties, payee) else { return Ok(None) };
    let index = index(tx.keys(), bank, &number);
    by_index(tx, parties.debit.owner, &index)
}

/// The payee of a transfer as a book would have him; the name of an account here is its holder's own to tell.
pub(crate) fn of_instruction(tx: &mut Tx<'_>, i: &Instruction) -> Result<Option<PayeeNew>> {
    if !matches!(i.kind, Kind::Transfer | Kind::ClearingOut) || i.credit.is_none() {
        return Ok(None);
    }
    let (name, number, bank) = match crate::resolve::order_of(tx, i)?.payee {
        Payee::External { bank, number, name } => (name, number, bank),
        Payee::Number(number) => (String::new(), number, String::new()),
        Payee::Account(id) => match ledger::accounts(tx, &[id])?.pop() {
            Some(account) => (String::new(), account.number, String::new()),
            None => return Ok(None),
        },
    };
    Ok(Some(PayeeNew { name, number, bank, nickname: String::new() }))
}

/// Counts a posted payment on its payee, when he stood in the book before it was prepared.
pub(crate) fn paid(tx: &mut Tx<'_>, prepared: &Prepared, payee: &Payee, i: &Instruction) -> Result<()> {
    if prepared.facts.payee_since.is_none() {
        return Ok(());
    }
    let Some(row) = kept(tx, i.kind, &prepared.parties, payee)? else { return Ok(()) };
    let mut row = load(tx, row.id)?;
    row.times_paid += 1;
    (row.last_paid_at, row.last_amount) = (Some(tx.now()), Some(i.amount));
    tx.update(&mut row)
}

/// Puts what is kept of a payee under the newest key; `false` when it is there already.
pub fn renew_payee(keys: &KeyRing, row: &mut SavedPayee) -> Result<bool> {
    let version = keys.version().to_be_bytes();
    let fields = [(NAME_FIELD, &mut row.name), (NUMBER_FIELD, &mut row.number), (NICKNAME_FIELD, &mut row.nickname)];
    let mut changed = false;
    for (field, sealed) in fields {
        if !sealed.starts_with(&version) {
            *sealed = keys.encrypt_own(field, &keys.decrypt_own(field, sealed)?);
            changed = true;
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(name: &str, number: &str, bank: &str, nickname: &str) -> PayeeNew {
        PayeeNew { name: name.into(), number: number.into(), bank: bank.into(), nickname: nickname.into() }
    }

    #[test]
    fn what_a_book_takes() {
        let long = "女".repeat(NICKNAME_CHARS_MAX + 1);
        let cases = [
            (new(" 王丽 ", "6222 0212-3456 7890", "", " 女儿 "), ""),
            (new("王丽", "６２２２０２１２３４５６", "", ""), ""),
            (new("", "622202123456", "", ""), "bad_field"),
            (new("王丽", "", "", ""), "bad_field"),
            (new("王丽", "6222/0212", "", ""), "bad_field"),
            (new("王丽", &"1".repeat(NUMBER_CHARS_MAX + 1), "", ""), "bad_field"),
            (new("王\u{202e}丽", "622202123456", "", ""), "bad_field"),
            (new("王丽", "622202123456", "", &long), "too_large"),
        ];
        for (n, (given, want)) in cases.into_iter().enumerate() {
            assert_eq!(given.tidy().err().map_or("", |e| e.code().name), want, "case {n}");
        }
        let kept = new(" 王丽 ", "6222 0212-3456 7890", "", " 女儿 ").tidy().expect("a payee");
        assert_eq!(
            (kept.name.as_str(), kept.number.as_str(), kept.nickname.as_str()),
            ("王丽", "6222021234567890", "女儿")
        );
    }

    #[test]
    fn a_search_finds_names_nicknames_and_ends_of_numbers() {
        let at = Timestamp::from_micros(1);
        let p = PayeeView {
            id: PayeeId::new(at, BookId(1)),
            name: "王丽".into(),
            number: "6222021234567890".into(),
            bank: "ICBC".into(),
            nickname: "女儿".into(),
            masked: String::new(),
            added_at: at,
            times_paid: 0,
            last_paid_at: None,
            last_amount: None,
        };
        for (text, want) in [
            ("王", true),
            ("女儿", true),
            ("7890", true),
            ("6222 0212", true),
            ("890", false),
            ("icbc", true),
            ("李", false),
        ] {
            assert_eq!(p.fits(text), want, "{text}");
        }
    }
}
