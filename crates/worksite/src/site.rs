//! The site file: what is written down of the works behind a wage account.
//!
//! A file is made once and amended with a reason; every amendment keeps what was before. Names and telephones of people are
//! encrypted for the bank itself and shown on the notice board, where the law wants them (Decree 724, art. 34).
use crate::events::Event;
use crate::profile::{self, PayBy};
use crate::{
    NOT_OWNER_ITSELF, OWNER_BY_BANK, SITE_MISSING, SITE_TAKEN, filled, is_bank, may_manage, may_read, optional,
};
use kernel::id::{AccountId, FirmId, ProjectId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use party::Change;
use payroll::Profile;
use serde::{Deserialize, Serialize};
use store::{Audit, Json, KeyRing, Seal, Tx, params};

const FIELD: &str = "worksite.contacts";
/// Letters of a board's code: none that is taken for another.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Letters of the public code of a notice board: 60 bits.
pub const BOARD_CODE_LETTERS: usize = 12;

store::record! {
    /// The site of a project. Amounts are minor units of `currency`.
    pub struct SiteFile in "worksite_sites" key 2 {
        pub book: BookId,
        pub project: ProjectId,
        /// Whose project it is.
        pub firm: FirmId,
        pub profile: Profile,
        pub wage_account: AccountId,
        /// Six digits.
        pub region: String,
        /// Number of the works contract (施工合同), or of the repair contract.
        pub works_contract: String,
        pub signed_on: Date,
        pub price: i64,
        pub currency: Currency,
        /// Labour's part of the price in 1/100 per cent; either this or `labour_amount`.
        pub labour_bps: Option<i64>,
        pub labour_amount: Option<i64>,
        pub begins_on: Date,
        pub ends_on: Date,
        pub address: String,
        /// 建设单位; the ship's owner at a yard.
        pub owner_name: String,
        /// The owner, when it banks here: its users agree to schedules and top-ups.
        pub owner_firm: Option<FirmId>,
        /// 行业主管部门
        pub authority: String,
        pub hotline: String,
        pub legal_aid: String,
        pub pay_by: PayBy,
        /// The labour officer's name and telephone, masked.
        pub officer_masked: String,
        /// [`Contacts`], encrypted for the bank itself.
        pub contacts: Vec<u8>,
        /// The public code of its notice board.
        pub board_code: String,
        pub made_by: String,
        pub made_at: Timestamp,
        pub amendments: i64,
    }
}

store::record! {
    /// A change of a site file.
    pub struct Amendment in "worksite_amendments" key 3 {
        pub book: BookId,
        pub project: ProjectId,
        /// From 1.
        pub number: i64,
        pub changes: Json<Vec<Changed>>,
        pub reason: String,
        pub made_by: String,
        pub made_at: Timestamp,
    }
}

/// One field that was changed; people's names and telephones masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// Labour's part of the price: there is no ratio by law, it is what the contract says (W3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabourShare {
    /// In 1/100 per cent, 1 to 10,000.
    Bps(i64),
    Amount(Money),
}

/// Who is called about the site. Stands on the notice board.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contacts {
    pub owner_name: String,
    pub owner_phone: String,
    pub contractor_name: String,
    pub contractor_phone: String,
    /// 劳资专管员
    pub officer_name: String,
    pub officer_phone: String,
}

/// A site as it is given; see [`SiteFile`]. Empty `hotline` and `legal_aid` mean the region's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteNew {
    pub region: String,
    pub works_contract: String,
    pub signed_on: Date,
    pub price: Money,
    pub labour: LabourShare,
    pub begins_on: Date,
    pub ends_on: Date,
    pub address: String,
    pub owner_name: String,
    #[serde(default)]
    pub owner_firm: Option<FirmId>,
    pub authority: String,
    #[serde(default)]
    pub hotline: String,
    #[serde(default)]
    pub legal_aid: String,
    pub pay_by: PayBy,
    pub contacts: Contacts,
}

