//! Sets of rules that the bank keeps: copied, changed file by file, dropped, and put before a second person.
use super::desk::{fault, order};
use super::rules::{set_named, writes};
use super::{Page as Sheet, next_href, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::desk::{Act, RulesLive, rules as act};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use guard::{FileChange, GoLive, MODEL_FILE, RuleSetRow, SHIPPED, SetState, TRIAL_DAYS_MAX, TrialRow};
use kernel::{Error, Kind, PageAsk};
use maud::{Markup, html};
use risk::Source;
use serde::Deserialize;

/// Characters of a file in the editor.
const BOX_CHARS_MAX: u32 = 20_000;

/// What is wrong and can be put right on the form.
fn mendable(why: &Error) -> bool {
    matches!(why.kind(), Kind::Refused | Kind::Conflict | Kind::Invalid | Kind::Limit)
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Which {
    after: Option<String>,
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<Which>) -> Result<Shown, Fault> {
    list_page(&web, &who, ask.after, &FieldErrors::new()).await
}

async fn list_page(web: &Web, who: &Signed, after: Option<String>, errors: &FieldErrors) -> Result<Shown, Fault> {
    let (first, today) = (after.is_none(), web.now().local_date());
    let ask = PageAsk { limit: None, after };
    let (found, now) = web.read(move |tx| Ok((guard::rule_sets(tx, &ask)?, guard::rules_in_force(tx, today)?))).await?;
    let (w, now_number) = (who.words(), now.as_ref().map_or(SHIPPED, |s| s.number));
    let row = |s: &RuleSetRow| {
        [
            html! { div { a href={ "/guard/rule-sets/" (s.number) } { (s.name) } br; span.hint { (w.t_with("rules-numbered", &[("n", s.number.into())])) } } },
            state(who, s, now_number),
            html! { @if let Some(from) = s.from_day { (day(w, from)) } },
            html! { (moment(w, s.made_at)) },
        ]
    };
    let table = Table::new(who.t("rules-sets"))
        .text(who.t("rules-name"))
        .text(who.t("rules-state"))
        .text(who.t("rules-from"))
        .text(who.t("rules-made"))
        .rows(found.items.iter().map(row))
        .when_empty(who.t("rules-sets-none"))
        .caption_hidden();
    let main = html! {
        (error_summary(w, errors))
        p { (w.t_with("rules-sets-now", &[("set", set_named(w, now.as_ref()).into())])) }
        (table.show(w))
        (pager(w, (!first).then_some("/guard/rule-sets"), next_href(&who.view, &found.next).as_deref()))
        @if writes(who) { h2 { (who.t("rules-draft")) } (drafting(who, now_number, &found.items, errors)) }
    };
    let sheet = Sheet::new(who.t("rules-sets")).lead(who.t("rules-sets-lead")).crumb(who.t("rules"), "/guard/rules");
    Ok(page(who, sheet.wrong(!errors.is_empty()), main))
}

fn state(who: &Signed, s: &RuleSetRow, now: i64) -> Markup {
    let (tone, key) = match s.state {
        SetState::Draft => (Tone::Info, "rules-state-draft"),
        SetState::Dropped => (Tone::Quiet, "rules-state-dropped"),
        SetState::Agreed if s.number == now => (Tone::Good, "rules-state-now"),
        SetState::Agreed => (Tone::Quiet, "rules-state-agreed"),
    };
    status(tone, &who.t(key), "", "")
}

fn drafting(who: &Signed, now: i64, sets: &[RuleSetRow], errors: &FieldErrors) -> Markup {
    let w = who.words();
    let own = sets.iter().filter(|s| s.state == SetState::Agreed);
    let mut bases = vec![Choice::new(SHIPPED.to_string(), who.t("rules-set-shipped"))];
    bases.extend(own.map(|s| Choice::new(s.number.to_string(), set_named(w, Some(s)))));
    let base = Field::new("based_on", who.t("rules-based-on")).value(now.to_string()).errors(errors);
    let fields = html! {
        (text(w, &Field::new("name", who.t("rules-name")).hint(who.t("rules-name-hint")).errors(errors)))
        (select(w, &base, &bases))
        (actions(button(Button::Primary, &who.t("rules-draft-make"), None)))
    };
    form(&who.view, "/guard/rule-sets", fields)
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    name: String,
    based_on: i64,
}

pub async fn make(State(web): State<Web>, who: Signed, form: Checked<DraftForm>) -> Result<Response, Fault> {
    let (actor, DraftForm { name, based_on, .. }) = (who.actor.clone(), form.0);
    match web.write(move |tx| act::draft(tx, &actor, based_on, &name)).await {
        Ok(set) => Ok(see_other(&format!("/guard/rule-sets/{}", set.number))),
        Err(why) if mendable(&why) => {
            let errors = fault(&who, &why, &["name", "based_on"], "name");
            Ok(refused(list_page(&web, &who, None, &errors).await?))
        }
        Err(why) => Err(why.into()),
    }
}

/// A set with everything its page shows.
struct One {
    set: RuleSetRow,
    files: Vec<Source>,
    changes: Vec<FileChange>,
    trials: Vec<TrialRow>,
    now: Option<RuleSetRow>,
    names: [String; 2],
}

async fn load(web: &Web, number: i64) -> Result<One, Fault> {
    let today = web.now().local_date();
    let found = web.read(move |tx| {
        let (set, now) = (guard::rule_set(tx, number)?, guard::rules_in_force(tx, today)?);
        let files = guard::rule_sources(tx, number)?;
        let base = match set.state {
            SetState::Draft => now.as_ref().map_or(SHIPPED, |s| s.number),
            _ => set.based_on,
        };
        let changes = guard::changes(&guard::rule_sources(tx, base)?, &files);
        let made = party::who_name(tx, &set.made_by)?;
        let agreed = set.agreed_by.as_deref().map_or(Ok(String::new()), |by| party::who_name(tx, by))?;
        Ok(One { set, files, changes, trials: guard::trials(tx, number)?, now, names: [made, agreed] })
    });
    Ok(found.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, Path(number): Path<i64>) -> Result<Shown, Fault> {
    one_page(&web, &who, number, &FieldErrors::new()).await
}

pub(super) async fn one_page(web: &Web, who: &Signed, number: i64, errors: &FieldErrors) -> Result<Shown, Fault> {
    let one = load(web, number).await?;
    let (w, set) = (who.words(), &one.set);
    let now = one.now.as_ref().map_or(SHIPPED, |s| s.number);
    let open = set.state == SetState::Draft && writes(who);
    let mut rows = vec![
        Row::new(who.t("rules-state"), state(who, set, now)),
        Row::new(who.t("rules-made"), say::by(w, &one.names[0], set.made_at)),
        Row::new(who.t("rules-hash"), html! { code.long { (set.hash) } }),
    ];
    if let (Some(from), Some(at)) = (set.from_day, set.agreed_at) {
        rows.push(Row::new(who.t("rules-from"), day(w, from)));
        rows.push(Row::new(who.t("rules-agreed"), say::by(w, &one.names[1], at)));
    }
    if let Some(reason) = &set.dropped_reason {
        rows.push(Row::new(who.t("rules-dropped"), html! { (reason) }));
    }
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &rows))
        (changed(who, &one))
        (files(who, &one, open))
        (trials(who, &one, open, errors))
        @if open { (asking(who, web, &one, errors)) (dropping(who, set, errors)) }
    };
    let sheet = Sheet::new(set.name.clone()).crumb(who.t("rules"), "/guard/rules");
    Ok(page(who, sheet.crumb(who.t("rules-sets"), "/guard/rule-sets").wrong(!errors.is_empty()), main))
}

