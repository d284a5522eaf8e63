//! Files of past payments, and what is reported about them.
use super::engine::set;
use crate::backtest::{Options, Report};
use crate::history::{BAD_ROWS_MAX, History};
use crate::model::Boosting;
use crate::{Engine, Lesson, Model, PaymentKind, RuleSet, Source, backtest, learn};
use kernel::{Date, Money};
use std::io::Write;

const HEADER: &str = "tx_id,at,payer,payee,amount,fraud,scenario\n";

fn history(text: &str) -> kernel::Result<History> {
    History::new(std::io::Cursor::new(text.to_owned().into_bytes()), PaymentKind::Transfer)
}

fn run(rules: RuleSet, text: &str, options: &Options) -> kernel::Result<Report> {
    backtest(Engine::new(rules, None)?, history(text)?, options, &mut |_| {})
}

fn large() -> RuleSet {
    set(&[
        ("a", "payment.amount >= 10000", 60, "delay", "delay = \"12h\""),
        ("b", "payment.amount >= 10000", 9, "stop", "mode = \"shadow\""),
    ])
    .unwrap()
}

#[test]
fn figures_by_hand() {
    let rows = "1,2026-01-01T10:00:00,p1,s,100.00,1,x\n2,2026-01-01T11:00:00,p2,s,100.00,0,0\n\
                3,2026-01-02T10:00:00,p2,s,99.99,0,0\n4,2026-01-02T11:00:00,p3,s,20,1,y\n";
    let report = run(large(), &format!("{HEADER}{rows}"), &Options::default()).unwrap();
    assert_eq!((report.rows, report.decided, report.days, report.fraud, report.alerts), (4, 4, 2, 2, 2));
    assert_eq!((report.precision, report.recall, report.alerts_a_day), (Some(0.5), Some(0.5), 1.0));
    assert_eq!((report.amount_stopped, report.fraud_amount), (Money::cny(10_000), Money::cny(12_000)));
    assert_eq!((report.wrongly_delayed, report.wrongly_delayed_customers, report.wrong_hours), (1, 1, Some(12.0)));
    let found: Vec<(&str, u64, u64)> =
        report.scenarios.iter().map(|s| (s.scenario.as_str(), s.fraud, s.found)).collect();
    assert_eq!(found, [("x", 1, 1), ("y", 1, 0)]);
    let rules: Vec<(&str, u64, u64)> = report.rules.iter().map(|r| (r.rule.as_str(), r.alerts, r.right)).collect();
    assert_eq!(rules, [("a", 2, 1), ("b", 2, 1)], "a shadow rule is judged and counts for nothing");
    assert_eq!(report.by_score.auc, Some(0.5));
    assert!(report.by_model.is_none());
}

#[test]
fn only_the_days_asked_for_are_decided_and_the_rest_is_history() {
    let row = |n: u32, day: u32| format!("{n},2026-01-{day:02}T10:00:00,p,s,1.00,0,0\n");
    let text = format!("{HEADER}{}", (1..=9).map(|d| row(d, d)).collect::<String>());
    let rules = set(&[("a", "seen.out_count_7d >= 3", 1, "tip", "")]).unwrap();
    let options = Options {
        from: Some(Date::parse("2026-01-03").unwrap()),
        to: Some(Date::parse("2026-01-05").unwrap()),
        ..Options::default()
    };
    let report = run(rules, &text, &options).unwrap();
    assert_eq!((report.rows, report.decided, report.rules[0].alerts), (5, 3, 2));
}

/// Aggregates of labels, with the terminal as the payee.
fn by_label() -> RuleSet {
    let mut sources: Vec<Source> = crate::shipped::cards();
    sources.retain(|s| !s.file.starts_with('c'));
    let rule = "id = \"l\"\nversion = 1\ntypology = \"x\"\ntitle = \"x\"\nwhen = \"seen.terminal_frauds_30d >= 1\"\n\
                score = 1\naction = \"verify\"\nmode = \"live\"\nowner = \"x\"\nbasis = \"x\"\nfrom = \"2020-01-01\"\n\
                [reason]\nzh = \"x\"\nen = \"x\"\nelder = \"x\"\nstaff = \"x\"\n";
    sources.push(Source::new("l.toml", rule));
    RuleSet::load(&sources).unwrap()
}

