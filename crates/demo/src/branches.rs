//! The city, its islands and the bank's 28 branches.
//!
//! 汐洲市 (Xizhou) is nobody's city: a main island and seven smaller ones in four districts whose area codes begin with 990.
//! The tree has four levels: head office, city branch, eight sub-branches, eighteen outlets; a parent stands before its children.

/// A district or county of the demo city. `area` are the first six digits of identity numbers issued there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct District {
    pub area: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// Islands, Chinese and English; the largest first.
    pub islands: &'static [(&'static str, &'static str)],
    /// Streets, Chinese and English.
    pub streets: &'static [(&'static str, &'static str)],
}

pub const CITY: (&str, &str) = ("汐洲市", "Xizhou");

pub const DISTRICTS: [District; 4] = [
    District {
        area: "990102",
        zh: "望潮区",
        en: "Wangchao District",
        islands: &[("汐洲本岛", "Xizhou Island"), ("白鲸屿", "Baijing Islet")],
        streets: &[
            ("海晏路", "Haiyan Road"),
            ("听涛街", "Tingtao Street"),
            ("灯台巷", "Dengtai Lane"),
            ("渔市路", "Yushi Road"),
        ],
    },
    District {
        area: "990103",
        zh: "归帆区",
        en: "Guifan District",
        islands: &[("归帆岛", "Guifan Island"), ("锚地礁", "Maodi Reef")],
        streets: &[("船坞路", "Dock Road"), ("铆工街", "Riveters' Street"), ("望海路", "Wanghai Road")],
    },
    District {
        area: "990121",
        zh: "鹭鸣县",
        en: "Luming County",
        islands: &[("鹭鸣岛", "Luming Island"), ("沙鸥洲", "Shaou Shoal")],
        streets: &[("盐田路", "Salt Field Road"), ("鹭桥街", "Luqiao Street"), ("观星路", "Guanxing Road")],
    },
    District {
        area: "990122",
        zh: "青螺县",
        en: "Qingluo County",
        islands: &[("青螺岛", "Qingluo Island"), ("星槎屿", "Xingcha Islet")],
        streets: &[("码头路", "Pier Road"), ("橘园街", "Tangerine Street"), ("礁石巷", "Reef Lane")],
    },
];

/// Places that migrant workers come from: area code and name. None exists.
pub const HOMES: &[(&str, &str)] = &[
    ("990211", "云岫省珞河县"),
    ("990212", "云岫省青槐县"),
    ("990213", "云岫省石磴市"),
    ("990321", "朔野省长原县"),
    ("990322", "朔野省柳湾市"),
    ("990323", "朔野省黑水县"),
    ("990431", "晴川省白塔县"),
    ("990432", "晴川省三渡市"),
    ("990541", "沧溟省苇塘县"),
    ("990651", "西陲自治区玉泉县"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 总行
    HeadOffice,
    /// 分行
    City,
    /// 支行
    SubBranch,
    /// 网点
    Outlet,
}

/// A branch: five digits of code (`10100`), its place in the tree and in the city.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    pub code: String,
    pub parent: Option<String>,
    pub level: Level,
    pub zh: String,
    pub en: String,
    pub district: &'static District,
    pub island_zh: &'static str,
    pub island_en: &'static str,
    pub address_zh: String,
    pub address_en: String,
}

pub const BRANCHES: usize = 28;
/// The city branch, which the yard and the site bank with.
pub const CITY_BRANCH: &str = "10100";

