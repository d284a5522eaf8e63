//! The book of payees: whom one pays, found, added, called otherwise, removed.
use super::confirm::{Confirm, Given};
use super::desk::{fault, order};
use super::pay::owner;
use super::{Page as Sheet, next_href, page, refused};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::desk::{Act, PayeeAdd, PayeeRename};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use kernel::id::{InstructionId, PayeeId};
use kernel::{Error, Owner, PageAsk};
use maud::{Markup, html};
use payments::{NICKNAME_CHARS_MAX, PayeeNew, PayeeView};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct ListAsk {
    #[serde(default)]
    text: String,
    after: Option<String>,
}

pub(super) fn book(who: &Signed) -> Result<Owner, Fault> {
    owner(who).ok_or_else(|| Fault(Error::forbidden("only customers and firms have a payee book")))
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<ListAsk>) -> Result<Shown, Fault> {
    let (w, owner, actor) = (who.words(), book(&who)?, who.actor.clone());
    let (text, first) = (ask.text.clone(), ask.after.is_none());
    let cursor = PageAsk { limit: None, after: ask.after };
    let found = web.read(move |tx| payments::payees(tx, &actor, owner, &text, &cursor)).await?;
    let field = Field::new("text", who.t("payees-search")).value(ask.text.clone()).optional();
    let main = html! {
        (actions(link_button(Button::Primary, &who.t("payee-add"), "/payees/new")))
        (filter_bar(w, "/payees", text_field(&who, &field)))
        (table(&who, &found.items, !ask.text.is_empty()))
        (pager(w, (!first).then_some("/payees"), next_href(&who.view, &found.next).as_deref()))
    };
    Ok(page(&who, Sheet::new(who.t("payees")).lead(who.t("payees-lead")), main))
}

fn text_field(who: &Signed, field: &Field<'_>) -> Markup {
    text(who.words(), field)
}

fn table(who: &Signed, payees: &[PayeeView], searched: bool) -> Markup {
    let w = who.words();
    let row = |p: &PayeeView| {
        let at = |rest: &str| format!("/payees/{}/{rest}", p.id);
        [
            html! { div { strong { (p.called()) } br; span.masked-text { (p.masked) } } },
            html! { @match (p.last_paid_at, p.last_amount) {
                (Some(when), Some(sum)) => { div { (amount(w, sum)) br; span.hint { (moment(w, when)) } } },
                _ => (status(Tone::Warn, &who.t("payee-never-paid"), "", "")),
            } },
            html! { (p.times_paid) },
            actions(html! {
                (link_button(Button::Primary, &who.t("payee-pay"), &format!("/pay?to={}", p.id)))
                (link_button(Button::Secondary, &who.t("payee-rename"), &at("nickname")))
                (link_button(Button::Secondary, &who.t("payee-remove"), &at("removal")))
            }),
        ]
    };
    Table::new(who.t("payees"))
        .text(who.t("payment-payee"))
        .text(who.t("payee-last"))
        .figures(who.t("payee-times"))
        .actions(who.t("payee-do"))
        .rows(payees.iter().map(row))
        .when_empty(who.t(if searched { "payees-none-found" } else { "payees-none" }))
        .caption_hidden()
        .show(w)
}

/// A payee as he is written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PayeeForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    step: String,
    name: String,
    number: String,
    bank: String,
    nickname: String,
}

const QUESTIONS: Plan<'_> = &[&["name"], &["number", "bank"], &["nickname"]];

impl PayeeForm {
    fn answers(&self) -> [(&'static str, &str); 4] {
        [("name", &self.name), ("number", &self.number), ("bank", &self.bank), ("nickname", &self.nickname)]
    }
    fn asked(&self) -> PayeeNew {
        let [name, number, bank, nickname] = [&self.name, &self.number, &self.bank, &self.nickname].map(Clone::clone);
        PayeeNew { name, number, bank, nickname }
    }
    fn wrong(&self, who: &Signed) -> FieldErrors {
        let mut errors = FieldErrors::new();
        super::given::text(who, &mut errors, "name", &self.name, "pay-name-missing");
        let number = super::given::number(&self.number);
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            errors.add("number", who.t("pay-number-missing"));
        }
        if self.nickname.trim().chars().count() > NICKNAME_CHARS_MAX {
            let max = [("max", (NICKNAME_CHARS_MAX as i64).into())];
            errors.add("nickname", who.words().t_with("payee-nickname-long", &max));
        }
        errors
    }
}

/// `payment`: the one whose payee is to be kept.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct NewAsk {
    payment: Option<String>,
}

pub async fn new(State(web): State<Web>, who: Signed, Query(ask): Query<NewAsk>) -> Result<Shown, Fault> {
    who.need_step_up()?;
    book(&who)?;
    let actor = who.actor.clone();
    let payment = ask.payment.as_deref().map(str::parse::<InstructionId>).transpose()?;
    let paid = match payment {
        Some(id) => web.read(move |tx| payments::payee_of(tx, &actor, id)).await?,
        None => None,
    };
    let given = paid.map_or_else(PayeeForm::default, |p| PayeeForm {
        name: p.name,
        number: p.number,
        bank: p.bank,
        ..PayeeForm::default()
    });
    Ok(new_page(&who, &given, Turn::first(&who.view, QUESTIONS), &FieldErrors::new()))
}

