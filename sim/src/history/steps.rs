//! What a step tries.
use super::auditor::{Auditor, Frozen, Taken};
use super::world::World;
use crate::year::{boss, card_at, open_card, own_card};
use guarantee::{Named, NoticeNew};
use kernel::clock::{DAY, HOUR};
use kernel::id::{AccountId, ApprovalId};
use kernel::{Actor, Error, Id, Money, PageAsk, Result};
use ledger::restrictions::{Restrict, Restriction};
use payments::{Kind, Order, Payee, Receipt};
use payroll::{AccountGiven, ImportFor, LineState, Period, Upload};
use std::collections::BTreeSet;
use worksite::end::{Action, Basis, OrderNew};

/// Steps of one history at most.
pub const STEPS_MAX: usize = 400;
/// Days that pass in one step at most, but for the years that pass in a step of their own.
const DAYS_AT_ONCE: i64 = 40;
const YEARS_DAYS: i64 = 400;

/// Small numbers that say who tries what; each is taken modulo what there is to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub what: u8,
    pub who: u8,
    pub a: u16,
    pub b: u32,
}

type Try = fn(&mut World, &Step, &mut Auditor) -> Result<()>;

const KINDS: [Kind; 11] = [
    Kind::CashOut,
    Kind::CardPurchase,
    Kind::WagePay,
    Kind::WageRun,
    Kind::WageReturn,
    Kind::GuaranteeOut,
    Kind::LegalDeduction,
    Kind::WageClosing,
    Kind::DepositIn,
    Kind::WealthIn,
    Kind::FundWageAccount,
];

impl World {
    /// Tries a step; whatever the bank refuses is an outcome, and a broken record is none.
    pub fn take(&mut self, step: &Step, auditor: &mut Auditor) -> Result<&'static str> {
        let tries: [(&'static str, Try); 31] = [
            ("fund", World::fund),
            ("fund", World::fund),
            ("sheet", World::sheet),
            ("agree", World::agree),
            ("pay", World::pay),
            ("go_on", World::go_on),
            ("sheet", World::sheet),
            ("agree", World::agree),
            ("pay", World::pay),
            ("payday", World::payday),
            ("payday", World::payday),
            ("repay", World::repay),
            ("trouble", World::trouble),
            ("transfer", World::transfer),
            ("order", World::order),
            ("reverse", World::reverse),
            ("restrict", World::restrict),
            ("legal_order", World::legal_order),
            ("decide", World::decide),
            ("decide", World::decide),
            ("close", World::close),
            ("close", World::close),
            ("end", World::end),
            ("days", World::days),
            ("notice", World::notice),
            ("bulk", World::bulk),
            ("account", World::account),
            ("years", World::years),
            ("deduct", World::deduct),
            ("whole_end", World::whole_end),
            ("freeze", World::freeze),
        ];
        let (name, try_it) = tries[usize::from(step.what) % tries.len()];
        match try_it(self, step, auditor) {
            Ok(()) => *self.told.done.entry(name).or_default() += 1,
            Err(e) if e.kind() == kernel::Kind::Broken => return Err(e),
            Err(e) => *self.told.refused.entry(format!("{name} {}", e.code().name)).or_default() += 1,
        }
        self.town.clock.advance(HOUR / 4);
        Ok(name)
    }

    fn guarded(&self, n: u16) -> AccountId {
        [self.wage, self.clearing, self.deposit][usize::from(n) % 3]
    }

    fn heard(&mut self, receipt: Result<Receipt>) -> Result<()> {
        let receipt = receipt?;
        self.instructions.push(receipt.instruction);
        match receipt.code.is_empty() {
            true => Ok(()),
            false => Err(Error::forbidden(format!("{} {}", receipt.code, receipt.reasons.join(" ")))),
        }
    }

    fn fund(&mut self, step: &Step, _: &mut Auditor) -> Result<()> {
        let amount = Money::cny(2_000_000 + i64::from(step.b % 40_000_000));
        let receipt = match step.a % 4 {
            0 => guarantee::pay_in(&self.town.bank.desk, &boss(), self.guarantee, self.contractor, amount, None),
            _ => payroll::fund(&self.town.bank.desk, &boss(), self.project, self.contractor, amount, None),
        };
        self.heard(receipt)
    }

