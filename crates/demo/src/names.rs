//! Names as people in such a city have them.
//!
//! Surnames follow the frequency of the common hundred (per ten thousand, by tiers); given names follow sex and the years
//! of birth, for 建国 is not twenty and 梓涵 is not seventy. A few surnames have two characters, some names are those of
//! minorities with the middle dot U+00B7, and some hold a character that GB 18030 has and GBK has not.
use crate::dice::Dice;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sex {
    Female,
    Male,
}

/// Characters of GB 18030 that GBK (code page 936) lacks; the last three lie beyond the 16-bit plane.
pub const RARE: [char; 7] = ['㛃', '䶮', '㑇', '㧑', '𬱖', '𫍯', '𬘡'];
/// Of 1,000 people so many have a name with a rare character.
pub const RARE_PERMILLE: u64 = 6;
/// Of 1,000 people so many have a surname of two characters.
pub const COMPOUND_PERMILLE: u64 = 5;
/// Of 1,000 migrant workers so many have a minority's name.
pub const MINORITY_PERMILLE: u64 = 18;

/// Surnames of about one frequency, and how many of 10,000 people have one of them.
const SURNAMES: &[(&str, u32)] = &[
    ("王李张", 2080),
    ("刘陈", 970),
    ("杨黄赵吴周", 1150),
    ("徐孙马朱胡郭何林高罗", 1270),
    ("郑梁谢宋唐许韩邓冯曹", 850),
    ("彭曾肖田董潘袁蔡蒋余", 600),
    ("于杜叶程魏苏吕丁任卢", 430),
    ("姚沈钟姜崔谭陆范汪廖", 320),
    ("石金韦贾夏付方邹熊白", 230),
    ("孟秦邱侯江尹薛闫段雷", 170),
    ("龙黎史陶贺毛郝顾龚邵", 120),
    ("万覃武钱戴严莫孔向常", 80),
];

/// Compound surnames and their weights among themselves.
const COMPOUND: &[(&str, u32)] =
    &[("欧阳", 60), ("上官", 8), ("皇甫", 6), ("令狐", 5), ("诸葛", 5), ("司徒", 5), ("慕容", 2)];

/// Given names of one sex and one time: single characters, and first and second characters of pairs.
struct Pool {
    /// Born before this year.
    before: i16,
    /// Of 1,000 so many have a single character.
    single_permille: u64,
    single: &'static str,
    first: &'static str,
    second: &'static str,
}

const fn pool(
    before: i16,
    single_permille: u64,
    single: &'static str,
    first: &'static str,
    second: &'static str,
) -> Pool {
    Pool { before, single_permille, single, first, second }
}

const MALE: [Pool; 5] = [
    pool(1960, 80, "荣福贵林生祥兴明", "国建永德志文明玉福金春长振世学", "华民军平福生山林才贵全海荣祥东"),
    pool(1980, 220, "军勇强伟平斌辉刚明峰", "建国志卫红永海春军立新文小晓少", "军平华强民东明伟生兵林峰辉斌义"),
    pool(
        1990,
        380,
        "伟强磊涛勇军杰鹏超波刚峰辉斌飞",
        "伟海晓志建文俊小永振立鹏宏国智",
        "峰勇强军磊涛鹏杰超波辉斌飞龙伟",
    ),
    pool(2000, 300, "鑫浩帅宇杰凯鹏磊阳博", "嘉俊子文志浩天宇家建思明泽晨", "豪杰轩宇浩鑫辉伟强鹏龙博阳凯涛"),
    pool(i16::MAX, 90, "睿宸轩逸皓", "子浩梓宇俊博天泽一睿奕", "轩涵宇然睿泽豪辰杰熙航瑞"),
];

const FEMALE: [Pool; 5] = [
    pool(1960, 90, "英兰芳珍梅", "秀桂玉淑凤春美素爱惠兰", "英兰珍芳梅花珠香莲琴云"),
    pool(1980, 200, "丽敏红燕霞芳艳玲", "丽秀玉红小春艳晓美海爱雪", "华英芳萍霞红梅玲燕琴娟珍"),
    pool(1990, 340, "静丽敏燕艳娟霞婷娜芳", "丽晓小婷海雪艳静娜文燕玉", "娟娜婷丽芳霞燕玲敏红洁"),
    pool(2000, 260, "婷雪颖倩琪悦", "梦雨思佳雅欣诗晓文静婉", "婷怡琪瑶洁雯颖倩琳雪"),
    pool(i16::MAX, 80, "萱彤妍诺", "梓欣雨诗子思可语一若", "涵怡萱彤琪妍瑶桐诺馨"),
];

