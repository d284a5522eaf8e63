//! Signatures on paper: the scans of a pay sheet, sending one, comparing it.
use super::crew_sheets::{WhyForm, deed, why_form};
use super::crews::separator;
use super::say;
use super::worker::Bare;
use crate::Fault;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::{At, Upload, download};
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use axum::extract::{Path, State};
use axum::response::Response;
use crews::{CourseView, PaperNew, PaperView, Step};
use kernel::Error;
use kernel::id::PaySheetId;
use maud::{Markup, html};
use party::Permission as P;

/// The scans there are, and the form for another.
pub(super) fn papers_part(who: &Signed, c: &CourseView, papers: &[PaperView]) -> Markup {
    let w = who.words();
    let at = |p: &PaperView, rest: &str| format!("/crews/sheets/{}/papers/{}{rest}", c.sheet, p.paper);
    let state = |p: &PaperView| match (p.checked_at, p.refused_reason.is_empty()) {
        (Some(moment), _) => status(Tone::Good, &who.t("paper-checked"), &p.checked_by, &w.moment(moment)),
        (None, false) => status(Tone::Danger, &who.t("paper-refused"), &p.refused_reason, ""),
        (None, true) => status(Tone::Info, &who.t("paper-waits"), "", ""),
    };
    let row = |p: &PaperView| {
        let lines = p.lines.iter().map(i64::to_string).collect::<Vec<_>>().join(separator(w));
        let decide = p.checked_at.is_none() && p.refused_reason.is_empty() && who.holds(P::WageReview);
        [
            html! { a href=(at(p, "")) { (p.file_name) } },
            html! { (lines) },
            html! { (say::by(w, &p.sent_by, p.sent_at)) },
            html! { div { (state(p)) @if decide {
                (form(&who.view, &at(p, "/check"), actions(button(Button::Secondary, &who.t("sign-paper-check"), None))))
                (why_form(who, &at(p, "/refusal"), "paper-refuse"))
            } } },
        ]
    };
    let table = Table::new(who.t("papers"))
        .text(who.t("import-file"))
        .text(who.t("paper-lines"))
        .text(who.t("paper-sent"))
        .text(who.t("sheet-state"))
        .rows(papers.iter().map(row));
    let sends = who.holds(P::WageCrew) || who.holds(P::WageSheetMake);
    let open = matches!(c.step, Step::Signing | Step::Submitted | Step::Returned);
    html! {
        @if !papers.is_empty() { (table.show(w)) }
        @if sends && open && c.asked_at.is_some() { (details(&who.t("paper-send"), paper_form(who, c))) }
    }
}

fn paper_form(who: &Signed, c: &CourseView) -> Markup {
    let w = who.words();
    let fields = html! {
        (file(w, &Field::new("file", who.t("paper-file")).hint(who.t("paper-file-hint")), ".pdf,.jpg,.jpeg,.png"))
        (text(w, &Field::new("lines", who.t("paper-lines")).hint(who.t("paper-lines-hint"))))
        (actions(button(Button::Secondary, &who.t("paper-send"), None)))
    };
    html! { p { (who.t("sign-paper-lead")) } (form_files(&who.view, &format!("/crews/sheets/{}/papers", c.sheet), fields)) }
}

/// `1-3, 7` as numbers; at most as many as a scan stands for.
pub(crate) fn numbers(text: &str) -> Option<Vec<i64>> {
    let text = kernel::chinese::half_width(text).replace(['、', ';', ' '], ",").replace('–', "-");
    let mut out = Vec::new();
    for part in text.split(',').filter(|p| !p.is_empty()) {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to) = (from.parse::<i64>().ok()?, to.parse::<i64>().ok()?);
        if from < 1 || to < from || to - from >= crews::PAPER_LINES_MAX as i64 {
            return None;
        }
        out.extend(from..=to);
    }
    (!out.is_empty() && out.len() <= crews::PAPER_LINES_MAX).then_some(out)
}

pub async fn paper_send(
    State(web): State<Web>,
    who: Signed,
    At(id): At<PaySheetId>,
    upload: Upload,
) -> Result<Response, Fault> {
    let lines = numbers(upload.field("lines")).ok_or_else(|| Error::field("lines", "numbers of lines, like 1-3, 7"))?;
    let (file_name, bytes) = upload.take_file()?;
    let new = PaperNew { sheet: id, lines, file_name, bytes: bytes.to_vec() };
    let actor = who.actor.clone();
    web.write(move |tx| crews::paper_send(tx, &actor, &new)).await?;
    Ok(see_other(&format!("/crews/sheets/{id}")))
}

/// A sheet and a scan in an address.
fn of_paper((sheet, paper): (String, String)) -> kernel::Result<(PaySheetId, String)> {
    Ok((sheet.parse()?, paper))
}

pub async fn paper(State(web): State<Web>, who: Signed, Path(at): Path<(String, String)>) -> Result<Response, Fault> {
    let (id, paper) = of_paper(at)?;
    let actor = who.actor.clone();
    let (kind, name, bytes) = web.read(move |tx| crews::paper_file(tx, &actor, id, &paper)).await?;
    Ok(download(&name, kind.media_type(), bytes))
}

pub async fn paper_check(
    State(web): State<Web>,
    who: Signed,
    Path(at): Path<(String, String)>,
    _: Checked<Bare>,
) -> Result<Response, Fault> {
    let (id, paper) = of_paper(at)?;
    deed(&web, &who, id, move |tx, actor| crews::paper_check(tx, actor, id, &paper)).await
}

pub async fn paper_refuse(
    State(web): State<Web>,
    who: Signed,
    Path(at): Path<(String, String)>,
    Checked(f): Checked<WhyForm>,
) -> Result<Response, Fault> {
    let (id, paper) = of_paper(at)?;
    deed(&web, &who, id, move |tx, actor| crews::paper_refuse(tx, actor, id, &paper, &f.reason)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_lines_are_read_as_people_write_them() {
        for (text, want) in [
            ("1-3, 7", Some(vec![1, 2, 3, 7])),
            ("2、4、6", Some(vec![2, 4, 6])),
            ("１－２", Some(vec![1, 2])),
            ("", None),
            ("0", None),
            ("5-3", None),
            ("1-999999", None),
            ("x", None),
        ] {
            assert_eq!(numbers(text), want, "{text}");
        }
    }
}
