//! Notes counted on a page: a field for the pieces of each face value, what each line comes to, and the sum. Without a script the
//! sums are those of what was sent; with one they run along. A field is `<prefix>_<face in minor units>`: `in_10000`.
use crate::gate::Signed;
use crate::look::{FieldErrors, Table, amount};
use crate::words::Words;
use kernel::{Currency, Error, Kind, Money};
use maud::{Markup, html};
use till::Notes;

/// What a form sent, in its order.
pub type Fields = Vec<(String, String)>;
/// Digits of a number of pieces at most.
const PIECES_DIGITS_MAX: usize = 7;
/// Characters of the key under which a form is done once, at most.
const ONCE_CHARS_MAX: usize = 64;

/// The value of a field, trimmed; empty when it was not sent.
pub fn value<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
}

/// The key of a form, when it has one.
pub fn once_of(fields: &Fields) -> Option<String> {
    let key = value(fields, super::ONCE);
    (1..=ONCE_CHARS_MAX).contains(&key.len()).then(|| key.to_owned())
}

fn name(prefix: &str, face: i64) -> String {
    format!("{prefix}_{face}")
}

fn pieces(text: &str) -> Option<i64> {
    let plain = kernel::chinese::half_width(text);
    match plain.trim() {
        "" => Some(0),
        digits if digits.len() <= PIECES_DIGITS_MAX && digits.bytes().all(|b| b.is_ascii_digit()) => {
            digits.parse().ok()
        }
        _ => None,
    }
}

/// The notes of one count; what is no number of pieces is told beside its field.
pub fn read(
    who: &Signed,
    errors: &mut FieldErrors,
    fields: &Fields,
    prefix: &str,
    currency: Currency,
) -> Option<Notes> {
    let mut given = Vec::new();
    let before = errors.names().count();
    for face in till::faces(currency).unwrap_or_default() {
        let field = name(prefix, *face);
        match pieces(value(fields, &field)) {
            Some(n) => given.push((*face, n)),
            None => errors.add(field, who.t("cash-pieces-wrong")),
        }
    }
    if errors.names().count() > before {
        return None;
    }
    let notes = Notes::of(currency, &given).and_then(|notes| notes.sum().map(|_| notes));
    notes.map_err(|_| errors.add(first_field(prefix, currency), who.t("cash-pieces-wrong"))).ok()
}

/// Where an error of a whole count is told.
pub fn first_field(prefix: &str, currency: Currency) -> String {
    name(prefix, till::faces(currency).ok().and_then(|f| f.first().copied()).unwrap_or(0))
}

/// The notes as fields of a form.
pub fn fields_of(prefix: &str, notes: &Notes) -> Fields {
    notes.iter().map(|(face, n)| (name(prefix, face), n.to_string())).collect()
}

/// The same, hidden.
pub fn hidden(fields: &Fields) -> Markup {
    html! { @for (name, value) in fields { input type="hidden" name=(name) value=(value); } }
}

/// The fields that are notes, for the page that asks once more.
pub fn notes_in(fields: &Fields, prefixes: &[&str]) -> Fields {
    let is_note =
        |name: &str| name.split_once('_').is_some_and(|(p, face)| prefixes.contains(&p) && face.parse::<i64>().is_ok());
    fields.iter().filter(|(n, v)| is_note(n) && !v.trim().is_empty()).cloned().collect()
}

fn worth(text: &str, face: i64, currency: Currency) -> Money {
    Money::new(pieces(text).and_then(|n| n.checked_mul(face)).unwrap_or(0), currency)
}

/// A count: every face with its field.
pub fn count(
    who: &Signed,
    legend: &str,
    prefix: &str,
    currency: Currency,
    given: &Fields,
    errors: &FieldErrors,
) -> Markup {
    let w = who.words();
    let faces = till::faces(currency).unwrap_or_default();
    let sum: i64 = faces.iter().map(|f| worth(value(given, &name(prefix, *f)), *f, currency).minor).sum();
    html! {
        fieldset.notes-count data-notes data-decimals=(currency.decimals()) {
            legend.label { (legend) }
            div.notes-faces { @for face in faces { (line(w, prefix, *face, currency, given, errors)) } }
            p.notes-sum { (who.t("cash-sum")) " " output.amount data-notes-sum { (Money::new(sum, currency).grouped()) } " " (w.unit(currency).0) }
        }
    }
}

