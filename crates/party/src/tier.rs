//! Account tiers: what an owner's tier lets through each channel, as dated data, and the counting of it.
use crate::codes::{LIMIT_PER_DAY, LIMIT_PER_TRANSACTION_TIER, LIMIT_PER_YEAR, TIER_FUNCTION};
use crate::person::{Person, person};
use crate::usage::{Bounds, LimitKey, limit_used, release_limit, take};
use kernel::id::PersonId;
use kernel::{Channel, Currency, Date, Error, Id, Money, Result};
use std::sync::LazyLock;
use store::{Column, Param, Tx};

store::text_enum! {
    /// Ⅰ, Ⅱ and Ⅲ类户 (银发〔2015〕392号), and restricted after a check of the customer.
    pub enum Tier { I = "I", II = "II", III = "III", Restricted = "restricted" }
}

impl Tier {
    /// How far it reaches: a higher one lets more through.
    pub fn rank(self) -> u8 {
        match self {
            Tier::Restricted => 0,
            Tier::III => 1,
            Tier::II => 2,
            Tier::I => 3,
        }
    }
}

store::text_enum! {
    /// What is done with an account.
    pub enum Function {
        /// To somebody else.
        TransferOut = "transfer_out",
        /// To the owner's own (bound) account.
        TransferOwn = "transfer_own",
        /// Cash out.
        Cash = "cash",
        Receive = "receive",
    }
}

/// One tier's rules between two dates.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierRule {
    pub tier: Tier,
    pub effective_from: Date,
    /// The last day; `None` for open.
    pub effective_to: Option<Date>,
    pub basis: String,
    /// What may lie on the account, whole yuan.
    pub balance_max_yuan: Option<i64>,
    #[serde(rename = "use")]
    pub uses: Vec<TierUse>,
}

/// Functions allowed through channels, with their limits in whole yuan. Uses of one pool are counted together.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierUse {
    pub pool: String,
    pub channels: Vec<Channel>,
    pub functions: Vec<Function>,
    pub per_transaction_yuan: Option<i64>,
    pub per_day_yuan: Option<i64>,
    pub per_day_count: Option<u32>,
    pub per_year_yuan: Option<i64>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tier: Vec<TierRule>,
}

static RULES: LazyLock<Vec<TierRule>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../data/tiers.toml")).expect("data/tiers.toml is tested");
    file.tier
});

impl TierRule {
    fn holds(&self, date: Date) -> bool {
        self.effective_from <= date && self.effective_to.is_none_or(|end| date <= end)
    }
    fn find(&self, channel: Channel, function: Function) -> Option<&TierUse> {
        self.uses.iter().find(|u| u.channels.contains(&channel) && u.functions.contains(&function))
    }
    pub fn balance_max(&self) -> Option<Money> {
        self.balance_max_yuan.map(|yuan| Money::cny(yuan * 100))
    }
}

impl TierUse {
    fn is_limited(&self) -> bool {
        self.per_transaction_yuan.is_some() || self.per_day_yuan.is_some() || self.per_year_yuan.is_some()
    }
}

/// The rule of a tier on a date; before the first it is the first.
pub fn tier_rule(tier: Tier, date: Date) -> &'static TierRule {
    let mut of_tier = RULES.iter().filter(|r| r.tier == tier);
    let first = of_tier.clone().next().expect("every tier has a rule, tested");
    of_tier.find(|r| r.holds(date)).unwrap_or(first)
}

