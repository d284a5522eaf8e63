//! The audit log: append-only, chained per lane, masked text only.
use crate::chain::Chain;
use crate::sql::{Param, Row};
use crate::tx::Tx;
use kernel::actor::Who;
use kernel::{Actor, Date, Result, Timestamp};
use std::borrow::Cow;

/// What is written down about one act; `Audit::of("approval.approve", id)` and then what else is known.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    action: Cow<'static, str>,
    object: String,
    before: String,
    after: String,
    reason: String,
    approval: String,
    decision: String,
    result: Cow<'static, str>,
}

impl Audit {
    /// `action` is `domain.verb`; `object` the id of what it was done to.
    pub fn of(action: impl Into<Cow<'static, str>>, object: impl std::fmt::Display) -> Audit {
        Audit { action: action.into(), object: object.to_string(), result: "done".into(), ..Audit::default() }
    }
    /// What it was before and is after, personal data masked.
    pub fn change(mut self, before: impl Into<String>, after: impl Into<String>) -> Audit {
        (self.before, self.after) = (before.into(), after.into());
        self
    }
    pub fn after(mut self, after: impl Into<String>) -> Audit {
        self.after = after.into();
        self
    }
    pub fn reason(mut self, reason: impl Into<String>) -> Audit {
        self.reason = reason.into();
        self
    }
    pub fn approval(mut self, id: impl std::fmt::Display) -> Audit {
        self.approval = id.to_string();
        self
    }
    pub fn decision(mut self, id: impl std::fmt::Display) -> Audit {
        self.decision = id.to_string();
        self
    }
    /// `done` unless said otherwise; an error's code for what was refused or denied.
    pub fn result(mut self, result: impl Into<Cow<'static, str>>) -> Audit {
        self.result = result.into();
        self
    }
}

/// An entry as it stands in the log.
#[derive(Clone, Debug, serde::Serialize)]
pub struct AuditRow {
    pub pos: i64,
    pub at: Timestamp,
    pub business_date: Date,
    pub principal: String,
    pub on_behalf: String,
    pub roles: String,
    pub branch: String,
    pub channel: String,
    pub device: String,
    pub session: String,
    pub address: String,
    pub action: String,
    pub object: String,
    pub before: String,
    pub after: String,
    pub reason: String,
    pub approval: String,
    pub decision: String,
    pub correlation: String,
    pub result: String,
    #[serde(skip)]
    pub hash: [u8; 32],
}

pub(crate) const COLUMNS: &str = "pos, at, business_date, principal, on_behalf, roles, branch, channel, device, session, address, action, object, \
     before, after, reason, approval, decision, correlation, result, hash";
const INSERT: &str = "INSERT INTO audit (pos, at, business_date, principal, on_behalf, roles, branch, channel, device, session, address, action, \
     object, before, after, reason, approval, decision, correlation, result, hash) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)";

impl AuditRow {
    /// The bytes that the chain covers: every column but the position and the hash.
    pub(crate) fn entry(&self) -> Vec<u8> {
        let texts = [
            &self.principal,
            &self.on_behalf,
            &self.roles,
            &self.branch,
            &self.channel,
            &self.device,
            &self.session,
            &self.address,
            &self.action,
            &self.object,
            &self.before,
            &self.after,
            &self.reason,
            &self.approval,
            &self.decision,
            &self.correlation,
            &self.result,
        ];
        let mut out = Vec::with_capacity(256);
        out.extend(self.at.micros().to_le_bytes());
        out.extend(self.business_date.days().to_le_bytes());
        for t in texts {
            out.extend((t.len() as u32).to_le_bytes());
            out.extend(t.as_bytes());
        }
        out
    }

    pub(crate) fn from_row(r: &Row<'_>) -> Result<AuditRow> {
        Ok(AuditRow {
            pos: r.get(0)?,
            at: r.get(1)?,
            business_date: r.get(2)?,
            principal: r.get(3)?,
            on_behalf: r.get(4)?,
            roles: r.get(5)?,
            branch: r.get(6)?,
            channel: r.get(7)?,
            device: r.get(8)?,
            session: r.get(9)?,
            address: r.get(10)?,
            action: r.get(11)?,
            object: r.get(12)?,
            before: r.get(13)?,
            after: r.get(14)?,
            reason: r.get(15)?,
            approval: r.get(16)?,
            decision: r.get(17)?,
            correlation: r.get(18)?,
            result: r.get(19)?,
            // A hash of another length is read as zeros: the chain then breaks here, and says so by name.
            hash: r.get(20).unwrap_or_default(),
        })
    }
}

