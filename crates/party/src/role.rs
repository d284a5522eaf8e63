//! Roles, what each may do, how far, and which do not go together. All static: a change is a release, not a setting.
use kernel::{Currency, Money};

store::text_enum! {
    /// One thing somebody may do, `domain.verb`.
    pub enum Permission {
        AccountOpen = "account.open",
        /// One's own or one's firm's accounts.
        AccountRead = "account.read",
        AccountReadAny = "account.read_any",
        AccountFreeze = "account.freeze",
        /// From one's own or one's firm's accounts.
        PaymentSubmit = "payment.submit",
        /// For a customer, at the counter.
        PaymentSubmitAny = "payment.submit_any",
        PaymentApprove = "payment.approve",
        PaymentReverse = "payment.reverse",
        PersonRead = "person.read",
        PersonReveal = "person.reveal",
        PersonRegister = "person.register",
        PersonTier = "person.tier",
        FirmRegister = "firm.register",
        /// A firm, its users and its programs; a firm's own user sees his firm's.
        FirmRead = "firm.read",
        /// Members of staff and what they hold.
        StaffRead = "staff.read",
        StaffManage = "staff.manage",
        BranchManage = "branch.manage",
        RoleGrant = "role.grant",
        RoleRevoke = "role.revoke",
        LoginMake = "login.make",
        LoginUnlock = "login.unlock",
        ClientManage = "client.manage",
        AuditRead = "audit.read",
        AuditExport = "audit.export",
        DayClose = "day.close",
        WageAccountOpen = "wage.account_open",
        /// Agrees to a wage account that another asked for.
        WageAccountCheck = "wage.account_check",
        WageProjectManage = "wage.project_manage",
        WageRosterEdit = "wage.roster_edit",
        WageSheetMake = "wage.sheet_make",
        WageSheetCheck = "wage.sheet_check",
        WagePay = "wage.pay",
        /// One's firm's projects, rosters and sheets.
        WageRead = "wage.read",
        WageReadBank = "wage.read_bank",
        /// The labour officer of a site (劳资专管员) reviews attendance and pay sheets (Decree 724, art. 28).
        WageReview = "wage.review",
        /// A subcontractor's own crew: its attendance and pay sheets, up to the main contractor (art. 31).
        WageCrew = "wage.crew",
        /// The owner of the works agrees to more wage money (art. 24, 29).
        WageTopUpApprove = "wage.top_up_approve",
        /// Writes down a legal document on a protected wage account (art. 33); another agrees to it.
        WageLegalOrder = "wage.legal_order",
        /// Warnings and cases of wages in arrears, at the bank.
        WageCase = "wage.case",
        /// What a labour bureau sees of its region: sites, warnings, arrears, evidence (art. 38).
        BureauRead = "bureau.read",
        /// Asks to look into an account, orders a contractor to pay, answers complaints.
        BureauAct = "bureau.act",
        /// The head of the bureau agrees to a look into an account (art. 40) and to a payment notice.
        BureauApprove = "bureau.approve",
        /// Writes down labour bureaus and their regions.
        BureauManage = "bureau.manage",
        /// Enters what police, courts and other authorities order; acts at once with an emergency stop.
        OrderEnter = "order.enter",
        /// Agrees to such an order, or confirms an emergency stop.
        OrderCheck = "order.check",
        /// Verifies what a firm is for: medical, social security, utilities, tax.
        FirmVerify = "firm.verify",
        GuardRead = "guard.read",
        GuardLists = "guard.lists",
        GuardDecide = "guard.decide",
        /// Writes rules against fraud, tries them, and agrees to those of a colleague.
        GuardRules = "guard.rules",
        /// Works cases of the guard: claims, calls back, closes, answers objections.
        CaseWork = "case.work",
        /// Sees cases that are for few: reports of suspicion and what was made secret.
        CaseSecret = "case.secret",
        /// Reviews and sends reports of large sums (大额交易报告).
        ReportLarge = "report.large",
        /// The same of reports of suspicion (可疑交易报告); to everybody else they do not exist.
        ReportSuspicion = "report.suspicion",
        TariffEdit = "tariff.edit",
        OutboxOperate = "outbox.operate",
        WebhookManage = "webhook.manage",
        ClearingOperate = "clearing.operate",
        /// One's own till, and what is done at it.
        TillOperate = "till.operate",
        /// Vaults and machines: giving out and taking in, always with a second person; cases of over and short.
        VaultKeep = "vault.keep",
        /// Agrees to a card or a limit that another asked for, and decides disputes.
        CardCheck = "card.check",
        /// The second look at a sale of a wealth product to somebody old (理财销售复核).
        WealthCheck = "wealth.check",
        /// The scheme's program: whether a card may pay, and what it paid.
        CardScheme = "card.scheme",
        /// What tills, vaults and machines hold, and the tellers' journals.
        TillRead = "till.read",
        ConfigEdit = "config.edit",
        /// Calls customers back who asked for it.
        CallBackTake = "call_back.take",
        /// Who looks after which customer, and the faces of staff.
        CustomerManage = "customer.manage",
        /// Writes down a machine of a branch and gives it its code; retires it.
        TerminalEnrol = "terminal.enrol",
        /// Sees the machines of a branch, and puts them out of order and in order again.
        TerminalWatch = "terminal.watch",
    }
}

