//! What others may hear of people, rights and sessions: ids and figures, no personal data.
use crate::Role;
use kernel::Timestamp;
use kernel::id::{ClientId, FirmId, GrantId, LoginId, PersonId, SessionId, StaffId};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    SignedIn { login: LoginId, session: SessionId, who: String, new_device: bool },
    LoginPaused { login: LoginId, who: String, failures: u32, until: Timestamp },
    SessionEnded { session: SessionId, login: LoginId, reason: &'static str },
    SteppedUp { session: SessionId, login: LoginId },
    Granted { grant: GrantId, holder: String, role: Role },
    Revoked { grant: GrantId, holder: String, role: Role },
    PersonRegistered { person: PersonId },
    TierChanged { person: PersonId, from: crate::Tier, to: crate::Tier },
    FirmRegistered { firm: FirmId },
    StaffLeft { staff: StaffId },
    ClientEnded { client: ClientId },
}

impl store::Event for Event {
    fn kind(&self) -> &'static str {
        match self {
            Event::SignedIn { .. } => "party.signed_in",
            Event::LoginPaused { .. } => "party.login_paused",
            Event::SessionEnded { .. } => "party.session_ended",
            Event::SteppedUp { .. } => "party.stepped_up",
            Event::Granted { .. } => "party.granted",
            Event::Revoked { .. } => "party.revoked",
            Event::PersonRegistered { .. } => "party.person_registered",
            Event::TierChanged { .. } => "party.tier_changed",
            Event::FirmRegistered { .. } => "party.firm_registered",
            Event::StaffLeft { .. } => "party.staff_left",
            Event::ClientEnded { .. } => "party.client_ended",
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::SignedIn { login, .. }
            | Event::LoginPaused { login, .. }
            | Event::SessionEnded { login, .. }
            | Event::SteppedUp { login, .. } => login.to_string(),
            Event::Granted { holder, .. } | Event::Revoked { holder, .. } => holder.clone(),
            Event::PersonRegistered { person } | Event::TierChanged { person, .. } => person.to_string(),
            Event::FirmRegistered { firm } => firm.to_string(),
            Event::StaffLeft { staff } => staff.to_string(),
            Event::ClientEnded { client } => client.to_string(),
        }
    }
}
