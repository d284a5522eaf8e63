//! Copies of the database, and new key-encryption keys.
use crate::exit::{Done, Outcome};
use crate::place::Place;
use crate::progress::Progress;
use anyhow::bail;
use serde_json::json;
use std::path::Path;

pub fn backup(place: &Place, directory: &Path) -> Outcome {
    let copied = place.open_to_read()?.backup(directory)?;
    let text = format!(
        "{} bytes are in {}\nThe key file {} is not in the copy: keep it elsewhere. Neither opens without the other.",
        copied.bytes,
        directory.display(),
        place.key_file().display()
    );
    Ok(Done::new(text, json!({ "bytes": copied.bytes, "directory": directory })))
}

pub fn restore(place: &Place, directory: &Path) -> Outcome {
    if place.database.is_some() {
        bail!("a PostgreSQL database is put back by pg_restore");
    }
    place.make_directory()?;
    let copied = store::restore(directory, &place.data)?;
    let keys = match place.key_file().is_file() {
        true => "run `yizhan verify` before you serve it".to_string(),
        false => {
            format!("put the key file that belongs to it at {}, then run `yizhan verify`", place.key_file().display())
        }
    };
    let text = format!("{} bytes are in {}; {keys}", copied.bytes, place.data.display());
    Ok(Done::new(text, json!({ "bytes": copied.bytes, "directory": place.data })))
}

pub fn rotate(place: &Place) -> Outcome {
    // Says so at once when a server has the data.
    drop(place.open_existing()?);
    let mut progress = Progress::new();
    let rotated = app::keys_rotate(place.options(), &mut |what, rows| progress.tell(what, rows, 0))?;
    let text = format!(
        "key {} wraps from now on; {} people's keys and {} logins were wrapped anew\nBack up the key file: copies made before need the old one.",
        rotated.version, rotated.people, rotated.logins
    );
    Ok(Done::new(text, json!({ "version": rotated.version, "people": rotated.people, "logins": rotated.logins })))
}
