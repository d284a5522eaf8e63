//! Who may have what: levels, assessments, the second look, recordings.
use super::*;

#[test]
fn nothing_is_sold_above_the_level_in_any_channel() {
    let bank = Bank::open("2026-03-02");
    for (n, level) in Level::ALL.iter().enumerate() {
        let c = bank.assessed(n, 1990, *level);
        for (m, risk) in Risk::ALL.iter().enumerate() {
            let product = format!("p{m}");
            let bought = bank.buy(&c, &product, 1_000 * YUAN);
            let recording = bank.recorded(&c, &product);
            let fee = bank.quote(&c, &product, 1_000 * YUAN).unwrap().fee.minor;
            let sold = bank.buy_as(bank.teller.clone(), &c, &product, (1_000 * YUAN, fee), Some(recording));
            for got in [bought, sold] {
                match m <= n {
                    true => assert!(got.is_ok(), "{level} {risk}: {got:?}"),
                    false => assert!(got.unwrap_err().is(&ABOVE_LEVEL), "{level} {risk}"),
                }
            }
        }
    }
    bank.verify();
}

#[test]
fn an_assessment_is_his_own_counts_a_year_and_is_not_tried_until_it_fits() {
    let bank = Bank::open("2026-03-02");
    let c = bank.customer(1, 1990, 10_000 * YUAN);
    assert!(bank.buy(&c, "p0", 1_000 * YUAN).unwrap_err().is(&NO_ASSESSMENT));
    for other in [bank.teller.clone(), system(), Actor::of(Who::ForFirm { person: c.person, firm: firm() })] {
        let told = format!("{other:?}");
        let got = bank.write(move |tx| assess(tx, &other, &answers(Level::C3)));
        assert!(got.unwrap_err().is(&BY_HIMSELF), "{told}");
    }
    let mut short = answers(Level::C3);
    short.pop();
    let mut twice = answers(Level::C3);
    twice[0] = twice[1].clone();
    let mut beyond = answers(Level::C3);
    beyond[0].choice = 99;
    for bad in [short, twice, beyond, Vec::new()] {
        let actor = c.actor();
        assert!(bank.write(move |tx| assess(tx, &actor, &bad)).unwrap_err().is(&ANSWERS_UNFIT));
    }
    bank.assess(&c, Level::C3).unwrap();
    assert_eq!(bank.assess(&c, Level::C2).unwrap().number, 2);
    assert!(bank.assess(&c, Level::C5).unwrap_err().is(&ASSESSED_OFTEN), "twice a day");
    assert!(bank.buy(&c, "p2", 1_000 * YUAN).unwrap_err().is(&ABOVE_LEVEL), "the newest counts, not the best");
    for n in 3..=8 {
        bank.day(&format!("2026-03-{:02}", n));
        assert_eq!(bank.assess(&c, Level::C4).unwrap().number, n);
    }
    bank.day("2026-03-09");
    assert!(bank.assess(&c, Level::C5).unwrap_err().is(&ASSESSED_OFTEN), "eight times in twelve months");
    assert!(bank.buy(&c, "p3", 100 * YUAN).is_ok());
    bank.day("2027-03-07");
    assert!(bank.buy(&c, "p3", 100 * YUAN).is_ok(), "its last day");
    bank.day("2027-03-08");
    let told = bank.buy(&c, "p3", 100 * YUAN).unwrap_err();
    assert!(told.is(&NO_ASSESSMENT) && told.message().contains("2027-03-07"), "{told:?}");
    assert!(bank.assess(&c, Level::C4).is_ok());
    let kept = bank.read(|tx| tx.query("SELECT answers FROM wealth_assessments", &[], |r| r.get::<Vec<u8>>(0)));
    assert!(kept.iter().all(|a| !a.windows(3).any(|w| w == b",1,")), "answers are not in the clear");
    bank.verify();
}

fn firm() -> kernel::id::FirmId {
    kernel::id::FirmId::new(kernel::Timestamp::from_micros(0), kernel::BookId(1))
}

impl Bank {
    /// A finished recording of a sale.
    fn recorded(&self, c: &Customer, product: &str) -> RecordingId {
        let id = self.recording(c, product);
        let device = RecorderSimulator::default();
        device.begin(id).unwrap();
        let (take, teller) = (device.end(id).unwrap(), self.teller.clone());
        self.write(move |tx| recording_end(tx, &teller, id, take)).unwrap();
        id
    }
    fn recording(&self, c: &Customer, product: &str) -> RecordingId {
        let (teller, person, product) = (self.teller.clone(), c.person, product.to_owned());
        self.write(move |tx| recording_begin(tx, &teller, person, &product)).unwrap().id
    }
}

