//! A subcontractor is gone and 43 workers wait: from the warning to the last fen, and what is nearly that.
use super::*;
use guarantee::{Ask, DutyNew, History, Named, NoticeNew, NoticeState, PaymentNotice};
use kernel::id::{ApprovalId, GuaranteeId, PayNoticeId};

const WAGE: i64 = 8_000;
/// Of the 43 so many stand on the sheet that is paid from the guarantee; the others on one that the contractor pays himself.
const MOST: usize = 40;
const ALL: usize = 43;

struct Story {
    bank: Bank,
    site: Site,
    most: PaySheetId,
    few: PaySheetId,
    deposit: GuaranteeId,
    /// Of the contractor.
    purse: AccountId,
    inspector: Actor,
    head: Actor,
}

impl Story {
    /// Nine days before the pay day: 43 on the sheets, nothing in the wage account, 2 percent of the price in the deposit.
    fn begin() -> Story {
        let bank = Bank::open("2026-11-11");
        let (inspector, head) = bank.bureau(1, "990100", Level::City);
        let site = bank.site(1, Some("990102"));
        let hands: Vec<Hand> = (1..=ALL).map(|n| bank.hand(n)).collect();
        hands.iter().for_each(|h| {
            bank.take_on(&site, h, &h.card, OURS);
        });
        let most = bank.sheet(&site, "2026-10", &hands[..MOST]);
        let few = bank.sheet_of(&site, "2026-10", payroll::Kind::Supplement, &hands[MOST..]);
        let (deposit, purse) = put_aside(&bank, &site);
        Story { bank, site, most, few, deposit, purse, inspector, head }
    }

    fn opened(&self) -> ArrearsCaseId {
        let (by, project, sheets) = (self.inspector.clone(), self.site.project, vec![self.most, self.few]);
        let opened = self.bank.write(move |tx| {
            let new = CaseNew {
                about: "分包单位失联，十月工资未付".into(),
                sheets: sheets.clone(),
                subcontractor: "潮生劳务有限公司".into(),
                works_money_left: Some(yuan(200_000)),
                ..CaseNew::of(project)
            };
            case_open(tx, &by, &new)
        });
        opened.unwrap()
    }

    /// Ordered until the 25th, and not done.
    fn defaulted(&self, id: ArrearsCaseId) {
        self.defaulted_by(id, "2026-11-25", "2026-11-26");
    }

    fn defaulted_by(&self, id: ArrearsCaseId, due_on: &'static str, then: &str) {
        let by = self.inspector.clone();
        self.bank.write(move |tx| case_order(tx, &by, id, "责令〔2026〕47号", day(due_on))).unwrap();
        self.bank.at(then);
        self.bank.scan();
        assert_eq!(self.bank.case(id).state, CaseState::Defaulted);
    }

    fn noticed(&self, id: ArrearsCaseId) -> PayNoticeId {
        self.noticed_as(id, "支付〔2026〕12号")
    }

    fn noticed_as(&self, id: ArrearsCaseId, number: &'static str) -> PayNoticeId {
        let by = self.inspector.clone();
        let asked = self.bank.write(move |tx| notice_ask(tx, &by, id, number)).unwrap();
        self.bank.decide(&self.head, asked).unwrap();
        let officer = self.bank.officer.clone();
        self.bank.write(move |tx| notice_take(tx, &officer, id)).unwrap()
    }

    fn asked(&self, notice: PayNoticeId) -> ApprovalId {
        let officer = self.bank.officer.clone();
        self.bank.write(move |tx| guarantee::notice_ask(tx, &officer, notice, "")).unwrap()
    }

    /// Everybody signed and the labour officer cleared it, which crate `crews` sees to; then it is paid.
    fn pays(&self, sheet: PaySheetId) {
        self.bank.write(move |tx| payroll::clear(tx, &system(), sheet, "")).unwrap();
        self.bank.pay(&self.site, sheet);
    }

