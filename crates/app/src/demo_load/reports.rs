//! What the bank of the demo reports: the large sums of its past are sent but for the newest week and one is being corrected, a
//! suspicion waits for its second
//! officer, and two entries of the bank's own on the watch list end soon.
use super::people::People;
use super::{Load, broken};
use demo::logins::{Whose, demo_logins};
use guard::{ListKind, NewEntry, Subject};
use kernel::clock::DAY;
use kernel::{Actor, Channel, Money, Owner, PageAsk, Result, Who};
use reporting::{Act, Ask, State, Suspicion, Verdict};

/// Reports of one step.
const AT_ONCE: u32 = 20;
/// Newer ones are left to be reviewed.
const LEFT_DAYS: i64 = 7;
/// What went through a shop's account at night, 元.
const AT_NIGHT: i64 = 380_000;

pub(super) fn load(load: &mut Load<'_, '_>, people: &People) -> Result<()> {
    (load.progress)("reports", 0, 2);
    reporting::go_on(&load.bank.store, &*load.bank.receiver)?;
    let risk = risk(load, people)?;
    for step in 0.. {
        let mine = risk.clone();
        let many = load.step(format!("demo-reports-{step}"), move |tx| {
            let since = tx.business_date()?.plus_days(-LEFT_DAYS);
            let ask = PageAsk { limit: Some(AT_ONCE), after: None };
            let old = reporting::listed(tx, &mine, Ask::Open, &ask)?.items;
            let old: Vec<_> = old.into_iter().filter(|r| r.day < since).collect();
            for r in &old {
                reporting::review(tx, &mine, r.id, Verdict::Send, "已核对流水，按规定报送", None)?;
                reporting::agree(tx, &Actor::system("demo"), r.id)?;
            }
            Ok(old.len() as u64)
        })?;
        if many == 0 {
            break;
        }
    }
    reporting::go_on(&load.bank.store, &*load.bank.receiver)?;
    let mine = risk.clone();
    load.step("demo-report-correction".into(), move |tx| {
        let all = reporting::listed(tx, &mine, Ask::All, &PageAsk::first(AT_ONCE))?.items;
        if let Some(sent) = all.into_iter().find(|r| r.state == State::Sent) {
            reporting::correct(tx, &mine, sent.id, Act::Correction, "对方户名登记有误")?;
        }
        Ok(true)
    })?;
    (load.progress)("reports", 1, 2);
    suspicion(load, people, &risk)?;
    watched(load, &risk)?;
    (load.progress)("reports", 2, 2);
    Ok(())
}

fn risk(load: &Load<'_, '_>, people: &People) -> Result<Actor> {
    let found = demo_logins(&load.data).into_iter().find(|l| l.name == "risk").map(|l| l.whose);
    let Some(Whose::Staff(number)) = found else { return Err(broken("reports", "risk")) };
    let id = people.staff.get(&number).copied().ok_or_else(|| broken("reports", "risk"))?;
    let branch = load.bank.store.read(|tx| Ok(party::staff(tx, id)?.branch))?;
    let correlation = "demo-load".into();
    Ok(Actor {
        channel: Channel::Counter,
        branch: Some(branch),
        correlation,
        stepped_up: true,
        ..Actor::of(Who::Staff(id))
    })
}

fn suspicion(load: &Load<'_, '_>, people: &People, risk: &Actor) -> Result<()> {
    let subject = Owner::Firm(people.firm(&load.data.merchants[5].credit_code)?);
    let risk = risk.clone();
    load.step("demo-suspicion".into(), move |tx| {
        let new = Suspicion {
            subject,
            of_case: None,
            typology: "mule".into(),
            amount: Money::cny(AT_NIGHT * 100),
            words: "收单账户每天 23 点以后收款百余笔，多为整百，次日清晨转出，与门店经营时间不符。".into(),
        };
        let (r, _) = reporting::suspect(tx, &risk, new)?;
        reporting::review(tx, &risk, r.id, Verdict::Send, "建议报送，并继续关注", None).map(|_| true)
    })?;
    Ok(())
}

fn watched(load: &Load<'_, '_>, risk: &Actor) -> Result<()> {
    let entries = [
        ("6222029900001177890", 10, true, "两位客户先后被骗转入此账户"),
        ("6222029900002266554", 5, false, "短期内分散转入、集中转出"),
    ];
    for (nth, (number, days, owned, why)) in entries.into_iter().enumerate() {
        let risk = risk.clone();
        load.step(format!("demo-watched-{nth}"), move |tx| {
            let owner_staff = match risk.who {
                Who::Staff(me) if owned => Some(me),
                _ => None,
            };
            let new = NewEntry {
                list: ListKind::Own,
                subject: Subject::number(tx.keys(), number),
                masked: kernel::chinese::mask_card(number),
                reason: why.into(),
                from: tx.now(),
                until: tx.now().plus(days * DAY),
                source: "本行案件".into(),
                owner_staff,
            };
            guard::add_entry(tx, &risk, new).map(|_| true)
        })?;
    }
    Ok(())
}
