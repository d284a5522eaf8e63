//! Power cuts after every event of every script, then random ones: notes in the machine, in hands and on the ledger agree, or the
//! difference stands on the over/short account with a case.
use super::*;
use crate::device::CashDevice;
use crate::machine::{Drawing, Mix, Served};
use proptest::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Script {
    Withdraw,
    /// He leaves the notes in the slot.
    WithdrawAndLeave,
    /// He takes all but one.
    WithdrawAPart,
    Deposit,
    /// He wants his notes back.
    DepositBack,
    /// He wants them back and leaves them.
    DepositBackAndLeave,
    Load,
    Unload,
}

const SCRIPTS: [Script; 8] = [
    Script::Withdraw,
    Script::WithdrawAndLeave,
    Script::WithdrawAPart,
    Script::Deposit,
    Script::DepositBack,
    Script::DepositBackAndLeave,
    Script::Load,
    Script::Unload,
];

impl Script {
    fn plan(self) -> Plan {
        match self {
            Script::WithdrawAndLeave | Script::DepositBackAndLeave => Plan { leaves: 1_000, ..Plan::default() },
            Script::WithdrawAPart => Plan { takes_part: 1_000, ..Plan::default() },
            _ => Plan::default(),
        }
    }
}

/// All notes there are: the device's, the customer's, those in the hands of staff.
fn all(device: &mut Simulator) -> Money {
    let h = device.holdings().unwrap();
    let inside = h.inside().unwrap().plus(&h.suspect).unwrap();
    inside.plus(&device.hands).unwrap().plus(&device.staff).unwrap().sum().unwrap()
}

/// A customer with notes before a loaded machine.
fn before(bank: &Bank, seed: u64, plan: Plan) -> Simulator {
    let mut device = bank.loaded(seed, plan);
    device.hands = cny(&[(100, 3), (50, 2), (20, 2)]);
    device.offer = vec![10_000, 5_000, 2_000, 10_000];
    device
}

/// Runs the script until it ends or the power fails.
fn run(bank: &Bank, script: Script, device: &mut Simulator) -> Result<()> {
    let (customer, account) = bank.customers[0].clone();
    let [a, b, c] = bank.keepers.clone();
    match script {
        Script::Withdraw | Script::WithdrawAndLeave | Script::WithdrawAPart => {
            machine::withdraw(&bank.desk, &customer, bank.machine, account, Money::cny(38_000), device).map(|_| ())
        }
        Script::Deposit => {
            let visit = machine::deposit(&bank.desk, &customer, bank.machine, account, device)?;
            if visit.ended_at.is_some() {
                return Ok(());
            }
            machine::deposit_confirm(&bank.desk, &customer, visit.id, device).map(|_| ())
        }
        Script::DepositBack | Script::DepositBackAndLeave => {
            let visit = machine::deposit(&bank.desk, &customer, bank.machine, account, device)?;
            if visit.ended_at.is_some() {
                return Ok(());
            }
            machine::deposit_return(&bank.desk, &customer, visit.id, device).map(|_| ())
        }
        Script::Load => {
            let notes = cny(&[(100, 20)]);
            let id = bank.send(bank.vault, bank.machine, &notes, &a, &b);
            device.staff = device.staff.plus(&notes).unwrap();
            machine::load(&bank.desk, &c, id, device).map(|_| ())
        }
        Script::Unload => {
            let machine = bank.machine;
            let id = bank.write(move |tx| machine::unload_ask(tx, &a, machine))?.id;
            machine::unload(&bank.desk, &b, id, device).map(|_| ())
        }
    }
}

/// What must hold after every script, cut or not: `hands` is what the customer had.
fn agree(bank: &Bank, device: &mut Simulator, hands: Money, notes: Money, what: &str) {
    bank.verify();
    assert_eq!(all(device), notes, "{what}: a note is lost or made");
    let inside = device.holdings().unwrap().inside().unwrap();
    assert_eq!(bank.drawer(bank.machine).notes, inside, "{what}: the book follows the counters");
    let account = bank.customers[0].1;
    assert_eq!(bank.available(account), bank.balance(account), "{what}: nothing stays on hold");
    let cases: i64 = bank.cases(true).iter().map(|c| c.amount).sum();
    assert!(bank.cases(true).iter().all(|c| c.customer == Some(account)), "{what}: a case names the customer");
    let suspect = device.holdings().unwrap().suspect.sum().unwrap();
    let on_account = bank.balance(account).minor - 10_000_000;
    let in_hands = device.hands.sum().unwrap().minor - hands.minor;
    // What he has more in his hands, he has less on his account, or a case stands for it, or it was kept aside as counterfeit.
    assert_eq!(
        in_hands + on_account + cases + suspect.minor,
        0,
        "{what}: hands {in_hands} account {on_account} cases {cases}"
    );
}

