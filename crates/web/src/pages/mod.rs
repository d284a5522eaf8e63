//! The pages, and what they have in common: the frame with the navigation of whoever looks, and small parts of forms.
pub mod accounts;
pub mod app;
pub mod approvals;
pub mod arrears;
pub mod arrears_case;
pub mod asking;
pub mod audit;
pub mod branches;
pub mod bulk;
pub mod bulk_accounts;
pub mod bureau;
pub mod call_backs;
pub mod card_apply;
pub mod card_bill;
pub mod card_deeds;
pub mod card_desk;
pub mod card_pin;
pub mod card_repay;
pub mod cards;
pub mod clearing;
pub mod close_day;
pub mod complaint_case;
pub mod complaints;
pub mod confirm;
pub mod consents;
pub mod counter;
pub mod counter_book;
pub mod counter_lock;
pub mod crew_files;
pub mod crew_months;
pub mod crew_papers;
pub mod crew_sheets;
pub mod crews;
pub mod customers;
pub mod demo_machines;
pub mod demo_time;
pub mod deposit_draw;
pub mod deposit_open;
pub mod deposits;
pub mod desk;
pub mod devices;
pub mod diligence;
mod elder_home;
pub mod faces;
pub mod family;
pub mod family_invite;
pub mod firm_class;
pub mod firms;
pub mod fraud;
pub mod fraud_appeals;
pub mod fraud_cases;
pub mod fraud_deeds;
pub mod fraud_figures;
pub mod fraud_objections;
pub mod fraud_sheet;
pub mod freezes;
pub mod given;
pub mod go;
pub mod guarantees;
pub mod guard_figures;
pub mod held;
pub mod help;
pub mod home;
pub mod imports;
pub mod instructions;
pub mod kiosk;
pub mod kiosk_cards;
pub mod kiosk_cash;
pub mod kiosk_passbook;
pub mod kiosk_repay;
pub mod kiosk_visit;
pub mod legal_orders;
pub mod limits;
pub mod lines;
pub mod lists;
pub mod lock;
pub mod logins;
pub mod notices;
pub mod opening;
pub mod openings;
pub mod orders;
pub mod orders_new;
pub mod outbox;
pub mod overview;
pub mod passkeys;
pub mod password;
pub mod pay;
pub mod pay_check;
pub mod pay_form;
pub mod pay_notices;
pub mod payday;
pub mod payees;
pub mod payments;
pub mod prices;
pub mod profile;
pub mod programs;
pub mod projects;
pub mod receipts;
pub mod registration;
pub mod reports;
pub mod restrictions;
pub mod roles;
pub mod roster;
pub mod rule_sets;
pub mod rule_trials;
pub mod rules;
pub mod safety;
pub mod say;
pub mod says;
pub mod sheets;
pub mod sign_in;
pub mod site;
mod site_ask;
pub mod site_board;
pub mod site_end;
pub mod site_money;
pub mod site_notice;
pub mod site_papers;
pub mod site_sharing;
pub mod site_top_up;
pub mod slips;
pub mod staff;
pub mod statement;
pub mod stock;
mod talk_panel;
pub mod talks;
pub mod terminal_cash;
pub mod terminals;
pub mod terms;
pub mod tiers;
pub mod till_appointments;
pub mod till_balance;
pub mod till_cases;
pub mod till_cash;
pub mod till_day;
pub mod till_entry;
pub mod till_exchange;
pub mod till_machines;
pub mod till_moves;
pub mod till_notes;
pub mod till_seizures;
pub mod till_transfer;
pub mod till_vault;
pub mod till_vouchers;
pub mod trusted;
pub mod verify;
pub mod watch_work;
pub mod wealth;
pub mod wealth_order;
pub mod wealth_questions;
pub mod wealth_sale;
pub mod words;
pub mod worker;
pub mod worker_further;
pub mod works;

use crate::Shown;
use crate::gate::Signed;
use crate::http::csrf;
use crate::look::{Crumb, Frame, Icon, NavItem, Text, Viewer, heading};
use crate::routes::tasks::code_of;
use crate::view::View;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Who;
use maud::{Markup, html};
use party::Permission;

/// The name of the hidden field that holds a form's idempotency key.
pub const ONCE: &str = "once";

