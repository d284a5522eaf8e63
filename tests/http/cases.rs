//! Who may do what at every address, written down by hand: the gate's table is held against this one.
//!
//! Letters are people: `n` nobody, `c` a customer, `d` another customer, `o` owner, `k` payroll clerk and `h` payroll checker of a
//! firm, `p` its program, `x` owner of another firm; staff: `t` teller, `m` branch manager, `w` payroll officer, `y` operations
//! checker, `r` risk officer, `e` operator, `a` auditor, `g` head office administrator. `$name` is an id of the little bank,
//! whose things belong to `c` and to the firm.

/// One address.
pub(super) struct Case {
    /// As the table of routes names it.
    pub route: &'static str,
    /// They come in, and are answered with success or a refusal on the merits (never 401, 403, 404).
    pub welcome: &'static str,
    /// They are of the right class, but the thing is not theirs: 403 or 404.
    pub strangers: &'static str,
    pub path: &'static str,
    pub body: &'static str,
}

const fn case(
    route: &'static str,
    welcome: &'static str,
    strangers: &'static str,
    path: &'static str,
    body: &'static str,
) -> Case {
    Case { route, welcome, strangers, path, body }
}

const EVERYBODY: &str = "ncdokhpxtmwyreag";
const SIGNED_IN: &str = "cdokhpxtmwyreag";
const PEOPLE: &str = "cdokhxtmwyreag";
const PAY: &str = r#"{"debit":"$account","payee":{"account":"$other"},"amount":{"amount":"1.00","currency":"CNY"}}"#;
const WHY: &str = r#"{"reason":"a test"}"#;
const YES: &str = r#"{"hash":"00"}"#;
const NO: &str = r#"{"hash":"00","reason":"a test"}"#;

