//! Whether an archive of evidence is what a bank signed, and whether it agrees with itself; needs no bank.
//!
//! Each file has the hash and the chain that the manifest says, the manifest the signature of its key. Then the figures: a sheet's lines
//! are as many and come to as much as the sheet says, its paid lines too; each paid line names a payment of its amount to its account;
//! an account's movements follow from each other. Then what files say of each other, see `links`. What is missing is told by its name,
//! what is wrong with its file and line.
use crate::end::EVIDENCE_FILES_MAX;
use crate::end::archive::next;
use crate::end::links::Links;
use crate::end::packing::{hex, link};
use kernel::{Error, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    pub file: String,
    /// From 1; 0 for the file as a whole.
    pub line: usize,
    pub what: String,
}

/// What was looked at.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Proof {
    pub project: String,
    pub made_at: String,
    /// The key that signed it, in hexadecimal; compare it with the bank's own word.
    pub key: String,
    pub files: usize,
    pub sheets: usize,
    pub lines: usize,
    /// Lines that their workers signed as they stand, by themselves or on paper that was compared.
    pub signed: usize,
    /// Papers that are there.
    pub papers: usize,
    /// Papers that are named and were too many for one archive; the bank has them.
    pub left_out: usize,
    /// Faults beyond [`FAULTS_MAX`] are counted only.
    pub faults: Vec<Fault>,
    pub more: usize,
}

/// Faults told one by one at most.
pub const FAULTS_MAX: usize = 1_000;

impl Proof {
    pub(crate) fn wrong(&mut self, file: &str, line: usize, what: impl Into<String>) {
        match self.faults.len() < FAULTS_MAX {
            true => self.faults.push(Fault { file: file.into(), line, what: what.into() }),
            false => self.more += 1,
        }
    }
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

struct Seen {
    name: String,
    bytes: usize,
    hash: String,
    chain: String,
}

/// Of a sheet: lines and net, by the sheet and by its lines; paid the same.
#[derive(Default)]
struct Sheet {
    line: usize,
    told: [i64; 4],
    found: [i64; 4],
}

#[derive(Default)]
struct Figures {
    sheets: BTreeMap<String, Sheet>,
    /// Paid lines by the transfer they name: file, line, net, account.
    named: BTreeMap<String, (String, usize, i64, String)>,
    /// The balance that the line before said, by kind of account.
    after: BTreeMap<String, i64>,
    links: Links,
}

/// Looks at an archive. `key` is the bank's own, when it is known; `kinds` are the kinds of files that must be there, be they empty.
/// `Err(worksite_evidence_unread)` for what is none; all that is wrong with one stands in [`Proof::faults`].
pub fn proof(from: &mut dyn Read, key: Option<[u8; 32]>, kinds: &[&str]) -> Result<Proof> {
    let (mut p, mut seen, mut chain, mut figures) = (Proof::default(), Vec::new(), [0u8; 32], Figures::default());
    let (mut manifest, mut signature) = (Vec::new(), Vec::new());
    while let Some((name, content)) = next(from)? {
        match name.as_str() {
            "manifest.json" => manifest = content,
            "manifest.sig" => signature = content,
            _ if seen.len() >= EVIDENCE_FILES_MAX => {
                return Err(Error::limit("files of evidence", seen.len() + 1, EVIDENCE_FILES_MAX, "files"));
            }
            _ => {
                let hash = blake3::hash(&content);
                chain = link(&chain, hash.as_bytes());
                figures.file(&mut p, &name, &content);
                let (bytes, hash, chain) = (content.len(), hash.to_hex().to_string(), hex(&chain));
                seen.push(Seen { name, bytes, hash, chain });
            }
        }
    }
    p.files = seen.len();
    figures.compare(&mut p);
    listed(&mut p, &manifest, &seen);
    let there: BTreeSet<&str> = seen.iter().map(|s| kind_of(&s.name)).collect();
    for kind in kinds.iter().filter(|kind| !there.contains(**kind)) {
        p.wrong(kind, 0, "it is missing: an archive holds it even when nothing is kept of it");
    }
    signed(&mut p, &manifest, &signature, key);
    Ok(p)
}

/// `lines` of `lines-0001.jsonl`; of a paper its whole name.
fn kind_of(name: &str) -> &str {
    name.strip_suffix(".jsonl").and_then(|n| n.rsplit_once('-')).map_or(name, |(kind, _)| kind)
}

pub(crate) fn text<'v>(v: &'v Value, field: &str) -> &'v str {
    v[field].as_str().unwrap_or_default()
}

pub(crate) fn number(v: &Value, field: &str) -> i64 {
    v[field].as_i64().unwrap_or_default()
}

fn listed(p: &mut Proof, manifest: &[u8], seen: &[Seen]) {
    let Ok(told) = serde_json::from_slice::<Value>(manifest) else {
        return p.wrong("manifest.json", 0, "it is missing or no JSON");
    };
    (p.project, p.made_at, p.key) =
        (text(&told, "project").into(), text(&told, "made_at").into(), text(&told, "key").into());
    let files = told["files"].as_array().cloned().unwrap_or_default();
    let by_name: BTreeMap<&str, &Value> = files.iter().map(|told| (text(told, "name"), told)).collect();
    let there: BTreeSet<&str> = seen.iter().map(|s| s.name.as_str()).collect();
    for name in by_name.keys().filter(|name| !there.contains(**name)) {
        p.wrong(name, 0, "it is missing; the manifest names it");
    }
    let mut moved = false;
    for (at, found) in seen.iter().enumerate() {
        let Some(told) = by_name.get(found.name.as_str()) else {
            p.wrong(&found.name, 0, "it is not in the manifest: it was added");
            continue;
        };
        if number(told, "bytes") != found.bytes as i64 || text(told, "blake3") != found.hash {
            p.wrong(&found.name, 0, "its content was changed: it is not what the manifest says");
        } else if !moved && (text(told, "chain") != found.chain || files.get(at).is_none_or(|t| t != *told)) {
            moved = true;
            p.wrong(&found.name, 0, "a file before it was changed, added, taken out or moved");
        }
    }
}

