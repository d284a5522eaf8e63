//! Who may do what with safety locks, trusted contacts and reports of fraud, as in `cases`.
use super::cases::{Case, WHY, case};

/// Programs.
pub(super) const SAFETY: &[Case] = &[
    case("GET /v1/safety-lock", "cd", "", "/v1/safety-lock", ""),
    case("POST /v1/safety-lock", "cd", "", "/v1/safety-lock", r#"{"payees":"anybody","basics":true}"#),
    case("POST /v1/safety-lock/all", "cd", "", "/v1/safety-lock/all", r#"{"basics":true}"#),
    case(
        "POST /v1/safety-lock/loosenings/{id}/withdrawal",
        "c",
        "d",
        "/v1/safety-lock/loosenings/$loosening/withdrawal",
        "",
    ),
    case("GET /v1/trusted-contacts", "cd", "", "/v1/trusted-contacts", ""),
    case(
        "POST /v1/trusted-contacts",
        "cd",
        "",
        "/v1/trusted-contacts",
        r#"{"relation":"son","name":"王远","phone":"13900008888","version":1}"#,
    ),
    case(
        "POST /v1/trusted-contacts/{id}/answer",
        "",
        "cd",
        "/v1/trusted-contacts/$contact/answer",
        r#"{"accept":true,"version":1}"#,
    ),
    case("POST /v1/trusted-contacts/{id}/ending", "c", "d", "/v1/trusted-contacts/$contact/ending", ""),
    case("POST /v1/payments/{id}/fraud-report", "c", "d", "/v1/payments/$stopped/fraud-report", r#"{"kind":"other"}"#),
    case("GET /v1/fraud-reports", "r", "", "/v1/fraud-reports", ""),
    case("POST /v1/fraud-reports/{id}/taking", "r", "", "/v1/fraud-reports/$report/taking", ""),
    case("POST /v1/fraud-reports/{id}/proposal", "r", "", "/v1/fraud-reports/$report/proposal", WHY),
    case("POST /v1/fraud-reports/{id}/dismissal", "r", "", "/v1/fraud-reports/$report/dismissal", WHY),
];

/// People.
pub(super) const SAFETY_PAGES: &[Case] = &[
    case("GET /lock", "cd", "", "/lock", ""),
    case("GET /lock/{part}", "cd", "", "/lock/payees", ""),
    case("POST /lock/{part}", "cd", "", "/lock/payees", "choice=firms"),
    case("POST /lock/all", "cd", "", "/lock/all", ""),
    case("POST /lock/loosenings/{id}/withdrawal", "c", "d", "/lock/loosenings/$loosening/withdrawal", ""),
    case("GET /counter/{id}/lock", "t", "", "/counter/$person/lock", ""),
    case("GET /counter/{id}/lock/{part}", "t", "", "/counter/$person/lock/payees", ""),
    case("POST /counter/{id}/lock/{part}", "t", "", "/counter/$person/lock/payees", "choice=firms"),
    case("POST /counter/{id}/lock/all", "t", "", "/counter/$person/lock/all", ""),
    case(
        "POST /counter/{id}/lock/loosenings/{loosening}/withdrawal",
        "t",
        "",
        "/counter/$person/lock/loosenings/$loosening/withdrawal",
        "",
    ),
    case("GET /trusted-contacts", "cd", "", "/trusted-contacts", ""),
    case("GET /trusted-contacts/new", "cd", "", "/trusted-contacts/new", ""),
    case("POST /trusted-contacts/new", "cd", "", "/trusted-contacts/new", "relation=son"),
    case("POST /trusted-contacts/{id}/answer", "", "cd", "/trusted-contacts/$contact/answer", "answer=yes&version=1"),
    case("POST /trusted-contacts/{id}/ending", "c", "d", "/trusted-contacts/$contact/ending", ""),
    case("GET /payments/{id}/fraud", "c", "d", "/payments/$stopped/fraud", ""),
    case("POST /payments/{id}/fraud", "c", "d", "/payments/$stopped/fraud", "kind=other"),
    case("GET /payments/{id}/lesson", "c", "d", "/payments/$stopped/lesson", ""),
    case("GET /fraud-reports", "r", "", "/fraud-reports", ""),
    case("GET /fraud-reports/{id}", "r", "", "/fraud-reports/$report", ""),
    case("POST /fraud-reports/{id}/taking", "r", "", "/fraud-reports/$report/taking", ""),
    case("POST /fraud-reports/{id}/decision", "r", "", "/fraud-reports/$report/decision", "hash=dismiss&reason=x"),
];
