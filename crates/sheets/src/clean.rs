//! What is taken off a text before anybody compares it.
use kernel::chinese::half_width;
use std::borrow::Cow;

/// Characters that show nothing: zero-width spaces and joiners, direction marks, the byte order mark, the soft hyphen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}')
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Marks with which people force a number to be text.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '‘' | '’' | '＇' | '`')
}

pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| is_gap(c) || is_invisible(c))
}

/// Without invisible characters, leading apostrophes and the `="…"` some programs wrap numbers in; every run of white space,
/// line breaks and control characters is one space, none at the ends.
pub fn clean(text: &str) -> Cow<'_, str> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\'' && b != b'`' && b != b'"');
    if plain {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if is_gap(c) {
            gap = true;
            continue;
        }
        if gap && !out.is_empty() {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    if let Some(inner) = out.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')) {
        return Cow::Owned(clean(inner).into_owned());
    }
    let start = out.len() - out.trim_start_matches(|c| is_apostrophe(c) || c == ' ').len();
    out.drain(..start);
    match out == text {
        true => Cow::Borrowed(text),
        false => Cow::Owned(out),
    }
}

/// [`clean`], and full-width digits, letters and punctuation as ASCII.
pub(crate) fn plain(text: &str) -> String {
    half_width(&clean(text))
}

/// A person's name: [`clean`], and no space next to a Han character (names of two characters are often spread to three).
pub(crate) fn name(text: &str) -> String {
    let text = clean(text);
    let chars: Vec<char> = text.chars().collect();
    let han = |i: Option<usize>| {
        i.and_then(|i| chars.get(i))
            .is_some_and(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' | '·'))
    };
    let kept = |(i, c): (usize, &char)| (*c != ' ' || !(han(i.checked_sub(1)) || han(Some(i + 1)))).then_some(*c);
    chars.iter().enumerate().filter_map(kept).collect()
}

const OPEN: &[char] = &['(', '[', '{', '【', '〔', '《', '〈', '「'];
const CLOSE: &[char] = &[')', ']', '}', '】', '〕', '》', '〉', '」'];

/// A title for comparison: half-width, lower case, without spaces, line breaks and marks (`*`, `:`, `/` …), the content of
/// brackets kept.
pub fn title_key(title: &str) -> String {
    let marks = |c: &char| c.is_alphanumeric() || matches!(c, '%' | '+');
    plain(title).chars().filter(marks).flat_map(char::to_lowercase).collect()
}

/// [`title_key`] without what stands in brackets: `实发工资（元）` is `实发工资`. A title that is nothing but brackets keeps them.
pub(crate) fn title_base(title: &str) -> String {
    let mut depth = 0usize;
    let outside = |c: &char| {
        if OPEN.contains(c) {
            depth += 1;
        }
        let keep = depth == 0;
        if CLOSE.contains(c) {
            depth = depth.saturating_sub(1);
        }
        keep
    };
    let base = title_key(&plain(title).chars().filter(outside).collect::<String>());
    if base.is_empty() { title_key(title) } else { base }
}

/// What stands in brackets in a title, and the whole title: where a unit may be named.
pub(crate) fn title_brackets(title: &str) -> Vec<String> {
    plain(title).split(OPEN).skip(1).filter_map(|t| t.split(CLOSE).next()).map(title_key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_taken_off() {
        let cases = [
            ("abc", "abc"),
            ("\u{feff}张三", "张三"),
            ("张\u{200b}三\u{a0}", "张三"),
            ("'110105", "110105"),
            ("＇ 110105", "110105"),
            ("‘110105", "110105"),
            ("a\r\n b\t\tc", "a b c"),
            ("  ", ""),
            ("=\"0012\"", "0012"),
            ("= 12", "= 12"),
            ("\u{202e}321", "321"),
            ("O'Neil", "O'Neil"),
        ];
        for (text, want) in cases {
            assert_eq!(clean(text), want, "{text:?}");
        }
    }

    #[test]
    fn names_lose_the_space_that_aligns_them() {
        for (text, want) in [
            ("张　三", "张三"),
            ("欧阳 小山", "欧阳小山"),
            ("John  Smith", "John Smith"),
            ("买买提 · 阿里", "买买提·阿里"),
            ("A 张", "A张"),
        ] {
            assert_eq!(name(text), want);
        }
    }

    #[test]
    fn titles_are_compared_by_what_they_say() {
        let cases = [
            ("实发工资（元）", "实发工资"),
            ("身份证\n号码", "身份证号码"),
            (" *姓 名：", "姓名"),
            ("实发(元)【必填】", "实发"),
            ("ＩＤ Card No.", "idcardno"),
            ("（元）", "元"),
            ("工资/薪金", "工资薪金"),
        ];
        for (title, want) in cases {
            assert_eq!(title_base(title), want, "{title:?}");
        }
        assert_eq!(title_key("加班(小时)"), "加班小时");
        assert_eq!(title_brackets("加班（小时）[必填]"), ["小时", "必填"]);
    }
}
