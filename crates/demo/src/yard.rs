//! The ship-yard with its thirty subcontractors, and the building site with its three crews.
//!
//! A yard pays the people of its subcontractors by repair order; a site pays crews through a special wage account
//! (农民工工资专用账户, Decree 724, art. 26). Both are held here as the same thing: a [`Subcontractor`] with teams, workers and
//! an account that pays wages only.
//!
//! About one worker in fifty has an account that cannot take the first pay: the yard has [`YARD_PLANTED`], the site
//! [`SITE_PLANTED`]. The loader brings about the condition that [`Worker::planted`] names; tests expect exactly these returns.
use crate::branches::{Branch, CITY_BRANCH, HOMES};
use crate::dice::Dice;
use crate::firms::{Calling, Firm, Size, firm};
use crate::names::{self, Sex};
use crate::numbers::{BANKS, Bank, OWN_BANK, Register, WORKERS_BANKS};
use crate::people::{Person, born, either_sex, resident};
use kernel::{Date, Money};

pub const SUBCONTRACTORS: usize = 30;
pub const SUBCONTRACTOR_WORKERS_MIN: usize = 60;
pub const SUBCONTRACTOR_WORKERS_MAX: usize = 220;
/// The yard has at least so many workers, whatever the seed.
pub const YARD_WORKERS_MIN: usize = 4_050;
/// Workers of each of the site's crews.
pub const SITE_CREWS: [usize; 3] = [130, 105, 85];
pub const REPAIR_ORDERS: usize = 24;
/// Of 1,000 workers so many keep their card at another bank.
pub const OTHER_BANK_PERMILLE: u64 = 200;
/// Workers of the crew that works on the site under site rules, [`Site::hands`].
pub const HANDS: usize = 12;
/// Workers of a team at most.
pub const TEAM_WORKERS_MAX: usize = 18;

/// Why an account cannot take the first pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Planted {
    /// The card was closed.
    ClosedCard,
    /// Nothing moved for years; the account is dormant (久悬). Own bank only.
    DormantCard,
    /// The bank knows the holder under another name: [`Worker::account_name`].
    NameMismatch,
    /// Opened in bulk through the employer; the holder has not yet come to activate it. Own bank only.
    NotActivated,
    /// The account's class limits what it may take and hold (II, III类户). Own bank only.
    TierLimit,
}

/// How many of each the yard has.
pub const YARD_PLANTED: [(Planted, usize); 5] = [
    (Planted::ClosedCard, 14),
    (Planted::DormantCard, 11),
    (Planted::NameMismatch, 22),
    (Planted::NotActivated, 31),
    (Planted::TierLimit, 9),
];
/// How many of each the site has.
pub const SITE_PLANTED: [(Planted, usize); 5] = [
    (Planted::ClosedCard, 2),
    (Planted::DormantCard, 1),
    (Planted::NameMismatch, 2),
    (Planted::NotActivated, 3),
    (Planted::TierLimit, 1),
];

/// A trade and what a day of it is paid, in yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    pub zh: &'static str,
    pub en: &'static str,
    pub day_yuan_min: i64,
    pub day_yuan_max: i64,
}

const fn trade(zh: &'static str, en: &'static str, day_yuan_min: i64, day_yuan_max: i64) -> Trade {
    Trade { zh, en, day_yuan_min, day_yuan_max }
}

pub const YARD_TRADES: [Trade; 12] = [
    trade("打磨", "grinder", 260, 320),
    trade("电焊", "welder", 330, 440),
    trade("油漆", "painter", 280, 350),
    trade("架子工", "scaffolder", 300, 380),
    trade("铆工", "plater", 330, 420),
    trade("起重", "rigger", 310, 390),
    trade("管工", "pipe fitter", 320, 400),
    trade("钳工", "fitter", 320, 410),
    trade("电工", "electrician", 320, 400),
    trade("喷砂", "blaster", 300, 370),
    trade("清舱", "tank cleaner", 240, 300),
    trade("看火", "fire watch", 200, 240),
];

