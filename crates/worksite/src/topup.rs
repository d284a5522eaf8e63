//! More wage money than the schedule has, asked of the owner (W4).
use crate::events::Event;
use crate::installment::{self, New};
use crate::schedule::{owner_ask, waits};
use crate::site::{SiteFile, managed, readable, site};
use crate::{ASKED_ELSE, TOP_UPS_WAIT, TOP_UPS_WAITING_MAX, filled, may_read, optional};
use approval::{Approval, Line};
use kernel::id::{ApprovalId, FirmId, ProjectId, TopUpId};
use kernel::{Actor, BookId, Currency, Date, Error, Id, Money, Page, PageAsk, Result, Timestamp};
use payroll::Period;
use serde::{Deserialize, Serialize};
use store::{Audit, Seal, Tx, params};

pub(crate) const KIND: &str = "worksite.top_up";

store::text_enum! {
    pub enum TopUpState { Asked = "asked", Approved = "approved", Refused = "refused", Lapsed = "lapsed" }
}

store::record! {
    /// A request for more wage money.
    pub struct TopUp in "worksite_top_ups" key 2 {
        pub book: BookId,
        pub id: TopUpId,
        pub project: ProjectId,
        pub firm: FirmId,
        /// Who agrees; `None` when the owner does not bank here.
        pub owner_firm: Option<FirmId>,
        pub amount: i64,
        pub currency: Currency,
        pub why: String,
        pub due_on: Date,
        /// The owner's paper, when he does not bank here.
        pub document: String,
        pub state: TopUpState,
        pub approval: ApprovalId,
        pub asked_by: String,
        pub asked_at: Timestamp,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
        /// Why it was refused.
        pub reason: String,
        /// The number of the installment it became.
        pub installment: Option<i64>,
    }
}

/// A request as it is given.
#[derive(Clone, Debug)]
pub struct TopUpNew {
    pub amount: Money,
    pub why: String,
    pub due_on: Date,
    pub document: String,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    top_up: TopUpId,
}