impl Tx<'_> {
    /// Writes one audit entry in this transaction.
    pub fn audit(&mut self, actor: &Actor, audit: Audit) -> Result<()> {
        let shown = |id: Option<String>| id.unwrap_or_default();
        let on_behalf = match actor.who {
            Who::ForFirm { firm, .. } | Who::Client { firm, .. } => firm.to_string(),
            _ => String::new(),
        };
        let mut row = AuditRow {
            pos: 0,
            at: self.now(),
            business_date: self.business_date()?,
            principal: actor.principal(),
            on_behalf,
            roles: actor.roles.clone(),
            branch: shown(actor.branch.map(|b| b.to_string())),
            channel: actor.channel.code().into(),
            device: shown(actor.device.map(|d| d.to_string())),
            session: shown(actor.session.map(|s| s.to_string())),
            address: actor.address.clone(),
            action: audit.action.into_owned(),
            object: audit.object,
            before: audit.before,
            after: audit.after,
            reason: audit.reason,
            approval: audit.approval,
            decision: audit.decision,
            correlation: actor.correlation.clone(),
            result: audit.result.into_owned(),
            hash: [0; 32],
        };
        (row.pos, row.hash) = self.extend(Chain::Audit, &row.entry())?;
        let mut params = Vec::with_capacity(21);
        params.extend([Param::Int(row.pos), Param::Int(row.at.micros()), Param::Int(row.business_date.days())]);
        let texts = [
            &row.principal,
            &row.on_behalf,
            &row.roles,
            &row.branch,
            &row.channel,
            &row.device,
            &row.session,
            &row.address,
            &row.action,
            &row.object,
            &row.before,
            &row.after,
            &row.reason,
            &row.approval,
            &row.decision,
            &row.correlation,
            &row.result,
        ];
        params.extend(texts.map(|t| Param::Text(Cow::Borrowed(t))));
        params.push(Param::Bytes(Cow::Borrowed(&row.hash)));
        self.execute(INSERT, &params)?;
        Ok(())
    }

    /// Entries after position `after` (0 for the first), at most `rows`, in order; with `object` only those about it.
    pub fn audit_rows(&mut self, after: i64, rows: u32, object: Option<&str>) -> Result<Vec<AuditRow>> {
        let (after, rows) = (Param::Int(after), Param::Int(i64::from(rows)));
        match object {
            None => self.query(
                &format!("SELECT {COLUMNS} FROM audit WHERE pos > ?1 ORDER BY pos LIMIT ?2"),
                &[after, rows],
                AuditRow::from_row,
            ),
            Some(o) => {
                let sql = format!("SELECT {COLUMNS} FROM audit WHERE object = ?3 AND pos > ?1 ORDER BY pos LIMIT ?2");
                self.query(&sql, &[after, rows, Param::Text(o.into())], AuditRow::from_row)
            }
        }
    }

    /// The newest entries before position `before` (`i64::MAX` for the last), newest first, that match every given part:
    /// principal, action (a prefix), object.
    pub fn audit_search(
        &mut self,
        before: i64,
        rows: u32,
        principal: &str,
        action: &str,
        object: &str,
    ) -> Result<Vec<AuditRow>> {
        self.audit_search_days(before, rows, [principal, action, object], (None, None))
    }

    /// The same, of the business days from the first to the last given, both included.
    pub fn audit_search_days(
        &mut self,
        before: i64,
        rows: u32,
        [principal, action, object]: [&str; 3],
        (from, to): (Option<Date>, Option<Date>),
    ) -> Result<Vec<AuditRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM audit WHERE pos < ?1 AND (?3 = '' OR principal = ?3) AND (?4 = '' OR substr(action, 1, length(?4)) = ?4) \
             AND (?5 = '' OR object = ?5) AND business_date >= ?6 AND business_date <= ?7 ORDER BY pos DESC LIMIT ?2"
        );
        let text = |t: &str| Param::Text(Cow::Owned(t.to_owned()));
        self.query(
            &sql,
            &[
                Param::Int(before),
                Param::Int(i64::from(rows)),
                text(principal),
                text(action),
                text(object),
                Param::Int(from.map_or(i64::MIN, Date::days)),
                Param::Int(to.map_or(i64::MAX, Date::days)),
            ],
            AuditRow::from_row,
        )
    }
}
