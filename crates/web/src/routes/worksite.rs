//! Sites. What an owner agrees to is decided where all approvals are (`/v1/approvals`).
use crate::api::{schema, worksite};
use crate::gate::Access::{Anyone, Firm, Public, Staff};
use crate::http::route::{Route, act, ask, get, post};
use crate::pages::{
    site, site_board as board, site_money as money, site_papers as papers, site_sharing as sharing,
    site_top_up as top_up,
};
use party::Permission as P;

/// Bytes of a body that holds an agreement's text in base64.
const AGREEMENT_JSON_BYTES_MAX: usize = 14 << 20;

/// Pages of the contractor, the bank and the owner of the works.
pub(super) fn pages() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let manage = Firm(P::WageProjectManage).or_staff(P::WageProjectManage);
    vec![
        get("/wages/owned", site::owned, Firm(P::WageTopUpApprove)),
        get("/wages/projects/{id}/site", site::show, read),
        get("/wages/projects/{id}/site/file", site::form_of, manage),
        post("/wages/projects/{id}/site/file", site::file, manage),
        get("/wages/projects/{id}/site/amendments", site::amendments, read),
        get("/wages/projects/{id}/site/papers", papers::show, manage),
        post("/wages/projects/{id}/site/agreement", papers::agreement, manage),
        post("/wages/projects/{id}/site/filing", papers::filing, manage),
        get("/wages/projects/{id}/site/money", money::show, read),
        get("/wages/projects/{id}/site/schedule", money::schedule_form, manage),
        post("/wages/projects/{id}/site/schedule", money::schedule, manage),
        post("/wages/projects/{id}/site/progress", money::progress, manage),
        post("/wages/projects/{id}/site/report", money::report, manage),
        get("/wages/projects/{id}/site/top-up", top_up::form_of, manage),
        post("/wages/projects/{id}/site/top-up", top_up::ask, manage),
        get("/wages/projects/{id}/site/sharing", sharing::show, read),
        post("/wages/projects/{id}/site/sharing", sharing::join, Staff(P::WageAccountOpen)),
        get("/wages/projects/{id}/board", board::show, read),
        get("/board/{code}", board::public, Public),
    ]
}

/// Programs.
#[rustfmt::skip]
pub(super) fn programs() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let manage = Firm(P::WageProjectManage).or_staff(P::WageProjectManage);
    vec![
        ask("/v1/site-regions", worksite::regions, Anyone, "The regions this bank knows, with their lowest wages").doc(|d| d.page_of::<schema::SiteRegion>()),
        ask("/v1/owned-sites", worksite::owned, Firm(P::WageTopUpApprove), "Sites of other firms that one's own firm is the owner of").doc(|d| d.page_of::<schema::Site>()),
        ask("/v1/wage-projects/{id}/site", worksite::site, read, "The site file of a project").doc(|d| d.answer::<schema::Site>()),
        act("/v1/wage-projects/{id}/site", worksite::file, manage, "Make the site file of a project; from then on its wages are reviewed and signed for").doc(|d| d.body::<worksite::SiteAsk>().answer::<schema::Changed>()),
        act("/v1/wage-projects/{id}/site/amendments", worksite::amend, manage, "Change a site file, with the reason").doc(|d| d.body::<worksite::SiteAsk>().answer::<schema::Changed>()),
        ask("/v1/wage-projects/{id}/site/amendments", worksite::amendments, read, "What was changed in a site file, newest first").doc(|d| d.page_of::<schema::SiteAmendment>()),
        act("/v1/wage-projects/{id}/site/agreement", worksite::agreement, manage, "Write down the agreement of owner, contractor and bank").takes(AGREEMENT_JSON_BYTES_MAX).doc(|d| d.body::<worksite::AgreementAsk>().answer::<schema::Changed>()),
        act("/v1/wage-projects/{id}/site/filing", worksite::filing, manage, "Write down that the account was filed with the labour bureau").doc(|d| d.body::<worksite::FilingAsk>().answer::<schema::Changed>()),
        ask("/v1/wage-projects/{id}/site/deadlines", worksite::deadlines, read, "What a site has to have done by which day").doc(|d| d.page_of::<schema::SiteDeadline>()),
        ask("/v1/wage-projects/{id}/site/schedules", worksite::schedules, read, "Schedules of wage money, newest first").doc(|d| d.page_of::<schema::SiteSchedule>()),
        act("/v1/wage-projects/{id}/site/schedules", worksite::schedule, manage, "Ask the owner to agree when wage money comes").doc(|d| d.body::<worksite::ScheduleAsk>().answer::<schema::ApprovalAsked>()),
        act("/v1/wage-projects/{id}/site/progress", worksite::progress, manage, "Write down what was built in a month").doc(|d| d.body::<worksite::ProgressAsk>().answer::<schema::Changed>()),
        ask("/v1/wage-projects/{id}/site/installments", worksite::installments, read, "What the owner owes and paid, by due day").doc(|d| d.page_of::<schema::SiteInstallment>()),
        ask("/v1/wage-projects/{id}/site/forecast", worksite::forecast, read, "Whether there will be enough on the next pay day").doc(|d| d.answer::<schema::SiteForecast>()),
        ask("/v1/wage-projects/{id}/site/reports", worksite::reports, read, "Late installments and whether they were reported").doc(|d| d.page_of::<schema::SiteReport>()),
        act("/v1/wage-projects/{id}/site/reports", worksite::report, manage, "Write down that a late installment was reported to the authorities").doc(|d| d.body::<worksite::ReportAsk>().answer::<schema::Changed>()),
        ask("/v1/wage-projects/{id}/site/top-ups", worksite::top_ups, read, "Requests for more wage money, newest first").doc(|d| d.page_of::<schema::SiteTopUp>()),
        act("/v1/wage-projects/{id}/site/top-ups", worksite::top_up_ask, manage, "Ask the owner for more wage money").doc(|d| d.body::<worksite::TopUpAsk>().answer::<schema::SiteTopUpAsked>()),
        ask("/v1/site-top-ups/{id}", worksite::top_up, read, "A request for more wage money").doc(|d| d.answer::<schema::SiteTopUp>()),
        ask("/v1/wage-projects/{id}/site/parts", worksite::parts, read, "Projects under the wage account of a project, its own part first, with what each may pay").doc(|d| d.page_of::<schema::SitePart>()),
        ask("/v1/wage-projects/{id}/site/parts/next", worksite::next_part, Staff(P::WageAccountOpen), "The account number that another project under this one's account is opened with").doc(|d| d.answer::<schema::SitePartNumber>()),
        act("/v1/wage-projects/{id}/site/parts", worksite::join, Staff(P::WageAccountOpen), "A project that was opened under such a number joins, where the region allows it").doc(|d| d.body::<worksite::JoinAsk>().answer::<schema::Changed>()),
        ask("/v1/wage-projects/{id}/board", worksite::board, read, "What hangs at the gate of a site").doc(|d| d.answer::<schema::SiteBoard>()),
        ask("/v1/boards/{code}", worksite::board_by_code, Public, "A notice board by its code; names and telephones hang there in full").doc(|d| d.answer::<schema::SiteBoard>()),
    ]
}
