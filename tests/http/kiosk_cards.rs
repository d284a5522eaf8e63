//! Cards at a machine over the wire: lost, replaced with the same number, activated; what a branch without blank cards says; a bill repaid.
use super::furniture;
use super::house::House;
use super::kiosk::Browser;
use super::kiosk_cash::keepers;
use kernel::Money;
use kernel::id::{AccountId, BranchId, CardId};
use party::Variant;

fn card(house: &House) -> cards::Card {
    let id: CardId = house.fill("$card").parse().expect("a card");
    house.bank.read(|tx| cards::card(tx, &super::house::system(), id)).expect("the card")
}

/// Blank cards at the branch.
fn stock(house: &House) {
    let branch: BranchId = house.fill("$branch").parse().expect("a branch");
    let done = house.bank.write(move |tx| {
        let [a, b, _] = keepers(tx, branch)?;
        cards::stock_receive(tx, &a, branch, 5)?;
        cards::stock_confirm(tx, &b, branch, 5)
    });
    done.expect("blank cards");
}

fn served(house: &mut House) -> Browser<'_> {
    furniture::cards(house);
    Browser::new(house).enrolled(Variant::Tall).served()
}

#[test]
fn a_card_is_replaced_with_its_number_and_the_old_plastic_is_dead() {
    let mut house = House::open();
    furniture::cards(&mut house);
    let house = &house;
    let mut at = Browser::new(house).enrolled(Variant::Tall).served();
    let here = format!("/kiosk/cards/{}", house.fill("$card"));
    let was = card(house);
    assert!(at.get("/kiosk/cards?lang=en").text().contains(&format!("href=\"{here}\"")));
    let done = at.send(&format!("{here}/loss"), &format!("{here}/loss"), &[]);
    assert_eq!(done.header("location"), Some(format!("{here}?done=loss").as_str()), "{}", done.text());
    assert_eq!(card(house).state, cards::State::Lost);
    let none = at.send(&here, &format!("{here}/replacement"), &[]);
    assert!(none.text().contains("kiosk-rescue") && card(house).sequence == was.sequence, "no blank card, no new one");
    assert_eq!(card(house).state, cards::State::Lost, "the loss holds");
    stock(house);
    let asked = at.get(&format!("{here}/replacement?lang=en")).text();
    assert!(asked.contains(&was.masked[was.masked.len() - 4..]) && asked.contains("card no. 2"), "{asked}");
    for _ in 0..2 {
        let done = at.send(&here, &format!("{here}/replacement"), &[("sequence", "1")]);
        assert_eq!(done.header("location"), Some(format!("{here}?done=replacement").as_str()), "{}", done.text());
    }
    let new = card(house);
    assert_eq!((new.masked.as_str(), new.pan_index, new.sequence), (was.masked.as_str(), was.pan_index, 2));
    let page = at.get(&here).text();
    assert!(page.contains("data-dead=\"1\"") && page.contains("data-sequence=\"2\""), "{page}");
    let wrong = at.send(&here, &format!("{here}/activation"), &[("sequence", "1")]);
    assert_eq!((wrong.status, card(house).state), (422, cards::State::Produced), "the old plastic activates nothing");
    let done = at.send(&format!("{here}/activation"), &format!("{here}/activation"), &[("sequence", "2")]);
    assert_eq!(done.header("location"), Some(format!("{here}?done=activation").as_str()), "{}", done.text());
    assert_eq!(card(house).state, cards::State::Active);
    let again = at.send(&here, &format!("{here}/replacement"), &[]);
    assert_eq!(again.status, 303, "an active card may be replaced when it is damaged");
}

#[test]
fn a_card_is_stopped_and_let_go_on_and_asked_for_before() {
    let mut house = House::open();
    furniture::cards(&mut house);
    stock(&house);
    let mut at = Browser::new(&house).enrolled(Variant::Tall).served();
    let here = format!("/kiosk/cards/{}", house.fill("$card"));
    at.send(&here, &format!("{here}/replacement"), &[]);
    // What cannot be done to the card leads back to it.
    assert_eq!(at.get(&format!("{here}/freeze")).status, 303);
    for (deed, wants) in [("loss", cards::State::Lost), ("replacement", cards::State::Produced)] {
        at.send(&here, &format!("{here}/{deed}"), &[]);
        assert_eq!(card(&house).state, wants);
    }
    let now = card(&house).sequence.to_string();
    at.send(&here, &format!("{here}/activation"), &[("sequence", &now)]);
    for (deed, wants) in [("freeze", cards::State::Frozen), ("thaw", cards::State::Active)] {
        let done = at.send(&format!("{here}/{deed}"), &format!("{here}/{deed}"), &[]);
        assert_eq!((done.status, card(&house).state), (303, wants), "{deed}");
    }
}

#[test]
fn what_is_owed_on_a_credit_card_is_repaid() {
    let mut house = House::open();
    let mut at = served(&mut house);
    let nothing = at.get("/kiosk/repayment?lang=en").text();
    assert!(nothing.contains("Nothing is owed"), "{nothing}");
    drop(at);
    let line: AccountId = house.fill("$line_of_credit").parse().expect("a line");
    owe(&house, line);
    let mut at = Browser::new(&house).enrolled(Variant::Tall).served();
    let page = at.get("/kiosk/repayment?lang=en").text();
    assert!(page.contains("All that is owed") && page.contains("88.00"), "{page}");
    let page = at.send("/kiosk/repayment", "/kiosk/repayment", &[("what", "own")]).text();
    assert!(page.contains("name=\"amount\""), "{page}");
    let check = at.send("/kiosk/repayment", "/kiosk/repayment", &[("what", "all")]).text();
    assert!(check.contains("Repay") && check.contains("88.00"), "{check}");
    let sent = [("what", "all"), ("step", "do"), ("once", "r1")];
    let done = at.send("/kiosk/repayment", "/kiosk/repayment", &sent);
    assert!(done.header("location").is_some_and(|l| l.starts_with("/payments/")), "{}", done.text());
    let bill = house.bank.read(|tx| cards::line(tx, &super::house::system(), line)).expect("a line");
    assert_eq!(bill.bill.0.debt(), 0);
}

/// Something was bought with the credit card.
fn owe(house: &House, line: AccountId) {
    use cards::make::make_go_on;
    use cards::simulator::{MakerSimulator, Plan};
    let maker = MakerSimulator::new(Plan::default());
    for _ in 0..2 {
        make_go_on(&house.bank.store, &maker).expect("plastics");
    }
    let person = house.fill("$person").parse().expect("a person");
    let all = house.bank.read(|tx| cards::cards_of(tx, &super::house::system(), person)).expect("cards");
    let credit = all.into_iter().find(|c| c.account == Some(line)).expect("the credit card");
    let holder = kernel::Actor { channel: kernel::Channel::Kiosk, ..kernel::Actor::of(kernel::Who::Person(person)) };
    let holder = kernel::Actor { roles: party::Role::Customer.code().into(), ..holder };
    let id = credit.id;
    let active = house.bank.write(move |tx| cards::activate(tx, &holder, id, 1, &cards::InPerson::default()));
    active.expect("it is active");
    let (.., number) = maker.embossed().into_iter().find(|(card, ..)| *card == credit.id).expect("its number");
    let amount = Money::cny(8_800);
    let ask = cards::Purchase { number, sequence: 1, amount, reference: "shop-1".into(), merchant: "商店".into() };
    let receipt = cards::authorise(&house.bank.desk, &ask).expect("it is held");
    cards::present(&house.bank.desk, receipt.instruction, amount).expect("it is posted");
}
