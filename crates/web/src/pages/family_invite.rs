//! Inviting somebody of the family to look: six short questions, then everything once more before it is sent.
use super::{Page as Sheet, given, once_field, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::Kind;
use ledger::View;
use maud::html;
use party::family::{Invite, Level, Relation, ShareAsk};
use serde::Deserialize;

/// Every account.
const ALL: &str = "all";
/// Months offered.
const MONTHS: [u32; 3] = [1, 3, 12];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InviteForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    #[serde(rename = "once")]
    _once: String,
    step: String,
    relation: String,
    name: String,
    phone: String,
    account: String,
    level: String,
    alerts: String,
    months: String,
}

const QUESTIONS: Plan<'static> =
    &[&["relation"], &["name", "phone"], &["account"], &["level"], &["alerts"], &["months"]];

impl InviteForm {
    fn answers(&self) -> [(&str, &str); 7] {
        [
            ("relation", &self.relation),
            ("name", &self.name),
            ("phone", &self.phone),
            ("account", &self.account),
            ("level", &self.level),
            ("alerts", &self.alerts),
            ("months", &self.months),
        ]
    }
}

async fn own(web: &Web, who: &Signed) -> Result<Vec<View>, Fault> {
    let Some(person) = who.person() else { return Ok(Vec::new()) };
    Ok(web.read(move |tx| app::family::shareable(tx, person)).await?)
}

pub async fn ask(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    who.need_step_up()?;
    let accounts = own(&web, &who).await?;
    let turn = Turn::first(&who.view, QUESTIONS);
    Ok(form_page(&who, &accounts, &InviteForm::default(), turn, &FieldErrors::new()))
}

fn form_page(who: &Signed, accounts: &[View], f: &InviteForm, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let errors = &turn.errors(errors);
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let told = |prefix: &str, code: &str| Choice::new(code.to_owned(), say::told(w, prefix, code));
    let relations: Vec<Choice<'_>> = Relation::ALL.iter().map(|r| told("family-relation", r.code())).collect();
    let levels: Vec<Choice<'_>> = Level::ALL.iter().map(|l| told("family-level", l.code())).collect();
    let yes_no = ["yes", "no"].map(|code| told("family-alerts", code));
    let months = MONTHS.map(|n| Choice::new(n.to_string(), w.t_with("family-months", &[("n", i64::from(n).into())])));
    let mut numbers: Vec<Choice<'_>> =
        accounts.iter().map(|v| Choice::new(v.account.id.to_string(), numbered(v))).collect();
    if numbers.len() > 1 {
        numbers.push(Choice::new(ALL, who.t("family-all-accounts")));
    }
    let chosen = if let [only] = accounts { only.account.id.to_string() } else { f.account.clone() };
    let whom = html! {
        (text(w, &field("name", "family-name", &f.name).hint(who.t("family-name-hint")).autocomplete("off")))
        (number(w, &field("phone", "family-phone", &f.phone).hint(who.t("family-phone-hint")).width(Width::Twenty).autocomplete("off")))
    };
    let questions = vec![
        radios(w, &field("relation", "family-relation", &f.relation), &relations),
        whom,
        radios(w, &field("account", "family-account", &chosen), &numbers),
        radios(w, &field("level", "family-level", &f.level), &levels),
        radios(w, &field("alerts", "family-alerts", &f.alerts).hint(who.t("family-alerts-hint")), &yes_no),
        radios(w, &field("months", "family-how-long", &f.months), &months),
    ];
    let main = html! {
        (error_summary(w, errors))
        @if turn.at() == 0 { (notice(Tone::Warn, &who.t("family-pressed"), html! { p { (who.t("family-pressed-text")) } })) }
        (turn.form(&who.view, "/family/invitation", &f.answers(), questions, &who.t("go-check")))
    };
    let shown = Sheet::new(who.t("family-invite")).crumb(who.t("family"), "/family");
    page(who, shown.wrong(!errors.is_empty()), main)
}

fn numbered(v: &View) -> String {
    format!("{} {}", v.account.name, kernel::chinese::mask_card(&v.account.number))
}

