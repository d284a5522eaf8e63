//! A reader and a camera that are data: which card lies there is said by a number, what becomes of it by the card's story.
use crate::identity::{CardKind, CardRead, Face, IdentityPort, LIVENESS_MIN, MATCH_MIN, Photo, Reading, ShownCard};
use kernel::Date;
use kernel::id::DeviceId;

store::text_enum! {
    /// What becomes of a card that is laid on the simulated reader.
    pub enum Story {
        Passes = "passes",
        /// As one that passes, and its holder is no customer.
        Stranger = "stranger",
        Expired = "expired",
        NotRead = "not_read",
        BankCard = "bank_card",
        /// Somebody else stands before the camera.
        OtherFace = "other_face",
        /// A picture of the holder is held before the camera.
        NotLive = "not_live",
        /// Nobody stands there.
        TimedOut = "timed_out",
        CameraOff = "camera_off",
        Down = "down",
    }
}

/// A card of the simulator.
#[derive(Clone)]
pub struct SimulatedCard {
    /// What is typed to lay it on the reader.
    pub tag: u8,
    pub number: String,
    pub name: String,
    pub valid_until: Option<Date>,
    pub story: Story,
}

/// The port of a bank that shows itself. It keeps nothing: the handle of a picture is its card's number.
#[derive(Clone, Default)]
pub struct IdentitySimulator {
    cards: Vec<SimulatedCard>,
}

const HANDLE: &str = "simulated-";
/// The last day of the card that ran out.
const RAN_OUT: &str = "2019-12-31";

impl IdentitySimulator {
    pub fn new(cards: Vec<SimulatedCard>) -> IdentitySimulator {
        IdentitySimulator { cards }
    }
    fn by_tag(&self, tag: &str) -> Option<&SimulatedCard> {
        let tag: u8 = kernel::chinese::half_width(tag).trim().parse().ok()?;
        self.cards.iter().find(|c| c.tag == tag)
    }
}

impl IdentityPort for IdentitySimulator {
    fn read(&self, _: DeviceId, laid: &str) -> Reading {
        let Some(card) = self.by_tag(laid).filter(|c| c.story != Story::NotRead) else { return Reading::NotRead };
        Reading::Card(CardRead {
            kind: if card.story == Story::BankCard { CardKind::BankCard } else { CardKind::ResidentId },
            number: card.number.clone(),
            name: card.name.clone(),
            valid_until: match card.story {
                Story::Expired => Date::parse(RAN_OUT).ok(),
                _ => card.valid_until,
            },
            photo: Photo(format!("{HANDLE}{}", card.tag)),
        })
    }

    fn face(&self, _: DeviceId, photo: &Photo) -> Face {
        let card = photo.0.strip_prefix(HANDLE).and_then(|tag| self.by_tag(tag));
        match card.map(|c| c.story) {
            None | Some(Story::Down) => Face::Down,
            Some(Story::CameraOff) => Face::CameraOff,
            Some(Story::TimedOut) => Face::TimedOut,
            Some(Story::OtherFace) => Face::Compared { likeness: MATCH_MIN / 2, liveness: LIVENESS_MIN },
            Some(Story::NotLive) => Face::Compared { likeness: MATCH_MIN, liveness: LIVENESS_MIN / 2 },
            Some(_) => Face::Compared { likeness: MATCH_MIN, liveness: LIVENESS_MIN },
        }
    }

    fn shown(&self) -> Vec<ShownCard> {
        let one = |c: &SimulatedCard| ShownCard { number: c.tag, holder: c.name.clone(), story: c.story.code() };
        self.cards.iter().map(one).collect()
    }
}
