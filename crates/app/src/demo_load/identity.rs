//! The cards that may be laid on the reader of a demo machine: people of the demo, and what becomes of each card.
use demo::logins::demo_logins;
use party::{IdentitySimulator, SimulatedCard, Story};

/// Which story is told with whose card: a login's name, or nobody's.
const CARDS: [(Story, &str); 12] = [
    (Story::Passes, "customer"),
    (Story::Passes, "elder"),
    (Story::Passes, "worker"),
    (Story::OtherFace, "merchant"),
    (Story::NotLive, "merchant"),
    (Story::TimedOut, "customer"),
    (Story::CameraOff, "customer"),
    (Story::Down, "customer"),
    (Story::Expired, "elder"),
    (Story::BankCard, "worker"),
    (Story::NotRead, "worker"),
    (Story::Passes, "younghand"),
];
/// A card whose holder is no customer: a number of the invented region that nobody here has.
const STRANGER: (&str, &str) = ("周望海", "990199196001010");

/// The reader and camera of the demo's machines. The cards are numbered from 1.
pub fn identity_simulator() -> IdentitySimulator {
    let data = super::data();
    let logins = demo_logins(&data);
    let of = |story: Story, login: &str| {
        let l = logins.iter().find(|l| l.name == login)?;
        Some((story, l.document.number().to_owned(), l.display.clone()))
    };
    let body = format!("{}09", STRANGER.1);
    let stranger = kernel::chinese::identity_check(&body).map(|check| format!("{body}{check}"));
    let cards = CARDS.into_iter().filter_map(|(story, login)| of(story, login));
    let cards = cards.chain(stranger.map(|number| (Story::Stranger, number, STRANGER.0.to_owned())));
    let card = |((story, number, name), tag)| SimulatedCard { tag, number, name, valid_until: None, story };
    IdentitySimulator::new(cards.zip(1u8..).map(card).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use party::IdentityPort;

    #[test]
    fn every_story_has_a_card() {
        let shown = identity_simulator().shown();
        for story in Story::ALL {
            assert!(shown.iter().any(|c| c.story == story.code()), "{story} has none: {shown:?}");
        }
        assert_eq!(shown.len(), CARDS.len() + 1);
    }
}
