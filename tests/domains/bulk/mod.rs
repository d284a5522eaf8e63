//! A firm's file of payments: read, agreed to by two, paid line by line, never twice.
mod agreed;
mod hostile;
mod once;

use super::payments::{code, freeze};
use bulk::{Approved, BulkLine, FileState, LineState, Submitted, Taken, Upload};
use kernel::id::{AccountId, BulkId};
use kernel::{Actor, Owner, PageAsk};
use payments::State;
use tests::town::{Town, each_town_with, order};

fn each_bulk_town(test: impl Fn(&Town<'_>)) {
    each_town_with(&[bulk::MIGRATION], bulk::TABLES, test);
}

const HEAD: &str = "收款人户名,收款账号,开户行,金额,附言\n";

fn number(town: &Town<'_>, account: AccountId) -> String {
    town.read(|tx| ledger::view(tx, account)).account.number
}

/// Chen by his account here, twice, and somebody at another bank.
fn rows(town: &Town<'_>) -> String {
    let chen = number(town, town.folk.chen.account);
    format!(
        "{HEAD}陈静,{chen},本行,100.00,一月货款\n陈静,{chen},,200.00,二月货款\n周外行,6222021234567890,102100099996,300.00,运费\n"
    )
}

fn send(town: &Town<'_>, actor: &Actor, text: &str) -> kernel::Result<BulkId> {
    upload(town, actor, town.folk.yard.account, text.as_bytes()).map(|taken| taken.file)
}

fn upload(town: &Town<'_>, actor: &Actor, debit: AccountId, bytes: &[u8]) -> kernel::Result<Taken> {
    let (file_name, bytes) = ("付款.csv".into(), bytes.to_vec());
    let upload = Upload { debit, file_name, bytes, own_names: vec!["沧溟银行".into()] };
    bulk::take_in(&town.desk.store, actor, upload)
}

/// Sent by the clerk, submitted, and agreed to.
fn agreed(town: &Town<'_>, text: &str) -> BulkId {
    let id = send(town, &clerk(town), text).expect("a draft");
    let asked = submit(town, &clerk(town), id).expect("somebody is asked");
    assert_eq!(agree(town, asked).expect("a second person agrees"), Approved::Paying(id));
    id
}

fn lines(town: &Town<'_>, id: BulkId) -> Vec<BulkLine> {
    let first = PageAsk { limit: Some(100), after: None };
    town.read(|tx| bulk::lines(tx, &clerk(town), id, None, &first)).items
}

fn findings(town: &Town<'_>, id: BulkId) -> Vec<String> {
    town.read(|tx| bulk::findings(tx, &clerk(town), id)).into_iter().map(|f| f.code).collect()
}

fn clerk(town: &Town<'_>) -> Actor {
    town.acting(town.folk.yard.clerk, town.folk.yard)
}

fn submit(town: &Town<'_>, actor: &Actor, id: BulkId) -> kernel::Result<Submitted> {
    let actor = actor.clone();
    town.desk.store.write(move |tx| bulk::submit(tx, &actor, id))
}

fn agree(town: &Town<'_>, submitted: Submitted) -> kernel::Result<Approved> {
    let Submitted::Asked(asked) = submitted else { panic!("nobody was asked") };
    let (hash, checker) =
        (town.read(|tx| approval::raw(tx, asked)).hash_text(), town.acting(town.folk.yard.checker, town.folk.yard));
    town.desk.store.write(move |tx| bulk::approve(tx, &checker, asked, &hash))
}

fn run(town: &Town<'_>) {
    while bulk::resume(&town.desk, 20).expect("the run goes on").more {}
}

fn states(town: &Town<'_>, id: BulkId) -> Vec<(LineState, String)> {
    lines(town, id).into_iter().map(|l| (l.state, l.code)).collect()
}

fn state(town: &Town<'_>, id: BulkId) -> FileState {
    town.read(|tx| bulk::file(tx, &clerk(town), id)).file.state
}

#[test]
fn a_file_is_sent_agreed_to_and_paid_line_by_line() {
    each_bulk_town(|town| {
        let f = &town.folk;
        let id = send(town, &clerk(town), &rows(town)).unwrap();
        assert_eq!(send(town, &clerk(town), &rows(town)).unwrap(), id, "the same bytes are the same file");
        let view = town.read(|tx| bulk::file(tx, &clerk(town), id)).file;
        assert_eq!((view.state, view.lines, view.total), (FileState::Drafted, 3, 60_000));
        let asked = submit(town, &clerk(town), id).unwrap();
        run(town);
        assert_eq!(town.yuan(f.yard.account).0, 5_000_000, "nothing goes before a second person agrees");
        assert_eq!(agree(town, asked).unwrap(), Approved::Paying(id));
        run(town);
        assert_eq!(
            states(town, id),
            [(LineState::Paid, String::new()), (LineState::Paid, String::new()), (LineState::Paid, String::new())]
        );
        assert_eq!(state(town, id), FileState::Paid);
        assert_eq!(town.yuan(f.chen.account), (10_300, 10_300));
        run(town);
        assert_eq!(town.yuan(f.chen.account), (10_300, 10_300), "once");
        assert_eq!(code(submit(town, &clerk(town), id).unwrap_err()), "bulk_file_state");
    });
}

#[test]
fn the_maker_is_not_the_checker_and_a_careful_firm_always_asks() {
    each_bulk_town(|town| {
        let f = town.folk;
        let owner = town.acting(f.yard.owner, f.yard);
        let id = send(town, &owner, &rows(town)).unwrap();
        assert_eq!(submit(town, &owner, id).unwrap(), Submitted::Paying, "within what he may do alone");
        run(town);
        let control = owner.clone();
        town.write(move |tx| party::firm_control_set(tx, &control, f.yard.firm, "two").map(|_| ()));
        let other = rows(town).replace("货款", "尾款");
        let id = send(town, &owner, &other).unwrap();
        let Submitted::Asked(asked) = submit(town, &owner, id).unwrap() else { panic!("two were wanted") };
        let hash = town.read(|tx| approval::raw(tx, asked)).hash_text();
        let own = town.desk.store.write(move |tx| bulk::approve(tx, &owner, asked, &hash));
        assert_eq!(code(own.unwrap_err()), "maker_is_checker");
        assert!(agree(town, Submitted::Asked(asked)).is_ok());
    });
}

#[test]
fn what_is_wrong_is_told_by_cell_and_a_wrong_total_takes_nothing() {
    each_bulk_town(|town| {
        let chen = number(town, town.folk.chen.account);
        let cases = [
            (format!("陈静,{chen},,100,a\n陈静,{chen},,100,a\n"), "payment_twice", 1),
            (format!("陈静,{chen},,0,a\n"), "amount_not_above_zero", 0),
            (format!("王丽,{chen},,5,a\n"), "account_of_another_name", 0),
            ("陈静,99000199,,5,a\n".to_owned(), "account_unknown_here", 0),
            (format!("陈静,{chen},,5,a\n合计,,,6,\n"), "total_differs", 0),
            (format!(",{chen},,5,a\n"), "missing_value", 0),
        ];
        for (text, want, lines) in cases {
            let id = send(town, &clerk(town), &format!("{HEAD}{text}")).unwrap();
            let (file, found) =
                town.read(|tx| Ok((bulk::file(tx, &clerk(town), id)?.file, bulk::findings(tx, &clerk(town), id)?)));
            assert!(found.iter().any(|f| f.code == want && !f.cell.is_empty()), "{want}: {found:?}");
            assert_eq!(file.lines, lines, "{want}");
            let csv = town.read(|tx| bulk::findings_csv(tx, &clerk(town), id));
            assert!(String::from_utf8_lossy(&csv).contains(want));
        }
    });
}

#[test]
fn lines_that_are_refused_say_why_and_are_sent_again() {
    each_bulk_town(|town| {
        let f = &town.folk;
        let chen = number(town, f.chen.account);
        town.pay(&town.acting(f.yard.owner, f.yard), order(f.yard.account, f.li.account, 1_000));
        let text = format!("{HEAD}陈静,{chen},,100,a\n陈静,{chen},,4999000,b\n");
        let id = send(town, &clerk(town), &text).unwrap();
        let asked = submit(town, &clerk(town), id).unwrap();
        agree(town, asked).unwrap();
        run(town);
        assert_eq!(states(town, id), [(LineState::Paid, String::new()), (LineState::Failed, "funds_short".into())]);
        let csv = town
            .desk
            .store
            .write({
                let by = clerk(town);
                move |tx| bulk::failed_csv(tx, &by, id)
            })
            .unwrap();
        let again = String::from_utf8(csv).unwrap().replace("4999000.00", "60.00");
        let id = send(town, &clerk(town), again.trim_start_matches('\u{feff}')).unwrap();
        assert_eq!(town.read(|tx| bulk::file(tx, &clerk(town), id)).file.total, 6_000);
    });
}

#[test]
fn a_frozen_firm_pays_nobody() {
    each_bulk_town(|town| {
        let id = send(town, &clerk(town), &rows(town)).unwrap();
        let asked = submit(town, &clerk(town), id).unwrap();
        agree(town, asked).unwrap();
        freeze(town, Owner::Firm(town.folk.yard.firm));
        run(town);
        assert!(states(town, id).iter().all(|(state, code)| *state == LineState::Failed && code == "payer_frozen"));
        assert_eq!(town.yuan(town.folk.yard.account), (5_000_000, 5_000_000));
    });
}

#[test]
fn a_line_the_guard_holds_is_open_until_it_is_decided() {
    each_bulk_town(|town| {
        let id = send(town, &clerk(town), &rows(town)).unwrap();
        let asked = submit(town, &clerk(town), id).unwrap();
        agree(town, asked).unwrap();
        town.desk.guard.inject(Some(guard::Fault::Broken));
        run(town);
        assert!(states(town, id).iter().all(|(state, _)| *state == LineState::Open));
        town.desk.guard.inject(None);
        let lines = town.read(|tx| bulk::lines(tx, &clerk(town), id, None, &PageAsk::default())).items;
        let released = payments::release(&town.desk, &town.officer(), lines[0].instruction, "looked at").unwrap();
        assert_eq!(released.state, State::Posted);
        run(town);
        assert_eq!(states(town, id)[0].0, LineState::Paid);
    });
}
