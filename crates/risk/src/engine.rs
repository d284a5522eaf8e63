//! The engine: what was seen, the rules, a model, and the decision from them.
use crate::decision::{Decision, Judged, ModelSaid, Outcome, Read, Told};
use crate::expr::{Expression, Fault, compile};
use crate::input::{Asked, INPUTS, Type};
use crate::ladder::Ladder;
use crate::model::Model;
use crate::network::{Found, Network};
use crate::payment::{Happening, Key, Observed, Payment, PaymentKind, Signals};
use crate::rule::{Action, AllNames, Mode, NETWORK_FROM, Rule, SEEN_FROM, name_at};
use crate::ruleset::RuleSet;
use crate::state::{KEYS_MAX, Plan, State};
use kernel::clock::MINUTE;
use kernel::{Error, Result, Timestamp};

/// Rules, memory and a model. Deciding changes nothing; observing does.
pub struct Engine {
    rules: RuleSet,
    model: Option<Loaded>,
    plan: Plan,
    state: State,
    network: Network,
    /// Whether anything asks the network.
    networked: bool,
    /// Every name that is referred to, ascending.
    names: Vec<u16>,
}

struct Loaded {
    model: Model,
    features: Vec<Expression>,
}

/// Values of every name that something refers to, as one look found them. Two that are equal lead to the same decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked(Vec<Option<i64>>);

/// How much an engine remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Keys of aggregates.
    pub keys: usize,
    /// Keys forgotten because there were too many.
    pub forgotten: u64,
    /// Aggregate slots kept for a key at most.
    pub slots: usize,
    /// Accounts in the network.
    pub accounts: usize,
    /// Bytes of all of it.
    pub bytes: usize,
}

impl Engine {
    /// An engine that has seen nothing. Errors: `BAD_MODEL` when the model uses a name that the set does not declare.
    pub fn new(rules: RuleSet, model: Option<Model>) -> Result<Engine> {
        Engine::with_keys(rules, model, KEYS_MAX)
    }

    /// As [`Engine::new`], remembering at most so many keys.
    pub fn with_keys(rules: RuleSet, model: Option<Model>, keys_max: usize) -> Result<Engine> {
        let model = model.map(|m| load_model(m, &rules)).transpose()?;
        let features = || model.iter().flat_map(|m| m.features.iter());
        let plan = Plan::new(&rules.aggregates, &rules.wanted(features()));
        let all = rules.rules.iter().map(|r| &r.when).chain(features()).flat_map(|e| e.names.iter());
        let mut names: Vec<u16> = all.copied().collect();
        names.sort_unstable();
        names.dedup();
        let networked = names.iter().any(|n| (NETWORK_FROM..SEEN_FROM).contains(&usize::from(*n)));
        let state = State::new(keys_max);
        Ok(Engine { rules, model, plan, state, network: Network::default(), networked, names })
    }

    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    pub fn model(&self) -> Option<&Model> {
        self.model.as_ref().map(|m| &m.model)
    }

    /// Counts what has happened. Late and out of order is fine; twice counts twice, so the caller sends each event
    /// once.
    pub fn observe(&mut self, event: &Observed) {
        self.state.observe(&self.plan, event);
        let moved = event.what == Happening::Paid && event.kind != PaymentKind::Cash && event.kind != PaymentKind::Card;
        if self.networked && moved {
            self.network.observe(event);
        }
    }

    /// Puts an account on the list that nearness is measured from, or takes it off. Errors:
    /// [`crate::network::LISTED_MAX`].
    pub fn list(&mut self, key: Key, listed: bool) -> Result<()> {
        if self.network.list(key, listed) {
            return Ok(());
        }
        let max = crate::network::LISTED_MAX;
        Err(Error::limit("listed accounts", max + 1, max, "accounts"))
    }

    pub fn memory(&self) -> Memory {
        Memory {
            keys: self.state.keys(),
            forgotten: self.state.forgotten,
            slots: self.plan.slots(),
            accounts: self.network.len(),
            bytes: self.state.bytes() + self.network.bytes(),
        }
    }

    /// Bytes remembered of one key.
    pub fn bytes_of(&self, side: crate::aggregate::Side, key: Key) -> usize {
        self.state.bytes_of(side, key)
    }

    /// Whether another engine remembers exactly the same.
    pub fn remembers_the_same(&self, other: &Engine) -> bool {
        self.state == other.state && self.network == other.network
    }

