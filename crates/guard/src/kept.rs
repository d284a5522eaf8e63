//! Sets of rules that the bank keeps: every version, who made it, who agreed to it, and from which day it holds.
//!
//! Set 0 is what comes with the product. A draft is a copy of a set and is changed file by file; each change is read with
//! the whole set, and one with a fault is not taken. A rule whose text changes carries a higher version, so that what
//! is recorded of a hit names one text. [`may_go_live`] asks for a trial of exactly this text against exactly what
//! is in force; [`go_live`] is the second person's yes. Whoever calls has checked the permission.
use crate::trial::TrialRow;
use crate::{Change, RULES_FIXED, RULES_UNTESTED};
use kernel::{Actor, BookId, Date, Error, Page, PageAsk, Result, Timestamp};
use risk::{Engine, FILES_MAX, Fault, Model, RuleSet, Source};
use std::collections::BTreeMap;
use store::{Audit, Seal, Tx, params};

/// The number of the set that comes with the product.
pub const SHIPPED: i64 = 0;
/// Drafts open at a time.
pub const DRAFTS_OPEN_MAX: usize = 20;
/// Days ahead that a set may begin.
pub const LATER_DAYS_MAX: i64 = 90;
/// The file of a set that is its model; may be missing.
pub const MODEL_FILE: &str = "model.json";
/// Bytes of a model that a set keeps.
pub const MODEL_TEXT_BYTES_MAX: usize = 4 << 20;
/// Characters of a set's name.
const NAME_CHARS_MAX: usize = 60;
/// Letters of a file's name.
const FILE_NAME_MAX: usize = 66;

store::text_enum! {
    /// Where a set is. In force is the agreed one with the latest day that has come.
    pub enum SetState { Draft = "draft", Agreed = "agreed", Dropped = "dropped" }
}

store::record! {
    /// A set of rules; its files are [`RuleTextRow`].
    pub struct RuleSetRow in "guard_rule_sets" key 2 {
        /// Always the head office.
        pub book: BookId,
        /// From 1.
        pub number: i64,
        pub name: String,
        /// The set it was copied from; 0 is the product's.
        pub based_on: i64,
        pub state: SetState,
        /// BLAKE3 of names and texts, 64 hexadecimal digits.
        pub hash: String,
        pub made_by: String,
        pub made_at: Timestamp,
        /// First day in force.
        pub from_day: Option<Date>,
        /// The trial it was agreed to with.
        pub trial: Option<i64>,
        pub asked_by: Option<String>,
        pub agreed_by: Option<String>,
        pub agreed_at: Option<Timestamp>,
        pub dropped_by: Option<String>,
        pub dropped_at: Option<Timestamp>,
        pub dropped_reason: Option<String>,
    }
}

store::record! {
    /// One file of a set.
    pub struct RuleTextRow in "guard_rule_texts" key 3 {
        pub book: BookId,
        pub number: i64,
        pub file: String,
        pub text: String,
        pub changed_by: String,
        pub changed_at: Timestamp,
    }
}

/// A file that differs between two sets; empty where one has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    pub file: String,
    pub before: String,
    pub after: String,
}

/// What a second person agrees to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct GoLive {
    pub set: i64,
    /// [`RuleSetRow::hash`]
    pub hash: String,
    pub trial: i64,
    /// [`TrialRow::report_hash`]
    pub report: String,
    pub from: Date,
}

const BOOK: BookId = BookId::HEAD_OFFICE;

/// BLAKE3 of files by name.
pub(crate) fn hash_of(sources: &[Source]) -> String {
    let mut sorted: Vec<&Source> = sources.iter().collect();
    sorted.sort_by(|a, b| a.file.cmp(&b.file));
    let mut hasher = blake3::Hasher::new();
    for source in sorted {
        hasher.update(source.file.as_bytes()).update(&[0]).update(source.text.as_bytes()).update(&[0]);
    }
    hasher.finalize().to_hex().to_string()
}

