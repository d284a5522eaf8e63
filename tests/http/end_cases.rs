//! Who may do what with guarantees, legal documents and the end of a site, as in `cases`; and those of the little bank.
//!
//! `$guarantee` is a deposit of the building site `$site`, `$letter` a bank's letter beside it, `$pay_notice` a notice on the deposit that was
//! taken in, `$legal_order` a document that waits for a second person.
use super::cases::{Case, case};
use super::house::{House, system};
use guarantee::{Ask, DutyNew, History, LetterTerms, Named, NoticeNew};
use kernel::chinese::identity_check;
use kernel::id::ProjectId;
use kernel::{Date, Id, Money};
use store::Tx;

const DUTY: &str = r#"{"contract_price":{"amount":"10000000.00","currency":"CNY"},"region":"990102","date":"2026-02-02","counts_from":"2026-02-02"}"#;
const LETTER: &str = r#"{"issuer":"a","letter":"b","amount":{"amount":"10.00","currency":"CNY"},"valid_from":"2026-02-02","valid_until":"2027-02-02","file":"YQ=="}"#;
const PAY: &str = r#"{"from":"$funds","amount":{"amount":"5.00","currency":"CNY"}}"#;
const NOTICE: &str = r#"{"bureau":null,"bureau_name":"a","number":"b","officer":"c","basis":"d","issued_on":"2026-02-20","settle_order":"e","settle_ordered_on":"2026-02-02","default_proof":"f","defaulted_on":"2026-02-12","workers":[]}"#;
const ORDER: &str = r#"{"account":"$funds","action":"freeze","authority":"a","document":"b","officer":"c","basis":"these_wages","amount":{"amount":"5.00","currency":"CNY"},"until":"2027-02-02","pay_to":null,"file":"YQ=="}"#;
/// The firm's own users who may read, its program, and the bank.
const READ: &str = "okhlpmwyar";
const BANK: &str = "mwyar";

