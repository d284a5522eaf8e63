//! An alert becomes a case, or joins the customer's open one.
use crate::case::{About, Alert, Case, CaseState, Customer, Severity, Skill, Source, StepKind};
use crate::events::Event;
use crate::rules::{rules, typology_of};
use crate::{ALERTS_MAX, bad, book_of, desk, list, night};
use kernel::id::{BranchId, CaseAlertId, DecisionId, FraudCaseId, InstructionId};
use kernel::{Actor, Error, Id, Money, Owner, Result, Timestamp, Who};
use party::{Change, Permission, Scope};
use store::{Audit, Json, Seal, Tx, params};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlert {
    pub subject: Owner,
    /// What it is known by: 1 to 100 characters.
    pub reference: String,
    pub source: Source,
    pub instruction: Option<InstructionId>,
    pub decision: Option<DecisionId>,
    /// Rules that spoke up.
    pub rules: Vec<String>,
    /// At stake; zero where nothing is.
    pub amount: Money,
    /// Masked.
    pub payee: String,
    /// Said by hand; `None`: what the rules say.
    pub about: Option<About>,
    /// The customer is 60 or over.
    pub elder: bool,
    /// To a hospital or another basic service: the night does not wait.
    pub exempt: bool,
    /// Why, of what is opened by hand.
    pub why: String,
}

impl NewAlert {
    /// Of something that is known by `reference`.
    pub fn of(subject: Owner, source: Source, reference: impl Into<String>, amount: Money) -> NewAlert {
        NewAlert {
            subject,
            reference: reference.into(),
            source,
            instruction: None,
            decision: None,
            rules: Vec::new(),
            amount,
            payee: String::new(),
            about: None,
            elder: false,
            exempt: false,
            why: String::new(),
        }
    }
}

/// What a new alert makes of things.
struct Judged {
    about: About,
    typology: String,
    skill: Skill,
    severity: Severity,
}

fn judged(new: &NewAlert) -> Judged {
    let t = typology_of(&new.rules);
    let about = new.about.unwrap_or(t.about);
    let skill = match (new.subject, about) {
        (Owner::Firm(_), _) => Skill::Firm,
        (_, About::Loss) if new.elder => Skill::Elder,
        _ => t.skill,
    };
    // Somebody at work on it knows more than a rule: what people report is grave enough to be called about today.
    let by_people = matches!(new.source, Source::Report | Source::Counter);
    let severity = if by_people || new.elder { t.severity.min(Severity::High) } else { t.severity };
    Judged { about, typology: t.code.clone(), skill, severity }
}

/// Opens a case, or lets an alert join the customer's open one about the same. Processes, officers with `case.work` where the
/// customer belongs, and at a counter whoever takes payments there. Again: the case it is in.
pub fn alert(tx: &mut Tx<'_>, actor: &Actor, new: NewAlert) -> Result<(Case, Change)> {
    let book = book_of(new.subject)?;
    let branch = party::branch_of(tx, book)?.id;
    may_open(tx, actor, &new, branch)?;
    if !(1..=100).contains(&new.reference.chars().count()) {
        return Err(bad("reference", "1 to 100 characters"));
    }
    let mut row = one_at_a_time(tx, new.subject)?;
    row.cases += 1;
    tx.update(&mut row)?;
    if let Some(before) = known(tx, &new)? {
        return Ok((crate::case::locked(tx, before.of_case)?, Change::AlreadySo));
    }
    let judged = judged(&new);
    let answers = night::answers(tx, branch, tx.now(), new.exempt)?;
    let due = rules(tx.now().local_date())?.due(judged.severity, answers.from);
    let case = match list::open_of(tx, new.subject, judged.about)? {
        Some(before) => join(tx, actor, before, &judged, due)?,
        None => first(tx, actor, &new, judged, (branch, answers.desk), due)?,
    };
    let mut row = Alert {
        book,
        id: CaseAlertId::new(tx.now(), book),
        of_case: case.id,
        reference: new.reference,
        source: new.source,
        instruction: new.instruction,
        decision: new.decision,
        rules: Json(new.rules),
        amount: new.amount.minor.max(0),
        currency: new.amount.currency,
        payee: new.payee,
        at: tx.now(),
        seal: Seal::default(),
    };
    tx.insert(&mut row)?;
    Ok((case, Change::Done))
}

