//! Random histories against a naive reading of the rules.
use super::*;
use kernel::Timestamp;
use ledger::restrictions::Restriction;

/// A random number below `n`, always the same for a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

struct Run {
    b: Bank,
    c: Customer,
    court: Customer,
    orders: Vec<AuthorityOrderId>,
    /// When each was seen to end, by a document.
    documents: u64,
}

impl Run {
    fn open() -> Run {
        let b = Bank::open();
        let (c, court) = (b.customer(1, 5_000), b.customer(2, 0));
        Run { b, c, court, orders: Vec::new(), documents: 0 }
    }

    fn document(&mut self) -> String {
        self.documents += 1;
        format!("第{}号", self.documents)
    }

    fn step(&mut self, dice: &mut Dice) {
        let document = self.document();
        let amount = 1 + dice.roll(3_000) as i64;
        match dice.roll(10) {
            0..=2 => {
                let fen = (dice.roll(4) > 0).then_some(amount);
                let until = self.b.clock.now().local_date().plus_days(1 + dice.roll(6) as i64).to_string();
                let new =
                    OrderNew {
                        authority_name: "法院".into(), document, ..self.b.court(&self.c, "甲1", fen, &until)
                    };
                self.try_done(new);
            }
            3 => {
                let new = OrderNew {
                    account: Some(self.c.account),
                    document,
                    ..self.b.paper(OrderKind::Stop, &self.c, "止")
                };
                if let Ok(id) = self.b.stop_now(new) {
                    self.orders.push(id);
                }
            }
            4 => self
                .on_some(dice, |b, t| OrderNew { document: document.clone(), ..b.after(OrderKind::Release, t, "x") }),
            5 => {
                let (number, days) = (self.b.number(self.court.account), 1 + dice.roll(5) as i64);
                let until = self.b.clock.now().local_date().plus_days(days);
                let renew = dice.roll(2) == 0;
                self.on_some(dice, |b, t| {
                    let kind = if renew { OrderKind::Renew } else { OrderKind::Deduct };
                    let new = OrderNew { document: document.clone(), ..b.after(kind, t, "x") };
                    match renew {
                        true => OrderNew { until: Some(until), ..new },
                        false => OrderNew {
                            amount: Some(Money::cny(amount)),
                            keep: Some(Money::cny(100)),
                            payee_number: number.clone(),
                            payee_name: name(2),
                            ..new
                        },
                    }
                });
            }
            6 => self.b.gets(self.c.account, amount),
            7 => self.customer_pays(amount),
            _ => {
                self.b.clock.advance((1 + dice.roll(36) as i64) * HOUR / 2);
                self.b.go_on();
            }
        }
    }

    fn try_done(&mut self, new: OrderNew) {
        if let Ok(id) = self.b.enter(new) {
            self.orders.push(id);
            let _ = self.b.yes(id);
        }
    }

    fn on_some(&mut self, dice: &mut Dice, new: impl Fn(&Bank, AuthorityOrderId) -> OrderNew) {
        if !self.orders.is_empty() {
            let t = self.orders[dice.roll(self.orders.len() as u64) as usize];
            let new = new(&self.b, t);
            self.try_done(new);
        }
    }

    fn live(&self) -> Vec<AuthorityOrder> {
        let mut all: Vec<AuthorityOrder> = self.orders.iter().map(|id| self.b.order(*id)).collect();
        all.retain(|o| matches!(o.state, OrderState::InForce | OrderState::Waiting) && o.kind != OrderKind::Query);
        all.sort_by_key(|o| o.place);
        all
    }

    /// Goes through exactly when nothing stops it and what is kept stays.
    fn customer_pays(&mut self, fen: i64) {
        let live = self.live();
        let stopped =
            live.iter().any(|o| o.state == OrderState::InForce && (o.kind == OrderKind::Stop || o.is_whole()));
        let kept: i64 = live.iter().filter(|o| o.state == OrderState::InForce).filter_map(|o| o.left()).sum();
        let fits = !stopped && self.b.balance(self.c.account) - kept >= fen;
        assert_eq!(self.b.pays(self.c.account, fen).is_ok(), fits, "{fen} of {kept} kept, stopped: {stopped}");
    }

    /// What holds after every step.
    fn look(&self, last: &mut Vec<(AuthorityOrderId, OrderState, Option<Timestamp>)>) {
        let (live, now) = (self.live(), self.b.clock.now());
        let mut taken = false;
        for o in live.iter().filter(|o| o.kind == OrderKind::Freeze) {
            assert_eq!(o.state == OrderState::Waiting, taken, "{} at place {}", o.id, o.place);
            taken |= o.is_whole();
        }
        let in_force = |o: &&AuthorityOrder| o.state == OrderState::InForce;
        let kept: i64 = live.iter().filter(in_force).filter_map(|o| o.left()).sum();
        let stopped = live.iter().filter(in_force).any(|o| o.kind == OrderKind::Stop || o.is_whole());
        let view = self.b.read(|tx| ledger::view(tx, self.c.account));
        let restrictions = self.b.read(|tx| ledger::restrictions::orders(tx, self.c.account));
        let stops = restrictions.iter().any(|r| r.lifted_at.is_none() && r.kind == Restriction::NoDebits);
        assert_eq!((view.balance.frozen, stops), (kept, stopped));
        let (covered, left) = self.b.covered(self.c.account);
        assert_eq!(covered.iter().sum::<i64>() + left, view.posted().minor);
        for (id, state, until) in last.iter() {
            let o = self.b.order(*id);
            if *state == OrderState::InForce && o.state == OrderState::Expired {
                assert!(until.is_some_and(|u| u <= now), "{id} ended early");
            }
            if *state == OrderState::InForce {
                assert_ne!(o.state, OrderState::Waiting, "{id} was pushed out");
            }
        }
        *last = self.orders.iter().map(|id| self.b.order(*id)).map(|o| (o.id, o.state, o.until)).collect();
        for o in self.orders.iter().map(|id| self.b.order(*id)) {
            assert!(o.decided_by.as_ref() != Some(&o.entered_by), "{} was decided alone", o.id);
            let acted = matches!(o.state, OrderState::Done | OrderState::Released | OrderState::Waiting);
            assert!(!acted || o.decided_by.is_some() || o.kind == OrderKind::Stop);
        }
    }
}

#[test]
fn what_is_kept_who_waits_and_when_it_ends_in_random_histories() {
    for seed in 1..=6u64 {
        let (mut run, mut dice, mut last) = (Run::open(), Dice(seed), Vec::new());
        for _ in 0..50 {
            run.step(&mut dice);
            run.look(&mut last);
        }
        run.b.go_on();
        let now = run.b.clock.now();
        assert!(run.live().iter().all(|o| o.until.is_none_or(|until| now < until)), "something is released late");
        run.b.verify();
    }
}
