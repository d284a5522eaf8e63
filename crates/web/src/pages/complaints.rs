//! Complaints of workers: the page where one is written without a name, the code that shows how far it is, and the bureau's side.
use super::arrears::NoteForm;
use super::{Page as Sheet, next_href, page, public_page, refused, say};
use crate::api::unknown_to_others;
use crate::gate::{CameFrom, Signed};
use crate::http::csrf::Checked;
use crate::http::limiter::{Allowance, address_key};
use crate::http::read::{At, Upload, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::view::View;
use crate::words::Words;
use crate::{Fault, Shown};
use arrears::{ComplaintNew, ComplaintRead, ComplaintState, Progress};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use kernel::id::ComplaintId;
use kernel::{Actor, Date, PageAsk};
use maud::{Markup, html};
use party::Permission as P;
use serde::Deserialize;

/// Complaints taken from one address, and codes looked for: a whole dormitory shares one.
pub const BY_ADDRESS: Allowance = Allowance { name: "complaints by address", burst: 10, per_minute: 2 };

/// One complaint or look for a code more from where this comes from, or the refusal.
pub fn take_one(web: &Web, came: &CameFrom) -> kernel::Result<()> {
    let address = came.0.address.parse().map_or_else(|_| String::new(), address_key);
    web.inner().complaints.take(&address, web.now())
}

/// What somebody writes.
#[derive(Clone, Debug, Default)]
struct ComplaintForm {
    region: String,
    place: String,
    words: String,
    phone: String,
    board: String,
}

impl ComplaintForm {
    fn of(upload: &Upload) -> ComplaintForm {
        let text = |name: &str| upload.field(name).to_owned();
        let (region, place, board) = (text("region"), text("place"), text("board"));
        ComplaintForm { region, place, words: text("words"), phone: text("phone"), board }
    }
}

/// Fields for photographs of slips, one of which is seen at once.
const FILE_FIELDS: [&str; arrears::COMPLAINT_FILES_MAX] = ["file", "file2", "file3"];

/// From which notice board he comes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct FromBoard {
    board: String,
}

fn written(view: &View, given: &ComplaintForm, errors: &FieldErrors, today: Date) -> Shown {
    let w = view.words;
    let name = |r: &worksite::Region| if w.lang == crate::Lang::Zh { r.zh.clone() } else { r.en.clone() };
    let regions: Vec<Choice<'_>> =
        worksite::regions(today).into_iter().map(|r| Choice::new(r.code.clone(), name(r))).collect();
    let field = |name, label: &str| Field::new(name, view.t(label).into_owned()).errors(errors);
    let main = html! {
        (error_summary(w, errors))
        (notice(Tone::Info, &view.t("complaint-safe"), html! { p { (view.t("complaint-safe-more")) } }))
        (form_files(view, "/complaint", html! {
            @if given.board.is_empty() {
                (select(w, &field("region", "complaint-region").value(given.region.as_str()), &regions))
                (text(w, &field("place", "complaint-place").hint(view.t("complaint-place-hint")).value(given.place.as_str())))
            } @else {
                input type="hidden" name="board" value=(given.board);
                input type="hidden" name="place" value=(given.place);
                (summary_list(w, &[Row::new(view.t("complaint-place"), html! { (given.place) })]))
            }
            (multiline(w, &field("words", "complaint-words").hint(view.t("complaint-words-hint")).value(given.words.as_str()), 5, arrears::COMPLAINT_CHARS_MAX as u32))
            (text(w, &field("phone", "complaint-phone").hint(view.t("complaint-phone-hint")).value(given.phone.as_str()).optional().width(Width::Twenty)))
            (photos(view, errors))
            (actions(button(Button::Primary, &view.t("complaint-send"), None)))
        }))
        (search(view, "", errors))
    };
    let wrong = !errors.is_empty();
    public_page(view, Sheet::new(view.t("complaint")).lead(view.t("complaint-lead")).wrong(wrong), main)
}

fn photos(view: &View, errors: &FieldErrors) -> Markup {
    let photo = |name, label: &str| {
        let field = Field::new(name, view.t(label).into_owned()).hint(view.t("complaint-photo-hint")).optional();
        crate::look::file(view.words, &field.errors(errors), ".jpg,.jpeg,.png,.pdf")
    };
    html! {
        (photo(FILE_FIELDS[0], "complaint-photo"))
        (details(&view.t("complaint-photo-more"), html! {
            @for name in &FILE_FIELDS[1..] { (photo(name, "complaint-photo-another")) }
        }))
    }
}