    /// What there is to know of a payment at `at`. `pending` are events that are about to be observed, such as those of the
    /// transaction the caller stands in: aggregates count them, the network does not.
    pub fn look(&self, payment: &Payment, signals: &Signals, at: Timestamp, pending: &[Observed]) -> Looked {
        let mut values = self.values(payment, signals, at);
        if !pending.is_empty() {
            let known = &mut values[SEEN_FROM..];
            self.state.beside(&self.plan, payment, pending).read(&self.plan, payment, at, known);
        }
        Looked(values)
    }

    /// Values of all names; those that nothing refers to stay unknown.
    fn values(&self, payment: &Payment, signals: &Signals, at: Timestamp) -> Vec<Option<i64>> {
        let mut values = vec![None; SEEN_FROM + self.rules.aggregates.len()];
        let asked = Asked { payment, signals, at };
        for (input, value) in INPUTS.iter().zip(&mut values) {
            *value = (input.read)(&asked);
        }
        if self.networked {
            let Found { listed_hops, listed_share, circle_hops, circle_share } = self.network.find(payment, at);
            let found = [Some(listed_hops), Some(listed_share), circle_hops, circle_share];
            values[NETWORK_FROM..SEEN_FROM].copy_from_slice(&found);
        }
        self.state.read(&self.plan, payment, at, &mut values[SEEN_FROM..]);
        values
    }

    /// Decides on a payment at `now`. It is not counted itself: [`Engine::observe`] does that when money has moved.
    pub fn decide(&self, payment: &Payment, signals: &Signals, now: Timestamp) -> Decision {
        self.judged(payment, now, &self.look(payment, signals, now, &[]))
    }

    /// The same from what was looked at.
    pub fn judged(&self, payment: &Payment, now: Timestamp, looked: &Looked) -> Decision {
        let values = &looked.0;
        let today = now.local_date();
        let basic = payment.payee_class.is_basic();
        let in_force: Vec<&Rule> = self.rules.rules.iter().filter(|r| r.in_force(today)).collect();
        let judged: Vec<Judged> = in_force.iter().map(|r| self.judge(r, basic, values)).collect();
        let stopped = judged.iter().any(|j| j.counts() && j.action == Action::Stop);
        let model = self.model.as_ref().filter(|_| !stopped).map(|m| m.say(&self.rules.ladder, values));
        let counting = || in_force.iter().zip(&judged).filter(|(_, j)| j.counts());
        let score = counting().map(|(_, j)| j.score).sum::<i64>() + model.as_ref().map_or(0, |m| m.score);
        let asked = counting().map(|(_, j)| j.action).max().unwrap_or(Action::Pass);
        let action = ceiling(asked.max(self.rules.ladder.action(score)), basic);
        let minutes = counting().filter(|(r, _)| r.action == Action::Delay).map(|(r, _)| r.delay_minutes).max();
        let minutes = minutes.unwrap_or(crate::rule::DELAY_MINUTES_DEFAULT);
        let rules: Vec<&Rule> = counting().map(|(r, _)| *r).collect();
        let unclear = judged.iter().any(|j| j.counts() && j.outcome != Outcome::Hit);
        Decision {
            at: now,
            action,
            score,
            delay_until: (action == Action::Delay).then(|| now.plus(i64::from(minutes) * MINUTE)),
            gated: rules.iter().any(|r| r.gate),
            case: rules.iter().any(|r| r.case),
            basic,
            told: told(&self.rules.ladder, action, &rules, unclear),
            judged,
            model,
            read: self.names.iter().map(|n| self.shown(*n, values)).collect(),
            rules_version: self.rules.version.clone(),
            rules_hash: self.rules.hash.clone(),
        }
    }

    fn judge(&self, rule: &Rule, basic: bool, values: &[Option<i64>]) -> Judged {
        let (outcome, action) = match rule.when.value(values) {
            Ok(0) => (Outcome::Clear, Action::Pass),
            Ok(_) => (Outcome::Hit, rule.action),
            Err(Fault::Unknown(_)) => (Outcome::Unknown(self.missing(&rule.when, values)), Action::Pass),
            Err(fault) => (Outcome::Failed(format!("{fault:?}")), Action::Verify),
        };
        let score = if outcome == Outcome::Hit { rule.score } else { 0 };
        let detail = match outcome {
            Outcome::Hit | Outcome::Failed(_) => self.detail(rule, values),
            _ => String::new(),
        };
        Judged {
            rule: rule.id.clone(),
            version: rule.version,
            typology: rule.typology.clone(),
            mode: rule.mode,
            outcome,
            score,
            action: ceiling(action, basic),
            delay_minutes: rule.delay_minutes,
            detail,
        }
    }

