//! What others may hear of people, rights and sessions: ids and figures, no personal data.
use crate::{Contact, Role};
use kernel::Timestamp;
use kernel::id::{
    ClientId, ConsentId, ContactChangeId, DeviceId, FirmId, GrantId, LoginId, PasskeyId, PersonId, SessionId, StaffId,
};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Event {
    SignedIn {
        login: LoginId,
        session: SessionId,
        who: String,
        /// As this login knows it; `None` at a machine or from a program that told none.
        device: Option<DeviceId>,
        new_device: bool,
    },
    LoginPaused {
        login: LoginId,
        who: String,
        failures: u32,
        until: Timestamp,
    },
    SessionEnded {
        session: SessionId,
        login: LoginId,
        reason: &'static str,
    },
    SteppedUp {
        session: SessionId,
        login: LoginId,
    },
    Granted {
        grant: GrantId,
        holder: String,
        role: Role,
    },
    Revoked {
        grant: GrantId,
        holder: String,
        role: Role,
    },
    PersonRegistered {
        person: PersonId,
    },
    /// `masked` is the number of the document before, masked.
    DocumentChanged {
        person: PersonId,
        masked: String,
    },
    TierChanged {
        person: PersonId,
        from: crate::Tier,
        to: crate::Tier,
    },
    FirmRegistered {
        firm: FirmId,
    },
    StaffLeft {
        staff: StaffId,
    },
    ClientEnded {
        client: ClientId,
    },
    PasskeyMade {
        passkey: PasskeyId,
        login: LoginId,
        who: String,
    },
    PasskeyRemoved {
        passkey: PasskeyId,
        login: LoginId,
        who: String,
    },
    PasskeySuspect {
        passkey: PasskeyId,
        login: LoginId,
        who: String,
    },
    /// `masked` is the number or address before, masked.
    ContactChanged {
        change: ContactChangeId,
        person: PersonId,
        what: Contact,
        masked: String,
    },
    ConsentGiven {
        consent: ConsentId,
        person: PersonId,
        purpose: &'static str,
    },
    ConsentEnded {
        consent: ConsentId,
        person: PersonId,
        purpose: &'static str,
    },
    /// `from` is the name on the badge.
    ManagerAssigned {
        person: PersonId,
        staff: StaffId,
        from: String,
    },
    VisitBegun {
        session: SessionId,
        person: PersonId,
        terminal: DeviceId,
        place: String,
    },
    VisitEnded {
        session: SessionId,
        person: PersonId,
        terminal: DeviceId,
        reason: &'static str,
    },
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
            Event::PasskeyMade { .. } => "party.passkey_made",
            Event::PasskeyRemoved { .. } => "party.passkey_removed",
            Event::PasskeySuspect { .. } => "party.passkey_suspect",
            Event::ContactChanged { what: Contact::Phone, .. } => "party.phone_changed",
            Event::ContactChanged { what: Contact::Address, .. } => "party.address_changed",
            Event::DocumentChanged { .. } => "party.document_changed",
            Event::ConsentGiven { .. } => "party.consent_given",
            Event::ConsentEnded { .. } => "party.consent_ended",
            Event::ManagerAssigned { .. } => "party.manager_assigned",
            Event::VisitBegun { .. } => "party.visit_begun",
            Event::VisitEnded { .. } => "party.visit_ended",
        }
    }
    fn aggregate(&self) -> String {
        match self {
            Event::SignedIn { login, .. }
            | Event::LoginPaused { login, .. }
            | Event::SessionEnded { login, .. }
            | Event::SteppedUp { login, .. } => login.to_string(),
            Event::PasskeyMade { passkey, .. }
            | Event::PasskeyRemoved { passkey, .. }
            | Event::PasskeySuspect { passkey, .. } => passkey.to_string(),
            Event::ContactChanged { change, .. } => change.to_string(),
            Event::ConsentGiven { consent, .. } | Event::ConsentEnded { consent, .. } => consent.to_string(),
            Event::Granted { holder, .. } | Event::Revoked { holder, .. } => holder.clone(),
            Event::PersonRegistered { person }
            | Event::TierChanged { person, .. }
            | Event::DocumentChanged { person, .. }
            | Event::ManagerAssigned { person, .. }
            | Event::VisitBegun { person, .. }
            | Event::VisitEnded { person, .. } => person.to_string(),
            Event::FirmRegistered { firm } => firm.to_string(),
            Event::StaffLeft { staff } => staff.to_string(),
            Event::ClientEnded { client } => client.to_string(),
        }
    }
}