fn read(who: &Signed, accounts: &[View], f: &InviteForm, errors: &mut FieldErrors) -> Option<Invite> {
    let relation = Relation::parse(&f.relation);
    let level = Level::parse(&f.level);
    let chosen: Vec<&View> =
        accounts.iter().filter(|v| f.account == ALL || v.account.id.to_string() == f.account).collect();
    let months = f.months.parse::<u32>().ok().filter(|m| MONTHS.contains(m));
    let missing = [
        ("relation", relation.is_none()),
        ("account", chosen.is_empty()),
        ("level", level.is_none()),
        ("alerts", !["yes", "no"].contains(&f.alerts.as_str())),
        ("months", months.is_none()),
    ];
    for (name, _) in missing.into_iter().filter(|(_, missing)| *missing) {
        errors.add(name, who.t("choose-one"));
    }
    let name = given::text(who, errors, "name", &f.name, "fill-in").to_owned();
    let phone = given::text(who, errors, "phone", &f.phone, "call-phone-missing").to_owned();
    let (relation, level, months) = (relation?, level?, months?);
    let share = |v: &&View| ShareAsk { account: v.account.id, level, alerts: f.alerts == "yes" };
    let shares = chosen.iter().map(share).collect();
    errors.is_empty().then_some(Invite { relation, name, phone, shares, months })
}

pub async fn send(State(web): State<Web>, who: Signed, Checked(f): Checked<InviteForm>) -> Result<Response, Fault> {
    who.need_step_up()?;
    let accounts = own(&web, &who).await?;
    let mut errors = FieldErrors::new();
    let wanted = read(&who, &accounts, &f, &mut errors);
    let turn = Turn::of(&who.view, QUESTIONS, &f.step, &errors);
    let (Some(wanted), true) = (wanted, turn.is_done()) else {
        let shown = form_page(&who, &accounts, &f, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    };
    if f.step != "send" {
        return Ok(check_page(&who, &accounts, &f, &wanted).into_response());
    }
    let actor = who.actor.clone();
    match web.write(move |tx| app::family::invite(tx, &actor, &wanted)).await {
        Ok(_) => Ok(see_other("/family")),
        Err(why) if matches!(why.kind(), Kind::Invalid | Kind::Refused | Kind::Limit) => {
            let told = who.words().error(&why);
            errors.add("phone", format!("{} {}", told.message, told.remedy));
            let turn = Turn::of(&who.view, QUESTIONS, &f.step, &errors);
            Ok(refused(form_page(&who, &accounts, &f, turn, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}

fn check_page(who: &Signed, accounts: &[View], f: &InviteForm, wanted: &Invite) -> Shown {
    let w = who.words();
    let shared = accounts.iter().filter(|v| wanted.shares.iter().any(|s| s.account == v.account.id));
    let shared: Vec<String> = shared.map(numbered).collect();
    let rows = [
        Row::new(who.t("family-whom"), html! { (say::told(w, "family-relation", &f.relation)) " " (f.name) }),
        Row::new(who.t("person-phone"), html! { (f.phone) }),
        Row::new(who.t("account"), html! { div { @for number in &shared { (number) br; } } }),
        Row::new(who.t("family-shared"), html! { (say::told(w, "family-level", &f.level)) }),
        Row::new(who.t("family-alerts"), html! { (say::told(w, "family-alerts", &f.alerts)) }),
        Row::new(
            who.t("family-how-long"),
            html! { (w.t_with("family-months", &[("n", i64::from(wanted.months).into())])) },
        ),
    ];
    let fields = html! {
        (once_field())
        @for (name, value) in f.answers() { input type="hidden" name=(name) value=(value); }
        (actions(html! {
            (button(Button::Primary, &who.t("family-send"), Some(("step", "send"))))
            (button(Button::Secondary, &who.t("go-change"), Some(("step", "change"))))
        }))
    };
    let main = html! {
        (summary_list(w, &rows))
        (notice(Tone::Info, &who.t("family-only-look"), html! { p { (who.t("family-only-look-text")) } }))
        (form(&who.view, "/family/invitation", fields))
    };
    page(who, Sheet::new(who.t("family-check")).crumb(who.t("family"), "/family"), main)
}
