use super::item::Step;
use super::*;
use crate::Desk;
use crate::own::{Own, open_own, own};
use guard::Guard;
use kernel::clock::{DAY, MINUTE, SECOND};
use kernel::id::{AccountId, ClearingId, FirmId, InstructionId, TransferId};
use kernel::{Actor, BookId, Clock, Currency, Error, Id, Money, Owner, Result, Timestamp};
use ledger::{Opening, Transfer};
use scratch::Scratch;
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use store::verify::Fault;
use store::{Config, KeyRing, Outbox, Store, Tx};

const BOOK: BookId = BookId(3);
const CNY: Currency = Currency::CNY;
/// A million yuan, in fen.
const MILLION: i64 = 100_000_000;

struct Fixture {
    desk: Desk,
    clock: Clock,
    payer: AccountId,
    // Last, for it takes the database away.
    scratch: Scratch,
}

fn actor() -> Actor {
    Actor { correlation: "corr-1".into(), ..Actor::system("demo") }
}

fn bank(name: &str) -> Fixture {
    let scratch = Scratch::new(&format!("clearing_{name}"));
    // A Friday afternoon at the branch.
    let clock = Clock::manual(Timestamp::from_micros(1_795_161_600 * SECOND));
    let mut migrations = store::migrations();
    migrations.extend([
        ledger::MIGRATION,
        party::MIGRATION,
        party::DOOR_MIGRATION,
        party::MIGRATION_KIOSK,
        party::MIGRATION_FIRM_CLASS,
        MIGRATION,
    ]);
    let config = Config { clock: clock.clone(), ..scratch.config() };
    let store = Store::open(config, KeyRing::random(), &migrations).unwrap();
    let payer = AccountId::new(clock.now(), BOOK);
    store
        .write(move |tx| {
            open_own(tx, &actor(), BOOK, CNY)?;
            let owner = Owner::Firm(FirmId::new(tx.now(), BOOK));
            ledger::open_account(tx, &actor(), &Opening::deposit(payer, owner, "江南修造", CNY))?;
            move_money(tx, own(BOOK, Own::Settlement, CNY), payer, MILLION).map(|_| ())
        })
        .unwrap();
    Fixture { desk: Desk { store, guard: Guard::load().unwrap() }, clock, payer, scratch }
}

fn move_money(tx: &mut Tx<'_>, debit: AccountId, credit: AccountId, fen: i64) -> Result<TransferId> {
    let id = TransferId::new(tx.now(), debit.book());
    ledger::post_one(tx, false, &Transfer::single(id, debit, credit, Money::cny(fen), "test"))?;
    Ok(id)
}

impl Fixture {
    fn queue(&self, fen: i64) -> ClearingId {
        let from = self.payer;
        let write = move |tx: &mut Tx<'_>| {
            let moved = move_money(tx, from, own(BOOK, Own::ClearingOut, CNY), fen)?;
            queue(tx, &actor(), new_item(from, fen, moved))
        };
        self.desk.store.write(write).unwrap()
    }
    fn item(&self, id: ClearingId) -> ClearingItem {
        self.desk.store.read(|tx| item(tx, id)).unwrap().unwrap()
    }
    fn balance(&self, account: AccountId) -> i64 {
        self.desk.store.read(|tx| ledger::view(tx, account)).unwrap().posted().minor
    }
    fn under_way(&self) -> i64 {
        self.balance(own(BOOK, Own::ClearingOut, CNY))
    }
    fn tick(&self, port: &dyn Port) -> Ticked {
        tick(&self.desk, port).unwrap()
    }
    fn events(&self) -> Vec<Outbox> {
        self.desk.store.read(|tx| tx.outbox_after_cursor("test", 1_000)).unwrap()
    }
    fn kinds(&self) -> Vec<String> {
        self.events().into_iter().map(|e| e.kind).collect()
    }
    /// Order holds per item: what happens to two of them may be told by two writers.
    fn kinds_of(&self, item: ClearingId) -> Vec<String> {
        let of = |e: &Outbox| e.aggregate == item.to_string();
        self.events().into_iter().filter(of).map(|e| e.kind).collect()
    }
    /// The item sums and the journal fit.
    fn sound(&self) {
        let mut faults: Vec<Fault> = Vec::new();
        self.desk.store.read(|tx| verify(tx, &mut faults)).unwrap();
        faults.extend(self.desk.store.read(|tx| ledger::verify::journal(tx, &mut |_, _| {})).unwrap().faults);
        assert!(faults.is_empty(), "{faults:?}");
    }
}

