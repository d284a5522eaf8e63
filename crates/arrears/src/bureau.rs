//! Labour bureaus (劳动保障监察机构) and what of the bank each may see: its region and nothing else (Decree 724, art. 38).
use crate::events::Event;
use crate::{BAD_REGION, BUREAU_TAKEN, BUREAUS_MAX, LEVEL_UNFIT, NOT_AN_AUTHORITY, text};
use kernel::id::{BureauId, FirmId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use party::{Change, FirmKind, Permission, Scope};
use store::{Audit, Seal, Tx, params};

store::text_enum! {
    /// Of which rank a bureau is; only the head of a city's or a province's agrees to a look into an account (art. 40).
    pub enum Level { County = "county", City = "city", Province = "province" }
}

store::record! {
    /// A bureau: a firm of the kind authority, and its region.
    pub struct Bureau in "arrears_bureaus" key 2 {
        pub book: BookId,
        pub id: BureauId,
        pub firm: FirmId,
        pub name: String,
        /// Six digits (GB/T 2260): 990100 is a city with all its counties, 990000 a province.
        pub region: String,
        pub level: Level,
        /// The telephone for workers; may be empty.
        pub hotline: String,
        pub made_by: String,
        pub made_at: Timestamp,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
    }
}

/// A bureau to be written down.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BureauNew {
    pub firm: FirmId,
    pub region: String,
    pub level: Level,
    pub hotline: String,
}

/// The part of a region code that all places below it share: two digits of a province, four of a city, six of a county.
pub fn prefix(region: &str) -> &str {
    match region {
        _ if region.ends_with("0000") => &region[..2],
        _ if region.ends_with("00") => &region[..4],
        _ => region,
    }
}

/// A code of six digits, the first not 0.
pub fn is_region(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && !code.starts_with('0')
}

/// Whether a bureau's region holds a place. A place without a code lies nowhere.
pub fn covers(region: &str, place: &str) -> bool {
    is_region(place) && place.starts_with(prefix(region))
}

/// The first code after all that a region holds, for a search by range.
pub(crate) fn after_region(region: &str) -> String {
    format!("{}:", prefix(region))
}

fn level_of(region: &str) -> Level {
    match prefix(region).len() {
        2 => Level::Province,
        4 => Level::City,
        _ => Level::County,
    }
}

impl Bureau {
    /// `Err(NOT_FOUND)` for a place that is not in the region: it is not told whether there is such a thing.
    pub fn sees(&self, place: &str, what: &'static str, id: impl std::fmt::Display) -> Result<()> {
        match covers(&self.region, place) {
            true => Ok(()),
            false => Err(Error::not_found(what, id)),
        }
    }
    /// Whether its head may agree to a look into an account.
    pub fn may_agree(&self) -> bool {
        self.level != Level::County
    }
}

/// Writes down a bureau. The firm is on file as an authority. Needs `bureau.manage`. The same again answers the same.
/// Errors: `bureau_not_authority`, `bureau_taken`, `bad_region`, `bureau_level_unfit`.
pub fn bureau_make(tx: &mut Tx<'_>, actor: &Actor, new: BureauNew) -> Result<BureauId> {
    party::may(tx, actor, Permission::BureauManage, &Scope::bank())?;
    let region = kernel::chinese::half_width(new.region.trim());
    if !is_region(&region) {
        return Err(Error::new(&BAD_REGION, format!("{:?} is no region code", new.region)).with("given", new.region));
    }
    if level_of(&region) != new.level {
        let told = format!("{region} is a {}, not a {}", level_of(&region), new.level);
        return Err(Error::new(&LEVEL_UNFIT, told).with("region", region).with("level", level_of_text(new.level)));
    }
    let firm = party::firm(tx, new.firm)?;
    if firm.kind != FirmKind::Authority {
        return Err(Error::new(&NOT_AN_AUTHORITY, format!("{} is a {}", firm.name, firm.kind)));
    }
    if let Some(known) = bureau_of(tx, new.firm)? {
        return match (&known.region, known.level) == (&region, new.level) {
            true => Ok(known.id),
            false => Err(Error::new(&BUREAU_TAKEN, format!("{} looks after {}", known.name, known.region))),
        };
    }
    let many = bureaus(tx)?.len();
    if many >= BUREAUS_MAX as usize {
        return Err(Error::limit("bureaus", many + 1, BUREAUS_MAX, "bureaus"));
    }
    let id = BureauId::new(tx.now(), new.firm.book());
    tx.insert(&mut Bureau {
        book: id.book(),
        id,
        firm: new.firm,
        name: firm.name.clone(),
        region: region.clone(),
        level: new.level,
        hotline: text("hotline", &new.hotline)?,
        made_by: actor.principal(),
        made_at: tx.now(),
        ended_by: None,
        ended_at: None,
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("arrears.bureau_make", id).after(format!("{} {region} {}", firm.name, new.level)))?;
    tx.emit(&Event::BureauMade { bureau: id, firm: new.firm, region }, &actor.correlation)?;
    Ok(id)
}

fn level_of_text(level: Level) -> &'static str {
    level.code()
}

