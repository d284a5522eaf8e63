//! What a customer's device says of itself with an order, as the script writes it into the form: `fill_seconds=37&number_pasted=true`.
//! It is a hint and never a reason to refuse the form: what is not understood is not known.
use guard::DeviceSays;

/// Characters of the field that are looked at; a longer one says nothing.
pub const SAYS_CHARS_MAX: usize = 200;

pub fn read(text: &str) -> DeviceSays {
    let mut says = DeviceSays::default();
    if text.len() > SAYS_CHARS_MAX {
        return says;
    }
    for (name, value) in text.split('&').filter_map(|pair| pair.split_once('=')) {
        let yes = value.parse::<bool>().ok();
        match name {
            "fill_seconds" => says.fill_seconds = value.parse().ok(),
            "number_pasted" => says.number_pasted = yes,
            "screen_shared" => says.screen_shared = yes,
            "on_call" => says.on_call = yes,
            "operated" => says.operated = yes,
            _ => {}
        }
    }
    says
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_read_and_what_is_not_understood_is_not_known() {
        let all = read("fill_seconds=37&number_pasted=true&screen_shared=false&on_call=true&operated=true");
        let told = DeviceSays {
            fill_seconds: Some(37),
            number_pasted: Some(true),
            screen_shared: Some(false),
            on_call: Some(true),
            operated: Some(true),
        };
        assert_eq!(all, told);
        for nothing in [
            "",
            "&&",
            "=",
            "screen_shared",
            "screen_shared=yes",
            "fill_seconds=-1",
            "fill_seconds=9999999999999",
            "a=b",
        ] {
            assert!(read(nothing).is_silent(), "{nothing}");
        }
        let long = format!("on_call=true&x={}", "x".repeat(SAYS_CHARS_MAX));
        assert!(read(&long).is_silent(), "longer than a device has to say");
    }
}
