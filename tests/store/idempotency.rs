//! Asked twice, done once.
use super::{Ferry, at_yard, ferries};
use kernel::BookId;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{BAD_KEY, KEY_REUSED, Once, params};

const HOME: BookId = BookId(3);

#[test]
fn a_key_is_new_then_answered_and_never_another_request() {
    at_yard(|bank| {
        let store = bank.store();
        let ask = |what: &'static str, body: &'static [u8], who: &'static str| {
            store.read(move |tx| tx.once(HOME, who, "k-1", what, body))
        };
        assert_eq!(ask("launch", b"1", "pers_a").unwrap(), Once::New);
        store.write(|tx| tx.answered(HOME, "pers_a", "k-1", "launch", b"1", "ok 1")).unwrap();
        assert_eq!(ask("launch", b"1", "pers_a").unwrap(), Once::Done("ok 1".into()));
        assert!(ask("launch", b"2", "pers_a").unwrap_err().is(&KEY_REUSED));
        assert!(ask("sink", b"1", "pers_a").unwrap_err().is(&KEY_REUSED));
        assert_eq!(ask("launch", b"1", "pers_b").unwrap(), Once::New, "keys belong to their principal");
        bank.finish();
    });
}

#[test]
fn keys_that_are_none_are_refused() {
    at_yard(|bank| {
        let long = "x".repeat(store::IDEMPOTENCY_KEY_CHARS_MAX + 1);
        for key in ["", " ", "a b", "键", "a\n", &long] {
            let asked = bank.store().read(|tx| tx.once(HOME, "pers_a", key, "launch", b""));
            assert!(asked.unwrap_err().is(&BAD_KEY), "{key:?}");
        }
        let longest = "x".repeat(store::IDEMPOTENCY_KEY_CHARS_MAX);
        bank.store().read(|tx| tx.once(HOME, "pers_a", &longest, "launch", b"")).unwrap();
    });
}

#[test]
fn of_sixteen_who_ask_at_once_one_does_the_work() {
    at_yard(|bank| {
        let store = bank.store();
        for round in 0..10i64 {
            let kept = Arc::new(AtomicUsize::new(0));
            let answers: Vec<String> = std::thread::scope(|scope| {
                let ask = |who: usize| {
                    let (store, kept) = (store.clone(), kept.clone());
                    move || {
                        let (key, body) = (format!("launch-{round}"), round.to_le_bytes());
                        let (did_work, answer) = store
                            .write(move |tx| {
                                if let Once::Done(answer) = tx.once(HOME, "pers_a", &key, "launch", &body)? {
                                    return Ok((false, answer));
                                }
                                tx.insert(&mut Ferry { trips: who as i64, ..Ferry::new(round) })?;
                                let answer = format!("launched by {who}");
                                tx.answered(HOME, "pers_a", &key, "launch", &body, &answer)?;
                                Ok((true, answer))
                            })
                            .expect("every one of them is answered");
                        kept.fetch_add(usize::from(did_work), Ordering::SeqCst);
                        answer
                    }
                };
                let threads: Vec<_> = (0..16).map(|who| scope.spawn(ask(who))).collect();
                threads.into_iter().map(|t| t.join().expect("no panic")).collect()
            });
            assert_eq!(kept.load(Ordering::SeqCst), 1);
            let ferry = store.read(|tx| tx.get::<Ferry>(params![round])).unwrap().unwrap();
            assert!(answers.iter().all(|a| *a == format!("launched by {}", ferry.trips)), "{answers:?}");
        }
        assert_eq!(store.read(ferries).unwrap().len(), 10);
        bank.finish();
    });
}