store::text_enum! {
    /// What somebody is at the bank or in a firm. The last three are never granted: a person is a customer, a key is a
    /// client, a process is the system.
    pub enum Role {
        Teller = "teller",
        LobbyManager = "lobby_manager",
        BranchManager = "branch_manager",
        PayrollOfficer = "payroll_officer",
        OperationsChecker = "operations_checker",
        RiskOfficer = "risk_officer",
        Operator = "operator",
        Auditor = "auditor",
        CustomerManager = "customer_manager",
        HeadOfficeAdmin = "head_office_admin",
        FirmOwner = "firm_owner",
        PayrollClerk = "payroll_clerk",
        PayrollChecker = "payroll_checker",
        LabourOfficer = "labour_officer",
        CrewClerk = "crew_clerk",
        BureauOfficer = "bureau_officer",
        BureauHead = "bureau_head",
        Customer = "customer",
        Client = "client",
        System = "system",
    }
}

/// How much: all in minor units of `currency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    pub currency: Currency,
    pub per_transaction_max: i64,
    pub per_day_max: i64,
    /// Up to this no checker is needed.
    pub own_max: i64,
    /// Up to this he may release as a checker what another made.
    pub release_max: i64,
}

impl Limits {
    /// For those whose limits lie elsewhere (a customer's tier, a process's plan). They release nothing.
    pub const UNLIMITED: Limits = Limits {
        currency: Currency::CNY,
        per_transaction_max: i64::MAX,
        per_day_max: i64::MAX,
        own_max: i64::MAX,
        release_max: 0,
    };

    /// From whole yuan.
    pub const fn yuan(per_transaction: i64, per_day: i64, own: i64, release: i64) -> Limits {
        Limits {
            currency: Currency::CNY,
            per_transaction_max: per_transaction * 100,
            per_day_max: per_day * 100,
            own_max: own * 100,
            release_max: release * 100,
        }
    }

    pub fn within(&self, cap: &Limits) -> bool {
        let fits = |own: i64, cap: i64| (0..=cap).contains(&own);
        self.currency == cap.currency
            && fits(self.per_transaction_max, cap.per_transaction_max)
            && fits(self.per_day_max, cap.per_day_max)
            && fits(self.own_max, cap.own_max)
            && fits(self.release_max, cap.release_max)
    }

    /// The higher of each figure.
    pub fn highest(self, other: Limits) -> Limits {
        Limits {
            currency: self.currency,
            per_transaction_max: self.per_transaction_max.max(other.per_transaction_max),
            per_day_max: self.per_day_max.max(other.per_day_max),
            own_max: self.own_max.max(other.own_max),
            release_max: self.release_max.max(other.release_max),
        }
    }

    /// Whether `amount` is within `max`, one of these limits. Another currency is within none but the unlimited.
    pub(crate) fn covers(&self, max: i64, amount: Money) -> bool {
        max == i64::MAX || (amount.currency == self.currency && amount.minor <= max)
    }
}

use Permission as P;

