//! Cash at the city branch: a vault that the three who keep it have stocked from the cash centre, and two tills. A colleague of the
//! tellers who can sign in has counted T01 in and out, so it is stocked; T02 is empty, to be supplied on the pages. Two cash machines in
//! the lobby are loaded.
use super::people::People;
use super::{Load, actor, broken};
use demo::branches::CITY_BRANCH;
use demo::people::roles;
use kernel::id::{BranchId, CashMoveId, DrawerId, StaffId};
use kernel::{Actor, Currency, Result, Who};
use party::branch_by_code;
use store::Tx;
use till::simulator::Simulator;
use till::{DrawerKind, MoveAsk, MoveState, Notes};

/// What the vault got from the cash centre: minor units and pieces.
const STOCK: [(i64, i64); 8] = [
    (10_000, 20_000),
    (5_000, 2_000),
    (2_000, 2_000),
    (1_000, 3_000),
    (500, 3_000),
    (100, 5_000),
    (50, 2_000),
    (10, 2_000),
];
/// What each machine in the lobby was loaded with.
const MACHINE: [(i64, i64); 4] = [(10_000, 1_000), (5_000, 200), (2_000, 200), (1_000, 200)];
/// The machines in the lobby, named as the terminals they stand in.
const MACHINES: [&str; 2] = ["K-01", "K-02"];
/// What is in T01.
const TILL: [(i64, i64); 8] =
    [(10_000, 500), (5_000, 100), (2_000, 100), (1_000, 200), (500, 100), (100, 200), (50, 100), (10, 100)];

pub(super) fn load(load: &mut Load<'_, '_>, people: &People) -> Result<()> {
    let data = load.data.clone();
    let of = |role: &str| {
        let there = data.staff.iter().filter(|s| s.role == role && s.branch == CITY_BRANCH);
        there.filter_map(|s| people.staff.get(&s.number).copied()).collect::<Vec<StaffId>>()
    };
    let (managers, checkers, tellers) = (of(roles::BRANCH_MANAGER), of(roles::OPERATIONS_CHECKER), of(roles::TELLER));
    let ([manager, ..], [first, second, ..], [_, _, teller, ..]) = (&managers[..], &checkers[..], &tellers[..]) else {
        return Err(broken("cash", "three who keep the vault and three tellers"));
    };
    let hands = [*manager, *first, *second, *teller];
    (load.progress)("cash", 0, 1);
    let moves = load.step("demo-cash".into(), move |tx| stock(tx, hands))?;
    let third = load.bank.read(|tx| Ok(staff(hands[2], branch_by_code(tx, CITY_BRANCH)?.id)))?;
    for (machine, movement) in moves {
        supply(load, &third, machine, movement)?;
    }
    (load.progress)("cash", 1, 1);
    Ok(())
}

fn staff(id: StaffId, branch: BranchId) -> Actor {
    Actor { branch: Some(branch), correlation: "demo-load".into(), ..Actor::of(Who::Staff(id)) }
}

/// The third person loads a machine, unless that was done before.
fn supply(load: &Load<'_, '_>, third: &Actor, machine: DrawerId, movement: CashMoveId) -> Result<()> {
    let desk = &load.bank.desk;
    let drawer = |tx: &mut Tx<'_>| till::machine_open(tx, machine);
    let notes = |found: Option<till::Drawer>| found.map_or(Notes::none(Currency::CNY), |d| d.notes);
    let mut device = Simulator::stocked(notes(desk.store.read(drawer)?));
    till::machine::come_back(desk, machine, &mut device)?;
    let moved = desk.store.read(|tx| till::movement(tx, third, movement))?;
    if moved.state == MoveState::InTransit {
        device.staff = moved.notes;
        till::machine::load(desk, third, movement, &mut device)?;
    }
    Ok(())
}

fn stock(tx: &mut Tx<'_>, hands: [StaffId; 4]) -> Result<Vec<(DrawerId, CashMoveId)>> {
    let branch = branch_by_code(tx, CITY_BRANCH)?.id;
    let [manager, checker, third, teller] = hands.map(|id| staff(id, branch));
    let (cny, none) = (Currency::CNY, Notes::none(Currency::CNY));
    let vault = till::set_up(tx, &actor(), branch, cny)?;
    let t01 = till::till_make(tx, &actor(), branch, "T01", cny)?;
    till::till_make(tx, &actor(), branch, "T02", cny)?;
    let from = till::centre(tx, &manager, branch, cny)?;
    let (stock, float) = (Notes::of(cny, &STOCK)?, Notes::of(cny, &TILL)?);
    let came = till::move_ask(tx, &manager, &MoveAsk { from, to: vault, notes: stock.clone() })?;
    till::move_countersign(tx, &checker, came.id)?;
    till::move_receive(tx, &third, came.id, &stock, None)?;
    till::till_open(tx, &teller, t01, &none, None)?;
    let supply = till::move_ask(tx, &manager, &MoveAsk { from: vault, to: t01, notes: float.clone() })?;
    till::move_countersign(tx, &checker, supply.id)?;
    till::move_receive(tx, &teller, supply.id, &float, None)?;
    till::till_close(tx, &teller, &float, &[], None)?;
    let (mut left, mut sent) = (stock.minus(&float)?, Vec::new());
    for name in MACHINES {
        let machine = till::machine_make(tx, &actor(), branch, name, cny)?;
        let notes = Notes::of(cny, &MACHINE)?;
        let gone = till::move_ask(tx, &manager, &MoveAsk { from: vault, to: machine, notes: notes.clone() })?;
        till::move_countersign(tx, &checker, gone.id)?;
        left = left.minus(&notes)?;
        sent.push((machine, gone.id));
    }
    till::vault_count(tx, &manager, vault, left.clone())?;
    till::vault_count_confirm(tx, &checker, vault, &left, None)?;
    let drawers = till::drawers(tx, &manager, branch)?;
    match drawers.iter().filter(|d| d.kind == DrawerKind::Till).count() {
        2 => Ok(sent),
        n => Err(broken("cash", format!("{n} tills"))),
    }
}