/// Programs.
pub(super) const ENDS: &[Case] = &[
    case("GET /v1/guarantees", BANK, "", "/v1/guarantees", ""),
    case("GET /v1/wage-projects/{id}/guarantee", READ, "x", "/v1/wage-projects/$site/guarantee", ""),
    case("GET /v1/wage-projects/{id}/guarantees", READ, "x", "/v1/wage-projects/$site/guarantees", ""),
    case("POST /v1/wage-projects/{id}/guarantee/duty", "w", "", "/v1/wage-projects/$site/guarantee/duty", DUTY),
    case("POST /v1/wage-projects/{id}/guarantee/deposit", "w", "", "/v1/wage-projects/$site/guarantee/deposit", ""),
    case("POST /v1/wage-projects/{id}/guarantee/letters", "w", "", "/v1/wage-projects/$site/guarantee/letters", LETTER),
    case("POST /v1/guarantees/{id}/renewals", "w", "", "/v1/guarantees/$letter/renewals", LETTER),
    case("POST /v1/guarantees/{id}/payments", "okp", "x", "/v1/guarantees/$guarantee/payments", PAY),
    case("POST /v1/guarantees/{id}/notices", "mw", "", "/v1/guarantees/$guarantee/notices", NOTICE),
    case("POST /v1/guarantees/{id}/return", "w", "", "/v1/guarantees/$guarantee/return", r#"{"to":null}"#),
    case("GET /v1/wage-projects/{id}/pay-notices", READ, "x", "/v1/wage-projects/$site/pay-notices", ""),
    case("GET /v1/my-site-notices", "cd", "", "/v1/my-site-notices", ""),
    case("GET /v1/pay-notices/{id}", READ, "x", "/v1/pay-notices/$pay_notice", ""),
    case("POST /v1/pay-notices/{id}/asking", "mw", "", "/v1/pay-notices/$pay_notice/asking", "{}"),
    case(
        "POST /v1/pay-notices/{id}/issuer-payment",
        "mw",
        "",
        "/v1/pay-notices/$pay_notice/issuer-payment",
        r#"{"payment":"$payment"}"#,
    ),
    case("POST /v1/pay-notices/{id}/sheet", "mw", "", "/v1/pay-notices/$pay_notice/sheet", r#"{"sheet":"$sheet"}"#),
    case("POST /v1/pay-notices/{id}/coming-back", "mw", "", "/v1/pay-notices/$pay_notice/coming-back", ""),
    case("POST /v1/pay-notices/{id}/unneeded", "mw", "", "/v1/pay-notices/$pay_notice/unneeded", r#"{"reason":"a"}"#),
    case("GET /v1/wage-projects/{id}/end", READ, "x", "/v1/wage-projects/$site/end", ""),
    case(
        "POST /v1/wage-projects/{id}/end/completion",
        "okw",
        "px",
        "/v1/wage-projects/$site/end/completion",
        r#"{"on":"2026-02-02","document":"a"}"#,
    ),
    case(
        "POST /v1/wage-projects/{id}/end/pledge",
        "okw",
        "px",
        "/v1/wage-projects/$site/end/pledge",
        r#"{"document":"a"}"#,
    ),
    case(
        "POST /v1/wage-projects/{id}/end/notice",
        "okw",
        "px",
        "/v1/wage-projects/$site/end/notice",
        r#"{"text":"a"}"#,
    ),
    case("GET /v1/wage-projects/{id}/end/objections", READ, "x", "/v1/wage-projects/$site/end/objections", ""),
    case(
        "POST /v1/wage-projects/{id}/end/objections",
        "",
        "cd",
        "/v1/wage-projects/$site/end/objections",
        r#"{"text":"a"}"#,
    ),
    case(
        "POST /v1/wage-projects/{id}/end/closing",
        "w",
        "",
        "/v1/wage-projects/$site/end/closing",
        r#"{"to":"$funds"}"#,
    ),
    case("GET /v1/wage-projects/{id}/evidence", READ, "x", "/v1/wage-projects/$site/evidence", ""),
    case("GET /v1/wage-projects/{id}/pay-ledger", READ, "x", "/v1/wage-projects/$site/pay-ledger", ""),
    case("GET /v1/legal-orders", BANK, "", "/v1/legal-orders", ""),
    case("POST /v1/wage-projects/{id}/legal-orders", "r", "", "/v1/wage-projects/$site/legal-orders", ORDER),
    case("GET /v1/legal-orders/{id}", READ, "x", "/v1/legal-orders/$legal_order", ""),
    case(
        "POST /v1/legal-orders/{id}/lifting",
        "my",
        "",
        "/v1/legal-orders/$legal_order/lifting",
        r#"{"document":"a"}"#,
    ),
    case(
        "POST /v1/wage-projects/{id}/end/answers",
        "mw",
        "",
        "/v1/wage-projects/$site/end/answers",
        r#"{"number":1,"text":"a"}"#,
    ),
];

/// Firm and bank by pages; a program has none.
const LOOK: &str = "okhlmwyar";

/// Pages.
pub(super) const END_PAGES: &[Case] = &[
    case("GET /wages/guarantees", BANK, "", "/wages/guarantees", ""),
    case("GET /wages/projects/{id}/guarantee", LOOK, "x", "/wages/projects/$site/guarantee", ""),
    case("GET /wages/projects/{id}/guarantee/duty", "w", "", "/wages/projects/$site/guarantee/duty", ""),
    case("POST /wages/projects/{id}/guarantee/duty", "w", "", "/wages/projects/$site/guarantee/duty", ""),
    case("POST /wages/projects/{id}/guarantee/deposit", "w", "", "/wages/projects/$site/guarantee/deposit", ""),
    case("GET /wages/projects/{id}/guarantee/letter", "w", "", "/wages/projects/$site/guarantee/letter", ""),
    case("POST /wages/projects/{id}/guarantee/letter", "w", "", "/wages/projects/$site/guarantee/letter", ""),
    case("GET /wages/guarantees/{id}/renewal", "w", "", "/wages/guarantees/$letter/renewal", ""),
    case("POST /wages/guarantees/{id}/renewal", "w", "", "/wages/guarantees/$letter/renewal", ""),
    case("GET /wages/guarantees/{id}/payment", "ok", "x", "/wages/guarantees/$guarantee/payment", ""),
    case("POST /wages/guarantees/{id}/payment", "okx", "", "/wages/guarantees/$guarantee/payment", ""),
    case("GET /wages/guarantees/{id}/notice", "mw", "", "/wages/guarantees/$guarantee/notice", ""),
    case("POST /wages/guarantees/{id}/notice", "mw", "", "/wages/guarantees/$guarantee/notice", ""),
    case("GET /wages/guarantees/{id}/return", "w", "", "/wages/guarantees/$guarantee/return", ""),
    case("POST /wages/guarantees/{id}/return", "w", "", "/wages/guarantees/$guarantee/return", ""),
    case("GET /wages/pay-notices/{id}", LOOK, "x", "/wages/pay-notices/$pay_notice", ""),
    case("POST /wages/pay-notices/{id}/asking", "mw", "", "/wages/pay-notices/$pay_notice/asking", "note=a"),
    case("POST /wages/pay-notices/{id}/issuer", "mw", "", "/wages/pay-notices/$pay_notice/issuer", "payment=$payment"),
    case("POST /wages/pay-notices/{id}/sheet", "mw", "", "/wages/pay-notices/$pay_notice/sheet", "sheet=$sheet"),
    case("POST /wages/pay-notices/{id}/coming-back", "mw", "", "/wages/pay-notices/$pay_notice/coming-back", ""),
    case("POST /wages/pay-notices/{id}/unneeded", "mw", "", "/wages/pay-notices/$pay_notice/unneeded", "note=a"),
    case("GET /wages/projects/{id}/end", LOOK, "x", "/wages/projects/$site/end", ""),
    case(
        "POST /wages/projects/{id}/end/completion",
        "okw",
        "x",
        "/wages/projects/$site/end/completion",
        "on=2026-02-02&document=a",
    ),
    case("POST /wages/projects/{id}/end/pledge", "okw", "x", "/wages/projects/$site/end/pledge", "document=a"),
    case("POST /wages/projects/{id}/end/notice", "okw", "x", "/wages/projects/$site/end/notice", "text=a"),
    case("POST /wages/projects/{id}/end/objections", BANK, "", "/wages/projects/$site/end/objections", "text=a"),
    case("POST /wages/projects/{id}/end/answers", "mw", "", "/wages/projects/$site/end/answers", "number=1&text=a"),
    case("POST /wages/projects/{id}/end/closing", "w", "", "/wages/projects/$site/end/closing", "to=$funds"),
    case("GET /wages/projects/{id}/evidence", LOOK, "x", "/wages/projects/$site/evidence", ""),
    case("GET /wages/projects/{id}/pay-ledger", LOOK, "x", "/wages/projects/$site/pay-ledger", ""),
    case("POST /wages/projects/{id}/pay-ledger", "kmyr", "t", "/wages/projects/$site/pay-ledger", "text=a"),
    case("GET /wages/legal-orders", BANK, "", "/wages/legal-orders", ""),
    case("GET /wages/projects/{id}/legal-order", "r", "", "/wages/projects/$site/legal-order", ""),
    case("POST /wages/projects/{id}/legal-order", "r", "", "/wages/projects/$site/legal-order", ""),
    case("GET /wages/legal-orders/{id}", LOOK, "x", "/wages/legal-orders/$legal_order", ""),
    case("POST /wages/legal-orders/{id}/lifting", "my", "", "/wages/legal-orders/$legal_order/lifting", "document=a"),
];

fn day(text: &str) -> Date {
    Date::parse(text).expect("a date")
}

/// A guarantee, a letter, a notice and a legal document on the building site.
pub(super) fn furnish(house: &mut House) {
    let site: ProjectId = house.ids["$site"].parse().expect("a site");
    let texts = house.texts;
    let made = house.bank.write(move |tx| {
        let file = texts.of("file", "扫描件").into_bytes();
        let hash = payroll::file_hash(&file);
        payroll::keep_file(tx, site.book(), &hash, &file)?;
        let guarantee = deposit(tx, site)?;
        let terms = LetterTerms {
            issuer: texts.of("bank", "沧溟银行"),
            letter: texts.of("number", "保函 118"),
            amount: Money::cny(100_000),
            valid_from: day("2026-02-02"),
            valid_until: day("2027-12-31"),
            evidence: hash.clone(),
        };
        let letter = guarantee::open_letter(tx, &system(), site, terms)?;
        let worker = worker(tx, site, texts.of("name", "工人戊"))?;
        let said = |field: &'static str, text: &str| texts.of(field, text);
        let notice = guarantee::notice_receive(
            tx,
            &system(),
            NoticeNew {
                guarantee,
                bureau: None,
                bureau_name: said("bureau", "东港区人力资源和社会保障局"),
                number: said("number", "动用 7 号"),
                officer: said("officer", "何平"),
                basis: said("basis", "条例第二十九条"),
                issued_on: tx.now().local_date(),
                settle_order: said("order", "责令 31 号"),
                settle_ordered_on: day("2026-02-02"),
                default_proof: said("proof", "记录 31 号"),
                defaulted_on: day("2026-02-03"),
                workers: vec![Named { worker, amount: 100_000 }],
            },
        )?;
        worksite::end::completed(tx, &system(), site, day("2026-02-02"), &said("document", "竣工 9 号"))?;
        worksite::end::pledged(tx, &system(), site, &said("document", "承诺书"))?;
        worksite::end::notice_begin(tx, &system(), site, &said("text", "公示三十天"))?;
        worksite::end::object(tx, &system(), site, &said("text", "还差一百"))?;
        let account = payroll::project_raw(tx, site)?.wage_account;
        let order = worksite::end::order_enter(
            tx,
            &system(),
            worksite::end::OrderNew {
                project: site,
                account,
                action: worksite::end::Action::Freeze,
                authority: said("authority", "东港区人民法院"),
                document: said("document", "执 131 号"),
                officer: said("judge", "陈一"),
                basis: worksite::end::Basis::TheseWages,
                article: String::new(),
                amount: Money::cny(100_000),
                until: Some(day("2027-12-31")),
                pay_to: None,
                evidence: hash,
            },
        )?;
        Ok([guarantee.to_string(), letter.to_string(), notice.to_string(), order.to_string()])
    });
    let [guarantee, letter, notice, order] = made.expect("guarantees and a document");
    house.ids.extend([
        ("$guarantee", guarantee),
        ("$letter", letter),
        ("$pay_notice", notice),
        ("$legal_order", order),
    ]);
}

fn deposit(tx: &mut Tx<'_>, site: ProjectId) -> kernel::Result<kernel::id::GuaranteeId> {
    let ask = Ask {
        contract: Money::cny(1_200_000_000),
        other_works: 0,
        history: History::default(),
        region: "990102".into(),
        date: day("2026-01-30"),
    };
    guarantee::duty_set(tx, &system(), DutyNew { project: site, ask, counts_from: day("2026-01-30") })?;
    guarantee::open_cash(tx, &system(), site)
}

fn worker(tx: &mut Tx<'_>, site: ProjectId, name: String) -> kernel::Result<kernel::id::WorkerId> {
    let body = "99010219800307777";
    let identity = format!("{body}{}", identity_check(body).expect("a check character"));
    let new = payroll::WorkerNew {
        name,
        identity,
        contract: "HT-9".into(),
        phone: "13800000000".into(),
        ..payroll::WorkerNew::default()
    };
    Ok(payroll::worker_add(tx, &system(), site, new)?.worker)
}
