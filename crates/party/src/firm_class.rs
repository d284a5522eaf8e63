//! What a firm was verified to be for. Payments for medical care, social security and utilities always find a way (反洗钱法 30), so
//! the class is the bank's own finding, made by two people from a document, and ends by itself; what a payer writes, or what a
//! firm calls itself, never counts.
use crate::firm::firm;
use crate::rights::{Scope, may};
use crate::role::Permission;
use kernel::clock::DAY;
use kernel::id::FirmId;
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use store::{Audit, Seal, Tx, params};

/// Days until a verification ends unless it is renewed: three years.
pub const FIRM_CLASS_DAYS: i64 = 3 * 365;
/// Characters of the document at most.
pub const CLASS_DOCUMENT_CHARS_MAX: usize = 200;
/// Verified firms that are listed.
pub const FIRMS_VERIFIED_MAX: i64 = 500;
/// Verifications of one firm that are read, ended ones with them.
pub const FIRM_CLASSES_READ_MAX: i64 = 100;

store::text_enum! {
    /// What a firm's payees pay it for.
    pub enum FirmClass {
        /// Hospitals and clinics (医疗).
        Medical = "medical",
        /// Social insurance and relief (社会保障).
        SocialSecurity = "social_security",
        /// Water, power, gas, heat (公用事业).
        Utilities = "utilities",
        /// Tax offices (税务).
        Tax = "tax",
    }
}

store::record! {
    /// A verification of a firm, in force until its end.
    pub struct FirmVerified in "firm_classes" key 3 {
        pub book: BookId,
        pub firm: FirmId,
        pub number: i64,
        pub class: FirmClass,
        /// The licence, register or letter it was verified by.
        pub document: String,
        pub asked_by: String,
        pub verified_by: String,
        pub verified_at: Timestamp,
        pub until: Timestamp,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
        pub ended_why: Option<String>,
    }
}

impl FirmVerified {
    pub fn in_force(&self, at: Timestamp) -> bool {
        self.ended_at.is_none() && self.verified_at <= at && at < self.until
    }
}

/// Every verification of a firm, the newest first.
pub fn firm_classes(tx: &mut Tx<'_>, id: FirmId) -> Result<Vec<FirmVerified>> {
    let tail = "WHERE book = ?1 AND firm = ?2 ORDER BY number DESC LIMIT ?3";
    tx.select::<FirmVerified>(tail, params![id.book(), id, FIRM_CLASSES_READ_MAX])
}

/// What the firm is verified for at `at`; `None` when it is not.
pub fn firm_class(tx: &mut Tx<'_>, id: FirmId, at: Timestamp) -> Result<Option<FirmClass>> {
    Ok(firm_classes(tx, id)?.into_iter().find(|v| v.in_force(at)).map(|v| v.class))
}

/// Firms that are verified now, at most [`FIRMS_VERIFIED_MAX`], by branch. Needs `firm.verify`.
pub fn firms_verified(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<FirmVerified>> {
    firm_verify_may(tx, actor)?;
    let tail = "WHERE ended_at IS NULL AND until > ?1 ORDER BY book, firm, number LIMIT ?2";
    tx.select::<FirmVerified>(tail, params![tx.now(), FIRMS_VERIFIED_MAX])
}

/// Whether the actor may verify firms: `firm.verify`, for the whole bank.
pub fn firm_verify_may(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    may(tx, actor, Permission::FirmVerify, &Scope::bank()).map(|_| ())
}

/// Verifies a firm by `document`, as `asked_by` put before the actor. Needs `firm.verify`. One of another class ends with it; the
/// same class is renewed. Answers its number. Errors: a field, when the document is empty or longer than
/// [`CLASS_DOCUMENT_CHARS_MAX`].
pub fn firm_verify(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: FirmId,
    class: FirmClass,
    document: &str,
    asked_by: &str,
) -> Result<i64> {
    firm_verify_may(tx, actor)?;
    firm(tx, id)?;
    let document = document.trim();
    if document.is_empty() || document.chars().count() > CLASS_DOCUMENT_CHARS_MAX {
        return Err(Error::field("document", format!("1 to {CLASS_DOCUMENT_CHARS_MAX} characters")));
    }
    let (now, all) = (tx.now(), firm_classes(tx, id)?);
    let number = all.first().map_or(1, |v| v.number + 1);
    for mut before in all.into_iter().filter(|v| v.ended_at.is_none()) {
        end(tx, actor, &mut before, "verified anew")?;
    }
    let mut row = FirmVerified {
        book: id.book(),
        firm: id,
        number,
        class,
        document: document.to_owned(),
        asked_by: asked_by.to_owned(),
        verified_by: actor.principal(),
        verified_at: now,
        until: now.plus(FIRM_CLASS_DAYS * DAY),
        ended_by: None,
        ended_at: None,
        ended_why: None,
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    tx.audit(actor, Audit::of("firm.verify", id).after(format!("{class} {document}")))?;
    Ok(number)
}

/// Ends what the firm is verified for. Needs `firm.verify`. Answers whether there was anything to end.
pub fn firm_unverify(tx: &mut Tx<'_>, actor: &Actor, id: FirmId, why: &str) -> Result<bool> {
    firm_verify_may(tx, actor)?;
    let now = tx.now();
    let Some(mut standing) = firm_classes(tx, id)?.into_iter().find(|v| v.in_force(now)) else { return Ok(false) };
    end(tx, actor, &mut standing, why)?;
    tx.audit(actor, Audit::of("firm.unverify", id).change(standing.class.code(), "").reason(why))?;
    Ok(true)
}

fn end(tx: &mut Tx<'_>, actor: &Actor, row: &mut FirmVerified, why: &str) -> Result<()> {
    (row.ended_by, row.ended_at, row.ended_why) = (Some(actor.principal()), Some(tx.now()), Some(why.to_owned()));
    tx.update(row)
}
