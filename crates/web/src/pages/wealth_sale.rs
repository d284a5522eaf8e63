//! A sale at the counter: what the customer may have, the recording from its beginning to its end, then the order.
use super::wealth::{level_said, risk_said, said, warning};
use super::{Page as Sheet, once_field, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::{Asked, Web};
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::id::{AccountId, PersonId, RecordingId};
use kernel::{Error, Owner};
use maud::html;
use serde::Deserialize;
use wealth::{Assessment, Product, Recording};

/// `?at=` an account of the customer.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct SaleAsk {
    at: String,
}

/// What is written into the forms of a sale.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SaleForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    once: String,
    at: String,
    product: String,
}

/// The customer, his level, and what is sold today.
struct Sale {
    at: AccountId,
    person: PersonId,
    name: String,
    level: Option<Assessment>,
    shelf: Vec<Product>,
}

async fn load(web: &Web, who: &Signed, at: &str) -> Result<Sale, Fault> {
    let (actor, at) = (who.actor.clone(), at.parse::<AccountId>().map_err(|_| Error::not_found("account", at))?);
    let found = web.read(move |tx| {
        let owner = ledger::view(tx, at).map_err(|_| Error::not_found("account", at))?.account.owner;
        let Owner::Person(person) = owner else {
            return Err(Error::new(&wealth::PERSONS_ONLY, "the account is not a person's"));
        };
        payments::may_see(tx, &actor, owner).map_err(|_| Error::not_found("account", at))?;
        payments::hands_off(tx, &actor, &[owner])?;
        let level = wealth::assessment_of(tx, &actor, person)?;
        let today = tx.business_date()?;
        let shelf = wealth::shelf(tx)?.on_sale(today).into_iter().cloned().collect();
        Ok(Sale { at, person, name: party::person(tx, person)?.name_masked, level, shelf })
    });
    Ok(found.await?)
}

pub async fn show(State(web): State<Web>, who: Signed, Query(ask): Query<SaleAsk>) -> Result<Shown, Fault> {
    let sale = load(&web, &who, &ask.at).await?;
    Ok(sale_page(&who, &sale, "", &FieldErrors::new()))
}

fn sale_page(who: &Signed, sale: &Sale, product: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let fits: Vec<&Product> =
        sale.shelf.iter().filter(|p| sale.level.as_ref().is_some_and(|a| a.level.bears(p.risk))).collect();
    let choice =
        |p: &&Product| Choice::new(p.code.clone(), said(w, &p.terms().name).to_owned()).hint(risk_said(w, p.risk));
    let choices: Vec<Choice<'_>> = fits.iter().map(choice).collect();
    let field = Field::new("product", who.t("wealth-sale-which")).value(product).errors(errors);
    let level = sale.level.as_ref().map_or(w.t("wealth-level-none").into_owned(), |a| level_said(w, a.level));
    let rows = [
        Row::new(who.t("wealth-customer"), html! { span.masked-text { (sale.name) } }),
        Row::new(who.t("wealth-level"), html! { (level) }),
    ];
    let main = html! {
        (error_summary(w, errors))
        (warning(w))
        (summary_list(w, &rows))
        @if fits.is_empty() { (notice(Tone::Info, &who.t("wealth-sale-none"), html! { p { (who.t("wealth-sale-none-more")) } })) }
        @else {
            (form(&who.view, "/wealth/sale", html! {
                (once_field())
                input type="hidden" name="at" value=(sale.at);
                (radios(w, &field, &choices))
                (actions(button(Button::Primary, &who.t("wealth-record"), None)))
            }))
        }
    };
    let shown =
        Sheet::new(who.t("wealth-sell")).lead(who.t("wealth-sell-lead")).crumb(who.t("customers"), "/customers");
    page(who, shown.wrong(!errors.is_empty()), main)
}

