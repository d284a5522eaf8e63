//! Who may do what with openings of accounts, reviews of customers and of stock, as in `cases`; and what of them stands in the little bank.
use super::cases::{Case, case};
use super::counter::{newcomer, opens};
use super::house::House;
use app::counter::{AccountNew, Check, Opened};
use diligence::{Answer, AnswerOf, Criteria, StockNew};
use kernel::{Currency, Owner, Who};

/// Answers to the questions of people in which nothing is odd, as the page sends them.
pub(super) const ANSWERS: [(&str, &str); 7] = [
    ("a-use", "wage"),
    ("a-prompted", "self"),
    ("a-lend", "no"),
    ("a-tie", "lives"),
    ("a-flows", "small"),
    ("a-occupation", "employed"),
    ("a-income", "to_60"),
];

/// Programs.
pub(super) const DILIGENCE: &[Case] = &[
    case(
        "POST /v1/accounts",
        "t",
        "",
        "/v1/accounts",
        r#"{"owner":"$person","purpose":"wages","checked":["document","phone","not_lent"],"answers":{"use":"wage"}}"#,
    ),
    case("GET /v1/opening-questions", "trm", "", "/v1/opening-questions?of=firm", ""),
    case("GET /v1/account-openings", "trm", "", "/v1/account-openings", ""),
    case("GET /v1/account-openings/{id}", "trm", "", "/v1/account-openings/$opening", ""),
];

/// People.
pub(super) const DILIGENCE_PAGES: &[Case] = &[
    case("GET /openings", "trm", "", "/openings", ""),
    case("GET /openings/{id}", "trm", "", "/openings/$opening", ""),
    case("POST /openings/{id}/objection", "t", "", "/openings/$opening/objection", "said=x"),
    case("GET /cases/{id}/openings", "rm", "", "/cases/$fraud_case/openings", ""),
    case("GET /diligence", "rm", "", "/diligence", ""),
    case("GET /diligence/{id}", "rm", "", "/diligence/$person", ""),
    case("POST /diligence/{id}/review", "rm", "", "/diligence/$person/review", "result=keep&note=x"),
    case("POST /limits/objection", "cd", "", "/limits/objection", "said=x"),
    case("GET /stock-reviews", "rm", "", "/stock-reviews", ""),
    case("GET /stock-reviews/new", "rm", "", "/stock-reviews/new", ""),
    case("POST /stock-reviews/new", "rm", "", "/stock-reviews/new", "from=2026-01-01&once=1"),
    case("GET /stock-reviews/{id}", "rm", "", "/stock-reviews/$stock", ""),
    case(
        "POST /stock-reviews/{id}/accounts/{account}",
        "rm",
        "",
        "/stock-reviews/$stock/accounts/$account",
        "result=fine&note=x",
    ),
];

/// A refused opening of the firm, and a review of what was opened until today.
pub(super) fn furnish(house: &mut House) {
    let (teller, risk) = (house.actor('t'), house.actor('r'));
    let (firm, branch) = (house.ids["$firm"].parse().expect("a firm"), house.ids["$branch"].parse().expect("a branch"));
    let made = house.bank.write(move |tx| {
        let owner = Owner::Firm(firm);
        let mut answers = diligence::set_of(AnswerOf::Firm, tx.business_date()?)?.plain();
        answers.retain(|a| a.question != "lend");
        answers.push(Answer::new("lend", "yes"));
        let (checked, closer) = (Check::of(owner).to_vec(), String::new());
        let new = AccountNew { owner, currency: Currency::CNY, purpose: "收付款".into(), checked, answers, closer };
        let Opened::Refused(refused) = app::counter::open_account(tx, &teller, &new)? else { panic!("it is refused") };
        let Who::Staff(officer) = risk.who else { panic!("an officer") };
        let today = tx.now().local_date();
        let from = today.plus_months(-12);
        let criteria = Criteria { from, until: today, tier: None, dormant: false, phone: false, address: false };
        let stock = StockNew { branch, criteria, officer, due_on: today.plus_days(30) };
        Ok([refused.id.to_string(), diligence::select(tx, &risk, &stock)?.id.to_string()])
    });
    house.ids.extend(["$opening", "$stock"].into_iter().zip(made.expect("an opening and a review")));
}