/// What the customer holds before a visit: in his hands, on his account, and what was kept aside as counterfeit.
#[derive(Clone, Copy)]
struct Purse {
    hands: i64,
    account: i64,
    suspect: i64,
}

fn purse(bank: &Bank, device: &mut Simulator) -> Purse {
    let account = bank.balance(bank.customers[0].1).minor;
    let suspect = device.holdings().unwrap().suspect.sum().unwrap().minor;
    Purse { hands: device.hands.sum().unwrap().minor, account, suspect }
}

/// One visit was fair: what he took was debited to the fen, and no case stands for it; what he put in was credited to the fen,
/// or nothing of it and a case stands for what the machine kept; notes he wanted back were never credited.
fn fair(bank: &Bank, script: Script, before: Purse, device: &mut Simulator, what: &str) {
    let now = purse(bank, device);
    let (got, booked) = (now.hands - before.hands, now.account - before.account);
    let put_in = -got - (now.suspect - before.suspect);
    match script {
        Script::Withdraw | Script::WithdrawAndLeave | Script::WithdrawAPart => {
            assert_eq!(got, -booked, "{what}: he took {got} and was debited {}", -booked);
        }
        Script::Deposit => assert!(booked == 0 || booked == put_in, "{what}: he put in {put_in} and got {booked}"),
        _ => assert_eq!(booked, 0, "{what}: nothing was to be booked for him"),
    }
}

/// One script with a cut after the n-th event, brought back, and settled. Answers whether the cut was reached.
fn cut(bank: &Bank, script: Script, at: u64, device: &mut Simulator) -> bool {
    let (hands, notes) = (device.hands.sum().unwrap(), all(device));
    let notes = match script {
        Script::Load => notes.add(cny(&[(100, 20)]).sum().unwrap()).unwrap(),
        _ => notes,
    };
    let purse = purse(bank, device);
    device.cut_after(at);
    let done = run(bank, script, device);
    let what = format!("{script:?} cut after event {at}");
    let was_cut = !device.is_powered();
    if was_cut {
        assert_eq!(code(done), "device_down", "{what}");
        device.power_on().unwrap();
    } else {
        done.unwrap_or_else(|e| panic!("{what}: {e:?}"));
    }
    device.spare();
    device.offer.clear();
    machine::recover(&bank.desk, &bank.keepers[0], bank.machine, device).unwrap();
    assert_eq!(bank.blocked().iter().filter(|(w, _)| *w == "machine_visits").count(), 0, "{what}");
    agree(bank, device, hands, notes, &what);
    machine::recover(&bank.desk, &bank.keepers[0], bank.machine, device).unwrap();
    agree(bank, device, hands, notes, &what);
    fair(bank, script, purse, device, &what);
    was_cut
}

/// On PostgreSQL, where a bank takes longer to found, after every fifth event.
#[test]
fn a_power_cut_after_every_event_of_every_script_loses_nobody_a_fen() {
    let postgres = std::env::var("YIZHAN_TEST_DATABASE").is_ok_and(|url| url.starts_with("postgres"));
    let apart = if postgres { 5 } else { 1 };
    let mut cuts = 0;
    for script in SCRIPTS {
        for at in (0..).step_by(apart) {
            let bank = Bank::open();
            let mut device = before(&bank, 7, script.plan());
            if !cut(&bank, script, at, &mut device) {
                break;
            }
            cuts += 1;
        }
    }
    assert!(cuts > 60 / apart, "{cuts} cuts");
}

