//! The tariff for those who set it: every version, and a new one from file to force: sent, looked at with all its faults,
//! compared, agreed to by a second person.
use super::confirm::{Confirm, Given};
use super::desk::{fault, order};
use super::prices::{bands, term};
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::Upload;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Lang, Shown};
use app::desk::{Act, NewTariff, tariff_draft, tariff_keep, tariff_review, tariff_versions};
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{Date, Error, Kind};
use maud::{Markup, html};
use pricing::{Review, Tariff, TariffDraft, TariffFault};

pub async fn list(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let (today, all) = versions(&web, &who).await?;
    Ok(list_page(&who, &all, today, &FieldErrors::new()))
}

async fn versions(web: &Web, who: &Signed) -> Result<(Date, Vec<Tariff>), Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| Ok((tx.business_date()?, tariff_versions(tx, &actor)?))).await?)
}

fn list_page(who: &Signed, all: &[Tariff], today: Date, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let file_field = Field::new("file", who.t("tariff-file")).hint(who.t("tariff-file-hint")).errors(errors);
    let fields = html! {
        (file(w, &file_field, ".toml"))
        (actions(button(Button::Primary, &who.t("tariff-send"), None)))
    };
    let row = |(i, t): (usize, &Tariff)| {
        let followed = all.get(i + 1).is_some_and(|next| next.code == t.code && next.effective_from <= today);
        let (tone, key) = match () {
            () if t.effective_from > today => (Tone::Info, "tariff-later"),
            () if followed || t.effective_to.is_some_and(|to| to < today) => (Tone::Quiet, "tariff-over"),
            () => (Tone::Good, "tariff-now"),
        };
        [
            html! { div { (name(who, t)) br; code { (t.code) " v" (t.version) } } },
            bands(&who.view, &t.bands.0, t.currency),
            html! { div { (term(&who.view, t)) br; span.hint { (t.document) } } },
            status(tone, &who.t(key), "", ""),
        ]
    };
    let table = Table::new(who.t("tariff-versions"))
        .text(who.t("price-what"))
        .text(who.t("price-fee"))
        .text(who.t("price-term"))
        .text(who.t("tariff-state"))
        .rows(all.iter().enumerate().map(row));
    let main = html! {
        (error_summary(w, errors))
        (form_files(&who.view, "/tariff/drafts", fields))
        (table.show(w))
    };
    page(who, Sheet::new(who.t("tariff")).lead(who.t("tariff-lead")).wrong(!errors.is_empty()), main)
}

fn name(who: &Signed, t: &Tariff) -> String {
    if who.words().lang == Lang::Zh { t.name_zh.clone() } else { t.name_en.clone() }
}

/// Takes a file: with faults it is shown with all of them and forgotten, without it is kept and compared.
pub async fn send(State(web): State<Web>, who: Signed, upload: Upload) -> Result<Response, Fault> {
    let text = match upload.take_file().map(|(name, bytes)| (name, String::from_utf8(bytes.to_vec()))) {
        Ok((name, Ok(text))) => Ok((name, text)),
        Ok((_, Err(_))) => Err("tariff-file-encoding"),
        Err(_) => Err("file-missing"),
    };
    let (file, text) = match text {
        Ok(sent) => sent,
        Err(key) => {
            let (today, all) = versions(&web, &who).await?;
            let mut errors = FieldErrors::new();
            errors.add("file", who.t(key));
            return Ok(refused(list_page(&who, &all, today, &errors)));
        }
    };
    let (actor, asked) = (who.actor.clone(), text.clone());
    let review = web.read(move |tx| tariff_review(tx, &actor, &asked)).await?;
    if !review.faults.is_empty() {
        return Ok(refused(faults_page(&who, &file, &review.faults)));
    }
    let actor = who.actor.clone();
    match web.write(move |tx| tariff_keep(tx, &actor, &file, &text)).await {
        Ok(draft) => Ok(see_other(&format!("/tariff/drafts/{}", draft.name()))),
        Err(why) if matches!(why.kind(), Kind::Refused | Kind::Conflict | Kind::Invalid) => {
            let (today, all) = versions(&web, &who).await?;
            Ok(refused(list_page(&who, &all, today, &fault(&who, &why, &[], "file"))))
        }
        Err(why) => Err(why.into()),
    }
}

