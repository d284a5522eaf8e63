//! The clock of a demo, which its operator puts ahead by a day. In any other bank the page is refused by its code.
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
use maud::{Markup, html};

pub async fn show(State(web): State<Web>, who: Signed) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let at = web.run(move |bank| app::demo_time::standing(bank, &actor)).await?;
    let w = who.words();
    let rows = [
        Row::new(who.t("demo-time-today"), html! { strong { (day(w, at.today)) } }),
        Row::new(who.t("day-open"), day(w, at.open)),
        Row::new(who.t("demo-time-ahead"), html! { (at.days_ahead) }),
    ];
    let main = html! {
        (notice(Tone::Warn, &who.t("demo-time-only"), html! { p { (who.t("demo-time-only-text")) } }))
        (summary_list(w, &rows))
        (blocked(&who, &at))
        (form(&who.view, "/demo/time", actions(button(Button::Primary, &who.t("demo-time-next"), None))))
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

pub async fn pass(State(web): State<Web>, who: Signed, _: Checked<Vec<(String, String)>>) -> Result<Response, Fault> {
    let actor = who.actor.clone();
    web.run(move |bank| app::demo_time::a_day_passes(bank, &actor).map(drop)).await?;
    Ok(see_other("/demo/time"))
}
