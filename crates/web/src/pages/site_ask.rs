//! Forms of deeds on a site: their fields are written down, shown, read, and shown again with what is wrong beside them.
use super::desk::fault;
use super::{Page as Sheet, once_field, page, refused};
use crate::gate::Signed;
use crate::http::read::Upload;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::{Fault, Shown};
use axum::response::Response;
use kernel::{Currency, Date, Error, Kind, Money, Result};
use maud::{Markup, html};

/// What is asked in a field.
pub(super) enum Asks {
    Text,
    Day,
    Amount,
    File,
    /// Values and what they are called.
    One(Vec<(String, String)>),
}

/// A field: its name, the key of its label, what is asked, and whether it may stay empty.
pub(super) struct Spec {
    pub name: &'static str,
    pub label: &'static str,
    pub asks: Asks,
    pub optional: bool,
}

pub(super) fn ask(name: &'static str, label: &'static str, asks: Asks) -> Spec {
    Spec { name, label, asks, optional: false }
}

impl Spec {
    pub(super) fn optional(self) -> Spec {
        Spec { optional: true, ..self }
    }
}

/// A form page: where it stands, what it says, where it is sent.
pub(super) struct Form<'a> {
    pub sheet: Sheet<'a>,
    /// Above the fields.
    pub above: Markup,
    pub action: String,
    pub fields: Vec<Spec>,
    /// Key of the button's text.
    pub send: &'static str,
}

impl Form<'_> {
    pub(super) fn show(self, who: &Signed, given: &Given, errors: &FieldErrors) -> Shown {
        let w = who.words();
        let body = html! {
            (once_field())
            @for f in &self.fields { (control(who, f, given, errors)) }
            (actions(button(Button::Primary, &who.t(self.send), None)))
        };
        let main = html! { (error_summary(w, errors)) (self.above) (form_files(&who.view, &self.action, body)) };
        page(who, self.sheet.wrong(!errors.is_empty()), main)
    }

    /// The form again with what the domain says against it; what is no matter of the form goes up.
    pub(super) fn again(self, who: &Signed, given: &Given, why: Error) -> Result<Response, Fault> {
        let told = matches!(why.kind(), Kind::Refused | Kind::Conflict | Kind::Invalid | Kind::Limit);
        if !told {
            return Err(why.into());
        }
        let names: Vec<&'static str> = self.fields.iter().map(|f| f.name).collect();
        let first = names.first().copied().unwrap_or("note");
        let errors = fault(who, &why, &names, first);
        Ok(refused(self.show(who, given, &errors)))
    }
}

fn control(who: &Signed, f: &Spec, given: &Given, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let field = Field::new(f.name, who.t(f.label)).value(given.text(f.name)).errors(errors);
    let field = if f.optional { field.optional() } else { field };
    match &f.asks {
        Asks::Text => text(w, &field),
        Asks::Day => date(w, &field, None, None),
        Asks::Amount => money(w, &field, Currency::CNY),
        Asks::File => file(w, &field.hint(who.t("site-end-file-hint")), ".pdf,image/*"),
        Asks::One(all) => {
            let choices: Vec<Choice<'_>> = all.iter().map(|(v, l)| Choice::new(v.as_str(), l.as_str())).collect();
            radios(w, &field, &choices)
        }
    }
}

/// What was sent: fields by name, and a file.
#[derive(Default)]
pub(super) struct Given {
    fields: Vec<(String, String)>,
    pub file: Vec<u8>,
}

impl Given {
    pub(super) fn of(upload: Upload) -> Given {
        let Upload { fields, files } = upload;
        let file = files.into_iter().next().map(|(_, bytes)| bytes.to_vec()).unwrap_or_default();
        Given { fields, file }
    }
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }
    pub(super) fn day(&self, name: &'static str) -> Result<Date> {
        let plain = self.text(name).replace(['/', '.'], "-");
        Date::parse(&plain).map_err(|_| Error::field(name, "write the day as YYYY-MM-DD"))
    }
    pub(super) fn maybe_day(&self, name: &'static str) -> Result<Option<Date>> {
        if self.text(name).is_empty() { Ok(None) } else { self.day(name).map(Some) }
    }
    pub(super) fn amount(&self, name: &'static str) -> Result<Money> {
        let read = Money::parse(self.text(name), Currency::CNY).ok().filter(Money::is_positive);
        read.ok_or_else(|| Error::field(name, "an amount of yuan above zero"))
    }
    pub(super) fn whole(&self, name: &'static str) -> Result<u32> {
        match self.text(name) {
            "" => Ok(0),
            text => text.parse().map_err(|_| Error::field(name, "a whole number")),
        }
    }
    pub(super) fn id<T: kernel::Id>(&self, name: &'static str) -> Result<T> {
        T::parse(self.text(name)).map_err(|_| Error::field(name, "choose one"))
    }
    pub(super) fn maybe_id<T: kernel::Id>(&self, name: &'static str) -> Result<Option<T>> {
        if self.text(name).is_empty() { Ok(None) } else { self.id(name).map(Some) }
    }
}

/// Where a deed leads, or its form again.
pub(super) fn done<T>(
    who: &Signed,
    form: Form<'_>,
    given: &Given,
    did: Result<T>,
    to: impl FnOnce(T) -> String,
) -> Result<Response, Fault> {
    match did {
        Ok(done) => Ok(see_other(&to(done))),
        Err(why) => form.again(who, given, why),
    }
}
