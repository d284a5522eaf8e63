//! What every page knows of its request: language, mode, address, the bank's name, and the proof its forms carry.
use crate::http::csrf::CsrfKey;
use crate::http::fault::no_such_page;
use crate::words::{Lang, Words};
use kernel::id::DeviceId;
use kernel::{Result, Timestamp};
use party::TerminalView;
use std::sync::Arc;

/// For whom a screen is built. It changes sizes and density by tokens, and which pages are offered; never what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    #[default]
    Customer,
    /// 长辈版: text from 22 px, targets from 60 px, one thing at a time.
    Elder,
    Kiosk,
    Agent,
    Manager,
}

impl Mode {
    pub const ALL: [Mode; 5] = [Mode::Customer, Mode::Elder, Mode::Kiosk, Mode::Agent, Mode::Manager];

    pub fn code(self) -> &'static str {
        match self {
            Mode::Customer => "customer",
            Mode::Elder => "elder",
            Mode::Kiosk => "kiosk",
            Mode::Agent => "agent",
            Mode::Manager => "manager",
        }
    }
    pub fn parse(text: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|m| m.code() == text)
    }
    /// Forms ask one question a page, and a page offers one thing to do.
    pub fn is_one_at_a_time(self) -> bool {
        matches!(self, Mode::Elder | Mode::Kiosk)
    }
    /// Customers may switch between these two themselves.
    pub fn is_of_customers(self) -> bool {
        matches!(self, Mode::Customer | Mode::Elder)
    }
}

/// How large a customer wants the text, in either of his modes. Standard is the mode's own size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Size {
    #[default]
    Standard,
    /// 26 px.
    Large,
    /// 32 px.
    Largest,
}

impl Size {
    pub const ALL: [Size; 3] = [Size::Standard, Size::Large, Size::Largest];

    pub fn code(self) -> &'static str {
        match self {
            Size::Standard => "standard",
            Size::Large => "large",
            Size::Largest => "largest",
        }
    }
    pub fn parse(text: &str) -> Option<Size> {
        Size::ALL.into_iter().find(|s| s.code() == text)
    }
    /// One step larger; from the largest back to the mode's own.
    pub fn next(self) -> Size {
        match self {
            Size::Standard => Size::Large,
            Size::Large => Size::Largest,
            Size::Largest => Size::Standard,
        }
    }
}

/// What is the same for every request of this installation.
#[derive(Debug)]
pub struct Site {
    /// The bank's name in Chinese and in English.
    pub bank_zh: String,
    pub bank_en: String,
    /// Served over TLS: cookies are `Secure`, browsers are told to stay on TLS.
    pub tls: bool,
    pub csrf: CsrfKey,
    /// Languages that are being written are offered too.
    pub young_languages: bool,
}

impl Site {
    /// A site with a key of its own that is forgotten when the process ends: open forms must then be loaded again.
    pub fn new(bank_zh: impl Into<String>, bank_en: impl Into<String>, tls: bool) -> Site {
        Site { bank_zh: bank_zh.into(), bank_en: bank_en.into(), tls, csrf: CsrfKey::random(), young_languages: false }
    }
    pub fn young_languages(self, offered: bool) -> Site {
        Site { young_languages: offered, ..self }
    }
    pub fn bank(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.bank_zh,
            Lang::En => &self.bank_en,
        }
    }
}

/// One request, as the components need it. Handlers take it as an argument.
#[derive(Clone, Debug)]
pub struct View {
    pub site: Arc<Site>,
    pub words: Words,
    pub mode: Mode,
    pub size: Size,
    /// Path and query as asked: `/accounts?after=x`.
    pub address: String,
    /// The id of this request, shown on error pages and written in the log.
    pub correlation: String,
    /// What binds forms to this visitor: the session's secret, or before sign-in the visit's.
    pub(crate) visitor: String,
    /// The machine of a branch that asks; `None` for everybody's own phone or computer.
    pub kiosk: Option<Kiosk>,
    /// By what a customer's own device knows again whose things it keeps; `None` for everybody else.
    pub app: Option<String>,
}

