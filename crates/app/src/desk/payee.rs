//! Payee books: who is added, and what he is called. A person does it alone with his second factor; in a firm that wants two
//! persons for its rights a second one agrees, because money follows what stands in the book.
//!
//! A request holds the payee encrypted; what its checker reads is masked.
use super::{Deed, Ordered, Terms};
use approval::Line;
use kernel::id::PayeeId;
use kernel::{Actor, Error, Owner, Result};
use party::{Change, Permission};
use payments::PayeeNew;
use serde::{Deserialize, Serialize};
use store::Tx;

const FIELD: &str = "payee.asked";
/// Kinds in the policy: done at once, and by two.
const ALONE: &str = "payee";
pub(super) const BY_TWO: &str = "payee.control";

/// A payee to be added to a book. Made by [`PayeeAdd::of`], so that name and number stand nowhere in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeAdd {
    pub owner: Owner,
    /// Hexadecimal digits of the encrypted payee.
    sealed: String,
    masked: String,
    name_masked: String,
    bank: String,
}

/// Another nickname of a payee; empty for none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeRename {
    pub payee: PayeeId,
    pub nickname: String,
}

impl PayeeAdd {
    pub fn of(tx: &Tx<'_>, owner: Owner, new: &PayeeNew) -> Result<PayeeAdd> {
        let text = serde_json::to_vec(new).map_err(|e| Error::broken("a payee has no JSON form").caused_by(e))?;
        Ok(PayeeAdd {
            owner,
            sealed: data_encoding::HEXLOWER.encode(&tx.keys().encrypt_own(FIELD, &text)),
            masked: new.masked(),
            name_masked: kernel::chinese::mask_name(new.name.trim()),
            bank: new.bank.trim().into(),
        })
    }

    fn opened(&self, tx: &Tx<'_>) -> Result<PayeeNew> {
        let unread = || Error::broken("what is to go into a payee book cannot be read");
        let sealed = data_encoding::HEXLOWER.decode(self.sealed.as_bytes()).map_err(|e| unread().caused_by(e))?;
        let text = tx.keys().decrypt_own(FIELD, &sealed)?;
        serde_json::from_slice(&text).map_err(|e| unread().caused_by(e))
    }
}

/// The maker may, and with whom he has to agree.
fn terms(tx: &mut Tx<'_>, actor: &Actor, owner: Owner, summary: Vec<Line>) -> Result<Terms> {
    payments::writes_payees(tx, actor, owner)?;
    let firm = match owner {
        Owner::Firm(firm) => Some(firm),
        _ => None,
    };
    let control = firm.map_or(Ok(None), |firm| party::firm_control(tx, firm))?;
    let kind = if control.is_some() { BY_TWO } else { ALONE };
    let permission = Permission::PaymentApprove;
    Ok(Terms { kind, permission, branch: None, firm, person: None, owner: None, summary, note: String::new() })
}

impl Deed for PayeeAdd {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let new = self.opened(tx)?;
        let terms = terms(
            tx,
            actor,
            self.owner,
            vec![
                Line::new("payee-number", "", &self.masked),
                Line::new("payee-name", "", &self.name_masked),
                Line::new("payee-nickname", "", &new.nickname),
            ],
        )?;
        payments::payee_look(tx, self.owner, &new)?;
        Ok(terms)
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let new = self.opened(tx)?;
        payments::payee_put(tx, actor, self.owner, &new).map(|(change, id)| (change, id.to_string()))
    }
}

impl Deed for PayeeRename {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let before = payments::payee(tx, actor, self.payee)?;
        let owner = payments::payee_owner(tx, self.payee)?;
        let summary = vec![
            Line::shown("payee-number", &before.masked),
            Line::shown("payee-name", kernel::chinese::mask_name(&before.name)),
            Line::new("payee-nickname", before.nickname, self.nickname.trim()),
        ];
        terms(tx, actor, owner, summary)
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let change = payments::payee_rename(tx, actor, self.payee, &self.nickname)?;
        Ok((change, self.payee.to_string()))
    }
}