    /// The bank's yes to a notice, by somebody.
    fn agreed(&self, by: &Actor, asked: ApprovalId) -> Result<Change> {
        let (by, desk) = (by.clone(), self.bank.desk.clone());
        let hash = self.bank.read(|tx| approval::raw(tx, asked)).hash_text();
        self.bank.write(move |tx| guarantee_yes(&desk, tx, &by, asked, &hash))
    }

    fn notice(&self, id: PayNoticeId) -> PaymentNotice {
        self.bank.read(|tx| guarantee::notice(tx, &self.bank.officer, id))
    }
    fn holds(&self) -> Money {
        self.bank.read(|tx| Ok(guarantee::standing(tx, &system(), self.site.project)?.cash))
    }
    fn wage_money(&self) -> Money {
        let account = self.bank.read(|tx| payroll::project_raw(tx, self.site.project)).wage_account;
        self.bank.read(|tx| Ok(ledger::view(tx, account)?.posted()))
    }
    fn go_on(&self) -> guarantee::Moved {
        guarantee::go_on(&self.bank.desk).unwrap()
    }
    /// The books of guarantees fit the ledger.
    fn sound(&self) {
        self.bank.verify();
        let mut faults = Vec::new();
        self.bank.read(|tx| guarantee::verify::verify(tx, &mut faults));
        assert_eq!(faults, []);
    }
}

/// What the project must put aside is there; and the contractor's own account.
fn put_aside(bank: &Bank, site: &Site) -> (GuaranteeId, AccountId) {
    let (project, branch) = (site.project, bank.branch);
    let made = bank.write(move |tx| {
        let firm = payroll::project_raw(tx, project)?.firm;
        let (purse, history) = (AccountId::new(tx.now(), branch.book()), History::default());
        let opening = Opening::deposit(purse, Owner::Firm(firm), "单位", Currency::CNY).number(&card(999));
        ledger::open_account(tx, &system(), &opening)?;
        let (contract, region, date) = (yuan(20_000_000), "990102".to_owned(), day("2026-03-01"));
        let ask = Ask { contract, other_works: 0, history, region, date };
        guarantee::duty_set(tx, &system(), DutyNew { project, ask, counts_from: date })?;
        Ok((guarantee::open_cash(tx, &system(), project)?, purse))
    });
    let (deposit, purse) = made.unwrap();
    bank.deposit(purse, yuan(1_000_000));
    let paid = guarantee::pay_in(&bank.desk, &system(), deposit, purse, yuan(400_000), None).unwrap();
    assert_eq!(paid.state, payments::State::Posted);
    (deposit, purse)
}

