//! Cash at a machine over the wire: what is asked, what the device does, what became of the money; with a hand before the device, and with
//! the power cut in the middle.
use super::house::{Answer, House, system};
use super::kiosk::Browser;
use app::machines::{self, Fault, Hands, Take};
use kernel::id::{AccountId, BranchId, DeviceId, DrawerId, StaffId};
use kernel::{Actor, Channel, Currency, Money, Result, Who};
use party::{GrantAsk, Role, Variant};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::Tx;
use till::simulator::Simulator;
use till::{MoveAsk, Notes};

const CNY: Currency = Currency::CNY;
/// Looks at a visit's page before it must have ended.
const LOOKS_MAX: usize = 400;

pub(super) fn cny(given: &[(i64, i64)]) -> Notes {
    let fen: Vec<(i64, i64)> = given.iter().map(|(yuan, n)| (yuan * 100, *n)).collect();
    Notes::of(CNY, &fen).expect("notes")
}

/// Three who keep the vault.
pub(super) fn keepers(tx: &mut Tx<'_>, branch: BranchId) -> Result<[Actor; 3]> {
    let mut one = |n: usize| -> Result<Actor> {
        let new = party::StaffNew { branch, number: format!("V0{n}"), name: format!("管库{n}"), person: None };
        let id: StaffId = party::staff_join(tx, &system(), new)?;
        party::grant(tx, &system(), GrantAsk::new(Who::Staff(id), Role::OperationsChecker).at(branch))?;
        let who = Actor::of(Who::Staff(id));
        Ok(Actor { channel: Channel::Counter, branch: Some(branch), stepped_up: true, ..who })
    };
    Ok([one(1)?, one(2)?, one(3)?])
}

/// A machine with cash, and who stands before it.
pub(super) struct Lobby<'h> {
    pub house: &'h House,
    pub browser: Browser<'h>,
    pub machine: DrawerId,
    pub hands: Arc<Hands>,
}

