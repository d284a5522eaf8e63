//! Where a customer signs in, as staff may see it: sessions that run and devices that were used, without what would let anybody in.
use crate::login::login_of;
use crate::rights::{Scope, may};
use crate::role::Permission;
use crate::session::{Device, Session};
use kernel::id::{DeviceId, FirmId, PersonId, SessionId};
use kernel::{Actor, Result, Timestamp, Who};
use store::{Tx, params};

/// Devices of one login that are shown, the last used first.
pub const DEVICES_SEEN_MAX: i64 = 20;

/// A session that runs.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SessionSeen {
    pub session: SessionId,
    pub started_at: Timestamp,
    pub seen_at: Timestamp,
    /// The firm he acts for in it.
    pub acting_firm: Option<FirmId>,
    pub device: Option<DeviceId>,
}

/// A device that was used with his login.
#[derive(Clone, Debug, serde::Serialize)]
pub struct DeviceSeen {
    pub device: DeviceId,
    pub first_seen_at: Timestamp,
    pub last_seen_at: Timestamp,
}

/// Sessions and devices of a customer; both empty for somebody without a login. `person.read` at his branch.
pub fn access_seen(tx: &mut Tx<'_>, actor: &Actor, id: PersonId) -> Result<(Vec<SessionSeen>, Vec<DeviceSeen>)> {
    may(tx, actor, Permission::PersonRead, &Scope::person(id))?;
    let Some(login) = login_of(tx, Who::Person(id))? else { return Ok((Vec::new(), Vec::new())) };
    let book = kernel::Id::book(&login);
    let sessions = tx.select::<Session>("WHERE book = ?1 AND login = ?2 ORDER BY id DESC", params![book, login])?;
    let tail = "WHERE book = ?1 AND login = ?2 ORDER BY last_seen_at DESC, id DESC LIMIT ?3";
    let devices = tx.select::<Device>(tail, params![book, login, DEVICES_SEEN_MAX])?;
    let session = |s: Session| SessionSeen {
        session: s.id,
        started_at: s.started_at,
        seen_at: s.seen_at,
        acting_firm: s.acting_firm,
        device: s.device,
    };
    let device = |d: Device| DeviceSeen { device: d.id, first_seen_at: d.first_seen_at, last_seen_at: d.last_seen_at };
    Ok((sessions.into_iter().map(session).collect(), devices.into_iter().map(device).collect()))
}
