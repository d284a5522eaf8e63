//! Dated terms for those who set them: what is in force and from when, and a new text from form to force: sent as a file or written
//! into a box, looked at with all its faults, compared as a whole, agreed to by a second person.
//!
//! The pages are the same for the tariff, the terms of deposits and the wealth shelf; a kind says in its own file what stands and
//! what changes ([`Leaf`]). The checker's page shows every change and the text itself: the only limit is that of the text,
//! [`approval::DRAFT_BYTES_MAX`].
mod deposits;
mod tariff;
mod values;
mod wealth;

pub use values::{enter, form as values_form};

use super::confirm::{Confirm, Given};
use super::desk::{fault, order};
use super::{Page as Sheet, page, refused, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{UPLOAD_FIELD_BYTES_MAX, Upload};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use app::desk::terms::{CHANGES_TOLD_MAX, Dated, DepositTerms, New, TariffTerms, WealthTerms};
use app::desk::terms::{all, draft as kept, keep, review};
use approval::Approval;
use approval::terms::{Draft, Fault as Wrong};
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{Date, Error, Kind};
use maud::{Markup, html};

/// Characters of a text that is written into the box; a longer one is sent as a file. Each takes three bytes at most.
const BOX_CHARS_MAX: usize = UPLOAD_FIELD_BYTES_MAX / 3;

/// A kind of terms on its pages.
pub trait Leaf: Dated {
    const PATH: &'static str;
    /// Keys of its texts: the name, what stands on the first page, a draft.
    const TITLE: &'static str;
    const LEAD: &'static str;
    const DRAFT: &'static str;
    /// An entry as it is written.
    const SAMPLE: &'static str;

    /// What is in force and what comes; what is over, folded.
    fn standing(who: &Signed, all: &Self::All, today: Date) -> Markup;
    /// Every change beside what it follows.
    fn changed(who: &Signed, review: &Self::Review) -> Markup;
}

/// Since when something holds, beside today.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Now,
    Later,
    Over,
}

impl Stands {
    /// `followed`: a later one has begun.
    fn of(from: Date, to: Option<Date>, followed: bool, today: Date) -> Stands {
        match () {
            () if from > today => Stands::Later,
            () if followed || to.is_some_and(|to| to < today) => Stands::Over,
            () => Stands::Now,
        }
    }
    fn show(self, who: &Signed) -> Markup {
        let (tone, key) = match self {
            Stands::Now => (Tone::Good, "terms-now"),
            Stands::Later => (Tone::Info, "terms-later"),
            Stands::Over => (Tone::Quiet, "terms-over"),
        };
        status(tone, &who.t(key), "", "")
    }
}

/// Two tables of the same heads: what is in force or comes, and, folded, what is over.
fn both<const N: usize>(who: &Signed, title: &str, heads: [&str; N], rows: Vec<(Stands, [Markup; N])>) -> Markup {
    let (over, now): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(stands, _)| *stands == Stands::Over);
    let table = |title: String, rows: Vec<(Stands, [Markup; N])>| {
        let heads = heads.iter().fold(Table::new(title), |table, head| table.text(who.t(head)));
        heads.rows(rows.into_iter().map(|(_, cells)| cells)).when_empty(who.t("terms-none")).show(who.words())
    };
    html! {
        (table(who.t(title).into_owned(), now))
        @if !over.is_empty() { (details(&who.t("terms-earlier"), table(who.t("terms-earlier").into_owned(), over))) }
    }
}

/// A table of changes; folded when there are many.
fn pairs<const N: usize>(who: &Signed, what: &str, rows: Vec<[Markup; N]>) -> Markup {
    let many = rows.len();
    let table = Table::new(who.t("terms-changes"))
        .text(who.t(what))
        .text(who.t("approval-before"))
        .text(who.t("approval-after"))
        .rows(rows)
        .when_empty(who.t("terms-changes-none"))
        .show(who.words());
    match many > CHANGES_TOLD_MAX {
        true => details(&who.words().t_with("terms-changes-all", &[("n", (many as i64).into())]), table),
        false => table,
    }
}

/// What is wrong, in the reader's language.
fn said(w: Words, f: &Wrong) -> String {
    let given: Vec<_> = f.given.iter().map(|(name, value)| (*name, value.clone().into())).collect();
    w.t_with(&say::key("terms-wrong", f.code.code()), &given)
}

fn fresh(who: &Signed) -> Markup {
    status(Tone::Info, &who.t("terms-new-entry"), "", "")
}

async fn standing<K: Leaf>(web: &Web, who: &Signed) -> Result<(Date, K::All), Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| Ok((tx.business_date()?, all::<K>(tx, &actor)?))).await?)
}

