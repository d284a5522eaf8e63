use super::*;
use crate::payment::PaymentKind;
use proptest::prelude::*;

struct Table(Vec<(&'static str, Type)>);

impl Names for Table {
    fn find(&mut self, name: &str) -> Option<(u16, Type)> {
        let at = self.0.iter().position(|(n, _)| *n == name)?;
        Some((at as u16, self.0[at].1))
    }
}

fn table() -> Table {
    let word = Type::Word(PaymentKind::WORDS);
    Table(vec![("a", Type::Int), ("b.c", Type::Int), ("yes", Type::Bool), ("kind", word), ("gone", Type::Int)])
}

fn value(text: &str) -> Result<i64, Fault> {
    let cash = PaymentKind::Cash.code();
    let values = [Some(7), Some(-3), Some(1), Some(cash), None];
    compile(text, &mut table()).unwrap_or_else(|e| panic!("{text}: {e}")).value(&values)
}

#[test]
fn what_is_written_is_what_counts() {
    let cases: &[(&str, Result<i64, Fault>)] = &[
        ("1 + 2 * 3", Ok(7)),
        ("(1 + 2) * 3", Ok(9)),
        ("a - b.c", Ok(10)),
        ("-7 / 2", Ok(-3)),
        ("-7 % 2", Ok(-1)),
        ("a >= 7 && b.c < 0", Ok(1)),
        ("a > 7 || !yes", Ok(0)),
        ("yes ? a : b.c", Ok(7)),
        ("kind == 'cash'", Ok(1)),
        ("'transfer' == kind", Ok(0)),
        ("kind in ['card', \"cash\"]", Ok(1)),
        ("a in [1, 2]", Ok(0)),
        ("min(a, b.c) + max(a, 8)", Ok(5)),
        ("share(1, 3)", Ok(3333)),
        ("share(1, 0)", Ok(0)),
        ("share(9223372036854775807, 1)", Ok(i64::MAX)),
        ("a / 0 == 1", Err(Fault::DividedByZero)),
        ("9223372036854775807 + a > 0", Err(Fault::Overflow)),
        ("gone > 1", Err(Fault::Unknown(4))),
        ("!(gone > 1)", Err(Fault::Unknown(4))),
        ("gone > 1 && a > 100", Ok(0)),
        ("a > 100 && gone > 1", Ok(0)),
        ("gone > 1 || a == 7", Ok(1)),
        ("gone > 1 || a == 8", Err(Fault::Unknown(4))),
    ];
    for (text, want) in cases {
        assert_eq!(value(text), *want, "{text}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_when_it_is_read() {
    let long = "a + ".repeat(250) + "a";
    let wide = "a+".repeat(150) + "a";
    let deep = "(".repeat(13) + "a" + &")".repeat(13);
    let cases: &[(&str, &str)] = &[
        ("", "empty"),
        ("a >", "line 1"),
        ("d == 1", "d is not declared"),
        ("b.d == 1", "b.d is not declared"),
        ("b == 1", "b is not declared"),
        ("a == 'cash'", "compared with the word"),
        ("kind == 'gold'", "not among"),
        ("kind == 1", "compared with int"),
        ("kind > 'cash'", "== and != only"),
        ("yes > false", "== and != only"),
        ("a && yes", "int where bool"),
        ("a + yes", "bool where int"),
        ("a > 1.5", "whole"),
        ("a == 1u", "whole numbers"),
        ("a == null", "whole numbers"),
        ("[1].exists(x, x == a)", "loops"),
        ("has(b.c)", "declared names"),
        ("a in b.c", "list of literals"),
        ("a in [b.c]", "literals"),
        ("size('x') == 1", "size"),
        ("'x'.startsWith('y')", "startsWith"),
        ("min(a)", "min"),
        ("yes ? a : kind", "one way is"),
        ("'cash'", "only the word"),
        ("{'a': 1}", "maps"),
        (&long, "800 at most"),
        (&wide, "200 steps"),
        (&deep, "within each other"),
    ];
    for (text, want) in cases {
        let said = compile(text, &mut table()).expect_err(text);
        assert!(said.contains(want), "{text}: {said}");
    }
}

fn number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![Just("a".to_string()), Just("b.c".to_string()), (-50i64..50).prop_map(|n| format!("({n})"))];
    leaf.prop_recursive(3, 12, 2, |inner| {
        let two = (inner.clone(), prop_oneof![Just("+"), Just("-"), Just("*"), Just("/"), Just("%")], inner.clone());
        prop_oneof![
            two.prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("share({a}, {b})")),
        ]
    })
}

fn condition() -> impl Strategy<Value = String> {
    let compared = (number(), prop_oneof![Just("<"), Just(">="), Just("=="), Just("!=")], number());
    let leaf = compared.prop_map(|(a, op, b)| format!("{a} {op} {b}"));
    leaf.prop_recursive(2, 6, 2, |inner| {
        let two = (inner.clone(), prop_oneof![Just("&&"), Just("||")], inner.clone());
        prop_oneof![two.prop_map(|(a, op, b)| format!("({a}) {op} ({b})")), inner.prop_map(|a| format!("!({a})")),]
    })
}

/// What the interpreter of crate `cel` makes of it: `None` for an error.
fn interpreted(text: &str, a: i64, c: i64) -> Option<bool> {
    let mut context = cel::Context::default();
    context.add_variable_from_value("a", a);
    context.add_variable_from_value("b", std::collections::HashMap::from([("c".to_string(), c)]));
    context.add_function("share", share).unwrap();
    match cel::Program::compile(text).unwrap().execute(&context) {
        Ok(cel::Value::Bool(v)) => Some(v),
        Ok(other) => panic!("{text} came to {other:?}"),
        Err(_) => None,
    }
}

proptest! {
    #[test]
    fn it_comes_to_what_the_interpreter_of_cel_comes_to(text in condition(), a in -100i64..100, c in -100i64..100) {
        if let Ok(expression) = compile(&text, &mut table()) {
            let ours = expression.value(&[Some(a), Some(c)]).ok().map(|v| v != 0);
            prop_assert_eq!(ours, interpreted(&text, a, c), "{}", text);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[a-c0-9().\\[\\]&|!<>=+*/%?: '\"-]{0,60}") {
        let _ = compile(&text, &mut table());
    }
}
