//! What the pages of staff's orders have in common: an order is done at once or waits for a second person, and what is
//! wrong with it stands beside its field.
use super::opening::beside;
use super::refused;
use crate::gate::Signed;
use crate::http::redirect::see_other;
use crate::look::FieldErrors;
use crate::state::Web;
use crate::{Fault, Shown};
use app::desk::{Act, Proposed, propose};
use axum::response::Response;
use kernel::{Date, Error, Kind, Timestamp};

/// Gives the order; leads to `back` when it is done and to its approval when it waits. What the domain says against it is
/// handed to `again`, to be shown on the form.
pub async fn order(
    web: &Web,
    who: &Signed,
    act: Act,
    back: &str,
    again: impl FnOnce(&Error) -> Shown,
) -> Result<Response, Fault> {
    let (actor, names) = (who.actor.clone(), matches!(act, Act::PayeeAdd(_)));
    let asked = web.write(move |tx| propose(tx, &actor, &act));
    match if names { web.naming(&who.actor, asked).await } else { asked.await } {
        Ok(Proposed::Done(..)) => Ok(see_other(back)),
        Ok(Proposed::Asked(approval)) => Ok(see_other(&format!("/approvals/{approval}"))),
        Err(why) if matches!(why.kind(), Kind::Refused | Kind::Conflict | Kind::Invalid | Kind::Limit) => {
            Ok(refused(again(&why)))
        }
        Err(why) => Err(why.into()),
    }
}

/// The error beside the field it names, when the form has it, or beside `other`.
pub fn fault(who: &Signed, why: &Error, fields: &[&'static str], other: &'static str) -> FieldErrors {
    let named = why.fields().iter().find(|(name, _)| *name == "field").map(|(_, value)| value.as_str());
    let field = fields.iter().find(|f| Some(**f) == named).unwrap_or(&other);
    beside(field, who, why)
}

/// The end of a day as the moment something ends that holds until then.
pub fn end_of(day: Date) -> Timestamp {
    day.plus_days(1).begins()
}