fn may_open(tx: &mut Tx<'_>, actor: &Actor, new: &NewAlert, branch: BranchId) -> Result<()> {
    if let (Source::Report, Owner::Person(p)) = (new.source, new.subject)
        && actor.who == Who::Person(p)
    {
        return Ok(());
    }
    let works = party::may(tx, actor, Permission::CaseWork, &Scope::branch(branch)).map(|_| ());
    if new.about == Some(About::Suspicion) {
        party::may(tx, actor, Permission::CaseSecret, &Scope::branch(branch))?;
    }
    match works {
        Err(_) if new.source == Source::Counter => {
            party::may(tx, actor, Permission::PaymentSubmitAny, &Scope::here(actor)).map(|_| ())
        }
        outcome => outcome,
    }
}

/// The customer's one row, locked until the transaction ends.
pub(crate) fn one_at_a_time(tx: &mut Tx<'_>, subject: Owner) -> Result<Customer> {
    let book = book_of(subject)?;
    tx.insert_if_absent(&mut Customer { book, subject, cases: 0, seal: Seal::default() })?;
    let row = tx.load::<Customer>(params![book, subject])?;
    row.ok_or_else(|| Error::broken("a customer's row of cases is there and is not"))
}

pub(crate) fn known(tx: &mut Tx<'_>, new: &NewAlert) -> Result<Option<Alert>> {
    let book = book_of(new.subject)?;
    Ok(tx.select::<Alert>("WHERE book = ?1 AND reference = ?2", params![book, new.reference])?.pop())
}

fn join(tx: &mut Tx<'_>, actor: &Actor, mut c: Case, judged: &Judged, due: Timestamp) -> Result<Case> {
    if c.alerts >= ALERTS_MAX as i64 {
        return Err(Error::limit("alerts", c.alerts + 1, ALERTS_MAX, "alerts of one case; close it"));
    }
    c.alerts += 1;
    if judged.severity < c.severity {
        (c.severity, c.typology, c.skill) = (judged.severity, judged.typology.clone(), judged.skill);
    }
    c.due_at = c.due_at.min(due);
    tx.update(&mut c)?;
    desk::step(tx, actor, &c.id.to_string(), desk::Did::of(StepKind::Joined).shown(judged.typology.clone()))?;
    tx.audit(actor, Audit::of("case.join", c.id).after(format!("{} alerts, {}", c.alerts, c.severity)))?;
    tx.emit(&Event::case("case.joined", &c), &actor.correlation)?;
    Ok(c)
}

fn first(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewAlert,
    judged: Judged,
    (branch, desk): (BranchId, BranchId),
    due_at: Timestamp,
) -> Result<Case> {
    let book = book_of(new.subject)?;
    let mut c = Case {
        book,
        id: FraudCaseId::new(tx.now(), book),
        subject: new.subject,
        about: judged.about,
        typology: judged.typology,
        skill: judged.skill,
        severity: judged.severity,
        sensitive: judged.about == About::Suspicion,
        branch,
        desk,
        alerts: 1,
        opened_by: actor.principal(),
        opened_at: tx.now(),
        due_at,
        state: CaseState::Open,
        officer: None,
        claimed_at: None,
        worked: 0,
        waits_until: None,
        outcome: None,
        closed_by: None,
        closed_at: None,
        closed_why: String::new(),
        merged_into: None,
        seal: Seal::default(),
    };
    tx.insert(&mut c)?;
    let note: String = new.why.trim().chars().take(crate::TEXT_CHARS_MAX).collect();
    desk::step(tx, actor, &c.id.to_string(), desk::Did::of(StepKind::Opened).noted(note))?;
    let shown = format!("{} {} {}, due {}", c.severity, c.skill, new.source, c.due_at.local());
    tx.audit(actor, Audit::of("case.open", c.id).after(shown))?;
    tx.emit(&Event::case("case.opened", &c), &actor.correlation)?;
    Ok(c)
}
