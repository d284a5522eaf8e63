use super::Text;
use super::icon::icon;
use super::notice::Tone;
use crate::words::Words;
use maud::{Markup, html};

/// A state is a noun with who and when: `冻结 · 王芳 · 2026年11月21日 14:05`. `who` and `when` as they are shown; empty for none.
pub fn status(tone: Tone, noun: &str, who: &str, when: &str) -> Markup {
    html! {
        span class={ "status " (tone.class()) } {
            span.status-tag { (icon(tone.icon())) (noun) }
            @if !who.is_empty() || !when.is_empty() {
                span.status-by { @for (i, part) in [who, when].into_iter().filter(|p| !p.is_empty()).enumerate() { @if i > 0 { " · " } (part) } }
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    Done,
    Now,
    Later,
}

/// Where one is in something of several pages. `now` counts from 0.
pub fn steps(words: Words, label: &str, names: &[Text<'_>], now: usize) -> Markup {
    let state = |i: usize| match i.cmp(&now) {
        std::cmp::Ordering::Less => (StepState::Done, "step step-done", "step-done"),
        std::cmp::Ordering::Equal => (StepState::Now, "step step-now", "step-now"),
        std::cmp::Ordering::Greater => (StepState::Later, "step", "step-later"),
    };
    html! {
        ol.steps aria-label=(label) {
            @for (i, name) in names.iter().enumerate() {
                @let (state, class, key) = state(i);
                li class=(class) aria-current=[(state == StepState::Now).then_some("step")] {
                    span.step-number aria-hidden="true" { @if state == StepState::Done { "✓" } @else { (i + 1) } }
                    span.step-name { (name) span.aside { (words.t(key)) } }
                }
            }
        }
    }
}

/// How far a long work has come, in numbers and as a bar: `1,200 / 3,000 行`. Never more than all.
pub fn progress(label: &str, done: u64, all: u64, unit: &str) -> Markup {
    let done = done.min(all);
    html! {
        div.progress {
            p.progress-text { span { (label) } span.progress-count { (grouped(done)) " / " (grouped(all)) " " (unit) } }
            progress.progress-bar value=(done) max=(all.max(1)) aria-label=(label) { (done) " / " (all) }
        }
    }
}

/// Work that takes minutes: what is under way and since when, how far it is, and that one may leave. `all` is 0 while it is not known
/// how much there is; the bar then only says that something moves.
pub fn work(words: Words, label: &str, far: (u64, u64), unit: &str, since: &str) -> Markup {
    let (done, all) = far;
    html! {
        div.work role="group" aria-label=(label) {
            @if all > 0 { (progress(label, done, all, unit)) } @else {
                div.progress {
                    p.progress-text { span { (label) } span.progress-count { (grouped(done)) " " (unit) } }
                    progress.progress-bar aria-label=(label) {}
                }
            }
            p.hint { @if !since.is_empty() { (words.t_with("work-since", &[("when", since.into())])) " " } (words.t("work-leave")) }
        }
    }
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_is_current_and_progress_never_passes_all() {
        let page = steps(Words::default(), "x", &["a".into(), "b".into(), "c".into()], 1).into_string();
        assert_eq!(page.matches("aria-current=\"step\"").count(), 1);
        assert_eq!(page.matches("step-done").count(), 1);
        let bar = progress("x", 5000, 3000, "rows").into_string();
        assert!(bar.contains("3,000 / 3,000 rows") && bar.contains("max=\"3000\""));
        assert!(progress("x", 0, 0, "rows").into_string().contains("max=\"1\""));
        let unknown = work(Words::default(), "x", (1200, 0), "rows", "").into_string();
        assert!(unknown.contains("1,200 rows") && !unknown.contains("max="));
        assert_eq!((grouped(999), grouped(1_234_567)), ("999".into(), "1,234,567".into()));
    }
}
