//! Reports of large sums and of suspicion: what waits, and one with its movements and its course. Of a suspicion only those learn who
//! may; every look at a report is written down.
use super::{Page as Sheet, next_href, page, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use kernel::id::{FraudCaseId, ReportId};
use kernel::{Currency, Date, Error, Money, Owner, PageAsk, Result as Done};
use maud::{Markup, html};
use party::Permission as P;
use reporting::{Act, Ask, Due, Kind, Report, State as Step, Suspicion, Verdict};
use serde::Deserialize;
use store::Tx;

const CHARS: u32 = reporting::TEXT_CHARS_MAX as u32;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListAsk {
    show: String,
    after: Option<String>,
}

/// A report with the names behind its ids.
struct Named {
    report: Report,
    customer: String,
    reviewer: String,
    second: String,
}

fn named(tx: &mut Tx<'_>, report: Report) -> Done<Named> {
    let mut name = |who: &Option<String>| who.as_deref().map_or(Ok(String::new()), |w| party::who_name(tx, w));
    let (reviewer, second) = (name(&report.reviewed_by)?, name(&report.agreed_by)?);
    let customer = party::who_name(tx, &report.subject.to_string())?;
    Ok(Named { report, customer, reviewer, second })
}

const SIDES: [(&str, &str, Ask); 3] =
    [("", "rept-open", Ask::Open), ("all", "rept-all", Ask::All), ("suspicions", "rept-suspicions", Ask::Suspicions)];

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let at = SIDES.iter().position(|(code, ..)| *code == ask.show).unwrap_or(0);
    let (actor, asked) = (who.actor.clone(), PageAsk { limit: None, after: ask.after.clone() });
    let found = web.read(move |tx| {
        let found = reporting::listed(tx, &actor, SIDES[at].2, &asked)?;
        let items = found.items.into_iter().map(|r| named(tx, r)).collect::<Done<Vec<_>>>()?;
        Ok((items, found.next, reporting::due(tx, &actor)?, tx.business_date()?))
    });
    let (items, next, due, today) = found.await?;
    let first = ask.after.as_ref().map(|_| format!("/reports?show={}", SIDES[at].0));
    let main = html! {
        (sides(&who, at))
        @if at == 0 { (counts(&who, due)) }
        @if at == 2 { (actions(link_button(Button::Primary, &who.t("rept-new"), "/reports/suspicion"))) }
        (table(&who, &items, today))
        (pager(who.words(), first.as_deref(), next_href(&who.view, &next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("rept")).lead(who.t("rept-lead")), main))
}

fn sides(who: &Signed, at: usize) -> Markup {
    let many = if who.holds(P::ReportSuspicion) { 3 } else { 2 };
    let places: Vec<(Text<'_>, Text<'_>)> =
        SIDES[..many].iter().map(|(code, key, _)| (who.t(key), format!("/reports?show={code}").into())).collect();
    tabs(&who.t("rept"), &places, at.min(many - 1))
}

fn counts(who: &Signed, due: Due) -> Markup {
    let given = [("open", (due.open as i64).into()), ("late", (due.late as i64).into())];
    html! { p { (who.words().t_with("rept-due", &given)) } }
}

fn table(who: &Signed, items: &[Named], today: Date) -> Markup {
    let w = who.words();
    let row = |n: &Named| {
        let r = &n.report;
        [
            html! { div { a href={ "/reports/" (r.id) } { (title(who, r)) } br; span.hint { (w.date(r.day)) } } },
            html! { (n.customer) },
            html! { @if r.amount > 0 { (amount(w, r.money())) } },
            due(who, r, today),
            say::tag(w, r.state),
        ]
    };
    let table = Table::new(who.t("rept"))
        .text(who.t("rept-what"))
        .text(who.t("fcase-customer"))
        .figures(who.t("amount"))
        .text(who.t("rept-until"))
        .text(who.t("fcase-state"))
        .rows(items.iter().map(row))
        .when_empty(who.t("rept-none"))
        .caption_hidden();
    table.show(w)
}

fn title(who: &Signed, r: &Report) -> String {
    let kind = say::told(who.words(), "rept-kind", r.kind.code());
    match r.way {
        Some(way) => format!("{kind} · {}", say::told(who.words(), "rept-way", way.code())),
        None => kind.into_owned(),
    }
}

fn due(who: &Signed, r: &Report, today: Date) -> Markup {
    match r.is_late(today) {
        true => status(Tone::Danger, &who.t("fcase-late"), "", &who.words().date(r.due_on)),
        false => day(who.words(), r.due_on),
    }
}

/// All that the page of a report shows.
struct Whole {
    named: Named,
    said: String,
    note: String,
    lines: Vec<(String, String)>,
    today: Date,
}

fn whole(tx: &mut Tx<'_>, actor: &kernel::Actor, id: ReportId) -> Done<Whole> {
    let (report, said, note) = reporting::look(tx, actor, id)?;
    let mut masked = |id| ledger::view(tx, id).map(|v| kernel::chinese::mask_card(&v.account.number));
    let lines = report.lines.0.iter().take(LINES_SHOWN).map(|m| Ok((masked(m.account)?, masked(m.counterparty)?)));
    let lines = lines.collect::<Done<Vec<_>>>()?;
    Ok(Whole { named: named(tx, report)?, said, note, lines, today: tx.business_date()? })
}

/// Movements on the page; the file has more.
const LINES_SHOWN: usize = 50;

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ReportId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let all = web.write(move |tx| whole(tx, &actor, id)).await?;
    let r = &all.named.report;
    let main = html! {
        @if r.kind == Kind::Suspicion { (notice(Tone::Warn, &who.t("rept-secret"), html! {})) }
        (summary_list(who.words(), &rows(&who, &all)))
        @if !r.lines.0.is_empty() { (movements(&who, r, &all.lines)) }
        (forms(&who, r, &all.said))
    };
    let sheet = Sheet::new(title(&who, r)).lead(all.named.customer.clone()).crumb(who.t("rept"), "/reports");
    Ok(page(&who, sheet, main))
}

