//! Choosing: one of a list, several of a list, a day, a file.
use super::Text;
use super::form::{Field, Width};
use crate::words::Words;
use kernel::Date;
use maud::{Markup, html};

/// One of several answers. `value` is what is sent.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    pub value: Text<'a>,
    pub label: Text<'a>,
    pub hint: Option<Text<'a>>,
}

impl<'a> Choice<'a> {
    pub fn new(value: impl Into<Text<'a>>, label: impl Into<Text<'a>>) -> Choice<'a> {
        Choice { value: value.into(), label: label.into(), hint: None }
    }
    pub fn hint(self, hint: impl Into<Text<'a>>) -> Choice<'a> {
        Choice { hint: Some(hint.into()), ..self }
    }
}

/// A list to open; for more than seven answers that the reader knows. Few answers are better as [`radios`].
pub fn select(words: Words, field: &Field<'_>, choices: &[Choice<'_>]) -> Markup {
    let control = html! {
        select class=(field.width.class()) id=(field.id()) name=(field.name) aria-describedby=[field.described_by()]
            aria-invalid=[field.invalid()] {
            @if field.value.is_empty() { option value="" { (words.t("select-prompt")) } }
            @for choice in choices { option value=(choice.value) selected[choice.value == field.value] { (choice.label) } }
        }
    };
    field.around(words, control)
}

fn one(field: &Field<'_>, kind: &str, i: usize, choice: &Choice<'_>, chosen: bool) -> Markup {
    let id = if i == 0 { field.id() } else { format!("{}-{}", field.id(), i + 1) };
    let hint = choice.hint.as_ref().map(|_| format!("{id}-about"));
    html! {
        div.choice {
            input.choice-input id=(id) type=(kind) name=(field.name) value=(choice.value) checked[chosen] aria-describedby=[hint.as_deref()];
            label.choice-label for=(id) { (choice.label) }
            @if let (Some(text), Some(hint)) = (&choice.hint, &hint) { p.hint.choice-hint id=(hint) { (text) } }
        }
    }
}

/// One of a few; the field's value is the chosen one.
pub fn radios(words: Words, field: &Field<'_>, choices: &[Choice<'_>]) -> Markup {
    let each =
        html! { @for (i, c) in choices.iter().enumerate() { (one(field, "radio", i, c, c.value == field.value)) } };
    field.around_group(words, html! { div.choices { (each) } })
}

/// Any of a few; `chosen` are values.
pub fn checkboxes(words: Words, field: &Field<'_>, choices: &[Choice<'_>], chosen: &[&str]) -> Markup {
    let each = html! { @for (i, c) in choices.iter().enumerate() { (one(field, "checkbox", i, c, chosen.contains(&&*c.value))) } };
    field.around_group(words, html! { div.choices { (each) } })
}

/// One box to tick: a consent. It is never ticked beforehand unless the visitor ticked it.
pub fn checkbox(words: Words, field: &Field<'_>, ticked: bool) -> Markup {
    let id = field.id();
    html! {
        div.field.field-wrong[field.error.is_some()] {
            @if let Some(error) = &field.error { p.field-error id={ (id) "-error" } { span.aside { (words.t("error-prefix")) } (error) } }
            div.choice {
                input.choice-input id=(id) type="checkbox" name=(field.name) value="yes" checked[ticked]
                    aria-describedby=[field.described_by()] aria-invalid=[field.invalid()];
                label.choice-label for=(id) { (field.label) }
                @if let Some(hint) = &field.hint { p.hint.choice-hint id={ (id) "-hint" } { (hint) } }
            }
        }
    }
}

/// A day near today, by the browser's calendar. `value` is YYYY-MM-DD.
pub fn date(words: Words, field: &Field<'_>, first: Option<Date>, last: Option<Date>) -> Markup {
    let control = html! {
        input class=(Width::Twelve.class()) id=(field.id()) name=(field.name) type="date" value=(field.value)
            min=[first.map(|d| d.to_string())] max=[last.map(|d| d.to_string())] placeholder="YYYY-MM-DD"
            aria-describedby=[field.described_by()] aria-invalid=[field.invalid()];
    };
    field.around(words, control)
}

/// A day one knows by heart, a birthday: year, month, day as three inputs `<name>-year`, `-month`, `-day`. The value is YYYY-MM-DD.
pub fn date_parts(words: Words, field: &Field<'_>) -> Markup {
    let mut given = field.value.split('-');
    let parts =
        [("year", "date-year", Width::Six), ("month", "date-month", Width::Two), ("day", "date-day", Width::Two)];
    let inputs = parts.into_iter().enumerate().map(|(i, (part, key, width))| {
        let id = if i == 0 { field.id() } else { format!("{}-{part}", field.id()) };
        html! {
            div.date-part {
                label.date-part-label for=(id) { (words.t(key)) }
                input class={ (width.class()) " input-digits" } id=(id) name={ (field.name) "-" (part) } type="text" inputmode="numeric"
                    maxlength="4" value=(given.next().unwrap_or_default()) aria-invalid=[field.invalid()];
            }
        }
    });
    let inputs: Vec<Markup> = inputs.collect();
    field.around_group(words, html! { div.date-parts { @for input in &inputs { (input) } } })
}

/// A file; `accept` as in HTML (`.xlsx,.csv`, `image/*`).
pub fn file(words: Words, field: &Field<'_>, accept: &str) -> Markup {
    let control = html! {
        input.input.input-file id=(field.id()) name=(field.name) type="file" accept=(accept) aria-describedby=[field.described_by()]
            aria-invalid=[field.invalid()];
    };
    field.around(words, control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_is_where_an_error_leads_and_the_chosen_one_is_chosen() {
        let field = Field::new("way", "Way").value("b");
        let page =
            radios(Words::default(), &field, &[Choice::new("a", "A"), Choice::new("b", "B").hint("h")]).into_string();
        assert!(page.contains("id=\"f-way\" type=\"radio\" name=\"way\" value=\"a\">"), "{page}");
        assert!(page.contains("value=\"b\" checked aria-describedby=\"f-way-2-about\""), "{page}");
    }

    #[test]
    fn a_birthday_fills_its_three_boxes() {
        let page = date_parts(Words::default(), &Field::new("born", "Born").value("1951-03-08")).into_string();
        for part in ["name=\"born-year\"", "value=\"1951\"", "value=\"03\"", "value=\"08\"", "id=\"f-born-day\""] {
            assert!(page.contains(part), "{part}");
        }
    }
}
