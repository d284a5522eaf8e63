//! The customer manager (客户经理) of a person, and the faces of staff, so that a customer knows who will ring.
//!
//! A branch says who looks after whom ([`manager_assign`]); a customer sees the name on the badge and the portrait, and nothing
//! else of the member of staff. A portrait is a PNG, JPEG or WebP of at most [`PORTRAIT_BYTES_MAX`] bytes and
//! [`PORTRAIT_PIXELS_MAX`] pixels a side, judged by what the bytes say and never by a file's name. Who has left looks after
//! nobody.
use crate::events::Event;
use crate::rights::{Scope, may};
use crate::role::Permission;
use crate::staff::{Staff, staff};
use crate::{Change, branch, codes::PORTRAIT_UNREADABLE, person};
use kernel::id::{BranchId, PersonId, StaffId};
use kernel::{Actor, BookId, Error, Id, Result, Timestamp};
use store::{Audit, Seal, Table, Tx, params};

/// Bytes of a portrait at most.
pub const PORTRAIT_BYTES_MAX: usize = 200 * 1024;
/// Pixels of a portrait's side at most.
pub const PORTRAIT_PIXELS_MAX: u32 = 2_000;

/// The tables of this module, for `verify`.
pub const MANAGER_TABLES: &[&Table] = &[store::verify::of::<Assignment>(), store::verify::of::<Portrait>()];

store::text_enum! {
    /// What a portrait is stored as.
    pub enum ImageKind { Png = "png", Jpeg = "jpeg", Webp = "webp" }
}

impl ImageKind {
    /// For `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            ImageKind::Png => "image/png",
            ImageKind::Jpeg => "image/jpeg",
            ImageKind::Webp => "image/webp",
        }
    }
}

store::record! {
    /// Who looks after a customer.
    pub struct Assignment in "customer_managers" key 2 {
        pub book: BookId,
        pub person: PersonId,
        pub staff: StaffId,
        pub assigned_by: String,
        pub assigned_at: Timestamp,
    }
}

store::record! {
    /// The face of a member of staff.
    pub struct Portrait in "portraits" key 2 {
        pub book: BookId,
        pub staff: StaffId,
        pub kind: ImageKind,
        pub image: Vec<u8>,
        pub set_by: String,
        pub set_at: Timestamp,
    }
}

/// A customer manager as a customer sees him.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Manager {
    pub staff: StaffId,
    /// The name on the badge.
    pub name: String,
    pub branch: BranchId,
    /// When the portrait was set; `None` without one.
    pub portrait_at: Option<Timestamp>,
}

/// Says who looks after a customer, or that nobody does. Needs `customer.manage` where the customer belongs.
/// Errors: not found, a bad field when the member of staff has left.
pub fn manager_assign(tx: &mut Tx<'_>, actor: &Actor, who: PersonId, to: Option<StaffId>) -> Result<Change> {
    may(tx, actor, Permission::CustomerManage, &Scope::person(who))?;
    person(tx, who)?;
    if let Some(to) = to
        && staff(tx, to)?.left_at.is_some()
    {
        return Err(Error::field("staff", "this member of staff has left"));
    }
    let found = tx.load::<Assignment>(params![who.book(), who])?;
    let before = found.as_ref().map(|a| a.staff);
    if before == to {
        return Ok(Change::AlreadySo);
    }
    let (by, at) = (actor.principal(), tx.now());
    match (found, to) {
        (Some(row), None) => tx.remove(&row)?,
        (Some(mut row), Some(to)) => {
            (row.staff, row.assigned_by, row.assigned_at) = (to, by, at);
            tx.update(&mut row)?;
        }
        (None, Some(to)) => {
            let (book, seal) = (who.book(), Seal::default());
            tx.insert(&mut Assignment { book, person: who, staff: to, assigned_by: by, assigned_at: at, seal })?;
        }
        (None, None) => {}
    }
    let shown = |s: Option<StaffId>| s.map_or_else(|| "nobody".to_owned(), |s| s.to_string());
    tx.audit(actor, Audit::of("customer.manager", who).change(shown(before), shown(to)))?;
    if let Some(to) = to {
        let name = staff(tx, to)?.name;
        tx.emit(&Event::ManagerAssigned { person: who, staff: to, from: name }, &actor.correlation)?;
    }
    Ok(Change::Done)
}