#[test]
fn a_sale_at_the_counter_names_its_own_finished_recording() {
    let bank = Bank::open("2026-03-02");
    let (c, other) = (bank.assessed(1, 1990, Level::C5), bank.assessed(2, 1990, Level::C5));
    let sell = |recording| bank.buy_as(bank.teller.clone(), &c, "p0", (1_000 * YUAN, 0), recording);
    let begun = bank.recording(&c, "p0");
    let of_other = bank.recorded(&other, "p0");
    let of_product = bank.recorded(&c, "p1");
    for bad in [None, Some(begun), Some(of_other), Some(of_product)] {
        assert!(sell(bad).unwrap_err().is(&NO_RECORDING), "{bad:?}");
    }
    let good = bank.recorded(&c, "p0");
    let o = sell(Some(good)).unwrap();
    assert_eq!((o.recording, o.branch), (Some(good), Some(bank.branch)));
    assert!(sell(Some(good)).unwrap_err().is(&NO_RECORDING), "it serves once");
    let yesterday = bank.recorded(&c, "p0");
    bank.day("2026-03-03");
    assert!(sell(Some(yesterday)).unwrap_err().is(&NO_RECORDING), "of another day");
    let manager = bank.manager.clone();
    let take = Take { hash: [1; 32], bytes: 1 };
    assert!(bank.write(move |tx| recording_end(tx, &manager, begun, take)).is_err(), "whoever began it ends it");
    let teller = bank.teller.clone();
    assert!(bank.write(move |tx| recording_end(tx, &teller, good, take)).unwrap_err().is(&RECORDING_ENDED));
    let teller = bank.teller.clone();
    let empty = Take { hash: [1; 32], bytes: 0 };
    assert!(bank.write(move |tx| recording_end(tx, &teller, begun, empty)).unwrap_err().is(&NO_RECORDING));
    assert!(RecorderSimulator::default().end(begun).unwrap_err().is(&NO_RECORDING), "the device knows what it began");
    bank.verify();
}

#[test]
fn whoever_is_old_waits_for_a_second_look() {
    let bank = Bank::open("2026-03-02");
    // year of birth, product, waits
    let cases = [(1962, "p2", false), (1961, "p2", true), (1940, "p1", false), (1940, "p3", true)];
    for (n, (year, product, waits)) in cases.into_iter().enumerate() {
        let c = bank.assessed(n, year, Level::C5);
        assert_eq!(bank.quote(&c, product, 1_000 * YUAN).unwrap().second_look, waits, "{year} {product}");
        let o = bank.buy(&c, product, 1_000 * YUAN).unwrap();
        assert_eq!(o.state == State::Review, waits, "{year} {product}");
    }
    let elder = bank.assessed(9, 1955, Level::C5);
    let o = bank.buy(&elder, "p2", 1_000 * YUAN).unwrap();
    let asked = bank.asked(&o);
    assert_eq!((asked.permission, asked.maker.as_str()), (Permission::WealthCheck, elder.actor().principal().as_str()));
    assert_eq!(bank.balance(elder.account), 99_000 * YUAN, "the money waits with him");
    assert!(bank.yes(&elder.actor(), asked.id).is_err(), "not himself");
    assert!(bank.yes(&bank.teller, asked.id).is_err(), "not who sells");
    assert_eq!(bank.yes(&bank.manager, asked.id).unwrap(), Change::Done);
    assert_eq!(bank.yes(&bank.manager, asked.id).unwrap(), Change::AlreadySo);
    let o = bank.order(o.id);
    let until = o.cool_until.expect("his hours begin with the yes");
    assert!(o.state == State::Cooling && bank.clock.now().plus(24 * HOUR).since(until) < HOUR);
    assert_eq!(bank.cancel(&elder, o.id).unwrap().state, State::Cancelled, "after a yes he may still call it off");
    assert_eq!(bank.balance(elder.account), 100_000 * YUAN);
    bank.verify();
}

#[test]
fn a_no_a_silence_and_a_calling_off_give_all_of_it_back() {
    let bank = Bank::open("2026-03-02");
    let elder = bank.assessed(1, 1955, Level::C5);
    let no = bank.buy(&elder, "p2", 1_000 * YUAN).unwrap();
    bank.no(&bank.manager, bank.asked(&no).id).unwrap();
    let no = bank.order(no.id);
    assert_eq!((no.state, no.ended_why.as_str()), (State::Refused, "他说不清楚买的是什么"));
    let off = bank.buy(&elder, "p2", 1_000 * YUAN).unwrap();
    bank.cancel(&elder, off.id).unwrap();
    assert!(bank.yes(&bank.manager, bank.asked(&off).id).is_err(), "nobody decides on it any more");
    let silent = bank.buy(&elder, "p2", 1_000 * YUAN).unwrap();
    assert_eq!(bank.go_on(), Moved::default());
    bank.clock.advance(73 * HOUR);
    assert_eq!(bank.go_on().orders, 1);
    assert_eq!(bank.order(silent.id).state, State::Refused);
    assert_eq!(bank.balance(elder.account), 100_000 * YUAN);
    bank.verify();
}

