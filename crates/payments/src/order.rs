//! What is asked and what is answered.
use crate::Arrival;
use guard::DeviceSays;
use kernel::{Error, Money, Result, Timestamp, id::AccountId, id::ApprovalId, id::InstructionId, id::TransferId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Legs of one order at most.
pub const LEGS_MAX: usize = 1_000;
/// Characters of a payee's number at most.
pub const NUMBER_CHARS_MAX: usize = 40;
/// Characters of a payee's name at most.
pub const NAME_CHARS_MAX: usize = 100;

store::text_enum! {
    /// What kind of movement it is; the guard and the price list tell them apart.
    pub enum Kind {
        /// Inside this bank.
        Transfer = "transfer",
        /// To an account at another bank.
        ClearingOut = "clearing_out",
        /// A firm pays into a project's wage account.
        FundWageAccount = "fund_wage_account",
        /// Wage account to its clearing account: the sum of a pay run, once.
        WageRun = "wage_run",
        /// Clearing account to workers, many legs.
        WagePay = "wage_pay",
        /// What could not be paid, back to the wage account.
        WageReturn = "wage_return",
        ClearingIn = "clearing_in",
        ClearingReturn = "clearing_return",
        CashIn = "cash_in",
        CashOut = "cash_out",
        Reversal = "reversal",
        /// From a customer's account into his deposit (存入).
        DepositIn = "deposit_in",
        /// From a deposit back to its owner's account (支取).
        DepositOut = "deposit_out",
        /// From a customer's account into a wealth product, over what is his own until it is confirmed (申购).
        WealthIn = "wealth_in",
        /// From a wealth product, or from what waits for one, back to the customer's account (赎回).
        WealthOut = "wealth_out",
        /// Paid with a card, to the scheme that pays the merchant (刷卡消费).
        CardPurchase = "card_purchase",
        /// What was paid too much on a credit card, back to its holder (溢缴款领回).
        CardOut = "card_out",
        /// Interest that the bank owes, to its depositors (结息).
        Interest = "interest",
        /// A contractor pays into his guarantee deposit for wages (存入工资保证金).
        GuaranteeIn = "guarantee_in",
        /// From a guarantee deposit to its project's wage account, or back to the contractor (动用, 返还工资保证金).
        GuaranteeOut = "guarantee_out",
        /// What a legal document takes from a protected account (依法扣划).
        LegalDeduction = "legal_deduction",
        /// The balance of a wage account that is closed, to the main contractor (专户销户余额).
        WageClosing = "closing",
    }
}

store::text_enum! {
    /// Where an instruction is in its life.
    pub enum State {
        Posted = "posted",
        /// A second person must approve; the money is held.
        AwaitingApproval = "awaiting_approval",
        /// The payer must prove something; the money is held.
        Challenged = "challenged",
        /// Waits until a time, and can be cancelled; the money is held.
        Delayed = "delayed",
        /// Waits for staff, or for the machine that moves its notes; the money is held.
        Held = "held",
        Refused = "refused",
        Cancelled = "cancelled",
        Expired = "expired",
    }
}

impl State {
    /// Still to be decided, with the money held.
    pub fn is_open(self) -> bool {
        matches!(self, State::AwaitingApproval | State::Challenged | State::Delayed | State::Held)
    }
}

/// Who is paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payee {
    Account(AccountId),
    /// An account or card number at this bank.
    Number(String),
    /// An account at another bank, by its clearing code.
    External {
        bank: String,
        number: String,
        name: String,
    },
}

/// One of many credits from the order's debit account; succeeds or is refused on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leg {
    pub credit: AccountId,
    pub amount: Money,
    /// The business record of the leg; comes back in [`LegOutcome`].
    pub reference: String,
    pub memo: String,
}

/// Where the notes of a cash movement are counted. Set by the crate that keeps the drawers, never from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawer {
    /// The drawer's account: debited by cash in, credited by cash out.
    pub account: AccountId,
    /// A second person must approve, whatever the amount: an override or a correction.
    pub second: bool,
    /// Only hold the money: a machine has yet to move the notes. [`crate::take`] posts what was moved, [`crate::let_go`] frees
    /// it. What would otherwise wait for somebody is refused, because nobody stands at a machine for hours.
    pub reserve: bool,
}