const DOT_MALE: &[&str] =
    &["艾合买提", "吐尔逊", "阿卜杜拉", "玉素甫", "亚森", "依明", "努尔兰", "叶尔兰", "麦麦提", "库尔班"];
const DOT_FEMALE: &[&str] =
    &["阿依古丽", "古丽娜尔", "帕提古丽", "热依汗古丽", "阿依努尔", "玛依拉", "祖丽胡玛尔", "迪丽娜尔"];
const DOT_FATHERS: &[&str] =
    &["买买提", "吐尔逊", "依明", "阿卜杜热合曼", "肉孜", "达吾提", "托合提", "司马义", "赛买提"];
const PLAIN_MALE: &[&str] = &["扎西次仁", "多吉", "尼玛扎西", "巴特尔", "那日苏", "阿木尔", "吉克尔布", "阿苏木呷"];
const PLAIN_FEMALE: &[&str] = &["卓玛", "央金拉姆", "次仁卓嘎", "其其格", "乌云娜", "萨日娜", "阿依木呷", "吉克阿呷"];

/// Nationality (ISO 3166-1 alpha-3), then names of men, of women and of families, each list parted by `/`.
const ABROAD: &[(&str, &str, &str, &str)] = &[
    ("PHL", "JOSE/RAMON/EDUARDO/MARK ANTHONY", "MARICEL/ROSALIE/JENNIFER", "SANTOS/REYES/DELA CRUZ/OCAMPO"),
    ("NOR", "LARS/OLAV/SINDRE", "INGRID/KARI/SOLVEIG", "HANSEN/BJØRNSTAD/SOLBERG"),
    ("GRC", "NIKOLAOS/GEORGIOS/STAVROS", "ELENI/SOFIA", "PAPADOPOULOS/NIKOLAIDIS/VLACHOS"),
    ("DEU", "JÜRGEN/MATTHIAS/UWE", "SABINE/KATRIN", "MÜLLER/GROSSMANN/VON DER HEIDE"),
    ("GBR", "JAMES/OLIVER/IAN", "CHARLOTTE/FIONA", "O'BRIEN/SMITH-JONES/WHITAKER"),
    ("IND", "RAJESH/ANIL/VIKRAM", "PRIYA/LAKSHMI", "SHARMA/PATEL/KRISHNAMURTHY"),
    ("KOR", "MINJUN/SANGHOON", "JIYEON/SOOMIN", "KIM/PARK/CHOI"),
];

fn given_name(dice: &mut Dice, sex: Sex, year: i16) -> String {
    let pools = if sex == Sex::Male { &MALE } else { &FEMALE };
    let pool = pools.iter().find(|p| year < p.before).unwrap_or(&pools[4]);
    if dice.permille(pool.single_permille) {
        return dice.character(pool.single).to_string();
    }
    let first = dice.character(pool.first);
    let mut second = dice.character(pool.second);
    while second == first {
        second = dice.character(pool.second);
    }
    [first, second].iter().collect()
}

fn surname(dice: &mut Dice, compound: bool) -> String {
    if compound {
        return (*dice.weighted(COMPOUND)).to_string();
    }
    let tier = *dice.weighted(SURNAMES);
    dice.character(tier).to_string()
}

/// A Han name for somebody born in `year`; sometimes a compound surname, sometimes a rare character in a name of three.
pub fn han(dice: &mut Dice, sex: Sex, year: i16) -> String {
    let compound = dice.permille(COMPOUND_PERMILLE);
    let surname = surname(dice, compound);
    if !compound && dice.permille(RARE_PERMILLE) {
        let pools = if sex == Sex::Male { &MALE } else { &FEMALE };
        let first = dice.character(pools[3].first);
        return format!("{surname}{first}{}", dice.pick(&RARE));
    }
    format!("{surname}{}", given_name(dice, sex, year))
}