const TELLER: &[P] = &[
    P::AccountOpen,
    P::AccountReadAny,
    P::PaymentSubmitAny,
    P::PersonRead,
    P::PersonReveal,
    P::PersonRegister,
    P::FirmRegister,
    P::FirmRead,
    P::LoginMake,
    P::TillOperate,
];
const LOBBY_MANAGER: &[P] = &[P::PersonRead, P::LoginUnlock, P::CallBackTake, P::TerminalWatch];
const BRANCH_MANAGER: &[P] = &[
    P::AccountReadAny,
    P::AccountFreeze,
    P::PaymentApprove,
    P::PaymentReverse,
    P::PersonRead,
    P::PersonReveal,
    P::PersonTier,
    P::FirmRead,
    P::StaffRead,
    P::LoginUnlock,
    P::WageAccountCheck,
    P::WageReadBank,
    P::WageCase,
    P::GuardRead,
    P::CaseWork,
    P::ReportLarge,
    P::ReportSuspicion,
    P::CallBackTake,
    P::CustomerManage,
    P::TerminalEnrol,
    P::TerminalWatch,
    P::VaultKeep,
    P::TillRead,
    P::CardCheck,
    P::WealthCheck,
    P::OrderCheck,
];
const PAYROLL_OFFICER: &[P] = &[
    P::AccountReadAny,
    P::PersonRead,
    P::PersonRegister,
    P::FirmRegister,
    P::FirmRead,
    P::WageAccountOpen,
    P::WageProjectManage,
    P::WageRosterEdit,
    P::WageReadBank,
    P::WageCase,
];
const OPERATIONS_CHECKER: &[P] = &[
    P::AccountReadAny,
    P::AccountFreeze,
    P::PaymentApprove,
    P::PaymentReverse,
    P::PersonRead,
    P::PersonReveal,
    P::PersonTier,
    P::FirmRead,
    P::WageAccountCheck,
    P::WageReadBank,
    P::VaultKeep,
    P::TillRead,
    P::CardCheck,
    P::WealthCheck,
    P::OrderCheck,
    P::ReportLarge,
];
const RISK_OFFICER: &[P] = &[
    P::AccountReadAny,
    P::AccountFreeze,
    P::PersonRead,
    P::PersonReveal,
    P::PersonTier,
    P::GuardRead,
    P::GuardLists,
    P::GuardDecide,
    P::GuardRules,
    P::CaseWork,
    P::CaseSecret,
    P::ReportLarge,
    P::ReportSuspicion,
    P::FirmVerify,
    P::WageReadBank,
    P::WageLegalOrder,
    P::OrderEnter,
];
const OPERATOR: &[P] = &[P::DayClose, P::OutboxOperate, P::WebhookManage, P::ClearingOperate];
const AUDITOR: &[P] = &[
    P::AuditRead,
    P::AuditExport,
    P::AccountReadAny,
    P::PersonRead,
    P::FirmRead,
    P::StaffRead,
    P::WageReadBank,
    P::GuardRead,
    P::TillRead,
];
const CUSTOMER_MANAGER: &[P] =
    &[P::AccountReadAny, P::PersonRead, P::PersonRegister, P::FirmRegister, P::FirmRead, P::CallBackTake];
const HEAD_OFFICE_ADMIN: &[P] = &[
    P::RoleGrant,
    P::RoleRevoke,
    P::LoginMake,
    P::LoginUnlock,
    P::FirmRead,
    P::StaffRead,
    P::StaffManage,
    P::BranchManage,
    P::TariffEdit,
    P::ConfigEdit,
    P::ClientManage,
    P::WebhookManage,
    P::TerminalEnrol,
    P::TerminalWatch,
    P::BureauManage,
    P::FirmVerify,
];
const FIRM_OWNER: &[P] = &[
    P::FirmRead,
    P::AccountRead,
    P::PaymentSubmit,
    P::PaymentApprove,
    P::RoleGrant,
    P::RoleRevoke,
    P::ClientManage,
    P::WebhookManage,
    P::WageProjectManage,
    P::WageSheetCheck,
    P::WagePay,
    P::WageRead,
    P::WageTopUpApprove,
];
const PAYROLL_CLERK: &[P] =
    &[P::AccountRead, P::PaymentSubmit, P::WageProjectManage, P::WageRosterEdit, P::WageSheetMake, P::WageRead];
const PAYROLL_CHECKER: &[P] = &[P::AccountRead, P::PaymentApprove, P::WageSheetCheck, P::WagePay, P::WageRead];
const LABOUR_OFFICER: &[P] = &[P::WageRead, P::WageReview];
const CREW_CLERK: &[P] = &[P::WageCrew];
const BUREAU_OFFICER: &[P] = &[P::BureauRead, P::BureauAct];
const BUREAU_HEAD: &[P] = &[P::BureauRead, P::BureauApprove];
const CUSTOMER: &[P] = &[P::AccountOpen, P::AccountRead, P::PaymentSubmit, P::PersonRead, P::PersonReveal];

