//! Networks of accounts with mules put into them.
use crate::accounts::{AccountOptions, score_accounts};
use crate::model::Dice;
use std::io::Cursor;

/// A town of people, shops and employers, and in it three kinds of mules; payments and labels as files.
pub(crate) fn town(people: u64, mules: u64, seed: u64) -> (String, String) {
    let mut dice = Dice(seed);
    let mut rows: Vec<(i64, String, String, u64)> = Vec::new();
    let day = 86_400;
    let minutes = |dice: &mut Dice, n: u64| (dice.next() % (n * 60)) as i64;
    for p in 0..people {
        let employer = format!("firm{}", p % (people / 20 + 1));
        rows.push((day * 5 + minutes(&mut dice, 600), employer, format!("p{p}"), 400_000 + dice.next() % 600_000));
        for _ in 0..dice.next() % 12 {
            let at = (dice.next() % 30) as i64 * day + minutes(&mut dice, 1_440);
            let shop = format!("shop{}", dice.next() % (people / 30 + 1));
            rows.push((at, format!("p{p}"), shop, 1_000 + dice.next() % 30_000));
        }
        for _ in 0..dice.next() % 4 {
            let at = (dice.next() % 30) as i64 * day + minutes(&mut dice, 1_440);
            rows.push((at, format!("p{p}"), format!("p{}", dice.next() % people), 5_000 + dice.next() % 200_000));
        }
    }
    for m in 0..mules {
        let start = (dice.next() % 28) as i64 * day;
        let mule = |i: u64| format!("p{}", (m * 7 + i) % people);
        match m % 3 {
            0 => {
                let n = 6 + dice.next() % 8;
                for i in 0..n {
                    let victim = format!("p{}", dice.next() % people);
                    rows.push((
                        start + minutes(&mut dice, 300) + i as i64,
                        victim,
                        mule(0),
                        200_000 + dice.next() % 300_000,
                    ));
                }
                rows.push((start + 6 * 3_600, mule(0), "collector".to_string(), n * 320_000));
            }
            1 => {
                let amount = 3_000_000 + dice.next() % 1_000_000;
                let away = format!("q{m}");
                rows.push((start, format!("p{}", dice.next() % people), away.clone(), amount));
                rows.push((start + 3_600, away, mule(0), amount * 99 / 100));
                rows.push((start + 7_200, mule(0), mule(1), amount * 98 / 100));
            }
            _ => {
                let amount = 2_000_000;
                for i in 0..4 {
                    let to = mule((i + 1) % 4);
                    rows.push((start + i as i64 * 20_000, mule(i), to, amount - i * 10_000));
                }
            }
        }
    }
    rows.sort();
    let mut payments = "source,target,value,time\n".to_string();
    for (at, from, to, fen) in &rows {
        payments += &format!("{from},{to},{}.{:02},{at}\n", fen / 100, fen % 100);
    }
    let bad: std::collections::BTreeSet<String> = (0..mules)
        .flat_map(|m| (0..[1, 1, 4][(m % 3) as usize]).map(move |i| format!("p{}", (m * 7 + i) % people)))
        .collect();
    let labels = (0..people).map(|p| format!("p{p},{}\n", u8::from(bad.contains(&format!("p{p}")))));
    (payments, format!("account,label\n{}", labels.collect::<String>()))
}

#[test]
fn mules_in_a_town_are_found() {
    let (payments, labels) = town(3_000, 90, 4);
    let report = score_accounts(
        Cursor::new(payments.into_bytes()),
        Some(Box::new(Cursor::new(labels.into_bytes()))),
        &AccountOptions::default(),
        &mut |_| {},
    )
    .unwrap();
    let (formula, model) = (report.by_formula, report.by_model.unwrap());
    println!("formula {formula:?}\nmodel {model:?}");
    assert!(formula.auc.unwrap() >= 0.8, "{formula:?}");
    assert!(model.auc.unwrap() >= 0.9 && model.recall_at_one_percent.unwrap() >= 0.7, "{model:?}");
    assert_eq!(report.scores.len(), report.accounts);
    assert!(!report.top[0].why.is_empty());
}

#[test]
fn without_labels_the_formula_ranks() {
    let (payments, _) = town(600, 12, 9);
    let report =
        score_accounts(Cursor::new(payments.into_bytes()), None, &AccountOptions::default(), &mut |_| {}).unwrap();
    assert!(report.by_model.is_none() && report.by_formula.auc.is_none());
    assert!(report.top[0].score >= report.top[1].score);
}

#[test]
fn rows_that_cannot_be_read_are_named() {
    let text = "source,target,value,time\na,b,1.239,5\na,,1,5\na,b,x,5\na,b,1,soon\na,b,1,2026-01-01T00:00:00\n";
    let read = |text: &str| {
        score_accounts(Cursor::new(text.to_owned().into_bytes()), None, &AccountOptions::default(), &mut |_| {})
    };
    let report = read(text).unwrap();
    let lines: Vec<u64> = report.bad_rows.iter().map(|b| b.line).collect();
    assert_eq!((report.payments, report.bad, lines), (2, 3, vec![3, 4, 5]));
    assert!(read("source,target,value\n").unwrap_err().message().contains("no column time"));
}