/// A name of one of the minorities: given name, middle dot, father's name, or a name written without a dot.
pub fn minority(dice: &mut Dice, sex: Sex) -> String {
    let (dotted, plain) = if sex == Sex::Male { (DOT_MALE, PLAIN_MALE) } else { (DOT_FEMALE, PLAIN_FEMALE) };
    if dice.permille(300) {
        return (*dice.pick(plain)).to_string();
    }
    let given = *dice.pick(dotted);
    let mut father = *dice.pick(DOT_FATHERS);
    while father == given {
        father = *dice.pick(DOT_FATHERS);
    }
    format!("{given}·{father}")
}

/// The name of somebody who may come from anywhere in the country.
pub fn worker(dice: &mut Dice, sex: Sex, year: i16) -> String {
    if dice.permille(MINORITY_PERMILLE) { minority(dice, sex) } else { han(dice, sex, year) }
}

/// Given and family name in capitals, and nationality.
pub fn foreign(dice: &mut Dice, sex: Sex) -> (String, &'static str) {
    let (country, male, female, family) = *dice.pick(ABROAD);
    let mut one = |list: &'static str| *dice.pick(&list.split('/').collect::<Vec<_>>());
    let given = one(if sex == Sex::Male { male } else { female });
    (format!("{given} {}", one(family)), country)
}

/// A name one slip of the pen away: another character of the same sound, else another last character. Never `name` itself.
pub fn misspelt(name: &str) -> String {
    const TWINS: &[(char, char)] = &[
        ('张', '章'),
        ('王', '汪'),
        ('陈', '程'),
        ('杨', '扬'),
        ('徐', '许'),
        ('付', '傅'),
        ('闫', '阎'),
        ('肖', '萧'),
        ('林', '凌'),
        ('伟', '玮'),
        ('军', '君'),
        ('华', '桦'),
        ('明', '铭'),
        ('平', '萍'),
        ('峰', '锋'),
        ('辉', '晖'),
        ('国', '帼'),
        ('建', '健'),
        ('志', '智'),
        ('丽', '莉'),
        ('红', '洪'),
        ('英', '瑛'),
        ('玲', '铃'),
        ('文', '雯'),
        ('杰', '洁'),
    ];
    let twin = |c: char| TWINS.iter().find(|(right, _)| *right == c).map(|(_, wrong)| *wrong);
    let place = name.chars().enumerate().filter(|(_, c)| twin(*c).is_some()).map(|(i, _)| i).last();
    let count = name.chars().count();
    let at = place.unwrap_or(count.saturating_sub(1));
    let swap =
        |(i, c): (usize, char)| if i == at { twin(c).unwrap_or(if c == '军' { '君' } else { '军' }) } else { c };
    name.chars().enumerate().map(swap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_characters_are_in_gb18030_and_not_in_gbk() {
        for c in RARE {
            let text = c.to_string();
            let (bytes, _, lost) = encoding_rs::GB18030.encode(&text);
            assert!(!lost, "{c} has a place in GB 18030");
            assert_eq!(encoding_rs::GB18030.decode(&bytes).0, text);
            // Code page 936 ends before the two-byte additions at FE50-FEA0; everything else rare takes four bytes.
            assert!(bytes.len() == 4 || bytes[0] == 0xfe, "{c} is in GBK: {bytes:x?}");
        }
    }

    #[test]
    fn names_have_the_promised_shapes() {
        let mut dice = Dice::new(5, "names");
        let names: Vec<String> =
            (0..20_000).map(|i| worker(&mut dice, if i % 5 == 0 { Sex::Female } else { Sex::Male }, 1985)).collect();
        let count = |f: &dyn Fn(&str) -> bool| names.iter().filter(|n| f(n)).count();
        assert!((100..600).contains(&count(&|n| n.contains('·'))));
        assert!((50..250).contains(&count(&|n| n.contains(RARE))));
        assert!((20..200).contains(&count(&|n| COMPOUND.iter().any(|(s, _)| n.starts_with(s)))));
        assert!((1000..1800).contains(&count(&|n| n.starts_with('王'))), "{}", count(&|n| n.starts_with('王')));
    }

    #[test]
    fn a_misspelt_name_is_another_of_the_same_length() {
        let mut dice = Dice::new(6, "names");
        for year in [1955, 1970, 1985, 1995, 2003] {
            for _ in 0..500 {
                let name = worker(&mut dice, Sex::Male, year);
                let wrong = misspelt(&name);
                assert_ne!(name, wrong);
                assert_eq!(name.chars().count(), wrong.chars().count());
            }
        }
        assert_eq!(misspelt("张建军"), "张建君");
    }
}
