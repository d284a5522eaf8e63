//! Faults in rule files are named with file, line and field.
use crate::{RuleSet, Source};

fn shipped() -> Vec<Source> {
    crate::shipped::sources()
}

/// What is said when `from` becomes `to` in a shipped file.
fn said(file: &str, from: &str, to: &str) -> String {
    let mut sources = shipped();
    let source = sources.iter_mut().find(|s| s.file == file).unwrap();
    assert!(source.text.contains(from), "{from}");
    source.text = source.text.replacen(from, to, 1);
    match RuleSet::load(&sources) {
        Ok(_) => panic!("{from} -> {to} was taken"),
        Err(e) => {
            assert!(e.is(&crate::BAD_RULES));
            e.message().to_owned()
        }
    }
}

#[test]
fn each_fault_is_named_where_it_stands() {
    let rule = "t13_emptied.toml";
    let cases = [
        (rule, "score = 20", "score = 101", "t13_emptied.toml line 9, score: 101 given, 0 to 100"),
        (rule, "score = 20", "score = \"x\"", "t13_emptied.toml line 9: invalid type"),
        (rule, "action = \"tip\"", "action = \"kill\"", "line 10: unknown variant"),
        (
            rule,
            "action = \"tip\"",
            "action = \"delay\"\ndelay = \"73h\"",
            "line 11, delay: 73h given, 30/60 to 72 hours",
        ),
        (rule, "action = \"tip\"", "action = \"delay\"\ndelay = \"29m\"", "delay: 29m given"),
        (rule, "action = \"tip\"", "action = \"tip\"\ndelay = \"1h\"", "delay: the action is tip"),
        (rule, "mode = \"live\"", "mode = \"live\"\nextra = 1", "unknown field `extra`"),
        (rule, "signal.balance >= 100000", "signal.blance >= 100000", "line 5, when: signal.blance is not declared"),
        (rule, "signal.balance >= 100000", "seen.nothing >= 100000", "when: seen.nothing is not declared"),
        (rule, "signal.balance >= 100000", "signal.balance", "when: int where bool"),
        (rule, "from = \"2018-01-01\"", "from = \"2018-02-30\"", "line 14, from: write the date"),
        (rule, "from = \"2018-01-01\"", "from = \"2018-01-01\"\nto = \"2017-01-01\"", "to: it is before the first day"),
        (rule, "id = \"t13.emptied\"", "id = \"T13\"", "line 1, id: small letters"),
        (rule, "id = \"t13.emptied\"", "id = \"t01.small_then_large\"", "id: there are two rules t01.small_then_large"),
        (rule, "version = 1", "version = 0", "version: versions begin at 1"),
        (rule, "owner = \"risk\"", "owner = \"\"", "owner: it is empty"),
        ("aggregates.toml", "window = \"90d\"", "window = \"91d\"", "window: 91d given, 1/60 to 2160 hours"),
        ("aggregates.toml", "window = \"90d\"", "window = \"soon\"", "window: \"soon\" is no time"),
        ("aggregates.toml", "fn = \"p95\"", "fn = \"p99\"", "fn: \"p99\" is none of"),
        ("aggregates.toml", "of = \"payee\"", "of = \"colour\"", "of: one of payer, payee"),
        ("aggregates.toml", "of = \"night_count_7d\"", "of = \"later\"", "of: later is not declared above"),
        ("aggregates.toml", "name = \"out_sum_1d\"", "name = \"out_count_1d\"", "name: it is declared twice"),
        ("aggregates.toml", "event.hour < 6", "event.hour < 'six'", "where: int is compared with the word"),
        ("aggregates.toml", "key = \"device\"", "key = \"dog\"", "unknown variant `dog`"),
        ("ladder.toml", "score = 15", "score = 115", "ladder.toml line 1, model"),
        ("ladder.toml", "at_least = 20", "at_least = true", "ladder.toml line"),
    ];
    for (file, from, to, want) in cases {
        let told = said(file, from, to);
        assert!(told.contains(want), "{to}: {told}");
    }
}

#[test]
fn all_faults_are_said_at_once_up_to_twenty() {
    let mut sources = shipped();
    sources.iter_mut().filter(|s| s.file.starts_with('t')).for_each(|s| s.text = s.text.replace("score =", "points ="));
    let told = RuleSet::load(&sources).unwrap_err();
    assert_eq!(told.message().matches(".toml line").count(), crate::FAULTS_TOLD_MAX);
    assert!(told.message().ends_with("and 10 more"), "{told}");
}

#[test]
fn a_set_without_its_ground_is_refused() {
    for missing in [crate::AGGREGATES_FILE, crate::LADDER_FILE] {
        let sources: Vec<Source> = shipped().into_iter().filter(|s| s.file != missing).collect();
        assert!(RuleSet::load(&sources).unwrap_err().message().contains("is missing"));
    }
}

#[test]
fn the_hash_is_of_every_word() {
    let hash = |sources: &[Source]| RuleSet::load(sources).unwrap().hash;
    let mut other = shipped();
    other.reverse();
    assert_eq!(hash(&shipped()), hash(&other), "the order of files is nothing");
    other[3].text.push('\n');
    assert_ne!(hash(&shipped()), hash(&other));
}

#[test]
fn damaged_files_are_read_or_refused_and_never_a_defect() {
    let texts: Vec<Vec<u8>> = shipped().into_iter().map(|s| s.text.into_bytes()).collect();
    mutants::survive(
        "rule files",
        100,
        |choices| choices.mutant(&texts),
        |bytes| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            for name in ["aggregates.toml", "ladder.toml", "features.toml", "rule.toml"] {
                let mut sources: Vec<Source> = shipped().into_iter().filter(|s| !s.file.starts_with('t')).collect();
                sources.retain(|s| s.file != name && (s.file != "features.toml" || name == "aggregates.toml"));
                sources.push(Source::new(name, text.clone()));
                let _ = RuleSet::load(&sources);
            }
        },
    );
}
