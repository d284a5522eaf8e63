//! The clock of a demo, which its operator puts ahead by a day or to an hour. In any other bank the page is refused by its code.
use super::{Page as Sheet, page, say};
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::{Fault, Shown};
use app::Blocker;
use app::demo_time::Standing;
use axum::extract::State;
use axum::response::Response;
use kernel::Error;
use maud::{Markup, html};
use serde::Deserialize;

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let at = web.run(move |bank| app::demo_time::standing(bank, &actor)).await?;
    let w = who.words();
    let ahead = [("days", (at.minutes_ahead / 1_440).into()), ("minutes", (at.minutes_ahead % 1_440).into())];
    let until = Field::new("until", who.t("demo-time-until")).hint(who.t("demo-time-until-hint"));
    let rows = [
        Row::new(who.t("demo-time-now"), html! { strong { (moment(w, at.now)) } }),
        Row::new(who.t("day-open"), day(w, at.open)),
        Row::new(who.t("demo-time-ahead"), html! { (w.t_with("demo-time-ahead-by", &ahead)) }),
    ];
    let main = html! {
        (notice(Tone::Warn, &who.t("demo-time-only"), html! { p { (who.t("demo-time-only-text")) } }))
        (summary_list(w, &rows))
        (blocked(&who, &at))
        (form(&who.view, "/demo/time", actions(button(Button::Primary, &who.t("demo-time-next"), None))))
        (form(&who.view, "/demo/time", html! {
            (text(w, &until))
            (actions(button(Button::Secondary, &who.t("demo-time-to"), None)))
        }))
        p.hint { (who.t("demo-time-takes")) }
    };
    Ok(page(&who, Sheet::new(who.t("demo-time")).lead(who.t("demo-time-lead")), main))
}

/// What keeps the business day open: the clock goes on all the same.
fn blocked(who: &Signed, at: &Standing) -> Markup {
    let w = who.words();
    let row =
        |b: &Blocker| [html! { (b.branch) }, html! { (say::told(w, "day-blocker", b.what)) }, html! { (b.count) }];
    let table = Table::new(who.t("day-blockers"))
        .text(who.t("branch"))
        .text(who.t("day-what"))
        .figures(who.t("count"))
        .rows(at.blockers.iter().map(row));
    html! {
        @if !at.blockers.is_empty() {
            (notice(Tone::Info, &who.t("demo-time-blocked"), html! { p { (who.t("demo-time-blocked-text")) } }))
            (table.show(w))
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Until {
    #[serde(rename = "csrf")]
    _csrf: String,
    /// `21:40`; empty is a whole day.
    #[serde(default)]
    until: String,
}

pub async fn pass(State(web): State<Web>, who: Signed, Checked(f): Checked<Until>) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    let until = time_of_day(f.until.trim())?;
    web.run(move |bank| match until {
        Some((hour, minute)) => app::demo_time::it_becomes(bank, &actor, hour, minute).map(drop),
        None => app::demo_time::a_day_passes(bank, &actor).map(drop),
    })
    .await?;
    Ok(see_other("/demo/time"))
}

/// `21:40` or nothing.
fn time_of_day(given: &str) -> Result<Option<(u8, u8)>, Error> {
    if given.is_empty() {
        return Ok(None);
    }
    let read = given.split_once(':').and_then(|(h, m)| Some((h.parse().ok()?, m.parse().ok()?)));
    read.map(Some).ok_or_else(|| Error::field("until", "an hour and a minute, as 21:40"))
}
