//! Sites: crews, attendance, reviews, workers' words, clearance and proof. Who may see which crew and sheet the domain says.
use super::FILE_BODY_BYTES_MAX;
use crate::api::{crew_files as sent, crews, schema};
use crate::gate::Access::{Anyone, Customer, Firm};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{
    crew_files as files, crew_months as months, crew_papers as papers, crew_sheets as sheets, crews as site,
    site_notice as notice, worker, worker_further as further,
};
use party::Permission as P;

/// Bytes of a form with a scan of signatures.
const PAPER_BODY_BYTES_MAX: usize = ::crews::PAPER_BYTES_MAX + 64 * 1024;

/// A worker's own lines, on the phone and at a machine.
pub(super) fn worker() -> Vec<Route> {
    vec![
        get("/worker/lines", worker::list, Customer),
        get("/worker/lines/{id}", worker::show, Customer),
        post("/worker/lines/{id}/signature", worker::sign, Customer),
        get("/worker/lines/{id}/objection", worker::object_show, Customer),
        post("/worker/lines/{id}/objection", worker::object, Customer),
        get("/worker/objections/{id}/further", further::show, Customer),
        post("/worker/objections/{id}/further", further::send, Customer),
        get("/worker/sites/{id}", notice::show, Customer),
        post("/worker/sites/{id}/objection", notice::object, Customer),
    ]
}

/// Pages of a site: its clerks, its crews' clerks, the labour officer.
pub(super) fn pages() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let manage = Firm(P::WageProjectManage).or_staff(P::WageProjectManage);
    let roster = Firm(P::WageRosterEdit).or_staff(P::WageRosterEdit);
    let (review, crew) = (Firm(P::WageReview), Firm(P::WageCrew));
    vec![
        get("/wages/projects/{id}/attendance", site::site, read),
        post("/wages/projects/{id}/site-rules", site::put_rules, manage),
        get("/wages/projects/{id}/crew", site::crew_form, manage),
        post("/wages/projects/{id}/crew", site::add_crew, manage),
        get("/wages/projects/{id}/attendance-import", files::attendance_of_site, roster),
        post("/wages/projects/{id}/attendance-import", files::send_of_site, roster).takes(FILE_BODY_BYTES_MAX),
        get("/attendance/{id}", files::attendance, Anyone),
        post("/attendance/{id}/acceptance", files::attendance_accept, Anyone),
        get("/crews", site::list, Firm(P::WageCrew)),
        get("/crews/{id}", site::show, Anyone),
        post("/crews/{id}/end", site::end, manage),
        get("/crews/{id}/attendance-import", files::attendance_of_crew, crew),
        post("/crews/{id}/attendance-import", files::send_of_crew, crew).takes(FILE_BODY_BYTES_MAX),
        get("/crews/{id}/sheet-import", files::sheet_form, crew),
        post("/crews/{id}/sheet-import", files::send_sheet, crew).takes(FILE_BODY_BYTES_MAX),
        get("/crews/{id}/sheet-imports/{import}", files::sheet_result, crew),
        post("/crews/{id}/sheet-imports/{import}/acceptance", files::sheet_accept, crew),
        get("/crews/{id}/months/{month}", months::month, Anyone),
        post("/crews/{id}/months/{month}/review", months::review, review),
        post("/crews/{id}/corrections", months::correct, Anyone),
        get("/crews/sheets/{id}", sheets::show, Anyone),
        post("/crews/sheets/{id}/asking", sheets::ask_signatures, Anyone),
        post("/crews/sheets/{id}/submission", sheets::submit, Anyone),
        post("/crews/sheets/{id}/cancellation", sheets::cancel, Anyone),
        post("/crews/sheets/{id}/return", sheets::give_back, review),
        post("/crews/sheets/{id}/clearance", sheets::clear, review),
        post("/crews/sheets/{id}/papers", papers::paper_send, Anyone).takes(PAPER_BODY_BYTES_MAX),
        get("/crews/sheets/{id}/papers/{paper}", papers::paper, Anyone),
        post("/crews/sheets/{id}/papers/{paper}/check", papers::paper_check, review),
        post("/crews/sheets/{id}/papers/{paper}/refusal", papers::paper_refuse, review),
        get("/crews/lines/{id}", sheets::line, Anyone),
        post("/crews/lines/{id}/reason", sheets::explain, review),
        post("/crews/objections/{id}/answer", sheets::answer, Anyone),
        get("/crews/sheets/{id}/proof", sheets::proof, Anyone),
        get("/crews/sheets/{id}/proof.csv", sheets::proof_csv, Anyone),
    ]
}

