//! What the demo bank is shown with: logins, one-time codes, files; and the list of error codes.
use crate::exit::{Done, Outcome};
use anyhow::Context;
use app::Bank;
use app::demo_load::{State, state};
use demo::branches::CITY_BRANCH;
use demo::logins::{Login, demo_logins};
use kernel::clock::SECOND;
use kernel::id::{BranchId, DeviceId};
use kernel::{Actor, Clock, Error, PageAsk};
use party::{Enrolment, TerminalNew, TerminalView, Variant};
use serde_json::json;
use std::path::Path;
use store::Tx;

/// Columns of a text on a terminal: a Chinese character takes two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c as u32 >= 0x1100 { 2 } else { 1 }).sum()
}

fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// Who can sign in: role, password and name.
pub fn table(logins: &[Login]) -> String {
    let mut text = format!("  {} {} {} {}\n", pad("name", 11), pad("role", 19), pad("password", 22), "person");
    for l in logins {
        text.push_str(&format!("  {} {} {} {}\n", pad(l.name, 11), pad(l.role, 19), pad(&l.password, 22), l.display));
    }
    text
}

pub fn logins() -> Done {
    let logins = demo_logins(&app::demo_load::data());
    let list: Vec<_> = logins
        .iter()
        .map(|l| json!({ "name": l.name, "role": l.role, "password": l.password, "person": l.display, "phone": l.phone }))
        .collect();
    let basics = &app::demo_load::data().basics;
    let payees: Vec<_> = basics.iter().map(|f| json!({ "name": f.zh, "number": f.account })).collect();
    let pay: String = basics.iter().map(|f| format!("  {} {}\n", pad(&f.zh, 31), f.account)).collect();
    let text = format!("{}to pay to\n{pay}one-time code: yizhan demo code NAME", table(&logins));
    Done::new(text, json!({ "logins": list, "payees": payees }))
}

/// The code an authenticator would show now for a login, by name or by role.
pub fn code(who: &str) -> Outcome {
    let logins = demo_logins(&app::demo_load::data());
    let found = logins.iter().find(|l| l.name == who).or_else(|| logins.iter().find(|l| l.role == who));
    let login = found.ok_or_else(|| Error::not_found("demo login", who))?;
    let now = Clock::system().now();
    let code = party::totp_code(&login.totp_secret, now);
    let step = party::TOTP_STEP_SECONDS as i64;
    let left = step - (now.micros() / SECOND).rem_euclid(step);
    let json = json!({ "name": login.name, "code": code, "seconds": left });
    Ok(Done::new(format!("{code}   ({}, {left} s left; each code is taken once)", login.name), json))
}

pub fn files(directory: &Path) -> Outcome {
    std::fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    let (mut text, mut list) = (String::new(), Vec::new());
    for f in app::demo_load::files() {
        let path = directory.join(&f.name);
        std::fs::write(&path, f.bytes()?).with_context(|| format!("{} cannot be written", path.display()))?;
        text.push_str(&format!(
            "{}\n  {} · {}\n  for {}, as {}\n",
            path.display(),
            f.title_zh,
            f.title_en,
            f.project,
            f.login
        ));
        list.push(json!({ "file": path, "title": f.title_en, "project": f.project, "login": f.login }));
    }
    Ok(Done::new(text, json!({ "files": list })))
}

/// The machines of the demo: what is written on them, where they stand and how they are built.
const MACHINES: [(&str, &str, Variant); 2] =
    [("K-01", "大厅入口左侧", Variant::Tall), ("K-02", "大厅服务台旁", Variant::Low)];

/// Codes for the demo's two machines at its city branch; a machine that is there gets another code.
pub fn kiosk(bank: &Bank) -> Outcome {
    if !matches!(state(bank)?, State::Loaded(_)) {
        return Err(Error::new(&app::demo_load::DEMO_REFUSED, "this is not the demo bank").into());
    }
    let made = bank.write(|tx| {
        let at = party::branch_by_code(tx, CITY_BRANCH)?.id;
        let by = Actor::system("demo");
        let there = party::terminals(tx, &by, at, &PageAsk::first(kernel::page::PAGE_ROWS_MAX))?.items;
        let known = |name: &str| {
            let same = |t: &&TerminalView| t.branch == at && t.name == name && t.state.code() != "retired";
            there.iter().find(same).map(|t| t.terminal)
        };
        let code = |(name, place, variant): (&str, &str, Variant)| match known(name) {
            Some(id) => party::terminal_again(tx, &by, id),
            None => {
                let new = TerminalNew { branch: at, name: name.into(), place: place.into(), variant };
                party::terminal_enrol(tx, &by, new)
            }
        };
        let made = MACHINES.into_iter().map(code).collect::<kernel::Result<Vec<_>>>()?;
        for ((name, ..), enrolment) in MACHINES.iter().zip(&made) {
            stand_in(tx, &by, at, name, enrolment.terminal)?;
        }
        Ok(made)
    })?;
    let mut text =
        String::from("type the code at /kiosk/enrolment, in a browser window of its own; each lives 10 minutes\n");
    for ((name, _, variant), enrolment) in MACHINES.iter().zip(&made) {
        text.push_str(&format!("  {} {} {}\n", pad(name, 6), pad(variant.code(), 6), enrolment.code));
    }
    let one = |((name, _, variant), e): (&(&str, &str, Variant), &Enrolment)| json!({ "name": name, "variant": variant.code(), "code": e.code, "terminal": e.terminal.to_string() });
    let list: Vec<_> = MACHINES.iter().zip(&made).map(one).collect();
    Ok(Done::new(text.trim_end().to_owned(), json!({ "machines": list })))
}

/// The cash machine of the same name stands in a terminal that has none yet.
fn stand_in(tx: &mut Tx<'_>, by: &Actor, at: BranchId, name: &str, terminal: DeviceId) -> kernel::Result<()> {
    let drawers = till::drawers(tx, by, at)?;
    let machine = drawers.iter().find(|d| d.kind == till::DrawerKind::Machine && d.name == name);
    if let (Some(d), None) = (machine, till::machine_in(tx, at, terminal)?) {
        till::machine_link(tx, by, terminal, d.id)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lines_up_under_chinese_names() {
        assert_eq!(pad("张三", 6), "张三  ");
        assert_eq!(pad("teller", 6), "teller");
    }

    #[test]
    fn codes_are_found_by_name_and_by_role() {
        for who in ["teller", "payclerk", "branch_manager", "worker"] {
            let done = code(who).unwrap();
            assert_eq!(done.json["code"].as_str().map(str::len), Some(6), "{who}");
        }
        assert!(code("nobody").is_err());
    }
}
