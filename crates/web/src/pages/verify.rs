//! The public page that says whether the bank issued a receipt. Nobody signs in; each address asks a limited number of times, and codes
//! that the bank never gave out are counted.
use super::{Page as Sheet, public_page, receipts, say};
use crate::gate::CameFrom;
use crate::http::limiter::{Allowance, address_key};
use crate::look::*;
use crate::papers;
use crate::state::Web;
use crate::view::View;
use crate::{Fault, Shown};
use app::receipts::Genuine;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use documents::{CODE_TYPO, Code, Facts, RECEIPT_UNKNOWN};
use kernel::{Actor, Error, Result};
use maud::{Markup, html};
use serde::Deserialize;

/// Codes checked from one address; somebody with a pile of receipts goes on at the second figure.
pub const CHECKS_BY_ADDRESS: Allowance = Allowance { name: "receipt checks by address", burst: 30, per_minute: 20 };

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct VerifyAsk {
    code: String,
}

/// The genuine document behind a code; asked for by page and by program in the same measure.
pub async fn genuine(web: &Web, came: &CameFrom, text: &str) -> Result<Genuine> {
    let code = Code::parse(text)?;
    let address = came.0.address.parse().map_or_else(|_| String::new(), address_key);
    web.inner().receipt_checks.take(&address, web.now())?;
    if let Some(found) = web.read(move |tx| app::receipts::verify(tx, &code)).await? {
        return Ok(found);
    }
    let origin = came.0.clone();
    let unknown = || Error::new(&RECEIPT_UNKNOWN, "the bank issued no receipt with this code");
    let counted = move |bank: &app::Bank| {
        let (address, correlation) = (origin.address, origin.correlation);
        let nobody = Actor { address, correlation, channel: origin.channel, ..Actor::nobody() };
        bank.denied(&nobody, "receipt.verify", "/verify", &unknown());
        Ok(())
    };
    web.run(counted).await?;
    Err(unknown())
}

pub async fn show(
    State(web): State<Web>,
    view: View,
    came: CameFrom,
    Query(ask): Query<VerifyAsk>,
) -> std::result::Result<Response, Fault> {
    let typed = ask.code.trim();
    if typed.is_empty() {
        return Ok(asked(&view, "", &FieldErrors::new(), html! {}).into_response());
    }
    match genuine(&web, &came, typed).await {
        Ok(found) => Ok(asked(&view, typed, &FieldErrors::new(), told(&view, &found)).into_response()),
        Err(why) if why.is(&CODE_TYPO) => {
            let mut errors = FieldErrors::new();
            errors.add("code", view.t("verify-typo"));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, asked(&view, typed, &errors, html! {})).into_response())
        }
        Err(why) if why.is(&RECEIPT_UNKNOWN) => {
            let none = notice(Tone::Danger, &view.t("verify-unknown"), html! { p { (view.t("verify-unknown-next")) } });
            Ok((StatusCode::NOT_FOUND, asked(&view, typed, &FieldErrors::new(), none)).into_response())
        }
        Err(why) => Err(why.into()),
    }
}

fn asked(view: &View, typed: &str, errors: &FieldErrors, answer: Markup) -> Shown {
    let w = view.words;
    let shown: String = typed.chars().take(64).collect();
    let field = Field::new("code", view.t("verify-code")).hint(view.t("verify-code-hint")).value(shown).errors(errors);
    let main = html! {
        (error_summary(w, errors))
        div aria-live="polite" { (answer) }
        form.form method="get" action="/verify" {
            (text(w, &field.width(Width::Twenty).autocomplete("off")))
            (actions(button(Button::Primary, &view.t("verify-ask"), None)))
        }
        p.hint { (view.t("verify-says")) }
    };
    public_page(
        view,
        Sheet::new(view.t("receipt-check")).lead(view.t("receipt-check-lead")).wrong(!errors.is_empty()),
        main,
    )
}

/// Masked sides, amount, day, and whether the money went back: no more.
fn told(view: &View, found: &Genuine) -> Markup {
    let w = view.words;
    let rows: Vec<Row<'_>> = match &found.facts {
        Facts::Movement(m) => vec![
            Row::new(view.t("paper-payer"), html! { (papers::side(view.bank(), &m.payer)) }),
            Row::new(view.t("paper-payee"), html! { (papers::side(view.bank(), &m.payee)) }),
            Row::new(view.t("amount"), html! { strong { (amount(w, m.amount)) } }),
            Row::new(view.t("paper-day"), day(w, m.posted_at.local_date())),
        ],
        Facts::Covered(c) => vec![
            Row::new(view.t("account"), html! { (papers::side(view.bank(), &c.holder)) }),
            Row::new(
                view.t("statement-days"),
                html! { (w.t_with("statement-days-told", &[("from", w.date(c.from).into()), ("to", w.date(c.to).into())])) },
            ),
            Row::new(view.t("statement-closing"), html! { strong { (amount(w, c.closing)) } }),
        ],
    };
    let what = say::told(w, "document-kind", found.kind.code());
    html! {
        (notice(Tone::Good, &w.t_with("verify-genuine", &[("what", what.into_owned().into())]), html! { p { (view.t("verify-compare")) } }))
        (receipts::became_told(w, found.after))
        (summary_list(w, &rows))
    }
}