/// The recovery itself is cut, again and again, after every event.
#[test]
fn a_power_cut_in_the_middle_of_making_up_for_one() {
    for script in SCRIPTS {
        let bank = Bank::open();
        let mut device = before(&bank, 11, script.plan());
        let (hands, mut notes) = (device.hands.sum().unwrap(), all(&mut device));
        if script == Script::Load {
            notes = notes.add(cny(&[(100, 20)]).sum().unwrap()).unwrap();
        }
        let purse = purse(&bank, &mut device);
        device.cut_after(6);
        let _ = run(&bank, script, &mut device);
        device.offer.clear();
        for at in 0..20 {
            device.power_on().unwrap();
            device.cut_after(at / 4);
            let _ = machine::recover(&bank.desk, &bank.keepers[0], bank.machine, &mut device);
        }
        device.power_on().unwrap();
        machine::recover(&bank.desk, &bank.keepers[0], bank.machine, &mut device).unwrap();
        let what = format!("{script:?}, cut again while it was recovered");
        agree(&bank, &mut device, hands, notes, &what);
        fair(&bank, script, purse, &mut device, &what);
    }
}

#[test]
fn what_a_customer_sees_of_it() {
    let bank = Bank::open();
    let (customer, account) = bank.customers[0].clone();
    let mut device = before(&bank, 3, Plan::default());
    let draw = |device: &mut Simulator, fen| {
        machine::withdraw(&bank.desk, &customer, bank.machine, account, Money::cny(fen), device)
    };
    assert_eq!(code(draw(&mut device, 38_050)), "machine_amount");
    assert_eq!(code(draw(&mut device, 0)), "machine_amount");
    let Ok(Served::Visit(paid)) = draw(&mut device, 38_000) else { panic!("not paid") };
    assert_eq!((paid.outcome.as_str(), paid.amount), ("paid", 38_000));
    let theirs = bank.customers[1].1;
    let other = machine::withdraw(&bank.desk, &customer, bank.machine, theirs, Money::cny(10_000), &mut device);
    assert_eq!(code(other), "not_found");
    let visit = machine::deposit(&bank.desk, &customer, bank.machine, account, &mut device).unwrap();
    assert_eq!((visit.step, visit.notes.to_string()), (Step::Counted, "100.00×2 50.00×1 20.00×1".into()));
    assert_eq!(code(draw(&mut device, 10_000)), "machine_busy");
    let (stranger, _) = bank.customers[1].clone();
    assert_eq!(code(machine::deposit_confirm(&bank.desk, &stranger, visit.id, &mut device)), "not_found");
    let Ok(Served::Visit(done)) = machine::deposit_confirm(&bank.desk, &customer, visit.id, &mut device) else {
        panic!("not credited")
    };
    assert_eq!((done.outcome.as_str(), done.amount), ("credited", 27_000));
    assert_eq!(bank.balance(account), Money::cny(10_000_000 - 38_000 + 27_000));
    bank.verify();
}

/// The server dies after the notes were ordered; the page sends its form again under the same key.
#[test]
fn a_request_sent_again_gets_the_visit_that_it_began() {
    for cut_at in 0..8 {
        let bank = Bank::open();
        let (customer, account) = bank.customers[0].clone();
        let mut device = before(&bank, 3, Plan::default());
        let had = device.hands.sum().unwrap();
        let drawing = Drawing { account, amount: Money::cny(38_000), mix: Mix::Few, key: "form 7".into() };
        let send =
            |device: &mut Simulator| machine::withdraw_begin(&bank.desk, &customer, bank.machine, &drawing, device);
        let Ok(Served::Visit(first)) = send(&mut device) else { panic!("no visit") };
        device.cut_after(cut_at);
        drop(machine::withdraw_pay(&bank.desk, first.id, &mut device));
        device.power_on().unwrap();
        machine::come_back(&bank.desk, bank.machine, &mut device).unwrap();
        let Ok(Served::Before(same)) = send(&mut device) else { panic!("drawn twice") };
        assert!(same.id == first.id && same.ended_at.is_some(), "cut at {cut_at}");
        let paid = device.hands.sum().unwrap().minor - had.minor;
        assert_eq!(bank.balance(account).minor, 10_000_000 - paid, "cut at {cut_at}");
        let other = Drawing { key: "form 8".into(), ..drawing.clone() };
        let again = machine::withdraw_begin(&bank.desk, &customer, bank.machine, &other, &mut device);
        assert!(matches!(again, Ok(Served::Visit(new)) if new.id != first.id), "another form draws anew");
    }
}

