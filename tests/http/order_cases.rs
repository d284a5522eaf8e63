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
    case("GET /verified-firms", "rg", "", "/verified-firms", ""),
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

/// Freezes 100 yuan of the customer's account by a court's order, agreed to by the manager, and passes the events on.
fn freezes(house: &House, document: &str, silent: bool) {
    let (risk, manager) = (house.actor('r'), house.actor('m'));
    let account: kernel::id::AccountId = house.ids["$account"].parse().expect("an account");
    let person = house.ids["$person"].parse().expect("a person");
    let (desk, document) = (house.bank.desk.clone(), document.to_owned());
    let done = house.bank.write(move |tx| {
        let officer = |name: &str, number: &str| Officer { name: name.into(), number: number.into() };
        let new = OrderNew {
            kind: OrderKind::Freeze,
            authority: Authority::Court,
            authority_name: "汐洲法院".into(),
            document: document.clone(),
            basis: "民事诉讼法 253".into(),
            officers: [officer("李建国", "0101234"), officer("王海", "0105678")],
            subject: Owner::Person(person),
            account: Some(account),
            amount: Some(kernel::Money::cny(10_000)),
            keep: None,
            payee_number: String::new(),
            payee_name: String::new(),
            target: None,
            grave: false,
            silent,
            until: Some(tx.now().local_date().plus_months(6)),
            received_at: tx.now(),
            evidence: Some(Evidence { name: "a.pdf".into(), bytes: document.clone().into_bytes() }),
        };
        let id = orders::enter(tx, &risk, new)?;
        let approval = orders::order(tx, &risk, id)?.approval;
        let hash = approval::raw(tx, approval)?.hash_text();
        orders::approval_yes(&desk, tx, &manager, approval, &hash)
    });
    done.expect("a freeze");
    app::relay::pump(&house.bank.store).expect("events are passed on");
}

#[test]
fn a_silent_order_is_silent_on_every_channel_and_another_is_told() {
    let house = House::open();
    let pages =
        ["/accounts/$account?lang=zh", "/accounts/$account/statement?lang=zh", "/home?lang=zh", "/payments?lang=zh"];
    let told = || {
        let notices = house.program('c', "GET", "/v1/notices", "").text();
        let account = house.program('c', "GET", &house.fill("/v1/accounts/$account"), "").text();
        let lines = house.program('c', "GET", &house.fill("/v1/accounts/$account/lines"), "").text();
        let pages: Vec<String> = pages.iter().map(|p| house.page('c', &house.fill(p)).text()).collect();
        let all = [notices, account, lines, pages.concat()].concat();
        ["法院", "有权机关", "汐民初1", "orders.placed", "account.restricted"]
            .into_iter()
            .filter(|w| all.contains(w))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(), Vec::<&str>::new());
    freezes(&house, "汐民初1", true);
    assert_eq!(told(), Vec::<&str>::new(), "nobody is told of a silent one");
    let staff = house.page('r', &house.fill("/accounts/$account?lang=zh")).text();
    assert!(staff.contains("冻结"), "staff see it");
    freezes(&house, "汐民初2", false);
    assert!(told().contains(&"orders.placed"), "one that is not silent is told");
    assert!(!told().contains(&"汐民初1"), "and says nothing of the other");
}