fn rows<'a>(who: &Signed, all: &Whole) -> Vec<Row<'a>> {
    let (w, r) = (who.words(), &all.named.report);
    let mut rows = vec![
        Row::new(who.t("fcase-state"), say::tag(w, r.state)),
        Row::new(who.t("rept-day"), day(w, r.day)),
        Row::new(who.t("rept-until"), due(who, r, all.today)),
    ];
    if r.amount > 0 {
        rows.push(Row::new(who.t("amount"), amount(w, r.money())));
    }
    if r.kind != Kind::Suspicion {
        rows.push(Row::new(who.t("rept-threshold"), amount(w, Money::new(r.threshold, r.currency))));
        rows.push(Row::new(who.t("rept-movements"), html! { (r.movements) }));
    }
    if r.act != Act::New {
        let old =
            r.corrects.map(|id| html! { a href={ "/reports/" (id) } { (say::told(w, "rept-act", r.act.code())) } });
        rows.push(Row::new(who.t("rept-act"), old.unwrap_or_default()));
    }
    if let Some(case) = r.of_case {
        rows.push(Row::new(who.t("fcase"), html! { a href={ "/cases/" (case) } { (who.t("notice-open")) } }));
    }
    for (key, text) in [("rept-words", &all.said), ("rept-note", &all.note)] {
        if !text.is_empty() {
            rows.push(Row::new(who.t(key), html! { (text) }));
        }
    }
    course(who, &all.named, &mut rows);
    rows
}

fn course(who: &Signed, n: &Named, rows: &mut Vec<Row<'_>>) {
    let (w, r) = (who.words(), &n.report);
    if let (Some(verdict), Some(at)) = (r.verdict, r.reviewed_at) {
        let told = say::told(w, "rept-verdict", verdict.code());
        rows.push(Row::new(who.t("rept-reviewed"), html! { (told) " · " (say::by(w, &n.reviewer, at)) }));
    }
    if let Some(at) = r.agreed_at {
        rows.push(Row::new(who.t("rept-agreed"), say::by(w, &n.second, at)));
    }
    if let Some(at) = r.sent_at {
        rows.push(Row::new(who.t("rept-receipt"), html! { (r.receipt) " · " (moment(w, at)) }));
    }
}

fn movements(who: &Signed, r: &Report, numbers: &[(String, String)]) -> Markup {
    let w = who.words();
    let row = |(m, (own, other)): (&reporting::Movement, &(String, String))| {
        [
            moment(w, m.at),
            html! { span.masked-text { (own) } },
            html! { span.masked-text { (other) } },
            amount(w, Money::new(m.amount, r.currency)),
        ]
    };
    let table = Table::new(who.t("rept-lines"))
        .text(who.t("fcase-when"))
        .text(who.t("rept-account"))
        .text(who.t("rept-other"))
        .figures(who.t("amount"))
        .rows(r.lines.0.iter().zip(numbers).map(row));
    table.show(w)
}

fn forms(who: &Signed, r: &Report, said: &str) -> Markup {
    let w = who.words();
    let at = |deed: &str| format!("/reports/{}/{deed}", r.id);
    let note = |key: &str| multiline(w, &Field::new("note", who.t(key).into_owned()), 2, CHARS);
    html! {
        @match r.state {
            Step::Open => (form(&who.view, &at("review"), html! {
                @if r.kind == Kind::Suspicion { (multiline(w, &Field::new("words", who.t("rept-words")).value(said.to_owned()), 6, CHARS)) }
                (note("rept-note"))
                (actions(html! {
                    (button(Button::Primary, &who.t("rept-send"), Some(("verdict", "send"))))
                    (button(Button::Secondary, &who.t("rept-leave-out"), Some(("verdict", "leave_out"))))
                }))
            })),
            Step::Reviewed => {
                @if r.reviewed_by.as_deref() == Some(who.actor.principal().as_str()) { p { (who.t("rept-second")) } }
                @else { (form(&who.view, &at("agreement"), actions(button(Button::Primary, &who.t("rept-agree"), None)))) }
                (form(&who.view, &at("refusal"), html! { (note("rept-why-back")) (actions(button(Button::Secondary, &who.t("rept-back"), None))) }))
            },
            Step::Released | Step::LeftOut => {},
            Step::Sent => (details(&who.t("rept-correct"), form(&who.view, &at("correction"), html! {
                (note("rept-why"))
                (actions(html! {
                    (button(Button::Primary, &who.t("rept-correct"), Some(("act", "correction"))))
                    (button(Button::Danger, &who.t("rept-withdraw"), Some(("act", "withdrawal"))))
                }))
            }))),
        }
        @if r.file.is_some() { (form(&who.view, &at("file"), actions(button(Button::Secondary, &who.t("rept-file"), None)))) }
    }
}

