//! Languages that are being written. A young language has some texts; whatever it lacks is said in the complete language it stands
//! on, key by key, and so are dates, amounts and names. Its pages keep the language tag of that one, because most of what they
//! say is in it. It is offered only where the bank turns young languages on ([`crate::Setting::young_languages`]).
//!
//! To add one: a folder in `locales/`, a line in [`YOUNG`]. When it has every key, it becomes a [`Lang`].
use super::{Lang, Texts, bundle};
use std::sync::LazyLock;

/// A language with some texts of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Young {
    /// The BCP 47 tag, and the name of the folder.
    pub tag: &'static str,
    /// What the language calls itself.
    pub own_name: &'static str,
    /// Where everything else comes from.
    pub base: Lang,
    texts: &'static [&'static str],
}

/// In the order they are offered.
pub static YOUNG: [Young; 1] = [Young {
    tag: "lis",
    own_name: "傈僳语样例",
    base: Lang::Zh,
    texts: &[include_str!("../../locales/lis/sample.ftl")],
}];

static BUNDLES: LazyLock<Vec<Texts>> = LazyLock::new(|| YOUNG.iter().map(|y| bundle(y.base, y.texts)).collect());

impl Young {
    /// The young language with this tag, in any case.
    pub fn parse(tag: &str) -> Option<&'static Young> {
        YOUNG.iter().find(|y| y.tag.eq_ignore_ascii_case(tag))
    }

    pub(super) fn bundle(&'static self) -> Option<&'static Texts> {
        YOUNG.iter().position(|y| y == self).and_then(|i| BUNDLES.get(i))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;

    #[test]
    fn what_it_has_is_told_and_the_rest_falls_back_key_by_key() {
        for young in &YOUNG {
            let (own, base) = (Words::young(young), Words::of(young.base));
            assert_ne!(own.t("sign-out"), base.t("sign-out"), "{}", young.tag);
            assert_eq!(own.t("dialog-close"), base.t("dialog-close"), "{}", young.tag);
            assert_eq!(own.t("no-such-key"), "⟦no-such-key⟧");
            let hello = |w: Words| w.t_with("home-hello", &[("name", "x".into())]);
            assert_eq!(hello(own), hello(base), "arguments reach what it falls back to");
            assert_eq!(
                (own.lang, own.money(kernel::Money::cny(100))),
                (young.base, base.money(kernel::Money::cny(100)))
            );
        }
    }

    #[test]
    fn every_folder_of_texts_is_a_language() {
        for folder in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/locales")).unwrap() {
            let name = folder.unwrap().file_name().to_string_lossy().into_owned();
            let complete = Lang::ALL.iter().any(|l| l.tag() == name);
            assert!(complete || Young::parse(&name).is_some(), "nothing reads locales/{name}");
        }
        assert_eq!((Young::parse("LIS").map(|y| y.tag), Young::parse("zh-CN")), (Some("lis"), None));
    }
}