fn signed(p: &mut Proof, manifest: &[u8], signature: &[u8], expected: Option<[u8; 32]>) {
    let bytes = |text: &str| -> Option<Vec<u8>> {
        let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
        pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
    };
    let key = bytes(&p.key).and_then(|b| <[u8; 32]>::try_from(b).ok());
    let said =
        std::str::from_utf8(signature).ok().and_then(|t| bytes(t.trim())).and_then(|b| <[u8; 64]>::try_from(b).ok());
    let (Some(key), Some(said)) = (key, said) else {
        return p.wrong("manifest.sig", 0, "the key or the signature is missing");
    };
    if expected.is_some_and(|own| own != key) {
        p.wrong("manifest.json", 0, "it was signed with another key than the bank's");
    }
    if !store::keys::is_signed(&key, manifest, &said) {
        p.wrong("manifest.sig", 0, "the signature is not over this manifest");
    }
}

impl Figures {
    fn file(&mut self, p: &mut Proof, name: &str, content: &[u8]) {
        if name.starts_with("papers/") {
            return self.links.paper(p, name, content);
        }
        let kind = kind_of(name);
        let rows = content.split(|b| *b == b'\n').filter(|l| !l.is_empty());
        for (n, row) in rows.enumerate() {
            let Ok(v) = serde_json::from_slice::<Value>(row) else {
                p.wrong(name, n + 1, "it is no JSON");
                continue;
            };
            self.links.line(p, kind, (name.to_owned(), n + 1), &v);
            match kind {
                "sheets" => self.sheet(p, n + 1, &v),
                "lines" => self.line(p, name, n + 1, &v),
                "payments" => self.payment(p, name, n + 1, &v),
                "wage-account" | "clearing-account" => self.movement(p, kind, name, n + 1, &v),
                _ => {}
            }
        }
    }

    fn sheet(&mut self, p: &mut Proof, line: usize, v: &Value) {
        p.sheets += 1;
        let told = ["lines", "net", "paid_lines", "paid_net"].map(|field| number(v, field));
        self.sheets.insert(text(v, "sheet").into(), Sheet { line, told, found: [0; 4] });
    }

    fn line(&mut self, p: &mut Proof, name: &str, line: usize, v: &Value) {
        p.lines += 1;
        let (net, paid) = (number(v, "net"), text(v, "state") == "paid");
        if net != number(v, "due") - number(v, "deductions") {
            p.wrong(name, line, "net is not due less deductions");
        }
        match self.sheets.get_mut(text(v, "sheet")) {
            Some(s) => {
                let add = [1, net, i64::from(paid), if paid { net } else { 0 }];
                s.found.iter_mut().zip(add).for_each(|(sum, by)| *sum += by);
            }
            None => p.wrong(name, line, format!("its sheet {} is not there", text(v, "sheet"))),
        }
        let transfer = text(v, "transfer");
        if paid && transfer.is_empty() {
            p.wrong(name, line, "it is paid and names no payment");
        }
        if paid && !transfer.is_empty() {
            self.named.insert(transfer.into(), (name.into(), line, net, text(v, "account").into()));
        }
    }

    fn payment(&mut self, p: &mut Proof, name: &str, line: usize, v: &Value) {
        let Some((_, _, net, account)) = self.named.remove(text(v, "transfer")) else { return };
        if number(v, "amount") != net {
            p.wrong(name, line, format!("{} was paid, the line says {net}", number(v, "amount")));
        }
        if !account.is_empty() && text(v, "credit") != account {
            p.wrong(name, line, format!("{} was paid, the line says {account}", text(v, "credit")));
        }
    }

    /// The newest first: what stood after this one is what stood before the one above.
    fn movement(&mut self, p: &mut Proof, kind: &str, name: &str, line: usize, v: &Value) {
        let (after, change) = (number(v, "after"), number(v, "change"));
        if self.after.get(kind).is_some_and(|before| *before != after) {
            p.wrong(name, line, format!("{after} stood after it, {} before the next", self.after[kind]));
        }
        self.after.insert(kind.into(), after - change);
    }

    fn compare(&mut self, p: &mut Proof) {
        for (id, s) in &self.sheets {
            let what = ["lines", "net", "paid lines", "paid net"];
            for ((what, told), found) in what.iter().zip(s.told).zip(s.found).filter(|((_, told), found)| told != found)
            {
                p.wrong("sheets-0001.jsonl", s.line, format!("{id}: {what} is {told}, its lines come to {found}"));
            }
        }
        for (transfer, (file, line, ..)) in &self.named {
            p.wrong(file, *line, format!("the payment {transfer} is not there"));
        }
        for (kind, left) in self.after.iter().filter(|(_, left)| **left != 0) {
            p.wrong(&format!("{kind}-0001.jsonl"), 0, format!("its movements leave {left} unexplained"));
        }
        self.links.compare(p);
    }
}
