//! Who may do what with wealth products, as in `cases`.
use super::cases::{Case, SIGNED_IN, WHY, case};

const WEALTH_ASK: &str =
    r#"{"product":"steady.bond","linked":"$account","amount":{"amount":"1001.00","currency":"CNY"}}"#;
const WEALTH_ORDER: &str = r#"{"product":"steady.bond","linked":"$account","amount":{"amount":"1001.00","currency":"CNY"},"fee_shown":{"amount":"1.00","currency":"CNY"}}"#;

/// Programs.
pub(super) const WEALTH: &[Case] = &[
    case("GET /v1/wealth-products", SIGNED_IN, "", "/v1/wealth-products", ""),
    case("GET /v1/wealth-products/{code}/values", SIGNED_IN, "", "/v1/wealth-products/steady.bond/values", ""),
    case("GET /v1/wealth-questions", SIGNED_IN, "", "/v1/wealth-questions", ""),
    case("GET /v1/wealth-assessments", "cd", "", "/v1/wealth-assessments", ""),
    case("POST /v1/wealth-assessments", "cd", "", "/v1/wealth-assessments", r#"{"answers":[]}"#),
    case("GET /v1/people/{id}/wealth-assessments", "tmwyra", "", "/v1/people/$person/wealth-assessments", ""),
    case("POST /v1/wealth-orders/quote", "ctmwyra", "dokhpx", "/v1/wealth-orders/quote", WEALTH_ASK),
    case("POST /v1/wealth-orders", "ct", "dokpx", "/v1/wealth-orders", WEALTH_ORDER),
    case("GET /v1/wealth-orders/{id}", "ctmwyra", "dokhpx", "/v1/wealth-orders/$wealth_order", ""),
    case("POST /v1/wealth-orders/{id}/cancellation", "ct", "dokpx", "/v1/wealth-orders/$wealth_order/cancellation", ""),
    case("GET /v1/wealth-holdings", "cd", "okhpx", "/v1/wealth-holdings", ""),
    case("GET /v1/wealth-holdings/{id}", "ctmwyra", "dokhpx", "/v1/wealth-holdings/$wealth_holding", ""),
    case(
        "POST /v1/wealth-holdings/{id}/redemptions",
        "ct",
        "dokpx",
        "/v1/wealth-holdings/$wealth_holding/redemptions",
        r#"{"units":"1.00"}"#,
    ),
    case(
        "POST /v1/wealth-recordings",
        "t",
        "",
        "/v1/wealth-recordings",
        r#"{"person":"$person","product":"steady.bond"}"#,
    ),
    case("POST /v1/wealth-recordings/{id}/end", "t", "", "/v1/wealth-recordings/$recording/end", ""),
    case("GET /v1/wealth-terms", "g", "", "/v1/wealth-terms", ""),
    case("POST /v1/wealth-terms/drafts", "g", "", "/v1/wealth-terms/drafts", r#"{"file":"new.toml","text":"x = 1"}"#),
    case("GET /v1/wealth-terms/drafts/{hash}", "g", "", "/v1/wealth-terms/drafts/$wealth_terms", ""),
    case(
        "POST /v1/wealth-terms/drafts/{hash}/submission",
        "g",
        "",
        "/v1/wealth-terms/drafts/$wealth_terms/submission",
        WHY,
    ),
];
