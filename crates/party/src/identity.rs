//! Who stands at the machine: his card, and his face against the picture in its chip.
//!
//! Reader, camera and the comparison belong to somebody else (a maker of machines, the ministry's service) and stand behind
//! [`IdentityPort`]. It says what it read and how alike two faces are; whether that is enough is decided here ([`judge`]):
//! [`MATCH_MIN`] for the likeness and [`LIVENESS_MIN`] for there being a live face, both in thousandths.
//!
//! The order keeps a secret: whose customer a card is, is looked up only after the face fitted it, so that a found card tells its
//! finder nothing. Between the two steps the bank keeps keyed hashes of number and name and the port's handle of the picture,
//! for [`CHECK_SECONDS_MAX`]. A face that does not fit is counted by document and day, customer's or not; after
//! [`MISSES_PER_DAY_MAX`] no machine of the bank looks at that card again until tomorrow. A camera that is off or a service that is
//! down counts nothing and lets nobody in: there is no second way at a machine, because a password typed in a lobby is a
//! password seen, and whoever has only his card would still stand outside (docs/decisions/0010-kiosk-identity.md).
use crate::directory::{self, Kind, hex};
use crate::person::{document_key, person};
use crate::terminal::TerminalView;
use crate::visit::{Visited, visit_open};
use crate::{DocumentKind, Origin, plain_name};
use kernel::chinese::mask_identity;
use kernel::clock::SECOND;
use kernel::id::{DeviceId, PersonId};
use kernel::{BookId, Date, Result, Timestamp};
use store::{Audit, Seal, Tx, params};

/// Likeness of two faces from which they are one person's, in thousandths.
pub const MATCH_MIN: u16 = 850;
/// From this on there is a live face before the camera, in thousandths.
pub const LIVENESS_MIN: u16 = 900;
/// Seconds between the card and the face.
pub const CHECK_SECONDS_MAX: i64 = 120;
/// Faces that did not fit one document, at all machines of the bank on one day.
pub const MISSES_PER_DAY_MAX: i64 = 3;

/// The port's handle of the picture in a chip. The bank never holds the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo(pub String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardKind {
    ResidentId,
    /// Names an account and nobody's face.
    BankCard,
}

/// A card as its chip says. It has no `Debug`: what it says belongs into no log.
#[derive(Clone, PartialEq, Eq)]
pub struct CardRead {
    pub kind: CardKind,
    pub number: String,
    pub name: String,
    /// The last day; `None` for a card that does not end (长期).
    pub valid_until: Option<Date>,
    pub photo: Photo,
}

/// What the reader says.
pub enum Reading {
    Card(CardRead),
    /// There is nothing on it, or nothing it can read.
    NotRead,
    /// The reader or its service does not answer.
    Down,
}

/// What the camera and the comparison say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// In thousandths.
    Compared {
        likeness: u16,
        liveness: u16,
    },
    /// Nobody stood before the camera in time.
    TimedOut,
    CameraOff,
    Down,
}

/// The reader, the camera and the comparison of a machine. Both calls may take seconds and are made outside of transactions.
pub trait IdentityPort: Send + Sync {
    /// Reads the card that lies on the machine's reader. `laid` is what the simulator's part of the screen says lies there; a real
    /// reader does not look at it.
    fn read(&self, terminal: DeviceId, laid: &str) -> Reading;
    /// Compares the face before the machine's camera with a picture.
    fn face(&self, terminal: DeviceId, photo: &Photo) -> Face;
    /// The cards that may be laid on a simulated reader, as a number and what becomes of it; empty for a real one.
    fn shown(&self) -> Vec<ShownCard> {
        Vec::new()
    }
}

/// A card of the simulator, for its part of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCard {
    pub number: u8,
    /// Whose it is.
    pub holder: String,
    /// What becomes of it: the second half of a text's key.
    pub story: &'static str,
}

/// No reader is connected: every machine says so.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoReader;

impl IdentityPort for NoReader {
    fn read(&self, _: DeviceId, _: &str) -> Reading {
        Reading::Down
    }
    fn face(&self, _: DeviceId, _: &Photo) -> Face {
        Face::Down
    }
}

