//! One question a page, or all of them: the same form for both.
//!
//! A form names its questions once, as groups of fields in their order. Where a mode asks one thing at a time
//! ([`Mode::is_one_at_a_time`](crate::view::Mode::is_one_at_a_time)) a [`Turn`] shows one group and carries the other answers
//! hidden; elsewhere it shows all. Nothing is kept on the server between two questions, so going back, loading again and two open
//! windows work as people expect. The field `step` says what was pressed: `q2` answers question 2, `to1` goes to question 1,
//! `change` to the first; anything else says that the form is whole. Secrets are never carried: a password is the only question
//! of its form, or the last.
use super::form::{FieldErrors, form};
use super::{Button, actions, button};
use crate::view::View;
use maud::{Markup, html};

/// Questions of a form at most.
pub const QUESTIONS_MAX: usize = 20;

/// The questions of a form: which fields each is made of.
pub type Plan<'a> = &'a [&'a [&'a str]];

/// Where a form stands.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    plan: Plan<'a>,
    single: bool,
    /// `None`: every question is answered.
    at: Option<usize>,
    /// The question at hand was answered before, and its errors are to be seen.
    answered: bool,
}

impl<'a> Turn<'a> {
    /// Nothing asked yet.
    pub fn first(view: &View, plan: Plan<'a>) -> Turn<'a> {
        Turn { plan, single: view.mode.is_one_at_a_time(), at: Some(0), answered: false }
    }

    /// After `step` was pressed. `errors` are those of the whole form; errors of questions that were not asked yet do not count.
    pub fn of(view: &View, plan: Plan<'a>, step: &str, errors: &FieldErrors) -> Turn<'a> {
        let first = Turn::first(view, plan);
        let last = plan.len().min(QUESTIONS_MAX).saturating_sub(1);
        let number = |sign: &str| step.strip_prefix(sign).and_then(|n| n.parse::<usize>().ok()).filter(|n| *n <= last);
        if step.is_empty() || step == "change" {
            return first;
        }
        if !first.single {
            return Turn { at: (!errors.is_empty()).then_some(0), answered: true, ..first };
        }
        if let Some(to) = number("to") {
            return Turn { at: Some(to), ..first };
        }
        let asked = number("q").unwrap_or(last);
        let wrong = errors.names().map(|name| first.question(name).unwrap_or(last)).filter(|q| *q <= asked).min();
        match wrong {
            Some(at) => Turn { at: Some(at), answered: true, ..first },
            None if asked < last => Turn { at: Some(asked + 1), ..first },
            None => Turn { at: None, answered: true, ..first },
        }
    }

    fn question(&self, field: &str) -> Option<usize> {
        self.plan.iter().position(|group| group.contains(&field))
    }

    /// All is answered and nothing is wrong.
    pub fn is_done(&self) -> bool {
        self.at.is_none()
    }
    /// Something that was answered is wrong, so the page answers with 422.
    pub fn is_wrong(&self) -> bool {
        self.answered && self.at.is_some()
    }
    /// Which question is asked, from 0; the first where all are.
    pub fn at(&self) -> usize {
        self.at.unwrap_or(0)
    }

    /// What is to be said beside the fields that are shown.
    pub fn errors(&self, all: &FieldErrors) -> FieldErrors {
        let seen = |name: &str| {
            self.answered && (!self.single || self.question(name).unwrap_or(self.plan.len() - 1) == self.at())
        };
        all.only(seen)
    }

    /// The form. `given` are all answers so far, `questions` the groups as they are shown, in the order of the plan.
    pub fn form(
        &self,
        view: &View,
        action: &str,
        given: &[(&str, &str)],
        questions: Vec<Markup>,
        label: &str,
    ) -> Markup {
        let (at, count) = (self.at(), self.plan.len());
        let hidden = |name: &str| self.question(name).is_none_or(|q| self.single && q != at);
        let carried = html! {
            @for (name, value) in given.iter().filter(|(name, value)| hidden(name) && !value.is_empty()) {
                input type="hidden" name=(name) value=(value);
            }
        };
        if !self.single {
            let go = actions(button(Button::Primary, label, Some(("step", "check"))));
            return form(view, action, html! { (carried) @for question in &questions { (question) } (go) });
        }
        let label = if at + 1 == count { label.to_owned() } else { view.t("turn-next").into_owned() };
        let place = [("n", (at as i64 + 1).into()), ("all", (count as i64).into())];
        form(
            view,
            action,
            html! {
                @if count > 1 { p.turn-place { (view.words.t_with("turn-place", &place)) } }
                (carried)
                @if let Some(question) = questions.get(at) { (question) }
                (actions(html! {
                    (button(Button::Primary, &label, Some(("step", &format!("q{at}")))))
                    @if at > 0 { (button(Button::Secondary, &view.t("turn-back"), Some(("step", &format!("to{}", at - 1))))) }
                }))
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Mode;

    const PLAN: Plan<'_> = &[&["from"], &["name", "number"], &["amount"]];

    fn wrong(names: &[&str]) -> FieldErrors {
        let mut errors = FieldErrors::new();
        names.iter().for_each(|name| errors.add(*name, "wrong"));
        errors
    }

    #[test]
    fn one_at_a_time_asks_the_next_and_stays_at_what_is_wrong() {
        // What was pressed, what is wrong, where it stands (9: done), whether an error is shown.
        let cases: &[(&str, &[&str], usize, bool)] = &[
            ("", &["from", "amount"], 0, false),
            ("q0", &["name", "amount"], 1, false),
            ("q0", &["from", "amount"], 0, true),
            ("q1", &["amount"], 2, false),
            ("q1", &["from", "number"], 0, true),
            ("q2", &["amount"], 2, true),
            ("q2", &[], 9, false),
            ("to1", &["from", "name"], 1, false),
            ("to7", &["amount"], 2, true),
            ("change", &["amount"], 0, false),
            ("send", &["number"], 1, true),
            ("send", &[], 9, false),
            ("q2", &["unheard"], 2, true),
        ];
        let view = View::sample(Mode::Elder);
        for (step, errors, at, shown) in cases {
            let turn = Turn::of(&view, PLAN, step, &wrong(errors));
            let got = if turn.is_done() { 9 } else { turn.at() };
            assert_eq!((got, turn.is_wrong()), (*at, *shown), "{step} {errors:?}");
            assert_eq!(!turn.errors(&wrong(errors)).is_empty(), *shown, "{step} {errors:?}");
        }
    }

    #[test]
    fn all_at_once_shows_everything_that_is_wrong() {
        let view = View::sample(Mode::Customer);
        let turn = Turn::of(&view, PLAN, "check", &wrong(&["from", "amount"]));
        assert!(!turn.is_done() && turn.errors(&wrong(&["from", "amount"])).names().count() == 2);
        assert!(Turn::of(&view, PLAN, "check", &wrong(&[])).is_done());
        assert!(!Turn::of(&view, PLAN, "change", &wrong(&[])).is_done());
    }

    #[test]
    fn earlier_answers_are_carried_and_the_shown_ones_are_not_sent_twice() {
        let given = [("from", "a"), ("name", "b"), ("amount", ""), ("plan", "kept")];
        let shown = || vec![html! { "question 1" }, html! { "question 2" }, html! { "question 3" }];
        let elder = View::sample(Mode::Elder);
        let page = Turn::of(&elder, PLAN, "q0", &wrong(&["amount"])).form(&elder, "/x", &given, shown(), "Go");
        let page = page.into_string();
        assert!(page.contains("question 2") && !page.contains("question 1") && !page.contains("question 3"), "{page}");
        assert!(page.contains("name=\"from\" value=\"a\"") && page.contains("name=\"plan\" value=\"kept\""), "{page}");
        assert!(!page.contains("name=\"name\"") && page.contains("value=\"to0\"") && page.contains("value=\"q1\""));
        let whole = View::sample(Mode::Customer);
        let page = Turn::first(&whole, PLAN).form(&whole, "/x", &given, shown(), "Go").into_string();
        assert!(
            page.contains("question 1")
                && page.contains("question 3")
                && !page.contains("name=\"from\"")
                && page.contains("value=\"kept\"")
        );
    }
}
