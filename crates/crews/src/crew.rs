//! A crew: whose people they are, on which site, from when until when.
use crate::{CREWS_PER_PROJECT_MAX, Event, TEAM_TAKEN, filled, text};
use kernel::id::{CrewId, FirmId, ProjectId};
use kernel::{Actor, BookId, Date, Error, Id, Page, PageAsk, Result, Timestamp};
use party::{Change, Permission, Scope};
use payroll::Project;
use store::{Audit, Seal, Tx, params};

store::record! {
    /// A crew (班组) of a project. Its people are the workers of the roster whose team bears its name.
    pub struct Crew in "crews" key 2 {
        pub book: BookId,
        pub id: CrewId,
        pub project: ProjectId,
        /// The subcontractor (分包单位) whose clerks act for it; `None`: the main contractor's own crew.
        pub firm: Option<FirmId>,
        /// As in [`payroll::Worker::team`].
        pub team: String,
        /// Whom the site turns to; may be empty.
        pub contact: String,
        /// Number of the subcontract; may be empty for an own crew.
        pub contract: String,
        pub from_on: Date,
        pub added_by: String,
        pub added_at: Timestamp,
        pub ended_on: Option<Date>,
        pub ended_by: Option<String>,
        pub ended_at: Option<Timestamp>,
        pub ended_reason: Option<String>,
    }
}

/// A crew as it is given; see [`Crew`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrewNew {
    pub project: ProjectId,
    #[serde(default)]
    pub firm: Option<FirmId>,
    pub team: String,
    #[serde(default)]
    pub contact: String,
    #[serde(default)]
    pub contract: String,
    pub from_on: Date,
}

/// A crew in a list.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CrewView {
    pub crew: CrewId,
    pub project: ProjectId,
    pub project_name: String,
    pub firm: Option<FirmId>,
    /// The subcontractor, or the main contractor of an own crew.
    pub firm_name: String,
    pub team: String,
    pub contact: String,
    pub contract: String,
    pub from_on: Date,
    pub ended_on: Option<Date>,
}

impl Crew {
    pub fn is_at_work(&self) -> bool {
        self.ended_at.is_none()
    }
}

/// Adds a crew to a project under site rules. Needs `wage.project_manage` at the firm or at the bank. The same crew again
/// answers its id. Errors: `no_site_rules`, `team_taken`, at most [`CREWS_PER_PROJECT_MAX`] crews of a project.
pub fn crew_add(tx: &mut Tx<'_>, actor: &Actor, new: CrewNew) -> Result<CrewId> {
    let project = payroll::project_raw(tx, new.project)?;
    party::may(tx, actor, Permission::WageProjectManage, &Scope::firm(project.firm))?;
    payroll::need_site_rules(tx, project.id)?;
    let firm = new.firm.filter(|f| *f != project.firm);
    firm.map(|f| party::firm(tx, f)).transpose()?;
    let team = filled("team", &new.team)?;
    let contract = if firm.is_some() { filled("contract", &new.contract)? } else { text("contract", &new.contract)? };
    let all = crews_raw(tx, project.id)?;
    if let Some(known) = all.iter().find(|c| c.is_at_work() && c.team == team) {
        let taken = || Error::new(&TEAM_TAKEN, format!("{team} is {}", known.id)).with("crew", known.id);
        return (known.firm == firm && known.contract == contract).then_some(known.id).ok_or_else(taken);
    }
    if all.len() >= CREWS_PER_PROJECT_MAX {
        return Err(Error::limit("crews", all.len() + 1, CREWS_PER_PROJECT_MAX, "crews of a project"));
    }
    let mut crew = Crew {
        book: project.book,
        id: CrewId::new(tx.now(), project.book),
        project: project.id,
        firm,
        team,
        contact: text("contact", &new.contact)?,
        contract,
        from_on: new.from_on,
        added_by: actor.principal(),
        added_at: tx.now(),
        ended_on: None,
        ended_by: None,
        ended_at: None,
        ended_reason: None,
        seal: Seal::default(),
    };
    tx.insert(&mut crew)?;
    tx.audit(actor, Audit::of("crews.crew_add", crew.id).after(format!("{} {}", crew.project, crew.team)))?;
    tx.emit(&Event::CrewAdded { crew: crew.id, project: crew.project, firm: crew.firm }, &actor.correlation)?;
    Ok(crew.id)
}

/// Ends a crew's work on a day; what it is still owed is paid all the same. Needs `wage.project_manage`.
pub fn crew_end(tx: &mut Tx<'_>, actor: &Actor, id: CrewId, on: Date, reason: &str) -> Result<Change> {
    let mut crew = crew_locked(tx, id)?;
    let project = payroll::project_raw(tx, crew.project)?;
    party::may(tx, actor, Permission::WageProjectManage, &Scope::firm(project.firm))?;
    let reason = party::reason(reason)?;
    if !crew.is_at_work() {
        return Ok(Change::AlreadySo);
    }
    if on < crew.from_on {
        return Err(Error::field("on", format!("it began on {}", crew.from_on)));
    }
    (crew.ended_on, crew.ended_by, crew.ended_at) = (Some(on), Some(actor.principal()), Some(tx.now()));
    crew.ended_reason = Some(reason.clone());
    tx.update(&mut crew)?;
    tx.audit(actor, Audit::of("crews.crew_end", id).after(on.to_string()).reason(reason))?;
    tx.emit(&Event::CrewEnded { crew: id, project: crew.project, firm: crew.firm }, &actor.correlation)?;
    Ok(Change::Done)
}