impl TopUp {
    pub fn amount(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

/// Asks the owner for more. Needs `wage.project_manage`; where the owner does not bank here, staff alone, with his document. The same
/// request again, while it waits, answers the first. Errors: `site_missing`, `site_top_ups_wait`, `site_document_needed`, field errors.
pub fn top_up_ask(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, new: &TopUpNew) -> Result<TopUpId> {
    let file = managed(tx, actor, project)?;
    let (why, document) = (filled("why", &new.why)?, optional("document", &new.document)?);
    let today = tx.now().local_date();
    if !new.amount.is_positive() || new.amount.currency != file.currency {
        return Err(Error::field("amount", "yuan above zero"));
    }
    if new.amount.minor > file.price {
        return Err(Error::field("amount", "more than the whole contract"));
    }
    if new.due_on < today {
        return Err(Error::field("due_on", "it is in the past"));
    }
    let mut waiting = 0;
    for old in asked_before(tx, &file)? {
        if !waits(tx, old.approval)? {
            lapse(tx, old)?;
            continue;
        }
        if (old.amount, &old.why, old.due_on) == (new.amount.minor, &why, new.due_on) {
            return Ok(old.id);
        }
        waiting += 1;
    }
    if waiting >= TOP_UPS_WAITING_MAX {
        let message = format!("{waiting} top-ups wait for the owner, {TOP_UPS_WAITING_MAX} may");
        return Err(Error::new(&TOP_UPS_WAIT, message).with("given", waiting).with("max", TOP_UPS_WAITING_MAX));
    }
    let id = TopUpId::new(tx.now(), file.book);
    let mut ask = owner_ask(tx, actor, &file, (KIND, &Payload { top_up: id }), &document)?;
    let of = payroll::project_raw(tx, project)?;
    ask.summary = vec![
        Line::shown("site-project", of.name),
        Line::shown("site-contractor", party::firm(tx, of.contractor)?.name),
        Line::shown("site-owner", file.owner_name.clone()),
        Line::new("site-top-up-amount", "", new.amount.to_string()),
        Line::new("site-top-up-due", "", new.due_on.to_string()),
        Line::shown("site-top-up-why", why.clone()),
    ];
    ask.note.clone_from(&document);
    let approval = approval::ask(tx, actor, ask)?;
    tx.insert(&mut TopUp {
        book: file.book,
        id,
        project,
        firm: file.firm,
        owner_firm: file.owner_firm,
        amount: new.amount.minor,
        currency: new.amount.currency,
        why,
        due_on: new.due_on,
        document,
        state: TopUpState::Asked,
        approval,
        asked_by: actor.principal(),
        asked_at: tx.now(),
        decided_by: None,
        decided_at: None,
        reason: String::new(),
        installment: None,
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("worksite.top_up_ask", id).after(new.amount.to_string()).approval(approval))?;
    let event = Event::TopUpAsked { project, firm: file.firm, top_up: id, amount: new.amount };
    tx.emit(&event, &actor.correlation)?;
    Ok(id)
}

fn asked_before(tx: &mut Tx<'_>, file: &SiteFile) -> Result<Vec<TopUp>> {
    let tail = "WHERE book = ?1 AND project = ?2 AND state = 'asked' ORDER BY id";
    tx.select_locked::<TopUp>(tail, params![file.book, file.project])
}

fn lapse(tx: &mut Tx<'_>, mut old: TopUp) -> Result<()> {
    old.state = TopUpState::Lapsed;
    tx.update(&mut old)
}

/// The owner said yes: it becomes an installment.
pub(crate) fn agree(tx: &mut Tx<'_>, actor: &Actor, approved: &Approval) -> Result<String> {
    let mut t = asked(tx, approved)?;
    let file = site(tx, t.project)?;
    let (period, due_on, amount) = (Period::of(t.due_on), t.due_on, t.amount());
    let number = installment::add(tx, &file, New { schedule: None, top_up: Some(t.id), period, due_on, amount })?;
    (t.state, t.decided_by, t.decided_at) = (TopUpState::Approved, Some(actor.principal()), Some(tx.now()));
    t.installment = Some(number);
    tx.update(&mut t)?;
    installment::settle(tx, &file)?;
    tx.audit(actor, Audit::of("worksite.top_up_approve", t.id).after(amount.to_string()).approval(t.approval))?;
    let (project, firm, due) = (t.project, t.firm, t.due_on);
    let place = payroll::project_raw(tx, project)?.name;
    tx.emit(&Event::TopUpApproved { project, firm, top_up: t.id, place, amount, due }, &actor.correlation)?;
    Ok(t.id.to_string())
}

/// The owner said no, and why.
pub(crate) fn turn_down(tx: &mut Tx<'_>, actor: &Actor, refused: &Approval, why: &str) -> Result<()> {
    let mut t = asked(tx, refused)?;
    (t.state, t.decided_by, t.decided_at) = (TopUpState::Refused, Some(actor.principal()), Some(tx.now()));
    t.reason = why.to_owned();
    tx.update(&mut t)?;
    tx.audit(actor, Audit::of("worksite.top_up_refuse", t.id).approval(t.approval).reason(why))?;
    let (project, firm, amount, reason) = (t.project, t.firm, t.amount(), t.reason.clone());
    let place = payroll::project_raw(tx, project)?.name;
    tx.emit(&Event::TopUpRefused { project, firm, top_up: t.id, place, amount, reason }, &actor.correlation)
}

fn asked(tx: &mut Tx<'_>, approval: &Approval) -> Result<TopUp> {
    let p: Payload = serde_json::from_str(&approval.payload)
        .map_err(|e| Error::broken("what an approval is to do cannot be read").caused_by(e))?;
    let found = tx.load::<TopUp>(params![p.top_up.book(), p.top_up])?;
    found
        .filter(|t| t.state == TopUpState::Asked && t.approval == approval.id)
        .ok_or_else(|| Error::new(&ASKED_ELSE, "the top-up does not wait any more"))
}

/// A top-up, for those who may read its site.
pub fn top_up(tx: &mut Tx<'_>, actor: &Actor, id: TopUpId) -> Result<TopUp> {
    let found = tx.get::<TopUp>(params![id.book(), id])?.ok_or_else(|| Error::not_found("top-up", id))?;
    may_read(tx, actor, found.firm, found.owner_firm)?;
    Ok(found)
}

/// The top-ups of a site, newest first.
pub fn top_ups(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, ask: &PageAsk) -> Result<Page<TopUp>> {
    let file = readable(tx, actor, project)?;
    let rows = ask.rows()?;
    let before = ask.after.as_deref().map_or(Ok([0xff; 16]), |text| text.parse::<TopUpId>().map(|t| t.bytes()))?;
    let tail = "WHERE book = ?1 AND project = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    let found = tx.select::<TopUp>(tail, params![file.book, project, before, rows + 1])?;
    Ok(Page::cut(found, rows, |t| t.id.to_string()))
}
