//! Why a payment did not go at once, and the customer's word against it: prove, be called, object. Reasons are the guard's
//! texts for customers, which name nothing that would tip off.
use super::instructions::reason;
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::http::read::{At, Upload};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use axum::extract::State;
use axum::response::Response;
use cases::{Appeal, AppealKind, AppealNew, Evidence};
use kernel::id::InstructionId;
use kernel::{Error, Owner, Result as Done};
use maud::{Markup, html};
use payments::{Instruction, State as Stage};

const CHARS: u32 = cases::TEXT_CHARS_MAX as u32;

fn himself(who: &Signed) -> Done<Owner> {
    who.person().map(Owner::Person).ok_or_else(|| Error::forbidden("a customer speaks for himself"))
}

async fn of(web: &Web, who: &Signed, id: InstructionId) -> Result<Instruction, Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| payments::instruction(tx, &actor, id)).await?)
}

pub async fn ask(State(web): State<Web>, who: Signed, At(id): At<InstructionId>) -> Result<Shown, Fault> {
    let i = of(&web, &who, id).await?;
    let w = who.words();
    let reasons: Vec<String> = i.reasons.0.iter().map(|r| reason(&web, &who, r)).collect();
    let waits = i.until.filter(|_| i.state == Stage::Delayed);
    let main = html! {
        p { strong { (who.t("dissent-safe")) } }
        @for reason in &reasons { (notice(Tone::Info, &who.t("payment-why"), html! { p { (reason) } })) }
        @if let Some(until) = waits {
            p { (w.t_with("payment-goes-at", &[("at", w.moment(until).into()), ("left", say::span(w, until.since(web.now())).into())])) }
        }
        (actions(html! {
            @if i.state.is_open() { (link_button(Button::Danger, &who.t("payment-cancel"), &format!("/payments/{id}/cancellation"))) }
            (link_button(Button::Secondary, &who.t("help-call-me"), "/help/call"))
        }))
        h2 { (who.t("dissent-prove")) }
        p { (who.t("dissent-prove-lead")) }
        (fields(&who, &format!("/payments/{id}/objection"), "dissent-send"))
        p.hint { (who.t("dissent-basic")) }
    };
    let sheet = Sheet::new(who.t("dissent-title")).crumb(who.t("payment"), format!("/payments/{id}"));
    Ok(page(&who, sheet, main))
}

fn fields(who: &Signed, to: &str, send: &str) -> Markup {
    let w = who.words();
    let body = html! {
        (multiline(w, &Field::new("words", who.t("dissent-words")), 3, CHARS))
        (file(w, &Field::new("file", who.t("dissent-file")).optional(), ".pdf,.jpg,.jpeg,.png"))
        (checkbox(w, &Field::new("urgent", who.t("dissent-urgent")), false))
        (actions(button(Button::Primary, &who.t(send), None)))
    };
    form_files(&who.view, to, body)
}

/// What was said, with its file.
fn said(upload: Upload, subject: Owner, kind: AppealKind, instruction: Option<InstructionId>) -> AppealNew {
    let (words, urgent) = (upload.field("words").to_owned(), !upload.field("urgent").is_empty());
    let file = upload.files.into_iter().find(|(_, bytes)| !bytes.is_empty());
    let files = file.into_iter().map(|(name, bytes)| Evidence { name, bytes: bytes.to_vec() }).collect();
    AppealNew { subject, kind, instruction, urgent, words, files }
}

pub async fn send(
    State(web): State<Web>,
    who: Signed,
    At(id): At<InstructionId>,
    upload: Result<Upload, Fault>,
) -> Result<Response, Fault> {
    let upload = match upload {
        Ok(upload) => upload,
        // Somebody else's payment is not there, whatever was sent about it.
        Err(unreadable) => return of(&web, &who, id).await.and(Err(unreadable)),
    };
    let i = of(&web, &who, id).await?;
    let subject = himself(&who)?;
    if i.payer != subject {
        return Err(Fault(Error::not_found("instruction", id)));
    }
    let (actor, new) = (who.actor.clone(), said(upload, subject, AppealKind::Objection, Some(id)));
    web.write(move |tx| cases::object(tx, &actor, &new)).await?;
    Ok(see_other("/objections"))
}

pub async fn complain(State(web): State<Web>, who: Signed, upload: Upload) -> Result<Response, Fault> {
    let (actor, new) = (who.actor.clone(), said(upload, himself(&who)?, AppealKind::Complaint, None));
    web.write(move |tx| cases::object(tx, &actor, &new)).await?;
    Ok(see_other("/objections"))
}

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let (actor, subject) = (who.actor.clone(), himself(&who)?);
    let found = web.read(move |tx| {
        let all = cases::appeals_of(tx, &actor, subject)?;
        let told =
            all.into_iter().map(|a| cases::appeal_said(tx, &actor, a.id).map(|(said, answer, _)| (a, said, answer)));
        told.collect::<Done<Vec<_>>>()
    });
    let found = found.await?;
    let w = who.words();
    let one = |(a, said, answer): &(Appeal, String, Option<String>)| {
        let mut rows = vec![
            Row::new(who.t("fcase-state"), say::tag(w, a.told_state())),
            Row::new(who.t("dissent-when"), moment(w, a.made_at)),
            Row::new(who.t("dissent-said"), html! { (said) }),
        ];
        match answer {
            Some(answer) => rows.push(Row::new(who.t("appeal-answer"), html! { (answer) })),
            None => {
                let due = w.t_with("dissent-sent", &[("due", say::end(w, a.due_at).into())]);
                rows.push(Row::new(who.t("appeal-due"), html! { (due) }));
            }
        }
        summary_list(w, &rows)
    };
    let main = html! {
        @if found.is_empty() { p { (who.t("dissents-none")) } }
        @for item in &found { (one(item)) }
        h2 { (who.t("dissent-complain")) }
        (fields(&who, "/objections", "dissent-complain"))
    };
    Ok(page(&who, Sheet::new(who.t("dissents")).lead(who.t("dissents-lead")), main))
}