#[test]
fn w16_d4_from_the_warning_to_the_last_fen() {
    let s = Story::begin();
    s.bank.scan();
    let warned = s.bank.warning_of(s.site.project, Kind::BalanceShort);
    let warned = s.bank.read(|tx| warning(tx, &s.bank.officer, warned));
    let pay_on = payroll::next_pay_day(day("2026-11-11"), 20).unwrap();
    assert_eq!(pay_on.days() - warned.warning.opened_at.local_date().days(), 9, "nine days before the pay day");
    let seen = s.bank.read(|tx| bureau_board(tx, &s.inspector, &Filter::default(), &first(10)));
    assert!(seen.items.iter().any(|p| p.project == s.site.project), "the bureau sees it by its region");

    s.bank.at("2026-11-23");
    let id = s.opened();
    let c = s.bank.case(id);
    assert_eq!((c.workers, c.owed()), (ALL as i64, yuan(ALL as i64 * WAGE)));
    let l = c.liability();
    assert_eq!((l.contractor_first, l.from_subcontractor, l.owner_up_to), (c.owed(), c.owed(), Some(yuan(200_000))));
    for early in ["no order", "not in default"] {
        let by = s.inspector.clone();
        let refused = s.bank.write(move |tx| notice_ask(tx, &by, id, "支付〔2026〕12号")).unwrap_err();
        assert!(refused.is(&CASE_STATE), "{early}");
        let by = s.inspector.clone();
        let order = move |tx: &mut Tx<'_>| case_order(tx, &by, id, "责令〔2026〕47号", day("2026-11-25"));
        s.bank.write(order).unwrap();
    }
    s.defaulted(id);
    let notice = s.noticed(id);
    let n = s.notice(notice);
    assert_eq!((n.workers.0.len(), n.money(), n.pay_by), (ALL, yuan(ALL as i64 * WAGE), day("2026-12-03")));
    assert_eq!(n.officer.split('、').count(), 2, "whoever wrote it and whoever signed it");

    let asked = s.asked(notice);
    assert!(s.agreed(&s.bank.officer.clone(), asked).is_err(), "one person of the bank pays nothing");
    s.bank.fund(&s.site, yuan((ALL - MOST) as i64 * WAGE));
    s.pays(s.few);
    s.agreed(&s.bank.checker.clone(), asked).unwrap();
    let (n, owed) = (s.notice(notice), yuan(MOST as i64 * WAGE));
    assert_eq!((n.state, n.paid_money(), n.workers.0.len()), (NoticeState::Paid, owed, MOST), "no more than is owed");
    assert_eq!((s.holds(), s.wage_money()), (yuan(80_000), owed));
    assert!(!n.is_late(day("2026-11-26")));

    let (officer, few, most) = (s.bank.officer.clone(), s.few, s.most);
    let odd = s.bank.write(move |tx| guarantee::notice_sheet(tx, &officer, notice, few)).unwrap_err();
    assert!(odd.is(&guarantee::SHEET_UNFIT), "those are not named any more");
    let officer = s.bank.officer.clone();
    s.bank.write(move |tx| guarantee::notice_sheet(tx, &officer, notice, most)).unwrap();
    let officer = s.bank.officer.clone();
    assert!(s.bank.write(move |tx| case_close(tx, &officer, id, "付清")).unwrap_err().is(&CASE_OWES));
    s.pays(s.most);
    s.bank.scan();
    assert_eq!((s.bank.case(id).state, s.wage_money()), (CaseState::Paid, yuan(0)));

    assert_eq!(n.refill_by, Some(day("2026-12-10")), "ten working days");
    s.bank.at("2026-12-10");
    assert_eq!(s.go_on().refills_late, 0, "the day itself");
    s.bank.at("2026-12-11");
    assert_eq!((s.go_on().refills_late, s.go_on().refills_late), (1, 0), "told once");
    let short = guarantee::pay_in(&s.bank.desk, &system(), s.deposit, s.purse, owed.sub(yuan(1)).unwrap(), None);
    assert_eq!(short.unwrap().state, payments::State::Posted);
    assert!(s.notice(notice).refilled_at.is_none(), "a yuan is missing");
    guarantee::pay_in(&s.bank.desk, &system(), s.deposit, s.purse, yuan(1), None).unwrap();
    assert!(s.notice(notice).refilled_at.is_some() && s.holds() == yuan(400_000));
    let officer = s.bank.officer.clone();
    assert_eq!(s.bank.write(move |tx| case_close(tx, &officer, id, "全部付清")).unwrap(), Change::Done);
    s.sound();
}

#[test]
fn d4_a_bank_that_pays_late_is_told_and_pays_all_the_same() {
    let s = Story::begin();
    s.bank.at("2026-11-23");
    let id = s.opened();
    s.defaulted(id);
    let notice = s.noticed(id);
    s.bank.at("2026-12-03");
    assert_eq!(s.go_on().notices_late, 0, "the fifth working day itself");
    s.bank.at("2026-12-04");
    assert_eq!((s.go_on().notices_late, s.go_on().notices_late), (1, 0), "told once");
    let asked = s.asked(notice);
    s.agreed(&s.bank.checker.clone(), asked).unwrap();
    let n = s.notice(notice);
    assert!(n.is_late(day("2026-12-04")) && n.late_at.is_some() && n.state == NoticeState::Paid);
    s.sound();
}

