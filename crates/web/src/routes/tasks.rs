//! The fast path of staff. Every task has a code of four digits, as counters have them, and a short word (the first letters of its
//! name in pinyin): either, typed into the field of the header or sent as `/go?code=1010`, leads to the task's page. The first
//! digit is the desk: 1 customers, 2 wages, 3 second persons, 4 risk, 5 operations, 6 the bank's own people, 7 audit, 9 one's
//! own things. A code keeps its meaning for ever; one that is given up is not given again.
//!
//! A code opens nothing by itself: whoever may not see the page is not offered its code, and is refused at the page as well.
use crate::gate::{Access, Face, Signed};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Characters of what may be typed into the field.
pub const CODE_CHARS_MAX: usize = 40;

/// A task and how one gets to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    pub code: &'static str,
    pub word: &'static str,
    /// The key of its name.
    pub name: &'static str,
    pub href: &'static str,
}

const fn task(code: &'static str, word: &'static str, name: &'static str, href: &'static str) -> Task {
    Task { code, word, name, href }
}

/// By code.
pub const TASKS: &[Task] = &[
    task("1010", "khcx", "customers", "/customers"),
    task("1020", "khdj", "task-customer", "/customers/registration"),
    task("1030", "dwcx", "firms", "/firms"),
    task("1040", "dwdj", "task-firm", "/firms/registration"),
    task("1050", "gm", "counter", "/counter"),
    task("1110", "ck", "cash-in", "/till/cash-in"),
    task("1120", "qk", "cash-out", "/till/cash-out"),
    task("1125", "zhz", "counter-transfer", "/till/transfer"),
    task("1130", "dh", "cash-change", "/till/change"),
    task("1140", "cs", "cash-damaged", "/till/damaged"),
    task("1150", "jb", "seizures", "/seizures"),
    task("1160", "db", "cash-move-new", "/cash-moves/new"),
    task("1170", "wx", "till", "/till"),
    task("1180", "zz", "till-balance", "/till/balance"),
    task("1190", "qz", "talks", "/talks"),
    task("1310", "kp", "card-search", "/card-search"),
    task("1320", "kbk", "stock", "/blank-cards"),
    task("2010", "gz", "wages", "/wages"),
    task("2020", "gzkh", "project-opening", "/wages/opening"),
    task("2110", "yj", "arrears-board", "/arrears"),
    task("2120", "qxaj", "arrears-cases", "/arrears/cases"),
    task("3010", "fh", "nav-approvals", "/approvals"),
    task("3020", "kf", "vault", "/vault"),
    task("3030", "pz", "vouchers", "/vouchers"),
    task("3040", "yy", "appointments", "/appointments"),
    task("4010", "fx", "held", "/guard"),
    task("4020", "md", "lists", "/guard/lists"),
    task("4030", "mdxz", "list-add", "/guard/lists/entry"),
    task("4060", "khjb", "fraud-reports", "/fraud-reports"),
    task("5010", "qs", "nav-clearing", "/clearing"),
    task("5020", "sj", "nav-outbox", "/outbox"),
    task("5030", "jm", "tariff", "/tariff"),
    task("5040", "rz", "day", "/day"),
    task("5050", "ckll", "deposit-terms", "/deposit-terms"),
    task("5060", "lccp", "wealth-terms", "/wealth-terms"),
    task("5070", "jz", "wealth-entry", "/wealth-terms/values"),
    task("6010", "yg", "staff", "/staff"),
    task("6020", "ygrz", "task-joining", "/staff/joining"),
    task("6030", "qx", "grants", "/grants"),
    task("6040", "wd", "branches", "/branches"),
    task("6050", "wdkl", "task-branch", "/branches/opening"),
    task("6060", "zdj", "terminals", "/terminals"),
    task("7010", "sjrz", "nav-audit", "/audit"),
    task("7020", "gw", "holders", "/audit/holders"),
    task("7030", "dc", "audit-export", "/audit/export"),
    task("7040", "hy", "verify", "/audit/verification"),
    task("9010", "sy", "nav-home", "/home"),
    task("9020", "tz", "nav-notices", "/notices"),
    task("9030", "sb", "devices-title", "/devices"),
    task("9040", "mm", "password-title", "/password"),
    task("9050", "jg", "prices", "/prices"),
];

static ACCESS: LazyLock<HashMap<&'static str, Access>> = LazyLock::new(|| {
    let pages = super::routes().into_iter().filter(|r| r.face == Face::People && r.method == "GET");
    pages.map(|r| (r.path, r.access)).collect()
});

/// The tasks whose page is open to the reader's class, by code.
pub fn open_to(who: &Signed) -> impl Iterator<Item = Task> + '_ {
    let admits = |t: &&Task| ACCESS.get(t.href).is_some_and(|a| a.admits(who.actor.who, &who.session.roles));
    TASKS.iter().filter(admits).copied()
}

/// The code of a page, for the menu.
pub fn code_of(href: &str) -> Option<&'static str> {
    TASKS.iter().find(|t| t.href == href).map(|t| t.code)
}

/// Whether this is what was typed: its code, or its word in any case, with blanks around.
pub fn is_named(task: &Task, typed: &str) -> bool {
    let typed = typed.trim();
    task.code == typed || task.word.eq_ignore_ascii_case(typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Lang, Words};
    use std::collections::HashSet;

    #[test]
    fn every_code_is_one_task_that_there_is() {
        let (mut codes, mut words, mut pages) = (HashSet::new(), HashSet::new(), HashSet::new());
        for t in TASKS {
            assert!(t.code.len() == 4 && t.code.bytes().all(|b| b.is_ascii_digit()), "{t:?}");
            assert!(t.word.bytes().all(|b| b.is_ascii_lowercase()) && t.word.len() <= 5, "{t:?}");
            assert!(codes.insert(t.code) && words.insert(t.word) && pages.insert(t.href), "{t:?} is there twice");
            assert!(ACCESS.contains_key(t.href), "{t:?} leads nowhere");
            Lang::ALL.into_iter().for_each(|l| assert!(!Words::of(l).t(t.name).contains('⟦'), "{t:?} has no name"));
        }
        assert!(TASKS.is_sorted_by_key(|t| t.code));
    }

    #[test]
    fn a_task_is_named_by_code_or_word() {
        let cases = [
            ("1010", true),
            (" 1010 ", true),
            ("KHCX", true),
            ("khcx", true),
            ("101", false),
            ("10100", false),
            ("", false),
        ];
        for (typed, want) in cases {
            assert_eq!(is_named(&TASKS[0], typed), want, "{typed:?}");
        }
    }
}
