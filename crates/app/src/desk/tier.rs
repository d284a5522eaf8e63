//! A person's tier: down at once, up by evidence and a second person; and what it leaves him today.
use super::{Deed, Ordered, Terms};
use approval::Line;
use kernel::id::PersonId;
use kernel::{Actor, Channel, Currency, Money, Owner, Result};
use party::{Change, Function, Permission, Scope, Tier};
use serde::{Deserialize, Serialize};
use store::Tx;

/// A person to be moved to another tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierMove {
    pub person: PersonId,
    pub to: Tier,
    /// The evidence for a way up.
    pub why: String,
}

impl Deed for TierMove {
    fn look(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Terms> {
        party::may(tx, actor, Permission::PersonTier, &Scope::person(self.person))?;
        let person = party::person(tx, self.person)?;
        let mut summary = vec![
            Line::shown("order-party", format!("{} {}", person.name_masked, person.identity_masked)),
            Line::new("person-tier", person.tier.code(), self.to.code()),
        ];
        if self.to.rank() > person.tier.rank()
            && let Some((score, _)) = diligence::may_rise(tx, self.person, self.to)?
        {
            summary.push(Line::shown("cdd-score", score.to_string()));
        }
        Ok(Terms {
            kind: if self.to.rank() > person.tier.rank() { "tier" } else { "tier.lower" },
            permission: Permission::PersonTier,
            branch: None,
            firm: None,
            person: Some(self.person),
            owner: Some(Owner::Person(self.person)),
            summary,
            note: party::reason(&self.why)?,
        })
    }

    fn carry_out(&self, tx: &mut Tx<'_>, actor: &Actor, _: &Ordered<'_>) -> Result<(Change, String)> {
        let up = self.to.rank() > party::person(tx, self.person)?.tier.rank();
        if up {
            diligence::may_rise(tx, self.person, self.to)?;
        }
        let change = party::tier_change(tx, actor, self.person, self.to, &self.why)?;
        if up {
            diligence::raised(tx, self.person, self.to)?;
        }
        Ok((change, self.person.to_string()))
    }
}

/// What is done through some channels, how far it may go, and how much of that is used.
#[derive(Clone, Debug, Serialize)]
pub struct Allowance {
    pub channels: Vec<Channel>,
    pub functions: Vec<Function>,
    pub per_transaction: Option<Money>,
    pub per_day: Option<Money>,
    pub used_today: Option<Money>,
    pub per_year: Option<Money>,
    pub used_this_year: Option<Money>,
}

/// A person's tier with what it lets through.
#[derive(Clone, Debug, Serialize)]
pub struct TierView {
    pub person: PersonId,
    pub tier: Tier,
    /// The rule's source.
    pub basis: String,
    pub balance_max: Option<Money>,
    /// The person's own cap of a day's transfers away from the counter.
    pub own_cap: Option<Money>,
    pub allowances: Vec<Allowance>,
}

/// Tier, limits and what is used of them on the open business date. The person himself, or staff with `person.read`.
pub fn tier_view(tx: &mut Tx<'_>, actor: &Actor, id: PersonId) -> Result<TierView> {
    party::person_view(tx, actor, id)?;
    let (person, date) = (party::person(tx, id)?, tx.business_date()?);
    let rule = party::tier_rule(person.tier, date);
    let own_cap = person.noncounter_per_day_max.map(|minor| Money::new(minor, Currency::CNY));
    let capped = |u: &party::TierUse| {
        own_cap.is_some() && u.functions.contains(&Function::TransferOut) && u.channels.iter().any(|c| !c.is_counter())
    };
    let mut allowances = Vec::with_capacity(rule.uses.len());
    for u in &rule.uses {
        let used = party::tier_used(tx, id, u)?;
        let yuan = |y: Option<i64>| y.map(|y| Money::cny(y * 100));
        allowances.push(Allowance {
            channels: u.channels.clone(),
            functions: u.functions.clone(),
            per_transaction: yuan(u.per_transaction_yuan),
            per_day: yuan(u.per_day_yuan),
            used_today: (u.per_day_yuan.is_some() || capped(u)).then_some(used.day),
            per_year: yuan(u.per_year_yuan),
            used_this_year: u.per_year_yuan.map(|_| used.year),
        });
    }
    Ok(TierView {
        person: id,
        tier: person.tier,
        basis: rule.basis.clone(),
        balance_max: rule.balance_max(),
        own_cap,
        allowances,
    })
}
