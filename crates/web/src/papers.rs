//! What a document says, in the reader's language: as rows of a page and as a paper to be drawn. Both say the same.
use crate::pages::say;
use crate::words::Words;
use app::receipts::Issued;
use app::statement::Statement;
use axum::http::{HeaderMap, header};
use documents::{Column, Covered, Facts, Kind, Movement, Paper, Part, Side, capitals};
use kernel::{Id, Money};

/// Names and values, as text.
pub type Lines = Vec<(String, String)>;

/// `付款回单`, `收款回单`, `工资回单`, `对账单`.
pub fn title(w: Words, facts: &Facts) -> String {
    let key = match (facts.kind(), facts) {
        (Kind::Statement, _) => "paper-statement",
        (Kind::Wage, _) => "paper-wage",
        (_, Facts::Movement(m)) if m.incoming => "paper-incoming",
        _ => "paper-outgoing",
    };
    w.t(key).into_owned()
}

/// A side in one line; the bank's name where nobody else stands.
pub fn side(bank: &str, side: &Side) -> String {
    let text = [side.name.as_str(), &side.number].join(" ").trim().to_owned();
    if text.is_empty() { bank.to_owned() } else { text }
}

/// All that a document says.
pub fn rows(w: Words, bank: &str, facts: &Facts) -> Lines {
    match facts {
        Facts::Movement(m) => movement(w, bank, m),
        Facts::Covered(c) => covered(w, bank, c),
    }
}

fn movement(w: Words, bank: &str, m: &Movement) -> Lines {
    let row = |key: &str, value: String| (w.t(key).into_owned(), value);
    let mut rows = vec![
        row("paper-payer", side(bank, &m.payer)),
        row("paper-payee", side(bank, &m.payee)),
        row("amount", w.money(m.amount)),
    ];
    if let Some(words) = capitals(m.amount) {
        rows.push(row("paper-capitals", words));
    }
    if let Some(fee) = m.fee {
        rows.push(row("fee", w.money(fee)));
    }
    rows.push(row("paper-purpose", say::told_or(w, "entry", &m.code)));
    if !m.memo.is_empty() {
        rows.push(row("payment-memo", m.memo.clone()));
    }
    if let Some(wage) = &m.wage {
        rows.push(row("slip-period", wage.period.clone()));
        rows.push(row("slip-employer", wage.employer.clone()));
        rows.push(row("project-name", wage.project.clone()));
        rows.push(row("slip-due-total", w.money(wage.due)));
        rows.push(row("slip-deductions-total", w.money(wage.deductions)));
    }
    rows.push(row("paper-posted", w.moment(m.posted_at)));
    rows.push(row("business-date", w.date(m.business_date)));
    rows.push(row("paper-value-date", w.date(m.value_date)));
    rows.push(row("paper-serial", m.transfer.to_string()));
    rows
}

fn covered(w: Words, bank: &str, c: &Covered) -> Lines {
    let row = |key: &str, value: String| (w.t(key).into_owned(), value);
    vec![
        row("account", side(bank, &c.holder)),
        row(
            "statement-days",
            w.t_with("statement-days-told", &[("from", w.date(c.from).into()), ("to", w.date(c.to).into())]),
        ),
        row("statement-opening", w.money(c.opening)),
        row("statement-in", w.money(c.money_in)),
        row("statement-out", w.money(c.money_out)),
        row("statement-closing", w.money(c.closing)),
        row("statement-lines", c.lines.to_string()),
    ]
}

/// A document to be drawn, with the lines of a statement.
pub fn paper(w: Words, bank: &str, issued: &Issued, link: &str, lines: Option<&Statement>) -> Paper {
    let (d, code) = (&issued.document, issued.code.to_string());
    let facts = &d.facts.0;
    let mut parts = vec![Part::Rows(rows(w, bank, facts))];
    if let Some(seen) = lines {
        parts.push(Part::Heading(w.t("statement").into_owned()));
        parts.push(table(w, bank, seen));
    }
    let beside = vec![
        w.t_with("paper-code", &[("code", code.into())]),
        w.t("paper-check").into_owned(),
        link.split('?').next().unwrap_or(link).to_owned(),
        w.t_with("paper-copy", &[("n", i64::from(d.prints).into()), ("at", w.moment(d.issued_at).into())]),
    ];
    parts.push(Part::Scan { link: link.to_owned(), alt: w.t("paper-qr").into_owned(), beside });
    parts.push(Part::Text(w.t("paper-note").into_owned()));
    Paper {
        lang: w.lang.tag().into(),
        bank: bank.to_owned(),
        title: title(w, facts),
        parts,
        foot: format!("{bank} · {}", d.id),
        id: d.id.bytes(),
    }
}

fn table(w: Words, bank: &str, seen: &Statement) -> Part {
    let column = |key: &str, share, figures| Column { head: w.t(key).into_owned(), share, figures };
    let columns = vec![
        column("statement-at", 20, false),
        column("statement-what", 22, false),
        column("statement-other", 22, false),
        column("statement-in", 12, true),
        column("statement-out", 12, true),
        column("statement-after", 12, true),
    ];
    let currency = seen.view.account.currency;
    let row = |t: &app::statement::Told| {
        let e = &t.line.entry;
        let what = [say::told_or(w, "entry", &e.code), e.memo.clone()].join(" ").trim().to_owned();
        let other = match t.other.text() {
            none if none.is_empty() => bank.to_owned(),
            some => some,
        };
        let only =
            |wanted: bool| if wanted { Money::new(t.line.change.abs(), currency).grouped() } else { String::new() };
        let after = Money::new(t.line.after, currency).grouped();
        vec![w.moment(e.at), what, other, only(t.line.change > 0), only(t.line.change < 0), after]
    };
    Part::Table(columns, seen.lines.iter().map(row).collect())
}

/// Where anybody checks a code: under the address the bank gave, or else the one this page was asked at.
pub fn check_link(web: &crate::state::Web, headers: &HeaderMap, code: &documents::Code) -> String {
    format!("{}/verify?code={}", base(web, headers), code.plain())
}

/// Where anybody reads a site's notice board.
pub fn board_link(web: &crate::state::Web, headers: &HeaderMap, code: &str) -> String {
    format!("{}/board/{code}", base(web, headers))
}

fn base(web: &crate::state::Web, headers: &HeaderMap) -> String {
    let given = web.public_address();
    if !given.is_empty() {
        return given.trim_end_matches('/').to_owned();
    }
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let plain = host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    let scheme = if web.site().tls { "https" } else { "http" };
    format!("{scheme}://{}", if plain && !host.is_empty() { host } else { "localhost" })
}