pub async fn list<K: Leaf>(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    list_page::<K>(&web, &who, "", &FieldErrors::new()).await
}

async fn list_page<K: Leaf>(web: &Web, who: &Signed, text: &str, errors: &FieldErrors) -> Result<Shown, Fault> {
    let (today, all) = standing::<K>(web, who).await?;
    let main = html! {
        (error_summary(who.words(), errors))
        p { a href="#f-file" { (who.t("terms-send-here")) } }
        (K::standing(who, &all, today))
        h2 { (who.t(K::DRAFT)) }
        (sending::<K>(who, text, errors))
    };
    Ok(page(who, Sheet::new(who.t(K::TITLE)).lead(who.t(K::LEAD)).wrong(!errors.is_empty()), main))
}

/// A file, or a text in a box.
fn sending<K: Leaf>(who: &Signed, text: &str, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let file_field = Field::new("file", who.t("terms-file")).hint(who.t("terms-file-hint")).errors(errors).optional();
    let shown = if text.chars().count() <= BOX_CHARS_MAX { text } else { "" };
    let text_field = Field::new("text", who.t("terms-text")).hint(who.t("terms-text-hint")).value(shown).optional();
    let fields = html! {
        (file(w, &file_field, ".toml"))
        (multiline(w, &text_field, 8, BOX_CHARS_MAX as u32))
        (details(&who.t("terms-sample"), written(K::SAMPLE)))
        (actions(button(Button::Primary, &who.t("terms-send"), None)))
    };
    form_files(&who.view, &format!("{}/drafts", K::PATH), fields)
}

/// Name and text of what was sent, or the key of what is wrong with it.
fn sent<K: Leaf>(upload: Upload) -> Result<(String, String), &'static str> {
    let written = upload.field("text").replace("\r\n", "\n");
    match upload.take_file().map(|(name, bytes)| (name, String::from_utf8(bytes.to_vec()))) {
        Ok((name, Ok(text))) => Ok((name, text)),
        Ok((_, Err(_))) => Err("terms-file-encoding"),
        Err(_) if written.trim().is_empty() => Err("terms-missing"),
        Err(_) => Ok((format!("{}.toml", K::KIND), written)),
    }
}

/// Takes a text: with faults it is shown with all of them and forgotten, without it is kept and compared.
pub async fn send<K: Leaf>(State(web): State<Web>, who: Signed, upload: Upload) -> Result<Response, Fault> {
    let (file, text) = match sent::<K>(upload) {
        Ok(sent) => sent,
        Err(key) => {
            let mut errors = FieldErrors::new();
            errors.add("file", who.t(key));
            return Ok(refused(list_page::<K>(&web, &who, "", &errors).await?));
        }
    };
    let (actor, asked) = (who.actor.clone(), text.clone());
    let review = web.read(move |tx| review::<K>(tx, &actor, &asked)).await?;
    if !K::faults(&review).is_empty() {
        return Ok(refused(faults_page::<K>(&who, &file, &text, K::faults(&review))));
    }
    let (actor, asked) = (who.actor.clone(), text.clone());
    match web.write(move |tx| keep::<K>(tx, &actor, &file, &asked)).await {
        Ok(draft) => Ok(see_other(&format!("{}/drafts/{}", K::PATH, draft.name()))),
        Err(why) if matches!(why.kind(), Kind::Refused | Kind::Conflict | Kind::Invalid) => {
            Ok(refused(list_page::<K>(&web, &who, &text, &fault(&who, &why, &[], "file")).await?))
        }
        Err(why) => Err(why.into()),
    }
}

fn faults_page<K: Leaf>(who: &Signed, file: &str, text: &str, faults: &[Wrong]) -> Shown {
    let w = who.words();
    let row = |f: &Wrong| {
        let line = text.lines().nth(f.line - 1).unwrap_or_default().trim();
        [
            html! { (f.line) },
            html! { (f.column) },
            html! { div { (f.entry) @if !f.field.is_empty() { br; code { (f.field) } } } },
            html! { div { (said(who.words(), f)) @if !line.is_empty() { br; code { (line) } } } },
        ]
    };
    let table = Table::new(who.t("terms-faults"))
        .figures(who.t("terms-fault-line"))
        .figures(who.t("terms-fault-column"))
        .text(who.t("fault-where"))
        .text(who.t("fault-what"))
        .rows(faults.iter().map(row))
        .caption_hidden();
    let told = [("n", (faults.len() as i64).into()), ("file", file.to_owned().into())];
    let main = html! {
        (notice(Tone::Danger, &w.t_with("terms-faults-told", &told), html! { p { (who.t("terms-faults-next")) } }))
        (table.show(w))
        h2 { (who.t("terms-again")) }
        (sending::<K>(who, text, &FieldErrors::new()))
    };
    page(who, Sheet::new(who.t("terms-faults")).crumb(who.t(K::TITLE), K::PATH).wrong(true), main)
}

