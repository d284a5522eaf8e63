//! Elders' pages and help by people: a call asked for and made, one's own and nobody else's; sizes of text; explained words.
use super::house::{Answer, House, csrf_of};
use kernel::id::{AccountId, StaffId};
use kernel::{Actor, Result};

const ELDER: &str = "yz_mode=elder";

/// A request of `asker` to be called, a face of staff, and a tie to nobody.
pub(super) fn furnish(bank: &app::Bank, asker: &Actor, account: AccountId, staff: StaffId) -> Result<(String, String)> {
    use lobby::call_back::{CallAsk, Topic, Wish, ask};
    let asker = asker.clone();
    bank.write(move |tx| {
        party::portrait_set(tx, &Actor::system("demo"), staff, PICTURE)?;
        let wanted = CallAsk { topic: Topic::Payment, wish: Wish::Soon, phone: String::new(), visitor: String::new() };
        let call = ask(tx, &asker, &wanted)?.call.id;
        Ok((call.to_string(), app::family::invite(tx, &asker, &invitation(account))?.id.to_string()))
    })
}

/// To somebody who is no customer: it looks like any other.
fn invitation(account: AccountId) -> party::family::Invite {
    use party::family::{Invite, Level, Relation, ShareAsk};
    let shares = vec![ShareAsk { account, level: Level::Movements, alerts: true }];
    Invite { relation: Relation::Daughter, name: "王远方".into(), phone: "13900007777".into(), shares, months: 3 }
}

/// The head of a PNG picture of 8 by 8.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x08\0\0\0\x08";

/// A page as `letter` sees it in the elder edition.
fn elder(house: &House, letter: char, path: &str) -> Answer {
    let own = house.cookie(letter).into_iter().map(|(_, v)| v).next().unwrap_or_default();
    house.ask("GET", path, &[("Cookie".into(), format!("{ELDER}; {own}"))], b"")
}

/// A form of the visitor who is not signed in, with the cookie of his visit.
fn visitors_form(house: &House, visit: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let cookies = [("Cookie".to_owned(), format!("yz_visit={visit}"))];
    let proof = csrf_of(&house.ask("GET", "/help/call", &cookies, b""));
    house.send_form(&cookies, path, &proof, fields)
}

fn visitors_page(house: &House, visit: &str, path: &str) -> String {
    house.ask("GET", path, &[("Cookie".into(), format!("yz_visit={visit}"))], b"").text()
}

#[test]
fn every_page_of_an_elder_has_its_three_keys_its_words_and_no_other_navigation() {
    let house = House::open();
    for path in ["/home", "/accounts", "/pay", "/slips", "/notices", "/limits", "/help", "/words", "/devices"] {
        let page = elder(&house, 'c', path);
        let text = page.text();
        assert_eq!(page.status, 200, "{path}");
        assert!(text.contains("data-mode=\"elder\"") && text.contains("class=\"dock\""), "{path}");
        assert!(text.contains("data-speech") && !text.contains("<nav class=\"nav\""), "{path}");
        let main = text.split("<main").nth(1).unwrap();
        for (word, term) in [("可用余额", "available"), ("手续费", "fee"), ("附言", "memo"), ("限额", "limit")]
        {
            let explained = text.contains(&format!("data-term=\"{term}\""));
            assert!(!main.contains(word) || explained, "{path} does not explain {word}");
        }
    }
    assert!(elder(&house, 'n', "/sign-in").text().contains("class=\"dock\""), "also before sign-in");
    let home = elder(&house, 'c', "/home").text();
    assert!((4..=6).contains(&home.matches("class=\"tile\"").count()), "{home}");
}

#[test]
fn the_size_of_text_is_kept_and_staff_keep_theirs() {
    let house = House::open();
    let chosen = house.page('c', "/home?size=largest");
    assert_eq!(chosen.cookie("yz_size").as_deref(), Some("largest"));
    assert!(chosen.text().contains("data-size=\"largest\""));
    let kept = |letter: char| {
        let (name, own) = house.cookie(letter).remove(0);
        house.ask("GET", "/home", &[(name, format!("{own}; yz_size=large"))], b"").text()
    };
    assert!(kept('c').contains("data-size=\"large\""));
    assert!(!kept('m').contains("data-size"));
    assert!(!house.page('c', "/home?size=huge").text().contains("data-size"));
}

