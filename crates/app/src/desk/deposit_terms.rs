//! Products and rates of deposits: a text that is looked at, kept, agreed to by a second person and in force on its own dates.
use super::{Deed, Ordered, Terms};
use approval::Line;
use deposits::{Product, Rate, Shelf, TermsDraft, TermsReview};
use kernel::{Actor, Error, Result};
use party::{Change, Permission, Scope};
use serde::{Deserialize, Serialize};
use store::Tx;

/// Entries that a checker sees on the approval itself; all of them stand in the draft.
pub const ENTRIES_SHOWN_MAX: usize = 40;

/// A kept text to be put in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTerms {
    /// [`TermsDraft::name`]
    pub draft: String,
    /// The maker's words to the checker.
    pub note: String,
}

fn may(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    party::may(tx, actor, Permission::TariffEdit, &Scope::bank()).map(|_| ())
}

fn existing(tx: &mut Tx<'_>, name: &str) -> Result<TermsDraft> {
    let unknown = || Error::not_found("draft of deposit terms", name);
    let hash = blake3::Hash::from_hex(name).map_err(|_| unknown())?;
    deposits::terms_draft(tx, *hash.as_bytes())?.ok_or_else(unknown)
}

/// What a text comes to. `tariff.edit`.
pub fn terms_review(tx: &mut Tx<'_>, actor: &Actor, text: &str) -> Result<TermsReview> {
    may(tx, actor)?;
    deposits::terms_review(tx, text)
}

/// Keeps a text without faults. `tariff.edit`.
pub fn terms_keep(tx: &mut Tx<'_>, actor: &Actor, file: &str, text: &str) -> Result<TermsDraft> {
    may(tx, actor)?;
    deposits::keep_terms(tx, actor, file, text)
}

/// A kept text and what it would change now. `tariff.edit`.
pub fn terms_draft(tx: &mut Tx<'_>, actor: &Actor, name: &str) -> Result<(TermsDraft, TermsReview)> {
    may(tx, actor)?;
    let draft = existing(tx, name)?;
    let review = deposits::terms_review(tx, &draft.text)?;
    Ok((draft, review))
}

/// Every version and rate there is. `tariff.edit`.
pub fn terms_versions(tx: &mut Tx<'_>, actor: &Actor) -> Result<Shelf> {
    may(tx, actor)?;
    deposits::shelf(tx)
}

fn told_rate(r: &Rate) -> String {
    format!("{} ({})", r.rate, r.effective_from)
}

fn told_product(p: &Product) -> String {
    let t = &p.terms.0;
    let [minimum, keeps, draws] = [t.minimum, t.keeps, t.draws].map(|minor| p.money(minor).plain());
    format!(
        "{} {}, minimum {minimum}, keeps {keeps}, draws {draws} × {}, notice {} d, settles {:?}/{}, dormant {} d, tax {} ppm ({})",
        p.kind,
        t.day_count,
        t.partial_draws,
        t.notice_days,
        t.settle_months,
        t.settle_day,
        t.dormant_days,
        t.tax_millionths,
        p.effective_from
    )
}

fn summary(draft: &TermsDraft, review: &TermsReview) -> Vec<Line> {
    let products = review.products.iter().map(|(before, after)| {
        let label = format!("{} v{}", after.code, after.version);
        Line::new(&label, before.as_ref().map(told_product).unwrap_or_default(), told_product(after))
    });
    let rates = review.rates.iter().map(|(before, after)| {
        let label = format!("{} {}", after.product, after.term);
        Line::new(label.trim_end(), before.as_ref().map(told_rate).unwrap_or_default(), told_rate(after))
    });
    let mut lines = vec![Line::shown("tariff-file", draft.file.clone())];
    let all = review.products.len() + review.rates.len();
    lines.extend(products.chain(rates).take(ENTRIES_SHOWN_MAX));
    if all > ENTRIES_SHOWN_MAX {
        lines.push(Line::shown("tariff-more", (all - ENTRIES_SHOWN_MAX).to_string()));
    }
    lines
}

impl Deed for NewTerms {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        let (draft, review) = terms_draft(tx, actor, &self.draft)?;
        // Whatever is wrong with it now is said the way loading would say it.
        deposits::keep_terms(tx, actor, &draft.file, &draft.text)?;
        Ok(Terms {
            kind: "deposit.terms",
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
        let added = deposits::load_terms(tx, actor, &draft.file, &draft.text)?;
        Ok((if added == 0 { Change::AlreadySo } else { Change::Done }, self.draft.clone()))
    }
}
