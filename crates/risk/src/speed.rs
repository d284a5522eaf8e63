//! How fast it is, and how much memory an account needs: an invented bank with a past of 90 days.
#![expect(clippy::float_arithmetic, reason = "figures of a bench are for reading")]
use crate::model::Dice;
use crate::payment::{Key, Observed, Payment, Signals};
use crate::ruleset::RuleSet;
use crate::source::Source;
use crate::{Engine, Listing, Mode};
use kernel::clock::{DAY, SECOND, stopwatch};
use kernel::{Money, Result, Timestamp};

/// Live rules that are measured.
pub const RULES: usize = 40;
/// Payees an account pays again and again.
const PAYEES: u64 = 4;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    pub accounts: u64,
    /// Payments of each account in the 90 days before.
    pub payments: u64,
    pub decisions: u64,
}

/// What was measured, on one thread.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Speed {
    pub rules: usize,
    pub slots: usize,
    pub accounts: u64,
    pub events: u64,
    pub keys: usize,
    pub observed_a_second: f64,
    pub decided_a_second: f64,
    /// Deciding and then observing, as a payment does.
    pub payments_a_second: f64,
    /// Microseconds.
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
    pub bytes: usize,
    pub bytes_an_account: usize,
    /// Decisions that did not pass.
    pub alerts: u64,
}

/// The shipped rules, and the first of them once more under other names until there are [`RULES`].
fn rules() -> Result<RuleSet> {
    let mut sources = crate::shipped::sources();
    let have = RuleSet::load(&sources)?;
    let live = have.rules.iter().filter(|r| r.mode == Mode::Live).count();
    let live_one = "\nmode = \"live\"";
    let first: Vec<Source> =
        sources.iter().filter(|s| s.text.contains("\nwhen") && s.text.contains(live_one)).cloned().collect();
    for source in first.iter().take(RULES.saturating_sub(live)) {
        let text = source.text.replacen("id = \"", "id = \"again.", 1);
        sources.push(Source::new(format!("again_{}", source.file), text));
    }
    RuleSet::load(&sources)
}

fn payment(load: &Load, dice: &mut Dice) -> Payment {
    let payer = dice.next() % load.accounts;
    // A place of his own among the payees of an account, now and then somebody new.
    let nth = if dice.next().is_multiple_of(20) { dice.next() } else { dice.next() % PAYEES };
    let payee = payer.wrapping_mul(31).wrapping_add(nth.wrapping_mul(7_919)) % load.accounts;
    let amount = 100 + (dice.next() % 1_000) * (dice.next() % 1_000);
    let key = |n: u64| Key(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    Payment {
        device: Some(key(payer ^ 1 << 40)),
        ..Payment::transfer(key(payer), key(payee), Money::cny(amount as i64))
    }
}

fn known() -> Signals {
    Signals {
        payer_age: Some(44),
        account_age_days: Some(900),
        idle_days: Some(2),
        balance: Some(Money::cny(5_000_000)),
        device_age_hours: Some(5_000),
        changed_hours: Some(5_000),
        screen_shared: Some(false),
        on_call: Some(false),
        operated: Some(false),
        away: Some(false),
        travel_kmh: Some(10),
        payee_list: Some(Listing::None),
        payer_list: Some(Listing::None),
        income_year: Some(Money::cny(12_000_000)),
        open_cases: Some(0),
        pension_words: Some(false),
        ..Signals::default()
    }
}

/// An engine with [`RULES`] live rules that has seen the load's payments in the 90 days before `now`. `told` hears how many events there are
/// so far, and how many there will be.
pub fn filled(load: &Load, now: Timestamp, told: &mut dyn FnMut(u64, u64)) -> Result<Engine> {
    fill(load, &mut Dice(1), now, told)
}

fn fill(load: &Load, dice: &mut Dice, now: Timestamp, told: &mut dyn FnMut(u64, u64)) -> Result<Engine> {
    let mut engine = Engine::with_keys(rules()?, None, usize::MAX)?;
    let start = now.plus(-90 * DAY);
    let events = load.accounts * load.payments;
    let signals = known();
    (0..load.accounts / 1_000).try_for_each(|n| engine.list(Key(n.wrapping_mul(0x51_7cc1_b727_220a)), true))?;
    for n in 0..events {
        let at = start.plus((i128::from(n) * 90 * i128::from(DAY) / i128::from(events)) as i64);
        engine.observe(&Observed::paid(&payment(load, dice), &signals, at));
        if n % 100_000 == 0 {
            told(n, events);
        }
    }
    Ok(engine)
}

/// Fills an engine and measures it.
pub fn measure(load: &Load, told: &mut dyn FnMut(u64, u64)) -> Result<Speed> {
    let mut dice = Dice(1);
    let now = Timestamp::from_micros(1_795_300_000 * SECOND).plus(90 * DAY);
    let (events, signals, began) = (load.accounts * load.payments, known(), stopwatch());
    let mut engine = fill(load, &mut dice, now, told)?;
    let observed = began.elapsed().as_secs_f64();
    let (mut times, alerts) = decisions(&engine, load, &mut dice, now);
    let decided = times.iter().sum::<u64>() as f64 / 1e9;
    let began = stopwatch();
    for n in 0..load.decisions {
        let payment = payment(load, &mut dice);
        let at = now.plus(n as i64 * SECOND / 1_000);
        engine.decide(&payment, &signals, at);
        engine.observe(&Observed::paid(&payment, &signals, at));
    }
    let both = began.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |part: f64| times.get((times.len() as f64 * part) as usize).map_or(0.0, |t| *t as f64 / 1_000.0);
    let memory = engine.memory();
    Ok(Speed {
        rules: engine.rules().rules.iter().filter(|r| r.mode == Mode::Live).count(),
        slots: memory.slots,
        accounts: load.accounts,
        events,
        keys: memory.keys,
        observed_a_second: events as f64 / observed,
        decided_a_second: load.decisions as f64 / decided,
        payments_a_second: load.decisions as f64 / both,
        p50: at(0.5),
        p99: at(0.99),
        p999: at(0.999),
        bytes: memory.bytes,
        bytes_an_account: memory.bytes / load.accounts.max(1) as usize,
        alerts,
    })
}

/// Nanoseconds of each decision, and how many did not pass.
fn decisions(engine: &Engine, load: &Load, dice: &mut Dice, now: Timestamp) -> (Vec<u64>, u64) {
    let signals = known();
    let mut alerts = 0;
    let one = |_| {
        let payment = payment(load, dice);
        let began = stopwatch();
        let decision = engine.decide(&payment, &signals, now);
        let took = began.elapsed().as_nanos() as u64;
        alerts += u64::from(decision.action > crate::Action::Pass);
        took
    };
    let times = (0..load.decisions).map(one).collect();
    (times, alerts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small bank; a million accounts in a deep run.
    #[test]
    fn a_bank_is_measured() {
        let small = Load { accounts: 200, payments: 5, decisions: 50 };
        let load = match mutants::is_deep() {
            true => Load { accounts: 1_000_000, payments: 12, decisions: 200_000 },
            false => small,
        };
        let speed = measure(&load, &mut |_, _| {}).unwrap();
        println!("{speed:#?}");
        assert_eq!((speed.rules, speed.events), (RULES, load.accounts * load.payments));
        assert!(speed.bytes_an_account > 0 && speed.decided_a_second > 0.0);
    }
}