fn new_item(from: AccountId, fen: i64, moved: TransferId) -> NewItem {
    NewItem {
        instruction: InstructionId::new(Timestamp::from_micros(0), BOOK),
        from,
        bank: "102100099996".into(),
        number: "6222 0212 3456 7890".into(),
        name: "王秀英".into(),
        amount: Money::cny(fen),
        reference: "plin_x".into(),
        moved,
    }
}

/// A port whose every answer is set by the test.
#[derive(Default)]
struct Scripted {
    got: Mutex<Vec<ClearingId>>,
    breaks: AtomicBool,
    mute: AtomicBool,
    known: Mutex<Vec<(ClearingId, Status)>>,
    answers: Mutex<Vec<Answer>>,
    acknowledged: Mutex<Vec<u64>>,
}

impl Port for Scripted {
    fn send(&self, items: &[Outgoing]) -> Result<()> {
        self.got.lock().unwrap().extend(items.iter().map(|o| o.item));
        match self.breaks.load(Ordering::Relaxed) {
            true => Err(Error::broken("the line broke")),
            false => Ok(()),
        }
    }
    fn status(&self, items: &[ClearingId]) -> Result<Vec<(ClearingId, Status)>> {
        if self.mute.load(Ordering::Relaxed) {
            return Err(Error::broken("mute"));
        }
        Ok(self.known.lock().unwrap().iter().copied().filter(|(id, _)| items.contains(id)).collect())
    }
    fn answers(&self, _: u32) -> Result<Vec<Answer>> {
        Ok(self.answers.lock().unwrap().clone())
    }
    fn acknowledge(&self, numbers: &[u64]) -> Result<()> {
        self.acknowledged.lock().unwrap().extend(numbers);
        self.answers.lock().unwrap().retain(|a| !numbers.contains(&a.number));
        Ok(())
    }
}

impl Scripted {
    fn knows(&self, id: ClearingId, status: Status) {
        *self.known.lock().unwrap() = vec![(id, status)];
    }
    fn says(&self, number: u64, item: ClearingId, status: Status) {
        self.answers.lock().unwrap().push(Answer { number, item, status });
    }
    fn sendings(&self) -> usize {
        self.got.lock().unwrap().len()
    }
}

#[test]
fn an_item_is_queued_once_and_only_for_money_that_moved() {
    let b = bank("queue");
    let id = b.queue(100);
    let row = b.item(id);
    assert_eq!(
        (row.state, row.masked.as_str(), row.correlation.as_str()),
        (State::Queued, "102100099996 6222 **** 7890", "corr-1")
    );
    assert!(!String::from_utf8_lossy(&row.number).contains("6222"), "numbers are encrypted");
    let (from, moved) = (b.payer, row.moved);
    let again = b.desk.store.write(move |tx| queue(tx, &actor(), new_item(from, 100, moved))).unwrap();
    assert_eq!(again, id);
    let other = b.desk.store.write(move |tx| {
        let moved = move_money(tx, from, own(BOOK, Own::Settlement, CNY), 100)?;
        queue(tx, &actor(), new_item(from, 100, moved))
    });
    assert!(other.unwrap_err().is(&NOT_MOVED), "money that went elsewhere");
    let more = b.desk.store.write(move |tx| {
        let moved = move_money(tx, from, own(BOOK, Own::ClearingOut, CNY), 100)?;
        queue(tx, &actor(), new_item(from, 101, moved))
    });
    assert!(more.unwrap_err().is(&NOT_MOVED), "another amount");
    b.sound();
}