/// A page about to be shown.
#[derive(Default)]
pub struct Page<'a> {
    title: Text<'a>,
    lead: Text<'a>,
    crumbs: Vec<Crumb<'a>>,
    wrong: bool,
    bare: bool,
    refreshing: bool,
}

impl<'a> Page<'a> {
    pub fn new(title: impl Into<Text<'a>>) -> Page<'a> {
        Page { title: title.into(), ..Page::default() }
    }
    /// A line under the heading: what the page is for.
    pub fn lead(self, lead: impl Into<Text<'a>>) -> Page<'a> {
        Page { lead: lead.into(), ..self }
    }
    /// A page above this one, the first page first.
    pub fn crumb(mut self, label: impl Into<Text<'a>>, href: impl Into<Text<'a>>) -> Page<'a> {
        self.crumbs.push(Crumb::new(label, href));
        self
    }
    /// It shows something under way: without scripts it loads itself again.
    pub fn refreshing(self, refreshing: bool) -> Page<'a> {
        Page { refreshing, ..self }
    }
    /// The form on it has errors.
    pub fn wrong(self, wrong: bool) -> Page<'a> {
        Page { wrong, ..self }
    }
    /// Without a heading: what is shown brings its own.
    pub fn bare(self) -> Page<'a> {
        Page { bare: true, ..self }
    }

    fn main(&self, main: Markup) -> Markup {
        html! { @if !self.bare { (heading(&self.title, &self.lead)) } (main) }
    }
}

/// A page for somebody who is signed in.
pub fn page(who: &Signed, page: Page<'_>, main: Markup) -> Shown {
    let nav = if who.session.first_password || who.view.kiosk.is_some() { Vec::new() } else { places(who) };
    let main = page.main(main);
    let viewer = Viewer { name: who.session.name.as_str().into(), role: role_shown(who).into() };
    let frame = Frame::new(&who.view, page.title).viewer(Some(viewer)).nav(&nav).crumbs(&page.crumbs).wrong(page.wrong);
    Shown(frame.refreshing(page.refreshing).codes(who.is_staff() && !who.session.first_password).show(main))
}

/// A page for everybody.
pub fn public_page(view: &View, page: Page<'_>, main: Markup) -> Shown {
    let main = page.main(main);
    Shown(Frame::new(view, page.title).crumbs(&page.crumbs).wrong(page.wrong).show(main))
}

/// A form that is shown again with what is wrong in it.
pub fn refused(shown: Shown) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, shown).into_response()
}

/// A new idempotency key.
pub fn once_value() -> String {
    URL_SAFE_NO_PAD.encode(csrf::random::<16>())
}

/// The hidden field with a new idempotency key, for forms that must not be done twice.
pub fn once_field() -> Markup {
    html! { input type="hidden" name=(ONCE) value=(once_value()); }
}

/// The address of a list's next page.
pub fn next_href(view: &View, cursor: &Option<String>) -> Option<String> {
    cursor.as_ref().map(|cursor| view.address_with("after", &crate::gate::encode(cursor)))
}

/// Roles and office in words, or whom one acts for.
fn role_shown(who: &Signed) -> String {
    match who.session.who {
        Who::Person(_) => String::new(),
        _ => {
            let roles = who.session.roles.split(' ').filter(|r| !r.is_empty());
            roles
                .map(|role| who.t(&format!("role-{}", role.replace('_', "-"))).into_owned())
                .collect::<Vec<_>>()
                .join(" · ")
        }
    }
}