/// Checks one use of a person's account against his tier on the open business date and counts it.
/// Errors: `TIER_FUNCTION`, `LIMIT_PER_TRANSACTION_TIER`, `LIMIT_PER_DAY`, `LIMIT_COUNT_PER_DAY`, `LIMIT_PER_YEAR`.
/// Limits are in CNY; another currency passes only where there is none.
pub fn tier_check(tx: &mut Tx<'_>, id: PersonId, channel: Channel, function: Function, amount: Money) -> Result<()> {
    let (owner, date) = (person(tx, id)?, tx.business_date()?);
    let rule = allowed(&owner, channel, function, amount, date)?;
    let (per_day, per_year) = (day_max(&owner, rule, channel, function), rule.per_year_yuan.map(|y| y * 100));
    let (subject, pool) = (id.to_string(), pool(&rule.pool));
    check_year(tx, id, rule, amount, date)?;
    if per_day.is_some() || rule.per_day_count.is_some() {
        let key = LimitKey { book: id.book(), subject: &subject, kind: &pool };
        let bounds = Bounds { amount_max: per_day, count_max: rule.per_day_count, above: &LIMIT_PER_DAY };
        take(tx, &key, amount, date, &bounds)?;
    }
    if per_year.is_some() {
        let kind = year_pool(&rule.pool);
        let key = LimitKey { book: id.book(), subject: &subject, kind: &kind };
        let bounds = Bounds { amount_max: per_year, count_max: None, above: &LIMIT_PER_YEAR };
        take(tx, &key, amount, new_year(date)?, &bounds)?;
    }
    Ok(())
}

/// What a person used of a tier's pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierUsed {
    /// On the open business date.
    pub day: Money,
    pub year: Money,
}

/// What [`tier_check`] has counted of a use until now, in CNY. Asks no permission.
pub fn tier_used(tx: &mut Tx<'_>, id: PersonId, rule: &TierUse) -> Result<TierUsed> {
    let (subject, date) = (id.to_string(), tx.business_date()?);
    let day = LimitKey { book: id.book(), subject: &subject, kind: &pool(&rule.pool) };
    let used = limit_used(tx, &day, Currency::CNY, date)?.amount;
    let year = LimitKey { kind: &year_pool(&rule.pool), ..day };
    Ok(TierUsed { day: used, year: limit_used(tx, &year, Currency::CNY, new_year(date)?)?.amount })
}

/// Looked at before anything is counted, so that a refusal leaves no count behind.
fn check_year(tx: &mut Tx<'_>, id: PersonId, rule: &TierUse, amount: Money, date: Date) -> Result<()> {
    let Some(max) = rule.per_year_yuan.map(|y| Money::new(y * 100, amount.currency)) else { return Ok(()) };
    let key = LimitKey { book: id.book(), subject: &id.to_string(), kind: &year_pool(&rule.pool) };
    let used = limit_used(tx, &key, amount.currency, new_year(date)?)?.amount;
    if used.add(amount)?.minor <= max.minor {
        return Ok(());
    }
    let message = format!("{amount} asked, {used} of {max} used this year already");
    Err(Error::new(&LIMIT_PER_YEAR, message).with("used", used).with("asked", amount).with("max", max))
}

/// Those of `people` whose tier limits what they may receive through `channel`, each once.
pub fn receive_limited(tx: &mut Tx<'_>, people: &[PersonId], channel: Channel) -> Result<Vec<PersonId>> {
    let date = tx.business_date()?;
    let keys: Vec<_> = people.iter().map(|p| vec![Param::Int(i64::from(p.book().0)), p.param()]).collect();
    let found = tx.get_all::<Person>(&keys, false)?;
    let free = |p: &Person| tier_rule(p.tier, date).find(channel, Function::Receive).is_some_and(|u| !u.is_limited());
    Ok(found.into_iter().filter(|p| !free(p)).map(|p| p.id).collect())
}

/// Gives back what [`tier_check`] counted on `date`.
pub fn tier_release(
    tx: &mut Tx<'_>,
    id: PersonId,
    channel: Channel,
    function: Function,
    amount: Money,
    date: Date,
) -> Result<()> {
    let owner = person(tx, id)?;
    let Some(rule) = tier_rule(owner.tier, date).find(channel, function) else { return Ok(()) };
    let subject = id.to_string();
    let day = LimitKey { book: id.book(), subject: &subject, kind: &pool(&rule.pool) };
    release_limit(tx, &day, amount, date)?;
    let year = LimitKey { kind: &year_pool(&rule.pool), ..day };
    release_limit(tx, &year, amount, new_year(date)?)
}