#[test]
fn a_label_is_known_when_its_delay_is_over_and_not_before() {
    let text = format!(
        "{HEADER}1,2026-01-01T10:00:00,p1,t,1,1,\n2,2026-01-08T09:59:59,p2,t,1,0,\n3,2026-01-08T10:00:00,p2,t,1,0,\n"
    );
    let alerts = |days: u32| {
        let options = Options { label_days: days, ..Options::default() };
        run(by_label(), &text, &options).unwrap().rules[0].alerts
    };
    assert_eq!([alerts(7), alerts(8), alerts(1)], [1, 0, 2]);
}

#[test]
fn payers_known_to_be_defrauded_are_left_out_a_day_after_the_delay() {
    let text = format!(
        "{HEADER}1,2026-01-01T10:00:00,p1,t,1,1,\n2,2026-01-08T23:00:00,p1,t,1,1,\n3,2026-01-09T00:00:01,p1,t,1,1,\n"
    );
    let since = |day: &str| {
        let options = Options { known_from: Some(Date::parse(day).unwrap()), ..Options::default() };
        run(large(), &text, &options).unwrap()
    };
    assert_eq!((since("2026-01-01").decided, since("2026-01-01").left_out), (2, 1));
    assert_eq!(since("2026-01-02").left_out, 0, "fraud before that day is not counted as known");
}

#[test]
fn bad_rows_are_named_by_line_and_left_out() {
    let good = "1,2026-01-01T10:00:00,p,s,1.00,0,0\n";
    let cases = [
        ("2,yesterday,p,s,1.00,0,0", "at: \"yesterday\" is no time"),
        ("2,2026-01-01T25:00:00,p,s,1.00,0,0", "is no time"),
        ("2,2026-01-01T10:00:00,,s,1.00,0,0", "payer is empty"),
        ("2,2026-01-01T10:00:00,p,s,1.00x,0,0", "amount: \"1.00x\""),
        ("2,2026-01-01T10:00:00,p,s,-1,0,0", "amount: \"-1\""),
        ("2,2026-01-01T10:00:00,p,s,1.00,maybe,0", "fraud: \"maybe\""),
        ("2,2026-01-01T10:00:00,p", "is missing"),
    ];
    for (row, want) in cases {
        let report = run(large(), &format!("{HEADER}{good}{row}\n{good}"), &Options::default()).unwrap();
        assert_eq!((report.rows, report.bad_rows), (2, 1), "{row}");
        assert_eq!(report.bad[0].line, 3, "{row}");
        assert!(report.bad[0].why.contains(want), "{row}: {}", report.bad[0].why);
    }
    let many = "x\n".repeat(BAD_ROWS_MAX + 1);
    let said = run(large(), &format!("{HEADER}{many}"), &Options::default()).unwrap_err();
    assert!(said.is(&crate::BAD_HISTORY) && said.message().contains("the first on line 2"), "{said}");
    let said = history("tx_id,at,payer,payee,amount\n").err().unwrap();
    assert!(said.message().contains("no column fraud"), "{said}");
}

#[test]
fn more_decimals_than_fen_are_rounded() {
    let fen = |text: &str| crate::history::amount(text).map(|a| a.minor);
    assert_eq!(fen("99.80000000000001"), Ok(9_980));
    assert_eq!(fen("249.89999999999998"), Ok(24_990));
    assert_eq!(fen("0.995"), Ok(100));
    assert_eq!(fen("0.994"), Ok(99));
    assert_eq!(fen("7"), Ok(700));
}

#[test]
fn gzip_is_read_as_it_is_and_a_cut_file_is_said() {
    let text = format!("{HEADER}1,2026-01-01 10:00:00.25,p,s,1.00,0,0\n");
    let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    zip.write_all(text.as_bytes()).unwrap();
    let bytes = zip.finish().unwrap();
    let read = |bytes: Vec<u8>| History::new(std::io::Cursor::new(bytes), PaymentKind::Card);
    assert_eq!(read(bytes.clone()).unwrap().next_row().unwrap().unwrap().line, 2);
    let cut = read(bytes[..bytes.len() - 12].to_vec());
    let said = cut.and_then(|mut h| h.next_row()).unwrap_err();
    assert!(said.is(&crate::BAD_HISTORY), "{said:?}");
}

#[test]
fn rows_out_of_order_are_counted_and_decided_at_their_own_time() {
    let text = format!("{HEADER}1,2026-01-02T10:00:00,p,s,1,0,\n2,2026-01-01T10:00:00,p,s,1,0,\n");
    let report = run(large(), &text, &Options::default()).unwrap();
    assert_eq!((report.rows, report.out_of_order, report.days), (2, 1, 2));
}

