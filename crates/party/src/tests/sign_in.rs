use super::*;
use crate::codes::*;
use kernel::clock::{HOUR, SECOND};
use kernel::error::FORBIDDEN;

pub(crate) fn origin(agent: &str) -> Origin {
    Origin {
        channel: Channel::Phone,
        address: "10.0.0.7".into(),
        agent: agent.into(),
        device_mark: "mark-1".into(),
        correlation: "c1".into(),
    }
}

fn code(bank: &Bank) -> String {
    totp_code(SECRET, bank.clock.now())
}

fn sign_in(bank: &Bank, name: &str, password: &str, code: String) -> SignIn {
    let challenge = bank.read(|tx| sign_in_challenge(tx, name, &PasswordCost::TEST));
    let checked = challenge.check(password);
    bank.write(move |tx| sign_in_finish(tx, &checked, &code, &origin("firefox")))
}

pub(crate) fn signed(bank: &Bank, name: &str) -> (String, SessionView) {
    bank.clock.advance(TOTP_STEP_SECONDS as i64 * SECOND);
    match sign_in(bank, name, PASSWORD, code(bank)) {
        SignIn::Signed { token, view, .. } => (token, view),
        SignIn::Refused => panic!("{name} was refused"),
    }
}

pub(crate) fn actor(bank: &Bank, token: &str) -> Result<Actor> {
    bank.store.read(|tx| session_actor(tx, token, &origin("firefox")))
}

#[test]
fn password_and_code_open_a_session_and_everything_else_gets_one_answer() {
    let bank = Bank::open();
    let teller = bank.staff("T", 1);
    bank.grant(GrantAsk::new(Who::Staff(teller), Role::Teller).at(bank.branches[1])).unwrap();
    bank.login("teller", Who::Staff(teller));
    let cases = [
        ("wrong password", "teller", "anchor-lantern-4822", code(&bank)),
        ("wrong code", "teller", PASSWORD, "000000".into()),
        ("no code", "teller", PASSWORD, String::new()),
        ("unknown name", "nobody", PASSWORD, code(&bank)),
    ];
    for (what, name, password, code) in cases {
        assert!(matches!(sign_in(&bank, name, password, code), SignIn::Refused), "{what}");
    }
    let used = code(&bank);
    let first = sign_in(&bank, " Teller", PASSWORD, used.clone());
    let SignIn::Signed { token, view, new_device } = first else { panic!("refused") };
    assert!(new_device && view.is_staff() && view.branch == Some(bank.branches[1]) && view.roles == "teller");
    let who = actor(&bank, &token).unwrap();
    assert_eq!((who.who, who.branch, who.stepped_up), (Who::Staff(teller), Some(bank.branches[1]), true));
    assert_eq!(who.address, "10.0.0.7");
    let asked = bank.count(|| drop(actor(&bank, &token)));
    assert_eq!(asked, 1, "a request reads one row");
    assert!(matches!(sign_in(&bank, "teller", PASSWORD, used), SignIn::Refused), "a code is taken once");
    assert_eq!(bank.audits("session.sign_in", "refused"), 5);
    assert_eq!(bank.audits("session.sign_in", "done"), 1);
}

#[test]
fn five_failures_pause_and_staff_can_end_the_pause() {
    let bank = Bank::open();
    let id = bank.person(0, 1);
    let login = bank.login("customer", Who::Person(id));
    for _ in 0..LOGIN_FAILURES_MAX {
        sign_in(&bank, "customer", "wrong-password-1", code(&bank));
    }
    assert!(matches!(sign_in(&bank, "customer", PASSWORD, code(&bank)), SignIn::Refused), "paused");
    assert_eq!((bank.audits("session.sign_in", "paused"), bank.events("party.login_paused")), (1, 1));
    bank.clock.advance(MINUTE);
    signed(&bank, "customer");
    for _ in 0..LOGIN_FAILURES_MAX {
        sign_in(&bank, "customer", "wrong-password-1", code(&bank));
    }
    let lobby = bank.staff("L", 1);
    bank.grant(GrantAsk::new(Who::Staff(lobby), Role::LobbyManager).at(bank.branches[1])).unwrap();
    let by = at(bank.branches[1], Who::Staff(lobby));
    let actor = by.clone();
    assert_eq!(bank.write(move |tx| login_unlock(tx, &actor, login, "came with the card")), Change::Done);
    assert_eq!(bank.write(move |tx| login_unlock(tx, &by, login, "again")), Change::AlreadySo);
    signed(&bank, "customer");
}