#[test]
fn it_is_sent_paid_and_told() {
    let (b, port) = (bank("paid"), Scripted::default());
    let id = b.queue(12_345);
    assert_eq!(b.tick(&port), Ticked { sent: 1, ..Ticked::default() });
    assert_eq!((b.item(id).state, b.under_way()), (State::Sent, 12_345));
    assert_eq!(b.tick(&port).sent, 0, "it is not sent again");
    port.says(7, id, Status::Paid);
    assert_eq!(b.tick(&port).answered, 1);
    assert_eq!((b.item(id).state, b.under_way()), (State::Paid, 0));
    assert_eq!(*port.acknowledged.lock().unwrap(), [7]);
    assert_eq!(b.kinds(), ["clearing.paid"]);
    let event = &b.events()[0];
    assert_eq!((event.aggregate.as_str(), event.correlation.as_str()), (id.to_string().as_str(), "corr-1"));
    b.sound();
}

#[test]
fn an_answer_that_comes_twice_moves_money_once() {
    let (b, port) = (bank("twice"), Scripted::default());
    let (paid, returned) = (b.queue(100), b.queue(200));
    b.tick(&port);
    let before = b.balance(b.payer);
    for number in 0..3 {
        port.says(number * 2, paid, Status::Paid);
        port.says(number * 2 + 1, returned, Status::Returned(Reason::NameMismatch));
        b.tick(&port);
    }
    assert_eq!((b.item(paid).state, b.item(returned).state), (State::Paid, State::Returned));
    assert_eq!((b.balance(b.payer) - before, b.under_way()), (200, 0));
    assert_eq!(b.item(returned).reason, Some(Reason::NameMismatch));
    assert_eq!(
        (b.kinds_of(paid), b.kinds_of(returned)),
        (vec!["clearing.paid".into()], vec!["clearing.returned".into()])
    );
    b.sound();
}

#[test]
fn a_crash_between_mark_and_send_is_asked_about_and_never_sent_blindly() {
    let (b, port) = (bank("crash"), Scripted::default());
    let id = b.queue(500);
    // The process dies after the commit that marks, before the port is called.
    b.desk.store.write(tick::mark_sent).unwrap();
    assert_eq!((b.item(id).state, b.item(id).taken_at), (State::Sent, None));
    assert_eq!(b.tick(&port).asked, 0, "not at once: the other process may still be calling");
    b.clock.advance(ASK_AFTER_SECONDS * SECOND);
    port.mute.store(true, Ordering::Relaxed);
    assert_eq!(b.tick(&port), Ticked { asked: 1, unknown: 1, ..Ticked::default() });
    assert_eq!((b.item(id).state, port.sendings()), (State::Unknown, 0));
    b.clock.advance(ASK_EVERY_SECONDS * SECOND);
    b.tick(&port);
    assert_eq!((b.item(id).state, port.sendings()), (State::Unknown, 0), "still nobody knows, so it is not sent");
    assert_eq!(b.kinds(), ["clearing.unknown"], "told once");
    port.mute.store(false, Ordering::Relaxed);
    port.knows(id, Status::Absent);
    b.clock.advance(ASK_EVERY_SECONDS * SECOND);
    assert_eq!(b.tick(&port).sent, 1, "the port never had it");
    assert_eq!((b.item(id).state, b.item(id).sendings, port.sendings()), (State::Sent, 2, 1));
    b.sound();
}

#[test]
fn a_lost_reply_leaves_it_unknown_until_the_port_says() {
    let (b, port) = (bank("lost"), Scripted::default());
    let id = b.queue(500);
    port.breaks.store(true, Ordering::Relaxed);
    assert_eq!(b.tick(&port), Ticked { sent: 1, unknown: 1, ..Ticked::default() });
    for _ in 0..3 {
        b.tick(&port);
    }
    assert_eq!((b.item(id).state, port.sendings()), (State::Unknown, 1));
    port.knows(id, Status::Paid);
    b.clock.advance(ASK_AFTER_SECONDS * SECOND);
    b.tick(&port);
    assert_eq!((b.item(id).state, port.sendings(), b.under_way()), (State::Paid, 1, 0));
    b.sound();
}

#[test]
fn a_lost_answer_is_asked_for_when_it_is_due() {
    let (b, port) = (bank("due"), Scripted::default());
    let id = b.queue(500);
    b.tick(&port);
    port.knows(id, Status::Returned(Reason::AccountClosed));
    b.clock.advance(ANSWER_DUE_HOURS * 3_600 * SECOND - 1);
    assert_eq!(b.tick(&port).asked, 0);
    b.clock.advance(1);
    b.tick(&port);
    assert_eq!((b.item(id).state, b.balance(b.payer)), (State::Returned, MILLION));
    b.sound();
}

