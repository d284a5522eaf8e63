//! What the desk of the guard has before it: a hospital that is verified and a power company that waits for it; somebody old who was
//! talked to at the counter, a case that ended with the money kept, one that nobody has taken yet, and a shop whose account is
//! looked at; two objections, one of which waits for its second officer; who answers at night; a freeze and a query of authorities; a draft of
//! rules that was tried.
use super::money::Accounts;
use super::people::People;
use super::{Load, broken};
use crate::desk::{self, Act, FirmVerify, Proposed};
use approval::raw;
use cases::{About, AppealKind, AppealNew, Call, CallOutcome, Closing, How, NewAlert, NightNew, Outcome, Source};
use demo::branches::CITY_BRANCH;
use demo::logins::{ELDER_YEARS, Whose, demo_logins};
use demo::people::Customer;
use kernel::clock::DAY;
use kernel::id::{AccountId, ApprovalId, PersonId};
use kernel::{Actor, Channel, Money, Owner, Result, Who};
use orders::{Authority, Evidence, Officer, OrderKind, OrderNew};
use party::FirmClass;
use store::Tx;

/// What was wanted for a pension project, 元.
const PROJECT: i64 = 200_000;
/// What a caller who said he was of the police wanted, 元.
const SAFE_ACCOUNT: i64 = 60_000;
/// What a court keeps, 元.
const FROZEN: i64 = 8_000;

/// Who works at the desk.
#[derive(Clone)]
struct Desk {
    risk: Actor,
    manager: Actor,
    admin: Actor,
}

/// A customer of the city branch, with his account.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub person: PersonId,
    pub account: AccountId,
}

pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    (load.progress)("cases", 0, 4);
    let desk = Desk {
        risk: staff(load, people, "risk")?,
        manager: staff(load, people, "manager")?,
        admin: staff(load, people, "admin")?,
    };
    classes(load, people, &desk)?;
    (load.progress)("cases", 1, 4);
    worked(load, people, accounts, &desk)?;
    (load.progress)("cases", 2, 4);
    objections(load, people, &desk)?;
    (load.progress)("cases", 3, 4);
    papers(load, people, accounts, &desk)?;
    rules(load, &desk)?;
    (load.progress)("cases", 4, 4);
    Ok(())
}

pub(super) fn staff(load: &Load<'_, '_>, people: &People, login: &str) -> Result<Actor> {
    let found = demo_logins(&load.data).into_iter().find(|l| l.name == login).map(|l| l.whose);
    let Some(Whose::Staff(number)) = found else { return Err(broken("cases", login)) };
    let id = people.staff.get(&number).copied().ok_or_else(|| broken("cases", login))?;
    let branch = load.bank.store.read(|tx| Ok(party::staff(tx, id)?.branch))?;
    Ok(Actor {
        channel: Channel::Counter,
        branch: Some(branch),
        correlation: "demo-load".into(),
        stepped_up: true,
        ..Actor::of(Who::Staff(id))
    })
}

/// The `nth` customer of the city branch who cannot sign in: somebody old, or not.
pub(super) fn known(load: &Load<'_, '_>, people: &People, accounts: &Accounts, old: bool, nth: usize) -> Result<Known> {
    let taken: Vec<usize> = demo_logins(&load.data)
        .iter()
        .filter_map(|l| if let Whose::Customer(index) = l.whose { Some(index) } else { None })
        .collect();
    let fits = |c: &Customer| {
        c.branch == CITY_BRANCH
            && !c.is_foreign()
            && old == (c.person.born.years_until(demo::as_of()) >= ELDER_YEARS)
            && c.opening.minor >= FROZEN * 100
    };
    let all = load.data.customers.iter().enumerate().filter(|(n, c)| !taken.contains(n) && fits(c));
    let c = all.map(|(_, c)| c).nth(nth).ok_or_else(|| broken("cases", "too few customers"))?;
    Ok(Known { person: people.person(&c.person)?, account: accounts.get(&c.card)? })
}

fn shown(tx: &mut Tx<'_>, id: ApprovalId) -> Result<String> {
    Ok(raw(tx, id)?.hash_text())
}