impl Role {
    /// What the role may do. A client's are its own scopes, a process's stand in [`PROCESSES`].
    pub fn permissions(self) -> &'static [Permission] {
        match self {
            Role::Teller => TELLER,
            Role::LobbyManager => LOBBY_MANAGER,
            Role::BranchManager => BRANCH_MANAGER,
            Role::PayrollOfficer => PAYROLL_OFFICER,
            Role::OperationsChecker => OPERATIONS_CHECKER,
            Role::RiskOfficer => RISK_OFFICER,
            Role::Operator => OPERATOR,
            Role::Auditor => AUDITOR,
            Role::CustomerManager => CUSTOMER_MANAGER,
            Role::HeadOfficeAdmin => HEAD_OFFICE_ADMIN,
            Role::FirmOwner => FIRM_OWNER,
            Role::PayrollClerk => PAYROLL_CLERK,
            Role::PayrollChecker => PAYROLL_CHECKER,
            Role::LabourOfficer => LABOUR_OFFICER,
            Role::CrewClerk => CREW_CLERK,
            Role::BureauOfficer => BUREAU_OFFICER,
            Role::BureauHead => BUREAU_HEAD,
            Role::Customer => CUSTOMER,
            Role::Client | Role::System => &[],
        }
    }

    /// Held by a person of one firm.
    pub fn is_firm(self) -> bool {
        matches!(
            self,
            Role::FirmOwner
                | Role::PayrollClerk
                | Role::PayrollChecker
                | Role::LabourOfficer
                | Role::CrewClerk
                | Role::BureauOfficer
                | Role::BureauHead
        )
    }

    /// Held by an official of a labour bureau.
    pub fn is_of_bureau(self) -> bool {
        matches!(self, Role::BureauOfficer | Role::BureauHead)
    }

    /// Held by a member of staff.
    pub fn is_staff(self) -> bool {
        !self.is_firm() && !matches!(self, Role::Customer | Role::Client | Role::System)
    }

    /// The most the bank gives anybody in this role (元): a transaction, a day, without a checker, as a checker.
    pub fn cap(self) -> Limits {
        match self {
            Role::Teller => Limits::yuan(2_000_000, 10_000_000, 50_000, 0),
            Role::PayrollOfficer => Limits::yuan(5_000_000, 50_000_000, 0, 0),
            Role::BranchManager => Limits::yuan(0, 0, 0, 1_000_000),
            Role::OperationsChecker => Limits::yuan(0, 0, 0, 10_000_000),
            Role::RiskOfficer => Limits::yuan(0, 0, 0, 1_000_000),
            Role::FirmOwner => Limits::yuan(50_000_000, 200_000_000, 100_000, 200_000_000),
            Role::PayrollClerk => Limits::yuan(50_000_000, 200_000_000, 0, 0),
            Role::PayrollChecker => Limits::yuan(50_000_000, 200_000_000, 0, 100_000_000),
            Role::Client => Limits::yuan(5_000_000, 20_000_000, 0, 0),
            Role::LabourOfficer
            | Role::CrewClerk
            | Role::BureauOfficer
            | Role::BureauHead
            | Role::LobbyManager
            | Role::Operator
            | Role::Auditor
            | Role::CustomerManager
            | Role::HeadOfficeAdmin
            | Role::Customer
            | Role::System => Limits::yuan(0, 0, 0, 0),
        }
    }
}

/// Where two roles of one holder collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// Both in one firm.
    SameFirm,
    /// Their branches overlap: one is in the other's subtree.
    SameBranches,
    Anywhere,
}

/// Pairs that one holder never has (职责分离). An auditor has no other role at the bank at all; see [`toxic`].
pub const TOXIC: &[(Role, Role, Where)] = &[
    (Role::PayrollClerk, Role::PayrollChecker, Where::SameFirm),
    (Role::PayrollClerk, Role::FirmOwner, Where::SameFirm),
    (Role::PayrollClerk, Role::LabourOfficer, Where::SameFirm),
    (Role::CrewClerk, Role::LabourOfficer, Where::SameFirm),
    (Role::BureauOfficer, Role::BureauHead, Where::SameFirm),
    (Role::Teller, Role::OperationsChecker, Where::SameBranches),
    (Role::Teller, Role::BranchManager, Where::SameBranches),
    (Role::PayrollOfficer, Role::OperationsChecker, Where::SameBranches),
    (Role::PayrollOfficer, Role::BranchManager, Where::SameBranches),
    (Role::CustomerManager, Role::RiskOfficer, Where::Anywhere),
    (Role::Operator, Role::OperationsChecker, Where::Anywhere),
    (Role::HeadOfficeAdmin, Role::Teller, Where::Anywhere),
    (Role::HeadOfficeAdmin, Role::OperationsChecker, Where::Anywhere),
    (Role::HeadOfficeAdmin, Role::Operator, Where::Anywhere),
];

