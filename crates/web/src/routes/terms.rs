//! Dated terms: the tariff, products and rates of deposits, wealth products and their values. What was sent is agreed to where all
//! approvals are.
use crate::api::{Why, schema, terms};
use crate::gate::Access::Staff;
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::terms as page;
use app::desk::terms::{DepositTerms, TariffTerms, WealthTerms};
use party::Permission as P;

/// Bytes of a form with a text, and of the same text in JSON, where each byte may need two.
const BODY_BYTES_MAX: usize = approval::DRAFT_BYTES_MAX + 64 * 1024;
const JSON_BYTES_MAX: usize = 2 * approval::DRAFT_BYTES_MAX + 64 * 1024;

pub(super) fn pages() -> Vec<Route> {
    let sets = Staff(P::TariffEdit);
    vec![
        get("/tariff", page::list::<TariffTerms>, sets),
        post("/tariff/drafts", page::send::<TariffTerms>, sets).takes(BODY_BYTES_MAX),
        get("/tariff/drafts/{hash}", page::draft::<TariffTerms>, sets),
        post("/tariff/drafts/{hash}/submission", page::submit::<TariffTerms>, sets),
        get("/deposit-terms", page::list::<DepositTerms>, sets),
        post("/deposit-terms/drafts", page::send::<DepositTerms>, sets).takes(BODY_BYTES_MAX),
        get("/deposit-terms/drafts/{hash}", page::draft::<DepositTerms>, sets),
        post("/deposit-terms/drafts/{hash}/submission", page::submit::<DepositTerms>, sets),
        get("/wealth-terms", page::list::<WealthTerms>, sets),
        post("/wealth-terms/drafts", page::send::<WealthTerms>, sets).takes(BODY_BYTES_MAX),
        get("/wealth-terms/drafts/{hash}", page::draft::<WealthTerms>, sets),
        post("/wealth-terms/drafts/{hash}/submission", page::submit::<WealthTerms>, sets),
        get("/wealth-terms/values", page::values_form, sets),
        post("/wealth-terms/values", page::enter, sets),
    ]
}

/// Programs.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let sets = Staff(P::TariffEdit);
    vec![
        ask("/v1/tariff", terms::versions::<TariffTerms>, sets, "Every version of the tariff, by code and version").doc(|d| d.page_of::<schema::TariffVersion>()),
        act("/v1/tariff/drafts", terms::send::<TariffTerms>, sets, "Look at a new tariff; one without faults is kept").takes(JSON_BYTES_MAX).doc(|d| d.body::<terms::TermsAsk>().answer::<schema::TariffReview>()),
        ask("/v1/tariff/drafts/{hash}", terms::draft::<TariffTerms>, sets, "What a kept tariff would change").doc(|d| d.answer::<schema::TariffReview>()),
        act("/v1/tariff/drafts/{hash}/submission", terms::submit::<TariffTerms>, sets, "Ask a second person to put it in force").doc(|d| d.body::<Why>().answer::<schema::Proposed>()),
        ask("/v1/deposit-terms", terms::versions::<DepositTerms>, sets, "Every version of a product and every rate").doc(|d| d.answer::<schema::DepositTerms>()),
        act("/v1/deposit-terms/drafts", terms::send::<DepositTerms>, sets, "Look at new products and rates; a text without faults is kept").takes(JSON_BYTES_MAX).doc(|d| d.body::<terms::TermsAsk>().answer::<schema::TermsReview>()),
        ask("/v1/deposit-terms/drafts/{hash}", terms::draft::<DepositTerms>, sets, "What a kept text would change").doc(|d| d.answer::<schema::TermsReview>()),
        act("/v1/deposit-terms/drafts/{hash}/submission", terms::submit::<DepositTerms>, sets, "Ask a second person to put it in force").doc(|d| d.body::<Why>().answer::<schema::Proposed>()),
        ask("/v1/wealth-terms", terms::versions::<WealthTerms>, sets, "Every version of every product").doc(|d| d.answer::<schema::WealthVersions>()),
        act("/v1/wealth-terms/drafts", terms::send::<WealthTerms>, sets, "Look at new products and values; a text without faults is kept").takes(JSON_BYTES_MAX).doc(|d| d.body::<terms::TermsAsk>().answer::<schema::WealthReview>()),
        ask("/v1/wealth-terms/drafts/{hash}", terms::draft::<WealthTerms>, sets, "What a kept text would change").doc(|d| d.answer::<schema::WealthReview>()),
        act("/v1/wealth-terms/drafts/{hash}/submission", terms::submit::<WealthTerms>, sets, "Ask a second person to put it in force").doc(|d| d.body::<Why>().answer::<schema::Proposed>()),
    ]
}
