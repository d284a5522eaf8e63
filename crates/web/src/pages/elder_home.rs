//! The first page of the elder edition: what changed and today's money in one sentence, then six places at most.
//!
//! What the money was comes from the bank's own word for the entry, never from the payer's note: a stranger who sends a cent
//! must not write the headline of somebody's bank.
use super::{Page, page};
use crate::gate::Signed;
use crate::look::*;
use crate::state::Web;
use crate::words::Words;
use crate::{Fault, Shown};
use kernel::{Date, Money, Owner, PageAsk, Result};
use ledger::{Line, Purpose};
use maud::html;
use store::Tx;

/// Entries of each account looked through for what changed.
const LINES_LOOKED_AT: u32 = 20;
/// Days in which money that came in is still news.
const NEWS_DAYS: i64 = 3;

/// What changed last.
#[derive(Clone, Debug, PartialEq, Eq)]
struct News {
    what: String,
    /// Above zero: it came in.
    change: Money,
    on: Date,
}

/// Everything that the first page tells.
struct First {
    today: Date,
    news: Option<News>,
    accounts: Vec<ledger::View>,
    slips: bool,
    /// Wages that wait for his word.
    to_sign: usize,
    unread: u64,
}

pub(super) async fn show(web: &Web, who: Signed) -> std::result::Result<Shown, Fault> {
    let reader = who.clone();
    let first = web.read(move |tx| look(tx, &reader)).await?;
    let w = who.words();
    let sentence = sentence(w, &first);
    let main = html! {
        @if first.to_sign > 0 {
            (actions(link_button(Button::Primary, &w.t_with("my-lines-waiting-go", &[("n", (first.to_sign as i64).into())]), "/worker/lines")))
        }
        @if first.unread > 0 {
            (actions(link_button(Button::Secondary, &w.t_with("elder-unread", &[("n", (first.unread as i64).into())]), "/notices")))
        }
        (tiles(&places(&who, &first)))
    };
    Ok(page(&who, Page::new(sentence), main))
}

fn look(tx: &mut Tx<'_>, who: &Signed) -> Result<First> {
    let Some(person) = who.person() else { return Err(kernel::Error::forbidden("a firm has no elder edition")) };
    let today = tx.now().local_date();
    let (mut accounts, mut newest) = (Vec::new(), Vec::new());
    for account in ledger::of_owner(tx, Owner::Person(person))? {
        if account.closed_at.is_some() || account.purpose != Purpose::General {
            continue;
        }
        let lines = ledger::statement(tx, account.id, None, LINES_LOOKED_AT)?;
        newest.extend(lines.into_iter().filter(|l| l.change != 0));
        accounts.push(ledger::view(tx, account.id)?);
    }
    let slips = !payroll::slips_of(tx, &who.actor, person, &PageAsk::first(1))?.items.is_empty();
    let to_sign = crews::waiting_for_me(tx, &who.actor)?;
    let unread = app::notices::unread(tx, &who.actor)?;
    Ok(First { today, news: news(who.words(), newest, today), accounts, slips, to_sign, unread })
}

/// Money that came in today, else what went out today, else what came in on the last days; the newest of them.
fn news(words: Words, lines: Vec<Line>, today: Date) -> Option<News> {
    let age = |l: &Line| today.days() - l.entry.at.local_date().days();
    let rank = |l: &Line| (age(l) > 0, l.change < 0, std::cmp::Reverse(l.entry.at));
    let fresh = |l: &Line| age(l) <= 0 || (l.change > 0 && age(l) <= NEWS_DAYS);
    let line = lines.into_iter().filter(fresh).min_by_key(rank)?;
    let coming_in = if line.change > 0 { "elder-in" } else { "elder-out" };
    let kind = line.entry.code.replace('_', "-");
    let what = words.maybe(&format!("elder-what-{kind}"), &[]).unwrap_or_else(|| words.t(coming_in).into_owned());
    Some(News { what, change: Money::new(line.change, line.entry.currency), on: line.entry.at.local_date() })
}

/// The accounts' sum of what may be used, in the currency of the first.
fn usable(accounts: &[ledger::View]) -> Option<Money> {
    let first = accounts.first()?;
    let of_currency = accounts.iter().map(|v| v.available()).filter(|m| m.currency == first.account.currency);
    of_currency.reduce(|sum, m| sum.add(m).unwrap_or(sum))
}

/// An amount that is never broken from its currency over two lines.
fn whole(words: Words, amount: Money) -> String {
    words.money(amount).replace(' ', "\u{a0}")
}

fn sentence(words: Words, first: &First) -> String {
    let tell = |key: &str, n: &News| {
        let amount = Money::new(n.change.minor.abs(), n.change.currency);
        let args = [
            ("what", n.what.as_str().into()),
            ("amount", whole(words, amount).into()),
            ("day", words.date(n.on).into()),
        ];
        words.t_with(key, &args)
    };
    match (&first.news, usable(&first.accounts)) {
        (_, None) => words.t("elder-no-account").into_owned(),
        (Some(n), _) if n.change.minor > 0 && n.on == first.today => tell("elder-in-today", n),
        (Some(n), _) if n.change.minor > 0 => tell("elder-in-before", n),
        (Some(n), _) => tell("elder-out-today", n),
        (None, Some(sum)) => words.t_with("elder-balance", &[("amount", whole(words, sum).into())]),
    }
}

fn places(who: &Signed, first: &First) -> Vec<Tile<'static>> {
    let w = who.words();
    let statement = match first.accounts.as_slice() {
        [only] => format!("/accounts/{}", only.account.id),
        _ => "/accounts".to_owned(),
    };
    let balance = usable(&first.accounts)
        .map(|sum| w.t_with("elder-tile-balance-hint", &[("amount", w.money(sum).into())]).into());
    let tile = |icon, key: &str, href: String| Tile {
        icon,
        label: who.t(key),
        hint: Some(who.t(&format!("{key}-hint"))),
        href: href.into(),
    };
    let news = if first.slips {
        tile(Icon::Bill, "elder-tile-slips", "/slips".into())
    } else {
        tile(Icon::Info, "elder-tile-notices", "/notices".into())
    };
    vec![
        Tile { icon: Icon::Account, label: who.t("elder-tile-balance"), hint: balance, href: "/accounts".into() },
        tile(Icon::Transfer, "elder-tile-pay", "/pay".into()),
        tile(Icon::List, "elder-tile-statement", statement),
        news,
        tile(Icon::Family, "elder-tile-family", "/family".into()),
        tile(Icon::Help, "elder-tile-help", "/help".into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn the_first_line_says_what_changed_or_what_there_is() {
        let day = |d: i8| Date::ymd(2026, 11, d).unwrap();
        let first = |news| First { today: day(22), news, accounts: Vec::new(), slips: false, to_sign: 0, unread: 0 };
        let zh = Words::of(Lang::Zh);
        assert_eq!(sentence(zh, &first(None)), "您在这里还没有账户。");
    }
}