/// A month in which payments above 50 yuan at night are fraud.
fn lesson() -> (String, Lesson) {
    let mut text = HEADER.to_owned();
    for n in 0..3_000u32 {
        let (day, hour, amount) = (1 + n / 100, n * 7 % 24, 1 + n * 37 % 100);
        let fraud = u8::from(hour < 6 && amount > 50);
        text +=
            &format!("{n},2026-01-{day:02}T{hour:02}:{:02}:00,p{},s{},{amount}.00,{fraud},\n", n % 60, n % 50, n % 20);
    }
    let options = Options { to: Some(Date::parse("2026-01-20").unwrap()), ..Options::default() };
    let boosting = Boosting { trees: 40, rate: 0.3, ..Boosting::default() };
    (text, Lesson { version: "night".into(), data: "made up".into(), options, boosting })
}

#[test]
fn what_was_learned_tells_later_fraud_from_the_rest() {
    let (text, lesson) = lesson();
    let model = learn(RuleSet::cards().unwrap(), history(&text).unwrap(), &lesson, &mut |_| {}).unwrap();
    let again = learn(RuleSet::cards().unwrap(), history(&text).unwrap(), &lesson, &mut |_| {}).unwrap();
    assert_eq!(model, again, "the same rows and seed give the same model");
    let read = Model::from_json(&model.to_json().unwrap()).unwrap();
    assert_eq!(read, model);
    let engine = Engine::new(RuleSet::cards().unwrap(), Some(read)).unwrap();
    let options = Options { from: Some(Date::parse("2026-01-21").unwrap()), ..Options::default() };
    let report = backtest(engine, history(&text).unwrap(), &options, &mut |_| {}).unwrap();
    let auc = report.by_model.unwrap().auc.unwrap();
    assert!(auc > 0.99, "{auc}");
    assert!(model.card().contains("`payment.amount`") && model.card().contains("made up"));
    assert!(report.to_text().contains("model night"));
}

#[test]
fn contributions_and_base_come_to_the_logit() {
    let (text, lesson) = lesson();
    let model = learn(RuleSet::cards().unwrap(), history(&text).unwrap(), &lesson, &mut |_| {}).unwrap();
    let mut row = vec![f32::NAN; model.features.len()];
    for (amount, hour) in [(1_000.0, 3.0), (9_000.0, 3.0), (9_000.0, 12.0), (f32::NAN, f32::NAN)] {
        (row[0], row[1]) = (amount, hour);
        let sum = model.expected() + model.contributions(&row).iter().sum::<f64>();
        assert!((sum - model.logit(&row)).abs() < 1e-4, "{sum} {}", model.logit(&row));
    }
    (row[0], row[1]) = (9_000.0, 3.0);
    let (night, day) = (model.probability(&row), {
        row[1] = 12.0;
        model.probability(&row)
    });
    assert!(night > 0.3 && day < 0.01, "{night} {day}");
}

#[test]
fn a_model_file_that_was_touched_is_refused() {
    let (text, lesson) = lesson();
    let model = learn(RuleSet::cards().unwrap(), history(&text).unwrap(), &lesson, &mut |_| {}).unwrap();
    let json = model.to_json().unwrap();
    let said = |json: &str| Model::from_json(json).unwrap_err().message().to_owned();
    assert!(said(&json.replacen("\"made up\"", "\"made  up\"", 1)).contains("hash"));
    assert!(said(&json.replacen("\"format\":1", "\"format\":2", 1)).contains("format 2"));
    assert!(said(&json[..json.len() / 2]).contains("line 1"));
    let unsound = Model::from_json(&json.replacen("\"left\":1,", "\"left\":0,", 1)).unwrap_err();
    assert!(unsound.message().contains("leads nowhere or back"), "{unsound}");
    let other = Engine::new(RuleSet::shipped().unwrap(), Some(model));
    assert!(other.err().is_some_and(|e| e.is(&crate::BAD_MODEL)), "its features are not declared there");
}

#[test]
fn nothing_is_learned_from_one_kind_alone() {
    let (_, lesson) = lesson();
    let text = format!("{HEADER}1,2026-01-01T10:00:00,p,s,1,0,\n");
    let said = learn(RuleSet::cards().unwrap(), history(&text).unwrap(), &lesson, &mut |_| {}).unwrap_err();
    assert!(said.message().contains("both kinds"), "{said}");
}