/// What follows from a comparison. Pure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    Same,
    Other,
    TimedOut,
    CameraOff,
    Down,
}

pub fn judge(face: Face) -> Judged {
    match face {
        Face::Compared { likeness, liveness } if likeness >= MATCH_MIN && liveness >= LIVENESS_MIN => Judged::Same,
        Face::Compared { .. } => Judged::Other,
        Face::TimedOut => Judged::TimedOut,
        Face::CameraOff => Judged::CameraOff,
        Face::Down => Judged::Down,
    }
}

store::record! {
    /// The card read last at a machine.
    pub(crate) struct IdentityCheck in "identity_checks" key 2 {
        pub book: BookId,
        pub terminal: DeviceId,
        pub document: Vec<u8>,
        pub name: Vec<u8>,
        pub photo: String,
        pub read_at: Timestamp,
    }
}

store::record! {
    /// Faces that did not fit a document on a day. Kept with the head office: the document is nobody's yet.
    pub(crate) struct IdentityMiss in "identity_misses" key 2 {
        pub book: BookId,
        pub document: Vec<u8>,
        pub date: Date,
        pub count: i64,
    }
}

/// What follows from a card. Commit it: what was refused stands in the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardSeen {
    /// Now the face.
    LookUp,
    /// Not an identity card.
    OtherCard,
    Expired {
        on: Date,
    },
    /// Its face did not fit too often today.
    AskAtCounter,
}

/// Takes note of a card that was read.
pub fn card_seen(tx: &mut Tx<'_>, at: &TerminalView, card: &CardRead, origin: &Origin) -> Result<CardSeen> {
    let (now, nobody) = (tx.now(), at.nobody(origin));
    let number = kernel::chinese::half_width(&card.number).trim().to_ascii_uppercase();
    let document = tx.keys().index("identity", &document_key(DocumentKind::ResidentId, "", &number));
    let seen = match card.valid_until {
        _ if card.kind != CardKind::ResidentId => CardSeen::OtherCard,
        Some(on) if on < now.local_date() => CardSeen::Expired { on },
        _ if misses(tx, &document)? >= MISSES_PER_DAY_MAX => CardSeen::AskAtCounter,
        _ => CardSeen::LookUp,
    };
    let result = match seen {
        CardSeen::LookUp => "done",
        CardSeen::OtherCard => "other_card",
        CardSeen::Expired { .. } => "expired",
        CardSeen::AskAtCounter => "too_often",
    };
    tx.audit(&nobody, Audit::of("identity.card", at.terminal).after(mask_identity(&number)).result(result))?;
    forget_check(tx, at.terminal)?;
    if seen == CardSeen::LookUp {
        let name = tx.keys().index("name", &plain_name(&card.name));
        let (book, terminal, photo) = (kernel::Id::book(&at.terminal), at.terminal, card.photo.0.clone());
        let seal = Seal::default();
        tx.insert(&mut IdentityCheck { book, terminal, document, name, photo, read_at: now, seal })?;
    }
    Ok(seen)
}

/// The picture of the card that waits for its holder's face at a machine; `None` when none does.
pub fn photo_waiting(tx: &mut Tx<'_>, at: &TerminalView) -> Result<Option<Photo>> {
    let found = tx.get::<IdentityCheck>(params![kernel::Id::book(&at.terminal), at.terminal])?;
    Ok(found.filter(|c| fresh(c, tx.now())).map(|c| Photo(c.photo)))
}

fn fresh(check: &IdentityCheck, now: Timestamp) -> bool {
    now.since(check.read_at) <= CHECK_SECONDS_MAX * SECOND
}

/// What follows from a face. Commit it: a face that does not fit is counted.
#[derive(Debug)]
pub enum FaceSeen {
    /// He is served; see [`visit_open`].
    Welcome(Box<Visited>),
    /// Card and face are one person's, who is no customer of the bank or is on file under another name.
    NotOnFile,
    /// Once more; so many tries are left today.
    Again {
        left: i64,
    },
    AskAtCounter,
    /// No card waits for a face here any more.
    NoCard,
    TimedOut,
    CameraOff,
    Down,
}