    fn missing(&self, when: &Expression, values: &[Option<i64>]) -> Vec<String> {
        let gone = when.names.iter().filter(|n| values[usize::from(**n)].is_none());
        gone.map(|n| name_at(&self.rules.aggregates, *n).0).collect()
    }

    fn detail(&self, rule: &Rule, values: &[Option<i64>]) -> String {
        let read: Vec<String> = rule
            .when
            .names
            .iter()
            .map(|n| {
                let Read { name, value } = self.shown(*n, values);
                format!("{name} = {value}")
            })
            .collect();
        format!("{} ({})", rule.staff, read.join(", "))
    }

    fn shown(&self, at: u16, values: &[Option<i64>]) -> Read {
        let (name, kind): (String, Type) = name_at(&self.rules.aggregates, at);
        Read { name, value: kind.show(values[usize::from(at)]) }
    }

    /// The features of the model for a payment, as [`Model::logit`] wants them; `None` without a model.
    pub fn features(&self, payment: &Payment, signals: &Signals, at: Timestamp) -> Option<Vec<f32>> {
        let model = self.model.as_ref()?;
        let values = self.values(payment, signals, at);
        Some(model.features.iter().map(|f| feature(f, &values)).collect())
    }
}

/// Basic payments always find a way (反洗钱法 30): at most one proves who one is.
fn ceiling(action: Action, basic: bool) -> Action {
    if basic { action.min(Action::Verify) } else { action }
}

fn feature(expression: &Expression, values: &[Option<i64>]) -> f32 {
    expression.value(values).map_or(f32::NAN, |v| v as f32)
}

fn load_model(model: Model, rules: &RuleSet) -> Result<Loaded> {
    let features = compile_features(&model.features, rules)?;
    Ok(Loaded { model, features })
}

/// Reads features as expressions over the names of a set. Errors: `BAD_MODEL`.
fn compile_features(texts: &[String], rules: &RuleSet) -> Result<Vec<Expression>> {
    let compiled = texts.iter().map(|text| {
        compile(text, &mut AllNames(&rules.aggregates))
            .map_err(|why| Error::new(&crate::BAD_MODEL, format!("feature {text:?}: {why}")).with("feature", text))
    });
    compiled.collect()
}

impl Loaded {
    fn say(&self, ladder: &Ladder, values: &[Option<i64>]) -> ModelSaid {
        let row: Vec<f32> = self.features.iter().map(|f| feature(f, values)).collect();
        let (probability, logit, contributions) = self.model.explain(&row);
        ModelSaid {
            version: self.model.version.clone(),
            hash: self.model.hash.clone(),
            probability,
            logit,
            score: ladder.model_score(probability),
            contributions,
        }
    }
}

/// What the customer hears: nothing for a pass; the neutral words when one reason must not be named; else each reason
/// once, the strictest first.
fn told(ladder: &Ladder, action: Action, rules: &[&Rule], unclear: bool) -> Vec<Told> {
    if action == Action::Pass {
        return Vec::new();
    }
    if rules.iter().any(|r| r.neutral) {
        return vec![Told { rules: Vec::new(), texts: ladder.neutral.clone() }];
    }
    let mut sorted: Vec<&&Rule> = rules.iter().filter(|r| !r.gate && r.mode == Mode::Live).collect();
    sorted.sort_by(|a, b| b.action.cmp(&a.action).then(b.score.cmp(&a.score)).then(a.id.cmp(&b.id)));
    let mut out: Vec<Told> = Vec::new();
    for rule in sorted {
        match out.iter_mut().find(|t| t.texts == rule.texts) {
            Some(said) => said.rules.push(rule.id.clone()),
            None => out.push(Told { rules: vec![rule.id.clone()], texts: rule.texts.clone() }),
        }
    }
    if out.is_empty() {
        let texts = if unclear { &ladder.unclear } else { &ladder.unusual };
        out.push(Told { rules: Vec::new(), texts: texts.clone() });
    }
    out
}