impl<'h> Lobby<'h> {
    pub fn open(house: &'h House) -> Lobby<'h> {
        Lobby::with_memory(house, None)
    }

    /// A device that remembers itself in a file.
    fn with_memory(house: &'h House, file: Option<PathBuf>) -> Lobby<'h> {
        let mut browser = Browser::new(house).enrolled(Variant::Tall);
        let terminal = browser.cookie("yz_terminal").and_then(|c| c.split('.').next()).expect("a machine");
        let terminal: DeviceId = terminal.parse().expect("an id");
        let branch: BranchId = house.fill("$branch").parse().expect("a branch");
        let notes = cny(&[(100, 30), (50, 10), (20, 10), (10, 10)]);
        let stock = notes.clone();
        let (machine, movement, third) = house
            .bank
            .write(move |tx| {
                let [a, b, c] = keepers(tx, branch)?;
                let vault = till::set_up(tx, &system(), branch, CNY)?;
                let machine = till::machine_make(tx, &system(), branch, "K-01", CNY)?;
                till::machine_link(tx, &system(), terminal, machine)?;
                let from = till::centre(tx, &a, branch, CNY)?;
                let came = till::move_ask(tx, &a, &MoveAsk { from, to: vault, notes: stock.clone() })?;
                till::move_countersign(tx, &b, came.id)?;
                till::move_receive(tx, &c, came.id, &stock, None)?;
                let gone = till::move_ask(tx, &a, &MoveAsk { from: vault, to: machine, notes: stock.clone() })?;
                till::move_countersign(tx, &b, gone.id)?;
                Ok((machine, gone.id, c))
            })
            .expect("cash");
        let mut device = Simulator::stocked(Notes::none(CNY));
        device.staff = notes.clone();
        till::machine::load(&house.bank.desk, &third, movement, &mut device).expect("it is loaded");
        let hands = Arc::new(Hands::open(notes, file).expect("a device"));
        house.bank.machines.attach_simulated(machine, hands.clone()).expect("it is attached");
        browser = browser.served();
        Lobby { house, browser, machine, hands }
    }

    fn account(&self) -> AccountId {
        self.house.fill("$account").parse().expect("an account")
    }
    /// What stands on the customer's account, and what he may use of it, 分.
    fn money(&self) -> (i64, i64) {
        let id = self.account();
        let v = self.house.bank.read(|tx| ledger::view(tx, id)).expect("an account");
        (v.posted().minor, v.available().minor)
    }
    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.browser.send("/kiosk/help", path, fields)
    }
    /// Draws; answers where the visit is.
    fn draw(&mut self, amount: &str) -> String {
        let done =
            self.post("/kiosk/cash-out", &[("amount", amount), ("mix", "few"), ("step", "do"), ("once", amount)]);
        assert_eq!(done.status, 303, "{}", done.text());
        done.header("location").expect("a visit").to_owned()
    }
    /// The visit's page, as soon as `wanted` stands on it.
    fn until(&mut self, visit: &str, wanted: &str) -> String {
        for _ in 0..LOOKS_MAX {
            let page = self.browser.get(&format!("{visit}?lang=en")).text();
            if page.contains(wanted) {
                return page;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{visit} never says {wanted}: {}", self.browser.get(visit).text());
    }
    fn until_hands_are_waited_for(&self) {
        for _ in 0..LOOKS_MAX {
            if self.hands.seen().waits {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the device waits for nobody");
    }
    /// The books follow the notes.
    fn agrees(&self) {
        let (id, seen) = (self.machine, self.hands.seen());
        let d = self.house.bank.read(|tx| till::machine_open(tx, id)).expect("a drawer").expect("the machine");
        assert_eq!(d.notes, seen.holdings.inside().expect("notes"));
        let account = self.house.bank.read(|tx| ledger::view(tx, d.account)).expect("its account");
        assert_eq!(account.posted(), d.notes.sum().expect("a sum"));
        let (posted, available) = self.money();
        assert_eq!(posted, available, "nothing stays on hold");
    }
    /// The notices of the customer, in Chinese and English.
    fn told(&self) -> String {
        self.house.bank.run_jobs_once();
        ["zh-CN", "en"].map(|lang| self.house.page('c', &format!("/notices?lang={lang}")).text()).concat()
    }
    fn in_hands(&self) -> Money {
        self.hands.seen().hands.sum().expect("a sum")
    }
}

#[test]
fn cash_is_asked_for_question_by_question_and_taken() {
    let house = House::open();
    let mut lobby = Lobby::open(&house);
    let before = lobby.money().0;
    let page = lobby.browser.get("/kiosk/cash-out?lang=en").text();
    assert!(page.contains("How much?") && page.contains("value=\"300\""), "{page}");
    assert!(!page.contains("value=\"5000\""), "more than the machine can pay is not offered");
    let page = lobby.post("/kiosk/cash-out", &[("amount", "300")]).text();
    assert!(page.contains("Which notes?") && page.contains("value=\"small\""), "{page}");
    for (sum, wrong) in [("305", "try another amount"), ("90000000", "has"), ("x", "Write")] {
        let answer = lobby.post("/kiosk/cash-out", &[("amount", sum), ("own", "yes")]);
        assert_eq!(answer.status, 422, "{sum}");
        assert!(answer.text().contains("f-amount-error"), "{sum} {wrong}");
    }
    let page = lobby.post("/kiosk/cash-out", &[("amount", "300"), ("mix", "small")]).text();
    assert!(page.contains("Give me the cash") && page.contains("100 × 2"), "{page}");
    lobby.hands.take(Take::All).expect("a hand");
    let small = [("amount", "300"), ("mix", "small"), ("step", "do"), ("once", "k1")];
    let done = lobby.post("/kiosk/cash-out", &small);
    let visit = done.header("location").expect("a visit").to_owned();
    let page = lobby.until(&visit, "You took");
    assert!(page.contains("300.00") && !page.contains("data-again"), "{page}");
    assert_eq!((lobby.money().0, lobby.in_hands()), (before - 30_000, Money::cny(30_000)));
    let again = lobby.post("/kiosk/cash-out", &small);
    assert_eq!(again.header("location"), Some(visit.as_str()), "the same form pays once");
    assert_eq!(lobby.in_hands(), Money::cny(30_000));
    let way = page.split("action=\"").filter_map(|p| p.split('"').next()).find(|a| a.ends_with("/receipt"));
    let receipt = lobby.post(way.expect("a receipt"), &[]).text();
    assert!(receipt.contains("<svg class=\"qr\"") && receipt.contains("kiosk-large"), "{receipt}");
    let code = receipt.split("paper-code-text\">").nth(1).and_then(|p| p.split('<').next()).expect("a code").trim();
    let proof = house.ask("GET", &format!("/verify?code={}", code.replace(['-', ' '], "")), &[], b"");
    assert!(proof.text().contains("300.00"), "whoever scans it sees what was paid: {}", proof.text());
    lobby.agrees();
}

#[test]
fn nobody_is_debited_for_notes_he_did_not_take() {
    for (how, says, minor) in [(Take::None, "No cash was paid", 0), (Take::Part, "Only", 28_000)] {
        let house = House::open();
        let mut lobby = Lobby::open(&house);
        let before = lobby.money().0;
        let visit = lobby.draw("380");
        lobby.until(&visit, "Please take your notes");
        let again = lobby.browser.get("/kiosk/cash-out");
        assert_eq!(again.header("location"), Some(visit.as_str()), "his visit goes on");
        lobby.until_hands_are_waited_for();
        lobby.hands.take(how).expect("a hand");
        lobby.until(&visit, says);
        let took = lobby.in_hands().minor;
        assert_eq!(lobby.money().0, before - took, "{how:?}");
        assert!(took == 0 || took > minor, "{took}");
        lobby.agrees();
    }
}

#[test]
fn a_power_cut_in_the_middle_takes_nothing_from_anybody() {
    // Before the notes move, and while they lie in the slot.
    for in_slot in [false, true] {
        let house = House::open();
        let mut lobby = Lobby::open(&house);
        let before = lobby.money().0;
        if !in_slot {
            lobby.hands.fault(Fault::PowerCut).expect("a cut");
        }
        let visit = lobby.draw("500");
        if in_slot {
            lobby.until_hands_are_waited_for();
            lobby.hands.fault(Fault::PowerCut).expect("a cut");
        }
        lobby.until(&visit, "The machine stopped in the middle");
        assert_eq!(lobby.money(), (before, before - 50_000), "it is reserved, not taken");
        machines::look_after(&house.bank).expect("a look");
        lobby.until(&visit, "The machine stopped in the middle");
        lobby.hands.fault(Fault::PowerOn).expect("power");
        machines::look_after(&house.bank).expect("a look");
        let page = lobby.until(&visit, "No cash was paid");
        assert!(page.contains("It stopped on the way"), "{page}");
        assert_eq!(lobby.money(), (before, before));
        lobby.agrees();
        let told = lobby.told();
        for says in ["您在K-01取款时机器停了", "扣了 0.00 元", "notes you did not take were not"] {
            assert_eq!(told.matches(says).count(), 1, "{says}: {told}");
        }
    }
}

#[test]
fn what_a_killed_server_left_in_the_middle_is_made_up_for_when_it_starts() {
    let house = House::open();
    let folder = tests::TempDir::new();
    let [file, kept] = ["device.json", "kept.json"].map(|name| folder.path().join(name));
    let mut lobby = Lobby::with_memory(&house, Some(file.clone()));
    let before = lobby.money().0;
    let visit = lobby.draw("400");
    lobby.until_hands_are_waited_for();
    // What is on the disk at the kill: the device with the notes in its slot. The old process hears nothing more of it.
    std::fs::copy(&file, &kept).expect("a copy");
    lobby.hands.fault(Fault::PowerCut).expect("the end of the old process");
    lobby.until(&visit, "The machine stopped in the middle");
    let hands = Arc::new(Hands::open(Notes::none(CNY), Some(kept)).expect("the device remembers"));
    assert_eq!(hands.seen().holdings.slot.sum().expect("a sum"), Money::cny(40_000));
    house.bank.machines.attach_simulated(lobby.machine, hands.clone()).expect("it is attached");
    lobby.hands = hands;
    assert_eq!(machines::look_after(&house.bank).expect("the start"), 1);
    lobby.until(&visit, "No cash was paid");
    assert_eq!((lobby.money(), lobby.in_hands()), ((before, before), Money::cny(0)));
    lobby.agrees();
}

#[test]
fn notes_are_counted_agreed_to_and_credited_or_given_back() {
    let house = House::open();
    let mut lobby = Lobby::open(&house);
    let before = lobby.money().0;
    let account = lobby.account().to_string();
    for (n, agrees) in [(1, true), (2, false)] {
        lobby.hands.fault(Fault::Rejected).expect("a bad note");
        lobby.hands.put(&cny(&[(100, 3), (50, 1)])).expect("notes");
        let once = n.to_string();
        let done = lobby.post("/kiosk/cash-in", &[("to", &account), ("once", &once)]);
        let visit = done.header("location").expect("a visit").to_owned();
        let page = lobby.until(&visit, "What the machine counted");
        assert!(page.contains("250.00") && page.contains("/agreement"), "one of the hundreds came back: {page}");
        assert_eq!(lobby.money().0, before + if n == 2 { 25_000 } else { 0 }, "not before he agrees");
        if agrees {
            lobby.post(&format!("{visit}/agreement"), &[]);
            lobby.until(&visit, "is on your account");
        } else {
            lobby.hands.take(Take::All).expect("a hand");
            lobby.post(&format!("{visit}/return"), &[]);
            lobby.until(&visit, "Nothing was paid in");
        }
        assert_eq!(lobby.money().0, before + 25_000);
        lobby.agrees();
    }
}

#[test]
fn a_note_taken_for_counterfeit_is_kept_apart_and_told_of() {
    let house = House::open();
    let mut lobby = Lobby::open(&house);
    let (before, account) = (lobby.money().0, lobby.account().to_string());
    lobby.hands.fault(Fault::Suspicious).expect("a bad note");
    lobby.hands.put(&cny(&[(100, 2)])).expect("notes");
    let done = lobby.post("/kiosk/cash-in", &[("to", &account), ("once", "s")]);
    let visit = done.header("location").expect("a visit").to_owned();
    let page = lobby.until(&visit, "What the machine counted");
    assert!(page.contains("1 of the notes may be counterfeit") && page.contains("certificate"), "{page}");
    lobby.post(&format!("{visit}/agreement"), &[]);
    lobby.until(&visit, "may be counterfeit");
    assert_eq!(lobby.money().0, before + 10_000);
    lobby.agrees();
}

#[test]
fn who_leaves_in_the_middle_gets_his_notes_back() {
    let house = House::open();
    let mut lobby = Lobby::open(&house);
    let (before, account) = (lobby.money().0, lobby.account().to_string());
    lobby.hands.put(&cny(&[(100, 2)])).expect("notes");
    let done = lobby.post("/kiosk/cash-in", &[("to", &account), ("once", "l")]);
    let visit = done.header("location").expect("a visit").to_owned();
    lobby.until(&visit, "What the machine counted");
    lobby.browser.get("/kiosk/end?why=left");
    lobby.until_hands_are_waited_for();
    lobby.hands.take(Take::All).expect("a hand");
    for _ in 0..LOOKS_MAX {
        if house.bank.read(|tx| till::machine::going_on(tx, lobby.machine)).expect("a look").is_none() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!((lobby.money().0, lobby.in_hands()), (before, Money::cny(20_000)));
    lobby.agrees();
}

#[test]
fn notes_that_stay_in_the_machine_are_answered_by_a_day_that_is_told() {
    let house = House::open();
    let mut lobby = Lobby::open(&house);
    let (before, account) = (lobby.money().0, lobby.account().to_string());
    lobby.hands.put(&cny(&[(100, 2)])).expect("notes");
    let done = lobby.post("/kiosk/cash-in", &[("to", &account), ("once", "k")]);
    let visit = done.header("location").expect("a visit").to_owned();
    lobby.until(&visit, "What the machine counted");
    lobby.hands.take(Take::None).expect("a hand");
    lobby.post(&format!("{visit}/return"), &[]);
    lobby.until(&visit, "Nothing was paid in");
    assert_eq!(lobby.money().0, before);
    let told = lobby.told();
    // Three working days after Monday, 2 March.
    for says in ["有 200.00 元留在机器里", "最晚 2026年3月5日答复您", "CNY 200.00 stayed", "by 5 Mar 2026"]
    {
        assert_eq!(told.matches(says).count(), 1, "{says}: {told}");
    }
}

#[test]
fn a_machine_without_cash_says_so() {
    let house = House::open();
    let mut browser = Browser::new(&house).enrolled(Variant::Low).served();
    for path in ["/kiosk/cash-out?lang=en", "/kiosk/cash-in?lang=en"] {
        let page = browser.get(path);
        assert!(page.status == 200 && page.text().contains("This machine has no cash"), "{}", page.text());
    }
    assert_eq!(browser.get("/demo/machines").status, 404, "no such page where there is no demo");
}
