//! What the engine is told: a payment to be decided, the signals around it, and what has happened.
use kernel::{Money, Timestamp};

/// Somebody or something that is counted: an account, a device, a telephone number. 64 bits of a hash, so that nothing
/// personal is kept in memory; 10 million of them meet by chance once in 370,000 tries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Key(pub u64);

impl Key {
    pub fn of(text: &str) -> Key {
        let hash = blake3::hash(text.as_bytes());
        Key(hash.as_bytes().first_chunk::<8>().map_or(0, |b| u64::from_le_bytes(*b)))
    }
    /// Of a payer and a payee together; the other way round is another pair.
    pub fn pair(payer: Key, payee: Key) -> Key {
        let mixed = payer.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31) ^ payee.0;
        Key(mixed.wrapping_mul(0xff51_afd7_ed55_8ccd) ^ (mixed >> 29))
    }
}

macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$line:meta])* $item:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$line])* #[serde(rename = $word)] $item,)* }
        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$item,)*];
            /// The words a rule may compare it with, in the order of [`Self::ALL`].
            pub const WORDS: &'static [&'static str] = &[$($word,)*];
            pub fn word(self) -> &'static str {
                match self { $($name::$item => $word,)* }
            }
            /// Its place in [`Self::ALL`]: its value in an expression.
            pub fn code(self) -> i64 {
                self as i64
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// How the money is to move.
    pub enum PaymentKind {
        Transfer = "transfer",
        /// Notes, at a counter or a machine.
        Cash = "cash",
        /// By card at a merchant.
        Card = "card",
        /// Through a payment service in the payer's name (快捷支付).
        Quick = "quick",
        Wages = "wages",
    }
}

words! {
    /// Where it is ordered.
    pub enum Way {
        Counter = "counter",
        Kiosk = "kiosk",
        Phone = "phone",
        Remote = "remote",
        Api = "api",
        Atm = "atm",
        Pos = "pos",
        System = "system",
    }
}

impl Way {
    /// Whether no person of the bank stands beside it (非柜面).
    pub fn is_non_counter(self) -> bool {
        self != Way::Counter
    }
}

impl From<kernel::Channel> for Way {
    fn from(channel: kernel::Channel) -> Way {
        match channel {
            kernel::Channel::Counter => Way::Counter,
            kernel::Channel::Kiosk => Way::Kiosk,
            kernel::Channel::Phone => Way::Phone,
            kernel::Channel::Remote => Way::Remote,
            kernel::Channel::Api => Way::Api,
            kernel::Channel::Cli | kernel::Channel::System => Way::System,
        }
    }
}

words! {
    /// What a payee is, as verified by the bank when it took him on. Never taken from the payer's words.
    pub enum PayeeClass {
        Unverified = "unverified",
        Person = "person",
        Firm = "firm",
        Merchant = "merchant",
        /// 医疗
        Medical = "medical",
        /// 社会保障
        SocialSecurity = "social_security",
        /// 公用事业
        Utilities = "utilities",
        Tax = "tax",
    }
}

impl PayeeClass {
    /// Payments that 反洗钱法 30 keeps open whatever is suspected.
    pub fn is_basic(self) -> bool {
        matches!(self, PayeeClass::Medical | PayeeClass::SocialSecurity | PayeeClass::Utilities)
    }
}

words! {
    /// What a list says of somebody.
    pub enum Listing {
        None = "none",
        /// Suspected: look twice.
        Grey = "grey",
        /// Known to take part in fraud.
        Black = "black",
        /// Named by an order of police or court.
        Order = "order",
    }
}

/// A payment that waits for the decision.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Payment {
    pub payer: Key,
    /// Of cash: the machine or counter.
    pub payee: Key,
    /// In yuan; another currency is converted by the caller, because thresholds are in fen.
    pub amount: Money,
    pub kind: PaymentKind,
    pub way: Way,
    pub payee_class: PayeeClass,
    /// To an account of the same owner.
    pub own: bool,
    pub payer_firm: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Key>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Key>,
    /// On the net.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Key>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant: Option<Key>,
}