/// A sub-branch with its outlets: district, island, names; each outlet with its island and names.
type Place = (usize, &'static str, &'static str);
const SUB_BRANCHES: &[(Place, &[Place])] = &[
    ((0, "望潮", "Wangchao"), &[(0, "海晏路", "Haiyan Road"), (0, "渔市", "Fish Market"), (0, "大学城", "University")]),
    ((0, "听涛", "Tingtao"), &[(0, "灯台巷", "Dengtai Lane"), (1, "白鲸屿", "Baijing Islet")]),
    ((0, "客运码头", "Ferry Terminal"), &[(0, "候船厅", "Departure Hall"), (0, "渔港", "Fishing Port")]),
    ((0, "归帆", "Guifan"), &[(0, "归帆老街", "Guifan Old Street"), (0, "望海路", "Wanghai Road")]),
    (
        (0, "船坞", "Dockyard"),
        &[(0, "铆工街", "Riveters' Street"), (0, "修船厂区", "Ship Repair Yard"), (1, "锚地", "Anchorage")],
    ),
    ((0, "鹭鸣", "Luming"), &[(0, "盐田", "Salt Field"), (1, "沙鸥洲", "Shaou Shoal")]),
    ((0, "青螺", "Qingluo"), &[(0, "橘园", "Tangerine Grove"), (1, "星槎屿", "Xingcha Islet")]),
    ((0, "螺湾", "Luowan"), &[(0, "青螺码头", "Qingluo Pier"), (0, "礁石巷", "Reef Lane")]),
];
/// District of each sub-branch in the order above.
const SUB_DISTRICTS: [usize; 8] = [0, 0, 0, 1, 1, 2, 3, 3];

/// The 28 branches, parents first. They do not depend on the seed.
pub fn branches() -> Vec<Branch> {
    let mut all = vec![
        branch("10000", None, Level::HeadOffice, 0, (0, "汐洲海岛银行总行", "Xizhou Island Bank Head Office"), 0),
        branch(CITY_BRANCH, Some("10000"), Level::City, 0, (0, "汐洲分行", "Xizhou City Branch"), 1),
    ];
    for (i, (sub, outlets)) in SUB_BRANCHES.iter().enumerate() {
        let (district, code) = (SUB_DISTRICTS[i], format!("102{:02}", (i + 1) * 10));
        let names = (format!("{}支行", sub.1), format!("{} Sub-branch", sub.2));
        all.push(branch(&code, Some(CITY_BRANCH), Level::SubBranch, district, (sub.0, &names.0, &names.1), all.len()));
        for (j, outlet) in outlets.iter().enumerate() {
            let names = (format!("{}网点", outlet.1), format!("{} Outlet", outlet.2));
            let own = format!("102{:02}", (i + 1) * 10 + j + 1);
            all.push(branch(&own, Some(&code), Level::Outlet, district, (outlet.0, &names.0, &names.1), all.len()));
        }
    }
    all
}

fn branch(
    code: &str,
    parent: Option<&str>,
    level: Level,
    district: usize,
    place: (usize, &str, &str),
    index: usize,
) -> Branch {
    let district = &DISTRICTS[district];
    let (island, zh, en) = place;
    let (island_zh, island_en) = district.islands[island];
    let (street_zh, street_en) = district.streets[index % district.streets.len()];
    let door = index * 7 + 8;
    Branch {
        code: code.into(),
        parent: parent.map(Into::into),
        level,
        zh: zh.into(),
        en: en.into(),
        district,
        island_zh,
        island_en,
        address_zh: format!("{}{}{island_zh}{street_zh}{door}号", CITY.0, district.zh),
        address_en: format!("{door} {street_en}, {island_en}, {}, {}", district.en, CITY.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_of_28_with_parents_first() {
        let all = branches();
        assert_eq!(all.len(), BRANCHES);
        for (i, b) in all.iter().enumerate() {
            let above =
                b.parent.as_ref().map(|p| all[..i].iter().find(|x| x.code == *p).expect("the parent stands before"));
            assert_eq!(above.map(|a| a.level < b.level), (i > 0).then_some(true), "{}", b.code);
            assert_eq!(all.iter().filter(|x| x.code == b.code || x.zh == b.zh).count(), 1, "{} is twice", b.code);
        }
        let count = |level| all.iter().filter(|b| b.level == level).count();
        assert_eq!([Level::HeadOffice, Level::City, Level::SubBranch, Level::Outlet].map(count), [1, 1, 8, 18]);
    }
}