/// A bureau looks after its region no longer: its users see nothing from now on. Needs `bureau.manage`.
pub fn bureau_end(tx: &mut Tx<'_>, actor: &Actor, id: BureauId, why: &str) -> Result<Change> {
    party::may(tx, actor, Permission::BureauManage, &Scope::bank())?;
    let why = party::reason(why)?;
    let mut b = bureau_raw(tx, id)?;
    if b.ended_at.is_some() {
        return Ok(Change::AlreadySo);
    }
    (b.ended_by, b.ended_at) = (Some(actor.principal()), Some(tx.now()));
    tx.update(&mut b)?;
    tx.audit(actor, Audit::of("arrears.bureau_end", id).reason(why))?;
    Ok(Change::Done)
}

pub(crate) fn bureau_raw(tx: &mut Tx<'_>, id: BureauId) -> Result<Bureau> {
    tx.load::<Bureau>(params![id.book(), id])?.ok_or_else(|| Error::not_found("bureau", id))
}

/// The bureau that a firm is, while it is one.
pub fn bureau_of(tx: &mut Tx<'_>, firm: FirmId) -> Result<Option<Bureau>> {
    Ok(tx.select::<Bureau>("WHERE firm = ?1 AND ended_at IS NULL", params![firm])?.pop())
}

/// All bureaus that are in office, at most [`BUREAUS_MAX`], by region.
pub fn bureaus(tx: &mut Tx<'_>) -> Result<Vec<Bureau>> {
    tx.select::<Bureau>("WHERE ended_at IS NULL ORDER BY region, id LIMIT ?1", params![BUREAUS_MAX])
}

/// All bureaus for whoever keeps them. Needs `bureau.manage`.
pub fn bureaus_kept(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Bureau>> {
    party::may(tx, actor, Permission::BureauManage, &Scope::bank())?;
    bureaus(tx)
}

/// The bureaus whose region holds a place, the nearest first. No right is asked: who is told of what.
pub fn bureaus_over(tx: &mut Tx<'_>, place: &str) -> Result<Vec<Bureau>> {
    let mut over: Vec<Bureau> = bureaus(tx)?.into_iter().filter(|b| covers(&b.region, place)).collect();
    over.sort_by_key(|b| b.level);
    Ok(over)
}

/// The bureau the actor acts for, with the right that is asked. Errors: `forbidden` for whoever is of no bureau.
pub fn my_bureau(tx: &mut Tx<'_>, actor: &Actor, permission: Permission) -> Result<Bureau> {
    let none = || Error::forbidden("only officials of a labour bureau do this");
    let firm = actor.firm().ok_or_else(none)?;
    party::may(tx, actor, permission, &Scope::firm(firm))?;
    bureau_of(tx, firm)?.ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w17_a_region_holds_what_lies_below_it_and_nothing_beside() {
        let cases = [
            ("990100", "990102", true),
            ("990100", "990199", true),
            ("990100", "990100", true),
            ("990100", "990202", false),
            ("990102", "990102", true),
            ("990102", "990103", false),
            ("990102", "990100", false),
            ("990000", "990202", true),
            ("990000", "980102", false),
            ("990100", "", false),
            ("990100", "9901020", false),
            ("990100", "99010x", false),
        ];
        for (region, place, want) in cases {
            assert_eq!(covers(region, place), want, "{region} {place}");
            let in_range = is_region(place) && place >= prefix(region) && place < after_region(region).as_str();
            assert_eq!(in_range, want, "the range of {region} and {place}");
        }
    }

    #[test]
    fn a_code_says_its_level() {
        for (code, level) in [("990000", Level::Province), ("990100", Level::City), ("990102", Level::County)] {
            assert_eq!(level_of(code), level);
        }
        for bad in ["", "99010", "9901021", "099999", "99O102"] {
            assert!(!is_region(bad), "{bad}");
        }
    }
}