/// Where a role finds its work.
pub(crate) fn places(who: &Signed) -> Vec<NavItem<'static>> {
    use Permission as P;
    let customer = matches!(who.session.who, Who::Person(_));
    let firm = who.firm().is_some();
    let staff = who.is_staff();
    let any = |permissions: &[Permission]| permissions.iter().any(|p| who.holds(*p));
    let checks = any(&[
        P::PaymentApprove,
        P::AccountFreeze,
        P::PersonTier,
        P::GuardLists,
        P::GuardRules,
        P::WageAccountCheck,
        P::WageSheetCheck,
        P::WageCase,
        P::BureauApprove,
        P::RoleGrant,
        P::TariffEdit,
        P::OrderCheck,
    ]);
    // Whose own requests wait for others.
    let asks = any(&[P::WageSheetMake, P::WageRosterEdit, P::PaymentSubmitAny, P::ClearingOperate, P::BureauAct])
        || firm && who.holds(P::PaymentSubmit);
    let all: [(bool, Icon, &str, &str); 39] = [
        (true, Icon::Home, "nav-home", "/home"),
        (staff && who.holds(P::TillOperate), Icon::Bill, "till", "/till"),
        (staff && who.holds(P::TillRead), Icon::Bill, "vault", "/vault"),
        ((customer || firm) && who.holds(P::AccountRead), Icon::Account, "nav-accounts", "/accounts"),
        (customer, Icon::Bill, "cards", "/cards"),
        (staff && who.holds(P::PersonRead), Icon::Person, "nav-customers", "/customers"),
        (staff && who.holds(P::FirmRead), Icon::Account, "nav-firms", "/firms"),
        (firm && who.holds(P::FirmRead), Icon::Account, "nav-firm", "/firm"),
        (staff && who.holds(P::StaffRead), Icon::Person, "nav-staff", "/staff"),
        (staff && who.holds(P::BranchManage), Icon::Home, "nav-branches", "/branches"),
        (staff && who.holds(P::TerminalWatch), Icon::Stop, "nav-terminals", "/terminals"),
        (firm && who.holds(P::WageRead) || staff && who.holds(P::WageReadBank), Icon::Bill, "nav-wages", "/wages"),
        (firm && who.holds(P::WageCrew), Icon::Person, "crews", "/crews"),
        (staff && who.holds(P::WageReadBank), Icon::Warn, "arrears-board", "/arrears"),
        (firm && who.holds(P::WageRead), Icon::Warn, "arrears-mine", "/arrears/mine"),
        (firm && who.holds(P::BureauRead), Icon::Warn, "bureau-board", "/bureau"),
        (staff && who.holds(P::BureauManage), Icon::Account, "bureaus", "/bureaus"),
        (!customer && (checks || asks), Icon::Check, "nav-approvals", "/approvals"),
        ((customer || firm) && who.holds(P::PaymentSubmit), Icon::Transfer, "nav-pay", "/pay"),
        ((customer || firm) && who.holds(P::PaymentSubmit), Icon::Person, "payees", "/payees"),
        ((customer || firm) && who.holds(P::AccountRead), Icon::Clock, "payments", "/payments"),
        (firm && who.holds(P::AccountRead), Icon::Bill, "batch", "/bulk"),
        (customer, Icon::Bill, "nav-slips", "/slips"),
        (staff && who.holds(P::CallBackTake), Icon::Phone, "nav-calls", "/call-backs"),
        (staff && who.holds(P::GuardRead), Icon::Warn, "nav-guard", "/guard"),
        (staff && who.holds(P::CaseWork), Icon::Warn, "fcases", "/cases"),
        (staff && who.holds(P::CaseWork), Icon::Info, "appeals", "/appeals"),
        (staff && who.holds(P::ReportLarge), Icon::Bill, "rept", "/reports"),
        (staff && any(&[P::OrderEnter, P::OrderCheck]), Icon::Stop, "orders", "/orders"),
        (staff && who.holds(P::ClearingOperate), Icon::Next, "nav-clearing", "/clearing"),
        (staff && who.holds(P::OutboxOperate), Icon::Info, "nav-outbox", "/outbox"),
        (staff && who.holds(P::TariffEdit), Icon::Bill, "nav-tariff", "/tariff"),
        (staff && who.holds(P::TariffEdit), Icon::Bill, "deposit-terms", "/deposit-terms"),
        (staff && who.holds(P::TariffEdit), Icon::Bill, "wealth-terms", "/wealth-terms"),
        (staff && who.holds(P::DayClose), Icon::Clock, "nav-day", "/day"),
        (staff && who.holds(P::AuditRead), Icon::Search, "nav-audit", "/audit"),
        (true, Icon::Info, "nav-notices", "/notices"),
        (true, Icon::Person, "nav-profile", "/profile"),
        (!staff, Icon::Phone, "help", "/help"),
    ];
    let shown = all.into_iter().filter(|(shown, ..)| *shown);
    shown
        .map(|(_, icon, key, href)| NavItem::new(icon, who.t(key), href).code(code_of(href).filter(|_| staff)))
        .collect()
}