/// Takes note of what the camera said, for the card that waits at this machine.
pub fn face_seen(tx: &mut Tx<'_>, at: &TerminalView, face: Face, origin: &Origin) -> Result<FaceSeen> {
    let found = tx.load::<IdentityCheck>(params![kernel::Id::book(&at.terminal), at.terminal])?;
    let Some(check) = found.filter(|c| fresh(c, tx.now())) else { return Ok(FaceSeen::NoCard) };
    let nobody = at.nobody(origin);
    let (judged, note) = (judge(face), |result| Audit::of("identity.face", at.terminal).result(result));
    let (seen, result) = match judged {
        Judged::TimedOut => (FaceSeen::TimedOut, "timed_out"),
        Judged::CameraOff => (FaceSeen::CameraOff, "camera_off"),
        Judged::Down => (FaceSeen::Down, "down"),
        Judged::Other => match MISSES_PER_DAY_MAX - miss(tx, &check.document)? {
            left if left > 0 => (FaceSeen::Again { left }, "other_face"),
            _ => (FaceSeen::AskAtCounter, "other_face"),
        },
        Judged::Same => match on_file(tx, &check)? {
            None => (FaceSeen::NotOnFile, "not_on_file"),
            Some(id) => {
                let visited = visit_open(tx, at, id, &Photo(check.photo.clone()), origin)?;
                (FaceSeen::Welcome(Box::new(visited)), "done")
            }
        },
    };
    tx.audit(&nobody, note(result))?;
    if matches!(seen, FaceSeen::Welcome(_) | FaceSeen::NotOnFile | FaceSeen::AskAtCounter) {
        tx.remove(&check)?;
    }
    Ok(seen)
}

/// Forgets the card that waits at a machine: its holder went away, or somebody else came.
pub fn forget_check(tx: &mut Tx<'_>, at: DeviceId) -> Result<()> {
    match tx.load::<IdentityCheck>(params![kernel::Id::book(&at), at])? {
        Some(check) => tx.remove(&check),
        None => Ok(()),
    }
}

fn on_file(tx: &mut Tx<'_>, check: &IdentityCheck) -> Result<Option<PersonId>> {
    let Some(id) = directory::find(tx, Kind::Identity, &hex(&check.document))? else { return Ok(None) };
    let id: PersonId = id.parse()?;
    Ok((person(tx, id)?.name_index == check.name).then_some(id))
}

fn misses(tx: &mut Tx<'_>, document: &[u8]) -> Result<i64> {
    let today = tx.now().local_date();
    let row = tx.get::<IdentityMiss>(params![BookId::HEAD_OFFICE, document.to_vec()])?;
    Ok(row.filter(|m| m.date == today).map_or(0, |m| m.count))
}

/// Counts one more; answers how many there are today.
pub(crate) fn miss(tx: &mut Tx<'_>, document: &[u8]) -> Result<i64> {
    let (book, date) = (BookId::HEAD_OFFICE, tx.now().local_date());
    let Some(mut row) = tx.load::<IdentityMiss>(params![book, document.to_vec()])? else {
        let document = document.to_vec();
        tx.insert(&mut IdentityMiss { book, document, date, count: 1, seal: Seal::default() })?;
        return Ok(1);
    };
    row.count = if row.date == date { row.count + 1 } else { 1 };
    row.date = date;
    tx.update(&mut row)?;
    Ok(row.count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_likeness_and_a_live_face_are_both_needed() {
        let compared = |likeness, liveness| Face::Compared { likeness, liveness };
        let cases = [
            (compared(MATCH_MIN, LIVENESS_MIN), Judged::Same),
            (compared(1000, 1000), Judged::Same),
            (compared(MATCH_MIN - 1, 1000), Judged::Other),
            (compared(1000, LIVENESS_MIN - 1), Judged::Other),
            (compared(0, 0), Judged::Other),
            (Face::TimedOut, Judged::TimedOut),
            (Face::CameraOff, Judged::CameraOff),
            (Face::Down, Judged::Down),
        ];
        for (face, want) in cases {
            assert_eq!(judge(face), want, "{face:?}");
        }
    }
}
