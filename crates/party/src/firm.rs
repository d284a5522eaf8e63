//! Firms, merchants, authorities: parties that are not persons.
use crate::codes::{BAD_CREDIT_CODE, CREDIT_CODE_TAKEN};
use crate::directory::{self, Kind};
use crate::events::Event;
use crate::person::{ADDRESS_CHARS_MAX, plain_name};
use crate::rights::{Scope, may};
use crate::role::Permission;
use kernel::chinese::half_width;
use kernel::id::{BranchId, FirmId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use store::{Audit, Seal, Tx, params};

/// Characters of a firm's name at most.
pub const FIRM_NAME_CHARS_MAX: usize = 100;

store::text_enum! {
    pub enum FirmKind { Company = "company", Subcontractor = "subcontractor", Merchant = "merchant", Authority = "authority" }
}

store::text_enum! {
    /// 统计上大中小微型企业划分办法 (2017); relief from fees goes by it.
    pub enum FirmSize { Micro = "micro", Small = "small", Medium = "medium", Large = "large" }
}

store::record! {
    /// A firm. What stands on its licence is public and kept in the clear.
    pub struct Firm in "firms" key 2 {
        pub book: BookId,
        pub id: FirmId,
        /// 统一社会信用代码
        pub credit_code: String,
        pub name: String,
        pub kind: FirmKind,
        pub size: FirmSize,
        pub address: String,
        pub phone: String,
        pub registered_by: String,
        pub registered_at: Timestamp,
    }
}

/// A firm to be registered, as on the licence.
#[derive(Clone, Debug)]
pub struct FirmNew {
    pub branch: BranchId,
    pub credit_code: String,
    pub name: String,
    pub kind: FirmKind,
    pub size: FirmSize,
    pub address: String,
    pub phone: String,
}

/// The firm, and whether it was on file before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirmRegistered {
    pub firm: FirmId,
    pub already: bool,
}

/// The letters and digits of a credit code in their order of value (GB 32100-2015, table 1: no I, O, S, V, Z).
const SIGNS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A unified social credit code of 18 signs whose last is the check sign (GB 32100-2015: weights 3^i modulo 31).
/// Full-width signs, small letters and spaces are forgiven.
pub fn credit_code(text: &str) -> Option<String> {
    let t: String = half_width(text).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let values: Vec<usize> = t.bytes().map(|b| SIGNS.iter().position(|s| *s == b)).collect::<Option<_>>()?;
    let (check, first) = values.split_last().filter(|_| values.len() == 18)?;
    let (sum, _) = first.iter().fold((0, 1), |(sum, weight), v| (sum + v * weight, weight * 3 % 31));
    ((31 - sum % 31) % 31 == *check).then_some(t)
}

/// Puts a firm on file at a branch. Needs `firm.register` there. The same code with the same name is the same firm.
/// Errors: `BAD_CREDIT_CODE`, `CREDIT_CODE_TAKEN`, limits of lengths.
pub fn firm_register(tx: &mut Tx<'_>, actor: &Actor, new: FirmNew) -> Result<FirmRegistered> {
    may(tx, actor, Permission::FirmRegister, &Scope::branch(new.branch))?;
    let code = credit_code(&new.credit_code).ok_or_else(|| {
        Error::new(&BAD_CREDIT_CODE, format!("{:?} is not a credit code", new.credit_code))
            .with("given", &new.credit_code)
    })?;
    let name = plain_name(&new.name);
    if name.is_empty() || name.chars().count() > FIRM_NAME_CHARS_MAX {
        return Err(Error::field("name", format!("1 to {FIRM_NAME_CHARS_MAX} characters")));
    }
    if new.address.chars().count() > ADDRESS_CHARS_MAX {
        return Err(Error::limit("address", new.address.chars().count(), ADDRESS_CHARS_MAX, "characters"));
    }
    if let Some(known) = firm_by_code(tx, &code)? {
        return match firm(tx, known)?.name == name {
            true => Ok(FirmRegistered { firm: known, already: true }),
            false => Err(Error::new(&CREDIT_CODE_TAKEN, format!("{code} belongs to a firm of another name"))),
        };
    }
    let book = new.branch.book();
    let id = FirmId::new(tx.now(), book);
    if !directory::take(tx, Kind::CreditCode, &code, id)? {
        return Err(Error::new(&kernel::error::STALE, "the firm is being registered by somebody else"));
    }
    let shown = format!("{name} {code}");
    tx.insert(&mut Firm {
        book,
        id,
        credit_code: code,
        name,
        kind: new.kind,
        size: new.size,
        address: new.address,
        phone: new.phone,
        registered_by: actor.principal(),
        registered_at: tx.now(),
        seal: Seal::default(),
    })?;
    tx.audit(actor, Audit::of("firm.register", id).after(shown))?;
    tx.emit(&Event::FirmRegistered { firm: id }, &actor.correlation)?;
    Ok(FirmRegistered { firm: id, already: false })
}

pub fn firm(tx: &mut Tx<'_>, id: FirmId) -> Result<Firm> {
    tx.get::<Firm>(params![id.book(), id])?.ok_or_else(|| Error::not_found("firm", id))
}

/// A firm for whoever may see it: its own users, and staff at its branch. Needs `firm.read`.
pub fn firm_view(tx: &mut Tx<'_>, actor: &Actor, id: FirmId) -> Result<Firm> {
    may(tx, actor, Permission::FirmRead, &Scope::firm(id))?;
    firm(tx, id)
}

/// The firm with this credit code, exactly.
pub fn firm_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<FirmId>> {
    directory::find(tx, Kind::CreditCode, code)?.map(|id| id.parse()).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_codes() {
        let cases = [
            ("91990102MA0000001D", true),
            ("９１990102ma000000 1d", true),
            ("91990102MA0000001E", false),
            ("91990102MA0000010D", false),
            ("91990102MA0000001", false),
            ("91990102IA0000001D", false),
            ("", false),
            ("信用代码", false),
        ];
        for (text, good) in cases {
            assert_eq!(credit_code(text).is_some(), good, "{text}");
        }
    }
}
