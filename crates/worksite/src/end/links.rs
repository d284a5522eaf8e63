//! What one file of an archive says of another: signatures and objections of lines, attendance of the roster, reviews of attendance,
//! cases of their lines and entries, papers of whoever names them. What is named and not there is told where it is named.
use crate::end::packing::hex;
use crate::end::proof::{Proof, number, text};
use kernel::Id;
use kernel::id::WorkerId;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Line,
    Worker,
    Sheet,
    Case,
    Guarantee,
    Paper,
}

impl What {
    fn word(self) -> &'static str {
        match self {
            What::Line => "line of wages",
            What::Worker => "worker",
            What::Sheet => "pay sheet",
            What::Case => "case",
            What::Guarantee => "guarantee",
            What::Paper => "paper",
        }
    }
}

/// Which field of a kind says its own name.
const NAMED: &[(&str, &str, What)] = &[
    ("lines", "line", What::Line),
    ("roster", "worker", What::Worker),
    ("sheets", "sheet", What::Sheet),
    ("cases", "id", What::Case),
    ("guarantees", "id", What::Guarantee),
];

/// Which field of a kind names something else; an empty one names nothing.
const NAMES: &[(&str, &str, What)] = &[
    ("agreements", "text_hash", What::Paper),
    ("orders", "evidence", What::Paper),
    ("guarantees", "evidence", What::Paper),
    ("guarantee-letters", "guarantee", What::Guarantee),
    ("guarantee-letters", "evidence", What::Paper),
    ("guarantee-notices", "guarantee", What::Guarantee),
    ("attendance", "worker", What::Worker),
    ("sheet-courses", "sheet", What::Sheet),
    ("signatures", "line", What::Line),
    ("signatures", "paper", What::Paper),
    ("signature-papers", "sheet", What::Sheet),
    ("signature-papers", "file_hash", What::Paper),
    ("line-reasons", "line", What::Line),
    ("wage-objections", "line", What::Line),
    ("case-lines", "case_id", What::Case),
    ("case-lines", "worker", What::Worker),
    ("case-entries", "case_id", What::Case),
    ("case-entries", "file_hash", What::Paper),
];

/// Where something stands.
type Place = (String, usize);

struct Month {
    workers: i64,
    half_days: i64,
    hasher: blake3::Hasher,
}

#[derive(Default)]
struct Case {
    place: Place,
    /// Owed, paid, entries: by the case and by what belongs to it.
    told: [i64; 3],
    found: [i64; 3],
}

#[derive(Default)]
pub(crate) struct Links {
    there: BTreeSet<(What, String)>,
    named: Vec<(Place, What, String)>,
    /// By month and team.
    months: BTreeMap<(String, String), Month>,
    /// Reviews that hold.
    reviews: Vec<(Place, Value)>,
    cases: BTreeMap<String, Case>,
    /// What a line's signature is bound to.
    hashes: BTreeMap<String, String>,
}

impl Links {
    /// A paper as it lies there: its content must be what its name says.
    pub(crate) fn paper(&mut self, p: &mut Proof, name: &str, content: &[u8]) {
        let Some(hash) = name.strip_prefix("papers/") else { return };
        p.papers += 1;
        match blake3::hash(content).to_hex().as_str() == hash {
            true => _ = self.there.insert((What::Paper, hash.to_owned())),
            false => p.wrong(name, 0, "its content is not what its name says"),
        }
    }

    /// A line of a file.
    pub(crate) fn line(&mut self, p: &mut Proof, kind: &str, place: Place, v: &Value) {
        for (_, field, what) in NAMED.iter().filter(|(of, ..)| *of == kind) {
            self.there.insert((*what, text(v, field).to_owned()));
        }
        for (_, field, what) in NAMES.iter().filter(|(of, ..)| *of == kind) {
            if !text(v, field).is_empty() {
                self.named.push((place.clone(), *what, text(v, field).to_owned()));
            }
        }
        match kind {
            "lines" => _ = self.hashes.insert(text(v, "line").into(), text(v, "line_hash").into()),
            "signatures" => p.signed += usize::from(self.holds(v)),
            "attendance" => self.month(p, place, v),
            "reviews" if v["opened_at"].is_null() => self.reviews.push((place, v.clone())),
            "papers" => self.listed(p, place, v),
            "cases" => {
                let case = self.cases.entry(text(v, "id").into()).or_default();
                (case.place, case.told) = (place, ["owed", "paid", "entries"].map(|field| number(v, field)));
            }
            "case-lines" => self.add(v, [number(v, "owed"), number(v, "paid"), 0]),
            "case-entries" => self.entry(p, place, v),
            _ => {}
        }
    }