impl Payment {
    /// A transfer between two persons by telephone or browser; what else is known is set on it.
    pub fn transfer(payer: Key, payee: Key, amount: Money) -> Payment {
        Payment {
            payer,
            payee,
            amount,
            kind: PaymentKind::Transfer,
            way: Way::Remote,
            payee_class: PayeeClass::Unverified,
            own: false,
            payer_firm: false,
            device: None,
            phone: None,
            address: None,
            merchant: None,
        }
    }
}

/// What is known beside the payment. Whatever is `None` is not known: a rule that needs it says so and does not count;
/// it is never taken for "no".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Signals {
    /// Whole years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_age: Option<u32>,
    /// Days since the payer's account was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_age_days: Option<u32>,
    /// Days since the payer last moved money himself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_days: Option<u32>,
    /// The payer's balance before this payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<Money>,
    /// Hours since the device was first seen with this payer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_age_hours: Option<u32>,
    /// Hours since telephone, password or limit were last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_hours: Option<u32>,
    /// The screen is shared or recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screen_shared: Option<bool>,
    /// A telephone call is going on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_call: Option<bool>,
    /// An accessibility service operates the screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operated: Option<bool>,
    /// Seconds from the first question of the order to its last button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill_seconds: Option<u32>,
    /// The payee's number was pasted and not typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_pasted: Option<bool>,
    /// The address on the net lies in a province the payer was not in for 30 days and does not live in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away: Option<bool>,
    /// Speed between this place and the last, km/h.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub travel_kmh: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payee_list: Option<Listing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_list: Option<Listing>,
    /// Hours since a term deposit was broken before its day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposit_broken_hours: Option<u32>,
    /// What the payer declared to earn in a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub income_year: Option<Money>,
    /// Lives, works or studies here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_tie: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sim_age_days: Option<u32>,
    /// Banks at which the payer opened accounts within a week.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub banks_this_week: Option<u32>,
    /// The account was opened by one of a group led by somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_in_group: Option<bool>,
    /// Days since a firm was registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firm_age_days: Option<u32>,
    /// Firms with the same address, agent or telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firms_alike: Option<u32>,
    /// A firm has paid taxes, wages or utilities within 90 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firm_pays_dues: Option<bool>,
    /// Open cases about the payer: dissuasion (劝阻), complaint, appeal, inquiry of the police.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_cases: Option<u32>,
    /// The payee's name or the words on the payment speak of a pension project, shares in one, or returns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pension_words: Option<bool>,
}

words! {
    /// What has happened.
    pub enum Happening {
        /// Money has moved.
        Paid = "paid",
        /// What an earlier payment was has become known; amount and parties are that payment's, the time is that of
        /// knowing.
        Labelled = "labelled",
        /// Somebody signed in with a device.
        SignedIn = "signed_in",
        /// An account was opened.
        Opened = "opened",
    }
}

/// One thing that has happened. Events may come late and in any order; what they say is counted by their own time,
/// which is the bank's and never a device's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    pub at: Timestamp,
    pub what: Happening,
    pub payer: Option<Key>,
    pub payee: Option<Key>,
    pub device: Option<Key>,
    pub phone: Option<Key>,
    pub address: Option<Key>,
    pub merchant: Option<Key>,
    pub amount: Money,
    pub kind: PaymentKind,
    pub way: Way,
    /// The payer is 60 or older.
    pub elder: bool,
    /// Of a label: it was fraud.
    pub fraud: bool,
}

impl Observed {
    /// The payment as something that has happened at `at`.
    pub fn paid(payment: &Payment, signals: &Signals, at: Timestamp) -> Observed {
        Observed {
            at,
            what: Happening::Paid,
            payer: Some(payment.payer),
            payee: Some(payment.payee),
            device: payment.device,
            phone: payment.phone,
            address: payment.address,
            merchant: payment.merchant,
            amount: payment.amount,
            kind: payment.kind,
            way: payment.way,
            elder: signals.payer_age.is_some_and(|a| a >= ELDER_YEARS),
            fraud: false,
        }
    }

    /// What the payment turned out to be, known at `at`.
    pub fn labelled(payment: &Payment, fraud: bool, at: Timestamp) -> Observed {
        let paid = Observed::paid(payment, &Signals::default(), at);
        Observed { what: Happening::Labelled, fraud, ..paid }
    }
}

/// From this age on somebody is an elder (老年人权益保障法 2).
pub const ELDER_YEARS: u32 = 60;
