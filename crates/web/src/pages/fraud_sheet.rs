//! A case on paper, for the police: whose it is, what was found, what was done and said, in order. That it was printed is in the audit.
use super::fraud_cases::{Whole, whole};
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::http::read::At;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use cases::{About, Alert, Said};
use kernel::id::FraudCaseId;
use kernel::{Error, Owner};
use maud::{Markup, html};
use store::Audit;

/// Work on a suspicion leaves the bank by its own way alone (反洗钱法 35).
pub async fn show(State(web): State<Web>, who: Signed, At(id): At<FraudCaseId>) -> Result<Shown, Fault> {
    let (actor, lang) = (who.actor.clone(), who.words().lang);
    let found = web.write(move |tx| {
        let all = whole(tx, (&actor, lang), id)?;
        if all.seen.case.about == About::Suspicion {
            return Err(Error::not_found("sheet", id));
        }
        let document = match all.seen.case.subject {
            Owner::Person(p) => party::person_view(tx, &actor, p).map(|p| p.identity).unwrap_or_default(),
            _ => String::new(),
        };
        tx.audit(&actor, Audit::of("case.sheet", id))?;
        Ok((all, document))
    });
    let (all, document) = found.await?;
    let main = html! {
        (paper(&who, &all, &document, web.now()))
        (actions(html! {
            (print_button(who.words()))
            (link_button(Button::Secondary, &who.t("fcases"), &format!("/cases/{id}")))
        }))
    };
    let sheet = Sheet::new(who.t("fcase-sheet")).crumb(who.t("fcases"), format!("/cases/{id}"));
    Ok(page(&who, sheet, main))
}

fn paper(who: &Signed, all: &Whole, document: &str, now: kernel::Timestamp) -> Markup {
    let (w, c) = (who.words(), &all.seen.case);
    let rows = [
        Row::new(who.t("fcase-sheet-number"), html! { (c.id) }),
        Row::new(who.t("fcase-customer"), html! { strong { (all.seen.customer) } " " (document) " " (all.phone) }),
        Row::new(who.t("fcase-what"), html! { (say::told(w, "fcase-typology", &c.typology)) }),
        Row::new(who.t("fcase-about"), html! { (say::told(w, "fcase-about", c.about.code())) }),
        Row::new(who.t("fcase-branch"), html! { (all.branch) }),
        Row::new(
            who.t("fcase-state"),
            html! { (say::told(w, "fcase-state", c.state.code())) @if let Some(o) = c.outcome { " · " (say::told(w, "fcase-outcome", o.code())) } },
        ),
        Row::new(who.t("fcase-sheet-printed"), html! { (moment(w, now)) " · " (who.session.name) }),
    ];
    html! {
        div.slip {
            p { strong { (who.view.bank()) } }
            (summary_list(w, &rows))
            (alerts(who, &all.alerts))
            (steps(who, &all.steps))
            p { (who.t("fcase-sheet-seal")) " ________________" }
        }
    }
}

fn alerts(who: &Signed, all: &[Alert]) -> Markup {
    let w = who.words();
    let row = |a: &Alert| {
        [
            moment(w, a.at),
            html! { (say::told(w, "fcase-source", a.source.code())) },
            html! { @if a.amount > 0 { (amount(w, a.money())) } @else { (who.t("fcase-sheet-none")) } },
            html! { @if a.payee.is_empty() { (who.t("fcase-sheet-none")) } @else { (a.payee) } },
        ]
    };
    let table = Table::new(who.t("fcase-alerts"))
        .text(who.t("fcase-when"))
        .text(who.t("fcase-source"))
        .figures(who.t("fcase-at-stake"))
        .text(who.t("fcase-payee"))
        .rows(all.iter().map(row));
    table.show(w)
}

fn steps(who: &Signed, all: &[(Said, String)]) -> Markup {
    let w = who.words();
    let row = |(s, name): &(Said, String)| {
        [
            moment(w, s.at),
            html! { (say::named(w, name)) },
            html! { div {
                strong { (say::told(w, "fcase-step", s.kind.code())) }
                @if s.file { " · " (s.shown) }
                @for text in [&s.words.note, &s.words.asked, &s.words.answered] { @if !text.is_empty() { p { (text) } } }
            } },
        ]
    };
    let table = Table::new(who.t("fcase-timeline"))
        .text(who.t("fcase-when"))
        .text(who.t("fcase-who"))
        .text(who.t("fcase-did"))
        .rows(all.iter().map(row));
    table.show(w)
}
