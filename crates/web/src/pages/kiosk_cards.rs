//! One's cards at a machine: stopped, reported lost, replaced with the same number from the branch's blank cards, activated. One question a
//! page; whoever stands here has shown his document and his face, and for a new card shows his face once more.
use super::kiosk_cash::{Only, sorry};
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use cards::{Card, InPerson, Kind, Plastic, PlasticState};
use kernel::id::CardId;
use kernel::{Actor, Result};
use maud::html;
use serde::Deserialize;
use store::Tx;

/// What can be done to a card here; `code` is its address, its texts and its word in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Freeze,
    Thaw,
    Lose,
    Replace,
    Activate,
}

impl Deed {
    fn code(self) -> &'static str {
        match self {
            Deed::Freeze => "freeze",
            Deed::Thaw => "thaw",
            Deed::Lose => "loss",
            Deed::Replace => "replacement",
            Deed::Activate => "activation",
        }
    }

    /// What is offered for a card, the likeliest first.
    fn offered(state: cards::State) -> &'static [Deed] {
        use cards::State::*;
        match state {
            Produced => &[Deed::Activate, Deed::Lose],
            Active => &[Deed::Lose, Deed::Freeze, Deed::Replace],
            Frozen => &[Deed::Thaw, Deed::Lose],
            Lost => &[Deed::Replace],
            Approved => &[Deed::Lose],
            Applied | Declined | Closed => &[],
        }
    }

    fn does(self, tx: &mut Tx<'_>, actor: &Actor, c: &Card, sequence: i64) -> Result<Card> {
        let here = InPerson::default();
        match self {
            Deed::Freeze => cards::freeze(tx, actor, c.id, "stopped by its holder at a machine"),
            Deed::Thaw => cards::thaw(tx, actor, c.id, &here),
            Deed::Lose => cards::lose(tx, actor, c.id, "reported by its holder at a machine"),
            Deed::Activate => cards::activate(tx, actor, c.id, sequence, &here),
            Deed::Replace => {
                party::need_step_up(actor)?;
                let made = cards::replace(tx, actor, c.id, true, &here, "made anew at a machine")?;
                super::card_deeds::follows(made, sequence)
            }
        }
    }
}

/// A card with its plastics, for whoever holds it.
async fn load(web: &Web, who: &Signed, id: CardId) -> Result<(Card, Vec<Plastic>), Fault> {
    who.view.at_kiosk()?;
    let actor = who.actor.clone();
    Ok(web.read(move |tx| Ok((cards::card(tx, &actor, id)?, cards::plastics(tx, &actor, id)?))).await?)
}

/// The last four of a number.
fn tail(c: &Card) -> String {
    let digits: Vec<char> = c.masked.chars().collect();
    digits.iter().rev().take(4).rev().collect()
}

fn name(who: &Signed, c: &Card) -> String {
    let kind = say::told(who.words(), "kiosk-cards-kind", c.kind.code());
    match c.masked.is_empty() {
        true => kind.into_owned(),
        false => who.words().t_with("kiosk-cards-name", &[("kind", kind.into()), ("tail", tail(c).into())]),
    }
}

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Response, Fault> {
    who.view.at_kiosk()?;
    let (actor, person) = (who.actor.clone(), who.person());
    let all = web.read(move |tx| match person {
        Some(person) => cards::cards_of(tx, &actor, person),
        None => Ok(Vec::new()),
    });
    let all: Vec<Card> = all.await?.into_iter().filter(Card::is_open).collect();
    if all.is_empty() {
        return Ok(sorry(&who, "kiosk-cards-none"));
    }
    let main = html! {
        ul.pay-payees {
            @for c in &all {
                li { a.button.button-secondary.pay-payee href={ "/kiosk/cards/" (c.id) } {
                    span.pay-payee-name { (name(&who, c)) }
                    span.pay-payee-number { (say::told(who.words(), "kiosk-cards-state", c.state.code())) }
                } }
            }
        }
    };
    Ok(page(&who, Sheet::new(who.t("kiosk-cards-which")), main).into_response())
}