#[test]
fn d4_nothing_leaves_the_deposit_when_everybody_was_paid_meanwhile() {
    let s = Story::begin();
    s.bank.at("2026-11-23");
    let id = s.opened();
    s.defaulted(id);
    let notice = s.noticed(id);
    let asked = s.asked(notice);
    s.bank.fund(&s.site, yuan(ALL as i64 * WAGE));
    s.pays(s.few);
    s.pays(s.most);
    let late = s.agreed(&s.bank.checker.clone(), asked).unwrap_err();
    assert!(late.is(&guarantee::NOTICE_STATE), "{late}");
    s.bank.scan();
    assert_eq!((s.notice(notice).state, s.bank.case(id).state), (NoticeState::Settled, CaseState::Paid));
    assert_eq!((s.holds(), s.wage_money()), (yuan(400_000), yuan(0)));
    let (by, hash) = (s.bank.checker.clone(), s.bank.read(|tx| approval::raw(tx, asked)).hash_text());
    s.bank.write(move |tx| guarantee::approval_no(tx, &by, asked, &hash, "工资已付清")).unwrap();
    assert_eq!(s.notice(notice).state, NoticeState::Settled);
    s.sound();
}

#[test]
fn d4_a_case_that_is_closed_and_opened_again_is_not_paid_twice() {
    let s = Story::begin();
    s.bank.at("2026-11-23");
    let first = s.opened();
    s.defaulted(first);
    let asked = s.asked(s.noticed(first));
    s.agreed(&s.bank.checker.clone(), asked).unwrap();
    let (officer, manager) = (s.bank.officer.clone(), s.bank.manager.clone());
    let close = s.bank.write(move |tx| close_ask(tx, &officer, first, "登记有误")).unwrap();
    let hash = s.bank.read(|tx| approval::raw(tx, close)).hash_text();
    s.bank.write(move |tx| approval_yes(tx, &manager, close, &hash)).unwrap();
    let second = s.opened();
    assert_ne!(second, first, "the first is closed");
    s.defaulted_by(second, "2026-11-27", "2026-11-28");
    let asked = s.asked(s.noticed_as(second, "支付〔2026〕13号"));
    let twice = s.agreed(&s.bank.checker.clone(), asked).unwrap_err();
    assert!(twice.is(&guarantee::NAMED_ELSEWHERE), "{twice}");
    assert_eq!(s.wage_money(), yuan(ALL as i64 * WAGE), "once");
    s.sound();
}

#[test]
fn w6_a_guarantee_names_nobody_of_another_project() {
    let s = Story::begin();
    s.bank.at("2026-11-23");
    let id = s.opened();
    s.defaulted(id);
    let other = s.bank.site(2, Some("990102"));
    let h = s.bank.hand(60);
    let stranger = s.bank.take_on(&other, &h, &h.card, OURS);
    let mine = s.bank.read(|tx| case_lines(tx, &s.bank.officer, id))[0].worker;
    let take = |worker: WorkerId, defaulted_on: &str| {
        let (officer, guarantee, on) = (s.bank.officer.clone(), s.deposit, day(defaulted_on));
        s.bank.write(move |tx| {
            let new = NoticeNew {
                guarantee,
                bureau: None,
                bureau_name: "望潮区人力资源和社会保障局".into(),
                number: "支付〔2026〕13号".into(),
                officer: "监察员".into(),
                basis: "保障农民工工资支付条例 第三十二条".into(),
                issued_on: day("2026-11-26"),
                settle_order: "责令〔2026〕47号".into(),
                settle_ordered_on: day("2026-11-23"),
                default_proof: id.to_string(),
                defaulted_on: on,
                workers: vec![Named { worker, amount: WAGE * 100 }],
            };
            guarantee::notice_receive(tx, &officer, new)
        })
    };
    assert!(take(stranger, "2026-11-26").unwrap_err().is(&guarantee::NAMED_UNFIT));
    assert!(take(mine, "2026-11-23").unwrap_err().is(&guarantee::LIABILITY_ORDER), "ordered and in default on one day");
    assert!(take(mine, "2026-11-27").unwrap_err().is(&guarantee::LIABILITY_ORDER), "a default that is still to come");
    take(mine, "2026-11-26").unwrap();
}
