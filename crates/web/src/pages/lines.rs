//! One line of a statement: what it was, who stood at the other side, what there was afterwards, and its receipt.
use super::receipts::place;
use super::{Page as Sheet, page, say, statement};
use crate::gate::Signed;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::receipts::{After, became_of};
use app::statement::Told;
use axum::extract::{Path, State};
use kernel::id::InstructionId;
use kernel::{Error, Money};
use ledger::View;
use maud::{Markup, html};
use store::Audit;

pub async fn show(State(web): State<Web>, who: Signed, Path(path): Path<(String, String)>) -> Result<Shown, Fault> {
    let (account, id) = place(&path)?;
    let (actor, staff) = (who.actor.clone(), who.is_staff());
    let look = move |tx: &mut store::Tx<'_>| {
        let none = || Error::not_found("statement line", id);
        let (view, told) = app::statement::line(tx, &actor, account, id)?.ok_or_else(none)?;
        if staff {
            tx.audit(&actor, Audit::of("account.look", account).after(id.to_string()))?;
        }
        let after = became_of(tx, id)?;
        Ok((view, told, after))
    };
    let (view, told, after) = if staff { web.write(look).await? } else { web.read(look).await? };
    let w = who.words();
    let currency = view.account.currency;
    let main = html! {
        (balance(w, &who.t(if told.line.change > 0 { "line-in" } else { "line-out" }), Money::new(told.line.change.abs(), currency)))
        (super::receipts::became(&who, after))
        (summary_list(w, &rows(&who, &told)))
        (offers(&who, &view, &told, after))
    };
    let shown =
        Sheet::new(if who.view.mode.is_one_at_a_time() { statement::sentence(w, &told).into() } else { who.t("line") });
    let shown =
        statement::crumbs(&who, shown, &view).crumb(who.t("statement"), format!("/accounts/{account}/statement"));
    Ok(page(&who, shown, main))
}

fn rows<'a>(who: &Signed, t: &Told) -> Vec<Row<'a>> {
    let w = who.words();
    let e = &t.line.entry;
    let mut rows = vec![
        Row::new(who.t("statement-what"), html! { (say::told_or(w, "entry", &e.code)) }),
        Row::new(who.t("statement-other"), html! { (statement::other(who, t)) }),
    ];
    if !e.memo.is_empty() {
        rows.push(Row::new(who.t("payment-memo"), html! { (e.memo) }));
    }
    rows.push(Row::new(who.t("paper-posted"), moment(w, e.at)));
    if !who.view.mode.is_one_at_a_time() {
        rows.push(Row::new(who.t("business-date"), day(w, e.business_date)));
        rows.push(Row::new(who.t("paper-value-date"), day(w, e.value_date)));
    }
    rows.push(Row::new(who.t("statement-after"), amount(w, Money::new(t.line.after, e.currency))));
    if !who.view.mode.is_one_at_a_time() {
        rows.push(Row::new(who.t("paper-serial"), html! { code { (e.id) } }));
    }
    rows
}

fn offers(who: &Signed, view: &View, t: &Told, after: After) -> Markup {
    let order = t.line.entry.reference.parse::<InstructionId>().ok();
    let payer = t.line.change < 0;
    let receipt = format!("/accounts/{}/lines/{}/receipt", view.account.id, t.line.entry.id);
    html! {
        (form(&who.view, &receipt, actions(button(Button::Primary, &who.t("line-receipt"), None))))
        @if let Some(order) = order.filter(|_| payer) {
            (actions(link_button(Button::Secondary, &who.t("line-order"), &format!("/payments/{order}"))))
        }
        @if after == After::Stands && !who.is_staff() { p.hint { (who.t("line-receipt-hint")) } }
    }
}