#[test]
fn an_opening_is_refused_by_its_answers_and_the_customer_objects_at_the_counter() {
    let house = House::open();
    opens(&house);
    let (person, desk) = newcomer(&house, "110101199012310021", "13800004321");
    let way = format!("{desk}/account");
    let looked = [("purpose", "领工资"), ("checked", "document"), ("checked", "phone"), ("checked", "not_lent")];
    let with = |once: &'static str, change: (&'static str, &'static str), closer: &'static str| {
        let answers = ANSWERS.map(|a| if a.0 == change.0 { change } else { a });
        let all = [&looked[..], &answers, &[("once", once), ("closer", closer)]].concat();
        house.form('t', &way, &way, &all)
    };
    let page = house.page('t', &format!("{way}?lang=zh")).text();
    assert!(page.contains("是谁让您来开户的？") && page.contains("说不清楚"), "{page}");
    let unanswered = house.form('t', &way, &way, &looked);
    assert_eq!(unanswered.status, 422, "{}", unanswered.text());

    let odd = with("1", ("a-tie", "none"), "");
    assert!(odd.status == 422 && odd.text().contains("进一步核实"), "{}", odd.text());
    let refused = with("2", ("a-lend", "yes"), "");
    let record = refused.header("location").expect("a refusal").to_owned();
    assert!(record.starts_with("/openings/opng_"), "{record}");
    let shown = house.page('t', &record).text();
    assert!(
        shown.contains("不能出租、出借、出售") && shown.contains("15天") && shown.contains("within 15 days"),
        "{shown}"
    );
    assert!(house.page('t', "/openings").text().contains(&record));

    let object = format!("{record}/objection");
    assert_eq!(house.form('t', &record, &object, &[("said", "我只是不清楚，只有自己用")]).status, 303);
    assert!(house.page('t', &record).text().contains("客户已提出异议"));
    let appeal = house.page('r', &record).text();
    let appeal = appeal.split("/appeals/").nth(1).and_then(|rest| rest.split('"').next()).expect("an objection");
    let at = format!("/appeals/{appeal}");
    let yes = [("text", "已核实，可以再来开户"), ("passes", "yes")];
    assert_eq!(house.form('r', &at, &format!("{at}/answer"), &yes).status, 303);
    assert_eq!(house.form('m', &at, &format!("{at}/agreement"), &[]).status, 303);
    house.bank.run_jobs_once();
    assert!(house.page('t', &record).text().contains("异议成立"));

    let opened = with("3", ("a-tie", "none"), "看了劳动合同");
    let account = opened.header("location").unwrap_or_else(|| panic!("{}", opened.text())).to_owned();
    assert!(account.starts_with("/accounts/"), "{account}");
    let customer = house.page('r', &format!("/diligence/{person}?lang=zh")).text();
    assert!(customer.contains("开户时的回答有疑点") && customer.contains("不予开户"), "{customer}");
}

#[test]
fn a_teller_refuses_by_himself_and_says_what_he_saw() {
    let house = House::open();
    opens(&house);
    let (_, desk) = newcomer(&house, "110101199012310021", "13800004321");
    let way = format!("{desk}/account");
    let bare = [("step", "refuse"), ("reason", "led_by_another"), ("closer", ""), ("once", "1")];
    assert_eq!(house.form('t', &way, &way, &bare).status, 422);
    let seen = [("step", "refuse"), ("reason", "led_by_another"), ("closer", "旁边的人替他回答"), ("once", "2")];
    let record = house.form('t', &way, &way, &seen);
    let record = record.header("location").unwrap_or_else(|| panic!("{}", record.text())).to_owned();
    let shown = house.page('t', &record).text();
    assert!(shown.contains("开户要由您本人决定") && shown.contains("旁边的人替他回答"), "{shown}");
}

