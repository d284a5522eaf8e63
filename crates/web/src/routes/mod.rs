//! Every route, on one page: what is asked, who answers, who may ask. The server, its documentation and the test of rights
//! are all made of this list.
mod cards;
mod cases;
mod cash;
mod counter;
mod crews;
mod desk;
mod diligence;
mod door;
mod elder;
mod kiosk;
mod orders;
mod reports;
mod safety;
mod savings;
mod statement;
mod talks;
pub mod tasks;
mod terms;

use crate::api::{
    accounts, approvals, deposits, desk as desk_api, guards, operations as ops, payments, people, schema, sessions,
    staff as staff_api, wage_files as files, wages, webhooks,
};
use crate::gate::Access::{Anyone, Customer, Firm, Newcomer, Owner, Public, Staff};
use crate::http::route::{Route, RouteInfo, act, ask, end, get, post};
use crate::pages::{accounts as accounts_page, approvals as approvals_page, programs as clients};
use crate::pages::{
    audit, clearing, close_day, customers, devices, freezes, held, home, imports, instructions, lists, notices,
    opening, outbox,
};
use crate::pages::{branches, bulk_accounts, firms, logins, registration, roles, staff};
use crate::pages::{password, payday, prices, projects, restrictions, roster, sheets, sign_in, slips, tiers};
use party::Permission as P;

mod arrears;
mod bureau;
mod guarantee;
mod guard;
mod site_end;
mod transfer;
mod wealth;
mod worksite;