async fn load<K: Leaf>(web: &Web, who: &Signed, name: String) -> Result<(Draft, K::Review), Fault> {
    let actor = who.actor.clone();
    Ok(web.read(move |tx| kept::<K>(tx, &actor, &name)).await?)
}

/// Every change, and the text itself.
fn whole<K: Leaf>(who: &Signed, draft: &Draft, review: &K::Review) -> Markup {
    html! {
        (K::changed(who, review))
        (details(&who.t("terms-whole"), written(&draft.text)))
    }
}

fn draft_page<K: Leaf>(who: &Signed, draft: &Draft, review: &K::Review, given: &Given, errors: &FieldErrors) -> Shown {
    let more = html! {
        @for f in K::faults(review) { (notice(Tone::Danger, &f.entry, html! { p { code { (f.field) } " " (said(who.words(), f)) } })) }
        (whole::<K>(who, draft, review))
    };
    let rows = vec![
        Row::new(who.t("terms-file"), html! { (draft.file) }),
        Row::new(who.t("terms-kept"), moment(who.words(), draft.kept_at)),
        Row::new(who.t("terms-already"), html! { (K::already(review)) }),
    ];
    let confirm = Confirm {
        title: &who.t(K::DRAFT),
        lead: &who.t("terms-draft-lead"),
        crumbs: vec![(who.t(K::TITLE).into_owned(), K::PATH.into())],
        rows,
        more,
        action: &format!("{}/drafts/{}/submission", K::PATH, draft.name()),
        back: K::PATH,
        button: (Button::Primary, &who.t("ask-second")),
        reason: Some((&who.t("terms-note"), &who.t("terms-note-hint"))),
        hash: "",
    };
    confirm.show(who, given, errors)
}

pub async fn draft<K: Leaf>(State(web): State<Web>, who: Signed, Path(name): Path<String>) -> Result<Shown, Fault> {
    let (draft, review) = load::<K>(&web, &who, name).await?;
    Ok(draft_page::<K>(&who, &draft, &review, &Given::default(), &FieldErrors::new()))
}

pub async fn submit<K: Leaf>(
    State(web): State<Web>,
    who: Signed,
    Path(name): Path<String>,
    Checked(given): Checked<Given>,
) -> Result<Response, Fault> {
    let (draft, review) = load::<K>(&web, &who, name).await?;
    let mut errors = FieldErrors::new();
    let note = given.reason(&who, &mut errors);
    if !errors.is_empty() {
        return Ok(refused(draft_page::<K>(&who, &draft, &review, &given, &errors)));
    }
    let act = K::act(New::of(draft.name(), note));
    let again = |why: &Error| draft_page::<K>(&who, &draft, &review, &given, &fault(&who, why, &[], "reason"));
    order(&web, &who, act, K::PATH, again).await
}

/// The whole of what an approval of terms is about, for whoever may agree to it; `None` for any other, and for what changes
/// nothing any more.
pub async fn agreed_to(web: &Web, who: &Signed, a: &Approval) -> Result<Option<Markup>, Fault> {
    let payload: serde_json::Value = serde_json::from_str(&a.payload).unwrap_or_default();
    let of = |act: &str| payload.get(act)?.get("draft")?.as_str().map(str::to_owned);
    match a.kind.as_str() {
        TariffTerms::KIND => compared::<TariffTerms>(web, who, of("tariff")).await,
        DepositTerms::KIND => compared::<DepositTerms>(web, who, of("deposit_terms")).await,
        WealthTerms::KIND => compared::<WealthTerms>(web, who, of("wealth_terms")).await,
        _ => Ok(None),
    }
}

async fn compared<K: Leaf>(web: &Web, who: &Signed, name: Option<String>) -> Result<Option<Markup>, Fault> {
    let Some(name) = name.filter(|_| who.holds(K::PERMISSION)) else { return Ok(None) };
    let (draft, review) = load::<K>(web, who, name).await?;
    if K::changes(&review).is_empty() {
        return Ok(None);
    }
    let rows =
        [Row::new(who.t("terms-file"), html! { a href={ (K::PATH) "/drafts/" (draft.name()) } { (draft.file) } })];
    Ok(Some(html! { (summary_list(who.words(), &rows)) (whole::<K>(who, &draft, &review)) }))
}