/// What was done a moment ago.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Done {
    done: String,
}

pub async fn show(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CardId>,
    Query(done): Query<Done>,
) -> Result<Shown, Fault> {
    let (c, plastics) = load(&web, &who, id).await?;
    let done = ["freeze", "thaw", "loss", "replacement", "activation"].into_iter().find(|d| *d == done.done);
    Ok(card_page(&who, &c, &plastics, done))
}

fn card_page(who: &Signed, c: &Card, plastics: &[Plastic], done: Option<&str>) -> Shown {
    let w = who.words();
    let state = say::told(w, "kiosk-cards-state", c.state.code());
    let mut rows = vec![Row::new(who.t("kiosk-cards-number"), html! { strong { (c.masked) } })];
    if c.sequence > 0 {
        rows.push(Row::new(
            who.t("kiosk-cards-sequence"),
            html! { strong data-sequence=(c.sequence) { (c.sequence) } },
        ));
    }
    rows.push(Row::new(who.t("kiosk-cards-now"), html! { strong data-state=(c.state.code()) { (state) } }));
    let dead: Vec<_> = plastics.iter().filter(|p| p.state == PlasticState::Dead).map(|p| p.sequence).collect();
    let label = |deed: &Deed| who.t(&format!("kiosk-cards-{}", deed.code()));
    let kind = |n: usize| if n == 0 { Button::Primary } else { Button::Secondary };
    let main = html! {
        @if let Some(done) = done { (notice(Tone::Good, &who.t(&format!("kiosk-cards-done-{done}")), html! { p { (who.t(&format!("kiosk-cards-next-{done}"))) } })) }
        (summary_list(w, &rows))
        @for n in &dead { p.kiosk-large data-dead=(n) { (w.t_with("kiosk-cards-dead", &[("sequence", (*n).into())])) } }
        (actions(html! {
            @for (n, deed) in Deed::offered(c.state).iter().enumerate() {
                (link_button(kind(n), &label(deed), &format!("/kiosk/cards/{}/{}", c.id, deed.code())))
            }
            @if c.kind == Kind::Credit && c.account.is_some() { (link_button(Button::Secondary, &who.t("kiosk-repay"), "/kiosk/repayment")) }
            (link_button(Button::Secondary, &who.t("kiosk-home"), "/home"))
        }))
    };
    page(who, Sheet::new(name(who, c)), main)
}

/// The question before a deed.
fn question(who: &Signed, c: &Card, plastics: &[Plastic], deed: Deed, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let code = deed.code();
    let made_here = plastics.iter().any(|p| p.sequence == c.sequence && p.stock.is_some());
    let field = Field::new("sequence", who.t("kiosk-cards-sequence-ask")).hint(who.t("kiosk-cards-sequence-hint"));
    let body = html! {
        @if deed == Deed::Activate {
            @if made_here { input type="hidden" name="sequence" value=(c.sequence); }
            @else { (number(w, &field.errors(errors).width(Width::Six).autocomplete("off"))) }
        }
        @if deed == Deed::Replace { input type="hidden" name="sequence" value=(c.sequence); }
        (actions(html! {
            (button(if deed == Deed::Lose { Button::Danger } else { Button::Primary }, &who.t(&format!("kiosk-cards-{code}-do")), None))
            (link_button(Button::Secondary, &who.t("back-without"), &format!("/kiosk/cards/{}", c.id)))
        }))
    };
    let text =
        w.t_with(&format!("kiosk-cards-{code}-text"), &[("tail", tail(c).into()), ("next", (c.sequence + 1).into())]);
    let main = html! {
        (error_summary(w, errors))
        p.kiosk-large { (text) }
        (form(&who.view, &format!("/kiosk/cards/{}/{code}", c.id), body))
    };
    page(who, Sheet::new(who.t(&format!("kiosk-cards-{code}"))).lead(name(who, c)).wrong(!errors.is_empty()), main)
}