fn address(set: i64, file: &str) -> String {
    format!("/guard/rule-sets/{set}/file?file={}", crate::gate::encode(file))
}

fn changed(who: &Signed, one: &One) -> Markup {
    let w = who.words();
    let row = |c: &FileChange| {
        let key = match (c.before.is_empty(), c.after.is_empty()) {
            (true, _) => "rules-change-new",
            (_, true) => "rules-change-gone",
            _ => "rules-change-other",
        };
        [html! { a href=(address(one.set.number, &c.file)) { (c.file) } }, html! { (who.t(key)) }]
    };
    Table::new(who.t("rules-changes"))
        .text(who.t("rules-file"))
        .text(who.t("rules-change"))
        .rows(one.changes.iter().map(row))
        .when_empty(who.t("rules-changes-none"))
        .show(w)
}

fn files(who: &Signed, one: &One, open: bool) -> Markup {
    let all = html! {
        ul { @for f in one.files.iter().filter(|f| f.file != MODEL_FILE) { li { a href=(address(one.set.number, &f.file)) { (f.file) } } } }
        @if open { p { a href=(address(one.set.number, "")) { (who.t("rules-file-new")) } } }
    };
    details(&who.words().t_with("rules-files-all", &[("n", (one.files.len() as i64).into())]), all)
}

