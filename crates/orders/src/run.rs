//! What time does: emergency stops lapse, orders end, requests that nobody decided are refused.
use crate::decided::refused;
use crate::order::{AuthorityOrder, OrderState, locked};
use crate::{CONFIRM_MINUTES, DECIDE_HOURS, ROWS_AT_ONCE_MAX, hold, process};
use kernel::clock::HOUR;
use kernel::id::AuthorityOrderId;
use kernel::{Result, Timestamp};
use payments::Desk;
use store::{Tx, params};

/// What [`go_on`] ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Moved {
    /// Emergency stops that nobody confirmed.
    pub lapsed: u32,
    /// Orders whose time was over.
    pub expired: u32,
    /// Orders that nobody decided on.
    pub undecided: u32,
    /// There may be more.
    pub more: bool,
}

#[derive(Clone, Copy)]
enum End {
    Lapsed,
    Expired,
    Undecided,
}

const LAPSED: &str =
    "WHERE state = 'in_force' AND kind = 'stop' AND decided_at IS NULL AND confirm_by <= ?1 ORDER BY id LIMIT ?2";
const EXPIRED: &str = "WHERE state = 'in_force' AND until <= ?1 ORDER BY until, id LIMIT ?2";
const UNDECIDED: &str = "WHERE state = 'entered' AND entered_at <= ?1 ORDER BY id LIMIT ?2";

/// Ends what is over, each order in a transaction of its own; one that fails does not hold up the others. Repeating is safe.
pub fn go_on(desk: &Desk) -> Result<Moved> {
    let mut moved = Moved::default();
    let mut failed = None;
    for how in [End::Lapsed, End::Expired, End::Undecided] {
        let due = desk.store.read(|tx| due(tx, how))?;
        moved.more |= due.len() as i64 == ROWS_AT_ONCE_MAX;
        for id in due {
            match desk.store.write(move |tx| ended(tx, id, how)) {
                Ok(false) => {}
                Ok(true) => match how {
                    End::Lapsed => moved.lapsed += 1,
                    End::Expired => moved.expired += 1,
                    End::Undecided => moved.undecided += 1,
                },
                Err(why) => failed = failed.or(Some(why)),
            }
        }
    }
    failed.map_or(Ok(moved), Err)
}

fn due(tx: &mut Tx<'_>, how: End) -> Result<Vec<AuthorityOrderId>> {
    let now = tx.clock().now();
    let (tail, at) = match how {
        End::Lapsed => (LAPSED, now),
        End::Expired => (EXPIRED, now),
        End::Undecided => (UNDECIDED, decided_until(now)),
    };
    Ok(tx.select::<AuthorityOrder>(tail, params![at, ROWS_AT_ONCE_MAX])?.into_iter().map(|o| o.id).collect())
}

fn decided_until(now: Timestamp) -> Timestamp {
    now.plus(-i64::from(DECIDE_HOURS) * HOUR)
}

fn ended(tx: &mut Tx<'_>, id: AuthorityOrderId, how: End) -> Result<bool> {
    let (mut o, now) = (locked(tx, id)?, tx.now());
    let by = process(id);
    let over = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
    match how {
        End::Lapsed if o.is_unconfirmed() && over(o.confirm_by) => {
            let why = format!("nobody confirmed it within {CONFIRM_MINUTES} minutes");
            hold::end(tx, &by, &mut o, (OrderState::Lapsed, &why))?;
        }
        End::Expired if o.state == OrderState::InForce && over(o.until) => {
            hold::end(tx, &by, &mut o, (OrderState::Expired, "its time is over"))?;
        }
        End::Undecided if o.state == OrderState::Entered && o.entered_at <= decided_until(now) => {
            approval::withdraw(tx, &by, o.approval, "nobody decided in time")?;
            refused(tx, &by, &mut o, "nobody decided in time")?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}
