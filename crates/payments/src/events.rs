//! What others may hear of a payment.
use crate::instruction::Instruction;
use serde::Serialize;

/// `payment.posted`, `payment.held` … with who is concerned. Ids and masked text only.
#[derive(Debug, Serialize)]
pub struct PaymentEvent {
    #[serde(skip)]
    kind: &'static str,
    pub instruction: String,
    pub what: &'static str,
    pub debit: String,
    pub credit: Option<String>,
    pub payer: String,
    pub payee: String,
    pub amount: i64,
    pub currency: String,
    pub reference: String,
    pub refusal: String,
    pub approval: Option<String>,
    pub until: Option<String>,
}

impl PaymentEvent {
    pub(crate) fn of(i: &Instruction) -> PaymentEvent {
        use crate::State::*;
        let kind = match i.state {
            Posted => "payment.posted",
            AwaitingApproval => "payment.awaiting_approval",
            Challenged => "payment.challenged",
            Delayed => "payment.delayed",
            Held => "payment.held",
            Refused => "payment.refused",
            Cancelled => "payment.cancelled",
            Expired => "payment.expired",
        };
        PaymentEvent {
            kind,
            instruction: i.id.to_string(),
            what: i.kind.code(),
            debit: i.debit.to_string(),
            credit: i.credit.map(|c| c.to_string()),
            payer: i.payer.to_string(),
            payee: i.payee.clone(),
            amount: i.amount,
            currency: i.currency.to_string(),
            reference: i.reference.clone(),
            refusal: i.refusal.clone(),
            approval: i.approval.map(|a| a.to_string()),
            until: i.until.map(|t| t.to_string()),
        }
    }
}

impl store::Event for PaymentEvent {
    fn kind(&self) -> &'static str {
        self.kind
    }
    fn aggregate(&self) -> String {
        self.instruction.clone()
    }
}
