//! Firms and merchants.
use crate::branches::{Branch, CITY, CITY_BRANCH, District};
use crate::dice::Dice;
use crate::numbers::{OWN_BANK, Register, Registered};
use crate::people::{Person, born, either_sex, resident};
use kernel::Money;

/// Firms that bank here, apart from the yard's and the site's.
pub const FIRMS: usize = 60;
/// Merchants who take payments.
pub const MERCHANTS: usize = 120;

/// Size of a firm (统计上大中小微型企业划分办法); relief from fees goes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    Micro,
    Small,
    Medium,
    Large,
}

/// A firm with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firm {
    pub zh: String,
    pub en: String,
    /// 统一社会信用代码
    pub credit_code: String,
    pub size: Size,
    /// Industry in Chinese.
    pub industry: &'static str,
    pub address: String,
    pub branch: String,
    /// Settlement account: 19 digits.
    pub account: String,
    pub opening: Money,
    /// 法定代表人
    pub legal: Person,
    /// Makes payments and pay sheets.
    pub maker: Person,
    /// Checks what the maker made.
    pub checker: Person,
}

/// A sole trader who takes payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    pub zh: String,
    pub en: String,
    /// Merchant category code (ISO 18245).
    pub category: &'static str,
    pub credit_code: String,
    pub owner: Person,
    pub address: String,
    pub island: &'static str,
    pub branch: String,
    /// The owner's card, into which takings are settled.
    pub card: String,
    pub opening: Money,
}

/// What a firm is called and does: names, industry, size.
pub struct Calling {
    pub zh: String,
    pub en: String,
    pub industry: &'static str,
    pub size: Size,
}

/// First parts of firms' names. Tried against nothing real: they only have to be many.
const STEMS: &[(&str, &str)] = &[
    ("汐源", "Xiyuan"),
    ("潮升", "Chaosheng"),
    ("鲸跃", "Jingyue"),
    ("澜沐", "Lanmu"),
    ("帆启", "Fanqi"),
    ("礁安", "Jiaoan"),
    ("螺声", "Luosheng"),
    ("鸥程", "Oucheng"),
    ("沧禾", "Canghe"),
    ("屿新", "Yuxin"),
    ("汀远", "Tingyuan"),
    ("曙舟", "Shuzhou"),
];

/// Second parts, English, industry, size.
const LINES: &[(&str, &str, &str, Size)] = &[
    ("远洋渔业有限公司", "Ocean Fishery Co., Ltd.", "渔业", Size::Medium),
    ("水产冷冻有限公司", "Frozen Seafood Co., Ltd.", "水产加工", Size::Small),
    ("海上客运有限公司", "Passenger Boats Co., Ltd.", "水上客运", Size::Medium),
    ("岛屿旅游有限公司", "Island Tours Co., Ltd.", "旅游", Size::Small),
    ("物流有限公司", "Logistics Co., Ltd.", "物流", Size::Small),
    ("船舶配件商行有限公司", "Ship Chandlers Co., Ltd.", "批发", Size::Micro),
    ("海洋科技有限公司", "Marine Technology Co., Ltd.", "软件和信息服务", Size::Micro),
    ("建材贸易有限公司", "Building Materials Co., Ltd.", "批发", Size::Small),
    ("餐饮管理有限公司", "Catering Co., Ltd.", "餐饮", Size::Micro),
    ("仓储股份有限公司", "Warehousing PLC", "仓储", Size::Large),
];

/// Kind of shop, English, category code.
const TRADES: &[(&str, &str, &str)] = &[
    ("游船", "Excursion Boats", "4457"),
    ("渡轮售票处", "Ferry Tickets", "4111"),
    ("海景民宿", "Sea-view Inn", "7011"),
    ("渔家小院", "Fisherman's Inn", "7011"),
    ("海鲜酒家", "Seafood Restaurant", "5812"),
    ("面馆", "Noodle House", "5814"),
    ("干货店", "Dried Seafood", "5499"),
    ("便利店", "Convenience Store", "5411"),
    ("水果铺", "Fruit Shop", "5499"),
    ("电瓶车租赁", "Buggy Rental", "7519"),
    ("理发店", "Barber", "7230"),
    ("药房", "Pharmacy", "5912"),
];

const SHOP_NAMES: &[(&str, &str)] = &[
    ("阿嬷", "Grandma's"),
    ("老船长", "Old Captain"),
    ("灯塔", "Lighthouse"),
    ("听海", "Listen to the Sea"),
    ("蓝港", "Blue Harbour"),
    ("小满", "Xiaoman"),
    ("三渔", "Three Fishers"),
    ("渡口", "At the Ferry"),
    ("月牙湾", "Crescent Bay"),
    ("海风", "Sea Breeze"),
];