fn trials(who: &Signed, one: &One, open: bool, errors: &FieldErrors) -> Markup {
    let (w, number) = (who.words(), one.set.number);
    let row = |t: &TrialRow| {
        let fits = if t.set_hash == one.set.hash {
            (Tone::Good, "rules-trial-fits")
        } else {
            (Tone::Quiet, "rules-trial-old")
        };
        [
            html! { a href={ "/guard/rule-sets/" (number) "/trials/" (t.trial) } { (w.date(t.from_day)) " – " (w.date(t.to_day)) } },
            html! { (t.payments) },
            status(fits.0, &who.t(fits.1), "", ""),
            html! { (moment(w, t.made_at)) },
        ]
    };
    let table = Table::new(who.t("rules-trials"))
        .text(who.t("rules-days"))
        .figures(who.t("rules-payments"))
        .text(who.t("rules-state"))
        .text(who.t("rules-made"))
        .rows(one.trials.iter().map(row))
        .when_empty(who.t("rules-trials-none"));
    let spans =
        [1, 7, 30].map(|n| Choice::new(n.to_string(), w.t_with("rules-last-days", &[("n", i64::from(n).into())])));
    let field = Field::new("days", who.t("rules-bench")).hint(who.t("rules-bench-hint")).value("7").errors(errors);
    let fields =
        html! { (select(w, &field, &spans)) (actions(button(Button::Primary, &who.t("rules-bench-run"), None))) };
    html! {
        (table.show(w))
        @if open { (form_waiting(&who.view, &format!("/guard/rule-sets/{number}/trials"), &who.t("rules-bench-waits"), fields)) }
    }
}

/// The trial that fits what the set says now, if there is one.
fn fitting(one: &One) -> Option<&TrialRow> {
    let against = one.now.as_ref().map_or(SHIPPED, |s| s.number);
    one.trials.iter().find(|t| t.set_hash == one.set.hash && t.against == against)
}

fn asking(who: &Signed, web: &Web, one: &One, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let Some(trial) = fitting(one) else { return html! { p.hint { (who.t("rules-ask-first")) } } };
    let today = web.now().local_date();
    let from = Field::new("from", who.t("rules-from")).value(today.to_string()).errors(errors);
    let note = Field::new("note", who.t("rules-note")).hint(who.t("rules-note-hint")).errors(errors);
    let fields = html! {
        input type="hidden" name="trial" value=(trial.trial);
        input type="hidden" name="hash" value=(one.set.hash);
        (date(w, &from, Some(today), Some(today.plus_days(guard::LATER_DAYS_MAX))))
        (multiline(w, &note, 3, super::confirm::REASON_CHARS_MAX))
        (actions(button(Button::Primary, &who.t("ask-second"), None)))
    };
    html! { h2 { (who.t("rules-ask")) } (form(&who.view, &format!("/guard/rule-sets/{}/request", one.set.number), fields)) }
}

fn dropping(who: &Signed, set: &RuleSetRow, errors: &FieldErrors) -> Markup {
    let reason = Field::new("reason", who.t("reason")).hint(who.t("reason-hint")).errors(errors);
    let fields = html! {
        (multiline(who.words(), &reason, 2, super::confirm::REASON_CHARS_MAX))
        (actions(button(Button::Danger, &who.t("rules-drop"), None)))
    };
    details(&who.t("rules-drop"), form(&who.view, &format!("/guard/rule-sets/{}/drop", set.number), fields))
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    trial: i64,
    hash: String,
    from: String,
    note: String,
}