impl SiteFile {
    pub fn price(&self) -> Money {
        Money::new(self.price, self.currency)
    }
    pub fn labour(&self) -> LabourShare {
        match self.labour_amount {
            Some(minor) => LabourShare::Amount(Money::new(minor, self.currency)),
            None => LabourShare::Bps(self.labour_bps.unwrap_or_default()),
        }
    }
    /// Labour's part of the price in money, half up.
    pub fn labour_total(&self) -> Result<Money> {
        match self.labour() {
            LabourShare::Amount(amount) => Ok(amount),
            LabourShare::Bps(bps) => bps_of(self.price(), bps),
        }
    }
    /// Whom to call, as given. For the notice board and those who may read the site.
    pub fn contacts(&self, keys: &KeyRing) -> Result<Contacts> {
        let plain = keys.decrypt_own(FIELD, &self.contacts)?;
        serde_json::from_slice(&plain).map_err(|e| Error::broken("a site's contacts cannot be read").caused_by(e))
    }
    /// As it would be given again.
    pub fn as_new(&self, keys: &KeyRing) -> Result<SiteNew> {
        Ok(SiteNew {
            region: self.region.clone(),
            works_contract: self.works_contract.clone(),
            signed_on: self.signed_on,
            price: self.price(),
            labour: self.labour(),
            begins_on: self.begins_on,
            ends_on: self.ends_on,
            address: self.address.clone(),
            owner_name: self.owner_name.clone(),
            owner_firm: self.owner_firm,
            authority: self.authority.clone(),
            hotline: self.hotline.clone(),
            legal_aid: self.legal_aid.clone(),
            pay_by: self.pay_by,
            contacts: self.contacts(keys)?,
        })
    }
}

/// `bps` hundredths of a per cent of an amount, half up.
pub(crate) fn bps_of(amount: Money, bps: i64) -> Result<Money> {
    kernel::Rate::new(bps, 4).apply(amount, kernel::Rounding::HalfUp)
}

/// Checks what was given and puts it into the form in which it is kept.
fn checked(new: &SiteNew, profile: Profile, today: Date) -> Result<SiteNew> {
    let region = profile::region(new.region.trim(), today)?;
    let rules = profile::profile(profile, today)?;
    let or = |field, given: &str, other: &str| match optional(field, given)? {
        t if t.is_empty() => Ok::<String, Error>(other.to_owned()),
        t => Ok(t),
    };
    let c = &new.contacts;
    let kept = SiteNew {
        region: region.code.clone(),
        works_contract: filled("works_contract", &new.works_contract)?,
        address: filled("address", &new.address)?,
        owner_name: filled("owner_name", &new.owner_name)?,
        authority: filled("authority", &new.authority)?,
        hotline: or("hotline", &new.hotline, &region.hotline)?,
        legal_aid: or("legal_aid", &new.legal_aid, &region.legal_aid)?,
        contacts: Contacts {
            owner_name: filled("owner_contact", &c.owner_name)?,
            owner_phone: phone("owner_phone", &c.owner_phone)?,
            contractor_name: filled("contractor_contact", &c.contractor_name)?,
            contractor_phone: phone("contractor_phone", &c.contractor_phone)?,
            officer_name: filled("officer_name", &c.officer_name)?,
            officer_phone: phone("officer_phone", &c.officer_phone)?,
        },
        ..new.clone()
    };
    if kept.ends_on < kept.begins_on {
        return Err(Error::field("ends_on", "it is before the works begin"));
    }
    if kept.signed_on > today {
        return Err(Error::field("signed_on", "it is in the future"));
    }
    if !kept.price.is_positive() || kept.price.currency != Currency::CNY {
        return Err(Error::field("price", "yuan above zero"));
    }
    if !rules.pay.contains(&kept.pay_by) {
        return Err(Error::field("pay_by", format!("wages of this kind of project are not paid by {}", kept.pay_by)));
    }
    match kept.labour {
        LabourShare::Bps(1..=10_000) => Ok(kept),
        LabourShare::Bps(_) => Err(Error::field("labour", "0.01 to 100 per cent of the price")),
        LabourShare::Amount(a)
            if a.is_positive() && a.currency == kept.price.currency && a.minor <= kept.price.minor =>
        {
            Ok(kept)
        }
        LabourShare::Amount(_) => Err(Error::field("labour", "above zero and not above the price")),
    }
}

/// A telephone number as it is kept: 5 to 20 digits, spaces and hyphens.
fn phone(field: &'static str, given: &str) -> Result<String> {
    let text = kernel::chinese::half_width(given.trim());
    let fits = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b' ' | b'+'));
    match (5..=20).contains(&text.len()) && fits {
        true => Ok(text),
        false => Err(Error::field(field, "a telephone number of 5 to 20 digits")),
    }
}

