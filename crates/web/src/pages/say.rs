//! How states read. A state is a noun with who and when, said the same on every screen: the text `<prefix>-<code>` (with - for
//! _ and .) and a tone.
use crate::look::{self, Tone};
use crate::words::{Lang, Words};
use approval::State as Approval;
use kernel::clock::{DAY, HOUR, MINUTE};
use kernel::{Currency, Money, Timestamp};
use maud::{Markup, html};
use payments::State as Payment;
use payments::clearing::State as Clearing;
use payroll::{ImportState, LineState, SheetState, Standing};
use std::borrow::Cow;

/// The text key of a code: `sheet-state` and `partly_paid` are `sheet-state-partly-paid`.
pub fn key(prefix: &str, code: &str) -> String {
    format!("{prefix}-{}", code.replace(['_', '.'], "-"))
}

/// The text of a code.
pub fn told(words: Words, prefix: &str, code: &str) -> Cow<'static, str> {
    words.t(&key(prefix, code))
}

/// The text of a code from outside the screens; one without words stays as it is.
pub fn told_or(words: Words, prefix: &str, code: &str) -> String {
    words.maybe(&key(prefix, code), &[]).unwrap_or_else(|| code.to_owned())
}

/// The text of a key from outside the screens, or the key.
pub fn text_or(words: Words, key: &str) -> String {
    words.maybe(key, &[]).unwrap_or_else(|| key.to_owned())
}

/// The text of a failed wage's code, or of the nearest there is; `end` is empty for why, `-next` for what to do.
pub fn failure(words: Words, reason: &str, end: &str) -> String {
    let nearest = if reason.starts_with("returned_") { "returned" } else { "other" };
    let own = words.maybe(&format!("{}{end}", key("wage-fail", reason)), &[]);
    own.unwrap_or_else(|| words.t(&format!("wage-fail-{nearest}{end}")).into_owned())
}

/// The words of a run's result, in Chinese and in English.
pub fn result(told: payroll::Told<'_>) -> [String; 2] {
    [Lang::Zh, Lang::En].map(|lang| match told {
        payroll::Told::State(state) => self::told(Words::of(lang), "line-state", state.code()).into_owned(),
        payroll::Told::Reason(code) => failure(Words::of(lang), code, ""),
    })
}

/// What has states that a screen shows.
pub trait Stated {
    const PREFIX: &'static str;
    fn word(&self) -> &'static str;
    fn tone(&self) -> Tone;
}

macro_rules! stated {
    ($($type:ty, $prefix:literal: $($state:ident $tone:ident),+;)+) => {$(
        impl Stated for $type {
            const PREFIX: &'static str = $prefix;
            fn word(&self) -> &'static str {
                self.code()
            }
            fn tone(&self) -> Tone {
                match self { $(<$type>::$state => Tone::$tone),+ }
            }
        }
    )+};
}

stated! {
    SheetState, "sheet-state": Loading Info, Drafted Info, Submitted Info, Checked Info, Starting Warn, Paying Info, Paid Good, PartlyPaid Warn,
        SentBack Warn, Cancelled Quiet;
    LineState, "line-state": Waiting Quiet, Processing Info, Paid Good, Failed Danger;
    Standing, "standing": Missing Danger, Verified Good, External Info, NameMismatch Danger, Closed Danger;
    ImportState, "import-state": Read Warn, Accepted Good, Rejected Danger;
    Payment, "payment-state": Posted Good, AwaitingApproval Info, Challenged Warn, Delayed Warn, Held Warn, Refused Danger, Cancelled Quiet, Expired Quiet;
    Approval, "approval-state": Waiting Info, Approved Good, Refused Danger, SentBack Warn, Cancelled Quiet, Expired Quiet, Executed Good, Failed Danger;
    bulk::FileState, "batch-state": Drafted Info, Rejected Danger, Submitted Info, Paying Info, Paid Good, Cancelled Quiet;
    bulk::LineState, "batch-line": Waiting Quiet, Open Warn, Paid Good, Failed Danger;
    cards::State, "card-state": Applied Info, Declined Danger, Approved Info, Produced Warn, Active Good, Frozen Warn, Lost Danger, Closed Quiet;
    worksite::ScheduleState, "site-answer": Asked Info, Agreed Good, Refused Danger, Lapsed Quiet, Ended Quiet;
    worksite::TopUpState, "site-answer": Asked Info, Approved Good, Refused Danger, Lapsed Quiet;
    crews::Step, "crew-step": Drafted Info, Signing Info, Submitted Info, Returned Warn, Cleared Good, Checking Info, Paying Info, Paid Good, Cancelled Quiet;
    crews::Word, "crew-word": Waiting Quiet, Signed Good, PaperWaits Info, OnPaper Good, Objected Warn, Answered Info;
    guarantee::NoticeState, "guarantee-notice-state": Received Info, Asked Info, Called Warn, Paid Good, Refused Danger, Settled Good;
    worksite::end::OrderState, "legal-order-state": Waiting Info, InForce Warn, Deducted Good, Refused Quiet, Lifted Quiet;
    orders::OrderState, "orders-state": Entered Info, InForce Warn, Waiting Quiet, Done Good, Refused Danger, Lapsed Danger, Released Quiet, Expired Quiet;
    cases::CaseState, "fcase-state": Open Warn, Claimed Info, Waiting Quiet, Closed Good, Merged Quiet;
    cases::AppealState, "appeal-state": Open Warn, Lifting Info, Upheld Good, Dismissed Quiet;
    reporting::State, "rept-state": Open Warn, Reviewed Info, Released Info, Sent Good, LeftOut Quiet;
    Clearing, "clearing-state": Queued Quiet, Sent Info, Paid Good, Returned Danger, Unknown Warn;
}