#[test]
fn a_session_ends_when_idle_when_old_and_in_another_browser() {
    let bank = Bank::open();
    let (s, p) = (bank.staff("T", 1), bank.person(0, 1));
    bank.login("teller", Who::Staff(s));
    bank.login("customer", Who::Person(p));
    for (name, idle) in [("teller", IDLE_MINUTES_STAFF), ("customer", IDLE_MINUTES_CUSTOMER)] {
        let (token, _) = signed(&bank, name);
        let stolen = bank.store.read(|tx| session_actor(tx, &token, &origin("curl")));
        assert!(stolen.unwrap_err().is(&SESSION_ENDED), "{name}: another browser");
        bank.clock.advance(idle * MINUTE);
        assert!(actor(&bank, &token).is_ok(), "{name}: {idle} min");
        bank.clock.advance(SECOND);
        assert!(actor(&bank, &token).unwrap_err().is(&SESSION_ENDED), "{name}: idle");
    }
    let (token, _) = signed(&bank, "teller");
    for _ in 0..SESSION_HOURS_MAX * 6 {
        bank.clock.advance(10 * MINUTE);
        let view = bank.read(|tx| session_view(tx, &token));
        assert!(view.wants_touch(bank.clock.now()));
        let token = token.clone();
        let touched = bank.write(move |tx| session_touch(tx, &token));
        assert!(!touched.wants_touch(bank.clock.now()));
    }
    assert!(actor(&bank, &token).is_ok(), "after eight hours of work");
    bank.clock.advance(SECOND);
    assert!(actor(&bank, &token).unwrap_err().is(&SESSION_ENDED), "old");
    bank.clock.advance(HOUR);
    assert_eq!(bank.write(|tx| sessions_expire(tx, 100)), 2, "the last of each");
    assert!(bank.store.read(|tx| session_view(tx, &token)).unwrap_err().is(&SESSION_ENDED));
}

#[test]
fn tokens_that_are_none() {
    let bank = Bank::open();
    let s = bank.staff("T", 1);
    bank.login("teller", Who::Staff(s));
    let (token, view) = signed(&bank, "teller");
    let other = format!("{}.{}", view.session, "A".repeat(43));
    for (bad, code) in [
        ("", &NOT_SIGNED_IN),
        ("sess_.", &NOT_SIGNED_IN),
        (token.split('.').next().unwrap(), &NOT_SIGNED_IN),
        (&token[..token.len() - 1], &NOT_SIGNED_IN),
        (other.as_str(), &SESSION_ENDED),
    ] {
        assert!(actor(&bank, bad).unwrap_err().is(code), "{bad:?}");
    }
    let rows = bank.read(|tx| tx.query("SELECT token_hash FROM sessions", &[], |r| r.get::<Vec<u8>>(0)));
    let secret = data_encoding::BASE64URL_NOPAD.decode(token.split_once('.').unwrap().1.as_bytes()).unwrap();
    assert!(rows.len() == 1 && rows[0] != secret, "the token is not stored");
}

#[test]
fn staff_have_one_session_and_customers_five() {
    let bank = Bank::open();
    let (s, p) = (bank.staff("T", 1), bank.person(0, 1));
    bank.login("teller", Who::Staff(s));
    bank.login("customer", Who::Person(p));
    let (first, _) = signed(&bank, "teller");
    let (second, _) = signed(&bank, "teller");
    assert!(actor(&bank, &first).unwrap_err().is(&SESSION_ENDED) && actor(&bank, &second).is_ok());
    let tokens: Vec<String> = (0..6).map(|_| signed(&bank, "customer").0).collect();
    let alive = tokens.iter().filter(|t| actor(&bank, t).is_ok()).count();
    assert_eq!((alive, actor(&bank, &tokens[0]).is_err()), (SESSIONS_PER_CUSTOMER_MAX, true));
    assert_eq!(bank.events("party.session_ended"), 2);
    let last = tokens[5].clone();
    let out = move |tx: &mut store::Tx<'_>| sign_out(tx, &last, &origin("firefox"));
    assert_eq!(bank.store.write(out.clone()).unwrap(), Change::Done);
    assert_eq!(bank.store.write(out).unwrap(), Change::AlreadySo);
    assert_eq!(bank.write(move |tx| staff_leave(tx, &system(), s, "retired")), Change::Done);
    assert!(actor(&bank, &second).is_err());
    assert!(matches!(sign_in(&bank, "teller", PASSWORD, code(&bank)), SignIn::Refused));
}

fn step(bank: &Bank, token: &str, code: String) -> StepUp {
    let token = token.to_owned();
    bank.write(move |tx| step_up(tx, &token, &code, &origin("firefox")))
}

