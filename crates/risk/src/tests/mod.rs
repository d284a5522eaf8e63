mod accounts;
mod backtest;
mod engine;
mod files;
mod handbook;
mod memory;
mod network;
mod stories;
mod typologies;

use crate::{Decision, Engine, Happening, Key, Observed, Payment, PaymentKind, RuleSet, Signals};
use kernel::clock::{DAY, HOUR, MINUTE};
use kernel::{Date, Money, Timestamp};

/// Noon of a Wednesday.
pub(crate) fn noon() -> Timestamp {
    Date::parse("2026-11-18").unwrap().begins().plus(12 * HOUR)
}

pub(crate) fn yuan(yuan: i64) -> Money {
    Money::cny(yuan * 100)
}

pub(crate) fn key(name: &str) -> Key {
    Key::of(name)
}

/// What happened to somebody, told from the moment of a payment of his.
pub(crate) struct Story {
    pub engine: Engine,
    pub at: Timestamp,
    pub payment: Payment,
    pub signals: Signals,
}

impl Story {
    /// Wang is about to pay Li 10,000 yuan at noon.
    pub fn new() -> Story {
        Story::with(RuleSet::shipped().unwrap())
    }

    pub fn with(rules: RuleSet) -> Story {
        let payment = Payment::transfer(key("wang"), key("li"), yuan(10_000));
        Story { engine: Engine::new(rules, None).unwrap(), at: noon(), payment, signals: Signals::default() }
    }

    pub fn amount(mut self, of: i64) -> Story {
        self.payment.amount = yuan(of);
        self
    }

    pub fn hour(mut self, hour: i64) -> Story {
        self.at = noon().plus((hour - 12) * HOUR);
        self
    }

    pub fn payment(mut self, change: impl FnOnce(&mut Payment)) -> Story {
        change(&mut self.payment);
        self
    }

    pub fn signals(mut self, change: impl FnOnce(&mut Signals)) -> Story {
        change(&mut self.signals);
        self
    }

    pub fn event(mut self, minutes_ago: i64, change: impl FnOnce(&mut Observed)) -> Story {
        let paid = Payment::transfer(key("nobody"), key("anybody"), yuan(100));
        let mut event = Observed::paid(&paid, &Signals::default(), self.at.plus(-minutes_ago * MINUTE));
        change(&mut event);
        self.engine.observe(&event);
        self
    }

    /// Money moved from one to another.
    pub fn paid(self, minutes_ago: i64, from: &str, to: &str, of: i64) -> Story {
        self.event(minutes_ago, |e| {
            (e.payer, e.payee, e.amount) = (Some(key(from)), Some(key(to)), yuan(of));
        })
    }

    /// The same from each of `n`, minutes apart.
    pub fn paid_by_each(self, n: i64, minutes_ago: i64, to: &str, of: i64) -> Story {
        (0..n).fold(self, |s, i| s.paid(minutes_ago + i, &format!("somebody {i}"), to, of))
    }

    pub fn pays_each(self, n: i64, minutes_ago: i64, from: &str, of: i64) -> Story {
        (0..n).fold(self, |s, i| s.paid(minutes_ago + i, from, &format!("other {i}"), of))
    }

    pub fn signed_in(self, who: &str, device: Option<&str>, address: Option<&str>) -> Story {
        self.event(60, |e| {
            (e.what, e.payer, e.payee) = (Happening::SignedIn, Some(key(who)), None);
            (e.device, e.address) = (device.map(key), address.map(key));
        })
    }

    pub fn cash(self, minutes_ago: i64, of: i64) -> Story {
        self.event(minutes_ago, |e| {
            (e.payer, e.payee, e.amount) = (Some(key("wang")), Some(key("machine")), yuan(of));
            e.kind = PaymentKind::Cash;
        })
    }

    pub fn listed(mut self, who: &str) -> Story {
        self.engine.list(key(who), true).unwrap();
        self
    }

    pub fn decide(&self) -> Decision {
        self.engine.decide(&self.payment, &self.signals, self.at)
    }
}

pub(crate) const DAYS: i64 = DAY / MINUTE;
