//! Whoever changes the books past the ledger is found out, and what he changed is named.
use super::{at_bank, customer, found, open, pay, post, settle, sound, teller};
use kernel::{Date, clock::HOUR};
use ledger::Transfer;
use ledger::restrictions::{Restrict, Restriction, restrict};
use store::Table;
use store::verify::Fault;
use tests::{Hand, TestStore};

const JOURNAL: &Table = &Table {
    name: "transfers",
    columns: &[
        "pos",
        "book",
        "id",
        "kind",
        "debit",
        "credit",
        "amount",
        "currency",
        "code",
        "reference",
        "memo",
        "pending",
        "expires_at",
        "reverses",
        "at",
        "business_date",
        "value_date",
        "debit_prev",
        "credit_prev",
        "debit_after",
        "credit_after",
        "hash",
    ],
    keys: 1,
};
/// Tables that follow from the journal.
const DERIVED: [&Table; 3] = [
    &Table {
        name: "balances",
        columns: &[
            "book",
            "place",
            "debits_posted",
            "credits_posted",
            "debits_pending",
            "credits_pending",
            "frozen",
            "flags",
            "head",
            "moved_at",
        ],
        keys: 2,
    },
    &Table { name: "pendings", columns: &["book", "id", "debit", "credit", "amount", "expires_at", "ended"], keys: 2 },
    &Table {
        name: "account_days",
        columns: &["book", "account", "strand", "date", "net", "head", "moved_at"],
        keys: 4,
    },
];

/// A bank in which every table has rows.
fn lived_in(bank: &mut TestStore) {
    let town = settle(bank);
    let ends = bank.clock.now().plus(HOUR);
    let hold = pay(bank, town.ann, town.ben, 500).hold(ends).memo("m").reference("r");
    let other = pay(bank, town.ben, town.ann, 300).hold(ends);
    post(bank, &[hold.clone(), other, pay(bank, town.ann, town.ben, 20)]);
    let end = Transfer { kind: ledger::Kind::Post, pending: Some(hold.id), ..pay(bank, town.ann, town.ben, 400) };
    post(bank, &[end]);
    let payee = open(bank, customer(bank));
    let biller = open(bank, customer(bank).hot());
    post(bank, &[pay(bank, town.ann, biller, 30), pay(bank, biller, town.ben, 10)]);
    bank.store()
        .write(move |tx| {
            ledger::grants::grant(tx, &teller(), town.wage, payee, "roster")?;
            let freeze = Restrict { amount: 9, ..Restrict::new(town.ann, Restriction::Freeze, "court") };
            restrict(tx, &teller(), &freeze)?;
            restrict(tx, &teller(), &Restrict::new(town.ben, Restriction::NoCredits, "rule"))
        })
        .unwrap();
    for day in [3, 4] {
        bank.store().write(move |tx| ledger::day::close(tx, &teller(), Date::ymd(2026, 3, day)?)).unwrap();
        post(bank, &[pay(bank, town.ann, town.vault, 1)]);
    }
    sound(bank);
}

fn all_faults(bank: &TestStore) -> Vec<Fault> {
    let mut faults = bank.faults();
    faults.extend(found(bank).faults);
    faults
}

/// Does something to a table, expects it to be named, and puts the table back.
fn named(bank: &TestStore, hand: &Hand, table: &str, what: &str, does: impl FnOnce() -> Result<(), String>) -> bool {
    hand.keeps(table);
    let done = does();
    if done.is_ok() {
        let faults = all_faults(bank);
        assert!(faults.iter().any(|f| f.table == table), "{table}, {what}: {faults:#?}");
    }
    hand.puts_back(table);
    hand.does(&format!("DROP TABLE kept_{table}"));
    done.is_ok()
}

/// Another value in one column of the first row; in columns that are mostly empty, one that could stand there.
fn bends(hand: &Hand, table: &Table, column: &str) -> Result<(), String> {
    let value = match column {
        "pending" | "reverses" => "id",
        "ended" => "CASE ended WHEN 'void' THEN 'post' ELSE 'void' END",
        "kind" if table.name == "transfers" => "CASE kind WHEN 'void' THEN 'single' ELSE 'void' END",
        _ => return hand.bends(table, column),
    };
    let keys = table.columns[..table.keys].join(", ");
    let first = format!("({keys}) IN (SELECT {keys} FROM {} ORDER BY {keys} LIMIT 1)", table.name);
    hand.tries(&format!("UPDATE {} SET {column} = {value} WHERE {first}", table.name))
}