    /// A sheet of some workers; now and then the last month's once more.
    fn sheet(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        self.months += i64::from(!step.b.is_multiple_of(3) || self.months == 0);
        let months = 24_313 + self.months;
        let period = Period { year: (months / 12) as i16, month: (months % 12 + 1) as i8 };
        let mut csv = String::from("姓名,身份证号,出勤天数,应发,扣款,实发\n");
        let mut lines = Vec::new();
        for (n, hand) in self.hands.iter().enumerate().filter(|(n, _)| step.a >> n & 1 == 0) {
            let net = 200_000 + i64::from(step.b.wrapping_mul(n as u32 + 7) % 900_000);
            let yuan = Money::cny(net).plain();
            csv.push_str(&format!("{},{},22,{yuan},0,{yuan}\n", hand.name, hand.identity));
            lines.push((n, net));
        }
        let what =
            ImportFor::PaySheet { period, kind: payroll::Kind::Wage, number: 1, tag: String::new(), due_on: None };
        let file_name = "工资表.csv".to_owned();
        let upload = Upload { project: self.project, what, file_name, bytes: csv.into_bytes(), accept_valid: true };
        let import = payroll::import(&self.town.bank.store, &self.clerk(), upload)?;
        let Some(sheet) = import.sheet.filter(|s| !self.sheets.contains(s)) else { return Ok(()) };
        self.sheets.push(sheet);
        let read = self.town.bank.read(|tx| payroll::lines_raw(tx, sheet, 0, 100))?;
        auditor.lines.insert(sheet, read.len());
        let place = |l: &payroll::PayLine| self.hands.iter().position(|h| h.worker == l.worker);
        let kept: BTreeSet<usize> = read.iter().filter_map(place).collect();
        auditor.sheets.insert(sheet, (lines.into_iter().filter(|(n, _)| kept.contains(n)).collect(), false));
        let clerk = self.clerk();
        self.town.bank.write(move |tx| payroll::submit(tx, &clerk, sheet, "").map(|_| ()))
    }

    fn chosen(&self, n: u32) -> Result<kernel::id::PaySheetId> {
        let found = self.sheets.iter().rev().nth(n as usize % self.sheets.len().clamp(1, 3));
        found.copied().ok_or_else(|| Error::forbidden("no sheet yet"))
    }

    /// Somebody agrees to a sheet; only the checker or the owner may.
    fn agree(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        let sheet = self.chosen(step.b)?;
        let clerk = self.clerk();
        let _ = self.town.bank.write(move |tx| payroll::submit(tx, &clerk, sheet, ""));
        let asked = self.town.bank.read(|tx| Ok(payroll::sheet_raw(tx, sheet)?.approval))?;
        let Some(asked) = asked else { return Ok(()) };
        let hash = self.town.bank.read(|tx| approval::raw(tx, asked))?.hash_text();
        for by in [self.anybody(step.who), self.checker()] {
            let hash = hash.clone();
            let _ = self.town.bank.write(move |tx| payroll::approve(tx, &by, asked, &hash));
        }
        let row = self.town.bank.read(|tx| approval::raw(tx, asked))?;
        let two = row.state == approval::State::Executed && !auditor.cancelled.contains(&sheet);
        if let Some((_, yes)) = auditor.sheets.get_mut(&sheet) {
            *yes |= two;
        }
        if let Some((_, yes)) = auditor.repays.get_mut(&sheet) {
            *yes |= two;
        }
        Ok(())
    }

    fn pay(&mut self, step: &Step, _: &mut Auditor) -> Result<()> {
        let sheet = self.chosen(step.b)?;
        let by = if step.who.is_multiple_of(3) { self.anybody(step.who) } else { self.checker() };
        let hash = self.town.bank.read(|tx| payroll::sheet_raw(tx, sheet))?.payload_hash();
        let progress = payroll::pay(&self.town.bank.desk, &by, sheet, &hash)?;
        match progress.code.is_empty() {
            true => Ok(()),
            false => Err(Error::forbidden(format!("{} {}", progress.code, progress.reasons.join(" ")))),
        }
    }

    /// A sheet from the file to the last worker, undisturbed but for what happened before.
    fn payday(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        self.fund(&Step { a: 1, b: 30_000_000, ..*step }, auditor)?;
        self.sheet(&Step { b: step.b | 1, ..*step }, auditor)?;
        let last = Step { who: 1, b: 0, ..*step };
        self.agree(&last, auditor)?;
        self.pay(&last, auditor)?;
        if step.a.is_multiple_of(2) { self.go_on(step, auditor) } else { Ok(()) }
    }

