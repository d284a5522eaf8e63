//! Messages to phones (短信), behind a port. They are sent at least once, after the notice was committed.
use kernel::Result;
use kernel::id::{ContactChangeId, NoticeId, PersonId};
use std::collections::BTreeMap;

/// What is to be sent. A real gateway looks the number up with `party::reveal`, under its own name, and renders the text of
/// `kind` from the language files.
#[derive(Clone, Debug)]
pub struct Message {
    /// The same message may come twice; gateways recognise it by this.
    pub notice: NoticeId,
    pub person: PersonId,
    /// To the number that was on file before this change.
    pub former: Option<ContactChangeId>,
    /// `138****5678`
    pub phone_masked: String,
    pub kind: String,
    pub args: BTreeMap<String, String>,
}

/// A gateway. Calls block, and end within 5 seconds.
pub trait Messenger: Send + Sync {
    fn send(&self, message: &Message) -> Result<()>;
}

/// Writes to the log what would be sent; numbers stay masked.
pub struct Log;

impl Messenger for Log {
    fn send(&self, m: &Message) -> Result<()> {
        tracing::info!(notice = %m.notice, to = m.phone_masked, kind = m.kind, "message");
        Ok(())
    }
}
