//! Being called back: who is called, by whom, by when; what each side sees; on every database.
use kernel::clock::MINUTE;
use kernel::id::CallBackId;
use kernel::{Actor, Channel, Id, Who};
use lobby::call_back::{self, CallAsk, CallBack, CallState, Outcome, Topic, Wish};
use lobby::codes::{CALL_BACK_CLOSED, CALL_BACK_LIMIT, CALL_BACK_NOT_YOURS, CALL_BACK_TAKEN};
use party::{Change, GrantAsk, Role, StaffNew};
use tests::town::{Town, each_town};

fn wanted(topic: Topic, phone: &str, visitor: &str) -> CallAsk {
    CallAsk { topic, wish: Wish::Soon, phone: phone.into(), visitor: visitor.into() }
}

fn ask(town: &Town<'_>, actor: &Actor, topic: Topic) -> CallBack {
    let actor = actor.clone();
    town.write(move |tx| call_back::ask(tx, &actor, &wanted(topic, "", ""))).call
}

/// Two more of the lobby at the outlet, and one at the other outlet.
fn lobby(town: &Town<'_>) -> [Actor; 3] {
    let (here, there) = (town.folk.outlet, town.folk.other_outlet);
    [("L1", here), ("L2", here), ("L3", there)].map(|(number, at)| {
        let id = town.write(move |tx| {
            let system = Actor::system("demo");
            let new = StaffNew { branch: at, number: number.into(), name: number.into(), person: None };
            let id = party::staff_join(tx, &system, new)?;
            party::grant(tx, &system, GrantAsk::new(Who::Staff(id), Role::LobbyManager).at(at))?;
            Ok(id)
        });
        town.at(at, id)
    })
}

fn queue(town: &Town<'_>, actor: &Actor) -> Vec<CallBackId> {
    town.read(|tx| call_back::queue(tx, actor, 100)).iter().map(|c| c.id).collect()
}

#[test]
fn a_request_is_taken_called_and_done() {
    each_town(|town| {
        let [mei, bo, _] = lobby(town);
        let wang = town.phone(town.folk.wang);
        let call = ask(town, &wang, Topic::Payment);
        assert!(call.elder && call.phone_masked.contains('*') && call.promised_by > call.asked_at);
        assert_eq!(ask(town, &wang, Topic::Card).id, call.id, "one is open already");
        assert_eq!(queue(town, &mei), [call.id]);

        let number = |who: &Actor| {
            town.desk.store.write({
                let who = who.clone();
                move |tx| call_back::number(tx, &who, call.id)
            })
        };
        assert!(number(&mei).unwrap_err().is(&CALL_BACK_NOT_YOURS));
        let take = |who: &Actor| {
            town.desk.store.write({
                let who = who.clone();
                move |tx| call_back::take(tx, &who, call.id)
            })
        };
        assert_eq!(take(&mei).unwrap(), Change::Done);
        assert_eq!(take(&mei).unwrap(), Change::AlreadySo);
        assert!(take(&bo).unwrap_err().is(&CALL_BACK_TAKEN));
        assert_eq!(number(&mei).unwrap(), "13919510308");
        assert!(number(&bo).unwrap_err().is(&CALL_BACK_NOT_YOURS));
        let looks = town.audits(town.folk.wang.person);
        assert!(looks.iter().any(|(action, _)| action == "call_back.number"), "{looks:?}");

        let seen = town.read(|tx| call_back::own(tx, &wang, "")).unwrap();
        assert_eq!((seen.state, seen.word()), (CallState::Taken, call.word()));
        let by = town.read(|tx| call_back::taker(tx, &seen)).unwrap();
        assert_eq!(by.name, "L1");
        let done = mei.clone();
        town.write(move |tx| call_back::done(tx, &done, call.id, Outcome::Helped, " 讲清楚了 "));
        assert!(queue(town, &mei).is_empty());
        let gone = wang.clone();
        let late = town.desk.store.write(move |tx| call_back::cancel(tx, &gone, call.id, ""));
        assert!(late.unwrap_err().is(&CALL_BACK_CLOSED));
        let kinds = town.events(call.id);
        assert_eq!(kinds, ["call_back.asked", "call_back.taken", "call_back.done"]);
    });
}