fn classes(load: &Load<'_, '_>, people: &People, desk: &Desk) -> Result<()> {
    let [hospital, power] = &load.data.basics;
    let (hospital, power) = (people.firm(&hospital.credit_code)?, people.firm(&power.credit_code)?);
    let desk = desk.clone();
    load.step("demo-firm-classes".into(), move |tx| {
        let verify = |firm, class, document: &str, reason: &str| {
            Act::FirmVerify(FirmVerify { firm, class, document: document.into(), reason: reason.into() })
        };
        let medical =
            verify(hospital, FirmClass::Medical, "医疗机构执业许可证 H99010100001", "住院费、急诊费由此账户收取");
        if let Proposed::Asked(id) = desk::propose(tx, &desk.risk, &medical)? {
            let hash = shown(tx, id)?;
            desk::approve(tx, &desk.admin, id, &hash)?;
        }
        let utilities = verify(power, FirmClass::Utilities, "电力业务许可证 1041026-00001", "居民电费由此账户收取");
        desk::propose(tx, &desk.risk, &utilities).map(|_| true)
    })?;
    Ok(())
}

fn counter(person: PersonId, reference: &str, yuan: i64, rule: &str) -> NewAlert {
    NewAlert {
        rules: vec![rule.into()],
        ..NewAlert::of(Owner::Person(person), Source::Counter, reference, Money::cny(yuan * 100))
    }
}

fn call(tx: &mut Tx<'_>, actor: &Actor, case: kernel::id::FraudCaseId, asked: &str, answered: &str) -> Result<()> {
    let call = Call { person: None, outcome: CallOutcome::Reached, asked: asked.into(), answered: answered.into() };
    cases::call(tx, actor, case, &call).map(|_| ())
}

fn worked(load: &Load<'_, '_>, people: &People, accounts: &Accounts, desk: &Desk) -> Result<()> {
    let old = known(load, people, accounts, true, 0)?.person;
    let [kept, new] = [0, 1].map(|n| known(load, people, accounts, false, n).map(|k| k.person));
    let (kept, new) = (kept?, new?);
    let shop = people.firm(&load.data.merchants[5].credit_code)?;
    let desk = desk.clone();
    load.step("demo-cases".into(), move |tx| {
        let risk = &desk.risk;
        let elder = NewAlert { elder: true, ..counter(old, "柜面 A0312", PROJECT, "t26.fund_raising") };
        let (case, _) = cases::alert(tx, risk, elder)?;
        cases::claim(tx, risk, case.id)?;
        let asked = "这笔钱打算投到哪里？是谁介绍的？家里人知道吗？";
        call(tx, risk, case.id, asked, "说是养老公寓床位，邻居介绍，每年返利一成；女儿还不知道。")?;
        cases::note(tx, risk, case.id, "已请大堂经理陪同，约其女儿明天一起来网点。")?;

        let (case, _) = cases::alert(tx, risk, counter(kept, "柜面 A0298", SAFE_ACCOUNT, "t01.small_then_large"))?;
        cases::claim(tx, risk, case.id)?;
        call(tx, risk, case.id, "对方是谁？有没有让您不要告诉别人？", "自称公安，要求转到“安全账户”，不准挂电话。")?;
        let talked = cases::alerts_of(tx, risk, case.id)?.into_iter().map(|a| (a.id, How::Talked)).collect();
        let why = "客户明白是骗局，没有转账，已到派出所报案。".into();
        cases::close(tx, risk, case.id, &Closing { outcome: Outcome::Dissuaded, why, kept: talked })?;

        let hand = |subject, reference: &str, about, why: &str| NewAlert {
            about: Some(about),
            why: why.into(),
            ..NewAlert::of(subject, Source::Hand, reference, Money::cny(0))
        };
        let why = "客户来电说，有人自称客服让他下载会议软件。";
        cases::alert(tx, risk, hand(Owner::Person(new), "来电 0117", About::Loss, why))?;
        let why = "收单账户夜间收款笔数多，与经营不符。";
        let (case, _) = cases::alert(tx, risk, hand(Owner::Firm(shop), "回访 0042", About::Misuse, why))?;
        cases::claim(tx, risk, case.id)?;
        let until = tx.now().plus(DAY);
        cases::wait(tx, risk, case.id, until, "等商户送来进货单")?;

        let (branch, head) = (party::branch_by_code(tx, CITY_BRANCH)?, party::branches(tx)?);
        let head = head.iter().find(|b| b.parent.is_none()).map(|b| b.id);
        let from_day = tx.now().local_date().plus_days(1);
        let night = NightNew { branch: branch.id, from_day, desk: head, begins: 22, ends: 8 };
        cases::set_night(tx, risk, night).map(|_| true)
    })?;
    Ok(())
}

