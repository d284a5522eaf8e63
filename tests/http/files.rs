//! Files of wages that take long: answered before they are read to their end, and read on.
use super::house::House;
use std::sync::mpsc::channel;
use std::time::Duration;

/// Looks at an import until its state is another one.
const LOOKS_MAX: u32 = 100;
const LOOK_MS: u64 = 100;

#[test]
fn a_long_file_is_read_on_while_its_sender_sees_how_far_it_is() {
    let house = House::open();
    let file = "姓名,身份证号码,手机号码\n张三,11010519491231002X,13912345678\n王五,12,13912345678\n";
    let content = data_encoding::BASE64.encode(file.as_bytes());
    let body = format!(r#"{{"for":"roster","file_name":"a.csv","content":"{content}"}}"#);
    let sent = house.program('k', "POST", &house.fill("/v1/wage-projects/$project/imports/json"), &body);
    assert_eq!((sent.status, sent.json()["state"].as_str()), (200, Some("read")), "{}", sent.text());
    let import = sent.json()["import"].as_str().expect("an import").to_owned();
    let at = format!("/v1/wage-imports/{import}");

    // While the writer is busy with something else, nothing can be written.
    let (begun, wait) = channel();
    let (free, held) = channel::<()>();
    let store = house.bank.store.clone();
    let busy = std::thread::spawn(move || {
        let held = std::sync::Mutex::new(held);
        store.write(move |_| {
            let _ = begun.send(());
            let _ = held.lock().map(|held| held.recv());
            Ok(())
        })
    });
    wait.recv().expect("the writer is held");
    let later = house.program('k', "POST", &format!("{at}/acceptance"), "");
    assert_eq!((later.status, later.json()["state"].as_str()), (202, Some("reading")), "{}", later.text());
    assert_eq!(house.program('k', "GET", &at, "").json()["state"], "reading");
    let page = house.page('k', &format!("/wages/imports/{import}"));
    assert!(page.text().contains("http-equiv=\"refresh\"") && page.text().contains("data-live"), "{}", page.text());
    let still = house.page('k', &format!("/wages/imports/{import}?still=yes"));
    assert!(!still.text().contains("http-equiv=\"refresh\""), "the reader may have it stand still");
    let twice = house.program('k', "POST", &format!("{at}/acceptance"), "");
    assert_eq!(twice.status, 202, "it is not read twice at a time");
    free.send(()).expect("the writer waits");
    busy.join().expect("no panic").expect("nothing was written");

    let state = (0..LOOKS_MAX).find_map(|_| {
        std::thread::sleep(Duration::from_millis(LOOK_MS));
        let now = house.program('k', "GET", &at, "").json();
        (now["state"] != "reading").then_some(now)
    });
    let state = state.expect("it is read to its end");
    assert_eq!(
        (state["state"].as_str(), state["valid"].as_i64(), state["refused"].as_i64()),
        (Some("accepted"), Some(1), Some(1))
    );
    let part = house.page('k', &format!("/wages/imports/{import}/progress"));
    assert!(part.text().contains(&format!("/wages/imports/{import}")), "{}", part.text());

    let faults = house.program('k', "GET", &format!("{at}/faults"), "").text();
    let list = house.page('k', &format!("/wages/imports/{import}/faults.csv")).text();
    for text in [&faults, &list] {
        assert!(!text.contains("王五") && !text.contains("张三"), "names are masked: {text}");
        assert!(text.contains("B3"), "and the cell is named: {text}");
    }
}