pub const SITE_TRADES: [Trade; 7] = [
    trade("钢筋工", "steel fixer", 300, 380),
    trade("木工", "formwork carpenter", 320, 420),
    trade("混凝土工", "concreter", 280, 350),
    trade("瓦工", "bricklayer", 310, 400),
    trade("架子工", "scaffolder", 320, 400),
    trade("水电工", "plumber and electrician", 300, 380),
    trade("普工", "labourer", 200, 260),
];

/// A team (班组) of one trade; at the yard it works on one repair order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub zh: String,
    pub trade: Trade,
    /// Number of a [`RepairOrder`].
    pub order: Option<String>,
}

/// A worker on a subcontractor's roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Two digits of the subcontractor, four of the worker; a site's crews count from 91.
    pub number: String,
    pub name: String,
    pub sex: Sex,
    pub born: Date,
    pub identity: String,
    pub phone: String,
    pub home: &'static str,
    /// Index into [`Subcontractor::teams`].
    pub team: usize,
    pub bank: Bank,
    pub card: String,
    /// The holder's name as the bank of the card has it; another than `name` only for [`Planted::NameMismatch`].
    pub account_name: String,
    /// Signed the labour contract and was registered by real name on this day.
    pub joined: Date,
    pub day_rate: Money,
    /// The employer keeps back the worker's share of social insurance.
    pub insured: bool,
    pub planted: Option<Planted>,
}

/// A firm that brings workers: a yard's subcontractor or a site's crew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subcontractor {
    /// 1 to 30 at the yard, 91 to 93 at the site.
    pub number: u32,
    pub firm: Firm,
    /// The account that pays these workers' wages and nothing else: 19 digits.
    pub wage_account: String,
    pub teams: Vec<Team>,
    pub workers: Vec<Worker>,
    /// What its pay sheets are drawn from.
    pub seed: u64,
}

/// A ship-repair order (修理单).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairOrder {
    pub number: String,
    pub vessel_zh: String,
    pub vessel_en: String,
    pub kind: &'static str,
    /// Deadweight in tonnes.
    pub deadweight_t: u32,
    pub works: Vec<&'static str>,
    pub starts: Date,
    pub ends: Date,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yard {
    pub firm: Firm,
    pub orders: Vec<RepairOrder>,
    pub subcontractors: Vec<Subcontractor>,
}

/// A building site and its special wage account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub number: String,
    pub zh: String,
    pub en: String,
    /// 建设单位
    pub owner: Firm,
    /// 施工总承包单位
    pub contractor: Firm,
    pub contract: Money,
    /// Contractor, project and 农民工工资专用账户, as article 26 wants it.
    pub wage_account_name: String,
    pub wage_account: String,
    pub starts: Date,
    pub ends: Date,
    pub crews: Vec<Subcontractor>,
}

impl Site {
    /// The subcontractor whose crew works on the site under site rules.
    pub fn crew(&self) -> &Subcontractor {
        &self.crews[1]
    }

    /// That crew: its oldest and its youngest worker, who can sign in, and others; each has a card here that takes the pay.
    pub fn hands(&self) -> Vec<&Worker> {
        let mut all: Vec<&Worker> =
            self.crew().workers.iter().filter(|w| w.planted.is_none() && w.bank == OWN_BANK).collect();
        all.sort_by_key(|w| w.born);
        let youngest = all.pop();
        if let [_, others @ ..] = &mut all[..] {
            others.sort_by_key(|w| &w.number);
        }
        if let Some(youngest) = youngest {
            all.insert(all.len().min(1), youngest);
        }
        all.truncate(HANDS);
        all
    }
}