#[test]
fn fear_of_fraud_and_elders_come_first_and_each_branch_has_its_own() {
    each_town(|town| {
        let [mei, _, lin] = lobby(town);
        let (wang, li, chen) = (town.phone(town.folk.wang), town.phone(town.folk.li), town.phone(town.folk.chen));
        let zhang = town.phone(town.folk.zhang);
        let plain = ask(town, &li, Topic::Other).id;
        let elder = ask(town, &wang, Topic::Other).id;
        let fear = ask(town, &zhang, Topic::Suspicious).id;
        let elsewhere = ask(town, &chen, Topic::Other).id;
        assert_eq!(queue(town, &mei), [fear, elder, plain]);
        assert_eq!(queue(town, &lin), [elsewhere]);
        let reach = town.desk.store.write(move |tx| call_back::take(tx, &lin, plain));
        assert_eq!(reach.unwrap_err().code().name, "forbidden");
        let teller = town.teller();
        assert!(queue(town, &teller).is_empty(), "a teller does not call");
    });
}

#[test]
fn what_is_late_is_marked_and_may_be_taken_over_and_three_tries_are_enough() {
    each_town(|town| {
        let [mei, bo, _] = lobby(town);
        let li = town.phone(town.folk.li);
        let id = ask(town, &li, Topic::Other).id;
        let first = mei.clone();
        town.write(move |tx| call_back::take(tx, &first, id));
        assert_eq!(town.write(|tx| call_back::mark_overdue(tx, 100)), 0);
        town.bank.clock.advance(91 * MINUTE);
        assert_eq!(town.write(|tx| call_back::mark_overdue(tx, 100)), 1);
        assert_eq!(town.write(|tx| call_back::mark_overdue(tx, 100)), 0, "once");
        for n in 1..=3 {
            let who = bo.clone();
            town.write(move |tx| call_back::take(tx, &who, id));
            let who = bo.clone();
            town.write(move |tx| call_back::not_reached(tx, &who, id, "没有人接"));
            let now = town.read(|tx| call_back::call(tx, &bo, id));
            let want = if n == 3 { CallState::GivenUp } else { CallState::NotReached };
            assert_eq!((now.state, now.tries), (want, n));
        }
        let told = town.events(id);
        assert!(told.contains(&"call_back.overdue".to_owned()) && told.last().unwrap() == "call_back.given_up");
        let again = town.desk.store.write(move |tx| call_back::take(tx, &mei, id));
        assert!(again.unwrap_err().is(&CALL_BACK_CLOSED));
    });
}

#[test]
fn a_visitor_is_called_by_the_branch_of_his_number_within_limits() {
    each_town(|town| {
        let visitor = |address: &str| Actor { channel: Channel::Phone, address: address.into(), ..Actor::nobody() };
        let tried = |address: &str, phone: &str, name: &str| {
            let (actor, wanted) = (visitor(address), wanted(Topic::Card, phone, name));
            town.desk.store.write(move |tx| call_back::ask(tx, &actor, &wanted))
        };
        let own = tried("10.0.0.1", "139 1979-0901", "a").unwrap().call;
        assert_eq!(own.book, town.folk.other_outlet.book(), "the number is Chen's");
        let strange = tried("10.0.0.1", "13700000000", "b").unwrap().call;
        let duty = town.read(party::branches).into_iter().find(|b| b.parent.is_some()).unwrap();
        assert_eq!(strange.book, duty.book);
        assert!(own.person.is_none() && own.word().zh().contains('、'));
        assert!(tried("10.0.0.1", "137000", "c").unwrap_err().fields().contains(&("field", "phone".into())));
        for phone in ["13700000001", "13700000002", "13700000003"] {
            tried("10.0.0.1", phone, phone).unwrap();
        }
        assert!(tried("10.0.0.1", "13700000004", "d").unwrap_err().is(&CALL_BACK_LIMIT), "five of one address");
        for n in 0..2 {
            tried(&format!("10.0.1.{n}"), "13700000000", &format!("e{n}")).unwrap();
        }
        assert!(tried("10.0.2.1", "13700000000", "f").unwrap_err().is(&CALL_BACK_LIMIT), "three to one number");
        let seen = |name: &str| town.read(|tx| call_back::own(tx, &visitor("10.0.9.9"), name)).map(|c| c.id);
        assert_eq!((seen("a"), seen("nobody"), seen("")), (Some(own.id), None, None));
        let other = visitor("10.0.0.1");
        let stolen = town.desk.store.write(move |tx| call_back::cancel(tx, &other, own.id, "b"));
        assert_eq!(stolen.unwrap_err().code().name, "not_found");
        let staff = town.teller();
        let refused =
            town.desk.store.write(move |tx| call_back::ask(tx, &staff, &wanted(Topic::Card, "13700000009", "")));
        assert_eq!(refused.unwrap_err().code().name, "forbidden");
    });
}