    /// By himself or on paper that somebody compared, and on what the line says now.
    fn holds(&self, v: &Value) -> bool {
        let same = self.hashes.get(text(v, "line")).is_some_and(|hash| hash == text(v, "line_hash"));
        same && (v["paper"].is_null() || !v["checked_at"].is_null())
    }

    fn add(&mut self, v: &Value, more: [i64; 3]) {
        let case = self.cases.entry(text(v, "case_id").into()).or_default();
        case.found.iter_mut().zip(more).for_each(|(sum, by)| *sum = sum.saturating_add(by));
    }

    fn entry(&mut self, p: &mut Proof, (file, line): Place, v: &Value) {
        self.add(v, [0, 0, 1]);
        let (expected, told) = (self.cases[text(v, "case_id")].found[2], number(v, "number"));
        if told != expected {
            p.wrong(&file, line, format!("entry {expected} of the case is missing: {told} comes next"));
        }
    }

    /// Half days come from days where days are known; the review of the month is over these bytes in this order.
    fn month(&mut self, p: &mut Proof, (file, line): Place, v: &Value) {
        let (days, told) = (bytes(text(v, "days")), number(v, "half_days"));
        let come_to: i64 = days.iter().map(|d| crews::half_days(*d)).sum();
        if come_to > 0 && come_to != told {
            p.wrong(&file, line, format!("{told} half days, its days come to {come_to}"));
        }
        let of = (v["period"].to_string(), text(v, "team").to_owned());
        let begin = || Month { workers: 0, half_days: 0, hasher: blake3::Hasher::new() };
        let month = self.months.entry(of).or_insert_with(begin);
        (month.workers, month.half_days) = (month.workers + 1, month.half_days.saturating_add(told));
        let worker = text(v, "worker").parse::<WorkerId>().map_or_else(|_| Vec::new(), |w| w.bytes().to_vec());
        month.hasher.update(&worker).update(&days).update(&told.to_le_bytes());
    }

    fn listed(&mut self, p: &mut Proof, (file, line): Place, v: &Value) {
        let (paper, there) = (text(v, "paper").to_owned(), (What::Paper, text(v, "paper").to_owned()));
        match text(v, "what") {
            "packed" if !self.there.contains(&there) => p.wrong(&file, line, format!("the paper {paper} is not there")),
            "left_out" => {
                p.left_out += 1;
                self.there.insert(there);
            }
            "unreadable" => p.wrong(&file, line, format!("the bank could not read the paper {paper}")),
            _ => {}
        }
    }

    /// What can be said only when all files were seen.
    pub(crate) fn compare(&mut self, p: &mut Proof) {
        for ((file, line), what, id) in &self.named {
            if !self.there.contains(&(*what, id.clone())) {
                p.wrong(file, *line, format!("the {} {id} is not there", what.word()));
            }
        }
        for ((file, line), v) in &self.reviews {
            let month = self.months.get(&(v["period"].to_string(), text(v, "team").to_owned()));
            let found = month.map_or((0, 0, String::new()), |m| {
                (m.workers, m.half_days, hex(m.hasher.finalize().to_hex().as_bytes()))
            });
            if found != (number(v, "workers"), number(v, "half_days"), text(v, "months_hash").to_owned()) {
                p.wrong(file, *line, "the attendance of this month is not what was reviewed");
            }
        }
        for case in self.cases.values().filter(|c| c.place.1 > 0) {
            let what = ["owed", "paid", "entries"];
            for ((what, told), found) in what.iter().zip(case.told).zip(case.found).filter(|((_, t), f)| t != f) {
                p.wrong(&case.place.0, case.place.1, format!("{what} is {told}, what belongs to it comes to {found}"));
            }
        }
    }
}

fn bytes(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.filter_map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}
