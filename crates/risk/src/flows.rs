//! Accounts and the payments between them: what the shape of an account's payments says about it.
#![expect(clippy::float_arithmetic, reason = "features of accounts are no money")]
use crate::network::Network;
use crate::payment::{Key, Observed, Payment, PaymentKind, Signals};
use kernel::clock::{HOUR, SECOND};
use kernel::{Money, Timestamp};
use std::collections::HashMap;

const DAY_SECONDS: i64 = 86_400;

/// A payment as one of the two accounts sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    pub at: Timestamp,
    pub other: u32,
    pub fen: i64,
}

impl Flow {
    fn second(&self) -> i64 {
        self.at.micros() / SECOND
    }
}

/// All accounts of a file, numbered as they came.
#[derive(Default)]
pub(crate) struct Flows {
    pub names: Vec<String>,
    numbers: HashMap<String, u32>,
    pub into: Vec<Vec<Flow>>,
    pub out: Vec<Vec<Flow>>,
    /// Payments in order of the file: payer, payee, fen.
    all: Vec<(Timestamp, u32, u32, i64)>,
}

/// The features of an account, by name.
pub const FEATURES: [&str; 30] = [
    "in_count",
    "out_count",
    "in_sum",
    "out_sum",
    "payers",
    "payees",
    "in_mean",
    "out_mean",
    "in_max",
    "out_max",
    "in_spread",
    "out_spread",
    "balance",
    "passed_on_2d",
    "in_rest_hours",
    "fan_in_1d",
    "fan_out_1d",
    "fan_in_7d",
    "fan_out_7d",
    "fan_in_part",
    "fan_out_part",
    "life_days",
    "night_part",
    "same_amount_part",
    "circles",
    "payers_passed_on",
    "payees_passed_on",
    "payers_fan_out",
    "payees_fan_in",
    "circles_near",
];

impl Flows {
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(known) = self.numbers.get(name) {
            return *known;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        self.into.push(Vec::new());
        self.out.push(Vec::new());
        number
    }

    pub fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub fn pay(&mut self, at: Timestamp, payer: u32, payee: u32, fen: i64) {
        self.all.push((at, payer, payee, fen));
        self.out[payer as usize].push(Flow { at, other: payee, fen });
        self.into[payee as usize].push(Flow { at, other: payer, fen });
    }

    pub fn payments(&self) -> usize {
        self.all.len()
    }

    /// Puts everything in order of time.
    pub fn sort(&mut self) {
        self.all.sort_by_key(|p| p.0);
        self.into.iter_mut().chain(&mut self.out).for_each(|f| f.sort_by_key(|f| f.at));
    }

    /// Circles that each account took part in, as the engine would have seen them closing.
    fn circles(&self) -> Vec<u32> {
        let mut network = Network::default();
        let mut circles = vec![0; self.names.len()];
        for (at, payer, payee, fen) in &self.all {
            let (from, to) = (Key(u64::from(*payer)), Key(u64::from(*payee)));
            let payment = Payment { kind: PaymentKind::Transfer, ..Payment::transfer(from, to, Money::cny(*fen)) };
            for member in network.circle_members(&payment, *at) {
                circles[member as usize] += 1;
            }
            network.observe(&Observed::paid(&payment, &Signals::default(), *at));
        }
        circles
    }

    /// The features of every account, [`FEATURES`] values each.
    pub fn features(&self) -> Vec<[f32; 30]> {
        let circles = self.circles();
        let mut rows: Vec<[f32; 30]> = (0..self.names.len()).map(|a| self.own(a)).collect();
        let (passed, fan_in, fan_out): (Vec<f32>, Vec<f32>, Vec<f32>) = {
            let column = |at: usize| rows.iter().map(|r| r[at]).collect();
            (column(13), column(15), column(16))
        };
        let near: Vec<f32> = circles.iter().map(|c| *c as f32).collect();
        for (a, row) in rows.iter_mut().enumerate() {
            row[24] = circles[a] as f32;
            row[25] = mean(self.into[a].iter().map(|f| passed[f.other as usize]));
            row[26] = mean(self.out[a].iter().map(|f| passed[f.other as usize]));
            row[27] = mean(self.into[a].iter().map(|f| fan_out[f.other as usize]));
            row[28] = mean(self.out[a].iter().map(|f| fan_in[f.other as usize]));
            row[29] = mean(self.into[a].iter().chain(&self.out[a]).map(|f| near[f.other as usize].min(1.0)));
        }
        rows
    }

