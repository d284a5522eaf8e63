//! "What does this mean": every word about money has an explanation of one or two plain sentences.
//!
//! A page shows one beside the word ([`term`]), as the browser's own disclosure, which needs no script. What an elder's
//! page uses and does not explain itself is explained at its foot ([`terms_in`]), so that no page can forget one; `/words`
//! has them all. The texts are data: `word-<code>` and `word-<code>-means` in the locales.
use crate::words::{Lang, Words};
use maud::{Markup, html};

macro_rules! terms {
    ($($name:ident = $code:literal),* $(,)?) => {
        /// A word that is explained.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Term { $($name),* }

        impl Term {
            pub const ALL: &'static [Term] = &[$(Term::$name),*];

            pub fn code(self) -> &'static str {
                match self { $(Term::$name => $code),* }
            }
        }
    };
}

terms! {
    Available = "available",
    Held = "held",
    Frozen = "frozen",
    Fee = "fee",
    Arrival = "arrival",
    Limit = "limit",
    Receipt = "receipt",
    Statement = "statement",
    Deduction = "deduction",
    Due = "due",
    Net = "net",
    Payee = "payee",
    Memo = "memo",
    Code = "code",
    Passkey = "passkey",
    Delayed = "delayed",
    Tier = "tier",
    Pension = "pension",
}

impl Term {
    pub fn name(self, words: Words) -> std::borrow::Cow<'static, str> {
        words.t(&format!("word-{}", self.code()))
    }
    pub fn means(self, words: Words) -> std::borrow::Cow<'static, str> {
        words.t(&format!("word-{}-means", self.code()))
    }
    /// Whether a text uses the word.
    fn is_in(self, words: Words, text: &str) -> bool {
        let name = self.name(words);
        match words.lang {
            Lang::Zh => text.contains(&*name),
            Lang::En => text.to_lowercase().contains(&name.to_lowercase()),
        }
    }
}

/// One word with its explanation behind it.
pub fn term(words: Words, term: Term) -> Markup {
    let name = term.name(words);
    html! {
        details.term data-term=(term.code()) {
            summary.term-summary { (words.t_with("word-ask", &[("word", name.as_ref().into())])) }
            p.term-means { (term.means(words)) }
        }
    }
}

/// Several, one under the other.
pub fn terms(words: Words, all: &[Term]) -> Markup {
    html! { @if !all.is_empty() { div.terms { @for one in all { (term(words, *one)) } } } }
}

/// The words that a page uses and does not explain by itself. `page` is its markup.
pub fn terms_in(words: Words, page: &str) -> Markup {
    let text = text_of(page);
    let explained = |t: &Term| page.contains(&format!("data-term=\"{}\"", t.code()));
    let used: Vec<Term> = Term::ALL.iter().copied().filter(|t| !explained(t) && t.is_in(words, &text)).collect();
    html! {
        @if !used.is_empty() {
            section.words-here aria-labelledby="words-here" {
                h2.words-here-title id="words-here" { (words.t("words-here")) }
                (terms(words, &used))
            }
        }
    }
}

/// What is read of a page: the text between its tags.
fn text_of(page: &str) -> String {
    let mut text = String::with_capacity(page.len() / 2);
    for piece in page.split('<') {
        text.push_str(piece.split_once('>').map_or("", |(_, after)| after));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_is_explained_in_both_languages_in_a_sentence_or_two() {
        for words in Lang::ALL.map(Words::of) {
            for t in Term::ALL {
                let (name, means) = (t.name(words), t.means(words));
                assert!(!name.contains('⟦') && !means.contains('⟦'), "{}", t.code());
                let ends = means.matches(['。', '.', '？', '?']).count();
                assert!((1..=3).contains(&ends) && means.chars().count() <= 220, "{}: {means}", t.code());
            }
        }
    }

    #[test]
    fn a_page_explains_what_it_uses_once() {
        let zh = Words::of(Lang::Zh);
        let page = "<p title=\"手续费\">可用余额</p>";
        let shown = terms_in(zh, page).into_string();
        assert!(shown.contains("data-term=\"available\"") && !shown.contains("data-term=\"fee\""), "{shown}");
        let own = format!("<p>可用余额</p>{}", term(zh, Term::Available).into_string());
        assert_eq!(terms_in(zh, &own).into_string(), "");
        let en = terms_in(Words::of(Lang::En), "<td>Fee</td>").into_string();
        assert!(en.contains("data-term=\"fee\""), "{en}");
        assert_eq!(terms_in(zh, "<p>你好</p>").into_string(), "");
    }
}