const STEMS: &[(&str, &str)] = &[
    ("汐和", "Xihe"),
    ("锚星", "Maoxing"),
    ("远棹", "Yuanzhao"),
    ("澄海湾", "Chenghaiwan"),
    ("鲲程", "Kuncheng"),
    ("舷光", "Xianguang"),
    ("砥浪", "Dilang"),
    ("桅顺", "Weishun"),
    ("海岳", "Haiyue"),
    ("恒舸", "Hengge"),
    ("沙浦", "Shapu"),
    ("铁锚", "Tiemao"),
    ("浪屿", "Langyu"),
    ("东槎", "Dongcha"),
    ("众帆", "Zhongfan"),
    ("沛舟", "Peizhou"),
    ("金舵", "Jinduo"),
    ("临汐", "Linxi"),
    ("龙骨", "Longgu"),
    ("合浪", "Helang"),
];
const LINES: &[(&str, &str)] = &[
    ("船舶工程有限公司", "Ship Engineering Co., Ltd."),
    ("船舶修理有限公司", "Ship Repair Co., Ltd."),
    ("船舶涂装有限公司", "Ship Coating Co., Ltd."),
];
const SITE_LINES: [(&str, &str); 3] = [
    ("汐洲海岳建筑劳务有限公司", "Xizhou Haiyue Building Labour Co., Ltd."),
    ("汐洲砥浪钢筋工程有限公司", "Xizhou Dilang Reinforcement Co., Ltd."),
    ("汐洲恒舸机电安装有限公司", "Xizhou Hengge Installation Co., Ltd."),
];
/// A vessel's name (a number is added), its kind, and the least and most deadweight in tonnes.
const VESSELS: &[(&str, &str, &str, i64, i64)] = &[
    ("沧溟之星", "CANGMING STAR", "散货船", 28_000, 82_000),
    ("云岫", "YUNXIU", "集装箱船", 12_000, 68_000),
    ("北方云雀", "NORTHERN LARK", "油轮", 6_000, 110_000),
    ("鹭鸣", "LUMING", "客滚船", 2_000, 9_000),
    ("汐渔", "XIYU", "渔船", 300, 900),
    ("砥浪", "DILANG", "工程船", 1_500, 16_000),
];
const WORKS: &[&str] = &[
    "坞修",
    "船壳打磨喷漆",
    "压载舱除锈",
    "舵叶拆检",
    "主机吊缸",
    "管系换新",
    "钢板换新",
    "舱盖修理",
    "锚链校验",
    "电缆更换",
];

/// The yard, its orders and its subcontractors.
pub fn yard(seed: u64, register: &mut Register, branches: &[Branch]) -> Yard {
    let mut dice = Dice::new(seed, "yard");
    let branch = home_branch(branches);
    let orders = orders(&mut dice);
    let main = calling("汐洲望潮船舶修造有限公司", "Xizhou Wangchao Shipyard Co., Ltd.", "船舶修理", Size::Large);
    let yard_firm = firm(&mut dice, register, branch, main);
    let pairs = dice.choose(STEMS.len() * LINES.len(), SUBCONTRACTORS);
    let sizes = sizes(&mut dice);
    let mut subcontractors: Vec<Subcontractor> = Vec::new();
    for (i, (pair, size)) in pairs.into_iter().zip(sizes).enumerate() {
        let (stem, line) = (STEMS[pair / LINES.len()], LINES[pair % LINES.len()]);
        let names = (format!("汐洲{}{}", stem.0, line.0), format!("Xizhou {} {}", stem.1, line.1));
        let employer = firm(&mut dice, register, branch, calling(&names.0, &names.1, "船舶修理", Size::Small));
        let mut crew = Crew { dice: &mut dice, register, trades: &YARD_TRADES, orders: &orders };
        subcontractors.push(crew.subcontractor(i as u32 + 1, employer, size));
    }
    plant(&mut dice, &mut subcontractors, &YARD_PLANTED);
    Yard { firm: yard_firm, orders, subcontractors }
}