#[test]
fn a_customer_asks_staff_call_and_nobody_else_sees_it() {
    let house = House::open();
    let queue = house.program('m', "GET", "/v1/call-backs", "").json();
    assert_eq!(queue["items"].as_array().unwrap().len(), 1, "{queue}");
    assert!(queue["items"][0]["phone"].as_str().unwrap().contains('*') && queue["items"][0]["word_zh"].is_null());
    let own = house.program('c', "GET", "/v1/help", "").json();
    let (id, word) = (own["call_back"]["call"].as_str().unwrap(), own["call_back"]["word_zh"].as_str().unwrap());
    assert!(house.program('d', "GET", "/v1/help", "").json()["call_back"].is_null());
    let again = house.program('c', "POST", "/v1/help/call-backs", r#"{"topic":"card","wish":"morning"}"#).json();
    assert_eq!(again["call"], id, "an open request is answered again");

    let early = house.program('m', "POST", &format!("/v1/call-backs/{id}/result"), r#"{"outcome":"helped"}"#);
    assert_eq!((early.status, early.json()["code"].as_str()), (422, Some("call_back_not_yours")));
    let page = house.page('m', &format!("/call-backs/{id}")).text();
    assert!(page.contains("138****0001") && !page.contains("13800000001") && !page.contains(word), "{page}");
    let taken = house.program('m', "POST", &format!("/v1/call-backs/{id}/taking"), "").json();
    assert_eq!((taken["phone"].as_str(), taken["word_zh"].as_str()), (Some("13800000001"), Some(word)));
    let seen = house.program('c', "GET", "/v1/help", "").json();
    assert_eq!(seen["call_back"]["caller"]["name"], "员工m");
    let audit = house.program('a', "GET", "/v1/audit?action=call_back.number", "").json();
    assert!(!audit["items"].as_array().unwrap().is_empty(), "who saw the number is written down");
    let page = elder(&house, 'c', "/help").text();
    assert!(page.contains(word) && page.contains("员工m") && page.contains("11:00"), "{page}");
    let done =
        house.program('m', "POST", &format!("/v1/call-backs/{id}/result"), r#"{"outcome":"helped","note":"讲清楚了"}"#);
    assert_eq!(done.json()["outcome"], "done");
    assert!(house.program('m', "GET", "/v1/call-backs", "").json()["items"].as_array().unwrap().is_empty());
    let late = house.program('c', "POST", &format!("/v1/help/call-backs/{id}/cancellation"), "");
    assert_eq!(late.json()["code"], "call_back_closed");
}

#[test]
fn a_visitor_is_called_too_within_limits_and_sees_only_his_own() {
    let house = House::open();
    let fields = [("step", "q2"), ("topic", "card"), ("wish", "soon"), ("phone", "139 0000 1234")];
    let asked = visitors_form(&house, "visit-one", "/help/call", &fields);
    assert_eq!((asked.status, asked.header("location")), (303, Some("/help")));
    let own = visitors_page(&house, "visit-one", "/help");
    assert!(own.contains("139****1234") && own.contains("call-word"), "{own}");
    assert!(!visitors_page(&house, "visit-two", "/help").contains("call-word"));
    let place = own.split("action=\"/help/calls/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let stolen = visitors_form(&house, "visit-two", &format!("/help/calls/{place}"), &[]);
    assert_eq!(stolen.status, 404);
    let cancelled = visitors_form(&house, "visit-one", &format!("/help/calls/{place}"), &[]);
    assert_eq!(cancelled.status, 303);
    let wrong = [("step", "q2"), ("topic", "card"), ("wish", "soon"), ("phone", "12ab")];
    assert_eq!(visitors_form(&house, "visit-one", "/help/call", &wrong).status, 422);
    assert_eq!(house.send_form(&[], "/help/call", "", &fields).status, 403, "no proof, no call");
    let tried = (0..8).filter(|n| {
        let phone = format!("1390000200{n}");
        let fields = [("step", "q2"), ("topic", "other"), ("wish", "soon"), ("phone", phone.as_str())];
        visitors_form(&house, &format!("visit-1{n}"), "/help/call", &fields).status == 303
    });
    assert_eq!(tried.count(), 4, "five of one address in a day");
}

#[test]
fn a_face_is_a_picture_and_the_customer_sees_who_looks_after_him() {
    let house = House::open();
    let member = house.fill("$member");
    let set = |image: &str| {
        let body = format!("{{\"image\":\"{image}\"}}");
        house.program('m', "POST", &format!("/v1/staff/{member}/portrait"), &body)
    };
    for wrong in ["R0lGODlhCAAIAA==", "PHN2Zz48L3N2Zz4=", ""] {
        assert_eq!(set(wrong).json()["code"], "portrait_unreadable");
    }
    let picture = house.page('c', &format!("/portraits/{member}"));
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    let assigned =
        house.program('m', "POST", &house.fill("/v1/people/$person/manager"), &format!("{{\"staff\":\"{member}\"}}"));
    assert_eq!(assigned.json()["outcome"], "done");
    app::relay::pump(&house.bank.store).unwrap();
    let page = elder(&house, 'c', "/help").text();
    assert!(page.contains("员工新") && page.contains(&format!("/portraits/{member}")), "{page}");
    assert!(house.page('c', "/notices").text().contains("员工新"));
    assert!(!elder(&house, 'd', "/help").text().contains("员工新"));
}

const PAYING: [(&str, &str); 6] = [
    ("from", "$account"),
    ("payee", "new"),
    ("name", "李other"),
    ("number", "$number"),
    ("amount", "2000"),
    ("memo", ""),
];

/// What an elder sends at the end of the transfer's questions, with the answers of the safety guide.
fn pays(house: &House, step: &str, safe: &[(&str, &str)]) -> Answer {
    let other = house.fill("$other").parse().unwrap();
    let number = house.bank.read(|tx| ledger::view(tx, other)).unwrap().account.number;
    let account = house.fill("$account");
    let fill = |(name, value): &(&'static str, &'static str)| {
        let value = value.replace("$account", &account).replace("$number", &number);
        (*name, value)
    };
    let mut fields: Vec<(&str, String)> = PAYING.iter().map(fill).collect();
    fields.extend([("step", step.to_owned())]);
    fields.extend(safe.iter().map(|(n, v)| (*n, (*v).to_owned())));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let own = house.cookie('c').remove(0).1;
    let cookies = [("Cookie".to_owned(), format!("{ELDER}; {own}"))];
    let proof = csrf_of(&house.ask("GET", "/pay", &cookies, b""));
    house.send_form(&cookies, "/pay", &proof, &fields)
}

#[test]
fn before_an_elder_sends_money_three_questions_are_asked_and_one_yes_stops() {
    let house = House::open();
    let asked = pays(&house, "q3", &[]).text();
    assert!(asked.contains("safe_caller") && asked.contains("safe_secret"), "{}", asked.split("<main").nth(1).unwrap());
    let half = pays(&house, "check", &[("safe_caller", "no")]).text();
    assert!(half.contains("error-summary") && half.contains("safe_code"));
    let yes = [("safe_caller", "yes"), ("safe_code", "no"), ("safe_secret", "no")];
    for step in ["check", "send"] {
        let stopped = pays(&house, step, &yes).text();
        assert!(stopped.contains("/help/call") && !stopped.contains("value=\"send\""), "{stopped}");
    }
    assert!(pays(&house, "send", &[]).text().contains("safe_caller"), "the questions cannot be passed over");
    let no = [("safe_caller", "no"), ("safe_code", "no"), ("safe_secret", "no")];
    let check = pays(&house, "check", &no).text();
    assert!(check.contains("value=\"send\"") && check.contains("name=\"safe_code\" value=\"no\""), "{check}");
    let audit = house.program('a', "GET", "/v1/audit?action=transfer.safety", "").json();
    let kinds: Vec<&str> = audit["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|k| **k == "transfer.safety_stop").count(), 2, "{kinds:?}");
    let passed = |kinds: &[&str]| kinds.iter().filter(|k| **k == "transfer.safety_passed").count();
    assert_eq!(passed(&kinds), 1, "{kinds:?}");
    let hidden = |name: &str| {
        let at = check.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a hidden field");
        at.split('"').next().unwrap_or_default().to_owned()
    };
    let (once, fee) = (hidden("once"), hidden("fee"));
    let sent = [&no[..], &[("once", &once), ("fee", &fee)]].concat();
    assert_eq!(pays(&house, "send", &sent).status, 303);
    let audit = house.program('a', "GET", "/v1/audit?action=transfer.safety", "").json();
    let kinds: Vec<&str> = audit["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(passed(&kinds), 1, "sending what was checked writes nothing again: {kinds:?}");
}

#[test]
fn a_family_view_is_offered_answered_looked_at_and_ended_on_pages() {
    let house = House::open();
    let own = |letter: char| vec![("Cookie".to_owned(), format!("{ELDER}; {}", house.cookie(letter).remove(0).1))];
    let send = |letter: char, from: &str, path: &str, fields: &[(&str, &str)]| {
        let proof = csrf_of(&house.ask("GET", from, &own(letter), b""));
        house.send_form(&own(letter), path, &proof, fields)
    };
    let account = house.fill("$account");
    let answers = [
        ("relation", "daughter"),
        ("name", "李other"),
        ("phone", "13800000002"),
        ("account", account.as_str()),
        ("level", "balance"),
        ("alerts", "yes"),
        ("months", "3"),
    ];
    let first = send('c', "/family/invitation", "/family/invitation", &[("step", "q0"), ("relation", "daughter")]);
    assert!(first.status == 200 && first.text().contains("name=\"phone\""), "{}", first.text());
    let with = |step: &'static str| [&[("step", step)], &answers[..]].concat();
    let check = send('c', "/family/invitation", "/family/invitation", &with("q5")).text();
    assert!(check.contains("value=\"send\""), "{check}");
    let sent = send('c', "/family/invitation", "/family/invitation", &with("send"));
    assert_eq!((sent.status, sent.header("location")), (303, Some("/family")), "{}", sent.text());
    let again = send('c', "/family/invitation", "/family/invitation", &with("send"));
    assert_eq!(again.status, 422);

    let offered = house.program('d', "GET", "/v1/family", "").json();
    assert_eq!(offered["items"][0]["given"], false, "{offered}");
    let tie = offered["items"][0]["tie"].as_str().unwrap().to_owned();
    let place = format!("/family/{tie}");
    app::relay::pump(&house.bank.store).unwrap();
    assert!(house.page('d', "/notices").text().contains(&format!("href=\"{place}\"")), "the notice leads there");
    assert!(house.page('d', "/home").text().contains("href=\"/family\""));
    let seen = house.ask("GET", &place, &own('d'), b"").text();
    assert!(seen.contains("value=\"yes\"") && !seen.contains("100,000"), "{seen}");
    assert_eq!(house.page('d', &format!("{place}/accounts")).status, 422, "not before the yes");
    assert_eq!(send('d', &place, &format!("{place}/answer"), &[("answer", "yes")]).status, 303);
    let looked = house.ask("GET", &format!("{place}/accounts"), &own('d'), b"").text();
    assert!(looked.contains("class=\"balance\""), "{looked}");
    assert_eq!(house.page('d', &format!("{place}/accounts/{account}")).status, 404, "only the balance");
    for letter in ['c', 'k', 'm', 'n'] {
        assert_ne!(house.page(letter, &format!("{place}/accounts")).status, 200, "{letter}");
    }
    let known = house.ask("GET", &place, &own('c'), b"").text();
    assert!(known.contains("10:00") && known.contains("看过"), "{known}");
    let looks = house.program('c', "GET", &format!("/v1/family/{tie}/looks"), "").json();
    assert_eq!(looks["items"].as_array().unwrap().len(), 1);
    assert_eq!(send('c', &place, &format!("{place}/ending"), &[]).status, 303);
    assert_eq!(house.page('d', &format!("{place}/accounts")).status, 422);
}
