//! Every answer has the shape that the description gives it: nothing missing, nothing more.
use super::cases::programs;
use super::house::House;
use serde_json::Value;

/// What does not fit, by the place in the answer.
fn differences(all: &Value, schema: &Value, value: &Value, place: &str, out: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        return differences(all, &all["components"]["schemas"][name], value, place, out);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = choices.iter().any(|choice| {
            let mut found = Vec::new();
            differences(all, choice, value, place, &mut found);
            found.is_empty()
        });
        if !fits {
            out.push(format!("{place} is none of its shapes: {value}"));
        }
        return;
    }
    match schema["type"].as_str() {
        Some("object") if schema["properties"].is_object() => match value.as_object() {
            None => out.push(format!("{place} is no object: {value}")),
            Some(object) => {
                let properties = schema["properties"].as_object().unwrap();
                for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if !object.contains_key(name) {
                        out.push(format!("{place}.{name} is missing"));
                    }
                }
                for (name, inside) in object {
                    match properties.get(name) {
                        Some(schema) => differences(all, schema, inside, &format!("{place}.{name}"), out),
                        None => out.push(format!("{place}.{name} is not described")),
                    }
                }
            }
        },
        Some("array") => match value.as_array() {
            None => out.push(format!("{place} is no array: {value}")),
            Some(items) => {
                items.iter().for_each(|item| differences(all, &schema["items"], item, &format!("{place}[]"), out))
            }
        },
        Some("string") if !value.is_string() => out.push(format!("{place} is no text: {value}")),
        Some("integer") if !value.is_i64() => out.push(format!("{place} is no integer: {value}")),
        Some("boolean") if !value.is_boolean() => out.push(format!("{place} is no flag: {value}")),
        Some("null") if !value.is_null() => out.push(format!("{place} is not null: {value}")),
        _ => {}
    }
}

#[test]
fn answers_are_as_described() {
    let mut house = House::open();
    house.save();
    super::furniture::shopped(&mut house);
    let described: Value = serde_json::from_str(&web::open_api()).unwrap();
    let (mut wrong, mut looked_at) = (Vec::new(), 0);
    for case in programs() {
        let (method, template) = case.route.split_once(' ').unwrap();
        let operation = &described["paths"][template][method.to_lowercase()];
        for letter in case.welcome.chars().filter(|l| *l != 'n').take(2) {
            let answer = house.program(letter, method, &house.fill(case.path), &house.fill(case.body));
            let json = answer.header("content-type").is_some_and(|t| t.contains("json"));
            let (key, kind) = match answer.status {
                200 | 201 => (answer.status.to_string(), "application/json"),
                _ => ("default".to_owned(), "application/problem+json"),
            };
            let schema = &operation["responses"][&key]["content"][kind]["schema"];
            if operation["responses"][&key].is_null() {
                wrong.push(format!("{} answers {} which is not described", case.route, answer.status));
            } else if json && schema.is_object() && schema["type"] != "string" {
                looked_at += 1;
                let mut found = Vec::new();
                differences(&described, schema, &answer.json(), "", &mut found);
                wrong.extend(found.into_iter().map(|f| format!("{}: {f}", case.route)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(looked_at > 60, "{looked_at} answers were looked at");
}

#[test]
fn a_difference_is_seen() {
    let all: Value = serde_json::json!({});
    let schema = serde_json::json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
    for (value, count) in [(r#"{"a":"x"}"#, 0), ("{}", 1), (r#"{"a":1}"#, 1), (r#"{"a":"x","b":1}"#, 1), ("[]", 1)] {
        let mut found = Vec::new();
        differences(&all, &schema, &serde_json::from_str(value).unwrap(), "", &mut found);
        assert_eq!(found.len(), count, "{value}: {found:?}");
    }
}
