//! The words of the screens, in the reader's language.
//!
//! Texts are Fluent messages in `locales/zh-CN/*.ftl` and `locales/en/*.ftl`, compiled into the binary. A request gets
//! its language from `?lang=`, then the cookie, then `Accept-Language`, then zh-CN. A key that is missing never breaks a
//! page: it is shown as `⟦key⟧` and logged; a test holds both languages to the same keys.
//!
//! An error is told by its code: the message `error-<code>` (with - for _) and its attribute `.remedy`, filled with the
//! error's fields and its English message as `$message`. Where a field that it asks for is absent its attribute `.plain` is
//! told, which asks for none; where a language does not know the code, the error's own English message and remedy are.
#[cfg(test)]
mod plain;
pub mod young;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use kernel::{Currency, Date, Error, Kind, Money, Timestamp};
use std::borrow::Cow;
use std::sync::LazyLock;
use young::Young;

/// The texts of one language.
pub(crate) type Texts = FluentBundle<FluentResource>;

/// A language the bank speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::Zh, Lang::En];

    /// The BCP 47 tag written into `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }
    /// What the language calls itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Lang::Zh => "中文",
            Lang::En => "English",
        }
    }
    /// By the primary subtag: `zh`, `zh-Hans-CN`, `en-GB`.
    pub fn parse(tag: &str) -> Option<Lang> {
        match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// The language of an `Accept-Language` header (RFC 9110 §12.5.4): the highest weight we speak, the earlier of equals.
    pub fn accepted(header: &str) -> Option<Lang> {
        const RANGES_MAX: usize = 20;
        let mut best: Option<(u32, Lang)> = None;
        for range in header.split(',').take(RANGES_MAX) {
            let mut parts = range.split(';').map(str::trim);
            let lang = parts.next().and_then(Lang::parse);
            let weight = parts.find_map(|p| p.strip_prefix("q=")).map_or(Some(1000), weight_in_thousandths);
            if let (Some(lang), Some(weight)) = (lang, weight)
                && weight > best.map_or(0, |(w, _)| w)
            {
                best = Some((weight, lang));
            }
        }
        best.map(|(_, lang)| lang)
    }

    /// The first that is given and known: the query, the cookie, the header; else zh-CN.
    pub fn choose(query: Option<&str>, cookie: Option<&str>, accept: Option<&str>) -> Lang {
        query
            .and_then(Lang::parse)
            .or_else(|| cookie.and_then(Lang::parse))
            .or_else(|| accept.and_then(Lang::accepted))
            .unwrap_or_default()
    }
}

fn weight_in_thousandths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{part:0<3}");
    digits.get(..4)?.parse().ok().filter(|w| *w <= 1000)
}

macro_rules! texts {
    ($folder:literal) => {
        &[
            include_str!(concat!("../locales/", $folder, "/base.ftl")),
            include_str!(concat!("../locales/", $folder, "/errors.ftl")),
            include_str!(concat!("../locales/", $folder, "/design.ftl")),
            include_str!(concat!("../locales/", $folder, "/pages.ftl")),
            include_str!(concat!("../locales/", $folder, "/parts.ftl")),
            include_str!(concat!("../locales/", $folder, "/screens.ftl")),
            include_str!(concat!("../locales/", $folder, "/desk.ftl")),
            include_str!(concat!("../locales/", $folder, "/kiosk.ftl")),
            include_str!(concat!("../locales/", $folder, "/notices.ftl")),
            include_str!(concat!("../locales/", $folder, "/people.ftl")),
            include_str!(concat!("../locales/", $folder, "/transfer.ftl")),
            include_str!(concat!("../locales/", $folder, "/door.ftl")),
            include_str!(concat!("../locales/", $folder, "/elder.ftl")),
            include_str!(concat!("../locales/", $folder, "/statement.ftl")),
            include_str!(concat!("../locales/", $folder, "/cash.ftl")),
            include_str!(concat!("../locales/", $folder, "/deposits.ftl")),
            include_str!(concat!("../locales/", $folder, "/machine.ftl")),
            include_str!(concat!("../locales/", $folder, "/wealth.ftl")),
            include_str!(concat!("../locales/", $folder, "/crews.ftl")),
            include_str!(concat!("../locales/", $folder, "/safety.ftl")),
            include_str!(concat!("../locales/", $folder, "/worksite.ftl")),
            include_str!(concat!("../locales/", $folder, "/arrears.ftl")),
            include_str!(concat!("../locales/", $folder, "/guarantee.ftl")),
            include_str!(concat!("../locales/", $folder, "/risk.ftl")),
            include_str!(concat!("../locales/", $folder, "/rules.ftl")),
            include_str!(concat!("../locales/", $folder, "/orders.ftl")),
            include_str!(concat!("../locales/", $folder, "/cases.ftl")),
            include_str!(concat!("../locales/", $folder, "/talks.ftl")),
            include_str!(concat!("../locales/", $folder, "/diligence.ftl")),
            include_str!(concat!("../locales/", $folder, "/reporting.ftl")),
            include_str!(concat!("../locales/", $folder, "/cards.ftl")),
        ]
    };
}