async fn asked(web: &Web, who: &Signed, id: CardId, deed: Deed) -> Result<Response, Fault> {
    let (c, plastics) = load(web, who, id).await?;
    if !Deed::offered(c.state).contains(&deed) {
        return Ok(see_other(&format!("/kiosk/cards/{id}")));
    }
    if deed == Deed::Replace {
        who.need_step_up()?;
    }
    Ok(question(who, &c, &plastics, deed, &FieldErrors::new()).into_response())
}

async fn done(web: &Web, who: &Signed, id: CardId, deed: Deed, sequence: &str) -> Result<Response, Fault> {
    let (c, plastics) = load(web, who, id).await?;
    let mut errors = FieldErrors::new();
    let given = kernel::chinese::half_width(sequence).trim().parse::<i64>();
    let sequence = match (deed, given) {
        (Deed::Activate, Err(_)) => {
            errors.add("sequence", who.t("kiosk-cards-sequence-wrong"));
            return Ok(refused(question(who, &c, &plastics, deed, &errors)));
        }
        (_, given) => given.unwrap_or(0),
    };
    let (actor, card) = (who.actor.clone(), c.clone());
    match web.write(move |tx| deed.does(tx, &actor, &card, sequence)).await {
        Ok(_) => Ok(see_other(&format!("/kiosk/cards/{id}?done={}", deed.code()))),
        Err(why) if why.is(&cards::PLASTIC_DIFFERS) && deed == Deed::Replace => {
            Ok(see_other(&format!("/kiosk/cards/{id}?done={}", deed.code())))
        }
        Err(why) if why.is(&cards::PLASTIC_DIFFERS) => {
            errors.add("sequence", who.t("kiosk-cards-sequence-wrong"));
            Ok(refused(question(who, &c, &plastics, deed, &errors)))
        }
        Err(why) if why.is(&cards::STOCK_EMPTY) => Ok(sorry(who, "kiosk-cards-no-blank")),
        Err(why) if why.is(&cards::CARD_STATE) => Ok(see_other(&format!("/kiosk/cards/{id}"))),
        Err(why) => Err(why.into()),
    }
}

macro_rules! deeds {
    ($($ask:ident $act:ident $deed:ident;)*) => {$(
        pub async fn $ask(State(web): State<Web>, who: Signed, At(id): At<CardId>) -> Result<Response, Fault> {
            asked(&web, &who, id, Deed::$deed).await
        }
        pub async fn $act(State(web): State<Web>, who: Signed, At(id): At<CardId>, _: Checked<Only>) -> Result<Response, Fault> {
            done(&web, &who, id, Deed::$deed, "").await
        }
    )*};
}

deeds! {
    freezing freeze Freeze;
    thawing thaw Thaw;
    losing lose Lose;
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlasticForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    /// Of the plastic that is meant.
    sequence: String,
}

pub async fn replacing(State(web): State<Web>, who: Signed, At(id): At<CardId>) -> Result<Response, Fault> {
    asked(&web, &who, id, Deed::Replace).await
}

pub async fn replace(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CardId>,
    Checked(f): Checked<PlasticForm>,
) -> Result<Response, Fault> {
    done(&web, &who, id, Deed::Replace, &f.sequence).await
}

pub async fn activating(State(web): State<Web>, who: Signed, At(id): At<CardId>) -> Result<Response, Fault> {
    asked(&web, &who, id, Deed::Activate).await
}

pub async fn activate(
    State(web): State<Web>,
    who: Signed,
    At(id): At<CardId>,
    Checked(f): Checked<PlasticForm>,
) -> Result<Response, Fault> {
    done(&web, &who, id, Deed::Activate, &f.sequence).await
}