#[test]
fn a_step_up_lasts_five_minutes_takes_a_new_code_and_changes_the_token() {
    let bank = Bank::open();
    let s = bank.staff("T", 1);
    bank.login("teller", Who::Staff(s));
    let (token, view) = signed(&bank, "teller");
    assert_eq!(view.step_up_left_seconds(bank.clock.now()), STEP_UP_MINUTES * 60);
    assert!(matches!(step(&bank, &token, code(&bank)), StepUp::Refused), "the code of the sign-in is spent");
    bank.clock.advance(STEP_UP_MINUTES * MINUTE);
    assert!(need_step_up(&actor(&bank, &token).unwrap()).unwrap_err().is(&STEP_UP_NEEDED));
    let StepUp::Done { token: next, .. } = step(&bank, &token, code(&bank)) else { panic!("refused") };
    assert!(actor(&bank, &token).unwrap_err().is(&SESSION_ENDED), "the old token is worth nothing");
    need_step_up(&actor(&bank, &next).unwrap()).unwrap();
    for _ in 0..LOGIN_FAILURES_MAX {
        assert!(matches!(step(&bank, &next, "12345".into()), StepUp::Refused));
    }
    assert!(actor(&bank, &next).unwrap_err().is(&SESSION_ENDED), "guessing ends the session");
}

#[test]
fn a_person_acts_for_the_firms_he_has_a_role_in() {
    let bank = Bank::open();
    let (p, firm) = (bank.person(0, 1), bank.firm(1));
    bank.grant(GrantAsk::new(Who::Person(p), Role::PayrollClerk).of(firm)).unwrap();
    bank.login("clerk", Who::Person(p));
    let (token, view) = signed(&bank, "clerk");
    assert_eq!((view.who, view.roles.as_str()), (Who::Person(p), "customer"));
    let switch = |to: Option<FirmId>| {
        let token = token.clone();
        bank.try_write(move |tx| act_for(tx, &token, to, &origin("firefox")))
    };
    let view = switch(Some(firm)).unwrap();
    assert_eq!((view.who, view.roles.as_str()), (Who::ForFirm { person: p, firm }, "payroll_clerk"));
    let clerk = actor(&bank, &token).unwrap();
    assert!(bank.may(&clerk, Permission::WageSheetMake, &Scope::firm(firm)).is_ok());
    let other = <FirmId as kernel::Id>::new(bank.clock.now(), kernel::BookId(1));
    assert!(switch(Some(other)).unwrap_err().is(&FORBIDDEN));
    assert_eq!(switch(None).unwrap().who, Who::Person(p));
}

const NEW_PASSWORD: &str = "beacon-orange-7710";

fn change(bank: &Bank, by: &Actor, from: &str, code: &str) -> PasswordChange {
    let (by, code) = (by.clone(), code.to_owned());
    let (challenge, name) = bank.read(|tx| password_challenge(tx, &by));
    let new = PasswordCost::TEST.hash_instead(&name, from, NEW_PASSWORD).unwrap();
    let checked = challenge.check(from);
    bank.write(move |tx| password_change(tx, &by, &checked, &code, new.clone()))
}

#[test]
fn a_new_password_ends_the_other_sessions_and_a_stale_check_fits_nothing() {
    let bank = Bank::open();
    let p = bank.person(0, 1);
    bank.login("customer", Who::Person(p));
    let (old, _) = signed(&bank, "customer");
    let (token, _) = signed(&bank, "customer");
    let by = actor(&bank, &token).unwrap();
    assert_eq!(change(&bank, &by, PASSWORD, &code(&bank)), PasswordChange::Refused, "the code was used to sign in");
    bank.clock.advance(MINUTE);
    assert_eq!(change(&bank, &by, "wrong-password-1", &code(&bank)), PasswordChange::Refused);
    assert_eq!(change(&bank, &by, PASSWORD, "000000"), PasswordChange::Refused);
    let stale = bank.read(|tx| sign_in_challenge(tx, "customer", &PasswordCost::TEST)).check(PASSWORD);
    assert_eq!(change(&bank, &by, PASSWORD, &code(&bank)), PasswordChange::Done);
    assert!(actor(&bank, &old).is_err() && actor(&bank, &token).is_ok());
    bank.clock.advance(MINUTE);
    let late = code(&bank);
    let refused = bank.write(move |tx| sign_in_finish(tx, &stale, &late, &origin("firefox")));
    assert!(matches!(refused, SignIn::Refused), "checked against a password of the past");
    assert!(matches!(sign_in(&bank, "customer", NEW_PASSWORD, code(&bank)), SignIn::Signed { .. }));
    assert_eq!(bank.audits("login.password", "refused"), 3);
}