/// Programs.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let manage = Firm(P::WageProjectManage).or_staff(P::WageProjectManage);
    let review = Firm(P::WageReview);
    vec![
        act("/v1/wage-projects/{id}/site-rules", crews::site_rules, manage, "Put a project under the rules of a site").doc(|d| d.answer::<schema::Changed>()),
        ask("/v1/wage-projects/{id}/crews", crews::crews, read, "The crews of a project").doc(|d| d.page_of::<schema::Crew>()),
        act("/v1/wage-projects/{id}/crews", crews::add, manage, "Add a crew").doc(|d| d.body::<crews::CrewAsk>().answer::<schema::CrewMade>()),
        act("/v1/wage-projects/{id}/attendance", crews::attendance, Anyone, "Write down days of one month, all or none").doc(|d| d.body::<crews::AttendanceAsk>().answer::<schema::AttendanceTaken>()),
        ask("/v1/wage-projects/{id}/head-count", crews::head_count, read, "Heads by day").doc(|d| d.query("from", "The first day.").query("to", "The last day.").page_of::<schema::HeadCount>()),
        ask("/v1/wage-projects/{id}/strangers", crews::strangers, read, "Who was on the site and is on no roster").doc(|d| d.page_of::<schema::Stranger>()),
        ask("/v1/wage-projects/{id}/objections", crews::objections, Anyone, "What workers object to, newest first").doc(|d| d.query("crew", "One crew's alone.").query("open", "`true`: only those without an answer.").page_of::<schema::Objection>()),
        ask("/v1/crews", crews::own, Firm(P::WageCrew), "The crews of one's own firm on any site").doc(|d| d.page_of::<schema::Crew>()),
        ask("/v1/crews/{id}", crews::crew, Anyone, "A crew").doc(|d| d.answer::<schema::Crew>()),
        act("/v1/crews/{id}/end", crews::end, manage, "End a crew's work").doc(|d| d.body::<crews::EndAsk>().answer::<schema::Changed>()),
        ask("/v1/crews/{id}/months/{month}", crews::month, Anyone, "A crew's month").doc(|d| d.query("after", "The `next` of the page before.").query("limit", "Rows, 1 to 200; 50 when absent.").answer::<schema::CrewMonth>()),
        act("/v1/crews/{id}/months/{month}/review", crews::review, review, "The labour officer reviews a month").doc(|d| d.body::<crews::SeenAsk>().answer::<schema::Changed>()),
        act("/v1/crews/{id}/corrections", crews::correct, Anyone, "Correct a day, with a reason").doc(|d| d.body::<crews::CorrectionAsk>().answer::<schema::Changed>()),
        ask("/v1/crews/{id}/sheets", crews::sheets, Anyone, "The pay sheets of a crew, newest first").doc(|d| d.page_of::<schema::CrewSheet>()),
        ask("/v1/crew-sheets/{id}", crews::sheet, Anyone, "A pay sheet on its way, and what its workers said").doc(|d| d.answer::<schema::CrewSheetSaid>()),
        ask("/v1/crew-sheets/{id}/lines", crews::lines, Anyone, "Its lines with what each worker said").doc(|d| d.page_of::<schema::CrewLine>()),
        act("/v1/crew-sheets/{id}/signature-request", crews::ask_signatures, Anyone, "Show it to its workers and ask them to sign").doc(|d| d.answer::<schema::Changed>()),
        act("/v1/crew-sheets/{id}/submission", crews::submit, Anyone, "Give it to the main contractor").doc(|d| d.answer::<schema::Changed>()),
        act("/v1/crew-sheets/{id}/return", crews::give_back, review, "Give it back to the crew").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
        act("/v1/crew-sheets/{id}/clearance", crews::clear, review, "Clear it, so that the main contractor may submit it").doc(|d| d.body::<crews::SeenAsk>().answer::<schema::Changed>()),
        ask("/v1/crew-sheets/{id}/proof", crews::proof, Anyone, "The proof of what was paid").doc(|d| d.query("after", "The `next` of the page before.").query("limit", "Rows, 1 to 200; 50 when absent.").answer::<schema::CrewProof>()),
        act("/v1/wage-lines/{id}/reason", crews::explain, review, "Say why a line may go on").doc(|d| d.body::<crews::ReasonAsk>().answer::<schema::Changed>()),
        ask("/v1/my-wage-lines", crews::my_lines, Customer, "One's own lines to be signed, and those of before, newest first").doc(|d| d.page_of::<schema::MyWageLine>()),
        act("/v1/my-wage-lines/{id}/signature", crews::sign, Customer, "Sign one's own line").doc(|d| d.body::<crews::SignAsk>().answer::<schema::Changed>()),
        act("/v1/my-wage-lines/{id}/objection", crews::object, Customer, "Object to one's own line").doc(|d| d.body::<crews::ObjectAsk>().answer::<schema::ObjectionMade>()),
        ask("/v1/objections/{id}", crews::objection, Anyone, "An objection").doc(|d| d.answer::<schema::Objection>()),
        act("/v1/objections/{id}/answer", crews::answer, Anyone, "Answer an objection").doc(|d| d.body::<crews::AnswerAsk>().answer::<schema::Changed>()),
        act("/v1/objections/{id}/further", crews::further, Customer, "Take one's objection further: a complaint about it goes to the labour bureau of the site's region, and its code stands in the objection").doc(|d| d.body::<crews::FurtherAsk>().answer::<schema::Changed>()),
    ]
}

