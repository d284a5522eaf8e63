//! What a firm is verified to be for: put down and taken back by two.
use super::{Deed, Ordered, Terms, filled};
use approval::Line;
use kernel::id::FirmId;
use kernel::{Actor, Error, Owner, Result};
use party::{Change, FirmClass, Permission};
use serde::{Deserialize, Serialize};
use store::Tx;

/// The kind in the policy.
pub(super) const KIND: &str = "firm.class";

/// A firm to be verified by a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirmVerify {
    pub firm: FirmId,
    pub class: FirmClass,
    pub document: String,
    pub reason: String,
}

/// What a firm is verified for, to be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirmUnverify {
    pub firm: FirmId,
    pub why: String,
}

fn terms(tx: &mut Tx<'_>, actor: &Actor, firm: FirmId, summary: Vec<Line>, note: String) -> Result<Terms> {
    party::firm_verify_may(tx, actor)?;
    let (permission, owner) = (Permission::FirmVerify, Some(Owner::Firm(firm)));
    Ok(Terms { kind: KIND, permission, branch: None, firm: None, person: None, owner, summary, note })
}

fn standing(tx: &mut Tx<'_>, firm: FirmId) -> Result<Option<FirmClass>> {
    let now = tx.now();
    party::firm_class(tx, firm, now)
}

impl Deed for FirmVerify {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        party::firm_verify_may(tx, actor)?;
        let (firm, before) = (party::firm(tx, self.firm)?, standing(tx, self.firm)?);
        let summary = vec![
            Line::shown("order-party", format!("{} {}", firm.name, firm.credit_code)),
            Line::new("firm-class", before.map_or("", FirmClass::code), self.class.code()),
            Line::shown("order-document", filled("document", &self.document)?),
        ];
        terms(tx, actor, self.firm, summary, filled("reason", &self.reason)?)
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, ordered: &Ordered<'_>) -> Result<(Change, String)> {
        let number = party::firm_verify(tx, actor, self.firm, self.class, &self.document, ordered.maker)?;
        Ok((Change::Done, format!("{}/{number}", self.firm)))
    }
}

impl Deed for FirmUnverify {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        party::firm_verify_may(tx, actor)?;
        let (firm, before) = (party::firm(tx, self.firm)?, standing(tx, self.firm)?);
        let before = before.ok_or_else(|| Error::not_found("verification of a firm", self.firm))?;
        let summary = vec![
            Line::shown("order-party", format!("{} {}", firm.name, firm.credit_code)),
            Line::new("firm-class", before.code(), ""),
        ];
        terms(tx, actor, self.firm, summary, filled("reason", &self.why)?)
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let ended = party::firm_unverify(tx, actor, self.firm, self.why.trim())?;
        Ok((if ended { Change::Done } else { Change::AlreadySo }, self.firm.to_string()))
    }
}
