//! An entry of the journal: its number, what became of it, and what can be done about it; the advice that is printed for the customer,
//! each copy with its number.
use super::confirm::{Confirm, Given};
use super::till_day::{branch_of, date_of, kind, state};
use super::{Page as Sheet, page, refused, say, till_notes};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::{Lang, Words};
use crate::{Fault, Shown};
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{Error, Result};
use maud::{Markup, html};
use till::{Advice, Entry, EntryKind, EntryRef, EntryState};

/// The entry of the teller's day under this number.
async fn load(web: &Web, who: &Signed, number: i64) -> Result<Entry, Fault> {
    let (actor, branch) = (who.actor.clone(), branch_of(who)?);
    let found = web.read(move |tx| {
        let teller = actor.staff().ok_or_else(|| Error::forbidden("only staff keep journals"))?;
        let day = till::till_day(tx, &actor)?;
        let date = date_of(tx, day.as_ref())?;
        till::entry(tx, &actor, branch, EntryRef { teller, date, number })
    });
    Ok(found.await?)
}

fn title(who: &Signed, e: &Entry) -> String {
    who.words().t_with("entry-titled", &[("kind", kind(who, e.kind).into()), ("number", e.number.into())])
}

pub async fn show(State(web): State<Web>, who: Signed, Path(number): Path<i64>) -> Result<Shown, Fault> {
    let e = load(&web, &who, number).await?;
    let main = html! {
        @if e.state == EntryState::Waiting { (notice(Tone::Info, &who.t("entry-waits"), html! { p { (who.t("entry-waits-next")) } })) }
        @if !e.refusal.is_empty() && e.state == EntryState::Refused { (super::instructions::refusal(&web, &who, &e.refusal, &[])) }
        @if e.state == EntryState::SentBack { (notice(Tone::Warn, &who.t("entry-sent-back"), html! { p { (who.t("entry-sent-back-next")) } })) }
        (summary_list(who.words(), &facts(&who, &e)))
        (what_to_do(&who, &e))
    };
    Ok(page(&who, Sheet::new(title(&who, &e)).crumb(who.t("till"), "/till"), main))
}

fn facts<'a>(who: &'a Signed, e: &'a Entry) -> Vec<Row<'a>> {
    let w = who.words();
    let mut rows = vec![
        Row::new(who.t("entry-number"), html! { strong { (e.number) } " · " (day(w, e.date)) }),
        Row::new(who.t("entry-state"), state(who, e.state)),
        Row::new(who.t("amount"), html! { strong { (amount(w, e.money())) } }),
        Row::new(who.t("entry-made"), moment(w, e.made_at)),
    ];
    let mut more = |key: &str, text: String| {
        if !text.is_empty() {
            rows.push(Row::new(who.t(key), html! { (text) }));
        }
    };
    more("cash-account", e.shown.clone());
    more("cash-from-customer", till_notes::brief(w, &e.notes_in));
    more("cash-to-customer", till_notes::brief(w, &e.notes_out));
    more("payment-memo", e.memo.clone());
    more("entry-of", e.of_number.map(|n| n.to_string()).unwrap_or_default());
    let object = if e.object == "reversal" { String::new() } else { e.object.clone() };
    more(if e.kind == EntryKind::Transfer { "payment-payee" } else { "entry-object" }, object);
    for o in &e.overrides.0 {
        more("cash-override-reason", format!("{} ({})", o.reason, say::told_or(w, "cash-override", &o.code)));
    }
    more("entry-copies", if e.copies == 0 { String::new() } else { e.copies.to_string() });
    rows
}

fn is_cash(e: &Entry) -> bool {
    matches!(e.kind, EntryKind::CashIn | EntryKind::CashOut)
}

fn what_to_do(who: &Signed, e: &Entry) -> Markup {
    let to = |rest: &str| format!("/till/entries/{}/{rest}", e.number);
    let again = if e.kind == EntryKind::CashIn { "/till/cash-in" } else { "/till/cash-out" };
    html! {
        @if matches!(e.state, EntryState::Done | EntryState::Reversed) {
            (form(&who.view, &to("advice"), actions(button(Button::Primary, &who.t("entry-advice"), None))))
        }
        (actions(html! {
            @if is_cash(e) && e.state == EntryState::SentBack { (link_button(Button::Primary, &who.t("entry-again"), &format!("{again}?resubmits={}", e.number))) }
            @if e.state == EntryState::Waiting { (link_button(Button::Danger, &who.t("entry-call-off"), &to("calling-off"))) }
            @if is_cash(e) && e.state == EntryState::Done && e.object != "reversal" { (link_button(Button::Danger, &who.t("entry-reverse"), &to("reversal"))) }
            (link_button(Button::Secondary, &who.t("till"), "/till"))
        }))
    }
}

/// Undoing and calling off: what is asked, and where it is sent.
#[derive(Clone, Copy)]
enum Undo {
    Reverse,
    CallOff,
}

impl Undo {
    fn texts(self) -> [&'static str; 3] {
        match self {
            Undo::Reverse => ["entry-reverse", "entry-reverse-lead", "reversal"],
            Undo::CallOff => ["entry-call-off", "entry-call-off-lead", "calling-off"],
        }
    }
}