    /// Everything that happens by itself.
    fn go_on(&mut self, _: &Step, _: &mut Auditor) -> Result<()> {
        for _ in 0..3 {
            self.town.bank.run_jobs_once();
            self.town.clock.advance(HOUR / 12);
        }
        Ok(())
    }

    fn repay(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        let sheet = self.chosen(step.b)?;
        let found = self
            .town
            .bank
            .read(|tx| payroll::lines(tx, &boss(), sheet, Some(LineState::Failed), &PageAsk::first(50)))?;
        let failed: Vec<_> = found.items.iter().map(|l| l.line).collect();
        let clerk = self.clerk();
        let made = self.town.bank.write(move |tx| payroll::repay(tx, &clerk, &failed, "重发"))?;
        let net = self.town.bank.read(|tx| payroll::sheet_raw(tx, made))?.net;
        self.sheets.push(made);
        auditor.repays.insert(made, (net, false));
        auditor.lines.insert(made, self.town.bank.read(|tx| payroll::lines_raw(tx, made, 0, 100))?.len());
        Ok(())
    }

    /// A card elsewhere is out of order or works again; an account here falls asleep.
    fn trouble(&mut self, step: &Step, _: &mut Auditor) -> Result<()> {
        let hand = &self.hands[step.b as usize % self.hands.len()];
        match (hand.account, step.a % 2) {
            (None, 0) => self.town.carrier.break_card(&hand.number),
            (None, _) => self.town.carrier.mend_card(&hand.number),
            (Some(account), 0) => {
                self.town.bank.write(move |tx| {
                    let asleep = Restrict::new(account, Restriction::Dormant, "久悬");
                    ledger::restrictions::restrict(tx, &boss(), &asleep).map(|_| ())
                })?;
            }
            (Some(account), _) => self.town.bank.write(move |tx| {
                let orders = ledger::restrictions::orders(tx, account)?;
                match orders.into_iter().find(|o| o.lifted_at.is_none()) {
                    Some(o) => ledger::restrictions::lift(tx, &boss(), account, o.number, "本人唤醒"),
                    None => Ok(()),
                }
            })?,
        }
        Ok(())
    }

    fn payee(&self, n: u32) -> Payee {
        match n % 6 {
            0 => Payee::Account(self.stranger.1),
            1 => Payee::Account(self.contractor),
            2 => Payee::Account(self.court),
            3 => Payee::Account(self.hands[0].account.unwrap_or(self.court)),
            4 => Payee::Number(self.hands[1].number.clone()),
            _ => {
                let bank = &demo::numbers::BANKS[1];
                Payee::External { bank: bank.code.into(), number: card_at(bank, 77), name: "外人".into() }
            }
        }
    }

    fn transfer(&mut self, step: &Step, _: &mut Auditor) -> Result<()> {
        let order =
            Order::transfer(self.guarded(step.a), self.payee(step.b), Money::cny(1 + i64::from(step.b % 50_000)));
        let receipt = payments::submit(&self.town.bank.desk, &self.anybody(step.who), order, None);
        self.heard(receipt)
    }

    fn order(&mut self, step: &Step, _: &mut Auditor) -> Result<()> {
        let kind = KINDS[usize::from(step.a / 3) % KINDS.len()];
        let order =
            Order::new(kind, self.guarded(step.a), self.payee(step.b), Money::cny(1 + i64::from(step.b % 50_000)));
        let receipt = payments::submit(&self.town.bank.desk, &self.anybody(step.who), order, None);
        self.heard(receipt)
    }

    /// Anything that was ever ordered, undone.
    fn reverse(&mut self, step: &Step, _: &mut Auditor) -> Result<()> {
        if self.instructions.is_empty() {
            return Err(Error::forbidden("nothing was ordered yet"));
        }
        let id = self.instructions[step.b as usize % self.instructions.len()];
        let receipt = payments::reverse(&self.town.bank.desk, &self.town.staff(self.town.manager), id, "误操作")?;
        let Some(asked) = receipt.approval else { return Err(Error::forbidden("it was not taken in")) };
        let hash = self.town.bank.read(|tx| approval::raw(tx, asked))?.hash_text();
        payments::approve(&self.town.bank.desk, &self.town.staff(self.town.checker), asked, &hash).map(|_| ())
    }

