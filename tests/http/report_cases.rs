//! Who may do what with reports of large sums and of suspicion, as in `cases`, and the reports that stand in the little bank.
use super::cases::{Case, case};
use super::house::House;
use kernel::clock::DAY;
use kernel::{Money, Owner};
use reporting::Suspicion;

/// Programs.
pub(super) const REPORTS: &[Case] = &[
    case("GET /v1/reports", "rmy", "", "/v1/reports", ""),
    case("GET /v1/reports/{id}", "rm", "y", "/v1/reports/$suspicion", ""),
    case(
        "POST /v1/reports/{id}/review",
        "rm",
        "y",
        "/v1/reports/$suspicion/review",
        r#"{"verdict":"send","note":"x"}"#,
    ),
    case("POST /v1/reports/{id}/agreement", "rm", "y", "/v1/reports/$suspicion/agreement", ""),
];

/// People.
pub(super) const REPORT_PAGES: &[Case] = &[
    case("GET /reports", "rmy", "", "/reports", ""),
    case("GET /reports/suspicion", "rm", "", "/reports/suspicion", ""),
    case("POST /reports/suspicion", "rm", "", "/reports/suspicion", "customer=$person&typology=other&words=x"),
    case("GET /reports/{id}", "rm", "y", "/reports/$suspicion", ""),
    case("POST /reports/{id}/{deed}", "rm", "y", "/reports/$suspicion/refusal", "note=x"),
    case("GET /guard/figures", "rma", "", "/guard/figures", ""),
    case("GET /guard/months", "rma", "", "/guard/months", ""),
    case("GET /guard/months.csv", "rma", "", "/guard/months.csv", ""),
    case("GET /guard/watched", "r", "", "/guard/watched", ""),
    case("GET /guard/watched/{id}", "r", "", "/guard/watched/$suspected", ""),
    case("POST /guard/watched/{id}/{deed}", "r", "", "/guard/watched/$suspected/taking", ""),
];

/// A suspicion about the customer, and an entry of the bank's own that ends soon.
pub(super) fn furnish(house: &mut House) {
    let (risk, customer) = (house.actor('r'), house.actor('c'));
    let subject = Owner::Person(customer.person().expect("a person"));
    let made = house.bank.write(move |tx| {
        let new = Suspicion {
            subject,
            of_case: None,
            typology: "other".into(),
            amount: Money::cny(30_000_000),
            words: "资金快进快出".into(),
        };
        let entry = guard::NewEntry {
            list: guard::ListKind::Own,
            subject: guard::Subject::number(tx.keys(), "6222020000000017890"),
            masked: "6222 **** 7890".into(),
            reason: "短期内分散转入".into(),
            from: tx.now(),
            until: tx.now().plus(10 * DAY),
            source: "柜面".into(),
            owner_staff: None,
        };
        let entry = guard::add_entry(tx, &risk, entry)?.into_inner().id.to_string();
        Ok([reporting::suspect(tx, &risk, new)?.0.id.to_string(), entry])
    });
    house.ids.extend(["$suspicion", "$suspected"].into_iter().zip(made.expect("a report and an entry")));
}

#[test]
fn aml_35_a_suspicion_is_seen_by_few_and_no_other_page_tells_of_it() {
    let mut house = House::open();
    furnish(&mut house);
    let at = house.fill("/reports/$suspicion");
    assert!(house.page('r', "/reports?show=suspicions").text().contains(&at));
    assert!(house.page('m', &at).text().contains("资金快进快出"));
    assert_eq!(house.page('y', &at).status, 404, "a checker of large sums");
    assert_eq!(house.page('y', "/reports?show=suspicions").status, 404);
    assert!(!house.page('y', "/reports").text().contains("suspicions"));
    for (who, to) in [('r', "/reports"), ('y', "/reports"), ('y', "/reports?show=all"), ('c', "/notices")] {
        assert!(!house.page(who, to).text().contains(&at), "{who} {to}");
    }
}

#[test]
fn a_month_of_the_guard_is_a_page_and_two_files() {
    let house = House::open();
    for to in ["/guard/figures", "/guard/months", "/guard/watched"] {
        assert_eq!(house.page('r', to).status, 200, "{to}");
    }
    let csv = house.page('r', "/guard/months.csv?form=csv&lang=zh").text();
    assert!(csv.contains("拦下金额"), "{csv}");
    assert!(house.page('r', "/guard/months.csv?form=xlsx").body.starts_with(b"PK"));
}

#[test]
fn who_looks_after_an_entry_lets_it_last_longer_with_a_second_person() {
    let mut house = House::open();
    furnish(&mut house);
    let at = house.fill("/guard/watched/$suspected");
    assert!(house.page('r', "/guard/watched").text().contains(&at));
    let longer = [("until", "2027-01-31"), ("reason", "还在核实")];
    assert_ne!(house.form('r', &at, &format!("{at}/renewal"), &longer).status, 303, "he does not look after it yet");
    assert_eq!(house.form('r', &at, &format!("{at}/taking"), &[]).status, 303);
    let asked = house.form('r', &at, &format!("{at}/renewal"), &longer);
    assert!(asked.status == 303 && asked.header("location").is_some_and(|to| to.starts_with("/approvals/")));
}