/// Programs: files of attendance, of pay sheets, of signatures.
#[rustfmt::skip]
pub(super) fn files() -> Vec<Route> {
    let review = Firm(P::WageReview);
    vec![
        act("/v1/wage-projects/{id}/attendance-files", sent::attendance_send, Anyone, "Send a file of attendance").takes(FILE_BODY_BYTES_MAX).doc(|d| d.upload::<sent::AttendanceForm>().answer::<schema::AttendanceFile>()),
        ask("/v1/attendance-files/{id}", sent::attendance, Anyone, "What came of a file of attendance").doc(|d| d.answer::<schema::AttendanceFile>()),
        ask("/v1/attendance-files/{id}/faults", sent::attendance_faults, Anyone, "What is wrong in it").doc(|d| d.page_of::<schema::WageFault>()),
        act("/v1/attendance-files/{id}/acceptance", sent::attendance_accept, Anyone, "Go on with the people who are right").doc(|d| d.answer::<schema::AttendanceFile>()),
        act("/v1/crews/{id}/sheet-files", sent::sheet_send, Anyone, "Send a crew's pay sheet").takes(FILE_BODY_BYTES_MAX).doc(|d| d.upload::<sent::CrewSheetForm>().answer::<schema::WageImport>()),
        ask("/v1/crews/{id}/sheet-files/{import}", sent::sheet, Anyone, "What came of a crew's pay sheet").doc(|d| d.answer::<schema::WageImport>()),
        ask("/v1/crews/{id}/sheet-files/{import}/faults", sent::sheet_faults, Anyone, "What is wrong in it").doc(|d| d.page_of::<schema::WageFault>()),
        act("/v1/crews/{id}/sheet-files/{import}/acceptance", sent::sheet_accept, Anyone, "Go on with the lines that are right").doc(|d| d.answer::<schema::WageImport>()),
        act("/v1/crew-sheets/{id}/papers", sent::paper_send, Anyone, "Send a scan of signatures").takes(PAPER_BODY_BYTES_MAX).doc(|d| d.upload::<sent::PaperForm>().answer::<schema::PaperSent>()),
        ask("/v1/crew-sheets/{id}/papers", sent::papers, Anyone, "The scans of a pay sheet, oldest first").doc(|d| d.page_of::<schema::SignaturePaper>()),
        ask("/v1/crew-sheets/{id}/papers/{paper}", sent::paper, Anyone, "A scan as it was sent").doc(|d| d.file("application/pdf")),
        act("/v1/crew-sheets/{id}/papers/{paper}/check", sent::paper_check, review, "The labour officer says that it holds the signatures of its lines").doc(|d| d.answer::<schema::Changed>()),
        act("/v1/crew-sheets/{id}/papers/{paper}/refusal", sent::paper_refuse, review, "He says that it does not").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
    ]
}
