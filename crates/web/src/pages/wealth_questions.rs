//! The questions about risk, one a page where one thing is asked at a time; then the level they came to and what it means.
use super::wealth::level_said;
use super::{Page as Sheet, once_value, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::words::Lang;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::{Error, Kind as Fails};
use maud::{Markup, html};
use std::collections::BTreeMap;
use wealth::{Answer, Question, Questions};

/// The fields of the form, by name; the questions are data.
type Form = BTreeMap<String, String>;

/// The field of a question.
fn field(q: &Question) -> String {
    format!("a-{}", q.key)
}

async fn set(web: &Web) -> Result<&'static Questions, Fault> {
    Ok(web.read(move |tx| wealth::questions(tx.business_date()?)).await?)
}

/// The names of the fields, in the order of the questions.
fn names(set: &Questions) -> Vec<String> {
    set.question.iter().map(field).collect()
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let set = set(&web).await?;
    let names = names(set);
    let groups: Vec<[&str; 1]> = names.iter().map(|n| [n.as_str()]).collect();
    let plan: Vec<&[&str]> = groups.iter().map(|g| &g[..]).collect();
    // Every page of the form carries the key of the first.
    let given = Form::from([(super::ONCE.to_owned(), once_value())]);
    Ok(form_page(&who, set, &given, Turn::first(&who.view, &plan), &FieldErrors::new()))
}

pub async fn answer(State(web): State<Web>, who: Signed, Checked(given): Checked<Form>) -> Result<Response, Fault> {
    let set = set(&web).await?;
    let names = names(set);
    let groups: Vec<[&str; 1]> = names.iter().map(|n| [n.as_str()]).collect();
    let plan: Vec<&[&str]> = groups.iter().map(|g| &g[..]).collect();
    let mut errors = FieldErrors::new();
    let answers = read(&who, set, &given, &mut errors);
    let turn = Turn::of(&who.view, &plan, given.get("step").map_or("", |s| s), &errors);
    if !turn.is_done() {
        let shown = form_page(&who, set, &given, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    }
    match send(&web, &who, answers, given.get(super::ONCE).map_or("", |o| o)).await {
        Ok(()) => Ok(see_other("/wealth/level").into_response()),
        Err(why) if matches!(why.kind(), Fails::Refused | Fails::Invalid | Fails::Limit) => {
            Ok(refused(page(&who, sheet(&who), told(&who, &why))))
        }
        Err(why) => Err(why.into()),
    }
}

fn told(who: &Signed, why: &Error) -> Markup {
    let told = who.words().error(why);
    html! {
        (notice(Tone::Warn, &told.message, html! { p { (told.remedy) } }))
        (actions(link_button(Button::Secondary, &who.t("wealth"), "/wealth")))
    }
}

async fn send(web: &Web, who: &Signed, answers: Vec<Answer>, once: &str) -> kernel::Result<()> {
    let asked = Asked::new(&who.actor, once, "wealth.assess.page", &answers)?;
    let actor = who.actor.clone();
    web.write_once(&asked, move |tx| wealth::assess(tx, &actor, &answers).map(|a| a.id)).await.map(|_| ())
}

fn read(who: &Signed, set: &Questions, given: &Form, errors: &mut FieldErrors) -> Vec<Answer> {
    let mut answers = Vec::new();
    for q in &set.question {
        let name = field(q);
        let choice = given.get(&name).and_then(|n| n.parse::<usize>().ok()).filter(|n| *n < q.choices.len());
        match choice {
            Some(choice) => answers.push(Answer { question: q.key.clone(), choice }),
            None => errors.add(name, who.t("choice-missing")),
        }
    }
    answers
}

fn sheet(who: &Signed) -> Sheet<'_> {
    Sheet::new(who.t("wealth-assess")).lead(who.t("wealth-assess-lead")).crumb(who.t("wealth"), "/wealth")
}

fn form_page(who: &Signed, set: &Questions, given: &Form, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let errors = &turn.errors(errors);
    let questions = set.question.iter().map(|q| question(who, q, given, errors)).collect();
    let answers: Vec<(&str, &str)> = given
        .iter()
        .filter(|(name, _)| name.starts_with("a-") || *name == super::ONCE)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let main = html! {
        (error_summary(who.words(), errors))
        (turn.form(&who.view, "/wealth/questions", &answers, questions, &who.t("wealth-assess-do")))
    };
    page(who, sheet(who).wrong(!errors.is_empty()), main)
}

fn question(who: &Signed, q: &Question, given: &Form, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let zh = w.lang == Lang::Zh;
    let name = field(q);
    let choice =
        |(n, c): (usize, &wealth::Choice)| Choice::new(n.to_string(), if zh { c.zh.clone() } else { c.en.clone() });
    let choices: Vec<Choice<'_>> = q.choices.iter().enumerate().map(choice).collect();
    let label = if zh { q.text.zh.as_str() } else { q.text.en.as_str() };
    let value = given.get(&name).map_or("", |v| v.as_str());
    radios(w, &Field::new(&name, label).value(value).errors(errors), &choices)
}

/// The level that counts, and what it means.
pub async fn level(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let (me, actor) = (who.person(), who.actor.clone());
    let found = web
        .read(move |tx| {
            let me = me.ok_or_else(|| Error::forbidden("only persons are assessed"))?;
            wealth::assessment_of(tx, &actor, me)
        })
        .await?;
    let w = who.words();
    let main = html! {
        @match found {
            None => { p { (who.t("wealth-level-none")) } (actions(link_button(Button::Primary, &who.t("wealth-assess"), "/wealth/questions"))) },
            Some(a) => {
                (notice(Tone::Info, &level_said(w, a.level), html! {
                    p { (w.t_with("wealth-level-means", &[("level", a.level.code().replace('C', "R").into())])) }
                    p { (w.t_with("wealth-level-until", &[("day", w.date(a.valid_until.plus_days(-1)).into())])) }
                }))
                (actions(html! {
                    (link_button(Button::Primary, &who.t("wealth-see-shelf"), "/wealth"))
                    (link_button(Button::Secondary, &who.t("wealth-assess-again"), "/wealth/questions"))
                }))
            },
        }
    };
    Ok(page(&who, Sheet::new(who.t("wealth-your-level")).crumb(who.t("wealth"), "/wealth"), main))
}
