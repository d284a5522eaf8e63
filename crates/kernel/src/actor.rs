//! Who asks: every command takes an [`Actor`] first, and the audit writes down what it says.
use crate::id::{BranchId, ClientId, DeviceId, FirmId, LoginId, PersonId, SessionId, StaffId};

/// The one who acts. A customer acts as a person, or for a firm; staff act in their office; the system acts by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    Person(PersonId),
    /// A person acting for a firm (payroll clerk, checker, finance officer).
    ForFirm {
        person: PersonId,
        firm: FirmId,
    },
    Staff(StaffId),
    /// A program of a firm or a partner, signed in by key.
    Client {
        client: ClientId,
        firm: FirmId,
    },
    /// The bank itself: a named process such as `close-day`, `relay`, `clearing`.
    System(&'static str),
    /// Not signed in.
    Nobody,
}

/// Whose something is: an account, a document, a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Person(PersonId),
    Firm(FirmId),
    Bank,
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Owner::Person(p) => p.fmt(f),
            Owner::Firm(x) => x.fmt(f),
            Owner::Bank => f.pad("bank"),
        }
    }
}

impl std::str::FromStr for Owner {
    type Err = crate::Error;
    fn from_str(s: &str) -> crate::Result<Owner> {
        match s.split('_').next() {
            Some("bank") => Ok(Owner::Bank),
            Some("firm") => s.parse().map(Owner::Firm),
            _ => s.parse().map(Owner::Person),
        }
    }
}

impl serde::Serialize for Owner {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> serde::Deserialize<'de> for Owner {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'de, str>>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where the request came in. Limits and entitlements differ by channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Counter,
    Kiosk,
    Phone,
    Remote,
    Api,
    Cli,
    System,
}

impl Channel {
    pub const ALL: [Channel; 7] = [
        Channel::Counter,
        Channel::Kiosk,
        Channel::Phone,
        Channel::Remote,
        Channel::Api,
        Channel::Cli,
        Channel::System,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Channel::Counter => "counter",
            Channel::Kiosk => "kiosk",
            Channel::Phone => "phone",
            Channel::Remote => "remote",
            Channel::Api => "api",
            Channel::Cli => "cli",
            Channel::System => "system",
        }
    }
    pub fn parse(text: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|c| c.code() == text)
    }
    /// Everything but the staffed counter is 非柜面.
    pub fn is_counter(self) -> bool {
        self == Channel::Counter
    }
}

/// Who, from where, in which session; plain data, cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub who: Who,
    pub channel: Channel,
    pub login: Option<LoginId>,
    pub session: Option<SessionId>,
    pub device: Option<DeviceId>,
    /// The branch staff work in now; `None` for customers away from a branch.
    pub branch: Option<BranchId>,
    /// Role names held when the session began, for the audit (entitlement is looked up, not read from here).
    pub roles: String,
    /// Network address as the server saw it; empty for none.
    pub address: String,
    /// One id from the first click to the last posting.
    pub correlation: String,
    /// The second factor was given within the step-up window (see `party::STEP_UP_MINUTES`).
    pub stepped_up: bool,
}

impl Actor {
    /// The bank itself, by process name.
    pub fn system(process: &'static str) -> Actor {
        Actor { roles: "system".into(), channel: Channel::System, stepped_up: true, ..Actor::of(Who::System(process)) }
    }
    pub fn nobody() -> Actor {
        Actor::of(Who::Nobody)
    }
    pub fn of(who: Who) -> Actor {
        Actor {
            who,
            channel: Channel::Api,
            login: None,
            session: None,
            device: None,
            branch: None,
            roles: String::new(),
            address: String::new(),
            correlation: String::new(),
            stepped_up: false,
        }
    }
    pub fn person(&self) -> Option<PersonId> {
        match self.who {
            Who::Person(p) | Who::ForFirm { person: p, .. } => Some(p),
            _ => None,
        }
    }
    pub fn firm(&self) -> Option<FirmId> {
        match self.who {
            Who::ForFirm { firm, .. } | Who::Client { firm, .. } => Some(firm),
            _ => None,
        }
    }
    pub fn staff(&self) -> Option<StaffId> {
        match self.who {
            Who::Staff(s) => Some(s),
            _ => None,
        }
    }
    /// The principal as the audit and the idempotency table write it: `pers_…`, `staf_…`, `clnt_…`, `system:relay`.
    /// A person is one principal whether for himself or for a firm, so nobody can check what he made under another hat.
    pub fn principal(&self) -> String {
        match self.who {
            Who::Person(p) | Who::ForFirm { person: p, .. } => p.to_string(),
            Who::Staff(s) => s.to_string(),
            Who::Client { client, .. } => client.to_string(),
            Who::System(name) => format!("system:{name}"),
            Who::Nobody => "nobody".into(),
        }
    }
}