/// Where `a` and `b` may not meet in one holder; `None` when they go together.
pub fn toxic(a: Role, b: Role) -> Option<Where> {
    let audits_himself = a != b && (a == Role::Auditor || b == Role::Auditor) && a.is_staff() && b.is_staff();
    let pair = TOXIC.iter().find(|(x, y, _)| (*x, *y) == (a, b) || (*x, *y) == (b, a));
    if audits_himself { Some(Where::Anywhere) } else { pair.map(|(_, _, place)| *place) }
}

/// The processes of the bank and what each may do. `bootstrap`, `demo`, `import`, `simulate` and `bench` run from the
/// command line of whoever owns the data directory, before or without people.
pub const PROCESSES: &[(&str, &[Permission])] = &[
    ("bootstrap", P::ALL),
    ("demo", P::ALL),
    ("import", P::ALL),
    ("simulate", P::ALL),
    ("bench", P::ALL),
    ("close-day", &[P::DayClose, P::AuditExport, P::AccountReadAny]),
    ("relay", &[P::OutboxOperate]),
    ("webhooks", &[P::OutboxOperate]),
    ("clearing", &[P::ClearingOperate, P::PaymentSubmitAny, P::PaymentReverse]),
    ("payroll", &[P::WagePay, P::PaymentSubmitAny, P::WageReadBank]),
    ("guarantee", &[P::PaymentSubmitAny, P::WageReadBank]),
    ("arrears", &[P::WageReadBank, P::WageCase]),
    ("deposits", &[P::PaymentSubmitAny, P::AccountReadAny]),
    ("wealth", &[P::PaymentSubmitAny, P::AccountReadAny]),
    ("cards", &[P::PaymentSubmitAny, P::AccountReadAny]),
    ("payments", &[P::PaymentSubmitAny]),
    ("guard", &[P::GuardRead, P::GuardLists, P::AccountFreeze]),
    ("orders", &[P::PaymentSubmitAny, P::AccountReadAny]),
    ("cases", &[P::CaseWork]),
    ("diligence", &[P::PersonTier]),
    ("expire", &[P::PaymentSubmitAny]),
    ("till", &[P::PaymentSubmitAny]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_belongs_to_somebody_and_no_role_lists_one_twice() {
        for p in Permission::ALL {
            let of_programs = crate::client::SCHEME_SCOPES.contains(p);
            let held = Role::ALL.iter().any(|r| r.permissions().contains(p));
            assert!(
                held != of_programs,
                "{p} is held by no role, or by a role although only the bank gives it to a program"
            );
        }
        for r in Role::ALL {
            let mut seen = std::collections::HashSet::new();
            assert!(r.permissions().iter().all(|p| seen.insert(p)), "{r} lists a permission twice");
        }
    }

    #[test]
    fn who_makes_does_not_check() {
        let pairs = [
            (P::WageSheetMake, P::WageSheetCheck),
            (P::WageAccountOpen, P::WageAccountCheck),
            (P::WageLegalOrder, P::WageAccountCheck),
            (P::OrderEnter, P::OrderCheck),
            (P::WageSheetMake, P::WageReview),
            (P::WageCrew, P::WageReview),
            (P::BureauAct, P::BureauApprove),
            (P::PaymentSubmitAny, P::PaymentApprove),
            (P::RoleGrant, P::AuditRead),
            (P::PersonRegister, P::PersonTier),
            (P::TillOperate, P::VaultKeep),
            (P::PaymentSubmitAny, P::WealthCheck),
        ];
        for (make, check) in pairs {
            for r in Role::ALL {
                assert!(
                    !(r.permissions().contains(&make) && r.permissions().contains(&check)),
                    "{r} has {make} and {check}"
                );
            }
        }
    }

    #[test]
    fn no_cap_of_one_releases_his_own() {
        for r in Role::ALL.iter().filter(|r| r.is_staff()) {
            let cap = r.cap();
            assert!(cap.own_max == 0 || cap.release_max == 0, "{r} has own and release limits");
        }
    }

    #[test]
    fn toxic_pairs_are_found_both_ways() {
        let cases = [
            (Role::PayrollClerk, Role::PayrollChecker, Some(Where::SameFirm)),
            (Role::OperationsChecker, Role::Teller, Some(Where::SameBranches)),
            (Role::Auditor, Role::LobbyManager, Some(Where::Anywhere)),
            (Role::Auditor, Role::Auditor, None),
            (Role::Auditor, Role::PayrollClerk, None),
            (Role::Teller, Role::LobbyManager, None),
        ];
        for (a, b, want) in cases {
            assert_eq!((toxic(a, b), toxic(b, a)), (want, want), "{a} + {b}");
        }
    }
}
