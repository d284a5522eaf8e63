//! Webhooks: a firm's own systems hear of its events over HTTP.
//!
//! **What is sent.** `POST` of `{"id","kind","at","sequence","about","data"}` to the subscription's address, with
//!
//! ```text
//! Content-Type: application/json
//! Yizhan-Event: evnt_…            the same for every delivery of the event: skip what you have seen
//! Yizhan-Kind: payment.posted
//! Yizhan-Signature: t=<unix seconds>,v1=<hex>
//! ```
//!
//! where `v1` is HMAC-SHA256 (RFC 2104) under the whole secret (`whsec_…`) over `<t>.<body>`. A receiver recomputes it over the
//! bytes it got, compares in constant time, and refuses a `t` more than five minutes off. Data are ids and masked text.
//!
//! **When.** The relay writes a delivery in the transaction that passes the event; [`deliver_due`] sends it afterwards, at
//! least once, in no promised order (`sequence` grows within one `about`). Any 2xx answer within [`ANSWER_SECONDS_MAX`] is
//! taken for received; redirects are not followed. Else it is tried again after [`RETRY_SECONDS_FIRST`], doubling, and
//! *parked* after [`TRIES_MAX`]; [`redeliver`] has it sent again. A subscription that has failed without a success for
//! [`DISABLE_AFTER_DAYS`] is disabled and its firm told; [`enable`] puts it in force again.
//!
//! **Where to.** Only https to public addresses: the name is resolved once, every address is checked, and the connection
//! goes to a checked address, so an address of the bank's own network cannot be reached by any name, literal or redirect.
//! [`Policy::allow_private`] lifts this for a demonstration on one machine.
//!
//! Secrets are shown once, kept encrypted, and never logged.
mod courier;
mod deliver;
mod subscription;

pub use courier::{Courier, Policy, signature};
pub use deliver::{Delivered, DeliveryState, deliver_due, deliveries, redeliver};
pub use deliver::{Delivery, DeliveryView};
pub(crate) use deliver::{forget_old, queue};
pub(crate) use subscription::renew;
pub use subscription::{NewWebhook, Webhook, WebhookView, enable, end, list, secret_change, subscribe};

use store::Table;

pub const TABLES: &[&Table] = &[store::verify::of::<Webhook>(), store::verify::of::<Delivery>()];

/// Subscriptions of a firm at most, ended ones not counted.
pub const WEBHOOKS_PER_FIRM_MAX: u32 = 10;
/// Kinds one subscription names at most.
pub const KINDS_MAX: usize = 50;
/// Characters of an address at most.
pub const URL_CHARS_MAX: usize = 500;
/// Tries of a delivery before it is parked.
pub const TRIES_MAX: u32 = 8;
/// Seconds until the second try; each further try waits twice as long.
pub const RETRY_SECONDS_FIRST: i64 = 30;
/// Seconds in which the receiver must answer.
pub const ANSWER_SECONDS_MAX: u64 = 10;
/// Seconds for which deliveries are claimed by the process that sends them: longer than a whole pass of slow receivers.
pub const CLAIM_SECONDS: i64 = 600;
/// Days of failure without a success after which a subscription is disabled.
pub const DISABLE_AFTER_DAYS: i64 = 5;
/// Days for which a delivery that was taken is kept; the event itself stays in the outbox.
pub const DELIVERED_KEPT_DAYS: i64 = 30;
/// Deliveries sent in one pass at most.
pub const DELIVERIES_AT_ONCE_MAX: u32 = 50;

/// Events that a firm can hear of, as `docs/api` publishes them.
pub const KINDS: &[&str] = &[
    "payment.posted",
    "payment.awaiting_approval",
    "payment.challenged",
    "payment.delayed",
    "payment.held",
    "payment.refused",
    "payment.cancelled",
    "payment.expired",
    "clearing.paid",
    "clearing.returned",
    "clearing.unknown",
    "clearing.disputed",
    "approval.asked",
    "approval.first_approved",
    "approval.approved",
    "approval.refused",
    "approval.sent_back",
    "approval.cancelled",
    "approval.expired",
    "approval.executed",
    "approval.failed",
    "payroll.project_opened",
    "payroll.site_rules_put",
    "payroll.roster_changed",
    "payroll.imported",
    "payroll.sheet_submitted",
    "payroll.sheet_checked",
    "payroll.sheet_sent_back",
    "payroll.sheet_cancelled",
    "payroll.run_started",
    "payroll.chunk_paid",
    "payroll.line_paid",
    "payroll.line_failed",
    "payroll.money_returned",
    "payroll.run_finished",
    "worksite.site_filed",
    "worksite.schedule_agreed",
    "worksite.installment_received",
    "worksite.funding_late",
    "worksite.funding_reported",
    "worksite.top_up_asked",
    "worksite.top_up_approved",
    "worksite.top_up_refused",
    "worksite.forecast_short",
    "crews.crew_added",
    "crews.crew_ended",
    "crews.attended",
    "crews.reviewed",
    "crews.review_opened",
    "crews.to_sign",
    "crews.submitted",
    "crews.returned",
    "crews.objected",
    "crews.answered",
    "crews.taken_further",
    "crews.cleared",
    "guarantee.duty_late",
    "guarantee.near_end",
    "guarantee.notice_received",
    "guarantee.notice_called",
    "guarantee.notice_paid",
    "guarantee.refilled",
    "guarantee.refill_late",
    "guarantee.returned",
    "worksite.notice_begun",
    "worksite.objected",
    "worksite.closed",
    "worksite.order_froze",
    "worksite.order_deducted",
    "worksite.order_lifted",
    "deposits.opened",
    "deposits.drawn",
    "deposits.matured",
    "deposits.rolled",
    "deposits.overdue",
    "deposits.asleep",
    "deposits.woken",
    "deposits.proof_issued",
];