/// Rules and model of a set that has seen nothing. Errors: those of `risk`.
pub(crate) fn engine(sources: Vec<Source>) -> Result<Engine> {
    let (models, rules): (Vec<Source>, Vec<Source>) = sources.into_iter().partition(|s| s.file == MODEL_FILE);
    let model = models.first().map(|m| Model::from_json(&m.text)).transpose()?;
    Engine::new(RuleSet::load(&rules)?, model)
}

/// A set by its number; not the product's. Asks no permission.
pub fn rule_set(tx: &mut Tx<'_>, number: i64) -> Result<RuleSetRow> {
    tx.get::<RuleSetRow>(params![BOOK, number])?.ok_or_else(|| Error::not_found("set of rules", number))
}

/// All sets, newest first.
pub fn rule_sets(tx: &mut Tx<'_>, ask: &PageAsk) -> Result<Page<RuleSetRow>> {
    let rows = ask.rows()?;
    let before = match &ask.after {
        Some(cursor) => cursor.parse::<i64>().map_err(|_| Error::field("after", "it is no number of a set"))?,
        None => i64::MAX,
    };
    let found = tx.select::<RuleSetRow>(
        "WHERE book = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3",
        params![BOOK, before, rows + 1],
    )?;
    Ok(Page::cut(found, rows, |s| s.number.to_string()))
}

/// The set in force on a day; `None` is the product's.
pub fn in_force(tx: &mut Tx<'_>, day: Date) -> Result<Option<RuleSetRow>> {
    let found = tx.select::<RuleSetRow>(
        "WHERE book = ?1 AND from_day <= ?2 AND state = 'agreed' ORDER BY from_day DESC, agreed_at DESC LIMIT 1",
        params![BOOK, day],
    )?;
    Ok(found.into_iter().next())
}

/// The files of a set by name.
pub fn sources(tx: &mut Tx<'_>, number: i64) -> Result<Vec<Source>> {
    if number == SHIPPED {
        return Ok(RuleSet::shipped_sources());
    }
    let rows = tx.select::<RuleTextRow>("WHERE book = ?1 AND number = ?2 ORDER BY file", params![BOOK, number])?;
    Ok(rows.into_iter().map(|r| Source::new(r.file, r.text)).collect())
}

/// Rules and model of a set, with an empty memory. Errors: those of the rules.
pub fn set_engine(tx: &mut Tx<'_>, number: i64) -> Result<Engine> {
    engine(sources(tx, number)?)
}

/// The trials of a set, newest first.
pub fn trials(tx: &mut Tx<'_>, number: i64) -> Result<Vec<TrialRow>> {
    tx.select::<TrialRow>("WHERE book = ?1 AND number = ?2 ORDER BY trial DESC LIMIT 50", params![BOOK, number])
}

/// Where two lists of files differ.
pub fn changes(before: &[Source], after: &[Source]) -> Vec<FileChange> {
    let mut files: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    before.iter().for_each(|s| files.entry(&s.file).or_default().0 = &s.text);
    after.iter().for_each(|s| files.entry(&s.file).or_default().1 = &s.text);
    let differ = files.into_iter().filter(|(_, (b, a))| b != a);
    differ.map(|(file, (b, a))| FileChange { file: file.into(), before: b.into(), after: a.into() }).collect()
}

/// Every fault of a set: what cannot be read, and rules that say something new under the version of what stands.
pub fn faults(standing: &[Source], sources: &[Source]) -> Result<Vec<Fault>> {
    let rules: Vec<Source> = sources.iter().filter(|s| s.file != MODEL_FILE).cloned().collect();
    let mut all = RuleSet::faults(&rules)?;
    let versions = |of: &[Source]| -> BTreeMap<String, (u32, Source)> {
        of.iter().filter_map(|s| head(s).map(|(id, v)| (id, (v, s.clone())))).collect()
    };
    let stands = versions(standing);
    for (id, (version, source)) in versions(sources) {
        let Some((old, was)) = stands.get(&id) else { continue };
        if was.text != source.text && version <= *old {
            let line = source.text.lines().position(|l| l.trim_start().starts_with("version")).unwrap_or(0) + 1;
            let why = format!("it says something new: version {} or higher belongs there", old + 1);
            all.push(Fault { file: source.file, line, field: "version".into(), why });
        }
    }
    if all.is_empty()
        && let Err(why) = engine(sources.to_vec())
    {
        all.push(Fault { file: MODEL_FILE.into(), line: 1, field: String::new(), why: why.message().to_owned() });
    }
    Ok(all)
}