/// The building site and its crews.
pub fn site(seed: u64, register: &mut Register, branches: &[Branch]) -> Site {
    let mut dice = Dice::new(seed, "site");
    let branch = home_branch(branches);
    let one = |dice: &mut Dice, register: &mut Register, zh: &str, en: &str, industry, size| {
        firm(dice, register, branch, calling(zh, en, industry, size))
    };
    let owner = one(
        &mut dice,
        register,
        "汐洲海岛客运枢纽建设有限公司",
        "Xizhou Ferry Hub Development Co., Ltd.",
        "房地产开发",
        Size::Medium,
    );
    let contractor = one(
        &mut dice,
        register,
        "汐洲屿筑建设集团有限公司",
        "Xizhou Yuzhu Construction Group Co., Ltd.",
        "建筑业",
        Size::Large,
    );
    let mut crews = Vec::new();
    for (i, (names, size)) in SITE_LINES.iter().zip(SITE_CREWS).enumerate() {
        let employer = one(&mut dice, register, names.0, names.1, "建筑业", Size::Small);
        let mut crew = Crew { dice: &mut dice, register, trades: &SITE_TRADES, orders: &[] };
        crews.push(crew.subcontractor(91 + i as u32, employer, size));
    }
    plant(&mut dice, &mut crews, &SITE_PLANTED);
    let project = "望潮客运枢纽一期工程";
    Site {
        number: "XZ-2026-JZ-0007".into(),
        zh: project.into(),
        en: "Wangchao Ferry Hub, Phase One".into(),
        contract: Money::cny(18_600_000_000),
        wage_account_name: format!("{}{project}农民工工资专用账户", contractor.zh),
        wage_account: register.firm_account(&mut dice),
        starts: crate::as_of().plus_days(-214),
        ends: crate::as_of().plus_days(420),
        owner,
        contractor,
        crews,
    }
}

/// The labour bureau of the island's city. No account: it banks nowhere here.
pub fn bureau(seed: u64, register: &mut Register, branches: &[Branch]) -> Firm {
    let mut dice = Dice::new(seed, "bureau");
    let named = calling("汐洲市劳动保障监察支队", "Xizhou Labour Inspection Bureau", "公共管理", Size::Small);
    firm(&mut dice, register, home_branch(branches), named)
}

/// The labour officer of the site's contractor.
pub fn labour(seed: u64, register: &mut Register, branches: &[Branch]) -> Person {
    let mut dice = Dice::new(seed, "labour");
    let (sex, born) = (either_sex(&mut dice), born(&mut dice, 28, 50));
    resident(&mut dice, register, home_branch(branches).district, sex, born)
}

fn home_branch(branches: &[Branch]) -> &Branch {
    branches.iter().find(|b| b.code == CITY_BRANCH).unwrap_or(&branches[0])
}

fn calling(zh: &str, en: &str, industry: &'static str, size: Size) -> Calling {
    Calling { zh: zh.into(), en: en.into(), industry, size }
}

/// How many workers each subcontractor has: together at least [`YARD_WORKERS_MIN`].
fn sizes(dice: &mut Dice) -> Vec<usize> {
    let mut sizes: Vec<usize> = (0..SUBCONTRACTORS).map(|_| dice.between(70, 210) as usize).collect();
    let mut at = 0;
    while sizes.iter().sum::<usize>() < YARD_WORKERS_MIN {
        if sizes[at] < SUBCONTRACTOR_WORKERS_MAX {
            sizes[at] += 1;
        }
        at = (at + 1) % SUBCONTRACTORS;
    }
    sizes
}

fn orders(dice: &mut Dice) -> Vec<RepairOrder> {
    let one = |i: usize| {
        let (vessel, number) = (VESSELS[i % VESSELS.len()], i / VESSELS.len() * 6 + 3 + i % 5);
        let count = dice.between(2, 5) as usize;
        let starts = crate::as_of().plus_days(-dice.between(33, 70));
        RepairOrder {
            number: format!("XR2026-{:03}", 301 + i * 3),
            vessel_zh: format!("{}{number}", vessel.0),
            vessel_en: format!("{} {number}", vessel.1),
            kind: vessel.2,
            deadweight_t: dice.between(vessel.3, vessel.4) as u32 / 100 * 100,
            works: dice.choose(WORKS.len(), count).into_iter().map(|w| WORKS[w]).collect(),
            starts,
            ends: starts.plus_days(dice.between(60, 110)),
        }
    };
    (0..REPAIR_ORDERS).map(one).collect()
}

