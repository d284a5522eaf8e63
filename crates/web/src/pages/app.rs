//! The site on somebody's own phone: how it is installed, what it keeps there when he wants it to, and the page for when there is
//! no network. What the device keeps is written by the script; the bank sends it the balance for that, and nothing else.
use super::{Page, page, public_page};
use crate::gate::Signed;
use crate::http::fault::no_such_page;
use crate::look::*;
use crate::state::Web;
use crate::view::View;
use crate::{Fault, Shown};
use axum::Json;
use axum::extract::State;
use kernel::Owner;
use maud::html;
use serde_json::{Value, json};

pub async fn show(who: Signed) -> Shown {
    let main = html! {
        p { (who.t("app-install")) }
        h2 { (who.t("app-balance")) }
        p { (who.t("app-balance-text")) }
        noscript { p.hint { (who.t("app-needs-script")) } }
        div data-keep-balance hidden {
            (actions(html! {
                button.button type="button" value="on" hidden { (who.t("app-balance-on")) }
                button.button.button-secondary type="button" value="off" hidden { (who.t("app-balance-off")) }
            }))
        }
        h2 { (who.t("app-waiting")) }
        p { (who.t("app-waiting-text")) }
    };
    page(&who, Page::new(who.t("app")).lead(who.t("app-lead")), main)
}

/// What the device may keep: names of accounts without numbers, what is there, and when that was.
pub async fn balance(State(web): State<Web>, who: Signed) -> Result<Json<Value>, Fault> {
    let person = who.person().ok_or_else(no_such_page)?;
    let words = who.words();
    let found = web.read(move |tx| {
        let all = ledger::of_owner(tx, Owner::Person(person))?;
        let open = all.into_iter().filter(|a| a.closed_at.is_none() && !a.purpose.is_wealth());
        open.map(|a| ledger::view(tx, a.id)).collect::<kernel::Result<Vec<_>>>()
    });
    let line = |v: &ledger::View| json!({ "name": v.account.name, "amount": words.money(v.available()) });
    let lines: Vec<Value> = found.await?.iter().map(line).collect();
    Ok(Json(json!({ "lines": lines, "at": words.moment(web.now()) })))
}

/// No network: the same page for everybody, kept by the worker.
pub async fn offline(view: View) -> Shown {
    let main = html! {
        p { (view.t("offline-money")) }
        div data-offline {
            div data-kept hidden {
                h2 { (view.t("offline-balance")) }
                p { (view.t("offline-as-of")) " " strong data-as-of {} }
                ul.offline-list data-balances {}
                p.hint { (view.t("offline-balance-note")) }
            }
            p.hint data-none hidden { (view.t("offline-none")) }
            div data-waiting hidden {
                h2 { (view.t("offline-waiting")) }
                ul.offline-list data-queue-list {}
            }
        }
        (actions(link_button(Button::Primary, &view.t("offline-again"), "/home")))
    };
    public_page(&view, Page::new(view.t("offline")).lead(view.t("offline-lead")), main)
}