#[test]
fn five_wrong_old_passwords_end_every_session() {
    let bank = Bank::open();
    let p = bank.person(0, 1);
    bank.login("customer", Who::Person(p));
    let (token, _) = signed(&bank, "customer");
    let by = actor(&bank, &token).unwrap();
    for _ in 0..LOGIN_FAILURES_MAX {
        assert_eq!(change(&bank, &by, "wrong-password-1", "000000"), PasswordChange::Refused);
    }
    assert!(actor(&bank, &token).unwrap_err().is(&SESSION_ENDED));
}

#[test]
fn a_password_that_was_given_opens_nothing_but_its_change() {
    let bank = Bank::open();
    let (boss, p) = (bank.staff("1", 0), bank.person(0, 0));
    bank.grant(GrantAsk::new(Who::Staff(boss), Role::Teller)).unwrap();
    let boss = stepped_up(at(bank.branches[0], Who::Staff(boss)));
    let make = |by: Actor| {
        let password = PasswordCost::TEST.hash("customer", PASSWORD).unwrap();
        bank.try_write(move |tx| {
            let (name, who, password) = ("customer".into(), Who::Person(p), password.clone());
            login_make(tx, &by, LoginNew { name, who, password, totp_secret: *SECRET, first_password: false })
        })
    };
    assert!(make(Actor { stepped_up: false, ..boss.clone() }).unwrap_err().is(&STEP_UP_NEEDED));
    make(boss).unwrap();
    let (token, view) = signed(&bank, "customer");
    assert!(view.first_password, "a person made it, so a person knows it");
    assert!(actor(&bank, &token).unwrap_err().is(&FIRST_PASSWORD));
    let (own, origin) = (token.clone(), origin("firefox"));
    let newcomer = view.newcomer(bank.clock.now(), &origin).unwrap();
    let firm = bank.try_write(move |tx| act_for(tx, &own, None, &origin));
    assert!(firm.unwrap_err().is(&FIRST_PASSWORD));
    bank.clock.advance(MINUTE);
    assert_eq!(change(&bank, &newcomer, PASSWORD, &code(&bank)), PasswordChange::Done);
    assert!(actor(&bank, &token).is_ok(), "the session goes on as the owner's");
    bank.clock.advance(MINUTE);
    assert!(
        matches!(sign_in(&bank, "customer", NEW_PASSWORD, code(&bank)), SignIn::Signed { view, .. } if !view.first_password)
    );
}

#[test]
fn a_renewed_login_has_another_password_and_another_authenticator() {
    let bank = Bank::open();
    let p = bank.person(0, 1);
    let id = bank.login("customer", Who::Person(p));
    let (token, _) = signed(&bank, "customer");
    let password = PasswordCost::TEST.hash("customer", NEW_PASSWORD).unwrap();
    let renew = |why: &'static str| {
        let renewal = Renewal { password: password.clone(), totp_secret: *b"98765432109876543210" };
        bank.try_write(move |tx| login_renew(tx, &system(), id, renewal.clone(), why))
    };
    assert!(renew(" ").unwrap_err().is(&REASON_NEEDED));
    renew("lost his phone").unwrap();
    assert!(actor(&bank, &token).is_err(), "its sessions end");
    bank.clock.advance(MINUTE);
    assert!(matches!(sign_in(&bank, "customer", PASSWORD, code(&bank)), SignIn::Refused));
    let other = totp_code(b"98765432109876543210", bank.clock.now());
    assert!(
        matches!(sign_in(&bank, "customer", NEW_PASSWORD, other), SignIn::Signed { view, .. } if view.first_password)
    );
}

#[test]
fn one_login_each_and_one_name_each() {
    let bank = Bank::open();
    let (p, q) = (bank.person(0, 1), bank.person(1, 1));
    bank.login("customer", Who::Person(p));
    let cases =
        [("customer", q, true), ("other", p, true), ("No Name", q, false), ("ab", q, false), ("other", q, false)];
    for (name, who, taken) in cases {
        let password = PasswordCost::TEST.hash(name, PASSWORD).unwrap();
        let done = bank.try_write(move |tx| {
            let who = Who::Person(who);
            let new = LoginNew {
                name: name.into(),
                who,
                password: password.clone(),
                totp_secret: *SECRET,
                first_password: false,
            };
            login_make(tx, &system(), new)
        });
        match (name, who == q && name == "other") {
            (_, true) => assert!(done.is_ok(), "{name}"),
            _ => assert!(done.as_ref().is_err_and(|e| e.is(&LOGIN_TAKEN) == taken), "{name}: {done:?}"),
        }
    }
    let found = bank.read(|tx| login_id(tx, "other"));
    assert_eq!(found, bank.read(|tx| login_of(tx, Who::Person(q))));
}
