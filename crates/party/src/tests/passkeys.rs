use super::sign_in::origin;
use super::*;
use crate::codes::{PASSKEY_REFUSED, STEP_UP_NEEDED};
use authenticator::Authenticator;
use kernel::clock::HOUR;
use kernel::error::{NOT_FOUND, TOO_LARGE};
use kernel::id::PasskeyId;

const VISITOR: &str = "a visitor's secret";

struct House {
    bank: Bank,
    rp: RelyingParty,
    device: Authenticator,
}

impl House {
    fn open() -> House {
        let rp = RelyingParty::new("https://bank.example", "Bank").unwrap();
        House { bank: Bank::open(), device: Authenticator::at("https://bank.example"), rp }
    }
    /// A customer with a login, signed in by password.
    fn customer(&self, name: &'static str, nth: usize) -> Actor {
        let person = self.bank.person(nth, 1);
        self.bank.login(name, Who::Person(person));
        let (token, _) = sign_in::signed(&self.bank, name);
        sign_in::actor(&self.bank, &token).unwrap()
    }
    fn ask_new(&self, by: &Actor) -> Result<PasskeyQuestion> {
        let (by, rp) = (by.clone(), self.rp.clone());
        self.bank.try_write(move |tx| passkey_ask_new(tx, &by, &rp))
    }
    fn keep(&self, by: &Actor, question: &PasskeyQuestion, answer: String, name: &'static str) -> Result<PasskeyId> {
        let (by, rp, pending) = (by.clone(), self.rp.clone(), question.pending);
        self.bank.try_write(move |tx| passkey_make(tx, &by, &rp, &PasskeyNew { pending, answer: &answer, name }))
    }
    fn make(&mut self, by: &Actor) -> PasskeyId {
        let question = self.ask_new(by).unwrap();
        let answer = self.device.create(&question.options).unwrap();
        self.keep(by, &question, answer, "my phone").unwrap()
    }
    fn ask(&self, name: &str) -> PasskeyQuestion {
        let (rp, name) = (self.rp.clone(), name.to_owned());
        self.bank.write(move |tx| passkey_ask_sign_in(tx, &rp, VISITOR, &name))
    }
    fn answer(&self, question: &PasskeyQuestion, visitor: &str, answer: &str) -> SignIn {
        let trial = self.bank.read(|tx| passkey_sign_in_trial(tx, question.pending, visitor, answer));
        let tried = trial.check(&self.rp);
        self.bank.write(move |tx| passkey_sign_in(tx, &tried, &origin("firefox")))
    }
    fn sign_in(&mut self) -> SignIn {
        let question = self.ask("");
        let answer = self.device.get(&question.options).expect("a key");
        self.answer(&question, VISITOR, &answer)
    }
}

fn got_in(done: SignIn) -> bool {
    matches!(done, SignIn::Signed { .. })
}

#[test]
fn a_passkey_is_made_with_a_fresh_code_and_signs_in_without_a_name() {
    let mut house = House::open();
    let by = house.customer("customer", 0);
    let stale = Actor { stepped_up: false, ..by.clone() };
    assert!(house.ask_new(&stale).unwrap_err().is(&STEP_UP_NEEDED));
    let key = house.make(&by);
    let question = house.ask("");
    let answer = house.device.get(&question.options).unwrap();
    let SignIn::Signed { view, new_device, .. } = house.answer(&question, VISITOR, &answer) else { panic!("refused") };
    assert!(view.who == by.who && view.stepped_up_at.is_some() && !new_device);
    assert!(!got_in(house.answer(&question, VISITOR, &answer)), "an answer counts once");
    let seen = house.bank.read(|tx| passkeys_of(tx, &by));
    assert_eq!((seen.len(), seen[0].passkey, seen[0].name.as_str()), (1, key, "my phone"));
    assert!(seen[0].used_at.is_some());
    let rows = house.bank.read(|tx| {
        tx.query("SELECT name, credential FROM passkeys", &[], |r| Ok((r.get::<Vec<u8>>(0)?, r.get::<Vec<u8>>(1)?)))
    });
    let plain = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|w| w == what);
    assert!(!plain(&rows[0].0, b"my phone") && !plain(&rows[0].1, b"cred_id"), "nothing lies in the clear");
    assert_eq!((house.bank.events("party.passkey_made"), house.bank.audits("passkey.make", "done")), (1, 1));
}

