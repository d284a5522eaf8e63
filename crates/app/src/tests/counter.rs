use super::House;
use crate::codes::HAS_ACCOUNT;
use crate::counter::{AccountNew, Check, open_account};
use kernel::{Currency, Owner};
use party::Role;

/// Several desks serve one customer at once; on PostgreSQL several writers do.
#[test]
fn two_who_serve_one_customer_at_once_open_one_account() {
    let h = House::open();
    let names = ["t1", "t2", "t3", "t4", "t5", "t6"];
    let tellers = names.map(|name| h.staff(name, Role::Teller));
    let owner = Owner::Person(h.person);
    for currency in [Currency::USD, Currency::EUR, Currency::HKD] {
        let day = h.read(|tx| tx.business_date());
        let answers = diligence::set_of(diligence::AnswerOf::Person, day).unwrap().plain();
        let (checked, closer) = (Check::of(owner).to_vec(), String::new());
        let new = AccountNew { owner, currency, purpose: "旅行".into(), checked, answers, closer };
        let done: Vec<_> = std::thread::scope(|s| {
            let one = |teller: &kernel::Actor| {
                let (teller, new, bank) = (teller.clone(), new.clone(), &h.bank);
                s.spawn(move || bank.write(move |tx| open_account(tx, &teller, &new).map(drop)))
            };
            let at_once: Vec<_> = tellers.iter().map(one).collect();
            at_once.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let refused = done.iter().filter_map(|d| d.as_ref().err());
        assert!(refused.clone().all(|why| why.is(&HAS_ACCOUNT)), "{done:?}");
        assert_eq!(refused.count(), names.len() - 1, "{currency}");
        let open = h.read(|tx| ledger::of_owner(tx, owner)).into_iter().filter(|a| a.currency == currency);
        assert_eq!(open.count(), 1, "{currency}");
    }
    h.sound();
}
