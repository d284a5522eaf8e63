//! The archive of a site's evidence, with what the crates beside it add: guarantees and notices to pay, crews with attendance and
//! reviews, the way of each pay sheet with signatures and their papers, workers' objections, cases of wages in arrears with all that
//! happened in them. Of a complaint nothing is packed: whoever complained is nobody's business.
use crate::Bank;
use crews::MonthPart;
use kernel::id::ProjectId;
use kernel::{Actor, Result};
use serde_json::{Value, json};
use std::io::Read;
use store::{Record, Tx};
use worksite::end::{Extra, KINDS_OF_SITE, Packing, Proof, row};

const EXTRA: &[Extra] = &[
    Extra { kinds: &["guarantee-duty", "guarantees", "guarantee-letters", "guarantee-notices"], pack: guaranteed },
    Extra { kinds: &["crews", "attendance-files"], pack: crews },
    Extra { kinds: &["attendance", "strangers", "reviews"], pack: attended },
    Extra {
        kinds: &["sheet-courses", "signatures", "signature-papers", "line-reasons", "wage-objections"],
        pack: signed,
    },
    Extra { kinds: &["cases", "case-lines", "case-entries"], pack: cases },
];

/// A record with ids written out as everywhere else, so that files can be compared.
fn told<R: Record>(record: &R, ids: &[(&str, String)]) -> Value {
    let mut v = row(record);
    ids.iter().for_each(|(name, id)| v[*name] = json!(id));
    v
}

fn rows<'r, R: Record + 'r>(all: impl IntoIterator<Item = &'r R>) -> Vec<Value> {
    all.into_iter().map(row).collect()
}

fn guaranteed(tx: &mut Tx<'_>, project: ProjectId, pack: &mut Packing<'_>) -> Result<()> {
    pack.lines("guarantee-duty", &rows(&guarantee::duty(tx, project)?))?;
    let all = guarantee::of_project(tx, project)?;
    pack.lines("guarantees", &rows(&all))?;
    for g in &all {
        let letters = guarantee::letters_kept(tx, g.id)?;
        pack.lines("guarantee-letters", &rows(&letters))?;
        pack.paper(tx, g.book, &g.evidence)?;
        letters.iter().try_for_each(|l| pack.paper(tx, l.book, &l.evidence))?;
    }
    pack.lines("guarantee-notices", &rows(&guarantee::notices_of(tx, project)?))
}

fn crews(tx: &mut Tx<'_>, project: ProjectId, pack: &mut Packing<'_>) -> Result<()> {
    pack.lines("crews", &rows(&crews::crews_raw(tx, project)?))?;
    let (most, mut after) = (worksite::end::EVIDENCE_LINES_MAX, None);
    loop {
        let page = crews::attendance_kept(tx, project, after, most as u32)?;
        pack.lines("attendance-files", &rows(&page))?;
        after = page.last().map(|f| f.id);
        if page.len() < most {
            return Ok(());
        }
    }
}

fn attended(tx: &mut Tx<'_>, project: ProjectId, pack: &mut Packing<'_>) -> Result<()> {
    let most = worksite::end::EVIDENCE_LINES_MAX as u32;
    for period in crews::months_kept(tx, project)? {
        crews::month_kept(tx, (project, period), most, &mut |part| match part {
            MonthPart::Attendance(all) => {
                let lines: Vec<Value> = all.iter().map(|m| told(m, &[("worker", m.worker.to_string())])).collect();
                pack.lines("attendance", &lines)
            }
            MonthPart::Strangers(all) => pack.lines("strangers", &rows(&all)),
            MonthPart::Reviews(all) => pack.lines("reviews", &rows(&all)),
        })?;
    }
    Ok(())
}

fn signed(tx: &mut Tx<'_>, project: ProjectId, pack: &mut Packing<'_>) -> Result<()> {
    for sheet in payroll::sheets_newest(tx, project, worksite::end::EVIDENCE_SHEETS_MAX)? {
        let Some(kept) = crews::sheet_kept(tx, &sheet)? else { continue };
        let of = |line: kernel::id::PayLineId| [("sheet", sheet.id.to_string()), ("line", line.to_string())];
        let of_sheet = [("sheet", sheet.id.to_string())];
        pack.lines("sheet-courses", &[told(&kept.course, &of_sheet)])?;
        pack.lines("signatures", &kept.signatures.iter().map(|s| told(s, &of(s.line))).collect::<Vec<_>>())?;
        pack.lines("signature-papers", &kept.papers.iter().map(|p| told(p, &of_sheet)).collect::<Vec<_>>())?;
        pack.lines("line-reasons", &kept.reasons.iter().map(|r| told(r, &of(r.line))).collect::<Vec<_>>())?;
        let objections = kept.objections.iter().map(|(o, said)| {
            let mut v = told(o, &of(o.line));
            v["said"] = json!(said);
            v
        });
        pack.lines("wage-objections", &objections.collect::<Vec<_>>())?;
        kept.papers.iter().try_for_each(|p| pack.paper(tx, p.book, &p.file_hash))?;
    }
    Ok(())
}

fn cases(tx: &mut Tx<'_>, project: ProjectId, pack: &mut Packing<'_>) -> Result<()> {
    arrears::cases_kept(tx, project, &mut |tx, kept| {
        let mut case = row(&kept.case);
        case.as_object_mut().and_then(|fields| fields.remove("complaint"));
        pack.lines("cases", &[case])?;
        let lines = kept.lines.iter().map(|l| told(l, &[("worker", l.worker.to_string())]));
        pack.lines("case-lines", &lines.collect::<Vec<_>>())?;
        pack.lines("case-entries", &rows(&kept.entries))?;
        kept.entries.iter().try_for_each(|e| pack.paper(tx, e.book, e.file_hash.as_deref().unwrap_or_default()))
    })
}

/// Packs the evidence of a project for who may read its wages; see [`worksite::end::evidence`].
pub fn evidence(bank: &Bank, actor: &Actor, project: ProjectId) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    worksite::end::evidence(&bank.store, actor, project, EXTRA, &mut out)?;
    Ok(out)
}

/// Looks at an archive, which must hold every kind of file that [`evidence`] packs; see [`worksite::end::proof`].
pub fn evidence_proof(from: &mut dyn Read, key: Option<[u8; 32]>) -> Result<Proof> {
    let kinds: Vec<&str> = KINDS_OF_SITE.iter().chain(EXTRA.iter().flat_map(|more| more.kinds)).copied().collect();
    worksite::end::proof(from, key, &kinds)
}