/// The recording is written down, then the device begins.
pub async fn begin(State(web): State<Web>, who: Signed, Checked(f): Checked<SaleForm>) -> Result<Response, Fault> {
    let sale = load(&web, &who, &f.at).await?;
    if !sale.shelf.iter().any(|p| p.code == f.product) {
        let mut errors = FieldErrors::new();
        errors.add("product", who.t("choice-missing"));
        return Ok(refused(sale_page(&who, &sale, &f.product, &errors)));
    }
    let asked = Asked::new(&who.actor, &f.once, "wealth.recording.page", &(sale.person, &f.product))?;
    let (actor, person, product) = (who.actor.clone(), sale.person, f.product.clone());
    let id =
        web.write_once(&asked, move |tx| wealth::recording_begin(tx, &actor, person, &product).map(|r| r.id)).await?;
    start(&web, &who.actor, id).await?;
    Ok(see_other(&format!("/wealth/recordings/{id}?at={}", sale.at)).into_response())
}

/// The device begins, once: a request sent again does not write over what was recorded.
pub(crate) async fn start(web: &Web, actor: &kernel::Actor, id: RecordingId) -> kernel::Result<()> {
    let seller = actor.clone();
    let open = web.read(move |tx| Ok(wealth::recording(tx, &seller, id)?.ended_at.is_none())).await?;
    if open { web.run(move |bank| bank.recorder.begin(id)).await } else { Ok(()) }
}

/// The device ends; only for whoever may see the recording.
pub(crate) async fn stop(web: &Web, actor: &kernel::Actor, id: RecordingId) -> kernel::Result<wealth::Take> {
    let seller = actor.clone();
    web.read(move |tx| wealth::recording(tx, &seller, id).map(|_| ())).await?;
    web.run(move |bank| bank.recorder.end(id)).await
}

/// A recording that is on: what is said aloud, and the button that ends it.
pub async fn recording(
    State(web): State<Web>,
    who: Signed,
    At(id): At<RecordingId>,
    Query(ask): Query<SaleAsk>,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (r, p): (Recording, Product) = web
        .read(move |tx| {
            let r = wealth::recording(tx, &actor, id)?;
            let p = wealth::shelf(tx)?.product(&r.product, tx.business_date()?)?.clone();
            Ok((r, p))
        })
        .await?;
    let (w, t) = (who.words(), p.terms());
    let rows = [
        Row::new(who.t("wealth-product"), html! { (said(w, &t.name)) }),
        Row::new(who.t("wealth-issuer"), html! { (said(w, &t.issuer)) }),
        Row::new(who.t("wealth-product-risk"), html! { (risk_said(w, p.risk)) }),
        Row::new(who.t("wealth-recording-since"), moment(w, r.began_at)),
    ];
    let order = format!("/wealth/products/{}/order?at={}&recording={id}", p.code, crate::gate::encode(&ask.at));
    let main = html! {
        (notice(Tone::Warn, &who.t("wealth-recording-on"), html! { p { (who.t("wealth-recording-say")) } }))
        (summary_list(w, &rows))
        ul {
            li { (who.t("wealth-may-lose")) }
            li { (who.t("wealth-say-issuer")) }
            li { (who.t("wealth-say-understood")) }
        }
        @match r.ended_at {
            None => (form(&who.view, &format!("/wealth/recordings/{id}/end"), html! {
                input type="hidden" name="at" value=(ask.at);
                (actions(button(Button::Primary, &who.t("wealth-record-end"), None)))
            })),
            Some(_) => (actions(link_button(Button::Primary, &who.t("wealth-buy"), &order))),
        }
    };
    let shown = Sheet::new(who.t("wealth-recording")).crumb(who.t("customers"), "/customers");
    Ok(page(&who, shown, main))
}

/// The device ends, then what it kept is written down.
pub async fn end(
    State(web): State<Web>,
    who: Signed,
    At(id): At<RecordingId>,
    Checked(f): Checked<SaleForm>,
) -> Result<Response, Fault> {
    let take = stop(&web, &who.actor, id).await?;
    let actor = who.actor.clone();
    let r = web.write(move |tx| wealth::recording_end(tx, &actor, id, take)).await?;
    let to = format!("/wealth/products/{}/order?at={}&recording={id}", r.product, crate::gate::encode(&f.at));
    Ok(see_other(&to).into_response())
}
