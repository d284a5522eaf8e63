use super::{House, system};
use crate::codes::{BAD_EVENT_KIND, BAD_URL, NOT_PARKED};
use crate::notices::{self, MessageState};
use crate::relay::{self, Consumer, Pumped};
use crate::webhooks::{self, Courier, DeliveryState, NewWebhook, Policy, TRIES_MAX};
use kernel::clock::{DAY, SECOND};
use kernel::id::WebhookId;
use kernel::{Actor, Error, Kind, PageAsk, Result};
use party::Role;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use store::{Audit, Outbox, PARK_AFTER_TRIES, Tx};

#[derive(serde::Serialize)]
struct Told {
    number: u32,
    #[serde(skip)]
    about: &'static str,
}

impl store::Event for Told {
    fn kind(&self) -> &'static str {
        "test.told"
    }
    fn aggregate(&self) -> String {
        self.about.into()
    }
}

fn tell(house: &House, events: &'static [(&'static str, u32)]) {
    house.write(move |tx| events.iter().try_for_each(|(about, number)| tx.emit(&Told { number: *number, about }, "c")));
}

/// What a consumer did, from the audit: only what was committed is there.
fn handled(house: &House) -> Vec<String> {
    let mut rows = house.read(|tx| tx.audit_search(i64::MAX, 500, "system:relay", "test.", ""));
    rows.sort_by_key(|r| (r.at, r.pos));
    rows.into_iter().map(|r| r.object).collect()
}

fn note(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    if event.kind != "test.told" {
        return Ok(());
    }
    // So that what another lane writes next is later.
    tx.clock().advance(1);
    let what = format!("{}{}", event.aggregate, event.payload["number"]);
    tx.audit(&Actor::system("relay"), Audit::of("test.handled", what))
}

static A_FAILS: AtomicBool = AtomicBool::new(true);

fn a1_fails(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    note(tx, event)?;
    let bad = event.aggregate == "a" && event.payload["number"] == 1 && A_FAILS.load(Ordering::Relaxed);
    if bad { Err(Error::field("number", "one is not liked")) } else { Ok(()) }
}