/// An order to pay. With `legs`, `amount` is their sum and `payee` is not looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Chosen by the caller so that repeating is safe without a key; `None` is made here.
    pub id: Option<InstructionId>,
    pub kind: Kind,
    pub debit: AccountId,
    pub payee: Payee,
    pub amount: Money,
    /// The fee the payer was shown; a higher one is refused ([`pricing::PRICE_CHANGED`]). `None` accepts only no fee.
    pub fee_shown: Option<Money>,
    /// Journal code; empty for the kind's own. Only the bank's processes choose another.
    pub code: Cow<'static, str>,
    pub memo: String,
    pub reference: String,
    /// Only for the bank's own processes.
    #[serde(default)]
    pub legs: Vec<Leg>,
    /// Must be the name of the payee's account when not empty.
    #[serde(default)]
    pub payee_name: String,
    /// How soon it arrives; only for transfers.
    #[serde(default, skip_serializing_if = "Arrival::is_real_time")]
    pub arrival: Arrival,
    /// The approval that already covers this order: a pay run's, or of a firm's file of payments. It never comes from outside.
    #[serde(skip)]
    pub approved: Option<ApprovalId>,
    /// What a reversal undoes; set by [`crate::reverse`].
    #[serde(skip)]
    pub reverses: Option<InstructionId>,
    /// Only for cash.
    #[serde(skip)]
    pub drawer: Option<Drawer>,
    /// What the customer's device says of itself. Not part of what is asked for: the same order sent again may say something else.
    #[serde(skip)]
    pub says: DeviceSays,
}

impl Order {
    pub fn new(kind: Kind, debit: AccountId, payee: Payee, amount: Money) -> Order {
        Order {
            id: None,
            kind,
            debit,
            payee,
            amount,
            fee_shown: None,
            code: Cow::Borrowed(""),
            memo: String::new(),
            reference: String::new(),
            legs: Vec::new(),
            payee_name: String::new(),
            arrival: Arrival::RealTime,
            approved: None,
            reverses: None,
            drawer: None,
            says: DeviceSays::default(),
        }
    }
    pub fn transfer(debit: AccountId, payee: Payee, amount: Money) -> Order {
        let kind = if matches!(payee, Payee::External { .. }) { Kind::ClearingOut } else { Kind::Transfer };
        Order::new(kind, debit, payee, amount)
    }
    /// Many credits from one account; at least one leg, all of one currency.
    pub fn many(kind: Kind, debit: AccountId, legs: Vec<Leg>) -> Result<Order> {
        let first = legs.first().ok_or_else(|| Error::field("legs", "at least one"))?;
        let amount = Money::sum(first.amount.currency, legs.iter().map(|l| l.amount))?;
        let payee = Payee::Account(first.credit);
        Ok(Order { legs, ..Order::new(kind, debit, payee, amount) })
    }
    pub fn id(mut self, id: InstructionId) -> Order {
        self.id = Some(id);
        self
    }
    pub fn fee_shown(mut self, fee: Money) -> Order {
        self.fee_shown = Some(fee);
        self
    }
    pub fn code(mut self, code: &'static str) -> Order {
        self.code = Cow::Borrowed(code);
        self
    }
    pub fn memo(mut self, memo: impl Into<String>) -> Order {
        self.memo = memo.into();
        self
    }
    pub fn reference(mut self, reference: impl std::fmt::Display) -> Order {
        self.reference = reference.to_string();
        self
    }
    pub fn payee_name(mut self, name: impl Into<String>) -> Order {
        self.payee_name = name.into();
        self
    }
    pub fn arrival(mut self, arrival: Arrival) -> Order {
        self.arrival = arrival;
        self
    }
    pub fn says(mut self, says: DeviceSays) -> Order {
        self.says = says;
        self
    }
    pub fn drawer(mut self, drawer: Drawer) -> Order {
        self.drawer = Some(drawer);
        self
    }
    pub fn approved(mut self, by: ApprovalId) -> Order {
        self.approved = Some(by);
        self
    }
}

/// What became of a leg: its reference, and the ledger's code when it was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegOutcome {
    pub reference: String,
    pub transfer: TransferId,
    /// Empty when posted.
    pub code: Cow<'static, str>,
}

/// The answer to an order, and to every later step of its life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub instruction: InstructionId,
    pub state: State,
    /// Stable code of the refusal; empty when it was not refused.
    pub code: Cow<'static, str>,
    /// Why: text keys of the guard, or a message.
    pub reasons: Vec<String>,
    /// What to do next; empty when nothing is left to do.
    pub next: Cow<'static, str>,
    pub fee: Money,
    pub transfer: Option<TransferId>,
    pub approval: Option<ApprovalId>,
    /// When a delay ends, or a hold is given up.
    pub until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<LegOutcome>,
}