/// The field for the code of one that was written before.
fn search(view: &View, typed: &str, errors: &FieldErrors) -> Markup {
    let field =
        Field::new("code", view.t("complaint-code")).hint(view.t("complaint-code-hint")).value(typed.to_owned());
    html! {
        h2 { (view.t("complaint-progress")) }
        form.form method="get" action="/complaint/progress" {
            (text(view.words, &field.errors(errors).width(Width::Twenty).autocomplete("off")))
            (actions(button(Button::Secondary, &view.t("complaint-look"), None)))
        }
    }
}

pub async fn show(State(web): State<Web>, view: View, Query(from): Query<FromBoard>) -> Result<Shown, Fault> {
    let mut given = ComplaintForm::default();
    if !from.board.is_empty() {
        let code = from.board.clone();
        let board = web.read(move |tx| worksite::board_by_code(tx, &code)).await?;
        (given.board, given.place) = (from.board, board.name);
    }
    Ok(written(&view, &given, &FieldErrors::new(), web.now().local_date()))
}

/// Something that is no telephone number stands there; empty is none.
pub(super) fn is_no_phone(text: &str) -> bool {
    let phone: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let dialled = (5..=12).contains(&phone.len()) && phone.bytes().all(|b| b.is_ascii_digit());
    !phone.is_empty() && !dialled
}

fn faults(view: &View, given: &ComplaintForm) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if given.board.is_empty() && given.place.trim().is_empty() {
        errors.add("place", view.t("complaint-place-missing"));
    }
    match given.words.trim().chars().count() {
        0 => errors.add("words", view.t("complaint-words-missing")),
        n if n > arrears::COMPLAINT_CHARS_MAX => errors.add("words", view.t("complaint-words-long")),
        _ => {}
    }
    if is_no_phone(&given.phone) {
        errors.add("phone", view.t("complaint-phone-wrong"));
    }
    errors
}

pub async fn send(State(web): State<Web>, view: View, came: CameFrom, upload: Upload) -> Result<Response, Fault> {
    let given = ComplaintForm::of(&upload);
    let errors = faults(&view, &given);
    if !errors.is_empty() {
        return Ok(refused(written(&view, &given, &errors, web.now().local_date())));
    }
    take_one(&web, &came)?;
    let channel = came.0.channel;
    let files: Vec<_> = upload.files.into_iter().map(|(name, bytes)| (name, bytes.to_vec())).collect();
    let ComplaintForm { region, place, words, phone, board } = given.clone();
    let new = ComplaintNew { project: None, region, place, words, phone, files };
    let done = web
        .write(move |tx| {
            let board = Some(board.as_str()).filter(|b| !b.is_empty());
            let project = board.map(|code| worksite::board_by_code(tx, code)).transpose()?.map(|b| b.project);
            let new = ComplaintNew { project, ..new.clone() };
            arrears::complain(tx, &Actor { channel, ..Actor::nobody() }, &new).map(|(_, code)| code)
        })
        .await;
    match done {
        Ok(code) => Ok(taken(&view, &code).into_response()),
        Err(why) if is_of_files(&why) => {
            let mut errors = FieldErrors::new();
            let told = view.words.error(&why);
            errors.add(FILE_FIELDS[0], format!("{} {}", told.message, told.remedy));
            Ok(refused(written(&view, &given, &errors, web.now().local_date())))
        }
        Err(why) => Err(why.into()),
    }
}

/// A file that is none, or too large.
fn is_of_files(why: &kernel::Error) -> bool {
    let of_file = |(name, value): &(&str, String)| matches!(*name, "field" | "what") && value.starts_with("file");
    why.is(&arrears::BAD_FILE) || why.fields().iter().any(of_file)
}

/// The code, shown once.
fn taken(view: &View, code: &str) -> Shown {
    let main = html! {
        (result(Tone::Good, &view.t("complaint-taken"), Some((&view.t("complaint-code"), code)), html! { p { (view.t("complaint-keep")) } }))
        (actions(link_button(Button::Primary, &view.t("complaint-progress"), &format!("/complaint/{code}"))))
    };
    public_page(view, Sheet::new(view.t("complaint")).bare(), main)
}

