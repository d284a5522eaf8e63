//! Freezes of a party (止付, 冻结), each a numbered record with basis, document and end.
//!
//! Here stands that a party is frozen, and nowhere else; single accounts are restricted in the ledger. A stop
//! asked for by the police lasts at most [`POLICE_STOP_HOURS_MAX`], a freeze at most [`POLICE_FREEZE_DAYS_MAX`]; both end
//! by themselves and are renewed by a new record with a new document. A freeze works at once, on one person's word; it is
//! released before its end by two, and what an authority ordered only with a document of that authority, so a branch
//! cannot lift it by itself.
use crate::events::Event;
use crate::{
    BAD_FREEZE, Change, FREEZE_DOCUMENT, FREEZES_OF_PARTY_MAX, POLICE_FREEZE_DAYS_MAX, POLICE_STOP_HOURS_MAX, state,
};
use kernel::clock::{DAY, HOUR};
use kernel::id::ApprovalId;
use kernel::{Actor, BookId, Error, Owner, Result, Timestamp};
use store::{Audit, Column, Seal, Tx, params};

store::text_enum! {
    /// What stops: only what the party pays, or also what it receives.
    pub enum FreezeKind { StopDebits = "stop_debits", All = "all" }
}

store::text_enum! {
    /// On whose word.
    pub enum FreezeBasis {
        /// Emergency stop of payment by the police (紧急止付).
        PoliceStop = "police_stop",
        /// Freeze by the police (冻结).
        PoliceFreeze = "police_freeze",
        Court = "court",
        /// The bank's own measure of risk.
        Risk = "risk",
        /// The customer's safety lock or loss report (安全锁, 挂失).
        Customer = "customer",
    }
}

impl FreezeBasis {
    /// Ordered by an authority.
    pub fn by_authority(self) -> bool {
        matches!(self, FreezeBasis::PoliceStop | FreezeBasis::PoliceFreeze | FreezeBasis::Court)
    }
    /// How long it may last, in microseconds; `None` for no limit in time.
    fn longest(self) -> Option<i64> {
        match self {
            FreezeBasis::PoliceStop => Some(POLICE_STOP_HOURS_MAX * HOUR),
            FreezeBasis::PoliceFreeze => Some(POLICE_FREEZE_DAYS_MAX * DAY),
            FreezeBasis::Court | FreezeBasis::Risk | FreezeBasis::Customer => None,
        }
    }
}

store::record! {
    /// One freeze of one party.
    pub struct PartyFreeze in "guard_freezes" key 3 {
        /// Always the head office: a party is frozen in every branch.
        pub book: BookId,
        pub subject: Owner,
        /// From 1, per party.
        pub number: i64,
        pub kind: FreezeKind,
        pub basis: FreezeBasis,
        pub document: String,
        pub reason: String,
        pub valid_from: Timestamp,
        /// `None`: until it is released.
        pub valid_until: Option<Timestamp>,
        pub frozen_by: String,
        pub frozen_at: Timestamp,
        pub released_by: Option<String>,
        pub released_at: Option<Timestamp>,
        pub release_document: Option<String>,
        pub release_reason: Option<String>,
        /// The second person.
        pub release_approved_by: Option<String>,
    }
}

impl PartyFreeze {
    pub fn in_force(&self, at: Timestamp) -> bool {
        self.released_at.is_none() && self.valid_from <= at && self.valid_until.is_none_or(|until| at < until)
    }
}

/// A freeze to be made.
#[derive(Clone, Debug)]
pub struct NewFreeze {
    pub subject: Owner,
    pub kind: FreezeKind,
    pub basis: FreezeBasis,
    /// The order's or report's number.
    pub document: String,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
    pub reason: String,
}

/// How a freeze ends before its time.
#[derive(Clone, Debug)]
pub struct Release {
    /// The authority's document; may be empty where no authority ordered the freeze.
    pub document: String,
    pub reason: String,
    /// Principal of the one who asked for it; who carries it out is the second person.
    pub asked_by: String,
    pub approval: ApprovalId,
}

