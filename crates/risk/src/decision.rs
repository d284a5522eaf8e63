//! What was decided, and everything it was decided from.
use crate::rule::{Action, Mode, Texts};
use kernel::Timestamp;

/// What a rule came to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Hit,
    Clear,
    /// It needs what is not known: the names of it. It does not count.
    Unknown(Vec<String>),
    /// It could not be worked out. A live one counts as [`Action::Verify`]: what cannot be judged is looked at.
    Failed(String),
}

/// One rule's part in a decision.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Judged {
    pub rule: String,
    pub version: u32,
    pub typology: String,
    pub mode: Mode,
    pub outcome: Outcome,
    pub score: i64,
    /// What it asks for; of a basic payment at most [`Action::Verify`].
    pub action: Action,
    /// Of a delay, that it would last.
    pub delay_minutes: u32,
    /// For staff: what it says, then the values it read.
    pub detail: String,
}

impl Judged {
    /// Whether it has a say in what follows.
    pub fn counts(&self) -> bool {
        self.mode == Mode::Live && matches!(self.outcome, Outcome::Hit | Outcome::Failed(_))
    }
}

/// What was read: a name and its value, `?` where it is not known.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Read {
    pub name: String,
    pub value: String,
}

/// What a model said.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ModelSaid {
    pub version: String,
    pub hash: String,
    /// That it is fraud, basis points.
    pub probability: i64,
    /// The logit in millionths, for ranking.
    pub logit: i64,
    /// Points it gives.
    pub score: i64,
    /// What each feature added to the logit, thousandths, largest first; the sum with the base is the logit.
    pub contributions: Vec<(String, i64)>,
}

/// Why, in the words of the customer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Told {
    /// Rules whose words these are; empty for the neutral ones.
    pub rules: Vec<String>,
    pub texts: Texts,
}

/// A decision with everything it was made from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Decision {
    pub at: Timestamp,
    pub action: Action,
    /// Sum of the points of live hits and of the model.
    pub score: i64,
    /// End of the longest delay asked for, when the action is delay.
    pub delay_until: Option<Timestamp>,
    /// A hold ends only when a person lets it.
    pub gated: bool,
    /// Staff look at it afterwards, whatever follows now.
    pub case: bool,
    /// Of a payee whom 反洗钱法 30 protects: at most verify.
    pub basic: bool,
    /// Rules in force, each with what it came to.
    pub judged: Vec<Judged>,
    pub model: Option<ModelSaid>,
    /// Inputs and aggregates that anything in force read.
    pub read: Vec<Read>,
    pub rules_version: String,
    pub rules_hash: String,
    /// For the customer, none for a pass.
    pub told: Vec<Told>,
}

impl Decision {
    /// Rules that were hit and count.
    pub fn hits(&self) -> impl Iterator<Item = &Judged> {
        self.judged.iter().filter(|j| j.counts())
    }
    /// Whether a rule was hit, counting or not.
    pub fn hit(&self, rule: &str) -> bool {
        self.judged.iter().any(|j| j.rule == rule && j.outcome == Outcome::Hit)
    }
    pub fn outcome(&self, rule: &str) -> Option<&Outcome> {
        self.judged.iter().find(|j| j.rule == rule).map(|j| &j.outcome)
    }
}