    /// No document, no freeze: whoever asks.
    fn restrict(&mut self, step: &Step, _: &mut Auditor) -> Result<()> {
        let kinds = [
            Restriction::NoDebits,
            Restriction::NoCredits,
            Restriction::CounterOnly,
            Restriction::Dormant,
            Restriction::Freeze,
        ];
        let kind = kinds[step.b as usize % kinds.len()];
        let amount = if kind == Restriction::Freeze { 100 } else { 0 };
        let ask = Restrict { amount, ..Restrict::new(self.guarded(step.a), kind, "工程款纠纷") };
        let domain = step.who.is_multiple_of(2);
        let done = self.town.bank.write(move |tx| match domain {
            true => worksite::end::restrict(tx, &boss(), &ask),
            false => ledger::restrictions::restrict(tx, &boss(), &ask),
        });
        match done {
            Ok(n) => Err(Error::broken(format!("wage money was restricted without a document, order {n}"))),
            Err(why) => Err(why),
        }
    }

    /// A court's document, with or without its file.
    fn legal_order(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        let (from, today) = (self.guarded(step.a), self.town.clock.now().local_date());
        let deduct = step.b.is_multiple_of(2);
        let amount = Money::cny(1_000 + i64::from(step.b % 100_000));
        let (project, evidence) =
            (self.project, if step.who.is_multiple_of(4) { Vec::new() } else { self.evidence.clone() });
        let to = [self.court, self.contractor, self.stranger.1][step.b as usize / 2 % 3];
        let new = OrderNew {
            project,
            account: from,
            action: if deduct { Action::Deduct } else { Action::Freeze },
            authority: "望潮区人民法院".into(),
            document: format!("执-{}", step.b),
            officer: "张法官".into(),
            basis: if step.who.is_multiple_of(2) { Basis::TheseWages } else { Basis::OtherLaw },
            article: if step.who.is_multiple_of(2) {
                String::new()
            } else {
                "民事诉讼法第二百五十三条".into()
            },
            amount,
            until: (!deduct).then(|| today.plus_days(10)),
            pay_to: deduct.then_some(to),
            evidence,
        };
        let by = if step.who.is_multiple_of(5) { self.anybody(step.who) } else { self.town.staff(self.town.risk) };
        let (id, asked) = self.town.bank.write(move |tx| {
            let id = worksite::end::order_enter(tx, &by, new.clone())?;
            Ok((id, worksite::end::order(tx, &boss(), id)?.approval))
        })?;
        if evidence_is_missing(step) {
            return Err(Error::broken("a document without its file was taken in"));
        }
        self.orders.push((id, asked));
        if deduct {
            auditor.asked.insert(asked, Taken { from, to, amount: amount.minor, used: false });
        } else {
            auditor.freezes.insert(asked, Frozen { account: from, amount: amount.minor, until: today.plus_days(10) });
        }
        Ok(())
    }

    /// Money comes in, a court's document on the wage account is entered and agreed to.
    fn deduct(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        self.fund(&Step { a: 1, ..*step }, auditor)?;
        self.legal_order(&Step { a: 0, who: 2, b: step.b & !1, ..*step }, auditor)?;
        self.decide(&Step { who: 1, b: 0, ..*step }, auditor)
    }

    /// A court's document freezes a part of the wage account, agreed to.
    fn freeze(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        self.fund(&Step { a: 1, ..*step }, auditor)?;
        self.legal_order(&Step { a: 0, who: 2, b: step.b | 1, ..*step }, auditor)?;
        self.decide(&Step { who: 1, b: 0, ..*step }, auditor)
    }

    /// Wages that came back are paid again to cards that work, and then the end, as honest people would have it.
    fn whole_end(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        self.hands.iter().for_each(|h| self.town.carrier.mend_card(&h.number));
        self.fund(&Step { a: 1, b: 30_000_000, ..*step }, auditor)?;
        for wait in 0..3 {
            let last = Step { who: 1, b: wait, ..*step };
            let _ = self.agree(&last, auditor);
            let _ = self.pay(&last, auditor);
            self.town.clock.advance(DAY * 4);
            self.go_on(step, auditor)?;
        }
        self.end(&Step { b: step.b | 1, ..*step }, auditor)
    }