/// A state alone.
pub fn tag<S: Stated>(words: Words, state: S) -> Markup {
    tag_by(words, state, "", None)
}

/// A state with who and when.
pub fn tag_by<S: Stated>(words: Words, state: S, who: &str, at: Option<Timestamp>) -> Markup {
    let when = at.map_or_else(String::new, |at| words.moment(at));
    look::status(state.tone(), &told(words, S::PREFIX, state.word()), &named(words, who), &when)
}

/// When something ends; a midnight is told as the last day.
pub fn end(words: Words, at: Timestamp) -> String {
    match at.local_time() {
        (0, 0, _) => words.date(at.local_date().plus_days(-1)),
        _ => words.moment(at),
    }
}

/// On what basis an account is restricted: written by staff, or that an authority ordered it.
pub fn basis(words: Words, written: &str) -> Cow<'_, str> {
    match written {
        orders::OPEN | orders::QUIET => words.t("orders-keeps-account"),
        _ => Cow::Borrowed(written),
    }
}

/// Who and when, as the value of a summary row.
pub fn by(words: Words, who: &str, at: Timestamp) -> Markup {
    html! { (named(words, who)) " · " (look::moment(words, at)) }
}

/// A name; the bank's own processes are the system to people.
pub fn named(words: Words, who: &str) -> Cow<'_, str> {
    if who.starts_with("system:") { words.t("channel-system") } else { Cow::Borrowed(who) }
}

/// `23 小时 15 分钟`: how long until something, in the two largest units; a minute at least.
pub fn span(words: Words, micros: i64) -> String {
    let minutes = (micros.max(MINUTE) + MINUTE - 1) / MINUTE;
    let (days, hours, rest) = (minutes * MINUTE / DAY, minutes * MINUTE % DAY / HOUR, minutes * MINUTE % HOUR / MINUTE);
    let part = |n: i64, key: &str| words.t_with(key, &[("n", n.into())]);
    let parts: Vec<String> = [(days, "span-days"), (hours, "span-hours"), (rest, "span-minutes")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .take(2)
        .map(|(n, key)| part(n, key))
        .collect();
    parts.join(" ")
}

/// Minor units of the bank's own currency as an amount.
pub fn yuan(words: Words, minor: i64) -> Markup {
    look::amount(words, Money::new(minor, Currency::CNY))
}

/// A count with its unit: `56 人`.
pub fn people(words: Words, n: i64) -> String {
    words.t_with("count-people", &[("n", n.into())])
}

/// An account number in groups of four, as it is printed on a card.
pub fn grouped(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    chars.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_told<S: Stated + Copy>(all: &[S]) {
        for lang in Lang::ALL {
            for state in all {
                let text = told(Words::of(lang), S::PREFIX, state.word());
                assert!(!text.contains('⟦'), "{} lacks {text}", lang.tag());
            }
        }
    }

    #[test]
    fn every_state_has_its_words() {
        all_told(SheetState::ALL);
        all_told(LineState::ALL);
        all_told(Standing::ALL);
        all_told(ImportState::ALL);
        all_told(Payment::ALL);
        all_told(Approval::ALL);
        all_told(bulk::FileState::ALL);
        all_told(bulk::LineState::ALL);
        all_told(Clearing::ALL);
        all_told(cards::State::ALL);
    }

    #[test]
    fn a_span_is_told_in_two_units() {
        let zh = Words::of(Lang::Zh);
        let cases = [
            (0, "1 分钟"),
            (61 * MINUTE, "1 小时 1 分钟"),
            (23 * HOUR + 59 * MINUTE + 1, "1 天"),
            (3 * DAY + 2 * HOUR + MINUTE, "3 天 2 小时"),
        ];
        for (micros, want) in cases {
            assert_eq!(span(zh, micros), want, "{micros}");
        }
    }

    /// The keys of all texts of a language.
    fn keys(folder: &str) -> std::collections::HashSet<String> {
        let path = format!("{}/locales/{folder}", env!("CARGO_MANIFEST_DIR"));
        let texts = std::fs::read_dir(path).unwrap().map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap());
        let all: Vec<String> = texts.collect();
        let lines = all.iter().flat_map(|t| t.lines()).filter(|l| !l.starts_with([' ', '#']));
        lines.filter_map(|l| l.split_once(" =").map(|(key, _)| key.to_owned())).collect()
    }

    /// The text of every file below a folder.
    fn sources(folder: &std::path::Path) -> Vec<String> {
        let below = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
        let texts = below.map(|p| if p.is_dir() { sources(&p) } else { vec![std::fs::read_to_string(p).unwrap()] });
        texts.flatten().collect()
    }

    #[test]
    fn every_key_a_screen_names_is_a_text() {
        let folder = format!("{}/src/pages", env!("CARGO_MANIFEST_DIR"));
        let (zh, en) = (keys("zh-CN"), keys("en"));
        let mut seen = 0;
        for source in sources(folder.as_ref()) {
            for call in [".t(\"", ".t_with(\""] {
                for rest in source.split(call).skip(1) {
                    let key = rest.split('"').next().unwrap_or_default();
                    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                    if key.contains('-') && key.bytes().all(plain) {
                        seen += 1;
                        assert!(zh.contains(key) && en.contains(key), "no text for {key}");
                    }
                }
            }
        }
        assert!(seen > 200, "only {seen} keys found");
    }
}