/// Another firm gets powers over this project when it is named as its owner: the bank names it, and never the contractor itself.
fn owner_fits(
    tx: &mut Tx<'_>,
    actor: &Actor,
    firms: [FirmId; 2],
    was: Option<FirmId>,
    now: Option<FirmId>,
) -> Result<()> {
    if was == now {
        return Ok(());
    }
    if !is_bank(actor) {
        return Err(Error::new(&OWNER_BY_BANK, "the bank enters which of its customers the owner is"));
    }
    let Some(owner) = now else { return Ok(()) };
    party::firm(tx, owner)?;
    match firms.contains(&owner) {
        true => Err(Error::new(&NOT_OWNER_ITSELF, "owner and contractor are two firms")),
        false => Ok(()),
    }
}

/// Makes the site file of a project and puts the project under the rules of sites. Needs `wage.project_manage` of its firm. The same
/// again is `AlreadySo`. Errors: `site_taken`, `site_region_unknown`, `site_owner_by_bank`, `site_owner_itself`, field errors.
pub fn file_site(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, new: &SiteNew) -> Result<Change> {
    let of = payroll::project_raw(tx, project)?;
    may_manage(tx, actor, of.firm)?;
    let new = checked(new, of.profile, tx.now().local_date())?;
    if let Some(known) = tx.load::<SiteFile>(params![of.book, project])? {
        return match known.as_new(tx.keys())? == new {
            true => Ok(Change::AlreadySo),
            false => Err(Error::new(&SITE_TAKEN, format!("{project} has a site file"))),
        };
    }
    owner_fits(tx, actor, [of.firm, of.contractor], None, new.owner_firm)?;
    let mut file = SiteFile {
        book: of.book,
        project,
        firm: of.firm,
        profile: of.profile,
        wage_account: of.wage_account,
        region: String::new(),
        works_contract: String::new(),
        signed_on: new.signed_on,
        price: 0,
        currency: new.price.currency,
        labour_bps: None,
        labour_amount: None,
        begins_on: new.begins_on,
        ends_on: new.ends_on,
        address: String::new(),
        owner_name: String::new(),
        owner_firm: None,
        authority: String::new(),
        hotline: String::new(),
        legal_aid: String::new(),
        pay_by: new.pay_by,
        officer_masked: String::new(),
        contacts: Vec::new(),
        board_code: board_code(tx.keys(), project),
        made_by: actor.principal(),
        made_at: tx.now(),
        amendments: 0,
        seal: Seal::default(),
    };
    take(&mut file, tx.keys(), &new)?;
    tx.insert(&mut file)?;
    payroll::put_under_site_rules(tx, actor, project)?;
    tx.audit(actor, Audit::of("worksite.file", project).after(format!("{} {}", file.region, file.works_contract)))?;
    tx.emit(&Event::SiteFiled { project, firm: of.firm, region: file.region }, &actor.correlation)?;
    Ok(Change::Done)
}

fn take(file: &mut SiteFile, keys: &KeyRing, new: &SiteNew) -> Result<()> {
    let plain = serde_json::to_vec(&new.contacts).map_err(|e| Error::broken("contacts have no form").caused_by(e))?;
    let (bps, amount) = match new.labour {
        LabourShare::Bps(bps) => (Some(bps), None),
        LabourShare::Amount(amount) => (None, Some(amount.minor)),
    };
    let n = new.clone();
    (file.region, file.works_contract, file.signed_on) = (n.region, n.works_contract, n.signed_on);
    (file.price, file.currency) = (n.price.minor, n.price.currency);
    (file.labour_bps, file.labour_amount) = (bps, amount);
    (file.begins_on, file.ends_on, file.address) = (n.begins_on, n.ends_on, n.address);
    (file.owner_name, file.owner_firm, file.authority) = (n.owner_name, n.owner_firm, n.authority);
    (file.hotline, file.legal_aid, file.pay_by) = (n.hotline, n.legal_aid, n.pay_by);
    file.officer_masked = masked(&new.contacts.officer_name, &new.contacts.officer_phone);
    file.contacts = keys.encrypt_own(FIELD, &plain);
    Ok(())
}