#[test]
fn what_does_not_open() {
    let mut house = House::open();
    let by = house.customer("customer", 0);
    house.make(&by);
    let other = house.customer("other", 1);
    type Bend = fn(&mut House) -> (PasskeyQuestion, &'static str, String);
    fn plain(h: &mut House) -> (PasskeyQuestion, &'static str, String) {
        let question = h.ask("");
        let answer = h.device.get(&question.options).unwrap();
        (question, VISITOR, answer)
    }
    let cases: &[(&str, Bend)] = &[
        ("another visitor", |h| {
            let (q, _, a) = plain(h);
            (q, "somebody", a)
        }),
        ("another site", |h| {
            h.device.origin = "https://bank.evil".into();
            let out = plain(h);
            h.device.origin = "https://bank.example".into();
            out
        }),
        ("nobody's finger", |h| {
            h.device.verifies = false;
            let out = plain(h);
            h.device.verifies = true;
            out
        }),
        ("an answer to something else", |h| {
            let (_, v, a) = plain(h);
            (h.ask(""), v, a)
        }),
        ("no answer", |h| (h.ask(""), VISITOR, "{}".into())),
        ("a long answer", |h| {
            let (q, v, a) = plain(h);
            (q, v, a + &" ".repeat(PASSKEY_ANSWER_BYTES_MAX))
        }),
        ("too late", |h| {
            let out = plain(h);
            h.bank.clock.advance(PENDING_MINUTES * MINUTE);
            out
        }),
        ("a bent signature", |h| {
            let (q, v, a) = plain(h);
            let at = a.find("\"signature\":\"").unwrap() + 30;
            let flip = if a.as_bytes()[at] == b'A' { "B" } else { "A" };
            (q, v, format!("{}{flip}{}", &a[..at], &a[at + 1..]))
        }),
        ("a stranger's key", |h| {
            let mut strange = Authenticator::at("https://bank.example");
            let q = h.ask("");
            strange
                .create(&serde_json::json!({ "challenge": "", "rp": { "id": "bank.example" }, "user": { "id": "" } }));
            let a = strange.get(&q.options).unwrap();
            (q, VISITOR, a)
        }),
        ("for another name", |h| {
            let mut question = h.ask("other");
            question.options["allowCredentials"] = serde_json::json!([]);
            let answer = h.device.get(&question.options).unwrap();
            (question, VISITOR, answer)
        }),
    ];
    for (what, bend) in cases {
        let (question, visitor, answer) = bend(&mut house);
        assert!(!got_in(house.answer(&question, visitor, &answer)), "{what}");
        house.bank.clock.advance(HOUR);
        assert!(got_in(house.sign_in()), "the right one opens after {what}");
    }
    drop(other);
}

#[test]
fn failures_pause_the_login_as_wrong_passwords_do() {
    let mut house = House::open();
    let by = house.customer("customer", 0);
    house.make(&by);
    house.device.verifies = false;
    for _ in 0..LOGIN_FAILURES_MAX {
        assert!(!got_in(house.sign_in()));
    }
    house.device.verifies = true;
    assert!(!got_in(house.sign_in()), "it pauses, and the right passkey waits too");
    assert_eq!(house.bank.events("party.login_paused"), 1);
    house.bank.clock.advance(MINUTE);
    assert!(got_in(house.sign_in()));
}

#[test]
fn a_key_that_does_not_count_up_is_stopped_and_told() {
    let mut house = House::open();
    let by = house.customer("customer", 0);
    let key = house.make(&by);
    let mut thief = house.device.clone();
    assert!(got_in(house.sign_in()) && got_in(house.sign_in()));
    let question = house.ask("");
    let answer = thief.get(&question.options).unwrap();
    assert!(!got_in(house.answer(&question, VISITOR, &answer)), "the copy counts less");
    assert_eq!(house.bank.audits("passkey.counter", "refused"), 1);
    assert_eq!(house.bank.events("party.passkey_suspect"), 1);
    assert!(!got_in(house.sign_in()), "and the key opens nothing any more");
    let seen = house.bank.read(|tx| passkey(tx, &by, key));
    assert!(seen.suspect_at.is_some());
    let owner = by.clone();
    assert_eq!(house.bank.write(move |tx| passkey_remove(tx, &owner, key)), Change::Done);
    house.device.counts = false;
    house.make(&by);
    assert!(got_in(house.sign_in()) && got_in(house.sign_in()), "a key that never counts is none of these");
}

#[test]
fn a_question_for_a_name_tells_nothing_of_it() {
    let mut house = House::open();
    let by = house.customer("customer", 0);
    house.customer("without", 1);
    let ids = |question: &PasskeyQuestion| -> Vec<String> {
        let all = question.options["allowCredentials"].as_array().unwrap();
        all.iter().map(|a| a["id"].as_str().unwrap().to_owned()).collect()
    };
    for name in ["customer", "without", "no-such-name", "Without "] {
        let (first, again) = (ids(&house.ask(name)), ids(&house.ask(name)));
        assert_eq!((first.len(), &first), (PASSKEYS_PER_LOGIN_MAX, &again), "{name}");
    }
    assert_eq!(ids(&house.ask("without")), ids(&house.ask(" WITHOUT")));
    assert_ne!(ids(&house.ask("without")), ids(&house.ask("no-such-name")));
    house.make(&by);
    let with = ids(&house.ask("customer"));
    assert_eq!(with.len(), PASSKEYS_PER_LOGIN_MAX);
    house.device.resident = false;
    let question = house.ask("customer");
    let answer = house.device.get(&question.options).expect("its own key is among them");
    assert!(got_in(house.answer(&question, VISITOR, &answer)), "a key without a name opens after it");
    assert!(house.ask("").options["allowCredentials"].as_array().unwrap().is_empty());
}

#[test]
fn in_the_place_of_the_code() {
    let mut house = House::open();
    let by = house.customer("customer", 0);
    let ask = |house: &House, by: &Actor| {
        let (by, rp) = (by.clone(), house.rp.clone());
        house.bank.try_write(move |tx| passkey_ask_step_up(tx, &by, &rp))
    };
    assert!(ask(&house, &by).unwrap_err().is(&NOT_FOUND), "he has none");
    house.make(&by);
    let (token, view) = sign_in::signed(&house.bank, "customer");
    house.bank.clock.advance((STEP_UP_MINUTES + 1) * MINUTE);
    let actor = sign_in::actor(&house.bank, &token).unwrap();
    assert!(!actor.stepped_up);
    let give = |house: &House, token: &str, question: &PasskeyQuestion, answer: &str| {
        let trial = house.bank.read(|tx| passkey_step_up_trial(tx, question.pending, &actor, answer));
        let (tried, token) = (trial.check(&house.rp), token.to_owned());
        house.bank.try_write(move |tx| passkey_step_up(tx, &token, &tried, &origin("firefox")))
    };
    let question = ask(&house, &actor).unwrap();
    assert!(matches!(give(&house, &token, &question, "{}").unwrap(), StepUp::Refused));
    let question = ask(&house, &actor).unwrap();
    let answer = house.device.get(&question.options).unwrap();
    let (elsewhere, _) = sign_in::signed(&house.bank, "customer");
    assert!(give(&house, &elsewhere, &question, &answer).is_err(), "asked for in another session");
    let StepUp::Done { token: fresh, view: after } = give(&house, &token, &question, &answer).unwrap() else {
        panic!("refused")
    };
    assert!(fresh != token && after.session == view.session);
    assert!(sign_in::actor(&house.bank, &fresh).unwrap().stepped_up);
    // A question for signing in is none for this, nor the other way round.
    let question = house.ask("");
    let answer = house.device.get(&question.options).unwrap();
    assert!(matches!(give(&house, &fresh, &question, &answer).unwrap(), StepUp::Refused));
}

#[test]
fn as_many_as_are_allowed_and_each_of_its_owner() {
    let mut house = House::open();
    let by = house.customer("customer", 0);
    let other = house.customer("other", 1);
    let first = house.make(&by);
    let question = house.ask_new(&by).unwrap();
    assert!(house.device.create(&question.options).is_none(), "a device has one for a login");
    let (fits, pending) = (Authenticator::at("https://bank.example").create(&question.options).unwrap(), question);
    assert!(house.keep(&by, &pending, fits.clone(), " ").is_err(), "without a name");
    assert!(house.keep(&other, &pending, fits.clone(), "x").unwrap_err().is(&PASSKEY_REFUSED), "asked by another");
    assert!(house.keep(&by, &pending, fits.clone(), "second").is_ok());
    assert!(house.keep(&by, &pending, fits, "again").unwrap_err().is(&PASSKEY_REFUSED), "an answer counts once");
    while house.bank.read(|tx| passkeys_of(tx, &by)).len() < PASSKEYS_PER_LOGIN_MAX {
        house.device = Authenticator::at("https://bank.example");
        house.make(&by);
    }
    assert!(house.ask_new(&by).unwrap_err().is(&TOO_LARGE));
    let stranger = other.clone();
    assert!(house.bank.try_write(move |tx| passkey_remove(tx, &stranger, first)).unwrap_err().is(&NOT_FOUND));
    for want in [Change::Done, Change::AlreadySo] {
        let owner = by.clone();
        assert_eq!(house.bank.write(move |tx| passkey_remove(tx, &owner, first)), want);
    }
    assert!(house.ask_new(&by).is_ok());
}

#[test]
fn questions_run_out_and_a_visitor_has_a_few_at_a_time() {
    let house = House::open();
    for _ in 0..PENDING_PER_ASKED_MAX + 3 {
        house.ask("");
    }
    let count = || house.bank.read(|tx| tx.query_one("SELECT count(*) FROM pending_proofs", &[], |r| r.get::<i64>(0)));
    assert_eq!(count(), Some(PENDING_PER_ASKED_MAX as i64));
    house.bank.clock.advance(PENDING_MINUTES * MINUTE);
    assert_eq!(house.bank.write(|tx| pending_expire(tx, 2)), 2);
    assert_eq!(house.bank.write(|tx| pending_expire(tx, 100)), 3);
    assert_eq!(count(), Some(0));
}

#[test]
fn a_renewed_login_has_no_passkeys() {
    let mut house = House::open();
    let by = house.customer("customer", 0);
    house.make(&by);
    let password = PasswordCost::TEST.hash("customer", PASSWORD).unwrap();
    let renewal = Renewal { password, totp_secret: *SECRET };
    let id = by.login.unwrap();
    house.bank.write(move |tx| login_renew(tx, &system(), id, renewal.clone(), "lost his phone"));
    assert!(house.bank.read(|tx| passkeys_of(tx, &by)).is_empty());
    assert!(!got_in(house.sign_in()));
}

#[test]
fn a_password_may_come_before_its_code_and_nothing_is_told_between() {
    let house = House::open();
    let person = house.bank.person(0, 1);
    house.bank.login("customer", Who::Person(person));
    let keep = |name: &str, password: &str| {
        let checked = house.bank.read(|tx| sign_in_challenge(tx, name, &PasswordCost::TEST)).check(password);
        house.bank.write(move |tx| sign_in_keep(tx, &checked, VISITOR))
    };
    let code = || totp_code(SECRET, house.bank.clock.now());
    let give = |kept, visitor: &'static str, code: String| {
        house.bank.write(move |tx| sign_in_kept(tx, kept, visitor, &code, &origin("firefox")))
    };
    let kept = keep("customer", PASSWORD);
    let stored = house.bank.read(|tx| tx.query("SELECT state FROM pending_proofs", &[], |r| r.get::<Vec<u8>>(0)));
    assert!(!stored[0].windows(6).any(|w| w == b"argon2"), "what is kept is encrypted");
    assert!(give(kept, "somebody else", code()).is_none());
    assert!(matches!(give(kept, VISITOR, code()), Some(SignIn::Signed { .. })));
    assert!(give(kept, VISITOR, code()).is_none(), "once");
    house.bank.clock.advance(MINUTE);
    for (what, name, password) in [("wrong password", "customer", "wrong-password-1"), ("no such name", "x", PASSWORD)]
    {
        assert!(matches!(give(keep(name, password), VISITOR, code()), Some(SignIn::Refused)), "{what}");
    }
    let kept = keep("customer", PASSWORD);
    assert!(matches!(give(kept, VISITOR, "000000".into()), Some(SignIn::Refused)));
    assert!(give(kept, VISITOR, code()).is_none(), "a wrong code spends it");
    let kept = keep("customer", PASSWORD);
    house.bank.clock.advance(PENDING_MINUTES * MINUTE);
    assert!(give(kept, VISITOR, code()).is_none(), "too late");
}
