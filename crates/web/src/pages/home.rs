//! The first page: for everybody what Yizhan is, and for whoever is signed in where he stands and what waits for him.
use super::projects::sheet_name;
use super::sign_in::firms_with_names;
use super::{Page, kiosk, notices, page, public_page, sheets, slips};
use crate::gate::Signed;
use crate::http::read::download;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::view::{Mode, View};
use crate::{Fault, Lang, Shown};
use app::notices::Notice;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use kernel::id::FirmId;
use kernel::{Actor, Date, Money, Owner, PageAsk, Result, Who};
use maud::{Markup, html};
use party::Permission as P;
use payroll::SheetState;
use store::Tx;

/// Notices on a first page.
const NOTICES_SHOWN: u32 = 5;
/// Pay slips, projects on a first page.
const LINES_SHOWN: u32 = 6;
/// Pay sheets of a project looked at for what is to be done.
const SHEETS_LOOKED_AT: u32 = 4;
/// Days of payments shown to who looks over a branch.
const DAYS_SHOWN: u32 = 14;
/// What waits is counted up to this.
const COUNTED_MAX: u32 = 200;

pub async fn welcome(State(web): State<Web>, view: View, signed: Option<Signed>) -> Result<Response, Fault> {
    if signed.is_some() {
        return Ok(see_other("/home"));
    }
    if view.kiosk.is_some() {
        return kiosk::attract(&web, &view).await;
    }
    let today = web.read(|tx| tx.business_date()).await?;
    // Neither sheets to try the wage desk with nor what engineers read is an elder's business.
    let single = view.mode.is_one_at_a_time();
    let files = if web.demo() && !single { web.run(|_| Ok(app::demo_load::files())).await? } else { Vec::new() };
    let main = html! {
        (actions(html! {
            (link_button(Button::Primary, &view.t("welcome-sign-in"), "/sign-in"))
            @if !single { (link_button(Button::Secondary, &view.t("welcome-elder"), "/?mode=elder")) }
        }))
        h2 { (view.t("welcome-what")) }
        ul { @for n in 1..=4 { li { (view.t(&format!("welcome-point-{n}"))) } } }
        h2 { (view.t("welcome-status")) }
        p { (status(Tone::Good, &view.t("welcome-open"), "", "")) " " (view.t("welcome-business-day")) " " (day(view.words, today)) }
        @if web.demo() { (demo(&view, &files)) }
        p.front-links {
            a href="/verify" { (view.t("receipt-check")) }
            @if !single {
                " · " a href="/design" { (view.t("welcome-design")) }
                " · " a href="/v1/openapi.json" { (view.t("welcome-api")) }
            }
        }
    };
    let title = view.t("welcome-title");
    Ok(public_page(&view, Page::new(title).lead(view.t("welcome-lead")), main).into_response())
}

fn demo(view: &View, files: &[app::demo_load::DemoFile]) -> Markup {
    let title = |f: &app::demo_load::DemoFile| match view.words.lang {
        Lang::Zh => f.title_zh.clone(),
        Lang::En => f.title_en.clone(),
    };
    let rows = files.iter().map(|f| {
        [
            html! { a href={ "/demo/files/" (f.name) } download { (title(f)) } },
            html! { (f.project) },
            html! { code { (f.login) } },
        ]
    });
    let table = Table::new(view.t("demo-files"))
        .text(view.t("demo-file"))
        .text(view.t("demo-project"))
        .text(view.t("demo-login"));
    html! {
        h2 { (view.t("demo-title")) }
        (notice(Tone::Warn, &view.t("demo-notice"), html! { p { (view.t("demo-notice-text")) } }))
        @if !files.is_empty() { (table.rows(rows).show(view.words)) }
    }
}

/// A file of the demo, to download and upload again.
pub async fn demo_file(State(web): State<Web>, Path(name): Path<String>) -> Result<Response, Fault> {
    if !web.demo() {
        return Err(crate::http::fault::no_such_page().into());
    }
    let bytes = web.run(move |_| Ok((name.clone(), app::demo_load::file(&name)?.bytes()?))).await?;
    let kind = if bytes.0.ends_with(".csv") {
        "text/csv"
    } else {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    };
    Ok(download(&bytes.0, kind, bytes.1))
}

/// What a first page shows; what does not concern the reader is empty.
struct Home {
    today: Date,
    accounts: Vec<ledger::View>,
    slips: Vec<payroll::SlipLine>,
    /// Wages that wait for the reader's own word.
    to_sign: usize,
    projects: Vec<payroll::ProjectView>,
    firms: Vec<(FirmId, String)>,
    steps: Vec<Step>,
    waiting: Vec<Waiting>,
    payments: Vec<(Date, u32)>,
    notices: Vec<Notice>,
}