#[test]
fn any_changed_column_is_named() {
    at_bank(|bank| {
        lived_in(bank);
        let hand = bank.hand();
        hand.disarms(JOURNAL.name);
        for table in DERIVED.into_iter().chain(ledger::verify::TABLES.iter().copied()).chain([JOURNAL]) {
            let bent = |column: &&&str| named(bank, &hand, table.name, column, || bends(&hand, table, column));
            let done = table.columns.iter().filter(bent).count();
            // The database itself refuses words that are not in a list, and sums below zero.
            assert!(done + 3 >= table.columns.len(), "only {done} columns of {} were tried", table.name);
        }
        sound(bank);
    });
}

#[test]
fn rows_that_are_gone_or_added_are_named() {
    at_bank(|bank| {
        lived_in(bank);
        let hand = bank.hand();
        hand.disarms(JOURNAL.name);
        for table in DERIVED.into_iter().chain(ledger::verify::TABLES.iter().copied()).chain([JOURNAL]) {
            named(bank, &hand, table.name, "deleted", || {
                hand.deletes_first(table);
                Ok(())
            });
        }
        for table in ledger::verify::TABLES {
            named(bank, &hand, table.name, "forged", || hand.forges(table));
        }
        sound(bank);
    });
}

/// The entry in the middle of the first lane that has one.
fn middle(hand: &Hand) -> i64 {
    hand.count("SELECT pos FROM transfers t WHERE EXISTS (SELECT 1 FROM transfers n WHERE n.pos = t.pos + 1) ORDER BY pos LIMIT 1")
}

#[test]
fn the_journal_names_the_first_entry_that_does_not_fit() {
    at_bank(|bank| {
        lived_in(bank);
        let hand = bank.hand();
        hand.disarms(JOURNAL.name);
        let (pos, last) = (middle(&hand), hand.count("SELECT max(pos) FROM transfers"));
        let cases = [
            ("a middle entry deleted", format!("DELETE FROM transfers WHERE pos = {pos}"), format!("pos {}", pos + 1)),
            (
                "the last entry deleted",
                format!("DELETE FROM transfers WHERE pos = {last}"),
                format!("lane {}", last >> 44),
            ),
            (
                "two entries swapped",
                format!(
                    "UPDATE transfers SET pos = -1 WHERE pos = {pos}; UPDATE transfers SET pos = {pos} WHERE pos = {0}; \
                     UPDATE transfers SET pos = {0} WHERE pos = -1",
                    pos + 1
                ),
                format!("pos {pos}"),
            ),
            (
                "an amount changed",
                format!("UPDATE transfers SET amount = amount + 1 WHERE pos = {pos}"),
                format!("pos {pos}"),
            ),
            (
                "an entry outside of all lanes",
                format!("UPDATE transfers SET pos = {} WHERE pos = {last}", 99i64 << 44 | 1),
                format!("lane {}", last >> 44),
            ),
        ];
        for (what, sql, record) in cases {
            hand.keeps("transfers");
            hand.does(&sql);
            let found = found(bank);
            let first = found.faults.iter().find(|f| f.table == "transfers");
            assert_eq!(first.map(|f| f.record.as_str()), Some(record.as_str()), "{what}: {found:#?}");
            assert!(!found.compared);
            hand.puts_back("transfers");
            hand.does("DROP TABLE kept_transfers");
        }
        sound(bank);
    });
}

#[test]
fn a_journal_rewound_behind_a_closed_day_is_named() {
    at_bank(|bank| {
        lived_in(bank);
        let hand = bank.hand();
        let faults = |sql: &str| {
            hand.keeps("closed_days");
            hand.does(sql);
            let found = found(bank).faults;
            hand.puts_back("closed_days");
            hand.does("DROP TABLE kept_closed_days");
            found
        };
        let gone = faults("DELETE FROM closed_days WHERE date = (SELECT max(date) FROM closed_days)");
        assert!(gone.iter().any(|f| f.table == "account_days"), "{gone:#?}");
        let bent = faults("UPDATE closed_days SET trial_balance = replace(trial_balance, '2011', '2012')");
        assert!(
            bent.iter().all(|f| f.table == "closed_days" && f.what.contains("root")) && bent.len() == 2,
            "{bent:#?}"
        );
        sound(bank);
    });
}
