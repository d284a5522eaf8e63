//! Who may do what with orders of authorities, as in `cases`, and the order that stands in the little bank.
use super::cases::{Case, case};
use super::house::House;
use kernel::Owner;
use orders::{Authority, Evidence, Officer, OrderKind, OrderNew};

const NEW: &str = r#"{"kind":"query","authority":"police","authority_name":"汐洲市公安局","document":"查 2","basis":"反电信网络诈骗法 20","officers":[{"name":"李建国","number":"0101234"},{"name":"王海","number":"0105678"}],"subject":"$person","file_name":"a.pdf","content":"YQ=="}"#;
const STOP: &str = r#"{"kind":"stop","authority":"court","authority_name":"汐洲法院","document":"止 1","basis":"x","officers":[{"name":"李建国","number":"0101234"},{"name":"王海","number":"0105678"}],"subject":"$person"}"#;

/// Programs.
pub(super) const ORDERS: &[Case] = &[
    case("GET /v1/authority-orders", "rmy", "", "/v1/authority-orders?show=deciding", ""),
    case("POST /v1/authority-orders", "r", "", "/v1/authority-orders", NEW),
    // A court orders no stop: the document is refused, and nobody is stopped.
    case("POST /v1/authority-orders/stops", "r", "", "/v1/authority-orders/stops", STOP),
    case("GET /v1/authority-orders/{id}", "rmy", "", "/v1/authority-orders/$authority_order", ""),
    case("GET /v1/authority-orders/{id}/looks", "rmy", "", "/v1/authority-orders/$authority_order/looks", ""),
    case("POST /v1/authority-orders/{id}/answers", "rmy", "", "/v1/authority-orders/$authority_order/answers", "{}"),
];

/// Pages of what firms were verified to be for.
pub(super) const FIRM_CLASSES: &[Case] = &[
    case("GET /firms/{id}/class", "rg", "", "/firms/$firm/class", ""),
    case("POST /firms/{id}/class", "rg", "", "/firms/$firm/class", "class=tax&document=77&reason=a+test"),
];

/// A query of the customer's accounts that waits for its second person.
pub(super) fn furnish(house: &mut House) {
    let person = house.ids["$person"].parse().expect("a person");
    let risk = house.actor('r');
    let made = house.bank.write(move |tx| {
        let officer = |name: &str, number: &str| Officer { name: name.into(), number: number.into() };
        let new = OrderNew {
            kind: OrderKind::Query,
            authority: Authority::Police,
            authority_name: "汐洲市公安局".into(),
            document: "查 1".into(),
            basis: "反电信网络诈骗法 20".into(),
            officers: [officer("李建国", "0101234"), officer("王海", "0105678")],
            subject: Owner::Person(person),
            account: None,
            amount: None,
            keep: None,
            payee_number: String::new(),
            payee_name: String::new(),
            target: None,
            grave: false,
            silent: false,
            until: None,
            received_at: tx.now(),
            evidence: Some(Evidence { name: "a.pdf".into(), bytes: b"a".to_vec() }),
        };
        orders::enter(tx, &risk, new)
    });
    house.ids.insert("$authority_order", made.expect("an order").to_string());
}
