//! Dated terms: the tariff, products and rates of deposits, wealth products and their values. Each is a text that is looked at, kept,
//! agreed to by a second person and in force on its own dates.
//!
//! What is the same for all kinds stands here; a kind says in its own file how its texts are read and loaded and how a change is
//! told ([`Dated`]). The approval's payload is the name of the kept text, which is the hash of what it says: the checker agrees
//! to the text as a whole, and its page shows all of it.
mod deposits;
mod tariff;
mod wealth;

pub use deposits::DepositTerms;
pub use tariff::TariffTerms;
pub use wealth::{WealthShelf, WealthTerms, values_text};

use super::{Act, Deed, Ordered, Terms};
use approval::Line;
use approval::terms::{Draft, Fault};
use kernel::{Actor, Result};
use party::{Change, Permission, Scope};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::marker::PhantomData;
use store::Tx;

/// Changes told in an approval's summary at most; its page tells all of them.
pub const CHANGES_TOLD_MAX: usize = 40;

/// A kind of dated terms.
pub trait Dated: Clone + Debug + PartialEq + Eq + Send + Sync + 'static {
    /// Of its approvals and drafts.
    const KIND: &'static str;
    /// Who sends one in, and who agrees.
    const PERMISSION: Permission;
    /// What a text comes to.
    type Review: Send + 'static;
    /// Everything of this kind that stands.
    type All: Send + 'static;

    fn act(new: New<Self>) -> Act;
    fn all(tx: &mut Tx<'_>) -> Result<Self::All>;
    fn review(tx: &mut Tx<'_>, text: &str) -> Result<Self::Review>;
    fn faults(review: &Self::Review) -> &[Fault];
    /// Entries that stand already, word for word.
    fn already(review: &Self::Review) -> usize;
    /// Each change, told the same for every reader, to be compared.
    fn changes(review: &Self::Review) -> Vec<Line>;
    /// Whether a text may be put before a second person; errors as [`Dated::load`] has, and that there is nothing new in it.
    fn news(review: &Self::Review, file: &str) -> Result<()>;
    /// Puts what is new in force; how many entries that were.
    fn load(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<usize>;
}

/// A kept text to be put in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct New<K> {
    /// [`Draft::name`]
    pub draft: String,
    /// The maker's words to the checker.
    pub note: String,
    #[serde(skip)]
    kind: PhantomData<K>,
}

impl<K> New<K> {
    pub fn of(draft: String, note: String) -> New<K> {
        New { draft, note, kind: PhantomData }
    }
}

fn may<K: Dated>(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    party::may(tx, actor, K::PERMISSION, &Scope::bank()).map(|_| ())
}

/// Everything that stands. [`Dated::PERMISSION`].
pub fn all<K: Dated>(tx: &mut Tx<'_>, actor: &Actor) -> Result<K::All> {
    may::<K>(tx, actor)?;
    K::all(tx)
}

/// What a text comes to. [`Dated::PERMISSION`].
pub fn review<K: Dated>(tx: &mut Tx<'_>, actor: &Actor, text: &str) -> Result<K::Review> {
    may::<K>(tx, actor)?;
    K::review(tx, text)
}

/// Keeps a text without faults that changes something. [`Dated::PERMISSION`].
pub fn keep<K: Dated>(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<Draft> {
    K::news(&review::<K>(tx, actor, text)?, file)?;
    approval::terms::keep(tx, actor, K::KIND, file, text)
}

/// A kept text and what it would change now. [`Dated::PERMISSION`].
pub fn draft<K: Dated>(tx: &mut Tx<'_>, actor: &Actor, name: &str) -> Result<(Draft, K::Review)> {
    may::<K>(tx, actor)?;
    let draft = approval::terms::draft(tx, K::KIND, name)?;
    let review = K::review(tx, &draft.text)?;
    Ok((draft, review))
}

fn summary<K: Dated>(draft: &Draft, review: &K::Review) -> Vec<Line> {
    let changes = K::changes(review);
    let more = changes.len().saturating_sub(CHANGES_TOLD_MAX);
    let mut lines = vec![Line::shown("terms-file", draft.file.clone())];
    lines.extend(changes.into_iter().take(CHANGES_TOLD_MAX));
    if more > 0 {
        lines.push(Line::shown("terms-more", more.to_string()));
    }
    lines
}

impl<K: Dated> Deed for New<K> {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let (draft, review) = draft::<K>(tx, actor, &self.draft)?;
        K::news(&review, &draft.file)?;
        Ok(Terms {
            kind: K::KIND,
            permission: K::PERMISSION,
            branch: None,
            firm: None,
            person: None,
            owner: None,
            summary: summary::<K>(&draft, &review),
            note: self.note.trim().to_owned(),
        })
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let draft = approval::terms::draft(tx, K::KIND, &self.draft)?;
        let added = K::load(tx, actor, &draft.file, &draft.text)?;
        Ok((if added == 0 { Change::AlreadySo } else { Change::Done }, self.draft.clone()))
    }
}