fn line(w: Words, prefix: &str, face: i64, currency: Currency, given: &Fields, errors: &FieldErrors) -> Markup {
    let field = name(prefix, face);
    let (text, wrong) = (value(given, &field), errors.of(&field));
    let told = wrong.map(|_| format!("f-{field}-error"));
    html! {
        div.notes-line {
            label for={ "f-" (field) } { (face_name(w, Money::new(face, currency))) }
            input class="input w-6 input-digits" id={ "f-" (field) } name=(field) type="text" inputmode="numeric" autocomplete="off"
                maxlength=(PIECES_DIGITS_MAX) value=(text) data-face=(face) aria-invalid=[wrong.map(|_| "true")] aria-describedby=[told.as_deref()];
            output.notes-worth { (worth(text, face, currency).grouped()) }
            @if let Some(wrong) = wrong { p.field-error id={ "f-" (field) "-error" } { (wrong) } }
        }
    }
}

/// A face value without a fraction that is nothing: `100 元`, `0.50 元`.
pub fn face_name(w: Words, face: Money) -> String {
    let plain = face.plain();
    let short = plain.strip_suffix(".00").unwrap_or(&plain);
    let (unit, after) = w.unit(face.currency);
    if after { format!("{short} {unit}") } else { format!("{unit} {short}") }
}

/// Notes by face, the highest first, with what they come to.
pub fn table(who: &Signed, caption: &str, notes: &Notes) -> Markup {
    let w = who.words();
    let face = |(face, n): (i64, i64)| {
        let each = Money::new(face, notes.currency());
        [html! { (face_name(w, each)) }, html! { (n) }, amount(w, Money::new(face.saturating_mul(n), notes.currency()))]
    };
    let table = Table::new(caption).text(who.t("cash-face")).figures(who.t("cash-pieces")).figures(who.t("amount"));
    let sum = notes.sum().unwrap_or(Money::zero(notes.currency()));
    let all =
        [html! { strong { (who.t("cash-sum")) } }, html! { (notes.count()) }, html! { strong { (amount(w, sum)) } }];
    let empty = notes.is_empty();
    let rows = notes.iter().rev().map(face).chain((!empty).then_some(all));
    table.rows(rows).when_empty(who.t("cash-empty")).show(w)
}

/// Notes in one line: `100 元 × 3, 50 元 × 1`.
pub fn brief(w: Words, notes: &Notes) -> String {
    let one = |(face, n): (i64, i64)| format!("{} × {n}", face_name(w, Money::new(face, notes.currency())));
    notes.iter().rev().map(one).collect::<Vec<_>>().join(", ")
}

/// Whether an error is the form's own: it is told beside a field, with everything else as it was.
pub fn is_told(why: &Error) -> bool {
    matches!(why.kind(), Kind::Refused | Kind::Conflict | Kind::Invalid | Kind::Limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_digits_or_nothing() {
        let cases = [
            ("", Some(0)),
            (" 12 ", Some(12)),
            ("１２", Some(12)),
            ("-1", None),
            ("1.5", None),
            ("12345678", None),
            ("x", None),
        ];
        for (text, want) in cases {
            assert_eq!(pieces(text), want, "{text:?}");
        }
    }

    #[test]
    fn a_count_goes_through_its_fields_and_nothing_else_does() {
        let notes = Notes::of(Currency::CNY, &[(10_000, 3), (50, 1)]).expect("faces");
        let mut fields = fields_of("in", &notes);
        fields.push(("in_x".into(), "1".into()));
        fields.push(("csrf".into(), "1".into()));
        assert_eq!(notes_in(&fields, &["in"]).len(), 2);
        assert_eq!(value(&fields, "in_10000"), "3");
        assert_eq!(face_name(Words::default(), Money::cny(50)).matches("0.50").count(), 1);
    }
}