/// The code that was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CodeAsk {
    code: String,
}

pub async fn search_for(view: View, Query(ask): Query<CodeAsk>) -> Response {
    let code = arrears::plain_code(&ask.code);
    match code.len() == arrears::CODE_SIGNS {
        true => see_other(&format!("/complaint/{}", arrears::shown_code(&code))),
        false => {
            let mut errors = FieldErrors::new();
            errors.add("code", view.t("complaint-code-wrong"));
            let main = html! { (error_summary(view.words, &errors)) (search(&view, &ask.code, &errors)) };
            refused(public_page(&view, Sheet::new(view.t("complaint-progress")).wrong(true), main))
        }
    }
}

pub async fn progress(
    State(web): State<Web>,
    view: View,
    came: CameFrom,
    Path(code): Path<String>,
) -> Result<Shown, Fault> {
    take_one(&web, &came)?;
    let p = web.read(move |tx| arrears::progress(tx, &code)).await?;
    let w = view.words;
    let main = html! {
        (progress_steps(w, &p))
        @if !p.answer.is_empty() { (notice(Tone::Info, &view.t("complaint-answer"), html! { p { (p.answer) } })) }
        @if !p.bureau.is_empty() { (summary_list(w, &[
            Row::new(view.t("complaint-bureau"), html! { (p.bureau) }),
            Row::new(view.t("bureau-hotline"), html! { @if p.hotline.is_empty() { "—" } @else { a href={ "tel:" (p.hotline) } { (p.hotline) } } }),
        ])) }
    };
    Ok(public_page(&view, Sheet::new(view.t("complaint-progress")), main))
}

fn progress_steps(w: Words, p: &Progress) -> Markup {
    let names: Vec<Text<'_>> = ComplaintState::ALL.iter().map(|s| say::told(w, "complaint-state", s.code())).collect();
    let now = ComplaintState::ALL.iter().position(|s| *s == p.state).unwrap_or(0);
    html! { (steps(w, &w.t("complaint-progress"), &names, now)) p { (w.t("complaint-received-on")) " " (day(w, p.received_at.local_date())) } }
}

fn state(w: Words, s: ComplaintState) -> Markup {
    let tone = match s {
        ComplaintState::Received => Tone::Warn,
        ComplaintState::Accepted | ComplaintState::Handling => Tone::Info,
        ComplaintState::Closed => Tone::Good,
    };
    status(tone, &say::told(w, "complaint-state", s.code()), "", "")
}

