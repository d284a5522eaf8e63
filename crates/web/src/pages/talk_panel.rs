//! The talk that comes before money is paid, on the page on which the teller looks at the order once more: the script, one key for
//! the manager and one for the police, and what came of it. Its keys are steps of the page's own form, so that nothing is typed
//! again when the customer insists; the manager says so on the talk's own page.
use crate::Fault;
use crate::gate::Signed;
use crate::look::*;
use crate::state::Web;
use crate::words::Lang;
use app::talks::Asked;
use cases::{Called, Script, Talk, TalkOutcome, TalkRules};
use kernel::id::CounterTalkId;
use kernel::{Actor, Result as Done, Timestamp};
use maud::{Markup, html};

pub(super) const CHARS: u32 = cases::TEXT_CHARS_MAX as u32;

/// What the form says about the talk: a deed among its steps, the note, the typology chosen.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub step: String,
    pub note: String,
    pub about: String,
}

/// What stands before the order.
#[derive(Default)]
pub(super) struct Standing {
    talk: Option<(Talk, &'static Script)>,
    passes: bool,
    errors: FieldErrors,
}

pub(super) enum Stands {
    /// It goes on, or the talk is shown: [`Standing::holds`].
    Here(Standing),
    /// The money stays; the talk's own page says so.
    Ended(CounterTalkId),
}

impl Standing {
    pub fn holds(&self) -> bool {
        self.talk.is_some() && !self.passes
    }
    pub fn wrong(&self) -> bool {
        !self.errors.is_empty()
    }
}

/// Does what one of the keys of a talk says; `None` for a step that is none of them.
pub(super) fn acted(tx: &mut store::Tx<'_>, actor: &Actor, id: CounterTalkId, said: &Said) -> Option<Done<()>> {
    let done = match said.step.as_str() {
        "about" => cases::talk_about(tx, actor, id, &said.about),
        "manager" => cases::talk_call(tx, actor, id, Called::Manager),
        "police-call" => cases::talk_call(tx, actor, id, Called::Police),
        "dissuaded" => cases::talk_end(tx, actor, id, TalkOutcome::Dissuaded, &said.note),
        "police" => cases::talk_end(tx, actor, id, TalkOutcome::Police, &said.note),
        "insists" => cases::talk_end(tx, actor, id, TalkOutcome::Insists, &said.note),
        _ => return None,
    };
    Some(done.map(drop))
}

/// Whether a talk comes before what is asked; begins it, and does what its keys say.
pub(super) async fn stands(web: &Web, who: &Signed, asked: Asked, said: Said) -> Result<Stands, Fault> {
    let (actor, by) = (who.actor.clone(), who.actor.clone());
    let Some(talk) = web.run(move |bank| app::talks::before(bank, &actor, &asked)).await? else {
        return Ok(Stands::Here(Standing::default()));
    };
    let (id, mut errors) = (talk.id, FieldErrors::new());
    let acts = said.clone();
    if talk.outcome.is_none() {
        match web.write(move |tx| acted(tx, &by, id, &acts).unwrap_or(Ok(()))).await {
            Ok(()) if matches!(said.step.as_str(), "dissuaded" | "police") => return Ok(Stands::Ended(id)),
            Ok(()) => {}
            Err(why) if super::till_notes::is_told(&why) => errors = super::opening::beside("talk_note", who, &why),
            Err(why) => return Err(why.into()),
        }
    }
    let by = who.actor.clone();
    let (talk, script, passes) = web
        .read(move |tx| {
            let talk = cases::talk(tx, &by, id)?;
            let (now, today) = (tx.now(), tx.now().local_date());
            let passes = talk.lets_pass(now, cases::talk_rules(today)?);
            let script = cases::counter_script(&talk.typology, talk.age, today)?;
            Ok((talk, script, passes))
        })
        .await?;
    Ok(Stands::Here(Standing { talk: Some((talk, script)), passes, errors }))
}

/// Inside the page's form, before its own buttons.
pub(super) fn panel(who: &Signed, standing: &Standing, now: Timestamp) -> Markup {
    let Some((talk, script)) = &standing.talk else { return html! {} };
    if standing.passes {
        let at = talk.ended_at.map(|at| who.words().moment(at)).unwrap_or_default();
        return notice(Tone::Info, &who.t("talk-passes"), html! { p { (at) } });
    }
    let Ok(rules) = cases::talk_rules(now.local_date()) else { return html! {} };
    let w = who.words();
    let note = Field::new("talk_note", who.t("talk-note")).hint(who.t("talk-note-hint")).errors(&standing.errors);
    html! {
        (error_summary(w, &standing.errors))
        (said(who, talk, script))
        (about(who, talk, now))
        (calls(who, talk, rules))
        (multiline(w, &note.optional(), 2, CHARS))
        (actions(html! {
            (button(Button::Primary, &who.t("talk-dissuaded"), Some(("step", "dissuaded"))))
            @if talk.police_called_at.is_some() { (button(Button::Secondary, &who.t("talk-police"), Some(("step", "police")))) }
            (button(Button::Secondary, &who.t("talk-look"), Some(("step", "look"))))
        }))
        p.hint { (who.t("talk-insists-next")) }
    }
}

/// The script, with its version and why it is said.
pub(super) fn said(who: &Signed, talk: &Talk, script: &Script) -> Markup {
    let w = who.words();
    let sentences = if w.lang == Lang::Zh { &script.zh } else { &script.en };
    let version = [
        ("typology", super::say::told(w, "fcase-typology", &script.typology).into()),
        ("version", i64::from(script.version).into()),
    ];
    let body = html! {
        p { (why(who, talk)) }
        ol { @for sentence in sentences { li { (sentence) } } }
        p.hint { (w.t_with("talk-script-version", &version)) }
    };
    match talk.outcome {
        None => notice(Tone::Warn, &who.t("talk-first"), body),
        Some(_) => notice(Tone::Info, &who.t("talk-said"), body),
    }
}

fn why(who: &Signed, talk: &Talk) -> String {
    let w = who.words();
    match talk.rules.0.is_empty() {
        false => {
            let rules: Vec<String> = talk.rules.0.iter().map(|r| super::say::told_or(w, "guard-rule", r)).collect();
            w.t_with("talk-why-guard", &[("rules", rules.join(who.t("talk-and").as_ref()).into())])
        }
        true => {
            let age = i64::from(talk.age.unwrap_or_default());
            w.t_with("talk-why-elder", &[("age", age.into()), ("money", w.money(talk.money()).into())])
        }
    }
}

fn about(who: &Signed, talk: &Talk, now: Timestamp) -> Markup {
    let w = who.words();
    let all: Vec<Choice<'_>> = cases::counter_typologies(talk.age, now.local_date())
        .map(|t| Choice::new(t.code.clone(), super::say::told(w, "talk-about", &t.code)))
        .collect();
    let body = html! {
        (select(w, &Field::new("talk_about", who.t("talk-about")).value(talk.typology.clone()), &all))
        (actions(button(Button::Secondary, &who.t("talk-about-other-script"), Some(("step", "about")))))
    };
    details(&who.t("talk-about-other-script"), body)
}

/// One key for the manager, one for the police; once each.
pub(super) fn calls(who: &Signed, talk: &Talk, rules: &TalkRules) -> Markup {
    let w = who.words();
    let numbers = [("police", rules.police.clone().into()), ("advice", rules.advice.clone().into())];
    let called = |key: &str, at: Option<Timestamp>| html! { @if let Some(at) = at { (status(Tone::Good, &who.t(key), "", &w.moment(at))) " " } };
    html! {
        p { (called("talk-manager-called", talk.manager_called_at)) (called("talk-police-called", talk.police_called_at)) }
        (actions(html! {
            @if talk.manager_called_at.is_none() { (button(Button::Danger, &who.t("talk-manager"), Some(("step", "manager")))) }
            @if talk.police_called_at.is_none() { (button(Button::Secondary, &who.t("talk-police-call"), Some(("step", "police-call")))) }
        }))
        @if talk.police_called_at.is_none() { p.hint { (w.t_with("talk-police-numbers", &numbers)) } }
    }
}