#[test]
fn suspicious_notes_are_kept_aside_and_a_jam_puts_the_machine_out_of_service() {
    let bank = Bank::open();
    let (customer, account) = bank.customers[0].clone();
    let mut device = before(&bank, 3, Plan { suspects: 1_000, ..Plan::default() });
    device.offer = vec![10_000];
    let visit = machine::deposit(&bank.desk, &customer, bank.machine, account, &mut device).unwrap();
    assert_eq!(visit.outcome, "returned", "nothing is left to be credited");
    let kept = bank.read(|tx| seizures(tx, &bank.keepers[0], bank.branch, &PageAsk::default())).items;
    assert_eq!((kept.len(), kept[0].state, kept[0].pieces), (1, SeizureState::KeptAside, 1));
    let (keeper, other) = (bank.keepers[0].clone(), bank.keepers[1].clone());
    let (id, look) = (
        kept[0].id,
        SeizureAsk {
            face: Money::cny(10_000),
            serials: vec!["X1".into()],
            holder: String::new(),
            kept_aside: Some(kept[0].id),
        },
    );
    bank.write(move |tx| seizure_ask(tx, &keeper, &look)).unwrap();
    bank.write(move |tx| seizure_confirm(tx, &other, id, &|_| true)).unwrap();
    bank.verify();

    let bank = Bank::open();
    let (customer, account) = bank.customers[0].clone();
    let mut device = before(&bank, 5, Plan { jams: 1_000, ..Plan::default() });
    let draw = |device: &mut Simulator| {
        machine::withdraw(&bank.desk, &customer, bank.machine, account, Money::cny(10_000), device)
    };
    let Ok(Served::Visit(stuck)) = draw(&mut device) else { panic!("no visit") };
    assert_eq!((stuck.outcome.as_str(), bank.balance(account)), ("nothing", Money::cny(10_000_000)));
    assert_eq!(code(draw(&mut device)), "machine_out_of_service");
    assert!(bank.drawer(bank.machine).out_of_service.is_some());
    run(&bank, Script::Unload, &mut device).unwrap();
    assert_eq!(bank.drawer(bank.machine).out_of_service, None);
    bank.verify();
}

#[test]
fn what_the_rules_refuse_moves_no_note() {
    let bank = Bank::open();
    let (customer, account) = bank.customers[0].clone();
    let mut device = before(&bank, 3, Plan::default());
    let hands = device.hands.clone();
    let order = ledger::restrictions::Restrict::new(account, ledger::restrictions::Restriction::NoDebits, "法院");
    bank.write(move |tx| ledger::restrictions::restrict(tx, &system(), &order).map(|_| ())).unwrap();
    let no = machine::withdraw(&bank.desk, &customer, bank.machine, account, Money::cny(10_000), &mut device).unwrap();
    assert!(matches!(no, Served::Refused(r) if r.code == "debits_stopped"));
    assert_eq!(device.hands, hands);
    bank.verify();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    /// Several visits one after another at a machine that goes wrong often, with cuts at random.
    #[test]
    fn whatever_goes_wrong_the_books_follow_the_notes(
        seed in any::<u64>(),
        visits in prop::collection::vec((prop::sample::select(&SCRIPTS[..6]), 0u64..40), 1..5),
        plan in (0u16..150, 0u16..150, 0u16..100, 0u16..30, 0u16..400, 0u16..400),
    ) {
        let (rejects, suspects, misfeeds, jams, leaves, takes_part) = plan;
        let plan = Plan { rejects, suspects, misfeeds, jams, leaves, takes_part, reaches_in: 500 };
        let bank = Bank::open();
        let mut device = before(&bank, seed, plan);
        let (hands, notes) = (device.hands.sum().unwrap(), all(&mut device));
        for (script, at) in visits {
            device.offer = device.hands.iter().flat_map(|(f, n)| std::iter::repeat_n(f, n.min(4) as usize)).collect();
            let purse = purse(&bank, &mut device);
            device.cut_after(at);
            let _ = run(&bank, script, &mut device);
            device.power_on().unwrap();
            device.offer.clear();
            machine::recover(&bank.desk, &bank.keepers[0], bank.machine, &mut device).unwrap();
            let what = format!("seed {seed} {script:?} at {at}");
            agree(&bank, &mut device, hands, notes, &what);
            fair(&bank, script, purse, &mut device, &what);
        }
    }
}
