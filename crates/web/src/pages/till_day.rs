//! A teller's day: his till, what it holds, his journal, and the keys to everything he does. Without an open till, the tills of his
//! branch that he can open with a count; a difference to the book is accepted with the case it opens.
use super::till_notes::{self, Fields};
use super::{Page as Sheet, once_field, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{BranchId, DrawerId};
use kernel::{Currency, Date, Error, Money, PageAsk, Result};
use maud::{Markup, html};
use serde::Deserialize;
use std::borrow::Cow;
use store::Tx;
use till::{DrawerKind, DrawerView, Entry, EntryKind, EntryState, TillDay};

/// Entries of the journal on the page of the day; older ones follow by the pager.
const JOURNAL_SHOWN_MAX: u32 = 50;

/// What a teller sees first.
struct Seen {
    day: Option<TillDay>,
    mine: Option<DrawerView>,
    drawers: Vec<DrawerView>,
    entries: kernel::Page<Entry>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct DayAsk {
    #[serde(default)]
    pub after: Option<String>,
}

/// The branch of a member of staff who stands at one.
pub fn branch_of(who: &Signed) -> Result<BranchId> {
    who.actor.branch.ok_or_else(|| Error::forbidden("cash is kept at branches"))
}

/// The day of a teller's numbers: that of his open till, else today.
pub fn date_of(tx: &mut Tx<'_>, day: Option<&TillDay>) -> Result<Date> {
    day.map_or_else(|| tx.business_date(), |d| Ok(d.date))
}

pub async fn show(State(web): State<Web>, who: Signed, Query(ask): Query<DayAsk>) -> Result<Shown, Fault> {
    let (actor, branch) = (who.actor.clone(), branch_of(&who)?);
    let list = PageAsk { limit: Some(JOURNAL_SHOWN_MAX), after: ask.after };
    let seen = web
        .read(move |tx| {
            let day = till::till_day(tx, &actor)?;
            let drawers = till::drawers(tx, &actor, branch)?;
            let mine = day.as_ref().and_then(|d| drawers.iter().find(|v| v.id == d.drawer)).cloned();
            let teller = actor.staff().ok_or_else(|| Error::forbidden("only staff keep journals"))?;
            let date = date_of(tx, day.as_ref())?;
            let find = till::EntryAsk { branch, teller, date, kind: None, account: None, amount: None };
            let entries = till::journal(tx, &actor, &find, &list)?;
            Ok(Seen { day, mine, drawers, entries })
        })
        .await?;
    let main = html! {
        @match (&seen.day, &seen.mine) {
            (Some(day), Some(mine)) => (open_till(&who, day, mine)),
            _ => (to_open(&who, &seen)),
        }
        (journal(&who, &seen.entries))
    };
    Ok(page(&who, Sheet::new(who.t("till")).lead(who.t("till-lead")), main))
}

/// What a teller does, with the keys that lead there.
const KEYS: [(&str, &str); 9] = [
    ("cash-in", "/till/cash-in"),
    ("counter-transfer", "/till/transfer"),
    ("cash-out", "/till/cash-out"),
    ("cash-change", "/till/change"),
    ("cash-damaged", "/till/damaged"),
    ("seizures", "/seizures"),
    ("cash-move-new", "/cash-moves/new"),
    ("till-balance", "/till/balance"),
    ("talks", "/talks"),
];

fn open_till(who: &Signed, day: &TillDay, mine: &DrawerView) -> Markup {
    let w = who.words();
    let rows = [
        Row::new(who.t("till-name"), html! { strong { (mine.name) } }),
        Row::new(who.t("till-opened"), moment(w, day.opened_at)),
        Row::new(who.t("business-date"), crate::look::day(w, day.date)),
        Row::new(who.t("cash-holds"), html! { strong { (amount(w, mine.booked)) } }),
    ];
    html! {
        (summary_list(w, &rows))
        (actions(html! { @for (i, (key, href)) in KEYS.iter().enumerate() {
            (link_button(if i < 2 { Button::Primary } else { Button::Secondary }, &with_code(who, key, href), href))
        } }))
        (details(&who.t("cash-by-face"), till_notes::table(who, &who.t("cash-by-face"), &mine.notes)))
    }
}

/// The name of a task with its code: `现金存款 1110`.
fn with_code(who: &Signed, key: &str, href: &str) -> String {
    match crate::routes::tasks::code_of(href) {
        Some(code) => format!("{} {code}", who.t(key)),
        None => who.t(key).into_owned(),
    }
}

fn to_open(who: &Signed, seen: &Seen) -> Markup {
    let w = who.words();
    let free = seen.drawers.iter().filter(|d| d.kind == DrawerKind::Till && d.holder.is_none());
    let row = |d: &DrawerView| {
        let counted = d.counted_on.map_or_else(|| html! {}, |on| day(w, on));
        let href = format!("/till/opening?drawer={}", d.id);
        [html! { (d.name) }, html! { (d.currency) }, counted, html! { a href=(href) { (who.t("till-open")) } }]
    };
    let table = Table::new(who.t("till-free"))
        .text(who.t("till-name"))
        .text(who.t("cash-currency"))
        .text(who.t("cash-counted-on"))
        .actions(who.t("till-open"))
        .rows(free.map(row))
        .when_empty(who.t("till-none-free"));
    html! {
        (notice(Tone::Info, &who.t("till-not-open"), html! { p { (who.t("till-not-open-next")) } }))
        (table.show(w))
    }
}

/// The state of an entry.
pub fn state(who: &Signed, state: EntryState) -> Markup {
    let tone = match state {
        EntryState::Done => Tone::Good,
        EntryState::Waiting => Tone::Info,
        EntryState::SentBack => Tone::Warn,
        EntryState::Refused => Tone::Danger,
        EntryState::CalledOff | EntryState::Reversed => Tone::Quiet,
    };
    status(tone, &say::told(who.words(), "entry-state", state.code()), "", "")
}

/// What kind of thing an entry is.
pub fn kind(who: &Signed, kind: EntryKind) -> Cow<'static, str> {
    say::told(who.words(), "entry-kind", kind.code())
}

fn journal(who: &Signed, entries: &kernel::Page<Entry>) -> Markup {
    let w = who.words();
    let row = |e: &Entry| {
        [
            html! { a href={ "/till/entries/" (e.number) } { (e.number) } },
            html! { (kind(who, e.kind)) },
            html! { span.masked-text { (e.shown) } },
            amount(w, e.money()),
            state(who, e.state),
            moment(w, e.made_at),
        ]
    };
    let table = Table::new(who.t("till-journal"))
        .text(who.t("entry-number"))
        .text(who.t("entry-kind"))
        .text(who.t("cash-account"))
        .figures(who.t("amount"))
        .text(who.t("entry-state"))
        .text(who.t("entry-made"))
        .rows(entries.items.iter().map(row))
        .when_empty(who.t("till-journal-empty"));
    let next = super::next_href(&who.view, &entries.next);
    listing(html! {}, table.show(w), pager(w, None, next.as_deref()))
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct OpeningAsk {
    #[serde(default)]
    drawer: String,
}

async fn drawer_of(web: &Web, who: &Signed, id: &str) -> Result<DrawerView, Fault> {
    let (actor, id) = (who.actor.clone(), id.parse::<DrawerId>()?);
    Ok(web.read(move |tx| till::drawer(tx, &actor, id)).await?)
}

pub async fn opening(State(web): State<Web>, who: Signed, Query(ask): Query<OpeningAsk>) -> Result<Shown, Fault> {
    let drawer = drawer_of(&web, &who, &ask.drawer).await?;
    Ok(opening_page(&who, &drawer, &Fields::new(), &FieldErrors::new(), None))
}

/// `differs`: counted less booked, which the teller may accept.
fn opening_page(who: &Signed, d: &DrawerView, given: &Fields, errors: &FieldErrors, differs: Option<Money>) -> Shown {
    let w = who.words();
    let main = html! {
        (error_summary(w, errors))
        @if let Some(differs) = differs { (difference(who, d.booked, differs)) }
        (form(&who.view, "/till/opening", html! {
            (once_field())
            input type="hidden" name="drawer" value=(d.id);
            (till_notes::count(who, &who.t("cash-count"), "n", d.currency, given, errors))
            (actions(html! {
                (button(Button::Primary, &who.t("till-open"), None))
                @if let Some(differs) = differs { (button(Button::Danger, &who.t("cash-accept"), Some(("accepted", differs.plain().as_str())))) }
                (link_button(Button::Secondary, &who.t("back-without"), "/till"))
            }))
        }))
    };
    let title = who.words().t_with("till-open-named", &[("name", d.name.clone().into())]);
    page(
        who,
        Sheet::new(title).lead(who.t("till-open-lead")).crumb(who.t("till"), "/till").wrong(!errors.is_empty()),
        main,
    )
}

/// A count that is not what the book says.
pub fn difference(who: &Signed, booked: Money, differs: Money) -> Markup {
    let w = who.words();
    let key = match differs.minor {
        0 => "cash-differs-faces",
        over if over > 0 => "cash-differs-over",
        _ => "cash-differs-short",
    };
    let by = Money::new(differs.minor.abs(), differs.currency);
    let title = w.t_with(key, &[("by", w.money(by).into()), ("booked", w.money(booked).into())]);
    notice(Tone::Warn, &title, html! { p { (who.t("cash-differs-next")) } })
}

/// The difference that was accepted, as the form sends it back.
pub fn accepted(fields: &Fields, currency: Currency) -> Option<Money> {
    let text = till_notes::value(fields, "accepted");
    let short = text.strip_prefix('-');
    let amount = Money::parse(short.unwrap_or(text), currency).ok()?;
    Some(if short.is_some() { Money::new(-amount.minor, currency) } else { amount })
}

pub async fn open(State(web): State<Web>, who: Signed, Checked(given): Checked<Fields>) -> Result<Response, Fault> {
    let drawer = drawer_of(&web, &who, till_notes::value(&given, "drawer")).await?;
    let mut errors = FieldErrors::new();
    let Some(notes) = till_notes::read(&who, &mut errors, &given, "n", drawer.currency) else {
        return Ok(refused(opening_page(&who, &drawer, &given, &errors, None)));
    };
    let differs = notes.sum()?.sub(drawer.booked)?;
    let (actor, id, accepted) = (who.actor.clone(), drawer.id, accepted(&given, drawer.currency));
    match web.write(move |tx| till::till_open(tx, &actor, id, &notes, accepted)).await {
        Ok(_) => Ok(see_other("/till")),
        Err(why) if why.is(&till::COUNT_DIFFERS) => {
            Ok(refused(opening_page(&who, &drawer, &given, &errors, Some(differs))))
        }
        Err(why) if till_notes::is_told(&why) => {
            let errors = super::opening::beside(&till_notes::first_field("n", drawer.currency), &who, &why);
            Ok(refused(opening_page(&who, &drawer, &given, &errors, None)))
        }
        Err(why) => Err(why.into()),
    }
}
