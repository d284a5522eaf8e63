//! Wealth products and the values of their units: a text that is looked at, kept, agreed to by a second person and in force on its own dates.
use super::deposit_terms::ENTRIES_SHOWN_MAX;
use super::{Deed, Ordered, Terms};
use approval::Line;
use kernel::{Actor, Error, Result};
use party::{Change, Permission, Scope};
use serde::{Deserialize, Serialize};
use store::Tx;
use wealth::{Product, Shelf, TermsDraft, TermsReview};

/// A kept text to be put in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewWealthTerms {
    /// [`TermsDraft::name`]
    pub draft: String,
    /// The maker's words to the checker.
    pub note: String,
}

fn may(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    party::may(tx, actor, Permission::TariffEdit, &Scope::bank()).map(|_| ())
}

fn existing(tx: &mut Tx<'_>, name: &str) -> Result<TermsDraft> {
    let unknown = || Error::not_found("draft of wealth products", name);
    let hash = blake3::Hash::from_hex(name).map_err(|_| unknown())?;
    wealth::terms_draft(tx, *hash.as_bytes())?.ok_or_else(unknown)
}

/// What a text comes to. `tariff.edit`.
pub fn wealth_review(tx: &mut Tx<'_>, actor: &Actor, text: &str) -> Result<TermsReview> {
    may(tx, actor)?;
    wealth::terms_review(tx, text)
}

/// Keeps a text without faults. `tariff.edit`.
pub fn wealth_keep(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<TermsDraft> {
    may(tx, actor)?;
    wealth::keep_terms(tx, actor, file, text)
}

/// A kept text and what it would change now. `tariff.edit`.
pub fn wealth_draft(tx: &mut Tx<'_>, actor: &Actor, name: &str) -> Result<(TermsDraft, TermsReview)> {
    may(tx, actor)?;
    let draft = existing(tx, name)?;
    let review = wealth::terms_review(tx, &draft.text)?;
    Ok((draft, review))
}

/// Every version there is. `tariff.edit`.
pub fn wealth_versions(tx: &mut Tx<'_>, actor: &Actor) -> Result<Shelf> {
    may(tx, actor)?;
    wealth::shelf(tx)
}

fn told(p: &Product) -> String {
    let t = p.terms();
    let [minimum, step] = [t.minimum, t.step].map(|minor| p.money(minor).plain());
    let age = t.second_look_age.map_or("-".to_owned(), |age| age.to_string());
    let matures = t.matures.map_or("-".to_owned(), |day| day.to_string());
    format!(
        "{} {}, minimum {minimum}, step {step}, fee {} ppm, T+{}, cooling {} h, second look {age}, ends {matures} ({})",
        p.risk, t.name.zh, t.fee_millionths, t.redeem_days, t.cooling_hours, p.effective_from
    )
}

fn summary(draft: &TermsDraft, review: &TermsReview) -> Vec<Line> {
    let products = review.products.iter().map(|(before, after)| {
        let label = format!("{} v{}", after.code, after.version);
        Line::new(&label, before.as_ref().map(told).unwrap_or_default(), told(after))
    });
    let navs = review.navs.iter().map(|(before, after)| {
        let label = format!("{} {}", after.product, after.day);
        let before = before.map(|(day, value)| format!("{value} ({day})")).unwrap_or_default();
        Line::new(&label, before, after.value.to_string())
    });
    let mut lines = vec![Line::shown("tariff-file", draft.file.clone())];
    let all = review.products.len() + review.navs.len();
    lines.extend(products.chain(navs).take(ENTRIES_SHOWN_MAX));
    if all > ENTRIES_SHOWN_MAX {
        lines.push(Line::shown("tariff-more", (all - ENTRIES_SHOWN_MAX).to_string()));
    }
    lines
}

impl Deed for NewWealthTerms {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let (draft, review) = wealth_draft(tx, actor, &self.draft)?;
        // Whatever is wrong with it now is said the way loading would say it.
        wealth::keep_terms(tx, actor, &draft.file, &draft.text)?;
        Ok(Terms {
            kind: "wealth.terms",
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
        let added = wealth::load_terms(tx, actor, &draft.file, &draft.text)?;
        Ok((if added == 0 { Change::AlreadySo } else { Change::Done }, self.draft.clone()))
    }
}