fn new_page(who: &Signed, given: &PayeeForm, turn: Turn<'_>, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let errors = &turn.errors(errors);
    let field =
        |name, key: &str, value: &str| Field::new(name, who.t(key).into_owned()).value(value.to_owned()).errors(errors);
    let questions = vec![
        text(w, &field("name", "pay-name", &given.name).hint(who.t("pay-name-hint")).autocomplete("off")),
        html! {
            (number(w, &field("number", "pay-number", &given.number).hint(who.t("pay-number-hint")).width(Width::Twenty).autocomplete("off")))
            (text(w, &field("bank", "pay-bank", &given.bank).hint(who.t("pay-bank-hint")).width(Width::Twenty).optional()))
        },
        text(
            w,
            &field("nickname", "payee-nickname", &given.nickname)
                .hint(who.t("payee-nickname-hint"))
                .width(Width::Twenty)
                .optional(),
        ),
    ];
    let main = html! {
        (error_summary(w, errors))
        (turn.form(&who.view, "/payees/new", &given.answers(), questions, &who.t("payee-save")))
    };
    let shown = Sheet::new(who.t("payee-add")).lead(who.t("payee-add-lead")).crumb(who.t("payees"), "/payees");
    page(who, shown.wrong(!errors.is_empty()), main)
}

pub async fn add(State(web): State<Web>, who: Signed, Checked(given): Checked<PayeeForm>) -> Result<Response, Fault> {
    who.need_step_up()?;
    let owner = book(&who)?;
    let errors = given.wrong(&who);
    let turn = Turn::of(&who.view, QUESTIONS, &given.step, &errors);
    if !turn.is_done() {
        let shown = new_page(&who, &given, turn, &errors);
        return Ok(if turn.is_wrong() { refused(shown) } else { shown.into_response() });
    }
    let new = given.asked();
    let act = web.read(move |tx| PayeeAdd::of(tx, owner, &new)).await?;
    let again = |why: &Error| {
        let errors = fault(&who, why, &["name", "number", "bank", "nickname"], "number");
        new_page(&who, &given, Turn::of(&who.view, QUESTIONS, "check", &errors), &errors)
    };
    order(&web, &who, Act::PayeeAdd(act), "/payees", again).await
}

/// What a payee is to be called.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NicknameForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    nickname: String,
}

async fn load(web: &Web, who: &Signed, id: PayeeId) -> Result<PayeeView, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| payments::payee(tx, &actor, id)).await?)
}

pub async fn nickname(State(web): State<Web>, who: Signed, At(id): At<PayeeId>) -> Result<Shown, Fault> {
    let payee = load(&web, &who, id).await?;
    who.need_step_up()?;
    let nickname = payee.nickname.clone();
    Ok(nickname_page(&who, &payee, &nickname, &FieldErrors::new()))
}

fn nickname_page(who: &Signed, payee: &PayeeView, given: &str, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let field =
        Field::new("nickname", who.t("payee-nickname")).hint(who.t("payee-nickname-hint")).value(given.to_owned());
    let fields = html! {
        (text(w, &field.width(Width::Twenty).errors(errors).optional()))
        (actions(button(Button::Primary, &who.t("payee-save"), None)))
    };
    let main = html! {
        (error_summary(w, errors))
        (summary_list(w, &shown(who, payee)))
        (form(&who.view, &format!("/payees/{}/nickname", payee.id), fields))
    };
    page(who, Sheet::new(who.t("payee-rename")).crumb(who.t("payees"), "/payees").wrong(!errors.is_empty()), main)
}

fn shown<'a>(who: &'a Signed, payee: &PayeeView) -> Vec<Row<'a>> {
    vec![
        Row::new(who.t("payment-payee"), html! { (payee.called()) }),
        Row::new(who.t("pay-number"), html! { span.masked-text { (payee.masked) } }),
    ]
}

pub async fn rename(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PayeeId>,
    Checked(given): Checked<NicknameForm>,
) -> Result<Response, Fault> {
    let payee = load(&web, &who, id).await?;
    who.need_step_up()?;
    let act = Act::PayeeRename(PayeeRename { payee: id, nickname: given.nickname.clone() });
    let again = |why: &Error| nickname_page(&who, &payee, &given.nickname, &fault(&who, why, &[], "nickname"));
    order(&web, &who, act, "/payees", again).await
}

pub async fn removal(State(web): State<Web>, who: Signed, At(id): At<PayeeId>) -> Result<Shown, Fault> {
    let payee = load(&web, &who, id).await?;
    let confirm = Confirm {
        title: &who.t("payee-remove"),
        lead: &who.t("payee-remove-lead"),
        crumbs: vec![(who.t("payees").into_owned(), "/payees".into())],
        rows: shown(&who, &payee),
        more: html! {},
        action: &format!("/payees/{id}/removal"),
        back: "/payees",
        button: (Button::Danger, &who.t("payee-remove-yes")),
        reason: None,
        hash: "",
    };
    Ok(confirm.show(&who, &Given::default(), &FieldErrors::new()))
}

pub async fn remove(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PayeeId>,
    Checked(_): Checked<Given>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.write(move |tx| payments::payee_remove(tx, &actor, id)).await?;
    Ok(see_other("/payees"))
}