fn masked(name: &str, phone: &str) -> String {
    format!("{} {}", kernel::chinese::mask_name(name), kernel::chinese::mask_phone(phone))
}

fn board_code(keys: &KeyRing, project: ProjectId) -> String {
    let token = keys.token("worksite.board", &project.bytes());
    token.iter().take(BOARD_CODE_LETTERS).map(|b| char::from(LETTERS[usize::from(b % 32)])).collect()
}

/// Changes a site file, with the reason; what was before is kept. Needs `wage.project_manage`. The same as it is answers
/// `AlreadySo`. Errors as [`file_site`], `site_missing`.
pub fn amend(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, new: &SiteNew, reason: &str) -> Result<Change> {
    let mut file = managed(tx, actor, project)?;
    let new = checked(new, file.profile, tx.now().local_date())?;
    let was = file.as_new(tx.keys())?;
    let changes = differences(&was, &new)?;
    if changes.is_empty() {
        return Ok(Change::AlreadySo);
    }
    let of = payroll::project_raw(tx, project)?;
    owner_fits(tx, actor, [of.firm, of.contractor], was.owner_firm, new.owner_firm)?;
    let reason = party::reason(reason)?;
    take(&mut file, tx.keys(), &new)?;
    file.amendments += 1;
    tx.update(&mut file)?;
    let fields: Vec<&str> = changes.iter().map(|c| c.field.as_str()).collect();
    let shown = format!("amendment {}: {}", file.amendments, fields.join(", "));
    tx.insert(&mut Amendment {
        book: file.book,
        project,
        number: file.amendments,
        changes: Json(changes),
        reason: reason.clone(),
        made_by: actor.principal(),
        made_at: tx.now(),
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("worksite.amend", project).after(shown).reason(reason))?;
    Ok(Change::Done)
}

/// What differs, field by field; contacts masked.
fn differences(was: &SiteNew, new: &SiteNew) -> Result<Vec<Changed>> {
    let flat = |n: &SiteNew| -> Result<Vec<(String, String)>> {
        let value = serde_json::to_value(n).map_err(|e| Error::broken("a site file has no form").caused_by(e))?;
        let plain = |v: &serde_json::Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        let fields = value.as_object().into_iter().flatten().filter(|(k, _)| *k != "contacts");
        let mut out: Vec<(String, String)> = fields.map(|(k, v)| (k.clone(), plain(v))).collect();
        let c = &n.contacts;
        out.push(("owner_contact".into(), format!("{} {}", c.owner_name, c.owner_phone)));
        out.push(("contractor_contact".into(), format!("{} {}", c.contractor_name, c.contractor_phone)));
        out.push(("officer".into(), format!("{} {}", c.officer_name, c.officer_phone)));
        Ok(out)
    };
    let is_person = |field: &str| field.ends_with("_contact") || field == "officer";
    let hide = |field: &str, text: String| match (is_person(field), text.rsplit_once(' ')) {
        (true, Some((name, phone))) => masked(name, phone),
        _ => text,
    };
    let pairs = flat(was)?.into_iter().zip(flat(new)?);
    let changed = pairs.filter(|(a, b)| a != b).map(|((field, before), (_, after))| Changed {
        before: hide(&field, before),
        after: hide(&field, after),
        field,
    });
    Ok(changed.collect())
}

/// The site of a project; `None` while nothing is filed. For domain code.
pub fn site_raw(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<SiteFile>> {
    tx.get::<SiteFile>(params![project.book(), project])
}

/// The same, to be changed or decided upon. `Err(SITE_MISSING)` without one.
pub(crate) fn site(tx: &mut Tx<'_>, project: ProjectId) -> Result<SiteFile> {
    let missing = || Error::new(&SITE_MISSING, format!("{project} has no site file"));
    tx.load::<SiteFile>(params![project.book(), project])?.ok_or_else(missing)
}

/// The site of a project for whoever keeps it: the right is asked before anything is said of the site.
pub(crate) fn managed(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<SiteFile> {
    let firm = payroll::project_raw(tx, project)?.firm;
    may_manage(tx, actor, firm)?;
    site(tx, project)
}

/// The same for whoever may read it.
pub(crate) fn readable(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<SiteFile> {
    let missing = || Error::new(&SITE_MISSING, format!("{project} has no site file"));
    site_view(tx, actor, project)?.ok_or_else(missing)
}

/// The site of a project, for those who may read it: the bank, its firm, its owner's firm. `None` while nothing is filed.
pub fn site_view(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId) -> Result<Option<SiteFile>> {
    let of = payroll::project_raw(tx, project)?;
    let file = site_raw(tx, project)?;
    may_read(tx, actor, of.firm, file.as_ref().and_then(|f| f.owner_firm))?;
    Ok(file)
}

/// The amendments of a site file, newest first.
pub fn amendments(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, ask: &PageAsk) -> Result<Page<Amendment>> {
    let file = readable(tx, actor, project)?;
    let rows = ask.rows()?;
    let bad = |_| Error::field("after", "it is the cursor of the page before");
    let before = ask.after.as_deref().map_or(Ok(i64::MAX), |t| t.parse::<i64>().map_err(bad))?;
    let tail = "WHERE book = ?1 AND project = ?2 AND number < ?3 ORDER BY number DESC LIMIT ?4";
    let found = tx.select::<Amendment>(tail, params![file.book, project, before, rows + 1])?;
    Ok(Page::cut(found, rows, |a| a.number.to_string()))
}

/// The sites of a region and of what lies in it, by region and project. Asks no right: the caller has. `after` is the page's cursor.
pub fn sites_in_region(tx: &mut Tx<'_>, region: &str, ask: &PageAsk) -> Result<Page<SiteFile>> {
    let ((first, last), rows) = (profile::within(region)?, ask.rows()?);
    let (at, id) = match ask.after.as_deref().and_then(|t| t.split_once(' ')) {
        Some((at, id)) => (at.to_owned(), id.parse::<ProjectId>()?.bytes()),
        None => (first.clone(), [0; 16]),
    };
    let tail = "WHERE region >= ?1 AND region <= ?2 AND (region, project) > (?3, ?4) ORDER BY region, project LIMIT ?5";
    let found = tx.select::<SiteFile>(tail, params![first, last, at, id, rows + 1])?;
    Ok(Page::cut(found, rows, |s| format!("{} {}", s.region, s.project)))
}

/// The sites whose owner is this firm, oldest first. Needs `wage.top_up_approve` of the firm.
pub fn sites_owned(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId, ask: &PageAsk) -> Result<Page<SiteFile>> {
    party::may(tx, actor, party::Permission::WageTopUpApprove, &party::Scope::firm(firm))?;
    let rows = ask.rows()?;
    let after = ask.after.as_deref().map_or(Ok([0; 16]), |text| text.parse::<ProjectId>().map(|p| p.bytes()))?;
    let tail = "WHERE owner_firm = ?1 AND project > ?2 ORDER BY project LIMIT ?3";
    let found = tx.select::<SiteFile>(tail, params![firm, after, rows + 1])?;
    Ok(Page::cut(found, rows, |s| s.project.to_string()))
}

/// The site of a notice board's code.
pub(crate) fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<SiteFile>> {
    let code: String = code.trim().to_ascii_uppercase();
    Ok(tx.select::<SiteFile>("WHERE board_code = ?1", params![code])?.pop())
}

/// Where a pass over all sites stands.
pub type SitePlace = (i64, [u8; 16]);

/// Puts contacts under the newest key, at most `limit` sites after `after`; answers the last site seen, how many were seen and changed.
pub fn renew_sites(tx: &mut Tx<'_>, after: &SitePlace, limit: u32) -> Result<(Option<SitePlace>, u64, u64)> {
    let tail = "WHERE (book, project) > (?1, ?2) ORDER BY book, project LIMIT ?3";
    let mut rows = tx.select_locked::<SiteFile>(tail, params![after.0, after.1, limit])?;
    let mut changed = 0;
    for row in &mut rows {
        if !row.contacts.starts_with(&tx.keys().version().to_be_bytes()) {
            row.contacts = tx.keys().encrypt_own(FIELD, &tx.keys().decrypt_own(FIELD, &row.contacts)?);
            tx.update(row)?;
            changed += 1;
        }
    }
    let last = rows.last().map(|r| (i64::from(r.book.0), r.project.bytes()));
    Ok((last, rows.len() as u64, changed))
}