/// Every field that one of the forms of a report has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeedForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    verdict: String,
    note: String,
    words: String,
    act: String,
}

pub async fn act(
    State(web): State<Web>,
    who: Signed,
    Path((id, deed)): Path<(String, String)>,
    Checked(f): Checked<DeedForm>,
) -> Result<Response, Fault> {
    let id: ReportId = id.parse().map_err(|_| Error::not_found("report", "here"))?;
    let actor = who.actor.clone();
    if deed == "file" {
        let file = web.write(move |tx| reporting::file(tx, &actor, id)).await?;
        return Ok(download(&file.name, "application/json", file.bytes));
    }
    let next = web.write(move |tx| acted(tx, &actor, id, &deed, &f)).await?;
    Ok(see_other(&format!("/reports/{next}")))
}

/// Does it and answers with the report to be shown.
fn acted(tx: &mut Tx<'_>, actor: &kernel::Actor, id: ReportId, deed: &str, f: &DeedForm) -> Done<ReportId> {
    match deed {
        "review" => {
            let verdict = Verdict::parse(&f.verdict).ok_or_else(|| Error::field("verdict", "choose one"))?;
            let anew = Some(f.words.as_str()).filter(|w| !w.trim().is_empty());
            reporting::review(tx, actor, id, verdict, &f.note, anew)?;
        }
        "agreement" => drop(reporting::agree(tx, actor, id)?),
        "refusal" => drop(reporting::put_back(tx, actor, id, &f.note)?),
        "correction" => {
            let act = Act::parse(&f.act).ok_or_else(|| Error::field("act", "choose one"))?;
            return Ok(reporting::correct(tx, actor, id, act, &f.note)?.0.id);
        }
        _ => return Err(Error::not_found("deed", "here")),
    }
    Ok(id)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewAsk {
    case: String,
}

/// A suspicion, written down by hand or from a case.
pub async fn new(State(web): State<Web>, who: Signed, Query(ask): Query<NewAsk>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let case = match ask.case.parse::<FraudCaseId>() {
        Ok(id) => Some(web.read(move |tx| cases::case(tx, &actor, id)).await?),
        Err(_) => None,
    };
    let w = who.words();
    let subject = case.as_ref().map(|c| c.subject.to_string()).unwrap_or_default();
    let typology = case.as_ref().map(|c| c.typology.clone()).unwrap_or_default();
    let kinds: Vec<Choice<'_>> = cases::typologies()
        .iter()
        .map(|t| Choice::new(t.code.as_str(), say::told(w, "fcase-typology", &t.code)))
        .collect();
    let fields = html! {
        @if let Some(c) = &case { input type="hidden" name="case" value=(c.id); }
        (text(w, &Field::new("customer", who.t("fcase-new-customer")).value(subject)))
        (select(w, &Field::new("typology", who.t("rept-typology")).value(typology), &kinds))
        (money(w, &Field::new("amount", who.t("fcase-new-amount")).optional(), Currency::CNY))
        (multiline(w, &Field::new("words", who.t("rept-words")), 6, CHARS))
        (actions(button(Button::Primary, &who.t("rept-new"), None)))
    };
    let sheet =
        Sheet::new(who.t("rept-new")).lead(who.t("rept-new-lead")).crumb(who.t("rept"), "/reports?show=suspicions");
    Ok(page(&who, sheet, form(&who.view, "/reports/suspicion", fields)))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    case: String,
    customer: String,
    typology: String,
    amount: String,
    words: String,
}

pub async fn open(State(web): State<Web>, who: Signed, Checked(f): Checked<NewForm>) -> Result<Response, Fault> {
    let subject: Owner = f.customer.trim().parse().map_err(|_| Error::field("customer", "the id of a customer"))?;
    let at_stake = match f.amount.trim() {
        "" => Money::cny(0),
        given => Money::parse(given, Currency::CNY)?,
    };
    let of_case = if f.case.is_empty() { None } else { Some(f.case.parse()?) };
    let new = Suspicion { subject, of_case, typology: f.typology, amount: at_stake, words: f.words };
    let actor = who.actor.clone();
    let (r, _) = web.write(move |tx| reporting::suspect(tx, &actor, new.clone())).await?;
    Ok(see_other(&format!("/reports/{}", r.id)))
}