fn bad(field: &'static str, why: impl std::fmt::Display) -> Error {
    Error::new(&BAD_FREEZE, format!("{field}: {why}")).with("field", field)
}

fn check(new: &NewFreeze, now: Timestamp) -> Result<()> {
    for (field, value) in [("document", &new.document), ("reason", &new.reason)] {
        if !(1..=200).contains(&value.trim().chars().count()) {
            return Err(bad(field, "1 to 200 characters"));
        }
    }
    if new.subject == Owner::Bank {
        return Err(bad("subject", "the bank itself is not frozen"));
    }
    if new.until.is_some_and(|until| until <= new.from || until <= now) {
        return Err(bad("until", "after its beginning and after now"));
    }
    if let Some(longest) = new.basis.longest() {
        let span = new.until.map(|until| until.since(new.from));
        if span.is_none_or(|span| span > longest) {
            return Err(bad("until", format!("a {} ends at most {} hours after it begins", new.basis, longest / HOUR)));
        }
    }
    Ok(())
}

/// Freezes a party. [`Change::AlreadySo`] when this document's freeze is in force. Err [`BAD_FREEZE`].
pub fn freeze_party(tx: &mut Tx<'_>, actor: &Actor, new: NewFreeze) -> Result<Change<PartyFreeze>> {
    let now = tx.now();
    check(&new, now)?;
    state::lock(tx)?;
    let there = freezes(tx, new.subject)?;
    let open = |f: &&PartyFreeze| f.released_at.is_none() && f.valid_until.is_none_or(|until| now < until);
    if let Some(same) = there.iter().filter(open).find(|f| f.document == new.document && f.kind == new.kind) {
        return Ok(Change::AlreadySo(same.clone()));
    }
    if there.iter().filter(open).count() >= FREEZES_OF_PARTY_MAX {
        return Err(Error::limit("freezes in force", FREEZES_OF_PARTY_MAX + 1, FREEZES_OF_PARTY_MAX, "freezes"));
    }
    let mut row = PartyFreeze {
        book: BookId::HEAD_OFFICE,
        subject: new.subject,
        number: there.first().map_or(1, |f| f.number + 1),
        kind: new.kind,
        basis: new.basis,
        document: new.document,
        reason: new.reason,
        valid_from: new.from,
        valid_until: new.until,
        frozen_by: actor.principal(),
        frozen_at: now,
        released_by: None,
        released_at: None,
        release_document: None,
        release_reason: None,
        release_approved_by: None,
        seal: Seal::default(),
    };
    crate::decision::hold_back(tx, row.subject)?;
    tx.insert(&mut row)?;
    state::freezes_changed(tx)?;
    let until = row.valid_until.map(|t| t.local()).unwrap_or_default();
    let shown = format!("no. {} {} {} {} until {until}", row.number, row.kind, row.basis, row.document);
    tx.audit(actor, Audit::of("party.freeze", row.subject).after(shown).reason(row.reason.clone()))?;
    tx.emit(&Event::frozen(&row), &actor.correlation)?;
    Ok(Change::Made(row))
}

/// Ends a freeze. The actor is the second person. Errors: [`BAD_FREEZE`]; [`FREEZE_DOCUMENT`] when an authority ordered it
/// and its document is missing.
pub fn release_party(
    tx: &mut Tx<'_>,
    actor: &Actor,
    subject: Owner,
    number: i64,
    release: Release,
) -> Result<Change<PartyFreeze>> {
    let mut row = tx
        .load::<PartyFreeze>(params![BookId::HEAD_OFFICE, subject, number])?
        .ok_or_else(|| Error::not_found("freeze", format!("{subject} no. {number}")))?;
    if row.released_at.is_some() {
        return Ok(Change::AlreadySo(row));
    }
    if release.reason.trim().is_empty() {
        return Err(bad("reason", "1 to 200 characters"));
    }
    if release.asked_by.is_empty() || release.asked_by == actor.principal() {
        return Err(bad("asked_by", "who asks for a release and who carries it out are two"));
    }
    releasable(&row, &release.document)?;
    row.released_by = Some(release.asked_by);
    row.released_at = Some(tx.now());
    row.release_document = Some(release.document);
    row.release_reason = Some(release.reason.clone());
    row.release_approved_by = Some(actor.principal());
    tx.update(&mut row)?;
    state::freezes_changed(tx)?;
    let shown = format!("no. {number} {} {}", row.kind, row.basis);
    tx.audit(
        actor,
        Audit::of("party.release", subject).change(shown, "").reason(release.reason).approval(release.approval),
    )?;
    tx.emit(&Event::released(&row), &actor.correlation)?;
    Ok(Change::Made(row))
}

