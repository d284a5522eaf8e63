//! Computes the contrast of the colour tokens (WCAG 2.2, 1.4.6 and 1.4.11) in light and in dark; with more contrast asked for, text has 10:1.
#![allow(clippy::float_arithmetic, reason = "the formula of relative luminance is defined on real numbers")]
use std::collections::HashMap;

const TOKENS: &str = include_str!("../../assets/css/tokens.css");

/// Text on its ground: 7:1.
const TEXT: &[(&str, &[&str])] = &[
    ("ink", &["ground", "paper", "sea-tint", "lamp-tint", "danger-tint", "good-tint", "quiet-tint"]),
    ("muted", &["ground", "paper", "quiet-tint"]),
    ("link", &["ground", "paper", "sea-tint", "quiet-tint"]),
    ("on-sea", &["sea", "sea-strong"]),
    ("on-danger", &["danger", "danger-strong"]),
    ("danger", &["ground", "paper", "danger-tint", "quiet-tint"]),
    ("good", &["paper", "good-tint"]),
    ("lamp-ink", &["paper", "lamp-tint"]),
    ("on-bar", &["bar"]),
];
/// Edges of inputs, rings of focus, marks: 3:1.
const SHAPES: &[(&str, &[&str])] = &[
    ("edge", &["ground", "paper"]),
    ("focus", &["ground", "paper", "sea-tint", "danger-tint"]),
    ("sea", &["ground", "paper", "quiet-tint"]),
    ("lamp", &["bar"]),
];

fn colours(text: &'static str) -> HashMap<&'static str, [u8; 3]> {
    let declared = text.split([';', '{']).filter_map(|d| d.trim().strip_prefix("--")?.split_once(": #"));
    let byte = |hex: &str, at: usize| u8::from_str_radix(hex.get(at..at + 2).unwrap_or("?"), 16).ok();
    declared.filter_map(|(name, hex)| Some((name, [byte(hex, 0)?, byte(hex, 2)?, byte(hex, 4)?]))).collect()
}

fn luminance(colour: [u8; 3]) -> f64 {
    let part = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(colour[0]) + 0.7152 * part(colour[1]) + 0.0722 * part(colour[2])
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_can_be_read_and_shapes_can_be_seen_in_light_and_in_dark() {
    assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 0.001);
    let (light, rest) = TOKENS.split_once("@media (prefers-color-scheme: dark)").expect("a dark scheme");
    let (dark, rest) = rest.split_once("@media (prefers-contrast: more)").expect("a scheme of high contrast");
    let (strong, strong_dark) = rest.split_once("@media (prefers-contrast: more)").expect("the same in the dark");
    let (light, dark) = (colours(light), colours(dark));
    let over = |base: &HashMap<&'static str, [u8; 3]>, text| base.clone().into_iter().chain(colours(text)).collect();
    let (strong, strong_dark) = (over(&light, strong), over(&dark, strong_dark));
    let schemes = [
        ("light", light, 7.0),
        ("dark", dark, 7.0),
        ("strong", strong, 10.0),
        ("strong in the dark", strong_dark, 10.0),
    ];
    for (scheme, tokens, text) in schemes {
        for (wanted, pairs) in [(text, TEXT), (3.0, SHAPES)] {
            for (front, grounds) in pairs {
                for ground in *grounds {
                    let found = contrast(tokens[front], tokens[ground]);
                    assert!(found >= wanted, "{scheme}: --{front} on --{ground} is {found:.2}:1, {wanted}:1 at least");
                }
            }
        }
    }
}