/// Who looks after a customer; `None` when nobody does any more. Asks no permission: for the customer's own pages.
pub fn manager_of(tx: &mut Tx<'_>, who: PersonId) -> Result<Option<Manager>> {
    let Some(row) = tx.get::<Assignment>(params![who.book(), who])? else { return Ok(None) };
    let member = staff(tx, row.staff)?;
    match member.left_at {
        Some(_) => Ok(None),
        None => face(tx, member).map(Some),
    }
}

/// A member of staff as customers see him.
pub fn face_of(tx: &mut Tx<'_>, id: StaffId) -> Result<Manager> {
    let member = staff(tx, id)?;
    face(tx, member)
}

fn face(tx: &mut Tx<'_>, member: Staff) -> Result<Manager> {
    let sql = "SELECT set_at FROM portraits WHERE book = ?1 AND staff = ?2";
    let portrait_at = tx.query_one(sql, params![member.book, member.id], |r| r.get(0))?;
    Ok(Manager { staff: member.id, name: member.name, branch: member.branch, portrait_at })
}

/// Sets the face of a member of staff. Needs `customer.manage` at the branch of that member. Errors:
/// `portrait_unreadable`, a limit of bytes.
pub fn portrait_set(tx: &mut Tx<'_>, actor: &Actor, id: StaffId, image: &[u8]) -> Result<Change> {
    let member = staff(tx, id)?;
    branch(tx, member.branch)?;
    may(tx, actor, Permission::CustomerManage, &Scope::branch(member.branch))?;
    let kind = portrait_kind(image)?;
    let (by, at, book) = (actor.principal(), tx.now(), member.book);
    let digest = blake3::hash(image).to_hex();
    match tx.load::<Portrait>(params![book, id])? {
        Some(row) if row.image == image => return Ok(Change::AlreadySo),
        Some(mut row) => {
            (row.kind, row.image, row.set_by, row.set_at) = (kind, image.to_vec(), by, at);
            tx.update(&mut row)?;
        }
        None => {
            let (image, seal) = (image.to_vec(), Seal::default());
            tx.insert(&mut Portrait { book, staff: id, kind, image, set_by: by, set_at: at, seal })?;
        }
    }
    tx.audit(actor, Audit::of("staff.portrait", id).after(format!("{kind} {}", &digest[..16])))?;
    Ok(Change::Done)
}

/// The face of a member of staff. Asks no permission: it hangs in the lobby as well.
pub fn portrait(tx: &mut Tx<'_>, id: StaffId) -> Result<Portrait> {
    tx.get::<Portrait>(params![id.book(), id])?.ok_or_else(|| Error::not_found("portrait", id))
}

/// What kind of picture the bytes are, when they are one that is taken. Errors: `portrait_unreadable`, a limit of bytes.
pub fn portrait_kind(image: &[u8]) -> Result<ImageKind> {
    if image.len() > PORTRAIT_BYTES_MAX {
        return Err(Error::limit("portrait", image.len(), PORTRAIT_BYTES_MAX, "bytes"));
    }
    let unreadable = |why: String| Error::new(&PORTRAIT_UNREADABLE, why).with("max", PORTRAIT_PIXELS_MAX);
    let (kind, wide, high) = size(image).ok_or_else(|| unreadable("it is no PNG, JPEG or WebP picture".into()))?;
    let fits = |side: u32| (1..=PORTRAIT_PIXELS_MAX).contains(&side);
    match fits(wide) && fits(high) {
        true => Ok(kind),
        false => Err(unreadable(format!("it measures {wide} by {high} pixels"))),
    }
}

