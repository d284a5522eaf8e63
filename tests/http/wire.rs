//! What comes back over the wire, and how forms and their proofs are written.

/// What came back.
pub(super) struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e} in {}", self.text()))
    }
    /// The value of a cookie that was set.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.iter().filter(|(n, _)| n == "set-cookie").map(|(_, v)| v);
        set.filter_map(|v| v.split(';').next()?.strip_prefix(&format!("{name}="))).map(str::to_owned).next()
    }
}

/// The proof in the first form of a page.
pub(super) fn csrf_of(page: &Answer) -> String {
    let text = page.text();
    let after = text.split("name=\"csrf\" value=\"").nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default().to_owned()
}

pub(super) fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// Texts of the little bank: as they are, or each with markup that is to be shown and never to be obeyed.
#[derive(Clone, Copy)]
pub(super) struct Texts {
    pub spoiled: bool,
}

impl Texts {
    /// `kind` tells in which text the markup stood.
    pub fn of(self, kind: &str, plain: &str) -> String {
        if self.spoiled { format!("{plain}\"><i x={kind}>") } else { plain.to_owned() }
    }
}