pub async fn request(
    State(web): State<Web>,
    who: Signed,
    Path(number): Path<i64>,
    form: Checked<AskForm>,
) -> Result<Response, Fault> {
    let given = form.0;
    let mut errors = FieldErrors::new();
    let from = super::given::day(&who, &mut errors, "from", &given.from);
    let note = super::given::text(&who, &mut errors, "note", &given.note, "reason-missing").to_owned();
    let trials = web.read(move |tx| guard::trials(tx, number)).await?;
    let report = trials.into_iter().find(|t| t.trial == given.trial).map(|t| t.report_hash).unwrap_or_default();
    let (Some(from), true) = (from, errors.is_empty()) else {
        return Ok(refused(one_page(&web, &who, number, &errors).await?));
    };
    let live = GoLive { set: number, hash: given.hash, trial: given.trial, report, from };
    let back = format!("/guard/rule-sets/{number}");
    let shown = one_page(&web, &who, number, &FieldErrors::new()).await?;
    let mut failed = None;
    let done = order(&web, &who, Act::RulesLive(RulesLive { live, note }), &back, |why| {
        failed = Some(fault(&who, why, &["from", "note"], "from"));
        shown
    });
    let done = done.await?;
    match failed {
        Some(errors) => Ok(refused(one_page(&web, &who, number, &errors).await?)),
        None => Ok(done),
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    reason: String,
}

pub async fn drop(
    State(web): State<Web>,
    who: Signed,
    Path(number): Path<i64>,
    form: Checked<DropForm>,
) -> Result<Response, Fault> {
    let (actor, reason) = (who.actor.clone(), form.0.reason);
    match web.write(move |tx| act::drop(tx, &actor, number, &reason)).await {
        Ok(_) => Ok(see_other("/guard/rule-sets")),
        Err(why) if mendable(&why) => {
            let errors = fault(&who, &why, &["reason"], "reason");
            Ok(refused(one_page(&web, &who, number, &errors).await?))
        }
        Err(why) => Err(why.into()),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct FileAsk {
    #[serde(default)]
    file: String,
}

pub async fn edit(
    State(web): State<Web>,
    who: Signed,
    Path(number): Path<i64>,
    Query(ask): Query<FileAsk>,
) -> Result<Shown, Fault> {
    let one = load(&web, number).await?;
    let text = one.files.iter().find(|f| f.file == ask.file).map(|f| f.text.clone()).unwrap_or_default();
    Ok(editor(&who, &one, &ask.file, &text, &[], &FieldErrors::new()))
}

fn editor(who: &Signed, one: &One, file: &str, given: &str, faults: &[risk::Fault], errors: &FieldErrors) -> Shown {
    let w = who.words();
    let open = one.set.state == SetState::Draft && writes(who) && given.chars().count() <= BOX_CHARS_MAX as usize;
    let before = one.changes.iter().find(|c| c.file == file).map(|c| c.before.as_str()).filter(|b| !b.is_empty());
    let name = Field::new("file", who.t("rules-file")).hint(who.t("rules-file-hint")).value(file).errors(errors);
    let said = Field::new("text", who.t("rules-text")).hint(who.t("rules-text-hint")).value(given).errors(errors);
    let fields = html! {
        (text(w, &name.autocomplete("off")))
        (multiline(w, &said.optional(), 28, BOX_CHARS_MAX))
        (actions(html! {
            (button(Button::Primary, &who.t("rules-save"), None))
            (link_button(Button::Secondary, &who.t("back-without"), &format!("/guard/rule-sets/{}", one.set.number)))
        }))
    };
    let main = html! {
        (error_summary(w, errors))
        @if !faults.is_empty() { (faulty(who, given, faults)) }
        @if open { (form(&who.view, &format!("/guard/rule-sets/{}/file", one.set.number), fields)) } @else { (written(given)) }
        @if let Some(before) = before { (details(&who.t("rules-before"), written(before))) }
        @if open { (details(&who.t("rules-names"), names(one))) }
    };
    let sheet = Sheet::new(if file.is_empty() { who.t("rules-file-new").into_owned() } else { file.to_owned() });
    let sheet = sheet.crumb(who.t("rules-sets"), "/guard/rule-sets");
    let sheet = sheet.crumb(one.set.name.clone(), format!("/guard/rule-sets/{}", one.set.number));
    page(who, sheet.wrong(!errors.is_empty()), main)
}

/// What a condition may refer to, with the type of each.
fn names(one: &One) -> Markup {
    let rules: Vec<Source> = one.files.iter().filter(|f| f.file != MODEL_FILE).cloned().collect();
    let names = risk::RuleSet::load(&rules).map(|set| set.names()).unwrap_or_default();
    html! { ul { @for (name, kind) in &names { li { code { (name) } " " span.hint { (kind) } } } } }
}

fn faulty(who: &Signed, given: &str, faults: &[risk::Fault]) -> Markup {
    let w = who.words();
    let row = |f: &risk::Fault| {
        let line = given.lines().nth(f.line.saturating_sub(1)).unwrap_or_default().trim();
        [
            html! { (f.file) },
            html! { (f.line) },
            html! { code { (f.field) } },
            html! { div { span lang="en" { (f.why) } @if !line.is_empty() { br; code { (line) } } } },
        ]
    };
    let table = Table::new(who.t("rules-faults"))
        .text(who.t("rules-file"))
        .figures(who.t("terms-fault-line"))
        .text(who.t("fault-where"))
        .text(who.t("fault-what"))
        .rows(faults.iter().map(row));
    html! { (notice(Tone::Danger, &who.t("rules-faults-lead"), html! {})) (table.show(w)) }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    file: String,
    text: String,
}

pub async fn save(
    State(web): State<Web>,
    who: Signed,
    Path(number): Path<i64>,
    form: Checked<FileForm>,
) -> Result<Response, Fault> {
    let (file, text) = (form.0.file.trim().to_owned(), form.0.text.replace("\r\n", "\n"));
    let (actor, name, said) = (who.actor.clone(), file.clone(), text.clone());
    match web.write(move |tx| act::write(tx, &actor, number, &name, &said)).await {
        Ok(_) => Ok(see_other(&format!("/guard/rule-sets/{number}"))),
        Err(why) if mendable(&why) => {
            let one = load(&web, number).await?;
            let faults = if why.is(&risk::BAD_RULES) { found(&web, &one, &file, &text).await? } else { Vec::new() };
            Ok(refused(editor(&who, &one, &file, &text, &faults, &fault(&who, &why, &["file"], "text"))))
        }
        Err(why) => Err(why.into()),
    }
}

/// Every fault of the set as it would be.
async fn found(web: &Web, one: &One, file: &str, text: &str) -> Result<Vec<risk::Fault>, Fault> {
    let now = one.now.as_ref().map_or(SHIPPED, |s| s.number);
    let standing = web.read(move |tx| guard::rule_sources(tx, now)).await?;
    let mut all: Vec<Source> = one.files.iter().filter(|f| f.file != file).cloned().collect();
    if !text.trim().is_empty() {
        all.push(Source::new(file, text));
    }
    Ok(guard::faults(&standing, &all)?)
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    days: i64,
}

pub async fn try_it(
    State(web): State<Web>,
    who: Signed,
    Path(number): Path<i64>,
    form: Checked<TrialForm>,
) -> Result<Response, Fault> {
    let (actor, days) = (who.actor.clone(), form.0.days.clamp(0, TRIAL_DAYS_MAX + 1));
    match web.run(move |bank| act::try_set(bank, &actor, number, days)).await {
        Ok(t) => Ok(see_other(&format!("/guard/rule-sets/{number}/trials/{}", t.trial))),
        Err(why) if mendable(&why) || why.is(&guard::TRIAL_BUSY) => {
            let errors = fault(&who, &why, &["days"], "days");
            Ok(refused(one_page(&web, &who, number, &errors).await?))
        }
        Err(why) => Err(why.into()),
    }
}
