//! Texts of products and values, and what an order has to fit.
use super::*;

#[test]
fn the_bundled_products_are_sound() {
    let bank = Bank::open("2026-03-02");
    let text = DATA.replace("number = ", "number = 10");
    let review = bank.read(|tx| terms_review(tx, &text));
    assert_eq!(review.faults, []);
    assert!(review.products.iter().any(|(_, p)| p.risk >= Risk::R3), "one that takes a second look");
    assert!(review.products.iter().any(|(_, p)| p.terms().cooling_hours >= 24));
}

#[test]
fn what_is_wrong_in_a_text_is_told_with_its_line_and_nothing_of_it_is_taken() {
    let bank = Bank::open("2026-03-02");
    let first = products().split("[[product]]").nth(3).map(|p| format!("[[product]]{p}")).unwrap();
    let next = first.replace("version = 1", "version = 2").replace("2026-03-01", "2026-03-02");
    let with = |from: &str, to: &str| next.replace(from, to);
    let cases = [
        (next.clone(), ""),
        (with("version = 2", "version = 3"), "version"),
        (with("2026-03-02", "2026-03-01"), "effective_from"),
        (with("number = 2", "number = 7"), "number"),
        (with("second_look_age = 65", "second_look_age = 66"), "second_look_age"),
        (with("second_look_age = 65", ""), "second_look_age"),
        (with("minimum = \"100\"", "minimum = \"0\""), "minimum"),
        (with("step = \"1\"", "step = \"3\""), "minimum"),
        (with("fee = \"2\"", "fee = \"10.1\""), "fee"),
        (with("fee = \"2\"", "fee = \"-1\""), "fee"),
        (with("cooling_hours = 24", "cooling_hours = 241"), "redeem_days"),
        (with("zh = \"产品\"", "zh = \"\""), "name"),
        (with("second_look_age", "matures = \"2026-06-01\"\nsecond_look_age"), "matures"),
        (with("p2", "P2"), "code"),
        (first.replace("R3", "R2"), "fixed"),
        (nav("p2", "2026-03-02", "1.0001"), ""),
        (nav("p2", "2026-03-03", "1.0001"), "day"),
        (nav("p2", "2026-02-28", "1.0001"), "day"),
        (nav("gold", "2026-03-02", "1.0001"), "product"),
        (nav("p2", "2026-03-02", "0"), "value"),
        (nav("p2", "2026-03-02", "1") + &nav("p2", "2026-03-02", "1.1"), "fixed"),
        ("x = 1".into(), "form"),
        (String::new(), "empty"),
    ];
    for (text, want) in cases {
        let got = bank.read(|tx| terms_review(tx, &text));
        let field = got.faults.first().map_or("", |f| match () {
            () if f.fixed => "fixed",
            () if f.field.is_empty() => f.code.code(),
            () => &f.field,
        });
        assert_eq!(field, want, "{text} {:?}", got.faults);
        if !want.is_empty() {
            assert!(bank.load(&text).is_err());
        }
    }
    let kept = bank.read(|tx| Ok(shelf(tx)?.products().len()));
    assert_eq!(kept, 5);
}

#[test]
fn a_value_stands_once_and_is_shown_beside_the_one_before() {
    let bank = Bank::open("2026-03-03");
    bank.nav("p1", "2026-03-02", "1.0100");
    let text = nav("p1", "2026-03-03", "1.0200");
    let review = bank.read(|tx| terms_review(tx, &text));
    assert_eq!(review.navs[0].0, Some((day("2026-03-02"), Nav::new(10_100).unwrap())));
    assert!(review.news("nav.toml").is_ok());
    assert_eq!((bank.load(&text).unwrap(), bank.load(&text).unwrap()), (1, 0), "repeating is safe");
    let again = bank.read(|tx| terms_review(tx, &text));
    assert!(again.news("nav.toml").unwrap_err().is(&NOTHING_NEW));
    assert!(bank.load(&nav("p1", "2026-03-03", "1.0300")).unwrap_err().is(&TERMS_FIXED));
}

#[test]
fn an_order_fits_its_product_account_and_what_was_shown() {
    let bank = Bank::open("2026-03-02");
    let c = bank.assessed(1, 1990, Level::C5);
    let other = bank.assessed(2, 1990, Level::C5);
    let buy = |account, product: &str, fen, fee| {
        let who = Customer { account, ..c };
        bank.buy_as(c.actor(), &who, product, (fen, fee), None).map(|o| o.state)
    };
    let cases = [
        ("gold", 1_000 * YUAN, 0, "wealth_product_unknown"),
        ("p0", 99 * YUAN, 0, "wealth_amount_unfit"),
        ("p0", 100 * YUAN + 1, 0, "wealth_amount_unfit"),
        ("p1", 1_010 * YUAN, 0, "wealth_fee_changed"),
        ("p1", 1_010 * YUAN, 1_000, ""),
        ("p0", 200_000 * YUAN, 0, "funds_short"),
    ];
    for (product, fen, fee, want) in cases {
        let got = buy(c.account, product, fen, fee);
        assert_eq!(got.as_ref().err().map_or("", |e| e.code().name), want, "{product} {fen}: {got:?}");
    }
    assert!(buy(other.account, "p0", 1_000 * YUAN, 0).is_err(), "somebody else's account pays for nobody");
    let own = bank.standing(&c)[0].holding.cash;
    assert!(buy(own, "p0", 1_000 * YUAN, 0).unwrap_err().is(&LINKED_UNFIT));
    assert_eq!(bank.balance(c.account), 100_000 * YUAN - 1_010 * YUAN);
    bank.verify();
}

#[test]
fn money_and_units_move_by_orders_alone() {
    let bank = Bank::open("2026-03-02");
    let c = bank.assessed(1, 1990, Level::C5);
    bank.buy(&c, "p1", 1_010 * YUAN).unwrap();
    let h = bank.standing(&c)[0].holding.clone();
    let transfer = |from, to, fen| {
        let order = payments::Order::transfer(from, payments::Payee::Account(to), Money::cny(fen));
        payments::submit(&bank.desk, &c.actor(), order, None).map(|r| r.code.into_owned())
    };
    let into = transfer(c.account, h.cash, 100).unwrap();
    assert_eq!(into, "purpose_reserved", "nothing comes in beside an order");
    let out = transfer(h.cash, c.account, 100).unwrap();
    assert_eq!(out, "purpose_reserved", "nothing goes out beside an order");
    bank.verify();
}
