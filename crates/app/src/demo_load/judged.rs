//! What due diligence has before it: somebody refused at the counter who objects, a foreign-currency account opened after a closer
//! look, customers with their scores, one of them lowered and one reviewed, and accounts of the last months that are looked at again.
use super::guarded::{known, staff};
use super::money::Accounts;
use super::people::People;
use super::{Load, broken};
use crate::counter::{AccountNew, Check, Opened, open_account};
use crate::judged::object_to_refusal;
use demo::branches::CITY_BRANCH;
use diligence::{Answer, AnswerOf, Criteria, ReviewNew, StockNew};
use guard::{ListKind, NewEntry, Subject};
use kernel::clock::DAY;
use kernel::id::PersonId;
use kernel::{Actor, Currency, Owner, Result, Who};
use party::Tier;
use store::Tx;

/// Days for which a customer of the demo stands on the grey list.
const LISTED_DAYS: i64 = 30;

pub(super) fn load(load: &mut Load<'_, '_>, people: &People, accounts: &Accounts) -> Result<()> {
    let (teller, risk) = (staff(load, people, "teller")?, staff(load, people, "risk")?);
    let some = [4, 5, 6].map(|n| known(load, people, accounts, false, n).map(|k| k.person));
    let [refused, odd, listed] = some;
    let (refused, odd, listed) = (refused?, odd?, listed?);
    let by = teller.clone();
    load.step("demo-openings".into(), move |tx| {
        let lent = asked(tx, refused, &[("lend", "yes")], "")?;
        let Opened::Refused(o) = open_account(tx, &by, &lent)? else { return Err(broken("openings", "not refused")) };
        object_to_refusal(tx, &by, o.id, "我以为说的是家里人一起用，没有要借给别人。")?;
        let looked = "看了工作证，打电话问了单位，出国培训要用。";
        let new = asked(tx, odd, &[("tie", "none")], looked)?;
        open_account(tx, &by, &new).map(|_| true)
    })?;
    load.step("demo-judged".into(), move |tx| {
        grey(tx, &risk, listed)?;
        diligence::rescore(tx, Owner::Person(listed))?;
        let (owner, note) = (Owner::Person(odd), "材料齐全，与开户时说的一致。".into());
        let seen = vec!["identity".into(), "occupation".into()];
        diligence::review(tx, &risk, &ReviewNew { owner, clear: true, seen, note })?;
        stock(tx, &risk)
    })?;
    Ok(())
}

/// A foreign-currency account as somebody asks for it.
fn asked(tx: &mut Tx<'_>, person: PersonId, changed: &[(&str, &str)], closer: &str) -> Result<AccountNew> {
    let mut answers = diligence::set_of(AnswerOf::Person, tx.business_date()?)?.plain();
    for (question, choice) in changed {
        answers.retain(|a| a.question != *question);
        answers.push(Answer::new(*question, *choice));
    }
    let owner = Owner::Person(person);
    let (checked, purpose, closer) = (Check::of(owner).to_vec(), "出国培训".into(), closer.into());
    Ok(AccountNew { owner, currency: Currency::USD, purpose, checked, answers, closer })
}

fn grey(tx: &mut Tx<'_>, risk: &Actor, person: PersonId) -> Result<()> {
    let now = tx.now();
    let owner_staff = if let Who::Staff(id) = risk.who { Some(id) } else { None };
    let entry = NewEntry {
        list: ListKind::Grey,
        subject: Subject::owner(tx.keys(), Owner::Person(person)),
        masked: party::person(tx, person)?.name_masked,
        reason: "收到多人转入后很快转出".into(),
        from: now,
        until: now.plus(LISTED_DAYS * DAY),
        source: "风险排查 2026-11".into(),
        owner_staff,
    };
    guard::add_entry(tx, risk, entry).map(drop)
}

/// Accounts of the lowest tier, or, where there are none, those of customers who share a phone.
fn stock(tx: &mut Tx<'_>, risk: &Actor) -> Result<bool> {
    let Who::Staff(officer) = risk.who else { return Err(broken("stock", "no officer")) };
    let (branch, today) = (party::branch_by_code(tx, CITY_BRANCH)?.id, tx.now().local_date());
    let from = today.plus_months(-6);
    for phone in [false, true] {
        let tier = (!phone).then(|| Tier::III.code().to_owned());
        let criteria = Criteria { from, until: today, tier, dormant: false, phone, address: false };
        let new = StockNew { branch, criteria, officer, due_on: today.plus_months(1) };
        match diligence::select(tx, risk, &new) {
            Err(why) if why.is(&diligence::STOCK_NONE) => {}
            done => return done.map(|_| true),
        }
    }
    Ok(false)
}