/// Every route that this crate serves from its table.
pub fn table() -> Vec<Route> {
    [
        kiosk::pages(),
        kiosk::cash(),
        kiosk::cards(),
        kiosk::demo(),
        kiosk::installed(),
        kiosk::staff(),
        kiosk::programs(),
        pages(),
        door::pages(),
        door::programs(),
        statement::pages(),
        statement::programs(),
        screens(),
        who(),
        money(),
        savings::pages(),
        savings(),
        orders(),
        second_persons(),
        wage(),
        bank(),
        people_and_rights(),
        firms_and_programs(),
        desk::table(),
        transfer::screens(),
        transfer::programs(),
        safety::pages(),
        safety::programs(),
        elder::pages(),
        elder::programs(),
        counter::pages(),
        counter::programs(),
        diligence::pages(),
        diligence::programs(),
        cash::pages(),
        cash::programs(),
        cards::pages(),
        cards::programs(),
        wealth::pages(),
        wealth::programs(),
        arrears::pages(),
        arrears::programs(),
        bureau::pages(),
        bureau::programs(),
        worksite::pages(),
        worksite::programs(),
        crews::worker(),
        crews::pages(),
        crews::programs(),
        crews::files(),
        guarantee::pages(),
        guarantee::programs(),
        site_end::pages(),
        site_end::programs(),
        orders::pages(),
        cases::pages(),
        talks::pages(),
        cases::programs(),
        reports::pages(),
        reports::programs(),
        guard::pages(),
        orders::programs(),
        terms::pages(),
        terms::programs(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What is known of each route, for tests and documents.
pub fn routes() -> Vec<RouteInfo> {
    table().iter().map(|route| route.info).collect()
}

/// The description of the interface for programs, OpenAPI 3.1 in JSON.
pub fn open_api() -> String {
    crate::api::doc::text(table())
}

/// The pages that everybody meets.
fn pages() -> Vec<Route> {
    vec![
        get("/", home::welcome, Public),
        get("/demo/files/{name}", home::demo_file, Public),
        get("/sign-in", sign_in::show, Public),
        post("/sign-in", sign_in::enter, Public),
        post("/sign-out", sign_in::leave, Public),
        get("/step-up", sign_in::step_up_page, Newcomer),
        post("/step-up", sign_in::step_up, Newcomer),
        get("/password", password::show, Newcomer),
        post("/password", password::change, Newcomer),
        get("/act-for", sign_in::act_for_page, Anyone),
        post("/act-for", sign_in::act_for, Anyone),
        get("/home", home::show, Anyone),
        get("/notices", notices::list, Anyone),
        post("/notices/reading", notices::read_all, Anyone),
        get("/devices", devices::list, Anyone),
        post("/devices/{id}/end", devices::end, Anyone),
    ]
}

/// The screens of customers, firms and staff.
fn screens() -> Vec<Route> {
    [
        owners_screens(),
        wage_screens(),
        second_pair_of_eyes(),
        branch_screens(),
        head_office_screens(),
        people_screens(),
        firm_screens(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A customer's or a firm's money; the price list.
fn owners_screens() -> Vec<Route> {
    let pays = Owner(P::PaymentSubmit);
    let seen = Owner(P::AccountRead).or_staff(P::AccountReadAny);
    vec![
        get("/prices", prices::show, Public),
        get("/accounts", accounts_page::list, Owner(P::AccountRead)),
        get("/accounts/{id}", accounts_page::show, seen),
        get("/payments/{id}", instructions::show, seen),
        get("/payments/{id}/confirmation", instructions::confirmation, pays),
        post("/payments/{id}/confirmation", instructions::confirm, pays),
        get("/payments/{id}/cancellation", instructions::cancellation, pays),
        post("/payments/{id}/cancellation", instructions::cancel, pays),
        get("/slips", slips::list, Anyone),
        get("/slips/{id}", slips::show, Anyone),
    ]
}

/// Wages: projects, rosters, files, pay sheets, paydays.
fn wage_screens() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let roster_edit = Firm(P::WageRosterEdit);
    let make = Firm(P::WageSheetMake);
    let open = Staff(P::WageAccountOpen);
    let fund = Firm(P::PaymentSubmit);
    vec![
        get("/wages", projects::list, read),
        get("/wages/opening", opening::opening, open),
        post("/wages/opening", opening::open, open),
        get("/wages/projects/{id}", projects::show, read),
        get("/wages/projects/{id}/funding", projects::funding, fund),
        post("/wages/projects/{id}/funding", projects::fund, fund),
        get("/wages/projects/{id}/roster", roster::list, read),
        get("/wages/projects/{id}/accounts", bulk_accounts::ask, open),
        post("/wages/projects/{id}/accounts", bulk_accounts::open, open),
        get("/wages/workers/{id}/account", roster::account, roster_edit),
        post("/wages/workers/{id}/account", roster::account_ask, roster_edit),
        get("/wages/projects/{id}/roster-import", imports::roster, roster_edit),
        post("/wages/projects/{id}/roster-import", imports::send_roster, roster_edit).takes(FILE_BODY_BYTES_MAX),
        get("/wages/projects/{id}/sheet-import", imports::pay_sheet, make),
        post("/wages/projects/{id}/sheet-import", imports::send_pay_sheet, make).takes(FILE_BODY_BYTES_MAX),
        get("/wages/imports/{id}", imports::show, read),
        get("/wages/imports/{id}/progress", imports::progress, read),
        get("/wages/imports/{id}/faults.csv", imports::faults_csv, read),
        post("/wages/imports/{id}/acceptance", imports::accept, roster_edit),
        get("/wages/sheets/{id}", sheets::show, read),
        get("/wages/sheets/{id}/submission", sheets::submission, make),
        post("/wages/sheets/{id}/submission", sheets::submit, make),
        get("/wages/sheets/{id}/cancellation", sheets::cancellation, make),
        post("/wages/sheets/{id}/cancellation", sheets::cancel, make),
        get("/wages/sheets/{id}/payment", payday::show, read),
        post("/wages/sheets/{id}/payment", payday::pay, Firm(P::WagePay)),
        get("/wages/sheets/{id}/progress", payday::progress, read),
        post("/wages/sheets/{id}/repayment", payday::repay, make),
        get("/wages/sheets/{id}/result.csv", payday::result_csv, read),
    ]
}

/// What waits for a second person; whose turn it is, the domain says.
fn second_pair_of_eyes() -> Vec<Route> {
    vec![
        get("/approvals", approvals_page::list, Anyone),
        get("/approvals/{id}", approvals_page::show, Anyone),
        get("/approvals/{id}/approval", approvals_page::approval, Anyone),
        post("/approvals/{id}/approval", approvals_page::approve, Anyone),
        get("/approvals/{id}/refusal", approvals_page::refusal, Anyone),
        post("/approvals/{id}/refusal", approvals_page::refuse, Anyone),
        get("/approvals/{id}/return", approvals_page::send_back, Anyone),
        post("/approvals/{id}/return", approvals_page::return_to_maker, Anyone),
        get("/approvals/{id}/withdrawal", approvals_page::withdrawal, Anyone),
        post("/approvals/{id}/withdrawal", approvals_page::withdraw, Anyone),
    ]
}

/// Staff at a branch: customers, and payments that wait for a person.
fn branch_screens() -> Vec<Route> {
    let (read, reveal) = (Staff(P::PersonRead), Staff(P::PersonReveal));
    let register = Staff(P::PersonRegister);
    let (activate, decide) = (Staff(P::AccountOpen), Staff(P::GuardDecide));
    let (freeze, edit) = (Staff(P::AccountFreeze), Staff(P::GuardLists));
    vec![
        get("/customers", customers::search, read),
        post("/customers", customers::find, read),
        get("/customers/registration", registration::person, register),
        post("/customers/registration", registration::register_person, register),
        get("/customers/{id}", customers::show, read),
        get("/customers/{id}/reveal", customers::reveal, reveal),
        post("/customers/{id}/reveal", customers::revealed, reveal),
        get("/accounts/{id}/activation", accounts_page::activation, activate),
        post("/accounts/{id}/activation", accounts_page::activate, activate),
        get("/accounts/{id}/restriction", restrictions::restriction, freeze),
        post("/accounts/{id}/restriction", restrictions::restrict, freeze),
        get("/accounts/{id}/restrictions/{number}/lifting", restrictions::lifting, freeze),
        post("/accounts/{id}/restrictions/{number}/lifting", restrictions::lift, freeze),
        get("/accounts/{id}/closing", restrictions::closing, activate),
        post("/accounts/{id}/closing", restrictions::close, activate),
        get("/freezes/{party}", freezes::list, freeze),
        get("/freezes/{party}/new", freezes::new, freeze),
        post("/freezes/{party}/new", freezes::freeze, freeze),
        get("/freezes/{party}/{number}/release", freezes::release, freeze),
        post("/freezes/{party}/{number}/release", freezes::release_it, freeze),
        get("/customers/{id}/tier", tiers::of_person, read),
        post("/customers/{id}/tier", tiers::move_to, Staff(P::PersonTier)),
        get("/guard", held::queue, Staff(P::GuardRead)),
        get("/guard/lists", lists::list, Staff(P::GuardRead)),
        get("/guard/lists/entry", lists::adding, edit),
        post("/guard/lists/entry", lists::add, edit),
        get("/guard/entries/{id}/removal", lists::removal, edit),
        post("/guard/entries/{id}/removal", lists::remove, edit),
        get("/guard/{id}", held::show, Staff(P::GuardRead)),
        get("/guard/{id}/release", held::release, decide),
        post("/guard/{id}/release", held::release_it, decide),
        get("/guard/{id}/cancellation", held::cancellation, decide),
        post("/guard/{id}/cancellation", held::cancel_it, decide),
    ]
}

/// Branches, staff and their rights, sign-in names.
fn people_screens() -> Vec<Route> {
    let (branch, seen, manage) = (Staff(P::BranchManage), Staff(P::StaffRead), Staff(P::StaffManage));
    let (give, make, unlock) = (Staff(P::RoleGrant), Staff(P::LoginMake), Staff(P::LoginUnlock));
    let take = Firm(P::RoleRevoke).or_staff(P::RoleRevoke);
    vec![
        get("/branches", branches::list, branch),
        get("/branches/opening", branches::opening, branch),
        post("/branches/opening", branches::open, branch),
        get("/staff", staff::list, seen),
        get("/staff/joining", staff::joining, manage),
        post("/staff/joining", staff::join, manage),
        get("/staff/{id}", staff::show, seen),
        get("/staff/{id}/leaving", staff::leaving, manage),
        post("/staff/{id}/leaving", staff::leave, manage),
        get("/staff/{id}/role", roles::staff_role, give),
        post("/staff/{id}/role", roles::give_staff, give),
        get("/staff/{id}/login", logins::staff_making, manage),
        post("/staff/{id}/login", logins::make_staff, manage),
        get("/grants", roles::list, seen),
        get("/grants/{id}/revocation", roles::revocation, take),
        post("/grants/{id}/revocation", roles::revoke, take),
        get("/customers/{id}/login", logins::person_making, make),
        post("/customers/{id}/login", logins::make_person, make),
        get("/logins/{id}/unlocking", logins::unlocking, unlock),
        post("/logins/{id}/unlocking", logins::unlock, unlock),
        get("/logins/{id}/sessions-end", logins::sessions_ending, unlock),
        post("/logins/{id}/sessions-end", logins::end_sessions, unlock),
        get("/logins/{id}/renewal", logins::renewal, make),
        post("/logins/{id}/renewal", logins::renew, make),
    ]
}

/// A firm, its users and its programs: for the bank, and for the firm itself.
fn firm_screens() -> Vec<Route> {
    let (read, register) = (Firm(P::FirmRead).or_staff(P::FirmRead), Staff(P::FirmRegister));
    let give = Firm(P::RoleGrant).or_staff(P::RoleGrant);
    let programs = Firm(P::ClientManage).or_staff(P::ClientManage);
    vec![
        get("/firms", firms::find, Staff(P::FirmRead)),
        get("/firms/registration", registration::firm, register),
        post("/firms/registration", registration::register_firm, register),
        get("/firm", firms::own, Firm(P::FirmRead)),
        get("/firms/{id}", firms::show, read),
        get("/firms/{id}/role", roles::firm_role, give),
        post("/firms/{id}/role", roles::give_in_firm, give),
        get("/firms/{id}/control", firms::control, give),
        post("/firms/{id}/control", firms::control_change, give),
        get("/firms/{id}/programs", clients::making, programs),
        post("/firms/{id}/programs", clients::make, programs),
        get("/programs/{id}/ending", clients::ending, programs),
        post("/programs/{id}/ending", clients::end, programs),
    ]
}

/// Operators and auditors.
fn head_office_screens() -> Vec<Route> {
    let (clearing_desk, outbox_desk) = (Staff(P::ClearingOperate), Staff(P::OutboxOperate));
    let (close, audit_read, export) = (Staff(P::DayClose), Staff(P::AuditRead), Staff(P::AuditExport));
    vec![
        get("/clearing", clearing::list, clearing_desk),
        get("/clearing/{id}", clearing::show, clearing_desk),
        post("/clearing/{id}/resolution", clearing::resolve, clearing_desk),
        get("/outbox", outbox::list, outbox_desk),
        post("/outbox/attempts", outbox::try_again, outbox_desk),
        get("/outbox/drop", outbox::dropping, outbox_desk),
        post("/outbox/drop", outbox::drop_event, outbox_desk),
        get("/day", close_day::show, close),
        get("/day/progress", close_day::progress, close),
        post("/day/closing", close_day::close, close),
        get("/audit", audit::search, audit_read),
        get("/audit/holders", audit::holders, audit_read),
        get("/audit/export", audit::export, export),
        post("/audit/export", audit::exported, export),
        get("/audit/verification", audit::verification, audit_read),
        post("/audit/verification", audit::verify, audit_read),
        get("/audit/verification/progress", audit::progress, audit_read),
    ]
}

/// Programs: who they are; and what monitoring asks.
#[rustfmt::skip]
fn who() -> Vec<Route> {
    vec![
        ask("/healthz", ops::alive, Public, "Whether the process lives").doc(|d| d.answer::<schema::Health>()),
        ask("/readyz", ops::ready, Public, "Whether the database can be read").doc(|d| d.answer::<schema::Health>()),
        ask("/metrics", ops::metrics, Public, "Figures in the text format of Prometheus").doc(|d| d.file("text/plain")),
        ask("/v1/openapi.json", ops::open_api, Public, "This description").doc(|d| d.file("application/json")),
        act("/v1/sessions", sessions::begin, Public, "Sign in").keyless().doc(|d| d.body::<sessions::SignInAsk>().answer::<schema::Session>().status(201)),
        end("/v1/sessions/current", sessions::leave, Newcomer, "Sign out").keyless().doc(|d| d.answer::<schema::Changed>()),
        act("/v1/sessions/current/step-up", sessions::step_up, Newcomer, "Give the second factor again; the token is replaced").keyless().doc(|d| d.body::<sessions::StepUpAsk>().answer::<schema::Session>()),
        act("/v1/sessions/current/firm", sessions::act_for, Anyone, "Act for a firm, or for oneself again").keyless().doc(|d| d.body::<sessions::ActForAsk>().answer::<schema::Session>()),
        ask("/v1/me", sessions::me, Newcomer, "Who calls").doc(|d| d.answer::<schema::Me>()),
        act("/v1/me/password", sessions::password, Newcomer, "Replace one's own password; other sessions end").keyless().doc(|d| d.body::<sessions::PasswordAsk>().answer::<schema::Changed>()),
        ask("/v1/notices", sessions::notices, Anyone, "What one was told, newest first").doc(|d| d.query("unread", "`true`: only unread ones.").page_of::<schema::Notice>()),
        act("/v1/notices/{id}/reading", sessions::read_notice, Anyone, "Mark a notice as read").doc(|d| d.answer::<schema::Changed>()),
    ]
}

/// Programs: accounts and payments.
#[rustfmt::skip]
fn money() -> Vec<Route> {
    let own = Owner(P::AccountRead);
    let seen = own.or_staff(P::AccountReadAny);
    let pays = Owner(P::PaymentSubmit).or_staff(P::PaymentSubmitAny);
    vec![
        ask("/v1/accounts", accounts::list, own, "One's own accounts, or the firm's").doc(|d| d.page_of::<schema::Account>()),
        ask("/v1/accounts/{id}", accounts::one, seen, "An account and what it holds").doc(|d| d.answer::<schema::Account>()),
        ask("/v1/accounts/{id}/lines", accounts::lines, seen, "Its statement, newest first").doc(|d| d.page_of::<schema::StatementLine>()),
        ask("/v1/accounts/{id}/payments", payments::of_account, seen, "Orders to pay from it, newest first").doc(|d| d.page_of::<schema::Payment>()),
        act("/v1/payments/quote", payments::quote, pays, "The price of an order").keyless().doc(|d| d.body::<payments::PaymentAsk>().answer::<schema::Quote>()),
        act("/v1/payments", payments::submit, pays, "Order a payment").doc(|d| d.body::<payments::PaymentAsk>().answer::<schema::Receipt>().status(201)),
        ask("/v1/payments/{id}", payments::one, seen, "An order and what became of it").doc(|d| d.answer::<schema::PaymentSeen>()),
        act("/v1/payments/{id}/confirmation", payments::confirm, Owner(P::PaymentSubmit), "The payer answers a challenge, stepped up").doc(|d| d.answer::<schema::Receipt>()),
        act("/v1/payments/{id}/cancellation", payments::cancel, Owner(P::PaymentSubmit).or_staff(P::GuardDecide), "Cancel an open order; the money is free again").doc(|d| d.body::<crate::api::Why>().answer::<schema::Receipt>()),
        act("/v1/payments/{id}/release", payments::release, Staff(P::GuardDecide), "Release a held order").doc(|d| d.body::<crate::api::Why>().answer::<schema::Receipt>()),
        act("/v1/payments/{id}/reversal", payments::reverse, Staff(P::PaymentReverse), "Reverse a posted payment inside the bank").doc(|d| d.body::<crate::api::Why>().answer::<schema::Receipt>()),
    ]
}

/// Programs: deposits, interest, passbooks, certificates.
#[rustfmt::skip]
fn savings() -> Vec<Route> {
    let own = Owner(P::AccountRead);
    let seen = own.or_staff(P::AccountReadAny);
    let pays = Owner(P::PaymentSubmit).or_staff(P::PaymentSubmitAny);
    let counter = Staff(P::AccountOpen);
    vec![
        ask("/v1/deposit-products", deposits::on_sale, Anyone, "What is sold today, with today's rates").doc(|d| d.page_of::<schema::DepositOnSale>()),
        ask("/v1/deposits", deposits::list, own, "One's own deposits, or the firm's, newest first").doc(|d| d.page_of::<schema::Deposit>()),
        act("/v1/deposits", deposits::open, pays, "Open a deposit from a current account").doc(|d| d.body::<deposits::OpenAsk>().answer::<schema::Deposit>()),
        act("/v1/deposits/offers", deposits::offer, pays, "What a deposit would be if it were opened now").keyless().doc(|d| d.body::<deposits::OpenAsk>().answer::<schema::DepositOffer>()),
        ask("/v1/deposits/{id}", deposits::one, seen, "A deposit and every step of its life").doc(|d| d.answer::<schema::DepositLife>()),
        act("/v1/deposits/{id}/draws/quote", deposits::quote, seen, "What a draw would pay and cost today").keyless().doc(|d| d.body::<deposits::DrawAsk>().answer::<schema::DrawQuote>()),
        act("/v1/deposits/{id}/draws", deposits::draw, pays, "Draw all or a part, bound to the interest that was shown").doc(|d| d.body::<deposits::ConfirmedDraw>().answer::<schema::Drawn>()),
        act("/v1/deposits/{id}/rollover", deposits::rollover, pays, "What happens on its last day").doc(|d| d.body::<deposits::RolloverAsk>().answer::<schema::Deposit>()),
        act("/v1/deposits/{id}/notices", deposits::notice, pays, "Give notice that an amount will be drawn").doc(|d| d.body::<deposits::DrawAsk>().answer::<schema::DepositNotice>()),
        act("/v1/deposits/{id}/notices/{number}/cancellation", deposits::notice_end, pays, "Take a notice back").doc(|d| d.answer::<schema::DepositNotice>()),
        ask("/v1/accounts/{id}/interest", deposits::earned, seen, "What an account has earned and was not paid").doc(|d| d.answer::<schema::InterestEarned>()),
        act("/v1/accounts/{id}/interest/settlement", deposits::settle, counter, "Settle and pay an account's interest now, before it is closed").doc(|d| d.answer::<schema::InterestPaid>()),
        act("/v1/accounts/{id}/waking", deposits::wake, counter, "Wake a sleeping account; its owner is here").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
        ask("/v1/accounts/{id}/passbook", deposits::passbook, seen, "The passbook in use and the lines to be caught up").doc(|d| d.answer::<schema::PassbookLines>()),
        act("/v1/accounts/{id}/passbook", deposits::passbook_issue, counter, "Issue a passbook, or replace the one in use").doc(|d| d.body::<deposits::PassbookAsk>().answer::<schema::Passbook>()),
        act("/v1/accounts/{id}/passbook/lines", deposits::passbook_print, Owner(P::AccountRead).or_staff(P::AccountOpen), "Print the lines to be caught up").doc(|d| d.body::<deposits::PrintAsk>().answer::<schema::PassbookLines>()),
        ask("/v1/accounts/{id}/certificates", deposits::proofs, seen, "Certificates of deposit of an account, newest first").doc(|d| d.page_of::<schema::DepositProof>()),
        act("/v1/accounts/{id}/certificates", deposits::proof_issue, counter, "Issue a certificate of deposit; its amount is held").doc(|d| d.body::<deposits::CertificateAsk>().answer::<schema::DepositProof>()),
        act("/v1/certificates/{id}/end", deposits::proof_end, counter, "All copies are back: the amount is free again").doc(|d| d.body::<crate::api::Why>().answer::<schema::DepositProof>()),
    ]
}

/// Programs: what staff order about customers, and a customer's own limits.
#[rustfmt::skip]
fn orders() -> Vec<Route> {
    let freeze = Staff(P::AccountFreeze);
    vec![
        ask("/v1/accounts/{id}/restrictions", desk_api::restrictions, Staff(P::AccountReadAny), "All restrictions an account has had, by number").doc(|d| d.page_of::<schema::Restriction>()),
        act("/v1/accounts/{id}/restrictions", desk_api::restrict, freeze, "Restrict an account; works at once").doc(|d| d.body::<desk_api::RestrictAsk>().answer::<schema::Proposed>()),
        act("/v1/accounts/{id}/restrictions/{number}/lifting", desk_api::lift, freeze, "Ask a second person to lift a restriction").doc(|d| d.body::<crate::api::Why>().answer::<schema::Proposed>()),
        act("/v1/accounts/{id}/closing", desk_api::close, Staff(P::AccountOpen), "Close an empty account").doc(|d| d.body::<crate::api::Why>().answer::<schema::Proposed>()),
        ask("/v1/parties/{party}/freezes", desk_api::freezes, freeze, "Freezes of a person or firm, newest first").doc(|d| d.page_of::<schema::Freeze>()),
        act("/v1/parties/{party}/freezes", desk_api::freeze, freeze, "Freeze a person or firm; works at once").doc(|d| d.body::<desk_api::FreezeAsk>().answer::<schema::Proposed>()),
        act("/v1/parties/{party}/freezes/{number}/release", desk_api::release, freeze, "Ask a second person to release a freeze").doc(|d| d.body::<desk_api::ReleaseAsk>().answer::<schema::Proposed>()),
        ask("/v1/people/{id}/tier", desk_api::tier, Staff(P::PersonRead), "A person's tier, its limits and what is used of them").doc(|d| d.answer::<schema::TierLimits>()),
        act("/v1/people/{id}/tier", desk_api::move_tier, Staff(P::PersonTier), "Another tier: down at once, up with a second person").doc(|d| d.body::<desk_api::TierAsk>().answer::<schema::Proposed>()),
        ask("/v1/limits", desk_api::limits, Customer, "The caller's tier, its limits and what is used of them").doc(|d| d.answer::<schema::TierLimits>()),
        act("/v1/limits/own-cap", desk_api::own_cap, Customer, "Cap one's own transfers of a day; up again only stepped up").doc(|d| d.body::<desk_api::CapAsk>().answer::<schema::Changed>()),
    ]
}

/// Programs: what waits for a second person.
#[rustfmt::skip]
fn second_persons() -> Vec<Route> {
    vec![
        ask("/v1/approvals", approvals::waiting, Anyone, "What the caller may decide now, oldest first").doc(|d| d.page_of::<schema::Approval>()),
        ask("/v1/approvals/made", approvals::made, Anyone, "What the caller asked for, newest first").doc(|d| d.page_of::<schema::Approval>()),
        ask("/v1/approvals/{id}", approvals::one, Anyone, "An approval, before and after").doc(|d| d.answer::<schema::Approval>()),
        act("/v1/approvals/{id}/approval", approvals::approve, Anyone, "Approve what was shown, stepped up").doc(|d| d.body::<approvals::Yes>().answer::<schema::Decided>()),
        act("/v1/approvals/{id}/refusal", approvals::refuse, Anyone, "Refuse it").doc(|d| d.body::<approvals::No>().answer::<schema::Decided>()),
        act("/v1/approvals/{id}/return", approvals::send_back, Anyone, "Give it back to its maker").doc(|d| d.body::<approvals::No>().answer::<schema::Decided>()),
        act("/v1/approvals/{id}/cancellation", approvals::cancel, Anyone, "The maker takes it back").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
    ]
}

/// Programs: wages.
#[rustfmt::skip]
fn wage() -> Vec<Route> {
    let read = Firm(P::WageRead).or_staff(P::WageReadBank);
    let roster = Firm(P::WageRosterEdit).or_staff(P::WageRosterEdit);
    let make = Firm(P::WageSheetMake);
    vec![
        ask("/v1/wage-projects", wages::projects, read, "Projects of the firm, or of the staff's branches").doc(|d| d.page_of::<schema::WageProject>()),
        act("/v1/wage-projects", wages::open_project, Staff(P::WageAccountOpen), "Ask a second person to open a project with its wage account").doc(|d| d.body::<wages::ProjectAsk>().answer::<schema::Proposed>()),
        ask("/v1/wage-projects/{id}", wages::project, read, "A project").doc(|d| d.answer::<schema::WageProject>()),
        act("/v1/wage-projects/{id}/funding", wages::fund, Firm(P::PaymentSubmit), "Pay into the wage account").doc(|d| d.body::<wages::FundAsk>().answer::<schema::Receipt>()),
        ask("/v1/wage-projects/{id}/workers", wages::roster, read, "The roster").doc(|d| d.page_of::<schema::Worker>()),
        act("/v1/wage-projects/{id}/workers", wages::add_worker, roster, "Put a worker on the roster").doc(|d| d.body::<wages::WorkerAsk>().answer::<schema::WorkerAdded>()),
        act("/v1/wage-projects/{id}/accounts", wages::open_accounts, Staff(P::WageAccountOpen), "Open an account for everybody on the roster who has none; each only receives until its owner activates it in person").doc(|d| d.answer::<schema::AccountsOpened>()),
        act("/v1/wage-workers/{id}/leaving", wages::leave, roster, "A worker left").doc(|d| d.body::<wages::LeaveAsk>().answer::<schema::Changed>()),
        act("/v1/wage-workers/{id}/account", wages::change_account, roster, "Ask for another account of a worker").doc(|d| d.body::<wages::AccountChangeAsk>().answer::<schema::ApprovalAsked>()),
        act("/v1/wage-projects/{id}/imports", files::send, roster, "Send a roster or pay sheet file").takes(FILE_BODY_BYTES_MAX).doc(|d| d.upload::<files::FileForm>().answer::<schema::WageImport>().or_later()),
        act("/v1/wage-projects/{id}/imports/json", files::send_json, roster, "Send a file as base64 in JSON").takes(FILE_JSON_BYTES_MAX).doc(|d| d.body::<files::FileAsk>().answer::<schema::WageImport>().or_later()),
        ask("/v1/wage-imports/{id}", files::one, read, "What came of a file").doc(|d| d.answer::<schema::WageImport>()),
        ask("/v1/wage-imports/{id}/faults", files::faults, read, "What is wrong in it").doc(|d| d.page_of::<schema::WageFault>()),
        ask("/v1/wage-imports/{id}/faults.csv", files::faults_file, read, "What is wrong in it, as a file").doc(|d| d.file("text/csv")),
        act("/v1/wage-imports/{id}/acceptance", files::accept, roster, "Go on with the lines that are right").doc(|d| d.answer::<schema::WageImport>().or_later()),
        ask("/v1/wage-projects/{id}/sheets", wages::sheets, read, "Pay sheets, newest first").doc(|d| d.page_of::<schema::WageSheet>()),
        ask("/v1/wage-sheets/{id}", wages::sheet, read, "A pay sheet").doc(|d| d.answer::<schema::WageSheet>()),
        ask("/v1/wage-sheets/{id}/lines", wages::lines, read, "Its lines").doc(|d| d.query("state", "`waiting`, `processing`, `paid` or `failed`.").page_of::<schema::WageLine>()),
        ask("/v1/wage-sheets/{id}/progress", wages::progress, read, "How far its run is").doc(|d| d.answer::<schema::WageProgress>()),
        ask("/v1/wage-sheets/{id}/result.csv", files::result, read, "What became of each line, as a file").doc(|d| d.file("text/csv")),
        act("/v1/wage-sheets/{id}/submission", wages::submit, make, "Ask the checker").doc(|d| d.body::<wages::Note>().answer::<schema::ApprovalAsked>()),
        act("/v1/wage-sheets/{id}/cancellation", wages::cancel, make, "Cancel it before it is paid").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
        act("/v1/wage-sheets/{id}/payment", wages::pay, Firm(P::WagePay), "Pay a checked sheet").doc(|d| d.body::<wages::PayAsk>().answer::<schema::WageProgress>()),
        act("/v1/wage-repayments", wages::repay, make, "A new sheet of failed lines whose money is back").doc(|d| d.body::<wages::RepayAsk>().answer::<schema::SheetMade>()),
        ask("/v1/wage-lines/{id}/proof", wages::proof, Anyone, "Where a paid line stands in the journal").doc(|d| d.answer::<schema::WageProof>()),
        ask("/v1/wage-slips", wages::slips, Anyone, "Pay slips, newest first").doc(|d| d.query("person", "Staff only: whose.").page_of::<schema::SlipLine>()),
        ask("/v1/wage-slips/{id}", wages::slip, Anyone, "A pay slip").doc(|d| d.answer::<schema::Slip>()),
    ]
}

/// Programs: branches, customers on file, staff, what they hold, sign-in names.
#[rustfmt::skip]
fn people_and_rights() -> Vec<Route> {
    let (seen, manage) = (Staff(P::StaffRead), Staff(P::StaffManage));
    let (make, unlock) = (Staff(P::LoginMake), Staff(P::LoginUnlock));
    let take = Firm(P::RoleRevoke).or_staff(P::RoleRevoke);
    vec![
        ask("/v1/branches", staff_api::branches, Staff(P::BranchManage), "The branch tree").doc(|d| d.page_of::<schema::Branch>()),
        act("/v1/branches", staff_api::open_branch, Staff(P::BranchManage), "Open a branch").doc(|d| d.body::<staff_api::BranchAsk>().answer::<schema::BranchMade>()),
        act("/v1/people", people::register, Staff(P::PersonRegister), "Register a customer").doc(|d| d.body::<people::PersonAsk>().answer::<schema::PersonMade>()),
        ask("/v1/people/{id}", people::person, Staff(P::PersonRead), "A customer, masked").doc(|d| d.answer::<schema::Person>()),
        act("/v1/people/{id}/login", staff_api::make_person, make, "Make a customer's sign-in name; its secrets are shown this once").doc(|d| d.body::<staff_api::LoginAsk>().answer::<schema::LoginMade>()),
        ask("/v1/staff", staff_api::list, seen, "Staff of a branch and all below it").doc(|d| d.query("branch", "The uppermost in reach when absent.").query("text", "The employee number, or the beginning of the name.").query("left", "`true`: those who left.").page_of::<schema::StaffMember>()),
        act("/v1/staff", staff_api::join, manage, "Somebody joins").doc(|d| d.body::<staff_api::JoinAsk>().answer::<schema::StaffMade>()),
        ask("/v1/staff/{id}", staff_api::one, seen, "A member of staff, his roles and his sign-in name").doc(|d| d.answer::<schema::StaffSeen>()),
        act("/v1/staff/{id}/leaving", staff_api::leave, manage, "Somebody leaves: roles, sign-in name and sessions end").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
        act("/v1/staff/{id}/login", staff_api::make_staff, manage, "Make a sign-in name; its secrets are shown this once").doc(|d| d.body::<staff_api::LoginAsk>().answer::<schema::LoginMade>()),
        act("/v1/staff/{id}/grants", staff_api::give, Staff(P::RoleGrant), "Ask for a role, or for a denial").doc(|d| d.body::<staff_api::RoleAsk>().answer::<schema::RightsAsked>()),
        ask("/v1/grants", staff_api::grants, seen, "What the staff of a branch and all below it hold").doc(|d| d.query("branch", "The uppermost in reach when absent.").query("role", "Only this role.").page_of::<schema::Grant>()),
        act("/v1/grants/{id}/revocation", staff_api::revoke, take, "Take a role back").doc(|d| d.body::<crate::api::Why>().answer::<schema::RightsAsked>()),
        ask("/v1/audit/holders", staff_api::holders, Staff(P::AuditRead), "Every role in force in the bank, for recertification").doc(|d| d.page_of::<schema::Grant>()),
        act("/v1/logins/{id}/unlocking", staff_api::unlock, unlock, "End the pause of a sign-in name").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
        act("/v1/logins/{id}/sessions-end", staff_api::end_sessions, unlock, "End every session of a sign-in name").doc(|d| d.body::<crate::api::Why>().answer::<schema::SessionsEnded>()),
        act("/v1/logins/{id}/renewal", staff_api::renew, make, "Another first password and authenticator for a customer; shown this once").doc(|d| d.body::<crate::api::Why>().answer::<schema::LoginMade>()),
    ]
}

/// Programs: firms on file, their users and their own programs.
#[rustfmt::skip]
fn firms_and_programs() -> Vec<Route> {
    let read = Firm(P::FirmRead).or_staff(P::FirmRead);
    let give = Firm(P::RoleGrant).or_staff(P::RoleGrant);
    let manage = Firm(P::ClientManage).or_staff(P::ClientManage);
    vec![
        ask("/v1/firms", people::firms, Staff(P::FirmRead), "The firm with a credit code").doc(|d| d.query("credit_code", "18 characters.").page_of::<schema::FirmOnFile>()),
        act("/v1/firms", people::register_firm, Staff(P::FirmRegister), "Register a firm").doc(|d| d.body::<people::FirmAsk>().answer::<schema::FirmMade>()),
        ask("/v1/firms/{id}", people::firm, read, "A firm").doc(|d| d.answer::<schema::FirmOnFile>()),
        ask("/v1/firms/{id}/grants", people::users, read, "The users of a firm and their roles").doc(|d| d.page_of::<schema::Grant>()),
        act("/v1/firms/{id}/grants", people::give, give, "Ask for a role in a firm").doc(|d| d.body::<people::UserAsk>().answer::<schema::RightsAsked>()),
        act("/v1/firms/{id}/control", people::control, give, "Whether the firm wants two persons for its rights").doc(|d| d.body::<people::ControlAsk>().answer::<schema::RightsAsked>()),
        ask("/v1/firms/{id}/clients", people::clients, manage, "The programs of a firm").doc(|d| d.page_of::<schema::Client>()),
        act("/v1/firms/{id}/clients", people::make_client, manage, "Make a program; its secret is shown this once").doc(|d| d.body::<people::ClientAsk>().answer::<schema::ClientMade>()),
        end("/v1/clients/{id}", people::end_client, manage, "End a program").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
    ]
}

/// Programs: webhooks of firms; the guard, the audit and operations for staff.
#[rustfmt::skip]
fn bank() -> Vec<Route> {
    let hooks = Firm(P::WebhookManage);
    let operator = Staff(P::OutboxOperate);
    vec![
        ask("/v1/webhooks", webhooks::list, hooks, "The firm's webhooks").doc(|d| d.page_of::<schema::Webhook>()),
        act("/v1/webhooks", webhooks::subscribe, hooks, "Subscribe; the secret is shown this once").doc(|d| d.body::<webhooks::WebhookAsk>().answer::<schema::WebhookMade>()),
        act("/v1/webhooks/{id}/secret", webhooks::change_secret, hooks, "Another secret; shown this once").doc(|d| d.answer::<schema::WebhookMade>()),
        act("/v1/webhooks/{id}/enabling", webhooks::enable, hooks, "Put a disabled webhook in force again").doc(|d| d.answer::<schema::Changed>()),
        end("/v1/webhooks/{id}", webhooks::end, hooks, "End it").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
        ask("/v1/webhooks/{id}/deliveries", webhooks::deliveries, hooks, "Its deliveries, newest first").doc(|d| d.page_of::<schema::Delivery>()),
        act("/v1/webhooks/{id}/deliveries/{pos}/again", webhooks::redeliver, hooks, "Send it again").doc(|d| d.answer::<schema::Changed>()),
        ask("/v1/guard/decisions/{id}", guards::decisions, Staff(P::GuardRead), "Decisions on an instruction").doc(|d| d.page_of::<schema::GuardDecision>()),
        ask("/v1/guard/queue", guards::queue, Staff(P::GuardRead), "What waits for staff, oldest first").doc(|d| d.query("state", "`held` when absent.").page_of::<schema::Payment>()),
        ask("/v1/guard/lists/{list}", guards::entries, Staff(P::GuardRead), "Entries of `black`, `grey`, `police` or `own`").doc(|d| d.page_of::<schema::ListEntry>()),
        act("/v1/guard/lists/{list}", guards::add_entry, Staff(P::GuardLists), "Ask a second person to put somebody on a list").doc(|d| d.body::<guards::EntryAsk>().answer::<schema::Proposed>()),
        act("/v1/guard/entries/{id}/removal", guards::remove_entry, Staff(P::GuardLists), "Ask a second person to take an entry off its list").doc(|d| d.body::<crate::api::Why>().answer::<schema::Proposed>()),
        ask("/v1/audit", ops::audit, Staff(P::AuditRead), "Search the audit log, newest first").doc(|d| d.query("principal", "`staf_…`, `pers_…`, `system:relay`").query("action", "Its beginning: `payment.`").query("object", "The id of the thing").query("from", "First business day: `2026-11-01`").query("to", "Last business day").page_of::<schema::AuditEntry>()),
        ask("/v1/audit/export.csv", ops::audit_export, Staff(P::AuditExport), "The audit log of some days, as a file").doc(|d| d.query("from", "`2026-11-01`").query("to", "`2026-11-30`").file("text/csv")),
        ask("/v1/outbox/parked", ops::parked, operator, "Events a consumer could not take").doc(|d| d.answer::<schema::Parked>()),
        act("/v1/outbox/parked/{consumer}/{pos}/retry", ops::try_again, operator, "Try it again").doc(|d| d.answer::<schema::Changed>()),
        act("/v1/outbox/parked/{consumer}/{pos}/drop", ops::drop_event, operator, "Give it up").doc(|d| d.body::<crate::api::Why>().answer::<schema::Changed>()),
        ask("/v1/clearing/items", ops::items, Staff(P::ClearingOperate), "Payments to other banks, oldest first").doc(|d| d.query("state", "`unknown` when absent.").page_of::<schema::ClearingItem>()),
        ask("/v1/clearing/items/{id}", ops::item, Staff(P::ClearingOperate), "One of them").doc(|d| d.answer::<schema::ClearingItem>()),
        act("/v1/clearing/items/{id}/resolution", ops::resolve, Staff(P::ClearingOperate), "Ask a second person to settle an unknown item").doc(|d| d.body::<ops::ResolveAsk>().answer::<schema::ApprovalAsked>()),
        ask("/v1/day", ops::day, Staff(P::DayClose), "The open day, and what stands in the way of closing it").doc(|d| d.answer::<schema::Day>()),
        act("/v1/day/closing", ops::close, Staff(P::DayClose), "Close the day").doc(|d| d.body::<ops::CloseAsk>().answer::<schema::DayClosing>()),
    ]
}

/// Bytes of a form with a note of a case and its paper.
const CASE_BODY_BYTES_MAX: usize = ::arrears::FILE_BYTES_MAX + 64 * 1024;
/// Bytes of a form with a file: the file's own limit and its parts.
const FILE_BODY_BYTES_MAX: usize = ::sheets::FILE_BYTES_MAX + 64 * 1024;
/// The same in base64.
const FILE_JSON_BYTES_MAX: usize = ::sheets::FILE_BYTES_MAX / 3 * 4 + 64 * 1024;
