//! Guarantees, a legal document and a site near its end: a deposit that lacks a part, a bank's letter that ends in some weeks, a freeze
//! that waits for a second person, a site in its public notice.
use super::money::Accounts;
use super::people::People;
use super::sites::FILED_SITE;
use super::wages::SITE_PROJECT;
use super::{Load, actor, broken};
use guarantee::{Ask, DutyNew, History, LetterTerms};
use kernel::id::{FirmId, ProjectId};
use kernel::{Id, Money, PageAsk, Result};
use payroll::{Profile, ProjectNew, WorkerNew};
use store::Tx;
use worksite::end::{Action, Basis, OrderNew};

/// The site in its public notice.
pub const ENDING_SITE: &str = "望潮小学抗震加固工程";
/// Workers of the crew who worked there before.
const HANDS_THERE: usize = 2;
/// What was paid into the deposit, 元: a part of what is due.
const PAID_IN: i64 = 30_000;
/// Days until the letter ends.
const LETTER_DAYS: i64 = 20;

pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    (load.progress)("ends", 0, 2);
    let data = load.data.clone();
    let contractor = &data.site.contractor;
    let firm = people.firm(&contractor.credit_code)?;
    let from = accounts.get(&contractor.account)?;
    let deposit = load.step("demo-guarantee".into(), move |tx| {
        let site = named(tx, firm, FILED_SITE)?;
        duty(tx, site, 200_000_000)?;
        guarantee::open_cash(tx, &actor(), site)
    })?;
    let amount = Money::cny(PAID_IN * 100);
    let paid = guarantee::pay_in(&load.bank.desk, &actor(), deposit, from, amount, Some("demo-guarantee-paid"))?;
    if paid.state != payments::State::Posted {
        return Err(broken("guarantee deposit", format!("{} {}", paid.state, paid.code)));
    }
    load.step("demo-guarantee-letter".into(), move |tx| letter(tx, firm))?;
    (load.progress)("ends", 1, 2);
    load.step("demo-legal-order".into(), move |tx| order(tx, firm))?;
    let hands: Vec<_> = data.site.hands().into_iter().take(HANDS_THERE).cloned().collect();
    load.step("demo-site-ending".into(), move |tx| ending(tx, firm, &hands))?;
    (load.progress)("ends", 2, 2);
    Ok(())
}

fn named(tx: &mut Tx<'_>, firm: FirmId, name: &str) -> Result<ProjectId> {
    let all = payroll::projects_of(tx, &actor(), firm, &PageAsk::default())?;
    let found = all.items.into_iter().find(|p| p.name == name);
    found.map(|p| p.project).ok_or_else(|| broken("guarantee", format!("there is no project {name}")))
}

fn duty(tx: &mut Tx<'_>, project: ProjectId, contract: i64) -> Result<()> {
    let today = tx.now().local_date();
    let ask = Ask {
        contract: Money::cny(contract),
        other_works: 0,
        history: History::default(),
        region: "990102".into(),
        date: today.plus_days(-20),
    };
    guarantee::duty_set(tx, &actor(), DutyNew { project, ask, counts_from: today.plus_days(-20) }).map(|_| ())
}

fn keep(tx: &mut Tx<'_>, project: ProjectId, text: &str) -> Result<Vec<u8>> {
    let hash = payroll::file_hash(text.as_bytes());
    payroll::keep_file(tx, project.book(), &hash, text.as_bytes())?;
    Ok(hash)
}

fn letter(tx: &mut Tx<'_>, firm: FirmId) -> Result<bool> {
    let project = named(tx, firm, SITE_PROJECT)?;
    duty(tx, project, 800_000_000)?;
    let (today, evidence) = (tx.now().local_date(), keep(tx, project, "银行保函扫描件")?);
    let terms = LetterTerms {
        issuer: "沧溟银行".into(),
        letter: "BH-2026-0118".into(),
        amount: Money::cny(16_000_000),
        valid_from: today.plus_days(-345),
        valid_until: today.plus_days(LETTER_DAYS),
        evidence,
    };
    guarantee::open_letter(tx, &actor(), project, terms).map(|_| true)
}

fn order(tx: &mut Tx<'_>, firm: FirmId) -> Result<bool> {
    let project = named(tx, firm, FILED_SITE)?;
    let (today, evidence) = (tx.now().local_date(), keep(tx, project, "协助冻结通知书扫描件")?);
    let new = OrderNew {
        project,
        account: payroll::project_raw(tx, project)?.wage_account,
        action: Action::Freeze,
        authority: "望潮区人民法院".into(),
        document: "（2026）望执131号".into(),
        officer: "法官 陈一鸣".into(),
        basis: Basis::TheseWages,
        article: String::new(),
        amount: Money::cny(800_000),
        until: Some(today.plus_days(180)),
        pay_to: None,
        evidence,
    };
    worksite::end::order_enter(tx, &actor(), new).map(|_| true)
}

fn ending(tx: &mut Tx<'_>, firm: FirmId, hands: &[demo::yard::Worker]) -> Result<bool> {
    let open = ProjectNew {
        firm,
        contractor: firm,
        profile: Profile::Construction,
        name: ENDING_SITE.into(),
        tag: String::new(),
        basis: "望建施2025-88".into(),
        agreement: "望建施2025-88-三方".into(),
        account_name: String::new(),
        account_number: String::new(),
        pay_day: 25,
    };
    let (project, today) = (payroll::project_open(tx, &actor(), open)?, tx.now().local_date());
    for w in hands {
        let new = WorkerNew {
            name: w.name.clone(),
            identity: w.identity.clone(),
            phone: w.phone.clone(),
            team: "加固班".into(),
            contract: format!("XX-LD-{}", w.number),
            entered_on: Some(today.plus_days(-60)),
            ..WorkerNew::default()
        };
        let worker = payroll::worker_add(tx, &actor(), project, new)?.worker;
        payroll::worker_leave(tx, &actor(), worker, today.plus_days(-9), "工程完工")?;
    }
    worksite::end::completed(tx, &actor(), project, today.plus_days(-9), "竣工验收〔2026〕17号")?;
    worksite::end::pledged(tx, &actor(), project, "无欠薪承诺书-17")?;
    let text = "本工程已竣工验收。还有工资没有结清的工友，请在公示的30天内到项目部或银行网点提出。";
    worksite::end::notice_begin(tx, &actor(), project, text).map(|_| true)
}