/// What is needed to make up a subcontractor's people.
struct Crew<'a> {
    dice: &'a mut Dice,
    register: &'a mut Register,
    trades: &'a [Trade],
    orders: &'a [RepairOrder],
}

impl Crew<'_> {
    fn subcontractor(&mut self, number: u32, firm: Firm, size: usize) -> Subcontractor {
        let mut teams: Vec<Team> = Vec::new();
        let mut workers: Vec<Worker> = Vec::new();
        while workers.len() < size {
            let members = (self.dice.between(9, TEAM_WORKERS_MAX as i64) as usize).min(size - workers.len());
            let team = self.team(number, &teams);
            let trade = team.trade;
            teams.push(team);
            for _ in 0..members {
                let id = format!("{number:02}{:04}", workers.len() + 1);
                workers.push(self.worker(id, trade, teams.len() - 1));
            }
        }
        let wage_account = self.register.firm_account(self.dice);
        let seed = self.dice.below(u64::MAX);
        Subcontractor { number, firm, wage_account, teams, workers, seed }
    }

    /// A subcontractor has three trades of the list at most; teams of one trade are counted.
    fn team(&mut self, number: u32, before: &[Team]) -> Team {
        const COUNT: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
        let trade = self.trades[(number as usize * 5 + self.dice.below(3) as usize) % self.trades.len()];
        let nth = before.iter().filter(|t| t.trade == trade).count();
        let count = COUNT.get(nth).map_or_else(|| format!("十{}", COUNT[(nth - 10) % 9]), |c| (*c).to_string());
        let order = (!self.orders.is_empty()).then(|| self.dice.pick(self.orders).number.clone());
        Team { zh: format!("{}{count}班", trade.zh), trade, order }
    }

    fn worker(&mut self, number: String, trade: Trade, team: usize) -> Worker {
        let dice = &mut *self.dice;
        let sex = if dice.permille(120) { Sex::Female } else { Sex::Male };
        let born = born(dice, 19, 59);
        let (area, home) = *dice.pick(HOMES);
        let other = dice.permille(OTHER_BANK_PERMILLE);
        let bank = if other { *dice.pick(&BANKS[1..=WORKERS_BANKS]) } else { OWN_BANK };
        let name = names::worker(dice, sex, born.year());
        Worker {
            number,
            account_name: name.clone(),
            name,
            sex,
            born,
            identity: self.register.identity(dice, area, born, sex == Sex::Male),
            phone: self.register.phone(dice),
            home,
            team,
            bank,
            card: self.register.card(dice, &bank),
            joined: crate::as_of().plus_days(-dice.between(40, 900)),
            day_rate: Money::cny(dice.between(trade.day_yuan_min / 10, trade.day_yuan_max / 10) * 1000),
            insured: dice.permille(350),
            planted: None,
        }
    }
}

/// Marks workers spread over all of `employers`, each once.
fn plant(dice: &mut Dice, employers: &mut [Subcontractor], plan: &[(Planted, usize)]) {
    let mut places: Vec<(usize, usize)> = Vec::new();
    for (i, employer) in employers.iter().enumerate() {
        places.extend((0..employer.workers.len()).map(|j| (i, j)));
    }
    dice.shuffle(&mut places);
    for (planted, count) in plan {
        let anywhere = matches!(planted, Planted::ClosedCard | Planted::NameMismatch);
        let mut left = *count;
        places.retain(|(i, j)| {
            let worker = &mut employers[*i].workers[*j];
            let fits = left > 0 && (anywhere || worker.bank == OWN_BANK);
            if fits {
                left -= 1;
                worker.planted = Some(*planted);
                if *planted == Planted::NameMismatch {
                    worker.account_name = names::misspelt(&worker.name);
                }
            }
            !fits
        });
    }
}