#[test]
fn a_yes_is_judged_again() {
    let bank = Bank::open("2026-03-02");
    let elder = bank.assessed(1, 1955, Level::C5);
    let o = bank.buy(&elder, "p2", 1_000 * YUAN).unwrap();
    bank.assess(&elder, Level::C1).unwrap();
    assert!(bank.yes(&bank.manager, bank.asked(&o).id).unwrap_err().is(&ABOVE_LEVEL), "his level fell meanwhile");
    assert_eq!(bank.order(o.id).state, State::Review);
    bank.no(&bank.manager, bank.asked(&o).id).unwrap();
    bank.verify();
}

#[test]
fn what_cannot_be_bought_before_its_product_ends_is_refused_or_given_back() {
    let bank = Bank::open("2026-03-02");
    let young = bank.assessed(1, 1990, Level::C5);
    let elder = bank.assessed(2, 1950, Level::C5);
    bank.day("2026-03-30");
    let waits = bank.buy(&young, "p4", 1_000 * YUAN).unwrap();
    let looked = bank.buy(&elder, "p4", 1_000 * YUAN).unwrap();
    assert_eq!((waits.state, looked.state), (State::Cooling, State::Review));
    let free = |c: &Customer| bank.read(|tx| ledger::view(tx, c.account)).available().minor;
    bank.day("2026-03-31");
    let late = bank.buy(&young, "p4", 1_000 * YUAN).unwrap_err();
    assert!(late.is(&NOT_SOLD) && late.message().contains("2026-04-01"), "{late:?}");
    let asked = bank.asked(&looked).id;
    assert!(bank.yes(&bank.manager, asked).unwrap_err().is(&NOT_SOLD), "no room for the hours to call it off");
    bank.go_on();
    assert_eq!((bank.order(looked.id).state, free(&elder)), (State::Refused, 100_000 * YUAN));
    assert_eq!(bank.order(looked.id).ended_why, PRODUCT_ENDED);
    assert!(!bank.read(|tx| approval::raw(tx, asked)).is_open(bank.clock.now()), "nobody is asked any more");
    assert_eq!(bank.order(waits.id).state, State::Due, "it waits for the value of its day");
    bank.day("2026-05-31");
    bank.go_on();
    assert_eq!((bank.order(waits.id).state, free(&young)), (State::Due, 99_000 * YUAN));
    bank.day("2026-06-01");
    bank.go_on();
    assert_eq!((bank.order(waits.id).state, free(&young)), (State::Refused, 100_000 * YUAN), "no value ever came");
    assert_eq!(bank.go_on(), Moved::default());
    bank.verify();
}

#[test]
fn a_sale_is_recorded_again_when_the_terms_changed() {
    let bank = Bank::open("2026-03-02");
    let (young, elder) = (bank.assessed(1, 1990, Level::C5), bank.assessed(2, 1950, Level::C5));
    let before = bank.recorded(&young, "p3");
    let sold = |c: &Customer, recording| {
        let fee = bank.quote(c, "p3", 1_000 * YUAN).unwrap().fee.minor;
        bank.buy_as(bank.teller.clone(), c, "p3", (1_000 * YUAN, fee), Some(recording))
    };
    let looked = sold(&elder, bank.recorded(&elder, "p3")).unwrap();
    bank.clock.advance(HOUR);
    let second = products().split("[[product]]").nth(4).unwrap().replace("version = 1", "version = 2");
    let second = second.replace("2026-03-01", "2026-03-02").replace("minimum = \"100\"", "minimum = \"200\"");
    assert_eq!(bank.load(&format!("[[product]]{second}")).unwrap(), 1);
    let told = sold(&young, before).unwrap_err();
    assert!(told.is(&NO_RECORDING) && told.message().contains("changed"), "{told:?}");
    let told = bank.yes(&bank.manager, bank.asked(&looked).id).unwrap_err();
    assert!(told.is(&NO_RECORDING) && told.message().contains("version 1, 2"), "{told:?}");
    bank.clock.advance(HOUR);
    assert!(sold(&young, bank.recorded(&young, "p3")).is_ok());
    bank.no(&bank.manager, bank.asked(&looked).id).unwrap();
    bank.verify();
}