fn question(who: &Signed, e: &Entry, undo: Undo, given: &Given, errors: &FieldErrors) -> Shown {
    let [title_key, lead, place] = undo.texts();
    let here = format!("/till/entries/{}", e.number);
    let (title_text, lead, label, hint) = (who.t(title_key), who.t(lead), who.t("reason"), who.t("entry-reason-hint"));
    let confirm = Confirm {
        title: &title_text,
        lead: &lead,
        crumbs: vec![(who.t("till").into_owned(), "/till".into()), (title(who, e), here.clone())],
        rows: facts(who, e),
        more: html! {},
        action: &format!("{here}/{place}"),
        back: &here,
        button: (Button::Danger, &title_text),
        reason: Some((&label, &hint)),
        hash: "",
    };
    confirm.show(who, given, errors)
}

pub async fn reversal(State(web): State<Web>, who: Signed, Path(number): Path<i64>) -> Result<Shown, Fault> {
    let e = load(&web, &who, number).await?;
    Ok(question(&who, &e, Undo::Reverse, &Given::default(), &FieldErrors::new()))
}

pub async fn calling_off(State(web): State<Web>, who: Signed, Path(number): Path<i64>) -> Result<Shown, Fault> {
    let e = load(&web, &who, number).await?;
    Ok(question(&who, &e, Undo::CallOff, &Given::default(), &FieldErrors::new()))
}

pub async fn reverse(
    State(web): State<Web>,
    who: Signed,
    Path(number): Path<i64>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    undo(&web, &who, number, Undo::Reverse, given).await
}

pub async fn call_off(
    State(web): State<Web>,
    who: Signed,
    Path(number): Path<i64>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    undo(&web, &who, number, Undo::CallOff, given).await
}

async fn undo(web: &Web, who: &Signed, number: i64, undo: Undo, given: Given) -> Result<Response, Fault> {
    let e = load(web, who, number).await?;
    let mut errors = FieldErrors::new();
    let reason = given.reason(who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(question(who, &e, undo, &given, &errors)));
    }
    let actor = who.actor.clone();
    let done = web.run(move |bank| match undo {
        Undo::Reverse => till::reverse(&bank.desk, &actor, number, &reason),
        Undo::CallOff => till::call_off(&bank.desk, &actor, number, &reason),
    });
    match done.await {
        Ok(entry) => Ok(see_other(&format!("/till/entries/{}", entry.number))),
        Err(why) if till_notes::is_told(&why) => {
            let errors = super::opening::beside("reason", who, &why);
            Ok(refused(question(who, &e, undo, &given, &errors)))
        }
        Err(why) => Err(why.into()),
    }
}

/// Counts a copy and shows it.
pub async fn advice(
    State(web): State<Web>,
    who: Signed,
    Path(number): Path<i64>,
    _: Checked<till_notes::Fields>,
) -> Result<Shown, Fault> {
    let (actor, branch, e) = (who.actor.clone(), branch_of(&who)?, load(&web, &who, number).await?);
    let at = e.reference();
    let (advice, teller) = web
        .write(move |tx| {
            let advice = till::advice(tx, &actor, branch, at)?;
            let teller = party::who_name(tx, &advice.entry.teller.to_string())?;
            Ok((advice, teller))
        })
        .await?;
    let main = html! {
        (paper(&who, &advice, &teller))
        (actions(html! {
            (print_button(who.words()))
            (link_button(Button::Secondary, &who.t("till"), "/till"))
        }))
    };
    Ok(page(&who, Sheet::new(who.t("entry-advice")).crumb(who.t("till"), "/till"), main))
}

/// In both languages, whichever the teller reads.
fn paper(who: &Signed, advice: &Advice, teller: &str) -> Markup {
    let e = &advice.entry;
    let words = Lang::ALL.map(Words::of);
    let both = |key: &str| words.map(|w| w.t(key).into_owned()).join(" / ");
    let kinds = words.map(|w| say::told(w, "entry-kind", e.kind.code()).into_owned()).join(" / ");
    let copy = match advice.copy {
        1 => both("advice-original"),
        n => words.map(|w| w.t_with("advice-copy", &[("n", n.into())])).join(" / "),
    };
    let w = who.words();
    let mut rows = vec![
        Row::new(both("entry-number"), html! { (e.date) " · " (e.number) }),
        Row::new(both("entry-kind"), html! { (kinds) }),
        Row::new(both("cash-account"), html! { (e.shown) }),
        Row::new(
            both("amount"),
            html! { strong { (amount(w, e.money())) } br; (kernel::chinese::capital_amount(e.money()).unwrap_or_default()) },
        ),
    ];
    match e.kind {
        EntryKind::Transfer => rows.push(Row::new(both("payment-payee"), html! { (e.object) })),
        _ => rows.extend([
            Row::new(both("cash-from-customer"), html! { (till_notes::brief(w, &e.notes_in)) }),
            Row::new(both("cash-to-customer"), html! { (till_notes::brief(w, &e.notes_out)) }),
        ]),
    }
    rows.extend([
        Row::new(both("entry-made"), moment(w, e.made_at)),
        Row::new(both("advice-teller"), html! { (teller) }),
    ]);
    html! {
        div.slip {
            p { strong { (who.view.bank()) } }
            p { (copy) }
            (summary_list(w, &rows))
            p { (both("advice-signature")) " ________________" }
        }
    }
}