/// What the reader does next with a pay sheet of his firm.
struct Step {
    text: String,
    href: String,
    sheet: String,
    project: String,
    net: Money,
}

/// Something of a number that waits, and where.
struct Waiting {
    key: &'static str,
    href: &'static str,
    count: usize,
}

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    if who.view.mode == Mode::Elder && matches!(who.actor.who, Who::Person(_)) {
        return super::elder_home::show(&web, who).await;
    }
    let (actor, session) = (who.actor.clone(), who.clone());
    let home = web.read(move |tx| look(tx, &actor, &session)).await?;
    let words = who.words();
    let main = html! {
        @if who.view.kiosk.is_some() { (kiosk::services(&who.view)) } @else { (act_for_one(&who, &home.firms)) }
        @if home.to_sign > 0 { (slips::to_sign(&who, home.to_sign)) }
        (steps(&who, &home.steps))
        (waiting(&who, &home.waiting))
        (fortnight(&who, &home.payments))
        @if !home.accounts.is_empty() { (accounts(&who, &home.accounts)) }
        @if !home.projects.is_empty() { (projects(&who, &home.projects)) }
        @if !home.slips.is_empty() { (slip_table(&who, &home.slips)) }
        @if who.view.kiosk.is_none() { (tiles_for(&who, home.firms.len())) }
        @if !home.notices.is_empty() && who.view.kiosk.is_none() {
            h2 { (who.t("home-notices")) }
            (notices::table(&who, &home.notices).show(words))
            p { a href="/notices" { (who.t("home-all-notices")) } }
        }
    };
    let greeting = words.t_with("home-hello", &[("name", who.session.name.as_str().into())]);
    let lead = format!("{} {}", who.t("welcome-business-day"), words.date(home.today));
    Ok(page(&who, Page::new(greeting).lead(lead), main))
}

fn look(tx: &mut Tx<'_>, actor: &Actor, who: &Signed) -> Result<Home> {
    let owner = match actor.who {
        Who::Person(p) => Some(Owner::Person(p)),
        Who::ForFirm { firm, .. } => Some(Owner::Firm(firm)),
        _ => None,
    };
    let accounts = match owner {
        Some(owner) => ledger::of_owner(tx, owner)?
            .into_iter()
            .filter(|a| a.closed_at.is_none() && !a.purpose.is_wealth())
            .map(|a| ledger::view(tx, a.id))
            .collect::<Result<_>>()?,
        None => Vec::new(),
    };
    let slips = match actor.who {
        Who::Person(p) => payroll::slips_of(tx, actor, p, &PageAsk::first(LINES_SHOWN))?.items,
        _ => Vec::new(),
    };
    let to_sign = if matches!(actor.who, Who::Person(_)) { crews::waiting_for_me(tx, actor)? } else { 0 };
    let projects = match actor.who {
        Who::ForFirm { firm, .. } if who.holds(P::WageRead) => {
            payroll::projects_of(tx, actor, firm, &PageAsk::first(LINES_SHOWN))?.items
        }
        _ => Vec::new(),
    };
    let firms = match actor.person() {
        Some(person) => firms_with_names(tx, person)?,
        None => Vec::new(),
    };
    let steps = steps_of(tx, actor, who, &projects)?;
    let notices = app::notices::list(tx, actor, true, &PageAsk::first(NOTICES_SHOWN))?.items;
    let today = tx.business_date()?;
    let payments = match who.is_staff() && who.holds(P::PaymentApprove) && who.holds(P::GuardRead) {
        true => payments::per_day(tx, actor, DAYS_SHOWN)?,
        false => Vec::new(),
    };
    let waiting = queues(tx, actor, who)?;
    Ok(Home { today, accounts, slips, to_sign, projects, firms, steps, waiting, payments, notices })
}

/// The next steps in the projects, the newest sheet of each first; what is over and well needs none.
fn steps_of(tx: &mut Tx<'_>, actor: &Actor, who: &Signed, projects: &[payroll::ProjectView]) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for p in projects {
        let (found, unpaid) = payroll::goings_on(tx, actor, p.project, SHEETS_LOOKED_AT)?;
        for v in found {
            let told = match sheets::next_step(who, &v) {
                Some((_, href)) if v.state == SheetState::PartlyPaid && unpaid > 0 && who.holds(P::WageSheetMake) => {
                    (who.words().t_with("step-unpaid", &[("n", unpaid.into())]), href)
                }
                Some(_) if matches!(v.state, SheetState::Paid | SheetState::PartlyPaid) => continue,
                Some((_, href)) => (who.t(&format!("step-{}", v.state.code().replace('_', "-"))).into_owned(), href),
                None => continue,
            };
            let ((text, href), sheet, project) = (told, sheet_name(who, &v), p.name.clone());
            steps.push(Step { text, href, sheet, project, net: v.net });
        }
    }
    steps.truncate(LINES_SHOWN as usize);
    Ok(steps)
}

