//! What a site has to have done by which day: account, filing, guarantee, roster.
use crate::site::{SiteFile, managed, readable, site};
use crate::{Rules, filled, profile};
use kernel::id::ProjectId;
use kernel::{Actor, BookId, Date, Error, Result, Timestamp};
use party::Change;
use store::{Audit, Seal, Tx, params};

store::text_enum! {
    pub enum DeadlineKind {
        /// The account is open: 30 days after the works contract (W1).
        Account = "account",
        /// It is filed with the labour bureau: 30 days after its opening (W2).
        Filing = "filing",
        /// The guarantee deposit stands: 20 working days after the works contract (D2).
        Guarantee = "guarantee",
        /// Somebody stands on the roster when the works begin (art. 28).
        Roster = "roster",
    }
}

store::record! {
    /// Something that was done by its day, or after it.
    pub struct Milestone in "worksite_milestones" key 3 {
        pub book: BookId,
        pub project: ProjectId,
        pub kind: DeadlineKind,
        pub done_on: Date,
        /// Number of the paper that shows it.
        pub document: String,
        pub made_by: String,
        pub made_at: Timestamp,
    }
}

/// A day by which something is done.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Deadline {
    pub kind: DeadlineKind,
    /// The rule it stands in.
    pub basis: &'static str,
    pub due_on: Date,
    pub done_on: Option<Date>,
    /// Days between the due day and the day it was done, or today; 0 when it is not late.
    pub late_days: i64,
}

/// What is known of a site for its deadlines.
struct Facts {
    signed_on: Date,
    begins_on: Date,
    opened_on: Date,
    filed: Option<Date>,
    guaranteed: Option<Date>,
    roster: Option<Date>,
}

fn plan(rules: &Rules, f: &Facts, today: Date) -> Vec<Deadline> {
    let one = |kind, basis, due_on: Date, done_on: Option<Date>| Deadline {
        kind,
        basis,
        due_on,
        done_on,
        late_days: (done_on.unwrap_or(today).days() - due_on.days()).max(0),
    };
    let mut out = Vec::new();
    if rules.account_days > 0 {
        let due = f.signed_on.plus_days(rules.account_days);
        out.push(one(DeadlineKind::Account, "人社部发〔2021〕53号", due, Some(f.opened_on)));
    }
    if rules.filing_days > 0 {
        let due = f.opened_on.plus_days(rules.filing_days);
        out.push(one(DeadlineKind::Filing, "人社部发〔2021〕53号", due, f.filed));
    }
    if rules.guarantee_days > 0 {
        let due = profile::business_days_after(f.signed_on, rules.guarantee_days);
        out.push(one(DeadlineKind::Guarantee, "人社部发〔2021〕65号", due, f.guaranteed));
    }
    let basis = if rules.protected { "国务院令第724号第二十八条" } else { "合同约定" };
    out.push(one(DeadlineKind::Roster, basis, f.begins_on, f.roster));
    out
}

/// The deadlines of a site as they stand on a day, in the order of its life. For domain code; screens ask [`crate::site_view`] first.
/// Errors: `site_missing`.
pub fn deadlines(tx: &mut Tx<'_>, project: ProjectId, today: Date) -> Result<Vec<Deadline>> {
    let file = crate::site_raw(tx, project)?.ok_or_else(|| Error::not_found("site", project))?;
    let opened_on = payroll::project_raw(tx, project)?.opened_at.local_date();
    let facts = Facts {
        signed_on: file.signed_on,
        begins_on: file.begins_on,
        opened_on,
        filed: done(tx, &file, DeadlineKind::Filing)?,
        guaranteed: done(tx, &file, DeadlineKind::Guarantee)?,
        roster: payroll::headcount(tx, project)?.first_on,
    };
    Ok(plan(profile(file.profile, today)?, &facts, today))
}

fn done(tx: &mut Tx<'_>, file: &SiteFile, kind: DeadlineKind) -> Result<Option<Date>> {
    Ok(tx.get::<Milestone>(params![file.book, file.project, kind])?.map(|m| m.done_on))
}