/// Programs.
pub(super) const PROGRAMS: &[Case] = &[
    case("GET /healthz", EVERYBODY, "", "/healthz", ""),
    case("GET /readyz", EVERYBODY, "", "/readyz", ""),
    case("GET /metrics", EVERYBODY, "", "/metrics", ""),
    case("GET /v1/openapi.json", EVERYBODY, "", "/v1/openapi.json", ""),
    case("GET /v1/me", SIGNED_IN, "", "/v1/me", ""),
    case("GET /v1/notices", SIGNED_IN, "", "/v1/notices", ""),
    case("POST /v1/notices/{id}/reading", "c", "dokhpxtmwyreag", "/v1/notices/$notice/reading", ""),
    case("GET /v1/accounts", "cdokhpx", "", "/v1/accounts", ""),
    case("GET /v1/accounts/{id}", "ctmwyra", "dokhpx", "/v1/accounts/$account", ""),
    case("GET /v1/accounts/{id}/lines", "ctmwyra", "dokhpx", "/v1/accounts/$account/lines", ""),
    case("GET /v1/accounts/{id}/payments", "ctmwyra", "dokhpx", "/v1/accounts/$account/payments", ""),
    case("POST /v1/payments/quote", "ct", "dokpx", "/v1/payments/quote", PAY),
    case("POST /v1/payments", "ct", "dokpx", "/v1/payments", PAY),
    case("GET /v1/payments/{id}", "ctmwyra", "dokhpx", "/v1/payments/$payment", ""),
    case("POST /v1/payments/{id}/confirmation", "c", "dokpx", "/v1/payments/$payment/confirmation", ""),
    case("POST /v1/payments/{id}/cancellation", "ct", "dokpx", "/v1/payments/$payment/cancellation", WHY),
    case("POST /v1/payments/{id}/release", "r", "", "/v1/payments/$payment/release", WHY),
    case("POST /v1/payments/{id}/reversal", "my", "", "/v1/payments/$payment/reversal", WHY),
    case("GET /v1/approvals", SIGNED_IN, "", "/v1/approvals", ""),
    case("GET /v1/approvals/made", SIGNED_IN, "", "/v1/approvals/made", ""),
    case("GET /v1/approvals/{id}", "koha", "cdpxtmwyreg", "/v1/approvals/$approval", ""),
    case("POST /v1/approvals/{id}/approval", "oh", "cdkpxtmwyreag", "/v1/approvals/$approval/approval", YES),
    case("POST /v1/approvals/{id}/refusal", "oh", "cdkpxtmwyreag", "/v1/approvals/$approval/refusal", NO),
    case("POST /v1/approvals/{id}/return", "oh", "cdkpxtmwyreag", "/v1/approvals/$approval/return", NO),
    case("POST /v1/approvals/{id}/cancellation", "kh", "cdpxtmwyreg", "/v1/approvals/$approval/cancellation", WHY),
    case("GET /v1/wage-projects", "okhpxmwya", "", "/v1/wage-projects", ""),
    case(
        "POST /v1/wage-projects",
        "w",
        "",
        "/v1/wage-projects",
        r#"{"firm":"$firm","contractor":"$firm","profile":"ship_repair","name":"外包","basis":"文 1","pay_day":10}"#,
    ),
    case("GET /v1/wage-projects/{id}", "okhpmwya", "x", "/v1/wage-projects/$project", ""),
    case(
        "POST /v1/wage-projects/{id}/funding",
        "ok",
        "px",
        "/v1/wage-projects/$project/funding",
        r#"{"from":"$funds","amount":{"amount":"5.00","currency":"CNY"}}"#,
    ),
    case("GET /v1/wage-projects/{id}/workers", "okhpmwya", "x", "/v1/wage-projects/$project/workers", ""),
    case(
        "POST /v1/wage-projects/{id}/workers",
        "kpw",
        "",
        "/v1/wage-projects/$project/workers",
        r#"{"name":"工人丁","identity":"1","phone":"13800000000"}"#,
    ),
    case(
        "POST /v1/wage-workers/{id}/leaving",
        "kpw",
        "",
        "/v1/wage-workers/$worker/leaving",
        r#"{"on":"2020-01-01","reason":"a test"}"#,
    ),
    case(
        "POST /v1/wage-workers/{id}/account",
        "kpw",
        "",
        "/v1/wage-workers/$worker/account",
        r#"{"number":"1","bank":""}"#,
    ),
    case("POST /v1/wage-projects/{id}/imports", "kpw", "", "/v1/wage-projects/$project/imports", "no form"),
    case(
        "POST /v1/wage-projects/{id}/imports/json",
        "kp",
        "",
        "/v1/wage-projects/$project/imports/json",
        r#"{"for":"roster","file_name":"a.csv","content":"AAAA"}"#,
    ),
    case("GET /v1/wage-imports/{id}", "okhpmwya", "x", "/v1/wage-imports/$import", ""),
    case("GET /v1/wage-imports/{id}/faults", "okhpmwya", "x", "/v1/wage-imports/$import/faults", ""),
    case("GET /v1/wage-imports/{id}/faults.csv", "okhpmwya", "x", "/v1/wage-imports/$import/faults.csv", ""),
    case("POST /v1/wage-imports/{id}/acceptance", "kp", "", "/v1/wage-imports/$import/acceptance", ""),
    case("GET /v1/wage-projects/{id}/sheets", "okhpmwya", "x", "/v1/wage-projects/$project/sheets", ""),
    case("GET /v1/wage-sheets/{id}", "okhpmwya", "x", "/v1/wage-sheets/$sheet", ""),
    case("GET /v1/wage-sheets/{id}/lines", "okhpmwya", "x", "/v1/wage-sheets/$sheet/lines", ""),
    case("GET /v1/wage-sheets/{id}/progress", "okhpmwya", "x", "/v1/wage-sheets/$sheet/progress", ""),
    case("GET /v1/wage-sheets/{id}/result.csv", "okhpmwya", "x", "/v1/wage-sheets/$sheet/result.csv", ""),
    case("POST /v1/wage-sheets/{id}/submission", "kp", "", "/v1/wage-sheets/$sheet/submission", r#"{"note":"x"}"#),
    case("POST /v1/wage-sheets/{id}/payment", "oh", "px", "/v1/wage-sheets/$sheet/payment", YES),
    case("POST /v1/wage-repayments", "kp", "", "/v1/wage-repayments", r#"{"lines":["$line"]}"#),
    case("GET /v1/wage-lines/{id}/proof", "", "cdokhpxtmwyreag", "/v1/wage-lines/$line/proof", ""),
    case("GET /v1/wage-slips", "cd", "", "/v1/wage-slips", ""),
    case("GET /v1/wage-slips/{id}", "okhpmwya", "cdxtreg", "/v1/wage-slips/$line", ""),
    case("POST /v1/wage-sheets/{id}/cancellation", "kp", "", "/v1/wage-sheets/$sheet/cancellation", WHY),
    case("GET /v1/webhooks", "opx", "", "/v1/webhooks", ""),
    case("POST /v1/webhooks", "ox", "p", "/v1/webhooks", r#"{"url":"https://127.0.0.1/x","kinds":["payment.posted"]}"#),
    case("POST /v1/webhooks/{id}/secret", "o", "px", "/v1/webhooks/$webhook/secret", ""),
    case("POST /v1/webhooks/{id}/enabling", "op", "x", "/v1/webhooks/$webhook/enabling", ""),
    case("GET /v1/webhooks/{id}/deliveries", "op", "x", "/v1/webhooks/$webhook/deliveries", ""),
    case("POST /v1/webhooks/{id}/deliveries/{pos}/again", "", "opx", "/v1/webhooks/$webhook/deliveries/1/again", ""),
    case("DELETE /v1/webhooks/{id}", "op", "x", "/v1/webhooks/$webhook", WHY),
    case("GET /v1/guard/decisions/{id}", "mra", "", "/v1/guard/decisions/$payment", ""),
    case("GET /v1/guard/queue", "r", "", "/v1/guard/queue", ""),
    case("GET /v1/guard/lists/{list}", "r", "", "/v1/guard/lists/grey", ""),
    case(
        "POST /v1/guard/lists/{list}",
        "r",
        "",
        "/v1/guard/lists/grey",
        r#"{"subject":"phone","value":"13900001111","reason":"a test","until":"2027-01-01T00:00:00Z","source":"文 1"}"#,
    ),
    case("POST /v1/guard/entries/{id}/removal", "r", "", "/v1/guard/entries/$entry/removal", WHY),
    case("GET /v1/audit", "a", "", "/v1/audit", ""),
    case("GET /v1/audit/export.csv", "a", "", "/v1/audit/export.csv?from=2026-03-01&to=2026-03-31", ""),
    case("GET /v1/outbox/parked", "e", "", "/v1/outbox/parked", ""),
    case("POST /v1/outbox/parked/{consumer}/{pos}/retry", "e", "", "/v1/outbox/parked/notices/1/retry", ""),
    case("POST /v1/outbox/parked/{consumer}/{pos}/drop", "e", "", "/v1/outbox/parked/notices/1/drop", WHY),
    case("GET /v1/clearing/items", "e", "", "/v1/clearing/items?state=queued", ""),
    case("GET /v1/clearing/items/{id}", "e", "", "/v1/clearing/items/$item", ""),
    case(
        "POST /v1/clearing/items/{id}/resolution",
        "e",
        "",
        "/v1/clearing/items/$item/resolution",
        r#"{"outcome":"paid","why":"a test"}"#,
    ),
    case("GET /v1/day", "e", "", "/v1/day", ""),
    case("POST /v1/day/closing", "e", "", "/v1/day/closing", r#"{"to":"2020-01-01"}"#),
];

/// Programs, about their own sessions: asked one by one in `sessions.rs`, because they end what the others use.
pub(super) const ASKED_ELSEWHERE: &[&str] = &[
    "POST /v1/sessions",
    "DELETE /v1/sessions/current",
    "POST /v1/sessions/current/step-up",
    "POST /v1/sessions/current/firm",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-out",
    "POST /step-up",
    "POST /act-for",
];

/// People. Who is not signed in is led to `/sign-in`; a program has no pages.
pub(super) const PEOPLES: &[Case] = &[
    case("GET /", EVERYBODY, "", "/", ""),
    case("GET /demo/files/{name}", "", EVERYBODY, "/demo/files/yard.xlsx", ""),
    case("GET /step-up", PEOPLE, "", "/step-up", ""),
    case("GET /act-for", "cdokhx", "tmwyreag", "/act-for", ""),
    case("GET /home", PEOPLE, "", "/home", ""),
    case("GET /notices", PEOPLE, "", "/notices", ""),
    case("POST /notices/reading", PEOPLE, "", "/notices/reading", ""),
    case("GET /devices", PEOPLE, "", "/devices", ""),
    case("POST /devices/{id}/end", "c", "dokhxtmwyreag", "/devices/$session/end", ""),
];
