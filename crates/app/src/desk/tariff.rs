//! A new tariff: a text that is looked at, kept, agreed to by a second person and in force on its own dates.
use super::{Deed, Ordered, Terms};
use approval::Line;
use kernel::{Actor, Error, Money, Result};
use party::{Change, Permission, Scope};
use pricing::{Band, Review, Tariff, TariffDraft};
use serde::{Deserialize, Serialize};
use store::Tx;

/// Versions that a checker sees on the approval itself; all of them stand on the draft's page.
pub const CHANGES_SHOWN_MAX: usize = 40;

/// A kept text to be put in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTariff {
    /// [`TariffDraft::name`]
    pub draft: String,
    /// The maker's words to the checker.
    pub note: String,
}

fn may(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    party::may(tx, actor, Permission::TariffEdit, &Scope::bank()).map(|_| ())
}

fn existing(tx: &mut Tx<'_>, name: &str) -> Result<TariffDraft> {
    let unknown = || Error::not_found("tariff draft", name);
    let hash = blake3::Hash::from_hex(name).map_err(|_| unknown())?;
    pricing::draft(tx, *hash.as_bytes())?.ok_or_else(unknown)
}

/// What a text comes to. `tariff.edit`.
pub fn tariff_review(tx: &mut Tx<'_>, actor: &Actor, text: &str) -> Result<Review> {
    may(tx, actor)?;
    pricing::review(tx, text)
}

/// Keeps a text without faults. `tariff.edit`.
pub fn tariff_keep(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<TariffDraft> {
    may(tx, actor)?;
    pricing::keep_draft(tx, actor, file, text)
}

/// A kept text and what it would change now. `tariff.edit`.
pub fn tariff_draft(tx: &mut Tx<'_>, actor: &Actor, name: &str) -> Result<(TariffDraft, Review)> {
    may(tx, actor)?;
    let draft = existing(tx, name)?;
    let review = pricing::review(tx, &draft.text)?;
    Ok((draft, review))
}

/// Every version there is, by code and version. `tariff.edit`.
pub fn tariff_versions(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<Tariff>> {
    may(tx, actor)?;
    pricing::tariff_versions(tx)
}

/// `≤ CNY 10000.00: CNY 5.00; 0.00002 ≤ CNY 200.00, from 2026-12-01`: the same for every reader, to be compared.
fn told(t: &Tariff) -> String {
    let money = |minor: i64| Money::new(minor, t.currency).to_string();
    let band = |b: &Band| {
        let fee = [b.fixed.map(money), b.rate.clone()].into_iter().flatten().collect::<Vec<_>>().join(" + ");
        let ends = [b.min.map(|m| format!(" ≥ {}", money(m))), b.max.map(|m| format!(" ≤ {}", money(m)))];
        let up_to = b.up_to.map(|m| format!("≤ {}: ", money(m))).unwrap_or_default();
        format!("{up_to}{fee}{}", ends.into_iter().flatten().collect::<String>())
    };
    let bands = t.bands.0.iter().map(band).collect::<Vec<_>>().join("; ");
    let until = t.effective_to.map(|to| format!(" – {to}")).unwrap_or_default();
    format!("{bands} ({}{until})", t.effective_from)
}

fn summary(draft: &TariffDraft, review: &Review) -> Vec<Line> {
    let mut lines = vec![Line::shown("tariff-file", draft.file.clone())];
    for (before, after) in review.changes.iter().take(CHANGES_SHOWN_MAX) {
        let label = format!("{} v{}", after.code, after.version);
        lines.push(Line::new(&label, before.as_ref().map(told).unwrap_or_default(), told(after)));
    }
    if review.changes.len() > CHANGES_SHOWN_MAX {
        lines.push(Line::shown("tariff-more", (review.changes.len() - CHANGES_SHOWN_MAX).to_string()));
    }
    lines
}

impl Deed for NewTariff {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let (draft, review) = tariff_draft(tx, actor, &self.draft)?;
        // Whatever is wrong with it now is said the way loading would say it.
        pricing::keep_draft(tx, actor, &draft.file, &draft.text)?;
        Ok(Terms {
            kind: "tariff",
            permission: Permission::TariffEdit,
            branch: None,
            firm: None,
            person: None,
            owner: None,
            summary: summary(&draft, &review),
            note: self.note.trim().to_owned(),
        })
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let draft = existing(tx, &self.draft)?;
        let loaded = pricing::load_tariff(tx, actor, &draft.file, &draft.text)?;
        Ok((if loaded.added.is_empty() { Change::AlreadySo } else { Change::Done }, self.draft.clone()))
    }
}