/// Writes down that the account was filed with the labour bureau, under which number and when. Needs `wage.project_manage`. The same
/// again is `AlreadySo`, another number or day replaces it with a trace.
pub fn record_filing(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, number: &str, on: Date) -> Result<Change> {
    managed(tx, actor, project)?;
    if on > tx.now().local_date() {
        return Err(Error::field("on", "it is in the future"));
    }
    milestone(tx, actor, project, DeadlineKind::Filing, number, on)
}

/// Writes a milestone down; who may is asked by whoever calls. For domain code.
pub fn milestone(
    tx: &mut Tx<'_>,
    actor: &Actor,
    project: ProjectId,
    kind: DeadlineKind,
    document: &str,
    on: Date,
) -> Result<Change> {
    let file = site(tx, project)?;
    let document = filled("document", document)?;
    let shown = format!("{kind} {on} {document}");
    let audit = Audit::of("worksite.milestone", project);
    match tx.load::<Milestone>(params![file.book, project, kind])? {
        Some(m) if (m.done_on, &m.document) == (on, &document) => return Ok(Change::AlreadySo),
        Some(mut m) => {
            let before = format!("{kind} {} {}", m.done_on, m.document);
            (m.done_on, m.document) = (on, document);
            (m.made_by, m.made_at) = (actor.principal(), tx.now());
            tx.update(&mut m)?;
            tx.audit(actor, audit.change(before, shown))?;
        }
        None => {
            let (book, made_by, made_at) = (file.book, actor.principal(), tx.now());
            let seal = Seal::default();
            tx.insert(&mut Milestone { book, project, kind, done_on: on, document, made_by, made_at, seal })?;
            tx.audit(actor, audit.after(shown))?;
        }
    }
    Ok(Change::Done)
}

impl Milestone {
    /// What was written down of a site, for those who may read it.
    pub fn of(tx: &mut Tx<'_>, actor: &Actor, project: ProjectId, kind: DeadlineKind) -> Result<Option<Milestone>> {
        let file = readable(tx, actor, project)?;
        tx.get::<Milestone>(params![file.book, project, kind])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payroll::Profile;

    fn d(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn w1_w2_d2_each_deadline_counts_from_its_own_day() {
        let facts = |opened, filed| Facts {
            signed_on: d("2026-09-01"),
            begins_on: d("2026-10-12"),
            opened_on: d(opened),
            filed,
            guaranteed: None,
            roster: Some(d("2026-10-12")),
        };
        let rules = profile(Profile::Construction, d("2026-09-01")).unwrap();
        let of = |f: &Facts, today| {
            plan(rules, f, d(today)).into_iter().map(|x| (x.due_on.to_string(), x.late_days)).collect::<Vec<_>>()
        };
        let in_time = of(&facts("2026-10-01", None), "2026-10-31");
        let due = |i: usize, v: &[(String, i64)]| v[i].0.clone();
        assert_eq!(due(0, &in_time), "2026-10-01");
        assert_eq!((in_time[0].1, in_time[1].1, in_time[3].1), (0, 0, 0), "the last day is in time: {in_time:?}");
        assert_eq!(due(1, &in_time), "2026-10-31");
        assert_eq!(due(2, &in_time), "2026-09-29", "twenty working days; 20 September 2026 is worked");
        assert!(in_time[2].1 > 0, "there is no guarantee yet");
        let a_day_late = of(&facts("2026-10-02", Some(d("2026-11-03"))), "2026-12-31");
        assert_eq!((a_day_late[0].1, a_day_late[1].1), (1, 2), "what was done late stays late: {a_day_late:?}");
    }

    #[test]
    fn a_ship_repair_site_has_no_deadline_by_law() {
        let rules = profile(Profile::ShipRepair, d("2026-09-01")).unwrap();
        let f = Facts {
            signed_on: d("2026-09-01"),
            begins_on: d("2026-10-12"),
            opened_on: d("2026-10-30"),
            filed: None,
            guaranteed: None,
            roster: None,
        };
        let all = plan(rules, &f, d("2026-10-12"));
        assert_eq!(all.iter().map(|x| x.kind).collect::<Vec<_>>(), [DeadlineKind::Roster]);
        assert_eq!(all[0].late_days, 0, "nobody is late on the day itself");
    }
}
