use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

/// White modules around the code (ISO/IEC 18004 asks for four).
const QUIET_MODULES: usize = 4;

/// A QR code of a text, to be scanned from the screen; black on white in every mode. Nothing for a text that is too long (about 2 kB):
/// whoever shows one says the text beside it too.
pub fn qr(label: &str, text: &str) -> Markup {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return html! {} };
    let side = code.width() + 2 * QUIET_MODULES;
    html! {
        svg.qr viewBox={ "0 0 " (side) " " (side) } width="240" height="240" role="img" aria-label=(label) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path fill="#000" d=(dark(&code)) {}
        }
    }
}

/// Each run of dark modules of a row as one rectangle.
fn dark(code: &QrCode) -> String {
    let (width, modules) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|m| **m == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET_MODULES, y + QUIET_MODULES));
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_finders_and_nothing_in_the_margin() {
        let page = qr("Scan", "otpauth://totp/Yizhan:a?secret=GEZDGNBVGY3TQOJQ").into_string();
        assert!(page.contains("M4 4h7v1h-7z"), "the finder at the top left: {page}");
        assert!(page.contains("role=\"img\" aria-label=\"Scan\"") && !page.contains("M3 ") && !page.contains(" 3h"));
        assert_eq!(qr("Scan", &"x".repeat(5_000)).into_string(), "");
    }
}