/// Ends a freeze that stands for an order of an authority, by whoever keeps that order and knows who asked and who agreed.
/// Repeating is safe; one whose time is over ends as well.
pub fn end_ordered(
    tx: &mut Tx<'_>,
    actor: &Actor,
    subject: Owner,
    number: i64,
    document: &str,
    why: &str,
) -> Result<()> {
    let mut row = tx
        .load::<PartyFreeze>(params![BookId::HEAD_OFFICE, subject, number])?
        .ok_or_else(|| Error::not_found("freeze", format!("{subject} no. {number}")))?;
    if row.released_at.is_some() {
        return Ok(());
    }
    (row.released_by, row.released_at) = (Some(actor.principal()), Some(tx.now()));
    (row.release_document, row.release_reason) = (Some(document.to_owned()), Some(why.to_owned()));
    tx.update(&mut row)?;
    state::freezes_changed(tx)?;
    let shown = format!("no. {number} {} {}", row.kind, row.basis);
    tx.audit(actor, Audit::of("party.release", subject).change(shown, "").reason(why))?;
    tx.emit(&Event::released(&row), &actor.correlation)
}

/// Whether this document lifts the freeze. `Err(FREEZE_DOCUMENT)` when an authority ordered it and there is none.
pub fn releasable(freeze: &PartyFreeze, document: &str) -> Result<()> {
    if !freeze.basis.by_authority() || !document.trim().is_empty() {
        return Ok(());
    }
    let what = format!("freeze no. {} of {} was ordered by {}", freeze.number, freeze.subject, freeze.basis);
    Err(Error::new(&FREEZE_DOCUMENT, what).with("subject", freeze.subject).with("number", freeze.number))
}

/// All freezes of a party, newest first.
pub fn freezes(tx: &mut Tx<'_>, subject: Owner) -> Result<Vec<PartyFreeze>> {
    tx.select::<PartyFreeze>(
        "WHERE book = ?1 AND subject = ?2 ORDER BY number DESC",
        params![BookId::HEAD_OFFICE, subject],
    )
}

/// Which of these may not even receive at `at`: frozen in every direction.
pub fn frozen_whole(tx: &mut Tx<'_>, owners: &[Owner], at: Timestamp) -> Result<Vec<Owner>> {
    let mut out = Vec::new();
    for part in owners.chunks(AT_ONCE) {
        let mut asked = vec![BookId::HEAD_OFFICE.param()];
        asked.extend((0..AT_ONCE).map(|i| part[i.min(part.len() - 1)].param()));
        let found = tx.select::<PartyFreeze>(WHOLE_AMONG, &asked)?;
        out.extend(found.into_iter().filter(|f| f.in_force(at)).map(|f| f.subject));
    }
    out.sort_by_key(Owner::to_string);
    out.dedup();
    Ok(out)
}

/// Parties looked up by one statement.
const AT_ONCE: usize = 8;
const WHOLE_AMONG: &str = "WHERE book = ?1 AND released_at IS NULL AND kind = 'all' \
                           AND subject IN (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ORDER BY subject, number";

/// Those in force at `at`.
pub fn in_force(tx: &mut Tx<'_>, subject: Owner, at: Timestamp) -> Result<Vec<PartyFreeze>> {
    let mut rows = tx.select::<PartyFreeze>(
        "WHERE book = ?1 AND subject = ?2 AND released_at IS NULL ORDER BY number DESC",
        params![BookId::HEAD_OFFICE, subject],
    )?;
    rows.retain(|f| f.in_force(at));
    Ok(rows)
}