fn steps(who: &Signed, steps: &[Step]) -> Markup {
    let words = who.words();
    let rows = steps.iter().map(|s| {
        let what =
            html! { div { a href=(s.href) { strong { (s.text) } } br; span.hint { (s.sheet) " · " (s.project) } } };
        [what, amount(words, s.net)]
    });
    let table = Table::new(who.t("home-steps")).text(who.t("home-step")).figures(who.t("sheet-net"));
    html! { @if !steps.is_empty() { h2 { (who.t("home-steps")) } (table.caption_hidden().rows(rows).show(words)) } }
}

/// Whoever holds a role of one firm mostly came to act for it: one key.
fn act_for_one(who: &Signed, firms: &[(FirmId, String)]) -> Markup {
    let ([(firm, name)], Who::Person(_)) = (firms, who.session.who) else { return html! {} };
    let label = who.words().t_with("act-for-one", &[("firm", name.as_str().into())]);
    let fields = html! {
        input type="hidden" name="firm" value=(firm);
        (actions(button(Button::Primary, &label, None)))
        p.hint { (who.t("act-for-one-hint")) }
    };
    form(&who.view, "/act-for", fields)
}

/// What waits for the reader's role. A queue he may not look at is not counted.
fn queues(tx: &mut Tx<'_>, actor: &Actor, who: &Signed) -> Result<Vec<Waiting>> {
    let all = PageAsk::first(COUNTED_MAX);
    let mut waiting = Vec::new();
    let mut add = |key, href, count: Result<usize>| match count {
        Ok(0) => Ok(()),
        Ok(count) => {
            waiting.push(Waiting { key, href, count });
            Ok(())
        }
        Err(why) if why.kind() == kernel::Kind::Forbidden => Ok(()),
        Err(why) => Err(why),
    };
    if !matches!(actor.who, Who::Person(_)) {
        add("waiting-approvals", "/approvals", approval::waiting_for(tx, actor, &all).map(|p| p.items.len()))?;
    }
    if who.is_staff() && who.holds(P::GuardDecide) {
        add("waiting-held", "/guard", payments::queue(tx, actor, payments::State::Held, &all).map(|p| p.items.len()))?;
    }
    if who.is_staff() && who.holds(P::CallBackTake) {
        add("waiting-calls", "/call-backs", lobby::call_back::waiting(tx, actor, COUNTED_MAX as usize))?;
    }
    if who.is_staff() && who.holds(P::ClearingOperate) {
        let unknown = payments::clearing::list(tx, actor, payments::clearing::State::Unknown, &all);
        add("waiting-clearing", "/clearing", unknown.map(|p| p.items.len()))?;
    }
    if who.is_staff() && who.holds(P::OutboxOperate) {
        add("waiting-parked", "/outbox", app::relay::parked(tx, actor).map(|p| p.len()))?;
    }
    if who.is_staff() && who.holds(P::DayClose) {
        add("waiting-day", "/day", app::blockers(tx).map(|b| b.len()))?;
    }
    Ok(waiting)
}

fn waiting(who: &Signed, waiting: &[Waiting]) -> Markup {
    let words = who.words();
    let rows = waiting.iter().map(|w| {
        let count = if w.count >= COUNTED_MAX as usize { format!("{COUNTED_MAX}+") } else { w.count.to_string() };
        [html! { a href=(w.href) { (who.t(w.key)) } }, html! { (count) }]
    });
    let table = Table::new(who.t("home-waiting")).text(who.t("home-queue")).figures(who.t("home-count")).rows(rows);
    html! {
        @if !waiting.is_empty() { h2 { (who.t("home-waiting")) } (table.caption_hidden().show(words)) }
        @if waiting.len() > 1 { (queue_chart(who, waiting)) }
        @if waiting.is_empty() && who.is_staff() { p { (status(Tone::Good, &who.t("home-nothing-waits"), "", "")) } }
    }
}

