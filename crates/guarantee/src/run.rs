//! What time does: deadlines that pass, letters that come to their end. Each is told once.
use crate::duty::{Duty, duty, standing_raw};
use crate::guarantee::{Guarantee, guarantee_raw};
use crate::notice::PaymentNotice;
use crate::{Event, NEAR_END_DAYS, ROWS_AT_ONCE_MAX, mover, refill};
use kernel::id::ProjectId;
use kernel::{BookId, Date, Id, Result};
use payments::Desk;
use store::{Audit, Tx, params};

/// What [`go_on`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Moved {
    /// Duties not met in time (D2).
    pub duties_late: u32,
    /// Notices not paid in time (D4).
    pub notices_late: u32,
    /// Refills not made in time (D4).
    pub refills_late: u32,
    /// Letters near their end.
    pub letters_near_end: u32,
}

/// Looks at all deadlines once and tells what has passed. Repeating is safe.
pub fn go_on(desk: &Desk) -> Result<Moved> {
    desk.store.write(|tx| {
        let today = tx.now().local_date();
        refills(tx)?;
        Ok(Moved {
            duties_late: duties(tx, today)?,
            notices_late: notices(tx, today)?,
            refills_late: refills_late(tx, today)?,
            letters_near_end: letters(tx, today)?,
        })
    })
}

/// Notes that a project's duty is met, when it is.
pub(crate) fn met(tx: &mut Tx<'_>, project: ProjectId) -> Result<()> {
    let Some(mut d) = duty(tx, project)?.filter(|d| d.met_at.is_none() && !d.is_exempt()) else { return Ok(()) };
    if standing_raw(tx, project, d.currency)?.short.is_zero() {
        d.met_at = Some(tx.now());
        tx.update(&mut d)?;
        let by = mover(project);
        tx.audit(&by, Audit::of("guarantee.duty_met", project).after(d.money().to_string()))?;
    }
    Ok(())
}

fn duties(tx: &mut Tx<'_>, today: Date) -> Result<u32> {
    let (mut book, mut after, mut late) = (BookId(0), [0u8; 16], 0);
    loop {
        let tail = "WHERE met_at IS NULL AND amount > 0 AND (book > ?1 OR (book = ?1 AND project > ?2)) \
                    ORDER BY book, project LIMIT ?3";
        let open = tx.select_locked::<Duty>(tail, params![book, after, ROWS_AT_ONCE_MAX])?;
        let Some(last) = open.last() else { return Ok(late) };
        (book, after) = (last.book, last.project.bytes());
        for d in open {
            met(tx, d.project)?;
            let Some(mut d) = duty(tx, d.project)?.filter(|d| d.met_at.is_none()) else { continue };
            if d.late_at.is_some() || today <= d.due_on {
                continue;
            }
            d.late_at = Some(tx.now());
            tx.update(&mut d)?;
            let short = standing_raw(tx, d.project, d.currency)?.short;
            tx.emit(&Event::late(&d, short), &mover(d.project).correlation)?;
            late += 1;
        }
    }
}

fn notices(tx: &mut Tx<'_>, today: Date) -> Result<u32> {
    let tail =
        "WHERE state IN ('received', 'asked', 'called') AND late_at IS NULL AND pay_by < ?1 ORDER BY book, id LIMIT ?2";
    let late = tx.select_locked::<PaymentNotice>(tail, params![today, ROWS_AT_ONCE_MAX])?;
    let many = late.len() as u32;
    for mut n in late {
        n.late_at = Some(tx.now());
        tx.update(&mut n)?;
        let g = guarantee_raw(tx, n.guarantee)?;
        tx.emit(
            &Event::NoticeLate {
                notice: n.id,
                project: n.project,
                firm: g.contractor,
                amount: n.money(),
                pay_by: n.pay_by,
            },
            &mover(n.id).correlation,
        )?;
    }
    Ok(many)
}

/// Money may have come in by an order that waited for somebody.
fn refills(tx: &mut Tx<'_>) -> Result<()> {
    let tail = "WHERE state = 'paid' AND refilled_at IS NULL ORDER BY book, id LIMIT ?1";
    let mut seen: Vec<_> =
        tx.select::<PaymentNotice>(tail, params![ROWS_AT_ONCE_MAX])?.into_iter().map(|n| n.guarantee).collect();
    seen.sort();
    seen.dedup();
    for id in seen {
        let g = guarantee_raw(tx, id)?;
        refill::look(tx, &g)?;
    }
    Ok(())
}

fn refills_late(tx: &mut Tx<'_>, today: Date) -> Result<u32> {
    let tail = "WHERE state = 'paid' AND refilled_at IS NULL AND refill_late_at IS NULL AND refill_by < ?1 ORDER BY book, id LIMIT ?2";
    let late = tx.select_locked::<PaymentNotice>(tail, params![today, ROWS_AT_ONCE_MAX])?;
    let many = late.len() as u32;
    for mut n in late {
        n.refill_late_at = Some(tx.now());
        tx.update(&mut n)?;
        let g = guarantee_raw(tx, n.guarantee)?;
        let owed = kernel::Money::new(n.to_refill(), n.currency);
        tx.emit(
            &Event::RefillLate { notice: n.id, project: n.project, firm: g.contractor, owed },
            &mover(n.id).correlation,
        )?;
    }
    Ok(many)
}

fn letters(tx: &mut Tx<'_>, today: Date) -> Result<u32> {
    let tail = "WHERE ended_at IS NULL AND form = 'letter' AND valid_until <= ?1 \
                AND (told_until IS NULL OR told_until < valid_until) ORDER BY book, id LIMIT ?2";
    let near = tx.select_locked::<Guarantee>(tail, params![today.plus_days(NEAR_END_DAYS), ROWS_AT_ONCE_MAX])?;
    let many = near.len() as u32;
    for mut g in near {
        g.told_until = g.valid_until;
        tx.update(&mut g)?;
        if let Some(until) = g.valid_until {
            let (guarantee, project, firm) = (g.id, g.project, g.contractor);
            tx.emit(&Event::NearEnd { guarantee, project, firm, until }, &mover(g.id).correlation)?;
        }
    }
    Ok(many)
}
