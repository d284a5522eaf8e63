//! Any text as an order in JSON: it is understood or refused, and what was understood is written and read back the same.
#![no_main]
use libfuzzer_sys::fuzz_target;
use payments::Order;

fuzz_target!(|text: &str| {
    if let Ok(order) = serde_json::from_str::<Order>(text) {
        let again = serde_json::to_string(&order).expect("an order has a JSON form");
        assert_eq!(serde_json::from_str::<Order>(&again).expect("it is read back"), order);
    }
});