#[test]
fn a_return_after_paid_comes_from_settlement_and_paid_after_a_return_is_a_dispute() {
    let (b, port) = (bank("late"), Scripted::default());
    let (late, odd) = (b.queue(100), b.queue(200));
    b.tick(&port);
    port.says(1, late, Status::Paid);
    port.says(2, odd, Status::Returned(Reason::Other));
    b.tick(&port);
    b.clock.advance(1);
    port.says(3, late, Status::Returned(Reason::AccountBlocked));
    port.says(4, odd, Status::Paid);
    port.says(5, odd, Status::Paid);
    port.says(6, late, Status::Paid);
    b.tick(&port);
    assert_eq!((b.item(late).state, b.item(odd).state), (State::Returned, State::Returned));
    assert!(b.item(odd).disputed_at.is_some() && b.item(late).disputed_at.is_none());
    assert_eq!((b.balance(b.payer), b.under_way()), (MILLION, 0));
    assert_eq!(b.kinds_of(late), ["clearing.paid", "clearing.returned"]);
    assert_eq!(b.kinds_of(odd), ["clearing.returned", "clearing.disputed"]);
    b.sound();
}

#[test]
fn a_return_to_a_stopped_account_waits_and_goes_through_when_the_stop_is_lifted() {
    use ledger::restrictions::{Restrict, Restriction, lift, restrict};
    let (b, port) = (bank("stopped"), Scripted::default());
    let (id, account) = (b.queue(900), b.payer);
    b.tick(&port);
    let order = move |tx: &mut Tx<'_>| restrict(tx, &actor(), &Restrict::new(account, Restriction::NoCredits, "test"));
    let number = b.desk.store.write(order).unwrap();
    port.says(1, id, Status::Returned(Reason::AccountClosed));
    b.tick(&port);
    assert_eq!((b.item(id).state, b.item(id).note.as_str(), b.under_way()), (State::Unknown, "credits_stopped", 900));
    b.desk.store.write(move |tx| lift(tx, &actor(), account, number, "test")).unwrap();
    port.knows(id, Status::Returned(Reason::AccountClosed));
    b.clock.advance(ASK_EVERY_SECONDS * SECOND);
    b.tick(&port);
    assert_eq!((b.item(id).state, b.item(id).note.as_str(), b.balance(account)), (State::Returned, "", MILLION));
    b.sound();
}

#[test]
fn what_a_status_does() {
    let b = bank("steps");
    let id = b.queue(1);
    let base = b.item(id);
    let now = Some(b.clock.now());
    let sent = ClearingItem { state: State::Sent, ..base.clone() };
    let taken = ClearingItem { taken_at: now, ..sent.clone() };
    let unknown = ClearingItem { state: State::Unknown, ..base.clone() };
    let paid = ClearingItem { state: State::Paid, paid_at: now, ..taken.clone() };
    let returned = ClearingItem { state: State::Returned, returned_at: now, ..taken.clone() };
    let stuck = ClearingItem { state: State::Unknown, ..paid.clone() };
    let back = Status::Returned(Reason::Other);
    let cases = [
        ("queued, paid after all", &base, Status::Paid, Step::Pay),
        ("queued, absent", &base, Status::Absent, Step::AlreadySo),
        ("queued, taken", &base, Status::Taken, Step::AlreadySo),
        ("sent, absent", &sent, Status::Absent, Step::QueueAgain),
        ("sent, taken", &sent, Status::Taken, Step::Wait),
        ("taken, absent", &taken, Status::Absent, Step::Lost),
        ("taken, returned", &taken, back, Step::Return(Own::ClearingOut, Reason::Other)),
        ("unknown, absent", &unknown, Status::Absent, Step::QueueAgain),
        ("unknown, paid", &unknown, Status::Paid, Step::Pay),
        ("paid, absent", &paid, Status::Absent, Step::AlreadySo),
        ("paid, paid", &paid, Status::Paid, Step::AlreadySo),
        ("paid, returned", &paid, back, Step::Return(Own::Settlement, Reason::Other)),
        ("returned, paid", &returned, Status::Paid, Step::Dispute),
        ("returned, returned", &returned, back, Step::AlreadySo),
        ("returned, absent", &returned, Status::Absent, Step::AlreadySo),
        ("stuck, absent", &stuck, Status::Absent, Step::AlreadySo),
        ("stuck, returned", &stuck, back, Step::Return(Own::Settlement, Reason::Other)),
    ];
    for (what, item, status, want) in cases {
        assert_eq!(item.step(status), want, "{what}");
    }
}