/// Id and version of a rule's file; `None` for the files that are no rules.
fn head(source: &Source) -> Option<(String, u32)> {
    #[derive(serde::Deserialize)]
    struct Head {
        id: String,
        version: u32,
    }
    toml::from_str::<Head>(&source.text).ok().map(|h| (h.id, h.version))
}

fn refused(faults: &[Fault]) -> Result<()> {
    let Some(first) = faults.first() else { return Ok(()) };
    let mut told: Vec<String> = faults.iter().take(risk::FAULTS_TOLD_MAX).map(Fault::to_string).collect();
    if faults.len() > risk::FAULTS_TOLD_MAX {
        told.push(format!("and {} more", faults.len() - risk::FAULTS_TOLD_MAX));
    }
    let error = Error::new(&risk::BAD_RULES, told.join("; "));
    Err(error.with("file", &first.file).with("line", first.line).with("field", &first.field))
}

/// Copies a set into a new draft. The same again while the copy is untouched: the draft that is there. Errors: the limit
/// [`DRAFTS_OPEN_MAX`], a field error for the name.
pub fn make_draft(tx: &mut Tx<'_>, actor: &Actor, based_on: i64, name: &str) -> Result<Change<RuleSetRow>> {
    let name = name.trim();
    let chars = name.chars().count();
    if !(1..=NAME_CHARS_MAX).contains(&chars) {
        return Err(Error::field("name", format!("{chars} characters given, 1 to {NAME_CHARS_MAX} belong there")));
    }
    if based_on != SHIPPED {
        rule_set(tx, based_on)?;
    }
    let copied = sources(tx, based_on)?;
    let hash = hash_of(&copied);
    let open = tx.select::<RuleSetRow>(
        "WHERE book = ?1 AND state = 'draft' ORDER BY number DESC LIMIT ?2",
        params![BOOK, DRAFTS_OPEN_MAX as i64],
    )?;
    let by = actor.principal();
    let same = |s: &&RuleSetRow| s.name == name && s.based_on == based_on && s.made_by == by && s.hash == hash;
    if let Some(there) = open.iter().find(same) {
        return Ok(Change::AlreadySo(there.clone()));
    }
    if open.len() >= DRAFTS_OPEN_MAX {
        return Err(Error::limit("open drafts", open.len() + 1, DRAFTS_OPEN_MAX, "drafts"));
    }
    let newest = tx.select::<RuleSetRow>("WHERE book = ?1 ORDER BY number DESC LIMIT 1", params![BOOK])?;
    let number = newest.first().map_or(0, |s| s.number) + 1;
    let mut row = new_set(tx.now(), number, name, based_on, hash, by);
    tx.insert(&mut row)?;
    for source in copied {
        text_row(tx, actor, number, source).and_then(|mut text| tx.insert(&mut text))?;
    }
    tx.audit(actor, Audit::of("guard.rules_draft", number).after(format!("{name} from {based_on}")))?;
    Ok(Change::Made(row))
}

fn new_set(now: Timestamp, number: i64, name: &str, based_on: i64, hash: String, by: String) -> RuleSetRow {
    RuleSetRow {
        book: BOOK,
        number,
        name: name.into(),
        based_on,
        state: SetState::Draft,
        hash,
        made_by: by,
        made_at: now,
        from_day: None,
        trial: None,
        asked_by: None,
        agreed_by: None,
        agreed_at: None,
        dropped_by: None,
        dropped_at: None,
        dropped_reason: None,
        seal: Seal::default(),
    }
}