static ZH: LazyLock<Texts> = LazyLock::new(|| bundle(Lang::Zh, texts!("zh-CN")));
static EN: LazyLock<Texts> = LazyLock::new(|| bundle(Lang::En, texts!("en")));

pub(crate) fn bundle(lang: Lang, texts: &[&str]) -> Texts {
    let mut bundle = FluentBundle::new_concurrent(vec![lang.tag().parse().expect("our own tags are well formed")]);
    bundle.set_use_isolating(false);
    for text in texts {
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(whole, faults)| {
            tracing::error!(lang = lang.tag(), ?faults, "a text file has faults");
            whole
        });
        if let Err(faults) = bundle.add_resource(resource) {
            tracing::error!(lang = lang.tag(), ?faults, "a text is there twice");
        }
    }
    bundle
}

/// An error as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub message: String,
    pub remedy: String,
}

/// The words of one language; cheap to copy into every component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Words {
    pub lang: Lang,
    /// A young language whose texts come first.
    pub young: Option<&'static Young>,
}

impl Words {
    pub fn of(lang: Lang) -> Words {
        Words { lang, young: None }
    }
    pub fn young(young: &'static Young) -> Words {
        Words { lang: young.base, young: Some(young) }
    }

    fn bundle(self) -> &'static Texts {
        match self.lang {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        }
    }

    /// The text of `key`. A missing key is shown as `⟦key⟧` and logged.
    pub fn t(self, key: &str) -> Cow<'static, str> {
        self.find(key, None, None).unwrap_or_else(|| self.missing(key))
    }

    /// The text of `key` with its `{ $name }` filled in; what an argument holds is never read as markup.
    pub fn t_with(self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.find(key, None, Some(&args)).unwrap_or_else(|| self.missing(key)).into_owned()
    }

    /// The text of `key` where there is one and it has all it asks for.
    pub fn maybe(self, key: &str, args: &[(&str, FluentValue<'_>)]) -> Option<String> {
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.find(key, None, Some(&args)).map(Cow::into_owned)
    }

    fn missing(self, key: &str) -> Cow<'static, str> {
        tracing::error!(lang = self.lang.tag(), key, "a text is missing or lacks an argument");
        format!("⟦{key}⟧").into()
    }

    /// `None` when the key or attribute is not there, or asks for an argument that is not given.
    fn find(self, key: &str, attribute: Option<&str>, args: Option<&FluentArgs<'_>>) -> Option<Cow<'static, str>> {
        let own = self.young.and_then(Young::bundle).and_then(|texts| Words::found(texts, key, attribute, args));
        own.or_else(|| Words::found(self.bundle(), key, attribute, args))
    }

    fn found(
        texts: &'static Texts,
        key: &str,
        attribute: Option<&str>,
        args: Option<&FluentArgs<'_>>,
    ) -> Option<Cow<'static, str>> {
        let message = texts.get_message(key)?;
        let pattern = match attribute {
            None => message.value()?,
            Some(name) => message.get_attribute(name)?.value(),
        };
        let mut faults = Vec::new();
        let text = match args {
            None => texts.format_pattern(pattern, None, &mut faults),
            Some(args) => texts.format_pattern(pattern, Some(args), &mut faults).into_owned().into(),
        };
        faults.is_empty().then_some(text)
    }

    /// What is wrong and what to do about it. The inside of a defect (`Kind::Broken`) is for the log and is not told.
    pub fn error(self, error: &Error) -> Told {
        let key = format!("error-{}", error.code().name.replace('_', "-"));
        let broken = error.kind() == Kind::Broken;
        let inside = (!broken).then(|| ("message", FluentValue::from(error.message())));
        let fields = error.fields().iter().map(|(name, value)| (*name, FluentValue::from(value.as_str())));
        let args: FluentArgs<'_> = inside.into_iter().chain(fields).collect();
        let own = || if broken { self.t("error-broken-record").into_owned() } else { error.message().to_owned() };
        let told = |attribute| self.find(&key, attribute, Some(&args)).map(Cow::into_owned);
        Told {
            message: told(None).or_else(|| told(Some("plain"))).unwrap_or_else(own),
            remedy: told(Some("remedy")).unwrap_or_else(|| error.remedy().to_owned()),
        }
    }

    /// `1,234.50 元`, `CNY 1,234.50`. The minus is U+2212, which lines up with digits and is read out as minus.
    pub fn money(self, amount: Money) -> String {
        let digits = amount.grouped().replace('-', "−");
        match self.unit(amount.currency) {
            (unit, true) => format!("{digits} {unit}"),
            (unit, false) => format!("{unit} {digits}"),
        }
    }

    /// What the currency is called beside an amount, and whether it stands after it.
    pub fn unit(self, currency: Currency) -> (String, bool) {
        let key = format!("currency-{}", currency.code());
        match (self.lang, self.find(&key, None, None)) {
            (Lang::Zh, Some(name)) => (name.into_owned(), true),
            _ if currency.is_internal() => (self.t("currency-internal").into_owned(), self.lang == Lang::Zh),
            _ => (currency.code().to_owned(), false),
        }
    }

    /// In Chinese from ten thousand on `12.35 万元`, from a hundred million on `1.20 亿元`, rounded half up to two decimals;
    /// otherwise as [`Words::money`]. For overviews: wherever an amount is confirmed, it is shown in full.
    pub fn money_short(self, amount: Money) -> String {
        let whole = 10i128.pow(amount.currency.decimals());
        let minor = i128::from(amount.minor);
        let steps = [(100_000_000i128, "亿"), (10_000, "万")];
        let step = steps.into_iter().find(|(size, _)| minor.abs() >= size * whole);
        match (self.lang, step) {
            (Lang::Zh, Some((size, name))) => {
                let hundredths = (minor.abs() * 100 + size * whole / 2) / (size * whole);
                let sign = if minor < 0 { "−" } else { "" };
                let (unit, _) = self.unit(amount.currency);
                format!("{sign}{}.{:02} {name}{unit}", hundredths / 100, hundredths % 100)
            }
            _ => self.money(amount),
        }
    }

    /// `2026年11月21日`, `21 Nov 2026`.
    pub fn date(self, date: Date) -> String {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        match self.lang {
            Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
            Lang::En => format!("{} {} {}", date.day(), MONTHS[(date.month() - 1) as usize % 12], date.year()),
        }
    }

    /// Date and minute on the wall of a branch: `2026年11月21日 14:05`.
    pub fn moment(self, at: Timestamp) -> String {
        let (hour, minute, _) = at.local_time();
        format!("{} {hour:02}:{minute:02}", self.date(at.local_date()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// `file:key` and `file:key.attribute` of all texts of a language.
    fn keys(folder: &str) -> BTreeSet<String> {
        let path = format!("{}/locales/{folder}", env!("CARGO_MANIFEST_DIR"));
        let mut keys = BTreeSet::new();
        for file in std::fs::read_dir(path).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let mut message = String::new();
            for line in std::fs::read_to_string(&path).unwrap().lines() {
                let Some((head, _)) = line.split_once('=') else { continue };
                match head.trim().strip_prefix('.') {
                    Some(attribute) if line.starts_with(' ') => keys.insert(format!("{message}.{attribute}")),
                    None if !line.starts_with([' ', '#']) => {
                        message = format!("{name}:{}", head.trim());
                        assert!(!keys.contains(&message), "{folder} has {message} twice");
                        keys.insert(message.clone())
                    }
                    _ => continue,
                };
            }
        }
        keys
    }

    #[test]
    fn both_languages_have_the_same_keys() {
        let (zh, en) = (keys("zh-CN"), keys("en"));
        let differ: Vec<_> = zh.symmetric_difference(&en).collect();
        assert!(differ.is_empty(), "only one language has {differ:?}");
        assert!(zh.len() > 50);
    }

    #[test]
    fn every_text_file_is_compiled_in_and_has_no_fault() {
        for (folder, texts) in [("zh-CN", texts!("zh-CN") as &[&str]), ("en", texts!("en"))] {
            let path = format!("{}/locales/{folder}", env!("CARGO_MANIFEST_DIR"));
            assert_eq!(std::fs::read_dir(path).unwrap().count(), texts.len(), "{folder}");
            for text in texts {
                assert!(FluentResource::try_new((*text).to_owned()).is_ok(), "{folder}");
            }
        }
    }

    /// The text of `key`, or of an attribute of it, with nothing filled in.
    pub(super) fn bare(lang: Lang, key: &str, attribute: Option<&str>) -> Option<String> {
        let bundle = Words::of(lang).bundle();
        let message = bundle.get_message(key)?;
        let pattern =
            attribute.map_or_else(|| message.value(), |name| message.get_attribute(name).map(|a| a.value()))?;
        Some(bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned())
    }

    #[test]
    fn every_code_is_told_in_both_languages() {
        let codes = app::codes();
        assert!(codes.len() > 150);
        for code in codes.into_iter().chain(crate::codes::ALL.iter().copied()) {
            let key = format!("error-{}", code.name.replace('_', "-"));
            for (lang, attribute) in Lang::ALL.into_iter().flat_map(|l| [(l, None), (l, Some("remedy"))]) {
                let text =
                    bare(lang, &key, attribute).unwrap_or_else(|| panic!("{} lacks {key} {attribute:?}", lang.tag()));
                let in_chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                assert!(lang == Lang::En || in_chinese, "{key} is not Chinese: {text}");
                let ends = text.ends_with(['.', '。']);
                assert_eq!(
                    ends,
                    attribute.is_some(),
                    "{} {key}: a remedy is a sentence, what happened is none",
                    lang.tag()
                );
                assert!(code.kind != Kind::Broken || !text.contains("$message"), "{key} tells the inside of a defect");
            }
        }
    }

    /// What stands on a statement, on an order and in a teller's journal has a word, whichever domain it came from.
    #[test]
    fn every_kind_of_movement_has_a_word() {
        let movements = payments::Kind::ALL.iter().flat_map(|k| [("entry", k.code()), ("payment-kind", k.code())]);
        let journal = till::EntryKind::ALL.iter().map(|k| ("entry-kind", k.code()));
        for (family, code) in movements.chain(journal) {
            let key = format!("{family}-{}", code.replace('_', "-"));
            for lang in Lang::ALL {
                assert!(bare(lang, &key, None).is_some(), "{} lacks {key}", lang.tag());
            }
        }
    }

    /// What a payer reads of a payment that was refused is told by the code alone: its fields are not kept.
    #[test]
    fn refusals_of_payments_ask_for_no_fields() {
        let rules = ["guard_stop", "guard_limit", "name_mismatch", "payee_unknown", "limit_per_day", "no_price"];
        let names: Vec<&str> = rules.into_iter().chain(ledger::Refusal::ALL.iter().map(|r| r.code().name)).collect();
        for (lang, name) in Lang::ALL.into_iter().flat_map(|lang| names.iter().map(move |name| (lang, name))) {
            for attribute in [None, Some("remedy")] {
                let text = bare(lang, &format!("error-{}", name.replace('_', "-")), attribute).unwrap_or_default();
                assert!(!text.is_empty() && !text.contains('$'), "{} {name}: {text}", lang.tag());
            }
        }
    }

    /// `payment.posted` … with `.payee` where the payee hears of it, and what the family hears: read from the one match that says which event is told.
    fn kinds_of_notices() -> BTreeSet<String> {
        let source = include_str!("../../app/src/reactions.rs");
        let (_, arms) = source.split_once("fn reactions(").expect("the match of events and reactions");
        let (arms, _) = arms.split_once("_ => &[").expect("its last arm");
        let mut kinds = BTreeSet::new();
        for (events, told) in arms.split("],").filter_map(|arm| arm.split_once("=>")) {
            for event in events.split('"').skip(1).step_by(2) {
                let sides = ["TellPayee", "TellBureau", "TellWorkers", "TellStaff"];
                if sides.iter().fold(told.to_owned(), |told, side| told.replace(side, "")).contains("Tell") {
                    kinds.insert(event.to_owned());
                }
                if told.contains("TellPayee") {
                    kinds.insert(format!("{event}.payee"));
                }
                let beside = [("TellBureau", "bureau"), ("TellWorkers", "worker")];
                for (_, side) in beside.iter().filter(|(reaction, _)| told.contains(reaction)) {
                    kinds.insert(format!("{event}.{side}"));
                }
                if told.contains("TellFamily") {
                    kinds.insert("payment.unusual.family".to_owned());
                }
                if told.contains("TellTrusted") {
                    kinds.extend(["payment.stopped.trusted", "safety.loosening.trusted"].map(str::to_owned));
                }
                if told.contains("TellCrew") && event == "payroll.run_finished" {
                    kinds.insert("crews.paid".to_owned());
                }
                if told.contains("TellStaff") {
                    let own = event.starts_with("talk.");
                    kinds.insert(if own { event.to_owned() } else { "arrears.turn.staff".to_owned() });
                }
            }
        }
        kinds
    }

    #[test]
    fn every_notice_has_its_text_and_every_text_its_notice() {
        let mut kinds = kinds_of_notices();
        assert!(kinds.remove("payroll.chunk_paid"), "it is told line by line, as payroll.line_paid");
        assert!(
            kinds.len() > 25 && kinds.contains("payment.posted.payee") && !kinds.contains("clearing.paid"),
            "{kinds:?}"
        );
        let wanted: BTreeSet<String> = kinds.iter().map(|k| format!("notice-{}", k.replace(['.', '_'], "-"))).collect();
        for lang in Lang::ALL {
            let texts = keys(lang.tag());
            let there: BTreeSet<String> = texts
                .iter()
                .filter_map(|k| Some(k.strip_prefix("notices.ftl:")?.to_owned()))
                .filter(|k| k.starts_with("notice-"))
                .collect();
            assert_eq!(there, wanted, "{}", lang.tag());
        }
    }

    /// Keys that other crates hand over as data: labels of what is approved, items of a pay slip, why a wage failed.
    #[test]
    fn every_key_made_from_data_is_a_text() {
        let crates = [
            "payments",
            "payroll",
            "worksite",
            "approval",
            "pricing",
            "party",
            "guard",
            "app",
            "arrears",
            "guarantee",
            "crews",
        ];
        let mut wanted = BTreeSet::new();
        for folder in crates.map(|name| format!("{}/../{name}/src", env!("CARGO_MANIFEST_DIR"))) {
            sources(&mut wanted, std::path::Path::new(&folder));
        }
        assert!(wanted.len() > 14, "{wanted:?}");
        let items = "base piece overtime night heat allowance bonus other social housing-fund tax meals lodging utilities \
                     advance penalty";
        let fails = "not-on-roster account-changed account-missing name-mismatch credit-closed credit-dormant credits-stopped \
                     not-granted not-activated limit-per-day limit-per-year guard-stop guard-limit returned other";
        wanted.extend(items.split(' ').filter(|i| !i.is_empty()).map(|item| format!("wage-item-{item}")));
        for fail in fails.split(' ').filter(|f| !f.is_empty()) {
            wanted.extend([format!("wage-fail-{fail}"), format!("wage-fail-{fail}-next")]);
        }
        wanted
            .extend(approval::terms::Amiss::ALL.iter().map(|a| format!("terms-wrong-{}", a.code().replace('_', "-"))));
        let rules = guard::Guard::load().unwrap().rule_ids();
        wanted.extend(rules.iter().map(|id| format!("guard-rule-{}", id.replace(['.', '_'], "-"))));
        wanted.extend(["wage-protected", "wage-ship-repair-not-protected"].map(String::from));
        for (lang, key) in Lang::ALL.into_iter().flat_map(|l| wanted.iter().map(move |k| (l, k))) {
            assert!(bare(lang, key, None).is_some(), "{} lacks {key}", lang.tag());
        }
    }

    /// Labels of `Line::shown("…")` and `Line::new("…")` in product code below a folder.
    fn sources(labels: &mut BTreeSet<String>, folder: &std::path::Path) {
        for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            match entry.file_name().and_then(|n| n.to_str()) {
                Some("tests" | "tests.rs") => {}
                _ if entry.is_dir() => sources(labels, &entry),
                Some(name) if name.ends_with(".rs") => {
                    let text = std::fs::read_to_string(&entry).unwrap();
                    for call in ["Line::shown(\"", "Line::new(\""] {
                        labels.extend(
                            text.split(call).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())),
                        );
                    }
                }
                _ => {}
            }
        }
    }

    #[test]
    fn the_language_is_chosen_by_query_then_cookie_then_header() {
        let cases = [
            (Some("en"), Some("zh-CN"), Some("zh"), Lang::En),
            (Some("fr"), Some("en"), None, Lang::En),
            (None, Some("en"), Some("zh"), Lang::En),
            (None, None, Some("fr-CH, fr;q=0.9, en;q=0.8, zh;q=0.7"), Lang::En),
            (None, None, Some("en;q=0.5,zh-Hans-CN;q=0.9"), Lang::Zh),
            (None, None, Some("en;q=0"), Lang::Zh),
            (None, None, Some("en;q=9,;;q=,,"), Lang::Zh),
            (None, None, Some("EN-gb"), Lang::En),
            (None, None, None, Lang::Zh),
        ];
        for (query, cookie, accept, want) in cases {
            assert_eq!(Lang::choose(query, cookie, accept), want, "{query:?} {cookie:?} {accept:?}");
        }
    }

    #[test]
    fn amounts_and_dates_by_language() {
        let (zh, en) = (Words::of(Lang::Zh), Words::of(Lang::En));
        assert_eq!(zh.money(Money::cny(-123_450)), "−1,234.50 元");
        assert_eq!(en.money(Money::cny(123_450)), "CNY 1,234.50");
        assert_eq!(zh.money(Money::new(5000, Currency::JPY)), "5,000 日元");
        let short = [
            (999_999, "9,999.99 元"),
            (1_000_000, "1.00 万元"),
            (12_345_678, "12.35 万元"),
            (-12_000_000_000, "−1.20 亿元"),
            (i64::MIN, "−922337203.69 亿元"),
        ];
        for (minor, want) in short {
            assert_eq!(zh.money_short(Money::cny(minor)), want);
        }
        assert_eq!(en.money_short(Money::cny(12_345_678)), "CNY 123,456.78");
        let day = Date::parse("2026-11-21").unwrap();
        assert_eq!((zh.date(day).as_str(), en.date(day).as_str()), ("2026年11月21日", "21 Nov 2026"));
        assert_eq!(zh.moment(day.begins().plus(14 * kernel::clock::HOUR)), "2026年11月21日 14:00");
    }

    #[test]
    fn an_error_is_told_by_its_code_and_falls_back_to_its_own_words() {
        let zh = Words::of(Lang::Zh);
        let told = zh.error(&Error::limit("rows", 900, 200, "rows"));
        assert!(told.message.contains("900") && told.message.contains("200"), "{told:?}");
        assert!(!told.remedy.is_ascii());
        let bare = zh.error(&Error::new(&kernel::error::TOO_LARGE, "the pile is too high"));
        assert!(bare.message.starts_with("内容太多"), "its text asks for fields that are not there: {bare:?}");
        assert!(zh.error(&Error::limit("cells", "more", 8, "cells")).message.ends_with("最多 8"));
        assert!(zh.error(&Error::field("phone", "5 to 15 digits")).message.contains("phone: 5 to 15 digits"));
        let lacking = Error::new(&party::codes::REASON_NEEDED, "no reason");
        assert_eq!(zh.error(&lacking).remedy, lacking.remedy(), "its remedy asks for a field and has no other words");
        static STRANGE: kernel::Code = kernel::Code { name: "strange", kind: Kind::Refused, remedy: "wait" };
        assert_eq!(zh.error(&Error::new(&STRANGE, "odd")), Told { message: "odd".into(), remedy: "wait".into() });
        let split = Error::broken("row 7 of table x").with("table", "x");
        assert!(!format!("{:?}", zh.error(&split)).contains("row 7"), "the inside of a defect is not told");
        static DEFECT: kernel::Code = kernel::Code { name: "defect", kind: Kind::Broken, remedy: "call us" };
        assert!(!zh.error(&Error::new(&DEFECT, "row 7 of table x")).message.contains("row 7"));
    }

    #[test]
    fn a_missing_key_is_shown_and_does_not_panic() {
        assert_eq!(Words::default().t("no-such-key"), "⟦no-such-key⟧");
        assert_eq!(Words::default().t_with("home-hello", &[]), "⟦home-hello⟧", "an argument is missing");
        assert_eq!(Words::of(Lang::En).t_with("home-hello", &[("name", "<b>".into())]), "Hello, <b>");
    }
}