/// How many payments the branch took on each of the last days.
fn fortnight(who: &Signed, days: &[(Date, u32)]) -> Markup {
    let words = who.words();
    let point = |(date, n): &(Date, u32)| {
        Point::new(words.date(*date), i64::from(*n), words.t_with("spark-payments", &[("n", (*n).into())]))
    };
    let points: Vec<Point<'_>> = days.iter().map(point).collect();
    let Some((best, most)) = days.iter().max_by_key(|(_, n)| *n) else { return html! {} };
    let about = words.t_with("payments-days-about", &[("date", words.date(*best).into()), ("n", (*most).into())]);
    let named = Titled::new("payments-days", who.t("payments-days"), about);
    spark(words, &named, &points, (&who.t("payments-day"), &who.t("home-count")))
}

/// The queues beside each other.
fn queue_chart(who: &Signed, waiting: &[Waiting]) -> Markup {
    let points: Vec<Point<'_>> =
        waiting.iter().map(|w| Point::new(who.t(w.key), w.count as i64, w.count.to_string())).collect();
    let most = waiting.iter().max_by_key(|w| w.count).map(|w| who.t(w.key)).unwrap_or_default();
    let about = who.words().t_with("home-chart-about", &[("queue", most.into_owned().into())]);
    let chart = Chart {
        id: "queues",
        title: who.t("home-waiting"),
        about: about.into(),
        shape: Shape::Rows,
        points: &points,
        heads: (who.t("home-queue"), who.t("home-count")),
    };
    chart.show(who.words())
}

fn accounts(who: &Signed, accounts: &[ledger::View]) -> Markup {
    let words = who.words();
    let rows = accounts.iter().map(|v| {
        let number = kernel::chinese::mask_card(&v.account.number);
        let link = html! { a href={ "/accounts/" (v.account.id) } { (v.account.name) } " " (masked(words, "", &number, None)) };
        [link, amount(words, v.available()), amount(words, v.held())]
    });
    let table = Table::new(who.t("home-accounts"))
        .text(who.t("home-account"))
        .figures(who.t("home-available"))
        .figures(who.t("home-held"));
    let table = table.caption_hidden().rows(rows).show(words);
    html! {
        @if let [only] = accounts { (balance(words, &who.t("home-available"), only.available())) }
        h2 { (who.t("home-accounts")) }
        (table)
    }
}

fn projects(who: &Signed, projects: &[payroll::ProjectView]) -> Markup {
    let words = who.words();
    let rows = projects.iter().map(|p| {
        let link =
            html! { a href={ "/wages/projects/" (p.project) } { (p.name) } @if !p.tag.is_empty() { " " (p.tag) } };
        [link, html! { (p.workers) }, amount(words, p.balance), day(words, p.next_pay_day)]
    });
    let table = Table::new(who.t("home-projects")).text(who.t("home-project")).figures(who.t("home-workers"));
    let table =
        table.figures(who.t("home-balance")).text(who.t("home-pay-day")).caption_hidden().rows(rows).show(words);
    html! { h2 { (who.t("home-projects")) } (table) }
}

fn slip_table(who: &Signed, found: &[payroll::SlipLine]) -> Markup {
    let words = who.words();
    let rows = found.iter().map(|s| {
        let link = html! { a href={ "/slips/" (s.line) } { (slips::name(who, s.period, s.kind, s.number)) } };
        [link, html! { div { (s.employer) br; span.hint { (s.project_name) } } }, amount(words, s.net)]
    });
    let table = Table::new(who.t("home-slips"))
        .text(who.t("home-slip"))
        .text(who.t("home-employer"))
        .figures(who.t("home-net"));
    html! { h2 { (who.t("home-slips")) } (table.caption_hidden().rows(rows).show(words)) }
}

fn tiles_for(who: &Signed, firms: usize) -> Markup {
    let all: [(bool, Icon, &str, &str); 7] = [
        (who.holds(P::PaymentSubmit) && !who.is_staff(), Icon::Transfer, "tile-pay", "/pay"),
        (matches!(who.session.who, Who::Person(_)), Icon::Account, "tile-cards", "/cards"),
        (matches!(who.session.who, Who::Person(_)), Icon::Bill, "tile-slips", "/slips"),
        (who.firm().is_some() && who.holds(P::WageSheetMake), Icon::Bill, "tile-wages", "/wages"),
        (firms > usize::from(who.firm().is_none()), Icon::Person, "tile-act-for", "/act-for"),
        (matches!(who.session.who, Who::Person(_)), Icon::Family, "tile-family", "/family"),
        (true, Icon::Help, "tile-devices", "/devices"),
    ];
    let items: Vec<Tile<'_>> = all
        .into_iter()
        .filter(|(shown, ..)| *shown)
        .map(|(_, icon, key, href)| Tile {
            icon,
            label: who.t(key),
            hint: Some(who.t(&format!("hint-{}", key))),
            href: href.into(),
        })
        .collect();
    tiles(&items)
}