fn text_row(tx: &Tx<'_>, actor: &Actor, number: i64, source: Source) -> Result<RuleTextRow> {
    let (changed_by, changed_at) = (actor.principal(), tx.now());
    let Source { file, text } = source;
    Ok(RuleTextRow { book: BOOK, number, file, text, changed_by, changed_at, seal: Seal::default() })
}

/// A draft, locked.
fn draft(tx: &mut Tx<'_>, number: i64) -> Result<RuleSetRow> {
    let row = tx.load::<RuleSetRow>(params![BOOK, number])?;
    let row = row.ok_or_else(|| Error::not_found("set of rules", number))?;
    match row.state {
        SetState::Draft => Ok(row),
        state => Err(Error::new(&RULES_FIXED, format!("set {number} is {state}")).with("state", state)),
    }
}

fn file_name(file: &str) -> Result<()> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let stem = file.strip_suffix(".toml").unwrap_or_default();
    let fits = !stem.is_empty() && stem.bytes().all(plain) && file.len() <= FILE_NAME_MAX;
    if fits || file == MODEL_FILE {
        return Ok(());
    }
    Err(Error::field("file", "small letters, digits and _, then .toml; or model.json"))
}

fn size(file: &str, text: &str) -> Result<()> {
    let max = if file == MODEL_FILE { MODEL_TEXT_BYTES_MAX } else { risk::FILE_BYTES_MAX as usize };
    match text.len() <= max {
        true => Ok(()),
        false => Err(Error::limit("a file of rules", text.len(), max, "bytes")),
    }
}

/// Puts a file into a draft, new or instead of the one by that name. The whole set is read with it; with any fault nothing
/// is taken. Errors: `bad_risk_rules` naming every fault with file, line and field; `rules_fixed`; limits.
pub fn write_file(tx: &mut Tx<'_>, actor: &Actor, number: i64, file: &str, text: &str) -> Result<Change<RuleSetRow>> {
    file_name(file)?;
    size(file, text)?;
    let row = draft(tx, number)?;
    let mut all = sources(tx, number)?;
    if all.iter().any(|s| s.file == file && s.text == text) {
        return Ok(Change::AlreadySo(row));
    }
    all.retain(|s| s.file != file);
    all.push(Source::new(file, text));
    if all.len() > FILES_MAX {
        return Err(Error::limit("files of a set", all.len(), FILES_MAX, "files"));
    }
    let standing = standing(tx)?;
    refused(&faults(&standing, &all)?)?;
    let fresh = text_row(tx, actor, number, Source::new(file, text))?;
    match tx.load::<RuleTextRow>(params![BOOK, number, file.to_owned()])? {
        Some(old) => tx.update(&mut RuleTextRow { seal: old.seal, ..fresh })?,
        None => tx.insert(&mut { fresh })?,
    }
    changed(tx, actor, row, &all, file)
}

/// Takes a file out of a draft. Errors: as [`write_file`].
pub fn remove_file(tx: &mut Tx<'_>, actor: &Actor, number: i64, file: &str) -> Result<Change<RuleSetRow>> {
    let row = draft(tx, number)?;
    let Some(old) = tx.load::<RuleTextRow>(params![BOOK, number, file.to_owned()])? else {
        return Ok(Change::AlreadySo(row));
    };
    let mut all = sources(tx, number)?;
    all.retain(|s| s.file != file);
    let standing = standing(tx)?;
    refused(&faults(&standing, &all)?)?;
    tx.remove(&old)?;
    changed(tx, actor, row, &all, file)
}

/// What is in force today.
fn standing(tx: &mut Tx<'_>) -> Result<Vec<Source>> {
    let today = tx.now().local_date();
    let number = in_force(tx, today)?.map_or(SHIPPED, |s| s.number);
    sources(tx, number)
}