fn faults_page(who: &Signed, file: &str, faults: &[TariffFault]) -> Shown {
    let w = who.words();
    let row = |f: &TariffFault| {
        [
            html! { (f.line) },
            html! { (f.column) },
            html! { div { (f.entry) @if !f.field.is_empty() { br; code { (f.field) } } } },
            html! { (f.why) },
        ]
    };
    let table = Table::new(who.t("tariff-faults"))
        .figures(who.t("tariff-fault-line"))
        .figures(who.t("tariff-fault-column"))
        .text(who.t("fault-where"))
        .text(who.t("fault-what"))
        .rows(faults.iter().map(row))
        .caption_hidden();
    let main = html! {
        (notice(Tone::Danger, &w.t_with("tariff-faults-told", &[("n", (faults.len() as i64).into()), ("file", file.to_owned().into())]), html! { p { (who.t("tariff-faults-next")) } }))
        (table.show(w))
        (actions(link_button(Button::Primary, &who.t("tariff-again"), "/tariff")))
    };
    page(who, Sheet::new(who.t("tariff-faults")).crumb(who.t("tariff"), "/tariff").wrong(true), main)
}

async fn load(web: &Web, who: &Signed, name: String) -> Result<(TariffDraft, Review), Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| tariff_draft(tx, &actor, &name)).await?)
}

/// What a draft changes: each new version beside the one it follows.
fn changes(who: &Signed, review: &Review) -> Markup {
    let w = who.words();
    let one = |t: &Tariff| {
        html! { div { (bands(&who.view, &t.bands.0, t.currency)) span.hint { (term(&who.view, t)) " · " (say::told(w, "price-basis", t.basis.code())) " · " (t.document) } } }
    };
    let row = |(before, after): &(Option<Tariff>, Tariff)| {
        [
            html! { div { (name(who, after)) br; code { (after.code) " v" (after.version) } } },
            before.as_ref().map_or_else(|| html! { (status(Tone::Info, &who.t("tariff-new-entry"), "", "")) }, one),
            one(after),
        ]
    };
    let table = Table::new(who.t("tariff-changes"))
        .text(who.t("price-what"))
        .text(who.t("approval-before"))
        .text(who.t("approval-after"))
        .rows(review.changes.iter().map(row))
        .when_empty(who.t("tariff-changes-none"));
    table.show(w)
}

fn draft_page(who: &Signed, draft: &TariffDraft, review: &Review, given: &Given, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let more = html! {
        @for f in &review.faults { (notice(Tone::Danger, &f.entry, html! { p { code { (f.field) } " " (f.why) } })) }
        (changes(who, review))
    };
    let rows = vec![
        Row::new(who.t("tariff-file"), html! { (draft.file) }),
        Row::new(who.t("tariff-kept"), moment(w, draft.kept_at)),
        Row::new(who.t("tariff-already"), html! { (review.already) }),
    ];
    let confirm = Confirm {
        title: &who.t("tariff-draft"),
        lead: &who.t("tariff-draft-lead"),
        crumbs: vec![(who.t("tariff").into_owned(), "/tariff".into())],
        rows,
        more,
        action: &format!("/tariff/drafts/{}/submission", draft.name()),
        back: "/tariff",
        button: (Button::Primary, &who.t("ask-second")),
        reason: Some((&who.t("tariff-note"), &who.t("tariff-note-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

pub async fn draft(State(web): State<Web>, who: Signed, Path(name): Path<String>) -> Result<Shown, Fault> {
    let (draft, review) = load(&web, &who, name).await?;
    Ok(draft_page(&who, &draft, &review, &Given::default(), &FieldErrors::new()))
}

pub async fn submit(
    State(web): State<Web>,
    who: Signed,
    Path(name): Path<String>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let (draft, review) = load(&web, &who, name).await?;
    let mut errors = FieldErrors::new();
    let note = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(draft_page(&who, &draft, &review, &given, &errors)));
    }
    let act = Act::Tariff(NewTariff { draft: draft.name(), note });
    let again = |why: &Error| draft_page(&who, &draft, &review, &given, &fault(&who, why, &[], "reason"));
    order(&web, &who, act, "/tariff", again).await
}