/// A firm of `calling` in `branch`'s district.
pub fn firm(dice: &mut Dice, register: &mut Register, branch: &Branch, calling: Calling) -> Firm {
    let mut grown = |dice: &mut Dice, district: &District| {
        let (sex, born) = (either_sex(dice), born(dice, 25, 58));
        resident(dice, register, district, sex, born)
    };
    let (legal, maker, checker) =
        (grown(dice, branch.district), grown(dice, branch.district), grown(dice, branch.district));
    let yuan = match calling.size {
        Size::Micro => dice.between(20_000, 400_000),
        Size::Small => dice.between(200_000, 3_000_000),
        Size::Medium => dice.between(2_000_000, 20_000_000),
        Size::Large => dice.between(30_000_000, 200_000_000),
    };
    let street = dice.pick(branch.district.streets).0;
    Firm {
        credit_code: register.credit_code(dice, Registered::Company, branch.district.area),
        address: format!("{}{}{}{street}{}号", CITY.0, branch.district.zh, branch.island_zh, dice.between(1, 300)),
        branch: branch.code.clone(),
        account: register.firm_account(dice),
        opening: Money::cny(yuan * 100),
        legal,
        maker,
        checker,
        zh: calling.zh,
        en: calling.en,
        industry: calling.industry,
        size: calling.size,
    }
}

/// The firms: names differ, for each pair of stem and line is used once.
pub fn firms(seed: u64, register: &mut Register, branches: &[Branch]) -> Vec<Firm> {
    let mut dice = Dice::new(seed, "firms");
    let pairs = dice.choose(STEMS.len() * LINES.len(), FIRMS);
    let mut one = |pair: usize| {
        let (stem, line) = (STEMS[pair / LINES.len()], LINES[pair % LINES.len()]);
        let calling = Calling {
            zh: format!("汐洲{}{}", stem.0, line.0),
            en: format!("Xizhou {} {}", stem.1, line.1),
            industry: line.2,
            size: line.3,
        };
        let branch = dice.pick(&branches[1..]);
        firm(&mut dice, register, branch, calling)
    };
    pairs.into_iter().map(&mut one).collect()
}

/// A hospital and a power company of the city.
pub fn basics(seed: u64, register: &mut Register, branches: &[Branch]) -> [Firm; 2] {
    let mut dice = Dice::new(seed, "basics");
    let city = branches.iter().find(|b| b.code == CITY_BRANCH).unwrap_or(&branches[0]);
    let mut one = |zh: &str, en: &str, industry| {
        let calling = Calling { zh: zh.into(), en: en.into(), industry, size: Size::Medium };
        firm(&mut dice, register, city, calling)
    };
    [
        one("汐洲市人民医院", "Xizhou People's Hospital", "医疗"),
        one("汐洲供电有限公司", "Xizhou Power Supply Co., Ltd.", "电力供应"),
    ]
}

/// The merchants: shop names differ, for each pair of name and trade is used once.
pub fn merchants(seed: u64, register: &mut Register, branches: &[Branch]) -> Vec<Merchant> {
    let mut dice = Dice::new(seed, "merchants");
    let mut pairs: Vec<usize> = (0..SHOP_NAMES.len() * TRADES.len()).collect();
    dice.shuffle(&mut pairs);
    pairs.into_iter().take(MERCHANTS).map(|pair| merchant(&mut dice, register, branches, pair)).collect()
}

fn merchant(dice: &mut Dice, register: &mut Register, branches: &[Branch], pair: usize) -> Merchant {
    let (name, trade) = (SHOP_NAMES[pair / TRADES.len()], TRADES[pair % TRADES.len()]);
    let branch = dice.pick(&branches[2..]);
    let (sex, born) = (either_sex(dice), born(dice, 22, 68));
    Merchant {
        zh: format!("{}{}", name.0, trade.0),
        en: format!("{} {}", name.1, trade.1),
        category: trade.2,
        credit_code: register.credit_code(dice, Registered::SoleTrader, branch.district.area),
        owner: resident(dice, register, branch.district, sex, born),
        address: format!("{}{}", branch.address_zh, ["甲", "乙", "丙", "丁"][dice.below(4) as usize]),
        island: branch.island_zh,
        branch: branch.code.clone(),
        card: register.card(dice, &OWN_BANK),
        opening: Money::cny(dice.between(20_000, 9_000_000)),
    }
}