/// The crews of a project for whoever may see it (`wage.read`, `wage.read_bank`), oldest first, those that ended included.
pub fn crews_of(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, ask: &PageAsk) -> Result<Page<CrewView>> {
    let project = payroll::project(tx, actor, project)?;
    let rows = ask.rows()?;
    let tail = "WHERE book = ?1 AND project = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
    let found = tx.select::<Crew>(tail, params![project.book, project.id, after(ask)?, rows + 1])?;
    viewed(tx, Page::cut(found, rows, |c| c.id.to_string()))
}

/// The crews that a subcontractor has on any site, oldest first. Needs `wage.crew` at that firm.
pub fn crews_of_firm(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId, ask: &PageAsk) -> Result<Page<CrewView>> {
    party::may(tx, actor, Permission::WageCrew, &Scope::firm(firm))?;
    let rows = ask.rows()?;
    let tail = "WHERE firm = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    let found = tx.select::<Crew>(tail, params![firm, after(ask)?, rows + 1])?;
    viewed(tx, Page::cut(found, rows, |c| c.id.to_string()))
}

/// One crew, for its own clerks and for whoever may see the project. Another is not found.
pub fn crew(tx: &mut Tx<'_>, actor: &Actor, id: CrewId) -> Result<CrewView> {
    let crew = seen(tx, actor, id)?;
    view(tx, crew)
}

fn after(ask: &PageAsk) -> Result<[u8; 16]> {
    ask.after.as_deref().map_or(Ok([0; 16]), |text| text.parse::<CrewId>().map(|c| c.bytes()))
}

fn viewed(tx: &mut Tx<'_>, page: Page<Crew>) -> Result<Page<CrewView>> {
    let items = page.items.into_iter().map(|c| view(tx, c)).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next })
}

fn view(tx: &mut Tx<'_>, crew: Crew) -> Result<CrewView> {
    let project = payroll::project_raw(tx, crew.project)?;
    Ok(CrewView {
        crew: crew.id,
        project: crew.project,
        project_name: project.name,
        firm: crew.firm,
        firm_name: party::firm(tx, crew.firm.unwrap_or(project.firm))?.name,
        team: crew.team,
        contact: crew.contact,
        contract: crew.contract,
        from_on: crew.from_on,
        ended_on: crew.ended_on,
    })
}

/// The crews of a project, at most [`CREWS_PER_PROJECT_MAX`], with no permission asked: for domain code.
pub fn crews_raw(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Crew>> {
    let tail = "WHERE book = ?1 AND project = ?2 ORDER BY id LIMIT ?3";
    tx.select::<Crew>(tail, params![project.book(), project, CREWS_PER_PROJECT_MAX as u32])
}

/// The row, with no permission asked: for domain code.
pub fn crew_raw(tx: &mut Tx<'_>, id: CrewId) -> Result<Crew> {
    tx.get::<Crew>(params![id.book(), id])?.ok_or_else(|| Error::not_found("crew", id))
}

fn crew_locked(tx: &mut Tx<'_>, id: CrewId) -> Result<Crew> {
    tx.load::<Crew>(params![id.book(), id])?.ok_or_else(|| Error::not_found("crew", id))
}

/// A crew that the actor may act for: a clerk of the subcontractor, or of the main contractor for an own crew. For others it
/// is not found unless they may see it; then it is forbidden.
pub(crate) fn acted_for(tx: &mut Tx<'_>, actor: &Actor, id: CrewId) -> Result<(Crew, Project)> {
    let crew = crew_raw(tx, id)?;
    let project = payroll::project_raw(tx, crew.project)?;
    let refused = match may_act(tx, actor, &crew, &project) {
        Ok(()) => return Ok((crew, project)),
        Err(why) => why,
    };
    seen(tx, actor, id)?;
    Err(refused)
}

pub(crate) fn may_act(tx: &mut Tx<'_>, actor: &Actor, crew: &Crew, project: &Project) -> Result<()> {
    match crew.firm {
        Some(firm) => party::may(tx, actor, Permission::WageCrew, &Scope::firm(firm)).map(|_| ()),
        None => party::may(tx, actor, Permission::WageSheetMake, &Scope::firm(project.firm)).map(|_| ()),
    }
}

/// A crew that the actor may see.
pub(crate) fn seen(tx: &mut Tx<'_>, actor: &Actor, id: CrewId) -> Result<Crew> {
    let crew = crew_raw(tx, id)?;
    if let Some(firm) = crew.firm
        && party::may(tx, actor, Permission::WageCrew, &Scope::firm(firm)).is_ok()
    {
        return Ok(crew);
    }
    payroll::project(tx, actor, crew.project).map_err(|_| Error::not_found("crew", id))?;
    Ok(crew)
}