#[test]
fn order_holds_per_thing_and_a_failing_event_holds_up_only_its_own() {
    let h = House::open();
    let consumers = [Consumer { name: "test-order", handle: a1_fails }];
    relay::pump_to(&h.bank.store, &[Consumer { name: "test-order", handle: |_, _| Ok(()) }]).unwrap();
    tell(&h, &[("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]);
    let done = relay::pump_to(&h.bank.store, &consumers).unwrap();
    assert_eq!(done, Pumped { handled: 4, parked: 2, ..Pumped::default() });
    assert_eq!(handled(&h), ["a0", "b0", "b1", "b2"], "a1 left nothing, a2 waits behind it");
    assert_eq!(relay::pump_to(&h.bank.store, &consumers).unwrap(), Pumped::default(), "its next try is not due");

    let operator = h.staff("op", Role::Operator);
    for _ in 1..PARK_AFTER_TRIES {
        h.clock.advance(DAY);
        relay::pump_to(&h.bank.store, &consumers).unwrap();
    }
    let parked = h.read(|tx| relay::parked(tx, &operator));
    assert_eq!(
        parked.iter().map(|p| (p.tries, p.waits_for_operator)).collect::<Vec<_>>(),
        [(PARK_AFTER_TRIES, true), (0, false)]
    );
    assert_eq!(parked[0].error, "bad_field: number: one is not liked");
    h.clock.advance(DAY);
    assert_eq!(relay::pump_to(&h.bank.store, &consumers).unwrap(), Pumped::default(), "it waits for the operator");

    A_FAILS.store(false, Ordering::Relaxed);
    let (pos, by) = (parked[0].pos, operator.clone());
    h.write(move |tx| relay::try_again(tx, &by, "test-order", pos));
    assert_eq!(relay::pump_to(&h.bank.store, &consumers).unwrap().mended, 2);
    assert_eq!(handled(&h), ["a0", "b0", "b1", "b2", "a1", "a2"]);
    h.sound();
}

fn a_always_fails(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    note(tx, event)?;
    if event.aggregate == "a" && event.payload["number"] == 1 { panic!("a defect") } else { Ok(()) }
}

#[test]
fn the_operator_gives_an_event_up_with_a_reason_and_nobody_else_does() {
    let h = House::open();
    let consumers = [Consumer { name: "test-drop", handle: a_always_fails }];
    relay::pump_to(&h.bank.store, &[Consumer { name: "test-drop", handle: |_, _| Ok(()) }]).unwrap();
    tell(&h, &[("a", 1), ("a", 2)]);
    assert_eq!(relay::pump_to(&h.bank.store, &consumers).unwrap().parked, 2, "a panic is a failure like others");
    let (operator, teller) = (h.staff("op", Role::Operator), h.staff("t", Role::Teller));
    let pos = h.read(|tx| relay::parked(tx, &operator))[0].pos;
    let drop_as = |actor: &Actor, reason: &'static str| {
        let actor = actor.clone();
        h.bank.write(move |tx| relay::drop_event(tx, &actor, "test-drop", pos, reason))
    };
    assert_eq!(drop_as(&teller, "x").unwrap_err().kind(), Kind::Forbidden);
    assert!(drop_as(&operator, " ").unwrap_err().is(&party::codes::REASON_NEEDED));
    drop_as(&operator, "made by a test").unwrap();
    assert!(drop_as(&operator, "again").unwrap_err().is(&NOT_PARKED));
    relay::pump_to(&h.bank.store, &consumers).unwrap();
    assert_eq!(handled(&h), ["a2"], "what waited behind it goes on");
    let log = h.read(|tx| tx.audit_search(i64::MAX, 10, "", "outbox.drop", ""));
    assert_eq!((log.len(), log[0].reason.as_str()), (1, "made by a test"));
}

#[test]
fn payer_and_payee_are_told_and_read_it_once() {
    let h = House::open();
    pay(&h, 2500);
    h.settle();
    let (owner, customer) = (h.owner(), h.customer());
    let mine = h.read(|tx| notices::list(tx, &customer, true, &PageAsk::default())).items;
    let keys: Vec<String> = mine.iter().map(|n| n.text_key()).collect();
    assert_eq!(keys, ["notice-payment-posted-payee", "notice-party-granted"], "newest first");
    assert_eq!((mine[0].args.0["amount"].as_str(), mine[0].args.0["currency"].as_str()), ("25.00", "CNY"));
    assert!(!mine[0].args.0.contains_key("payee"), "the payee is not told his own number");
    assert_eq!(mine[0].message, MessageState::None, "a message to the phone is sent to who agreed to it");
    let firms = h.read(|tx| notices::list(tx, &owner, false, &PageAsk::default())).items;
    assert!(firms.iter().any(|n| n.text_key() == "notice-payment-posted" && n.message == MessageState::None));
    let me = customer.clone();
    h.write(move |tx| party::consent_give(tx, &me, "message_notices", 1));
    pay(&h, 100);
    h.settle();
    let again = h.read(|tx| notices::list(tx, &customer, true, &PageAsk::first(1))).items;
    assert_eq!(again[0].message, MessageState::Sent);
    let (last, me) = (again[0].id, customer.clone());
    assert_eq!(h.write(move |tx| notices::mark_read(tx, &me, last)), party::Change::Done);
    let (id, stranger, me) = (mine[0].id, owner.clone(), customer.clone());
    assert_eq!(h.bank.write(move |tx| notices::mark_read(tx, &stranger, id)).unwrap_err().kind(), Kind::Missing);
    assert_eq!(h.write(move |tx| notices::mark_read(tx, &me, id)), party::Change::Done);
    assert_eq!(h.read(|tx| notices::unread(tx, &customer)), 1);
    let me = customer.clone();
    assert_eq!(h.write(move |tx| notices::mark_all_read(tx, &me)), 1);
    assert_eq!(h.read(|tx| notices::unread(tx, &customer)), 0);
    h.sound();
}

/// The firm pays the person so many fen.
pub(super) fn pay(h: &House, fen: i64) -> payments::Receipt {
    let order = payments::Order::transfer(h.funds, payments::Payee::Account(h.account), kernel::Money::cny(fen));
    payments::submit(&h.bank.desk, &system(), order, None).unwrap()
}

#[test]
fn the_signature_is_the_published_one() {
    // printf '1795305600.{"a":1}' | openssl dgst -sha256 -hmac whsec_test
    let want = "ed155c5fcbd78ec059bcc6a43fa1a3cb915f874adec6eeb65a787a62d91ef5f7";
    assert_eq!(webhooks::signature("whsec_test", 1_795_305_600, r#"{"a":1}"#), want);
}

#[test]
fn addresses_of_the_banks_own_network_are_refused() {
    let (strict, open) = (Courier::new(Policy::default()), Courier::new(Policy { allow_private: true }));
    let cases = [
        ("https://example.com/hook", true, true),
        ("https://203.0.114.1:8443/h", true, true),
        ("https://[2606:4700::1111]/h", true, true),
        ("http://example.com/hook", false, true),
        ("http://127.0.0.1:80/h", false, true),
        ("https://127.0.0.1/h", false, true),
        ("https://10.1.2.3/h", false, true),
        ("https://169.254.169.254/latest", false, true),
        ("https://100.64.0.1/h", false, true),
        ("https://0.0.0.0/h", false, true),
        ("https://[::1]/h", false, true),
        ("https://[::ffff:10.0.0.1]/h", false, true),
        ("https://[fd00::1]/h", false, true),
        ("https://[2002:7f00:1::]/h", false, true),
        ("https://user:pass@example.com/h", false, false),
        ("https://example.com/h#x", false, false),
        ("ftp://example.com/h", false, false),
        ("file:///etc/passwd", false, false),
        ("/hook", false, false),
        ("", false, false),
    ];
    for (url, wanted, wanted_open) in cases {
        assert_eq!(strict.check(url).is_ok(), wanted, "{url:?}");
        assert_eq!(open.check(url).is_ok(), wanted_open, "{url:?} with private addresses allowed");
    }
    let long = format!("https://example.com/{}", "a".repeat(webhooks::URL_CHARS_MAX));
    assert!(strict.check(&long).unwrap_err().is(&BAD_URL));
}

#[test]
fn a_name_that_leads_inside_is_refused_when_it_is_resolved() {
    let h = House::open_with(|o| crate::Options { webhooks: Policy::default(), ..o });
    subscribe(&h, "https://localhost:9/h", "payment.*");
    pay(&h, 100);
    h.jobs();
    let owner = h.owner();
    let hook = h.read(|tx| webhooks::list(tx, &owner, h.firm))[0].webhook;
    let sent = h.read(|tx| webhooks::deliveries(tx, &owner, hook, &PageAsk::default())).items;
    assert!(sent[0].error.contains("not public"), "{}", sent[0].error);
}

fn subscribe(h: &House, url: &str, kinds: &'static str) -> (WebhookId, String) {
    let (owner, firm, url, courier) = (h.owner(), h.firm, url.to_owned(), h.bank.webhooks.clone());
    h.write(move |tx| {
        let new = NewWebhook { firm, url: url.clone(), kinds: kinds.split(' ').map(str::to_owned).collect() };
        webhooks::subscribe(tx, &owner, &courier, new)
    })
}

/// A receiver on this machine: answers the given statuses in turn, then the last one for ever, and keeps what it got.
struct Receiver {
    url: String,
    got: Arc<Mutex<Vec<String>>>,
}

fn receiver(statuses: &'static [u16]) -> Receiver {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let got: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = got.clone();
    std::thread::spawn(move || {
        for (n, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let mut request = Vec::new();
            let mut part = [0; 4096];
            while !whole(&request) {
                match stream.read(&mut part) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => request.extend(&part[..read]),
                }
            }
            kept.lock().unwrap().push(String::from_utf8(request).unwrap());
            let status = statuses.get(n).or(statuses.last()).unwrap();
            let answer = format!("HTTP/1.1 {status} x\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    Receiver { url, got }
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    body.len() >= length.and_then(|l| l.trim().parse().ok()).unwrap_or(0)
}

#[test]
fn a_firm_hears_of_its_payment_signed_and_again_after_a_failure() {
    let h = House::open();
    let receiver = receiver(&[500, 302, 204]);
    let (hook, secret) = subscribe(&h, &receiver.url, "payment.posted");
    assert!(secret.starts_with("whsec_") && secret.len() > 40);
    let receipt = pay(&h, 700);
    h.jobs();
    assert_eq!(receiver.got.lock().unwrap().len(), 1);
    h.jobs();
    assert_eq!(receiver.got.lock().unwrap().len(), 1, "not before its time");
    for _ in 0..2 {
        h.wait(webhooks::RETRY_SECONDS_FIRST * 2);
        h.jobs();
    }
    h.wait(DAY / SECOND);
    h.jobs();
    let got = receiver.got.lock().unwrap().clone();
    assert_eq!(got.len(), 3, "a failure, a redirect that is not followed, taken; then no more");
    let (head, body) = got[2].split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let find =
            |l: &str| l.to_ascii_lowercase().starts_with(&format!("{name}: ")).then(|| l[name.len() + 2..].to_owned());
        head.lines().find_map(find).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((json["kind"].as_str().unwrap(), header("yizhan-kind").as_str()), ("payment.posted", "payment.posted"));
    assert_eq!(json["data"]["instruction"], receipt.instruction.to_string());
    assert_eq!(json["id"], header("yizhan-event"));
    let signed = header("yizhan-signature");
    let (t, v1) = signed.split_once(",v1=").unwrap();
    let t: i64 = t.strip_prefix("t=").unwrap().parse().unwrap();
    assert_eq!(v1, webhooks::signature(&secret, t, body));
    let owner = h.owner();
    let sent = h.read(|tx| webhooks::deliveries(tx, &owner, hook, &PageAsk::default())).items;
    assert_eq!((sent[0].state, sent[0].tries, sent[0].status), (DeliveryState::Delivered, 3, Some(204)));
    h.wait((webhooks::DELIVERED_KEPT_DAYS + 1) * DAY / SECOND);
    h.jobs();
    assert_eq!(h.read(|tx| webhooks::deliveries(tx, &owner, hook, &PageAsk::default())).items.len(), 0, "old ones go");
    let row = format!("{:?}", h.read(|tx| tx.audit_search(i64::MAX, 100, "", "webhook.", "")));
    assert!(!row.contains(&secret), "secrets are in no log");
    h.sound();
}

#[test]
fn what_is_never_taken_is_parked_sent_again_by_hand_and_ends_disabled() {
    let h = House::open();
    let receiver = receiver(&[503]);
    let (hook, _) = subscribe(&h, &receiver.url, "payment.*");
    let owner = h.owner();
    pay(&h, 100);
    for _ in 0..TRIES_MAX + 3 {
        h.jobs();
        h.wait(2 * 3_600);
    }
    let sent = h.read(|tx| webhooks::deliveries(tx, &owner, hook, &PageAsk::default())).items;
    assert_eq!(
        (sent[0].state, sent[0].tries, receiver.got.lock().unwrap().len()),
        (DeliveryState::Parked, TRIES_MAX, 8)
    );
    assert_eq!(sent[0].error, "the receiver answered 503");
    let (by, pos) = (owner.clone(), sent[0].pos);
    h.write(move |tx| webhooks::redeliver(tx, &by, hook, pos));
    h.jobs();
    assert_eq!(receiver.got.lock().unwrap().len(), 9);
    h.wait(webhooks::DISABLE_AFTER_DAYS * DAY / SECOND);
    h.jobs();
    h.jobs();
    let view = h.read(|tx| webhooks::list(tx, &owner, h.firm)).remove(0);
    assert!(view.disabled_at.is_some());
    assert!(
        h.read(|tx| notices::list(tx, &owner, true, &PageAsk::default()))
            .items
            .iter()
            .any(|n| n.kind == "webhook.disabled")
    );
    pay(&h, 200);
    h.settle();
    assert_eq!(
        h.read(|tx| webhooks::deliveries(tx, &owner, hook, &PageAsk::default())).items.len(),
        1,
        "nothing more is queued"
    );
    let by = owner.clone();
    assert_eq!(h.write(move |tx| webhooks::enable(tx, &by, hook)), party::Change::Done);
    h.sound();
}

#[test]
fn only_the_firms_own_manage_its_webhooks() {
    let h = House::open();
    let (hook, _) = subscribe(&h, "http://127.0.0.1:1/h", "*");
    let customer = h.customer();
    let denied = h.bank.read(|tx| webhooks::list(tx, &customer, h.firm)).unwrap_err();
    assert_eq!(denied.kind(), Kind::Forbidden);
    let by = customer.clone();
    assert_eq!(h.bank.write(move |tx| webhooks::end(tx, &by, hook, "x")).unwrap_err().kind(), Kind::Missing);
    let (owner, firm, courier) = (h.owner(), h.firm, h.bank.webhooks.clone());
    for (kind, fits) in [("payment.*", true), ("payment", false), ("pay*", false), ("made.up", false), ("*", true)] {
        let (owner, courier) = (owner.clone(), courier.clone());
        let done = h.bank.write(move |tx| {
            let new = NewWebhook { firm, url: "http://127.0.0.1:1/h".into(), kinds: vec![kind.into()] };
            webhooks::subscribe(tx, &owner, &courier, new)
        });
        assert_eq!(done.is_ok(), fits, "{kind}");
        assert!(fits || done.unwrap_err().is(&BAD_EVENT_KIND));
    }
}
