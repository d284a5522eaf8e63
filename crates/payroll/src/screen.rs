//! The payees of a run, held against watch lists and freezes one by one.
//!
//! The guard decides a run as one thing, because its payees are workers on a roster that two people checked. That says
//! nothing of who is on a list since: so every chunk looks its lines up by person, document, phone and account, on the
//! snapshot it is made from. A worker whom a live rule stops, or who is frozen in every direction, is not paid: his line
//! fails, the money goes back to the wage account, and the others are paid. What was looked up rests on the versions of lists
//! and freezes; when they have moved by the time the chunk is posted, it is looked up again. Why a line failed is told to
//! nobody but the audit.
use crate::line::PayLine;
use crate::run::Fate;
use guard::{Subject, Versions};
use kernel::id::PayLineId;
use kernel::{Id, Owner, Result};
use party::Person;
use payments::Desk;
use std::collections::HashMap;
use store::{Column, Param, Tx};

/// What the line says of a worker who may not be paid: no more than that.
pub(crate) const STOPPED: &str = "guard_limit";

/// What was looked up, and on what it rests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Screened {
    pub versions: Versions,
    /// Line and what stops it: a list entry, or a freeze.
    pub stopped: Vec<(PayLineId, String)>,
}

/// Looks every payable line up and refuses those that are stopped.
pub(crate) fn screen(desk: &Desk, tx: &mut Tx<'_>, lines: &[PayLine], fates: &mut [Fate]) -> Result<Screened> {
    let versions = guard::versions(tx)?;
    let mut done = Screened { versions, stopped: Vec::new() };
    if versions == Versions::default() {
        return Ok(done);
    }
    let mut why: HashMap<usize, String> = HashMap::new();
    let (subjects, places) = subjects(tx, lines, fates)?;
    let (now, rules) = (tx.clock().now(), desk.guard.rules());
    for (part, offset) in subjects.chunks(guard::SCREEN_SUBJECTS_MAX).zip((0..).step_by(guard::SCREEN_SUBJECTS_MAX)) {
        for (i, entry) in guard::screen(tx, part, now)? {
            if rules.stops_payees_on(entry.list, now.local_date()) {
                why.entry(places[offset + i]).or_insert_with(|| entry.id.to_string());
            }
        }
    }
    let owners: Vec<Owner> = lines.iter().map(|line| Owner::Person(line.person)).collect();
    let frozen = guard::frozen_whole(tx, &owners, now)?;
    for (i, owner) in owners.iter().enumerate().filter(|(_, owner)| frozen.contains(owner)) {
        why.entry(i).or_insert_with(|| format!("{owner} is frozen"));
    }
    for (i, (line, fate)) in lines.iter().zip(fates).enumerate() {
        let payable = !matches!(fate, Fate::Refused(_));
        if let Some(what) = why.remove(&i).filter(|_| payable) {
            *fate = Fate::Refused(STOPPED);
            done.stopped.push((line.id, what));
        }
    }
    Ok(done)
}

/// By what each payable line's worker may be known, and whose line each is.
fn subjects(tx: &mut Tx<'_>, lines: &[PayLine], fates: &[Fate]) -> Result<(Vec<Subject>, Vec<usize>)> {
    let keys = tx.keys();
    let books: Vec<_> = lines.iter().map(|line| (line.person.book(), line.person)).collect();
    let asked: Vec<Vec<Param<'_>>> = books.iter().map(|(book, person)| vec![book.param(), person.param()]).collect();
    let people: HashMap<_, Person> = tx.get_all::<Person>(&asked, false)?.into_iter().map(|p| (p.id, p)).collect();
    let inside: Vec<_> = fates.iter().filter_map(inside).collect();
    let numbers: HashMap<_, String> = ledger::accounts(tx, &inside)?.into_iter().map(|a| (a.id, a.number)).collect();
    let (mut subjects, mut places) = (Vec::new(), Vec::new());
    for (i, (line, fate)) in lines.iter().zip(fates).enumerate() {
        let mut own = vec![Subject::owner(keys, Owner::Person(line.person))];
        if let Some(person) = people.get(&line.person) {
            own.extend([Subject::identity(&person.identity_index), Subject::phone(&person.phone_index)]);
        }
        match fate {
            Fate::Inside(account) => {
                own.push(Subject::account(keys, *account));
                own.extend(numbers.get(account).map(|number| Subject::number(keys, number)));
            }
            Fate::Outside { bank, number, .. } => {
                own.extend([Subject::number(keys, number), Subject::number(keys, &format!("{bank}:{number}"))]);
            }
            Fate::Refused(_) => continue,
        }
        places.extend(std::iter::repeat_n(i, own.len()));
        subjects.extend(own);
    }
    Ok((subjects, places))
}

fn inside(fate: &Fate) -> Option<kernel::id::AccountId> {
    match fate {
        Fate::Inside(account) => Some(*account),
        _ => None,
    }
}