fn pool(name: &str) -> String {
    format!("tier.{name}.day")
}
fn year_pool(name: &str) -> String {
    format!("tier.{name}.year")
}
fn new_year(date: Date) -> Result<Date> {
    Date::ymd(date.year(), 1, 1)
}

/// What the person's own cap away from the counter leaves of the tier's.
fn day_max(owner: &Person, rule: &TierUse, channel: Channel, function: Function) -> Option<i64> {
    let tier = rule.per_day_yuan.map(|y| y * 100);
    let own = owner.noncounter_per_day_max.filter(|_| !channel.is_counter() && function == Function::TransferOut);
    match (tier, own) {
        (Some(t), Some(o)) => Some(t.min(o)),
        (t, o) => t.or(o),
    }
}

fn allowed(
    owner: &Person,
    channel: Channel,
    function: Function,
    amount: Money,
    date: Date,
) -> Result<&'static TierUse> {
    let refused = |why: String| {
        let e = Error::new(&TIER_FUNCTION, why).with("tier", owner.tier).with("function", function);
        e.with("channel", channel.code())
    };
    let rule = tier_rule(owner.tier, date).find(channel, function).ok_or_else(|| {
        refused(format!("a tier {} account has no {function} through {}", owner.tier, channel.code()))
    })?;
    if amount.currency != Currency::CNY && rule.is_limited() {
        return Err(refused(format!("a tier {} account has no {function} in {}", owner.tier, amount.currency)));
    }
    match rule.per_transaction_yuan.map(|y| Money::cny(y * 100)) {
        Some(max) if amount.minor > max.minor => {
            let message = format!("{amount} is above the {max} of a transaction");
            Err(Error::new(&LIMIT_PER_TRANSACTION_TIER, message).with("given", amount).with("max", max))
        }
        _ => Ok(rule),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tier_has_one_rule_on_every_day() {
        let mut day = Date::parse("2016-12-01").unwrap();
        let end = Date::parse("2030-01-01").unwrap();
        while day < end {
            for tier in Tier::ALL {
                assert_eq!(RULES.iter().filter(|r| r.tier == *tier && r.holds(day)).count(), 1, "{tier} on {day}");
            }
            day = day.plus_days(1);
        }
    }

    #[test]
    fn a_function_of_a_channel_stands_in_one_use_and_a_pool_has_one_limit() {
        for rule in RULES.iter() {
            for channel in Channel::ALL {
                for f in Function::ALL {
                    let uses = rule.uses.iter().filter(|u| u.channels.contains(&channel) && u.functions.contains(f));
                    assert!(uses.count() <= 1, "{} {f} through {}", rule.tier, channel.code());
                }
            }
            let mut pools: Vec<&str> = rule.uses.iter().map(|u| u.pool.as_str()).collect();
            pools.dedup();
            assert_eq!(pools.len(), rule.uses.len(), "{} names a pool twice", rule.tier);
            assert!(rule.uses.iter().all(|u| u.per_day_count.is_none() || u.per_day_yuan.is_some()));
        }
    }

    #[test]
    fn figures_by_date() {
        let at = |text: &str| tier_rule(Tier::III, Date::parse(text).unwrap());
        assert_eq!(at("2018-01-18").balance_max(), Some(Money::cny(100_000)));
        assert_eq!(at("2026-11-21").balance_max(), Some(Money::cny(200_000)));
        assert_eq!(at("2026-11-21").find(Channel::Phone, Function::TransferOut).unwrap().per_day_yuan, Some(2_000));
        assert!(at("2026-11-21").find(Channel::Kiosk, Function::Cash).is_none(), "III pays no cash");
        assert_eq!(at("2010-01-01").effective_from, Date::parse("2016-12-01").unwrap(), "before the first, the first");
    }
}