pub async fn list(State(web): State<Web>, who: Signed, Query(ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let found = web.read(move |tx| arrears::complaints(tx, &actor, &ask)).await?;
    let w = who.words();
    let row = |c: &ComplaintRead| {
        let first: String = c.words.chars().take(40).collect();
        [
            html! { div { a href={ "/bureau/complaints/" (c.complaint) } { (c.place) } br; span.hint { (first) } } },
            html! { (c.region) },
            moment(w, c.received_at),
            state(w, c.state),
        ]
    };
    let table = Table::new(who.t("complaints"))
        .text(who.t("complaint-place"))
        .text(who.t("complaint-region"))
        .text(who.t("arrears-when"))
        .text(who.t("arrears-state"))
        .rows(found.items.iter().map(row))
        .when_empty(who.t("complaints-none"))
        .caption_hidden();
    let main = html! { (table.show(w)) (pager(w, None, next_href(&who.view, &found.next).as_deref())) };
    Ok(page(&who, Sheet::new(who.t("complaints")).crumb(who.t("bureau-board"), "/bureau"), main))
}

fn read_page(who: &Signed, c: &ComplaintRead, whole: bool) -> Shown {
    let w = who.words();
    let to = |what: &str| format!("/bureau/complaints/{}/{what}", c.complaint);
    let phone = if c.phone.is_empty() { "—" } else { &c.phone };
    let mut rows = vec![
        Row::new(w.t("arrears-state"), state(w, c.state)),
        Row::new(w.t("complaint-place"), html! { (c.place) }),
        Row::new(w.t("complaint-phone"), html! { (phone) }),
        Row::new(w.t("arrears-when"), moment(w, c.received_at)),
    ];
    rows.extend(c.case_id.map(|id| Row::new(w.t("arrears-case"), html! { a href={ "/bureau/cases/" (id) } { (id) } })));
    for (n, file) in c.files.iter().enumerate() {
        rows.push(Row::new(w.t("complaint-file"), html! { a href=(to(&format!("files/{n}"))) { (file.name) } }));
    }
    let acts = who.holds(P::BureauAct) && c.state != ComplaintState::Closed;
    let main = html! {
        (notice(Tone::Info, &w.t("complaint-words"), html! { p { (c.words) } }))
        (summary_list(w, &rows))
        @if !c.answer.is_empty() { (notice(Tone::Good, &w.t("complaint-answer"), html! { p { (c.answer) } })) }
        @if who.holds(P::BureauAct) && !c.phone.is_empty() && !whole { (super::arrears_case::ask(who, &to("phone"), ("arrears-reason", "complaint-reveal"), Button::Secondary)) }
        (super::complaint_case::link(who, c))
        @if acts { (move_form(who, c, &to("state"))) }
    };
    page(who, Sheet::new(w.t("complaint")).crumb(w.t("complaints"), "/bureau/complaints"), main)
}

fn move_form(who: &Signed, c: &ComplaintRead, to: &str) -> Markup {
    let w = who.words();
    let next = match c.state {
        ComplaintState::Received => vec![ComplaintState::Accepted, ComplaintState::Closed],
        ComplaintState::Accepted => vec![ComplaintState::Handling, ComplaintState::Closed],
        _ => vec![ComplaintState::Closed],
    };
    let choice = |s: &ComplaintState| Choice::new(s.code(), say::told(w, "complaint-state", s.code()));
    let choices: Vec<Choice<'_>> = next.iter().map(choice).collect();
    let first = next.first().map_or("", |s| s.code());
    let answer = Field::new("answer", who.t("complaint-answer")).hint(who.t("complaint-answer-hint")).optional();
    html! {
        h2 { (who.t("complaint-next")) }
        (form(&who.view, to, html! {
            (radios(w, &Field::new("state", who.t("arrears-state")).value(first), &choices))
            (multiline(w, &answer, 3, arrears::TEXT_CHARS_MAX as u32))
            (actions(button(Button::Primary, &who.t("complaint-next-send"), None)))
        }))
    }
}

pub async fn read(State(web): State<Web>, who: Signed, At(id): At<ComplaintId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let c = web.read(move |tx| unknown_to_others(arrears::complaint(tx, &actor, id), "complaint", id)).await?;
    Ok(read_page(&who, &c, false))
}

pub async fn reveal(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ComplaintId>,
    Checked(given): Checked<NoteForm>,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let look = move |tx: &mut store::Tx<'_>| arrears::complaint_reveal(tx, &actor, id, &given.note);
    let c = web.write(move |tx| unknown_to_others(look(tx), "complaint", id)).await?;
    Ok(read_page(&who, &c, true))
}

/// The next state, with an answer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StateForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    state: String,
    answer: String,
}

pub async fn step(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ComplaintId>,
    Checked(given): Checked<StateForm>,
) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let to = ComplaintState::parse(&given.state).ok_or_else(|| kernel::Error::field("state", "choose one"))?;
    let moved = move |tx: &mut store::Tx<'_>| arrears::complaint_move(tx, &actor, id, to, &given.answer);
    web.write(move |tx| unknown_to_others(moved(tx), "complaint", id)).await?;
    Ok(see_other(&format!("/bureau/complaints/{id}")))
}

pub async fn file(
    State(web): State<Web>,
    who: Signed,
    Path((id, number)): Path<(String, usize)>,
) -> Result<Response, Fault> {
    let (actor, id) = (who.actor.clone(), id.parse::<ComplaintId>()?);
    let found = web.read(move |tx| unknown_to_others(arrears::complaint_file(tx, &actor, id, number), "complaint", id));
    let (name, bytes) = found.await?;
    Ok(download(&name, media_type(&bytes), bytes))
}

/// By its first bytes; what was taken in is one of these.
fn media_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'%', b'P', b'D', b'F', ..] => "application/pdf",
        _ => "application/octet-stream",
    }
}
