//! Who may look at rules against fraud, write them and try them, as in `cases`; and the draft that stands in the little bank.
use super::cases::{Case, case};
use super::house::House;

/// People.
pub(super) const RULE_PAGES: &[Case] = &[
    case("GET /guard/rules", "rma", "", "/guard/rules", ""),
    case("GET /guard/rules/{id}", "rma", "", "/guard/rules/t13.emptied", ""),
    case("GET /guard/model", "rma", "", "/guard/model", ""),
    case("GET /guard/rule-sets", "rma", "", "/guard/rule-sets", ""),
    case("POST /guard/rule-sets", "r", "", "/guard/rule-sets", "name=x&based_on=0"),
    case("GET /guard/rule-sets/{number}", "rma", "", "/guard/rule-sets/1", ""),
    case("GET /guard/rule-sets/{number}/file", "rma", "", "/guard/rule-sets/1/file?file=t08_night.toml", ""),
    case("POST /guard/rule-sets/{number}/file", "r", "", "/guard/rule-sets/1/file", "file=t08_night.toml&text=x"),
    case("POST /guard/rule-sets/{number}/trials", "r", "", "/guard/rule-sets/1/trials", "days=7"),
    case("GET /guard/rule-sets/{number}/trials/{trial}", "rma", "", "/guard/rule-sets/1/trials/1", ""),
    case(
        "POST /guard/rule-sets/{number}/request",
        "r",
        "",
        "/guard/rule-sets/1/request",
        "trial=1&hash=x&from=2026-11-23&note=x",
    ),
    case("POST /guard/rule-sets/{number}/drop", "r", "", "/guard/rule-sets/1/drop", "reason="),
];

pub(super) fn furnish(house: &mut House) {
    let actor = house.actor('r');
    let by = actor.clone();
    house.bank.write(move |tx| app::desk::rules::draft(tx, &by, 0, "December")).expect("a draft");
    app::desk::rules::try_set(&house.bank, &actor, 1, 7).expect("a trial");
}
