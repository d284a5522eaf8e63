//! Files that the demo offers: pay sheets and rosters as firms send them, faulty and right.
use super::data;
use demo::faults::{SUBCONTRACTOR_FAULTS, YARD_FAULTS};
use demo::grid::Charset;
use demo::paysheets::FIRST_PAY_MONTH;
use demo::workbooks::{Dirt, pay_sheet_csv, pay_sheet_xlsx, roster_xlsx, yard_csv, yard_xlsx};
use demo::yard::Yard;
use kernel::{Error, Result};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Yard(Dirt),
    YardCsv,
    /// By its place among the subcontractors.
    Subcontractor(usize, Dirt),
    SubcontractorCsv(usize),
    Site(Dirt),
    Roster(usize),
}

/// A file that a newcomer downloads and uploads again.
#[derive(Clone)]
pub struct DemoFile {
    /// ASCII, with its ending: `yard-2026-10-faulty.xlsx`.
    pub name: String,
    pub title_zh: String,
    pub title_en: String,
    /// The project it is for, by name; its workers are on that project's roster.
    pub project: String,
    /// Login of who uploads it.
    pub login: &'static str,
    content: Content,
}

/// All files, the one to begin with first.
pub fn files() -> Vec<DemoFile> {
    let data = data();
    let count = |plan: &[(demo::faults::FaultKind, usize)]| plan.iter().map(|(_, n)| n).sum::<usize>();
    let workers: usize = data.yard.subcontractors.iter().map(|s| s.workers.len()).sum();
    let sub = &data.yard.subcontractors[0];
    let team = super::wages::team_project(sub);
    let month = format!("{}-{:02}", FIRST_PAY_MONTH.year, FIRST_PAY_MONTH.month);
    let file = |name: &str, zh: String, en: String, project: &str, login, content| DemoFile {
        name: name.replace("MONTH", &month),
        title_zh: zh,
        title_en: en,
        project: project.into(),
        login,
        content,
    };
    let (yard, site) = (super::YARD_PROJECT, super::SITE_PROJECT);
    let faults = [count(&YARD_FAULTS), count(&SUBCONTRACTOR_FAULTS)];
    vec![
        file(
            "yard-MONTH-faulty.xlsx",
            format!("全厂工资表，{workers} 人，有 {} 处错误", faults[0]),
            format!("the whole yard's pay sheet, {workers} workers, with {} faults", faults[0]),
            yard,
            "payclerk",
            Content::Yard(Dirt::Faulty),
        ),
        file(
            "yard-MONTH.xlsx",
            "全厂工资表，已改正".into(),
            "the whole yard's pay sheet, corrected".into(),
            yard,
            "payclerk",
            Content::Yard(Dirt::Usual),
        ),
        file(
            "yard-MONTH-gb18030.csv",
            "全厂工资表，CSV（GB18030 编码）".into(),
            "the whole yard's pay sheet as CSV in GB 18030".into(),
            yard,
            "payclerk",
            Content::YardCsv,
        ),
        file(
            "subcontractor-MONTH-faulty.xlsx",
            format!("{}工资表，有 {} 处错误", sub.firm.zh, faults[1]),
            format!("pay sheet of {}, with {} faults", sub.firm.en, faults[1]),
            &team,
            "subclerk",
            Content::Subcontractor(0, Dirt::Faulty),
        ),
        file(
            "subcontractor-MONTH.xlsx",
            format!("{}工资表，已改正", sub.firm.zh),
            format!("pay sheet of {}, corrected", sub.firm.en),
            &team,
            "subclerk",
            Content::Subcontractor(0, Dirt::Usual),
        ),
        file(
            "subcontractor-MONTH-gb18030.csv",
            format!("{}工资表，CSV（GB18030 编码）", sub.firm.zh),
            format!("pay sheet of {} as CSV in GB 18030", sub.firm.en),
            &team,
            "subclerk",
            Content::SubcontractorCsv(0),
        ),
        file(
            "site-MONTH.xlsx",
            "客运枢纽工地工资表".into(),
            "pay sheet of the ferry hub building site".into(),
            site,
            "siteclerk",
            Content::Site(Dirt::Usual),
        ),
        file(
            "subcontractor-roster.xlsx",
            format!("{}花名册", sub.firm.zh),
            format!("roster of {}", sub.firm.en),
            &team,
            "subclerk",
            Content::Roster(0),
        ),
    ]
}

/// The file with this name.
pub fn file(name: &str) -> Result<DemoFile> {
    files().into_iter().find(|f| f.name == name).ok_or_else(|| Error::not_found("demo file", name))
}

impl DemoFile {
    /// The bytes, the same each time. A workbook of 4,000 lines takes some tenths of a second.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let (data, month) = (data(), FIRST_PAY_MONTH);
        let sub = |n: usize| &data.yard.subcontractors[n];
        Ok(match self.content {
            Content::Yard(dirt) => yard_xlsx(&data.yard, month, dirt)?.bytes,
            Content::YardCsv => yard_csv(&data.yard, month, Dirt::Usual, Charset::Gb18030).bytes,
            Content::Subcontractor(n, dirt) => pay_sheet_xlsx(sub(n), month, dirt)?.bytes,
            Content::SubcontractorCsv(n) => pay_sheet_csv(sub(n), month, Dirt::Usual, Charset::Gb18030).bytes,
            Content::Site(dirt) => {
                // A site's sheet has the form of a yard's: crews instead of subcontractors.
                let crews = data.site.crews.clone();
                let site = Yard { firm: data.site.contractor.clone(), orders: Vec::new(), subcontractors: crews };
                yard_xlsx(&site, month, dirt)?.bytes
            }
            Content::Roster(n) => roster_xlsx(&[sub(n)])?,
        })
    }
}