    /// Somebody says yes to what waits: a document, a notice, a closing.
    fn decide(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        let waiting: Vec<ApprovalId> = self
            .orders
            .iter()
            .map(|(_, a)| *a)
            .chain(self.notices.iter().map(|(_, a)| *a))
            .chain(self.closings.iter().copied())
            .collect();
        let Some(id) = waiting.iter().rev().nth(step.b as usize % waiting.len().clamp(1, 4)).copied() else {
            return Ok(());
        };
        let by = match step.who % 6 {
            0 | 3 => self.anybody(step.who),
            // Who entered documents, and who took notices and closings in: they try to agree to their own.
            4 => self.town.staff(self.town.risk),
            5 => self.town.staff(self.town.officer),
            _ => self.town.staff(self.town.checker),
        };
        let hash = self.town.bank.read(|tx| approval::raw(tx, id))?.hash_text();
        let (desk, guarantees) = (self.town.bank.desk.clone(), self.notices.iter().any(|(_, a)| *a == id));
        self.town.bank.write(move |tx| match guarantees {
            true => guarantee::approval_yes(&desk, tx, &by, id, &hash),
            false => worksite::end::approval_yes(&desk, tx, &by, id, &hash),
        })?;
        self.believe(id, auditor)
    }

    /// The auditor believes a yes when maker and checker are two.
    fn believe(&mut self, id: ApprovalId, auditor: &mut Auditor) -> Result<()> {
        let row = self.town.bank.read(|tx| approval::raw(tx, id))?;
        if row.state != approval::State::Executed {
            return Ok(());
        }
        let two = row.decided_by.as_ref().is_some_and(|by| *by != row.maker);
        if !two {
            return Err(Error::broken(format!("{id} was agreed to by its maker")));
        }
        if let Some(taken) = auditor.asked.remove(&id) {
            auditor.taken.push(taken);
        }
        if let Some(frozen) = auditor.freezes.remove(&id) {
            auditor.frozen.push(frozen);
        }
        if let Some(amount) = auditor.notices.remove(&id) {
            auditor.noticed += amount;
        }
        if self.closings.contains(&id) {
            auditor.closing = true;
        }
        Ok(())
    }

    /// The steps of the end, in whatever order they are tried.
    fn close(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        let (project, today, staff) =
            (self.project, self.town.clock.now().local_date(), self.town.staff(self.town.officer));
        let clerk = self.clerk();
        match step.a % 4 {
            0 => {
                let done =
                    self.town.bank.write(move |tx| worksite::end::completed(tx, &clerk, project, today, "竣工-1"))?;
                if done == party::Change::Done {
                    auditor.completed = Some(today);
                }
            }
            1 => self.town.bank.write(move |tx| worksite::end::pledged(tx, &clerk, project, "承诺书-1")).map(|_| ())?,
            2 => {
                self.town.bank.write(move |tx| worksite::end::notice_begin(tx, &clerk, project, "工资已结清公示"))?;
                auditor.notice_from.get_or_insert(today);
            }
            _ => {
                let to = if step.who.is_multiple_of(4) { self.court } else { self.contractor };
                let asked = self.town.bank.write(move |tx| worksite::end::close_ask(tx, &staff, project, to, ""))?;
                if to != self.contractor {
                    return Err(Error::broken("a closing pays somebody else than the contractor"));
                }
                self.closings.push(asked);
            }
        }
        Ok(())
    }

    /// All steps of the end in their order, with what is open settled before, as far as that goes.
    fn end(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        for sheet in self.sheets.clone() {
            let clerk = self.clerk();
            let done = self.town.bank.write(move |tx| payroll::cancel(tx, &clerk, sheet, "完工清理"));
            if matches!(done, Ok(party::Change::Done)) {
                auditor.cancelled.insert(sheet);
                auditor.sheets.entry(sheet).and_modify(|(_, yes)| *yes = false);
                auditor.repays.entry(sheet).and_modify(|(_, yes)| *yes = false);
            }
        }
        for a in 0..3 {
            let _ = self.close(&Step { a, ..*step }, auditor);
        }
        let wait = if step.b.is_multiple_of(3) { 20 } else { 32 };
        self.town.clock.advance(DAY * wait);
        self.go_on(step, auditor)?;
        self.close(&Step { a: 3, who: 1, ..*step }, auditor)?;
        self.decide(&Step { who: 1, b: 0, ..*step }, auditor)
    }

