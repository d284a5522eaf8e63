//! Rows of record: sealed, versioned, refused when tampered with.
use super::{FERRIES_TABLE, Ferry, at_yard, ferries, launch};
use kernel::error::{BROKEN, STALE};
use store::params;

#[test]
fn rows_come_back_as_they_went_in() {
    at_yard(|bank| {
        let full = || Ferry { berth: Some(7), name: "江渡 ½".into(), papers: vec![0, 255, 128], ..Ferry::new(1) };
        let bare = || Ferry { papers: vec![], name: String::new(), ..Ferry::new(2) };
        bank.store().write(move |tx| tx.insert(&mut full()).and_then(|()| tx.insert(&mut bare()))).unwrap();
        let read = bank.store().read(|tx| tx.select::<Ferry>("ORDER BY id", &[])).unwrap();
        let shown: Vec<_> = read.iter().map(|f| (f.name.as_str(), f.berth, f.papers.as_slice())).collect();
        assert_eq!(shown, [("江渡 ½", Some(7), &[0u8, 255, 128][..]), ("", None, &[])]);
        bank.finish();
    });
}

#[test]
fn an_update_of_what_changed_meanwhile_is_stale() {
    at_yard(|bank| {
        bank.store().write(|tx| launch(tx, 1)).unwrap();
        let old = bank.store().read(|tx| tx.get::<Ferry>(params![1i64])).unwrap().unwrap();
        let change = |name: &'static str| {
            let seen = old.clone();
            move |tx: &mut store::Tx<'_>| tx.update(&mut Ferry { name: name.into(), ..seen.clone() })
        };
        bank.store().write(change("Heron")).unwrap();
        assert!(bank.store().write(change("Crane")).unwrap_err().is(&STALE));
        bank.store().write(change("Heron")).expect_err("even the same change: it is another version by now");
        let seen = old.clone();
        assert!(bank.store().write(move |tx| tx.remove(&seen)).unwrap_err().is(&STALE));
        let now = bank.store().read(|tx| tx.get::<Ferry>(params![1i64])).unwrap().unwrap();
        assert_eq!(now.name, "Heron");
        bank.store().write(move |tx| tx.remove(&now)).unwrap();
        assert!(bank.store().read(ferries).unwrap().is_empty());
        bank.finish();
    });
}

#[test]
fn many_rows_at_once_are_all_there_or_none() {
    at_yard(|bank| {
        let fleet = |ids: std::ops::Range<i64>| ids.map(Ferry::new).collect::<Vec<_>>();
        bank.store().write(move |tx| tx.insert_all(&mut fleet(0..2_500))).unwrap();
        let clash = bank.store().write(move |tx| {
            // The answer is thrown away, as a careless command might.
            let _ = tx.insert_all(&mut fleet(2_499..4_000));
            Ok(())
        });
        assert!(clash.unwrap_err().is(&STALE));
        assert_eq!(bank.store().read(ferries).unwrap().len(), 2_500);
        bank.finish();
    });
}

#[test]
fn many_rows_are_written_back_at_once_or_not_at_all() {
    at_yard(|bank| {
        let fleet = || (0..2_500).map(Ferry::new).collect::<Vec<_>>();
        bank.store().write(move |tx| tx.insert_all(&mut fleet())).unwrap();
        let sail = |tx: &mut store::Tx<'_>, old: &[Ferry]| {
            let mut new = old.to_vec();
            // Some change in one column, some in others, some not at all.
            for (n, ferry) in new.iter_mut().enumerate() {
                match n % 3 {
                    0 => ferry.trips += 1,
                    1 => (ferry.berth, ferry.name) = (Some(n as i64), format!("No. {n}")),
                    _ => {}
                }
            }
            tx.update_all(old, &mut new).map(|()| new)
        };
        let moored = |tx: &mut store::Tx<'_>| tx.select::<Ferry>("ORDER BY id", &[]);
        let seen = bank.store().read(moored).unwrap();
        let old = seen.clone();
        let told = bank.store().write(move |tx| sail(tx, &old)).unwrap();
        let now = bank.store().read(moored).unwrap();
        let shown = |f: &Ferry| (f.id, f.trips, f.berth, f.name.clone(), f.seal);
        assert_eq!(now.iter().map(shown).collect::<Vec<_>>(), told.iter().map(shown).collect::<Vec<_>>());
        assert_eq!((now[0].trips, now[1].berth, now[2].seal), (1, Some(1), seen[2].seal));

        // One row that changed meanwhile undoes them all, whatever a careless command answers.
        let one = now[2_400].clone();
        bank.store().write(move |tx| tx.update(&mut Ferry { trips: 9, ..one.clone() })).unwrap();
        let stale = now.clone();
        let why = bank.store().write(move |tx| sail(tx, &stale).map_or(Ok(()), |_| Ok(()))).unwrap_err();
        assert!(why.is(&STALE), "{why}");
        let after = bank.store().read(moored).unwrap();
        assert_eq!((after[0].trips, after[2_400].trips), (1, 9));

        // Rows are not written back as others.
        let other = after.clone();
        let why = bank.store().write(move |tx| tx.update_all(&other[..1], &mut [Ferry::new(7)])).unwrap_err();
        assert!(why.is(&BROKEN), "{why}");
        bank.finish();
    });
}

#[test]
fn nothing_is_decided_on_a_row_that_somebody_changed_by_hand() {
    at_yard(|bank| {
        bank.store().write(|tx| launch(tx, 1)).unwrap();
        for column in FERRIES_TABLE.columns.iter().skip(1).chain(&["seal"]) {
            bank.hand().keeps("ferries");
            bank.hand().bends(FERRIES_TABLE, column).unwrap();
            let loaded = bank.store().read(|tx| tx.get::<Ferry>(params![1i64]));
            let why = loaded.expect_err(column);
            assert!(why.is(&BROKEN) && why.message().contains("ferries (id 1)"), "{why}");
            assert!(bank.store().write(|tx| tx.load::<Ferry>(params![1i64])).is_err());
            assert!(bank.store().write(|tx| tx.get_all::<Ferry>(&[params![1i64].to_vec()], true)).is_err());
            bank.hand().puts_back("ferries");
            bank.hand().does("DROP TABLE kept_ferries");
        }
        bank.finish();
    });
}

#[test]
fn two_writers_of_one_row_take_turns() {
    at_yard(|bank| {
        bank.store().write(|tx| launch(tx, 1)).unwrap();
        let store = bank.store();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let sail = store.write(|tx| {
                            let mut ferry = tx.load::<Ferry>(params![1i64])?.expect("it is there");
                            ferry.trips += 1;
                            tx.update(&mut ferry)
                        });
                        sail.unwrap();
                    }
                });
            }
        });
        let ferry = bank.store().read(|tx| tx.get::<Ferry>(params![1i64])).unwrap().unwrap();
        assert_eq!(ferry.trips, 200);
        bank.finish();
    });
}
