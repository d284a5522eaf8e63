//! `yizhan wages verify`: looks at an archive of evidence without a bank.
use crate::exit::{Done, Outcome};
use kernel::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

pub fn verify(file: &Path, key: Option<&str>) -> Outcome {
    let key = key.map(read_key).transpose()?;
    let proof = app::evidence_proof(&mut BufReader::new(File::open(file).map_err(|e| unopened(file, e))?), key)?;
    let mut text = format!(
        "{} of {}: {} files, {} pay sheets, {} lines, {} of them signed by their workers, {} papers\nsigned with {}\n",
        proof.project, proof.made_at, proof.files, proof.sheets, proof.lines, proof.signed, proof.papers, proof.key
    );
    if proof.left_out > 0 {
        text.push_str(&format!("{} more papers are named by their hash; ask the bank for them\n", proof.left_out));
    }
    for f in &proof.faults {
        let line = if f.line > 0 { format!(" line {}", f.line) } else { String::new() };
        text.push_str(&format!("  {}{line}: {}\n", f.file, f.what));
    }
    if proof.more > 0 {
        text.push_str(&format!("  and {} more\n", proof.more));
    }
    text.push_str(match (proof.is_sound(), key.is_some()) {
        (true, true) => "sound: signed by the bank, unchanged, and its figures agree",
        (true, false) => {
            "sound: unchanged, and its figures agree; compare the key with the bank's own, or give it with --key"
        }
        (false, _) => "NOT SOUND: do not rely on what is named above",
    });
    Ok(Done::new(text, serde_json::to_value(&proof)?).faults(!proof.is_sound()))
}

fn unopened(file: &Path, why: std::io::Error) -> Error {
    Error::field("file", format!("{} cannot be opened", file.display())).caused_by(why)
}

fn read_key(text: &str) -> kernel::Result<[u8; 32]> {
    let wrong = || Error::field("key", "64 hexadecimal digits");
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    let bytes: Option<Vec<u8>> = pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect();
    bytes.and_then(|b| <[u8; 32]>::try_from(b).ok()).ok_or_else(wrong)
}