fn changed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    mut row: RuleSetRow,
    all: &[Source],
    file: &str,
) -> Result<Change<RuleSetRow>> {
    row.hash = hash_of(all);
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("guard.rules_write", row.number).after(format!("{file} {}", row.hash)))?;
    Ok(Change::Made(row))
}

/// Drops a draft; it stays on record.
pub fn drop_set(tx: &mut Tx<'_>, actor: &Actor, number: i64, reason: &str) -> Result<Change<RuleSetRow>> {
    let there = rule_set(tx, number)?;
    if there.state == SetState::Dropped {
        return Ok(Change::AlreadySo(there));
    }
    let reason = reason.trim();
    if !(1..=200).contains(&reason.chars().count()) {
        return Err(Error::field("reason", "1 to 200 characters"));
    }
    let mut row = draft(tx, number)?;
    row.state = SetState::Dropped;
    (row.dropped_by, row.dropped_at) = (Some(actor.principal()), Some(tx.now()));
    row.dropped_reason = Some(reason.to_owned());
    tx.update(&mut row)?;
    tx.audit(actor, Audit::of("guard.rules_drop", number).reason(reason))?;
    Ok(Change::Made(row))
}

/// Whether a set may be put before a second person: a draft, without fault, with a trial of exactly what it says against
/// exactly what is in force, from today or at most [`LATER_DAYS_MAX`] days later. Errors: `rules_fixed`, `rules_untested`,
/// `bad_risk_rules`, a field error for the day.
pub fn may_go_live(tx: &mut Tx<'_>, ask: &GoLive) -> Result<(RuleSetRow, TrialRow)> {
    let today = tx.now().local_date();
    let row = rule_set(tx, ask.set)?;
    if row.state != SetState::Draft {
        let told = format!("set {} is {}", ask.set, row.state);
        return Err(Error::new(&RULES_FIXED, told).with("state", row.state));
    }
    if ask.from < today || ask.from > today.plus_days(LATER_DAYS_MAX) {
        return Err(Error::field("from", format!("today or at most {LATER_DAYS_MAX} days later")));
    }
    let untested = |why: &str| Error::new(&RULES_UNTESTED, why.to_owned()).with("set", ask.set);
    let trial = tx.get::<TrialRow>(params![BOOK, ask.set, ask.trial])?;
    let trial = trial.ok_or_else(|| untested("the set was never tried"))?;
    if row.hash != ask.hash || trial.set_hash != row.hash || trial.report_hash != ask.report {
        return Err(untested("the set was changed since it was tried"));
    }
    let stands = in_force(tx, today)?;
    if trial.against != stands.as_ref().map_or(SHIPPED, |s| s.number) {
        return Err(untested("another set is in force since it was tried"));
    }
    let (standing, all) = (standing(tx)?, sources(tx, ask.set)?);
    refused(&faults(&standing, &all)?)?;
    Ok((row, trial))
}

/// The second person's yes. [`crate::Guard::renew`] puts it in force when its day has come. Errors: as [`may_go_live`].
pub fn go_live(tx: &mut Tx<'_>, actor: &Actor, ask: &GoLive, maker: &str) -> Result<Change<RuleSetRow>> {
    let there = rule_set(tx, ask.set)?;
    if there.state == SetState::Agreed && there.hash == ask.hash {
        return Ok(Change::AlreadySo(there));
    }
    may_go_live(tx, ask)?;
    let mut row = draft(tx, ask.set)?;
    row.state = SetState::Agreed;
    (row.from_day, row.trial) = (Some(ask.from), Some(ask.trial));
    (row.asked_by, row.agreed_by, row.agreed_at) = (Some(maker.to_owned()), Some(actor.principal()), Some(tx.now()));
    tx.update(&mut row)?;
    let shown = format!("from {} {} trial {}", ask.from, row.hash, ask.report);
    tx.audit(actor, Audit::of("guard.rules_agree", ask.set).after(shown))?;
    Ok(Change::Made(row))
}