    fn days(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        self.town.clock.advance(DAY * (1 + i64::from(step.b) % DAYS_AT_ONCE));
        self.go_on(step, auditor)
    }

    fn years(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        if !step.b.is_multiple_of(4) {
            return self.go_on(step, auditor);
        }
        self.town.clock.advance(DAY * YEARS_DAYS);
        self.go_on(step, auditor)
    }

    /// A bureau's notice to pay some workers out of the deposit.
    fn notice(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        let today = self.town.clock.now().local_date();
        let chosen = self.hands.iter().enumerate().filter(|(n, _)| step.a >> n & 1 == 1);
        let workers: Vec<Named> = chosen.map(|(_, h)| Named { worker: h.worker, amount: 50_000 }).collect();
        let amount = workers.iter().map(|w| w.amount).sum();
        let proof = if step.who.is_multiple_of(4) { String::new() } else { "未履行证明".to_owned() };
        let unproven = proof.is_empty();
        let new = NoticeNew {
            guarantee: self.guarantee,
            bureau: None,
            bureau_name: "望潮区人力资源和社会保障局".into(),
            number: format!("劳监-{}", step.b),
            officer: "李监察员".into(),
            basis: "保障农民工工资支付条例".into(),
            issued_on: today,
            settle_order: "责令-1".into(),
            settle_ordered_on: today.plus_days(-10),
            default_proof: proof,
            defaulted_on: today.plus_days(-3),
            workers,
        };
        let staff = self.town.staff(self.town.officer);
        let (id, asked) = self.town.bank.write(move |tx| {
            let id = guarantee::notice_receive(tx, &staff, new.clone())?;
            Ok((id, guarantee::notice_ask(tx, &staff, id, "")?))
        })?;
        if unproven {
            return Err(Error::broken("a notice without proof of default was taken in"));
        }
        self.notices.push((id, asked));
        auditor.notices.entry(asked).or_insert(amount);
        Ok(())
    }

    /// A file of payments whose payer is the wage account.
    fn bulk(&mut self, step: &Step, _: &mut Auditor) -> Result<()> {
        let csv = format!("收款人户名,收款账号,金额,用途\n外人,{},{}.00,货款\n", own_card(6), 1 + step.b % 500);
        let upload = bulk::Upload {
            debit: self.guarded(step.a),
            file_name: "付款.csv".into(),
            bytes: csv.into_bytes(),
            own_names: vec![],
        };
        let clerk = self.clerk();
        let taken = bulk::take_in(&self.town.bank.store, &clerk, upload)?;
        let by = clerk.clone();
        let submitted = self.town.bank.write(move |tx| bulk::submit(tx, &by, taken.file))?;
        if let bulk::Submitted::Asked(asked) = submitted {
            let hash = self.town.bank.read(|tx| approval::raw(tx, asked))?.hash_text();
            let checker = self.checker();
            self.town.bank.write(move |tx| bulk::approve(tx, &checker, asked, &hash).map(|_| ()))?;
        }
        bulk::resume(&self.town.bank.desk, 10).map(|_| ())
    }

    /// A worker's new card, with or without a second person.
    fn account(&mut self, step: &Step, auditor: &mut Auditor) -> Result<()> {
        let n = step.b as usize % self.hands.len();
        let (worker, person, clerk) = (self.hands[n].worker, self.hands[n].person, self.clerk());
        let (strange, number) = (step.a.is_multiple_of(3), own_card(1_000 + u64::from(step.b)));
        let by: Actor = if step.who.is_multiple_of(2) { self.anybody(step.who) } else { self.checker() };
        let given = if strange { own_card(6) } else { number.clone() };
        let book = self.town.branch.book();
        let account = self.town.bank.write(move |tx| {
            let account = open_card(tx, person, book, &number)?;
            let asked = payroll::account_change_ask(
                tx,
                &clerk,
                worker,
                AccountGiven { number: given.clone(), bank: String::new() },
                "",
            )?;
            let hash = approval::raw(tx, asked)?.hash_text();
            payroll::approve(tx, &by, asked, &hash)?;
            Ok(account)
        })?;
        if strange {
            return Err(Error::broken("a stranger's account became a worker's"));
        }
        auditor.accounts.insert(account, n);
        self.hands[n].account = Some(account);
        Ok(())
    }
}

fn evidence_is_missing(step: &Step) -> bool {
    step.who.is_multiple_of(4)
}