/// Kind, width and height by the head of the file.
fn size(image: &[u8]) -> Option<(ImageKind, u32, u32)> {
    if let Some(rest) = image.strip_prefix(b"\x89PNG\r\n\x1a\n") {
        let side = |at: usize| rest.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
        return (rest.get(4..8)? == b"IHDR").then_some((ImageKind::Png, side(8)?, side(12)?));
    }
    if image.starts_with(&[0xff, 0xd8, 0xff]) {
        return jpeg_size(image).map(|(wide, high)| (ImageKind::Jpeg, wide, high));
    }
    let webp = image.starts_with(b"RIFF") && image.get(8..12)? == b"WEBP";
    webp.then(|| webp_size(image)).flatten().map(|(wide, high)| (ImageKind::Webp, wide, high))
}

/// From the first frame header (ISO/IEC 10918-1, B.2.2), passing over the segments before it.
fn jpeg_size(image: &[u8]) -> Option<(u32, u32)> {
    let two = |at: usize| image.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes);
    let mut at = 2;
    while *image.get(at)? == 0xff {
        let marker = *image.get(at + 1)?;
        let is_frame = (0xc0..=0xcf).contains(&marker) && ![0xc4, 0xc8, 0xcc].contains(&marker);
        if is_frame {
            return Some((u32::from(two(at + 7)?), u32::from(two(at + 5)?)));
        }
        at += 2 + usize::from(two(at + 2)?);
    }
    None
}

/// From the first chunk (RFC 9649, 2.5 to 2.7).
fn webp_size(image: &[u8]) -> Option<(u32, u32)> {
    let byte = |at: usize| image.get(at).map(|b| u32::from(*b));
    match image.get(12..16)? {
        b"VP8X" => {
            let three = |at: usize| Some(1 + (byte(at)? | byte(at + 1)? << 8 | byte(at + 2)? << 16));
            Some((three(24)?, three(27)?))
        }
        b"VP8L" => {
            let bits = byte(21)? | byte(22)? << 8 | byte(23)? << 16 | byte(24)? << 24;
            Some((1 + (bits & 0x3fff), 1 + (bits >> 14 & 0x3fff)))
        }
        b"VP8 " => {
            let two = |at: usize| Some((byte(at)? | byte(at + 1)? << 8) & 0x3fff);
            Some((two(26)?, two(28)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(wide: u32, high: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(wide.to_be_bytes());
        bytes.extend(high.to_be_bytes());
        bytes
    }

    #[test]
    fn pictures_are_known_by_their_bytes() {
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x20\0\x10".to_vec();
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x0f\xc0\x07\0".to_vec();
        let extended = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x0f\0\0\x1f\0\0".to_vec();
        let cases: &[(Vec<u8>, Option<ImageKind>)] = &[
            (png(16, 32), Some(ImageKind::Png)),
            (png(2_000, 2_000), Some(ImageKind::Png)),
            (png(2_001, 10), None),
            (png(0, 10), None),
            (jpeg.clone(), Some(ImageKind::Jpeg)),
            (jpeg[..12].to_vec(), None),
            (lossless, Some(ImageKind::Webp)),
            (extended, Some(ImageKind::Webp)),
            (b"GIF89a\x10\0\x10\0".to_vec(), None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), None),
            (b"RIFF\0\0\0\0WAVE".to_vec(), None),
            (Vec::new(), None),
        ];
        for (bytes, want) in cases {
            assert_eq!(portrait_kind(bytes).ok(), *want, "{:02x?}", &bytes[..bytes.len().min(24)]);
        }
        assert_eq!(size(&jpeg), Some((ImageKind::Jpeg, 16, 32)));
        let long = [png(9, 9), vec![0; PORTRAIT_BYTES_MAX]].concat();
        assert!(portrait_kind(&long).is_err());
    }
}