#[test]
fn a_rough_simulator_ends_every_item_once() {
    for seed in 0..2 {
        let b = bank("rough");
        let port = Simulator::new(b.clock.clone(), Plan { returned: 200, ..Plan::rough(seed) });
        let items: Vec<_> = (1..=60).map(|n| b.queue(n * 100)).collect();
        for step in 0..150 {
            b.tick(&port);
            b.clock.advance(if step < 20 { MINUTE } else { 20 * MINUTE });
        }
        b.clock.advance(4 * DAY);
        for _ in 0..60 {
            b.tick(&port);
            b.clock.advance(15 * MINUTE);
        }
        let ends: Vec<State> = items.iter().map(|id| b.item(*id).state).collect();
        assert!(ends.iter().all(|s| matches!(s, State::Paid | State::Returned)), "seed {seed}: {ends:?}");
        let back: i64 =
            items.iter().map(|id| b.item(*id)).filter(|i| i.state == State::Returned).map(|i| i.amount).sum();
        let paid: i64 = items.iter().map(|id| b.item(*id)).filter(|i| i.state == State::Paid).map(|i| i.amount).sum();
        assert!(back > 0 && paid > 0);
        assert_eq!((b.balance(b.payer), b.under_way()), (MILLION - paid, 0), "seed {seed}");
        assert_eq!(port.taken(), items.len());
        let told: HashSet<_> = b.events().iter().map(|e| (e.kind.clone(), e.aggregate.clone())).collect();
        let ended =
            b.events().iter().filter(|e| matches!(e.kind.as_str(), "clearing.paid" | "clearing.returned")).count();
        let distinct = told.iter().filter(|(k, _)| matches!(k.as_str(), "clearing.paid" | "clearing.returned")).count();
        assert_eq!(ended, distinct, "no end is told twice");
        b.sound();
    }
}

#[test]
fn the_simulator_goes_on_where_its_file_ends() {
    let b = bank("file");
    let path = b.scratch.dir().join("clearing.json");
    let open = || Simulator::with_file(&path, b.clock.clone(), Plan::calm(1)).unwrap();
    let id = b.queue(100);
    b.tick(&open());
    assert_eq!(open().status(&[id]).unwrap(), [(id, Status::Taken)]);
    b.clock.advance(5 * MINUTE);
    b.tick(&open());
    assert_eq!(b.item(id).state, State::Paid);
    assert_eq!(open().answers(10).unwrap(), [], "it was acknowledged");
}

#[test]
fn two_servers_with_one_file_speak_to_one_carrier() {
    let b = bank("shared");
    let path = b.scratch.dir().join("clearing.json");
    let open = || Simulator::with_file(&path, b.clock.clone(), Plan::calm(1)).unwrap();
    let (one, other) = (open(), open());
    let items = [b.queue(100), b.queue(200)];
    b.tick(&one);
    assert_eq!(other.status(&items).unwrap(), items.map(|id| (id, Status::Taken)));
    b.clock.advance(5 * MINUTE);
    b.tick(&other);
    assert_eq!(items.map(|id| b.item(id).state), [State::Paid; 2]);
    assert_eq!(one.answers(10).unwrap(), [], "the other server acknowledged them");
}

#[test]
fn rotation_puts_items_under_the_newest_key() {
    let (old, b) = (KeyRing::random(), bank("keys"));
    let mut row = b.item(b.queue(1));
    row.number = old.encrypt_own("clearing.number", b"6222");
    row.name = old.encrypt_own("clearing.name", b"x");
    let new = old.rotated().unwrap();
    assert!(renew(&new, &mut row).unwrap());
    assert!(!renew(&new, &mut row).unwrap(), "once is enough");
    assert_eq!(row.outgoing(&new).unwrap().number, "6222");
}
