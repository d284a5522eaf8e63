//! The word that a caller says so that the customer knows him for the bank.

/// Two of [`WORDS`], in an order: 31 × 32 of them. Short, told apart on a bad line, and the same in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word(u16);

const WORDS: [(&str, &str); 32] = [
    ("灯塔", "lighthouse"),
    ("白鹭", "egret"),
    ("石榴", "pomegranate"),
    ("茶壶", "teapot"),
    ("竹林", "bamboo"),
    ("海星", "starfish"),
    ("红枣", "jujube"),
    ("风筝", "kite"),
    ("桂花", "osmanthus"),
    ("渔船", "fishing boat"),
    ("月饼", "mooncake"),
    ("青松", "pine"),
    ("算盘", "abacus"),
    ("棉花", "cotton"),
    ("荷叶", "lotus leaf"),
    ("小桥", "little bridge"),
    ("杨梅", "bayberry"),
    ("布鞋", "cloth shoe"),
    ("春雨", "spring rain"),
    ("毛笔", "brush"),
    ("海燕", "petrel"),
    ("花生", "peanut"),
    ("蓝天", "blue sky"),
    ("水井", "well"),
    ("柿子", "persimmon"),
    ("钟楼", "bell tower"),
    ("豆浆", "soy milk"),
    ("蜻蜓", "dragonfly"),
    ("围巾", "scarf"),
    ("珊瑚", "coral"),
    ("木梳", "wooden comb"),
    ("向日葵", "sunflower"),
];

impl Word {
    const COUNT: u16 = (WORDS.len() * (WORDS.len() - 1)) as u16;

    /// The word of a number; any number has one.
    pub fn numbered(n: u16) -> Word {
        Word(n % Word::COUNT)
    }
    /// From bytes that nobody outside can foretell.
    pub(crate) fn drawn(bytes: [u8; 2]) -> Word {
        Word::numbered(u16::from_be_bytes(bytes))
    }
    pub(crate) fn number(self) -> u16 {
        self.0
    }

    fn pair(self) -> [(&'static str, &'static str); 2] {
        let (first, step) = (usize::from(self.0) % WORDS.len(), usize::from(self.0) / WORDS.len());
        [WORDS[first], WORDS[(first + step + 1) % WORDS.len()]]
    }
    pub fn zh(self) -> String {
        self.pair().map(|(zh, _)| zh).join("、")
    }
    pub fn en(self) -> String {
        self.pair().map(|(_, en)| en).join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_two_different_words_and_no_two_the_same() {
        let all: std::collections::BTreeSet<String> = (0..Word::COUNT).map(|n| Word::numbered(n).zh()).collect();
        assert_eq!(all.len(), usize::from(Word::COUNT));
        assert!((0..Word::COUNT).all(|n| Word::numbered(n).pair()[0] != Word::numbered(n).pair()[1]));
        assert_eq!(Word::drawn([0xff, 0xff]), Word::numbered(u16::MAX % Word::COUNT));
    }
}