/// A draft that asks elders about smaller first payments too, tried on what the bank has seen.
fn rules(load: &Load<'_, '_>, desk: &Desk) -> Result<()> {
    let risk = desk.risk.clone();
    load.step("demo-rules".into(), move |tx| {
        let set = desk::rules::draft(tx, &risk, guard::SHIPPED, "岁末老年客户保护")?.number;
        let all = guard::rule_sources(tx, set)?;
        let file = "t11_elder_first_payee.toml";
        let old = all.iter().find(|s| s.file == file).map(|s| s.text.clone()).unwrap_or_default();
        let stricter = old.replace("version = 1", "version = 2").replace("2000000", "500000");
        desk::rules::write(tx, &risk, set, file, &stricter)?;
        let today = tx.now().local_date();
        let trial = guard::trial(tx, set, today.plus_days(-29), today)?;
        guard::keep_trial(tx, &risk, &trial).map(|_| true)
    })?;
    Ok(())
}

fn objections(load: &Load<'_, '_>, people: &People, desk: &Desk) -> Result<()> {
    let logins = demo_logins(&load.data);
    let said = [
        ("customer", "付款等了一整天才到，能不能快一点？我每个月都给房东转房租。"),
        ("elder", "我给孙女转学费，为什么要第二天才到？"),
    ];
    for (name, words) in said {
        let Some(login) = logins.iter().find(|l| l.name == name) else { continue };
        let person = people.by_document(login.document.number())?;
        let (risk, answered) = (desk.risk.clone(), name == "elder");
        load.step(format!("demo-objection-{name}"), move |tx| {
            let himself = Actor { channel: Channel::Phone, ..Actor::of(Who::Person(person)) };
            let new = AppealNew {
                subject: Owner::Person(person),
                kind: AppealKind::Complaint,
                instruction: None,
                urgent: false,
                words: words.into(),
                files: Vec::new(),
            };
            let (a, _) = cases::object(tx, &himself, &new)?;
            if answered {
                let answer = "第一次给别人转大额，会晚一天到，是怕您受骗。孙女已经收过一次，以后当天到账。";
                cases::decide(tx, &risk, a.id, true, answer)?;
            }
            Ok(true)
        })?;
    }
    Ok(())
}

fn paper(kind: OrderKind, authority: Authority, of: Known) -> OrderNew {
    let officer = |name: &str, number: &str| Officer { name: name.into(), number: number.into() };
    OrderNew {
        kind,
        authority,
        authority_name: String::new(),
        document: String::new(),
        basis: String::new(),
        officers: [officer("周立群", "0990117"), officer("韩雪", "0990342")],
        subject: Owner::Person(of.person),
        account: None,
        amount: None,
        keep: None,
        payee_number: String::new(),
        payee_name: String::new(),
        target: None,
        grave: false,
        silent: false,
        until: None,
        received_at: kernel::Timestamp::from_micros(0),
        evidence: None,
    }
}

fn papers(load: &Load<'_, '_>, people: &People, accounts: &Accounts, desk: &Desk) -> Result<()> {
    let [frozen, asked] = [2, 3].map(|n| known(load, people, accounts, false, n));
    let (frozen, asked) = (frozen?, asked?);
    let (desk, pipeline) = (desk.clone(), load.bank.desk.clone());
    load.step("demo-authority-orders".into(), move |tx| {
        let (now, today) = (tx.now(), tx.now().local_date());
        let file = |name: &str, text: &str| Some(Evidence { name: name.into(), bytes: text.as_bytes().to_vec() });
        let freeze = OrderNew {
            authority_name: "汐洲市中级人民法院".into(),
            document: "（2026）汐01执117号".into(),
            basis: "民事诉讼法第253条".into(),
            account: Some(frozen.account),
            amount: Some(Money::cny(FROZEN * 100)),
            until: Some(today.plus_months(6)),
            received_at: now,
            evidence: file("协助冻结存款通知书.txt", "协助冻结存款通知书：冻结被执行人存款 8,000 元，期限六个月。"),
            ..paper(OrderKind::Freeze, Authority::Court, frozen)
        };
        let id = orders::enter(tx, &desk.risk, freeze)?;
        let approval = orders::order(tx, &desk.risk, id)?.approval;
        let hash = shown(tx, approval)?;
        orders::approval_yes(&pipeline, tx, &desk.manager, approval, &hash)?;
        let query = OrderNew {
            authority_name: "汐洲市公安局反诈中心".into(),
            document: "汐公（反诈）查〔2026〕33号".into(),
            basis: "反电信网络诈骗法第20条".into(),
            received_at: now,
            evidence: file("协助查询财产通知书.txt", "协助查询财产通知书：查询该人账户及近三个月交易。"),
            ..paper(OrderKind::Query, Authority::Police, asked)
        };
        orders::enter(tx, &desk.risk, query).map(|_| true)
    })?;
    Ok(())
}