    fn own(&self, a: usize) -> [f32; 30] {
        let (into, out) = (&self.into[a], &self.out[a]);
        let sum = |flows: &[Flow]| flows.iter().map(|f| f.fen as f64).sum::<f64>();
        let (in_sum, out_sum) = (sum(into), sum(out));
        let (payers, payees) = (different(into), different(out));
        let (in_1d, out_1d) = (fan(into, DAY_SECONDS), fan(out, DAY_SECONDS));
        let (in_7d, out_7d) = (fan(into, 7 * DAY_SECONDS), fan(out, 7 * DAY_SECONDS));
        let (passed, rest) = passed_on(into, out);
        let ends = |f: &[Flow]| f.first().map(Flow::second).into_iter().chain(f.last().map(Flow::second));
        let times: Vec<i64> = ends(into).chain(ends(out)).collect();
        let life = times.iter().max().zip(times.iter().min()).map_or(0, |(last, first)| last - first);
        let mut row = [0.0f32; 30];
        row[..24].copy_from_slice(&[
            into.len() as f32,
            out.len() as f32,
            in_sum as f32,
            out_sum as f32,
            payers as f32,
            payees as f32,
            over(in_sum, into.len()),
            over(out_sum, out.len()),
            into.iter().map(|f| f.fen).max().unwrap_or(0) as f32,
            out.iter().map(|f| f.fen).max().unwrap_or(0) as f32,
            spread(into),
            spread(out),
            if in_sum.max(out_sum) > 0.0 { (in_sum.min(out_sum) / in_sum.max(out_sum)) as f32 } else { 0.0 },
            passed,
            rest,
            in_1d as f32,
            out_1d as f32,
            in_7d as f32,
            out_7d as f32,
            over(in_1d as f64, payers),
            over(out_1d as f64, payees),
            life as f32 / DAY_SECONDS as f32,
            night(into.iter().chain(out)),
            same_amount(into, out),
        ]);
        row
    }
}

fn over(of: f64, count: usize) -> f32 {
    (of / count.max(1) as f64) as f32
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0f64, 0usize), |(s, n), v| (s + f64::from(v), n + 1));
    over(sum, count)
}

fn different(flows: &[Flow]) -> usize {
    let mut others: Vec<u32> = flows.iter().map(|f| f.other).collect();
    others.sort_unstable();
    others.dedup();
    others.len()
}

/// Most different others within `seconds`.
fn fan(flows: &[Flow], seconds: i64) -> usize {
    let mut within: HashMap<u32, u32> = HashMap::new();
    let (mut from, mut most) = (0, 0);
    for flow in flows {
        *within.entry(flow.other).or_default() += 1;
        while flow.second() - flows[from].second() > seconds {
            if let Some(count) = within.get_mut(&flows[from].other) {
                *count -= 1;
                if *count == 0 {
                    within.remove(&flows[from].other);
                }
            }
            from += 1;
        }
        most = most.max(within.len());
    }
    most
}

/// The part of what came in that went out again within two days, first come first out, and how many hours it rested in
/// the mean.
fn passed_on(into: &[Flow], out: &[Flow]) -> (f32, f32) {
    let (mut at, mut left) = (0, 0i64);
    let (mut passed, mut hours, mut all) = (0.0f64, 0.0f64, 0.0f64);
    let mut lying: std::collections::VecDeque<(i64, i64)> = std::collections::VecDeque::new();
    for flow in out {
        while at < into.len() && into[at].at <= flow.at {
            lying.push_back((into[at].second(), into[at].fen));
            at += 1;
        }
        left += flow.fen;
        while let Some((came, fen)) = lying.front_mut() {
            let part = left.min(*fen);
            let rested = flow.second() - *came;
            if rested <= 2 * DAY_SECONDS {
                passed += part as f64;
            }
            hours += part as f64 * rested as f64 * SECOND as f64 / HOUR as f64;
            all += part as f64;
            (*fen, left) = (*fen - part, left - part);
            if *fen > 0 {
                break;
            }
            lying.pop_front();
        }
        left = 0;
    }
    let received: f64 = into.iter().map(|f| f.fen as f64).sum();
    let part = if received > 0.0 { passed / received } else { 0.0 };
    (part as f32, if all > 0.0 { (hours / all) as f32 } else { f32::NAN })
}

/// Standard deviation over mean of the amounts.
fn spread(flows: &[Flow]) -> f32 {
    let n = flows.len().max(1) as f64;
    let mean = flows.iter().map(|f| f.fen as f64).sum::<f64>() / n;
    let variance = flows.iter().map(|f| (f.fen as f64 - mean).powi(2)).sum::<f64>() / n;
    if mean > 0.0 { (variance.sqrt() / mean) as f32 } else { 0.0 }
}

fn night<'a>(flows: impl Iterator<Item = &'a Flow>) -> f32 {
    mean(flows.map(|f| if f.at.local_time().0 < 6 { 1.0 } else { 0.0 }))
}

/// The part of payments out whose amount, to 2 %, also came in within two days before.
fn same_amount(into: &[Flow], out: &[Flow]) -> f32 {
    let mut from = 0;
    let met = out.iter().map(|o| {
        while from < into.len() && o.second() - into[from].second() > 2 * DAY_SECONDS {
            from += 1;
        }
        let before = into[from..].iter().take_while(|i| i.at <= o.at).take(500);
        let mut near = before.filter(|i| (i.fen - o.fen).abs() * 50 <= i.fen.max(o.fen));
        if near.next().is_some() { 1.0 } else { 0.0 }
    });
    mean(met)
}