#[test]
fn limits_that_were_lowered_are_told_with_reason_and_remedy_and_come_back_when_the_objection_passes() {
    let house = House::open();
    let customer = house.actor('c').person().expect("a person");
    let listed = house.bank.write(move |tx| {
        let now = tx.now();
        let entry = guard::NewEntry {
            list: guard::ListKind::Black,
            subject: guard::Subject::owner(tx.keys(), Owner::Person(customer)),
            masked: "*".into(),
            reason: "a test".into(),
            from: now,
            until: now.plus(kernel::clock::DAY),
            source: "a letter".into(),
            owner_staff: None,
        };
        guard::add_entry(tx, &kernel::Actor::system("bootstrap"), entry)?;
        diligence::rescore(tx, Owner::Person(customer))
    });
    assert!(listed.expect("judged").lowered_at.is_some());
    house.bank.run_jobs_once();
    let page = house.page('c', "/limits?lang=zh").text();
    assert!(page.contains("您的账户限额被调低了") && page.contains("核实后可以调回"), "{page}");
    assert!(!page.contains("名单"), "a list is named to nobody");
    let told = house.page('c', "/notices?lang=zh").text();
    assert!(told.contains("请带身份证件") && told.matches("账户类别").count() == 1, "told once: {told}");
    assert_eq!(house.form('c', "/limits", "/limits/objection", &[("said", "弄错了")]).status, 303);
    assert!(house.page('c', "/limits?lang=zh").text().contains("您的异议已收到"));
    let other = house.form('d', "/limits", "/limits/objection", &[("said", "我也要")]);
    assert!([409, 422].contains(&other.status), "{}", other.status);
    let queue = house.page('r', "/appeals").text();
    let appeal = queue.split("/appeals/appl_").nth(1).and_then(|rest| rest.split('"').next()).expect("an objection");
    let at = format!("/appeals/appl_{appeal}");
    let yes = [("text", "查过了，是同名的人"), ("passes", "yes")];
    assert_eq!(house.form('r', &at, &format!("{at}/answer"), &yes).status, 303);
    assert_eq!(house.form('m', &at, &format!("{at}/agreement"), &[]).status, 303);
    house.bank.run_jobs_once();
    assert!(!house.page('c', "/limits?lang=zh").text().contains("您的账户限额被调低了"));
    let tier = house.bank.read(|tx| party::person(tx, customer)).expect("a person").tier;
    assert_eq!(tier, party::Tier::I);
}

#[test]
fn stock_is_selected_worked_and_a_case_leads_back_to_who_opened() {
    let mut house = House::open();
    house.save();
    super::furniture::shopped(&mut house);
    let list = house.fill("/stock-reviews/$stock");
    assert!(house.page('m', "/stock-reviews").text().contains(&list));
    let page = house.page('r', &format!("{list}?lang=zh")).text();
    assert!(page.contains("记下结果"), "{page}");
    let forms = page.split("action=\"").skip(1);
    let at = forms.filter_map(|p| p.split('"').next()).find(|to| to.contains("/accounts/acct_"));
    let at = at.expect("a form").to_owned();
    let account = at.rsplit('/').next().expect("an account").split('?').next().expect("an id").to_owned();
    let (result, note) = (format!("result-{account}"), format!("note-{account}"));
    let fields = [(result.as_str(), "fine"), (note.as_str(), "电话问过，在正常使用")];
    assert_eq!(house.form('r', &list, &at, &fields).status, 303);
    assert!(house.page('r', &list).text().contains("电话问过，在正常使用"));
    let back = house.page('r', &house.fill("/cases/$fraud_case/openings?lang=zh")).text();
    assert!(back.contains("开户人") && back.contains("没有开户核查记录"), "{back}");
}