/// A machine of a branch, as its pages know it.
#[derive(Clone, Debug)]
pub struct Kiosk {
    pub terminal: Arc<TerminalView>,
    /// What is to be touched lies in the lower part: the machine is built so, or somebody asked for it.
    pub low: bool,
    /// The time on the wall.
    pub now: Timestamp,
    /// How long whoever is served has; `None` while nobody is.
    pub pace: Option<Pace>,
    /// Whoever is served keeps the elder edition.
    pub elder: bool,
    /// After so many seconds the page goes there by itself.
    pub leaves: Option<(u32, &'static str)>,
}

/// Seconds until a visitor is asked whether he is still there, until his visit then ends, and until it ends in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub idle: i64,
    pub warning: i64,
    pub left: i64,
    /// He asked for more time.
    pub more: bool,
}

impl Kiosk {
    pub fn id(&self) -> DeviceId {
        self.terminal.terminal
    }
}

impl View {
    /// The machine, for pages that are shown nowhere else.
    pub fn at_kiosk(&self) -> Result<&Kiosk> {
        self.kiosk.as_ref().ok_or_else(no_such_page)
    }
    /// The same page, which goes elsewhere by itself after so many seconds.
    pub fn leaving(mut self, seconds: u32, to: &'static str) -> View {
        if let Some(kiosk) = &mut self.kiosk {
            kiosk.leaves = Some((seconds, to));
        }
        self
    }
    pub fn t(&self, key: &str) -> std::borrow::Cow<'static, str> {
        self.words.t(key)
    }
    pub fn bank(&self) -> &str {
        self.site.bank(self.words.lang)
    }
    pub fn with_mode(self, mode: Mode) -> View {
        View { mode, ..self }
    }
    /// The proof for one form; another text each time, all of them valid for this visitor.
    pub fn form_proof(&self) -> String {
        self.site.csrf.issue(&self.visitor)
    }
    #[cfg(test)]
    pub(crate) fn sample(mode: Mode) -> View {
        View {
            site: Arc::new(Site::new("驿站", "Yizhan", false)),
            words: Words::default(),
            mode,
            size: Size::default(),
            address: "/".into(),
            correlation: String::new(),
            visitor: "v".into(),
            kiosk: None,
            app: None,
        }
    }
    pub fn path(&self) -> &str {
        self.address.split('?').next().unwrap_or("/")
    }
    /// The same address with one query parameter set. `name` and `value` are words of ours, not of the visitor.
    pub fn address_with(&self, name: &str, value: &str) -> String {
        let query = self.address.split_once('?').map_or("", |(_, q)| q);
        let others = query.split('&').filter(|p| !p.is_empty() && p.split('=').next() != Some(name));
        let pairs: Vec<String> = others.map(str::to_owned).chain([format!("{name}={value}")]).collect();
        format!("{}?{}", self.path(), pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(address: &str) -> View {
        View { address: address.into(), ..View::sample(Mode::Customer) }
    }

    #[test]
    fn one_parameter_is_set_and_the_others_stay() {
        let cases = [
            ("/a", "/a?lang=en"),
            ("/a?", "/a?lang=en"),
            ("/a?lang=zh", "/a?lang=en"),
            ("/a?x=1&lang=zh&y=%26", "/a?x=1&y=%26&lang=en"),
            ("/a?language=zh", "/a?language=zh&lang=en"),
        ];
        for (address, want) in cases {
            assert_eq!(view(address).address_with("lang", "en"), want);
        }
    }

    #[test]
    fn modes_are_read_back() {
        assert!(Mode::ALL.into_iter().all(|m| Mode::parse(m.code()) == Some(m)));
        assert_eq!(Mode::parse("root"), None);
    }
}
