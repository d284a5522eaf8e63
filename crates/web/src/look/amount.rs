use crate::words::Words;
use kernel::{Date, Money, Timestamp};
use maud::{Markup, html};

fn shown(words: Words, amount: Money, class: &str) -> Markup {
    let digits = amount.grouped().replace('-', "−");
    let (unit, after) = words.unit(amount.currency);
    html! {
        span class=(class) {
            @if !after { span.amount-unit { (unit) } " " }
            span.amount-digits { (digits) }
            @if after { " " span.amount-unit { (unit) } }
        }
    }
}

/// An amount in full, its digits in columns.
pub fn amount(words: Words, amount: Money) -> Markup {
    shown(words, amount, if amount.minor < 0 { "amount amount-minus" } else { "amount" })
}

/// The one amount a page is about: a balance, a sum to confirm.
pub fn balance(words: Words, label: &str, amount: Money) -> Markup {
    html! { p.balance { span.balance-label { (label) } (shown(words, amount, "amount balance-amount")) } }
}

/// In 万 and 亿 where the language has them; the full amount is there for who points at it or listens.
pub fn amount_short(words: Words, amount: Money) -> Markup {
    let (short, full) = (words.money_short(amount), words.money(amount));
    if short == full {
        return self::amount(words, amount);
    }
    html! { data.amount value=(amount.plain()) title=(full) { (short) } }
}

/// A date in the reader's language, never broken over two lines.
pub fn day(words: Words, date: Date) -> Markup {
    html! { time datetime={ (date.to_string()) } { (words.date(date)) } }
}

/// Date and minute on the wall of a branch.
pub fn moment(words: Words, at: Timestamp) -> Markup {
    html! { time datetime={ (at.to_string()) } { (words.moment(at)) } }
}

/// A masked name or number (`110***********002X`). `reveal` is where a person who may see it all asks for it; the look is audited
/// and the link says so.
pub fn masked(words: Words, what: &str, text: &str, reveal: Option<&str>) -> Markup {
    html! {
        span.masked {
            span.masked-text { (text) }
            @if let Some(href) = reveal {
                " " a.masked-reveal href=(href) { (words.t("masked-reveal")) span.aside { (what) " " (words.t("masked-audited")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;
    use kernel::Currency;

    #[test]
    fn amounts_carry_their_currency() {
        let (zh, en) = (Words::of(Lang::Zh), Words::of(Lang::En));
        let text =
            |m: Markup| m.into_string().split('<').map(|t| t.split('>').next_back().unwrap_or("")).collect::<String>();
        assert_eq!(text(amount(zh, Money::cny(-123_450))), "−1,234.50 元");
        assert_eq!(text(amount(en, Money::new(700, Currency::JPY))), "JPY 700");
        assert!(amount_short(zh, Money::cny(12_345_678)).into_string().contains("title=\"123,456.78 元\""));
    }
}
