//! One name, one thing, in the whole bank.
use kernel::Result;
use store::{Column, Param, Seal, Tx};

store::text_enum! {
    pub(crate) enum Kind {
        Login = "login",
        Identity = "identity",
        CreditCode = "credit_code",
        Employee = "employee",
        Branch = "branch",
    }
}

store::record! {
    pub(crate) struct Directory in "directory" key 2 {
        pub kind: Kind,
        pub name: String,
        pub subject: String,
    }
}

/// Takes a name for `subject`; `false` when it is taken (also by the same subject).
pub(crate) fn take(tx: &mut Tx<'_>, kind: Kind, name: &str, subject: impl std::fmt::Display) -> Result<bool> {
    let subject = subject.to_string();
    tx.insert_if_absent(&mut Directory { kind, name: name.into(), subject, seal: Seal::default() })
}

pub(crate) fn find(tx: &mut Tx<'_>, kind: Kind, name: &str) -> Result<Option<String>> {
    Ok(tx.get::<Directory>(&[kind.param(), text(name)])?.map(|d| d.subject))
}

/// A keyed hash as a directory name.
pub(crate) fn hex(hash: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(hash)
}

/// Text as a parameter without copying it.
pub(crate) fn text(t: &str) -> Param<'_> {
    Param::Text(t.into())
}
