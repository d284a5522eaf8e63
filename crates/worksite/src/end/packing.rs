//! One file after the other into an archive of evidence; see `evidence` for its form.
use crate::end::archive::{finish, put};
use crate::end::{EVIDENCE_FILES_MAX, EVIDENCE_LINES_MAX, EVIDENCE_PAPERS_BYTES_MAX};
use kernel::id::ProjectId;
use kernel::{BookId, Error, Result};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use store::{Param, Record, Tx};

/// What was packed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Packed {
    pub files: usize,
    pub bytes: u64,
    /// BLAKE3 of the manifest, in hexadecimal.
    pub manifest: String,
}

/// A record as it stands, column by column; bytes and ids in hexadecimal.
pub fn row<R: Record>(record: &R) -> Value {
    let of = |p: &Param<'_>| match p {
        Param::Int(n) => json!(n),
        Param::Text(t) => json!(t),
        Param::Id(bytes) => json!(hex(bytes)),
        Param::Bytes(bytes) => json!(hex(bytes)),
        _ => Value::Null,
    };
    let columns = R::TABLE.columns.iter().zip(record.params());
    Value::Object(columns.map(|(name, value)| ((*name).to_owned(), of(&value))).collect())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The chain of a file: over the chain before it and its hash.
pub(crate) fn link(before: &[u8; 32], hash: &[u8; 32]) -> [u8; 32] {
    *blake3::Hasher::new().update(before).update(hash).finalize().as_bytes()
}

fn unwritten(e: std::io::Error) -> Error {
    Error::broken("the archive could not be written").caused_by(e)
}

/// An archive that is being written.
pub struct Packing<'o> {
    out: &'o mut dyn Write,
    files: Vec<Value>,
    chain: [u8; 32],
    bytes: u64,
    /// Files of a kind so far.
    parts: BTreeMap<String, usize>,
    /// Papers by their hash: bytes and what became of them.
    papers: BTreeMap<String, (usize, &'static str)>,
    papers_bytes: u64,
}

impl<'o> Packing<'o> {
    pub(crate) fn begin(out: &'o mut dyn Write) -> Packing<'o> {
        let (files, parts, papers) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Packing { out, files, chain: [0; 32], bytes: 0, parts, papers, papers_bytes: 0 }
    }

    fn file(&mut self, name: &str, content: &[u8]) -> Result<()> {
        if self.files.len() >= EVIDENCE_FILES_MAX {
            let most = EVIDENCE_FILES_MAX;
            return Err(Error::limit("files of evidence", most + 1, most, "files"));
        }
        let hash = blake3::hash(content);
        self.chain = link(&self.chain, hash.as_bytes());
        self.files.push(json!({
            "name": name, "bytes": content.len(), "blake3": hash.to_hex().as_str(), "chain": hex(&self.chain),
        }));
        self.bytes += content.len() as u64;
        put(self.out, name, content).map_err(unwritten)
    }

    /// More lines of a kind, in as many files as they need.
    pub fn lines(&mut self, kind: &str, lines: &[Value]) -> Result<()> {
        lines.chunks(EVIDENCE_LINES_MAX).try_for_each(|part| self.part(kind, part))
    }

    /// An empty file where nothing of a kind was packed.
    pub(crate) fn kind(&mut self, kind: &str) -> Result<()> {
        if self.parts.contains_key(kind) { Ok(()) } else { self.part(kind, &[]) }
    }

    fn part(&mut self, kind: &str, lines: &[Value]) -> Result<()> {
        let number = self.parts.entry(kind.to_owned()).or_default();
        *number += 1;
        let name = format!("{kind}-{number:04}.jsonl");
        let text: String = lines.iter().map(|l| format!("{l}\n")).collect();
        self.file(&name, text.as_bytes())
    }

    /// A paper by the hash it is kept under; none for an empty hash, and each once. One that cannot be read, or that is beyond
    /// [`EVIDENCE_PAPERS_BYTES_MAX`], is named in the list of papers instead.
    pub fn paper(&mut self, tx: &mut Tx<'_>, book: BookId, hash: &[u8]) -> Result<()> {
        let name = hex(hash);
        if hash.is_empty() || self.papers.contains_key(&name) {
            return Ok(());
        }
        let bytes = match payroll::read_file(tx, book, hash) {
            Err(e) if e.is(&kernel::error::BROKEN) => {
                self.papers.insert(name, (0, "unreadable"));
                return Ok(());
            }
            found => found?,
        };
        let fits = self.papers_bytes + bytes.len() as u64 <= EVIDENCE_PAPERS_BYTES_MAX;
        self.papers.insert(name.clone(), (bytes.len(), if fits { "packed" } else { "left_out" }));
        if !fits {
            return Ok(());
        }
        self.papers_bytes += bytes.len() as u64;
        self.file(&format!("papers/{name}"), &bytes)
    }

    /// The list of papers, once all are there.
    pub(crate) fn papers_told(&mut self) -> Result<()> {
        let told = |(hash, (bytes, what)): (&String, &(usize, &'static str))| json!({ "paper": hash, "bytes": bytes, "what": what });
        let all: Vec<Value> = self.papers.iter().map(told).collect();
        self.lines("papers", &all)
    }

    pub(crate) fn close(self, tx: &mut Tx<'_>, project: ProjectId) -> Result<Packed> {
        let Packing { out, files, bytes, .. } = self;
        let many = files.len();
        let manifest = json!({
            "form": "yizhan-wage-evidence-2", "project": project, "made_at": tx.now(), "key": hex(&tx.keys().verifying_key()),
            "files": files,
        });
        let text = serde_json::to_vec_pretty(&manifest)
            .map_err(|e| Error::broken("a manifest has no JSON form").caused_by(e))?;
        let signature = hex(&tx.keys().sign(&text));
        put(out, "manifest.json", &text).map_err(unwritten)?;
        put(out, "manifest.sig", signature.as_bytes()).map_err(unwritten)?;
        finish(out).map_err(unwritten)?;
        Ok(Packed { files: many, bytes, manifest: blake3::hash(&text).to_hex().to_string() })
    }
}
