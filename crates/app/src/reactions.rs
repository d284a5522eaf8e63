//! Which event leads to what. One match; everything else here carries it out.
use crate::notices::{self, Draft};
use crate::{counted, followed, judged, watch};
use kernel::id::{
    AccountId, ApprovalId, ClearingId, CrewId, FirmId, InstructionId, PayLineId, PaySheetId, PersonId, ProjectId,
};
use kernel::{Currency, Error, Money, Owner, Result};
use ledger::Purpose;
use serde_json::Value;
use std::collections::BTreeMap;
use store::{Outbox, Tx};

/// One consequence of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reaction {
    PayLinePaid,
    PayLineReturned,
    /// Money that came into a site's wage account meets what its owner owes (`credit`).
    WageMoneyIn,
    /// The guard counts who signed in on which device (`who`, `login`, `device`).
    GuardSees,
    /// The till that waits for this payment counts what it moved.
    TillFollows,
    /// The desk of cases looks into it.
    BecomesCase,
    /// Due diligence: the customer of a case that ended is judged anew, what an upheld objection is about is given back.
    Judges,
    /// Whoever pays (`payer`).
    TellPayer,
    /// Members of the payer's family who may hear of what is unusual on the account (`payer`, `debit`).
    TellFamily,
    /// The trusted contacts of whoever pays or wants to loosen his lock (`payer`, `person`).
    TellTrusted,
    /// Whose account inside the bank was credited (`credit`).
    TellPayee,
    /// The maker of what waited for approval, unless he ended it himself.
    TellMaker,
    /// The firm whose users may approve it.
    TellFirmOfApproval,
    /// The firm of the project or pay sheet.
    TellFirm,
    /// The person named in the event (`person`).
    TellPerson,
    /// Everybody whose wage came in: all lines of a chunk, or one at another bank.
    TellPaid,
    /// The principal named in the event (`who` or `holder`).
    TellPrincipal,
    /// The principal, when he signed in with a device never seen with this login.
    TellOfNewDevice,
    /// The holder of the card or line (`owner`); of a statement only when something is owed.
    TellHolder,
    /// Whose party was frozen or released (`subject`).
    TellSubject,
    /// The owner of the deposit, the account or the order for units (`owner`).
    TellOwner,
    /// The subcontractor whose crew or sheet it is; nobody where the crew is the main contractor's own.
    TellCrew,
    /// Every worker who is asked to sign a line.
    TellToSign,
    /// Whose account it is (`account`), where the event names no owner.
    TellOfAccount,
    /// The labour bureau next to the place (`region`), of a warning when it is the bureau's turn.
    TellBureau,
    /// The workers of a case of arrears (`case`).
    TellWorkers,
    /// Staff whose turn it is now: of the site's branch a warning or a case (`step`), of one project once a day; of the branch whom a
    /// teller calls to a talk.
    TellStaff,
}

use Reaction::*;

fn reactions(kind: &str) -> &'static [Reaction] {
    match kind {
        "clearing.paid" => &[PayLinePaid],
        "clearing.returned" => &[PayLineReturned, TellPayer],
        "payment.posted" => &[TillFollows, WageMoneyIn, TellPayer, TellPayee],
        "payment.challenged" => &[BecomesCase, TellPayer, TellFamily],
        "payment.delayed" | "payment.held" => &[BecomesCase, TellPayer, TellFamily, TellTrusted],
        "payment.awaiting_approval" => &[TellPayer],
        "payment.refused" => &[BecomesCase, TillFollows, TellPayer, TellTrusted],
        "payment.cancelled" | "payment.expired" => &[TillFollows, TellPayer],

        "approval.asked" | "approval.first_approved" => &[TellFirmOfApproval],
        "approval.refused" | "approval.sent_back" | "approval.expired" => &[TellMaker],
        "approval.executed" | "approval.failed" => &[TellMaker],

        "payroll.project_opened" | "payroll.sheet_submitted" | "payroll.sheet_checked" => &[TellFirm],
        "payroll.sheet_sent_back" | "payroll.sheet_cancelled" => &[TellFirm],
        "payroll.site_rules_put" | "payroll.money_returned" => &[TellFirm],
        "payroll.run_finished" => &[TellFirm, TellCrew],
        "payroll.line_failed" => &[TellPerson],
        "payroll.chunk_paid" | "payroll.line_paid" => &[TellPaid],

        "worksite.funding_late" | "worksite.forecast_short" => &[TellFirm],
        "worksite.top_up_approved" | "worksite.top_up_refused" => &[TellFirm],
        "crews.to_sign" => &[TellToSign],
        "crews.reviewed" | "crews.returned" => &[TellCrew],
        "crews.review_opened" | "crews.submitted" | "crews.taken_further" => &[TellFirm],
        "crews.objected" | "crews.cleared" => &[TellFirm, TellCrew],
        "crews.answered" => &[TellPerson],

        "guard.party_frozen" | "guard.party_released" => &[TellSubject],

        "party.signed_in" => &[GuardSees, TellOfNewDevice],
        "party.login_paused" | "party.granted" | "party.revoked" => &[TellPrincipal],
        "party.passkey_made" | "party.passkey_removed" | "party.passkey_suspect" => &[TellPrincipal],
        "party.tier_changed" | "party.phone_changed" | "party.address_changed" => &[TellPerson],
        "party.document_changed" | "diligence.lowered" | "diligence.given_back" => &[TellPerson],
        "party.manager_assigned" => &[TellPerson],
        "family.invited" | "family.accepted" | "family.declined" | "family.ended" => &[TellPerson],
        "safety.locked" | "safety.loosening_withdrawn" | "safety.loosened" => &[TellPerson],
        "safety.loosening_asked" => &[TellPerson, TellTrusted],
        "safety.contact_named" | "safety.contact_accepted" | "safety.contact_ended" => &[TellPerson],
        "safety.report_decided" => &[TellPerson],
        "call_back.taken" | "call_back.not_reached" | "call_back.given_up" | "call_back.overdue" => &[TellPerson],
        "party.visit_begun" => &[TellPerson],

        "cards.approved" | "cards.declined" | "cards.produced" | "cards.lost" | "cards.closed" => &[TellHolder],
        "cards.stated" => &[TellHolder],

        "deposits.due_soon" | "deposits.matured" | "deposits.rolled" | "deposits.overdue" => &[TellOwner],
        "deposits.asleep" | "deposits.woken" => &[TellOfAccount],
        "account.restricted" | "account.lifted" | "account.closed" => &[TellOwner],
        "wealth.in_review" | "wealth.cooling" | "wealth.due" | "wealth.confirmed" => &[TellOwner],
        "wealth.refused" | "wealth.cancelled" => &[TellOwner],
        "orders.placed" | "orders.renewed" | "orders.taken" | "orders.ended" => &[TellOwner],
        "till.interrupted" | "till.interrupted_open" => &[TellOwner],

        "arrears.case_told" | "arrears.case_closed" => &[TellFirm],
        "arrears.warned" => &[TellFirm, TellStaff],
        "arrears.escalated" => &[TellFirm, TellBureau, TellStaff],
        "arrears.case_passed_on" => &[TellStaff],
        "arrears.case_opened" => &[TellFirm, TellWorkers, TellBureau, TellStaff],
        "arrears.case_reported" => &[TellPrincipal, TellBureau],
        "arrears.case_ordered" | "arrears.case_noticed" => &[TellFirm, TellPrincipal],
        "arrears.case_defaulted" => &[TellFirm, TellPrincipal, TellBureau],
        "arrears.case_paid" => &[TellFirm, TellPrincipal, TellWorkers],
        "arrears.complaint_received" => &[TellBureau],
        "guarantee.duty_set" | "guarantee.duty_late" | "guarantee.opened" | "guarantee.near_end" => &[TellFirm],
        "guarantee.notice_received" | "guarantee.notice_called" | "guarantee.notice_paid" => &[TellFirm],
        "guarantee.refilled" | "guarantee.refill_late" | "guarantee.returned" => &[TellFirm],
        "worksite.notice_begun" | "worksite.objected" | "worksite.closed" => &[TellFirm],
        "worksite.order_froze" | "worksite.order_deducted" | "worksite.order_lifted" => &[TellFirm],

        "guard.case_wanted" | "safety.reported" => &[BecomesCase],
        "talk.manager_called" | "talk.police_called" => &[TellStaff],
        "case.closed" => &[Judges],
        "case.appeal_decided" => &[Judges, TellPerson],

        "webhook.disabled" => &[TellFirm],
        _ => &[],
    }
}

/// A run that ended, as the subcontractor hears of it.
const CREW_PAID: &str = "crews.paid";

/// Whether an event is told to many at once.
pub(crate) fn is_heavy(kind: &str) -> bool {
    matches!(kind, "payroll.chunk_paid" | "crews.to_sign")
}

/// Consumer of what moves other domains on.
pub(crate) fn processes(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    for reaction in reactions(&event.kind) {
        match reaction {
            PayLinePaid | PayLineReturned => pay_line(tx, event, *reaction)?,
            TillFollows => till::follow(tx, id::<InstructionId>(event, "instruction")?)?,
            WageMoneyIn => wage_money_in(tx, event)?,
            BecomesCase => followed::heard(tx, event)?,
            GuardSees => followed::signed_in(tx, event)?,
            Judges => judged::heard(tx, event)?,
            _ => {}
        }
    }
    counted::heard(tx, event)?;
    watch::look_again(tx, event)
}

/// Consumer of what people are told.
pub(crate) fn notices(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    let mut told: Vec<String> = Vec::new();
    for reaction in reactions(&event.kind) {
        if *reaction == TellPaid {
            let drafts = paid(tx, event)?;
            notices::tell_all(tx, &drafts)?;
            continue;
        }
        if *reaction == TellToSign {
            let drafts = to_sign(tx, event)?;
            notices::tell_all(tx, &drafts)?;
            continue;
        }
        if *reaction == TellFamily {
            let drafts = family(tx, event)?;
            notices::tell_all(tx, &drafts)?;
            continue;
        }
        if *reaction == TellTrusted {
            let drafts = trusted(tx, event)?;
            notices::tell_all(tx, &drafts)?;
            continue;
        }
        if *reaction == TellStaff {
            let drafts = watch::staff(tx, event)?;
            notices::tell_all(tx, &drafts)?;
            continue;
        }
        if matches!(reaction, TellBureau | TellWorkers) {
            let draft = |recipient: &str, side: &str| side_draft(event, *reaction, recipient, side);
            let drafts = if *reaction == TellBureau { watch::bureau(tx, event)? } else { watch::workers(tx, event)? };
            let extra = more(tx, event)?;
            let mut all: Vec<Draft> = drafts.iter().map(|(to, side)| draft(to, side)).collect();
            all.iter_mut().for_each(|d| d.args.extend(extra.clone()));
            notices::tell_all(tx, &all)?;
            continue;
        }
        let Some(recipient) = recipient(tx, event, *reaction)? else { continue };
        if !told.contains(&recipient) {
            let mut draft = draft(event, *reaction, recipient.clone());
            draft.args.extend(more(tx, event)?);
            if *reaction == TellCrew && event.kind == "payroll.run_finished" {
                draft.kind = CREW_PAID.into();
                draft.args.extend(of_crew(tx, event)?);
            }
            notices::tell(tx, &draft)?;
            told.push(recipient);
        }
    }
    Ok(())
}

/// A wage to another bank came to its end. Other payments have no pay line: then there is nothing to do.
fn pay_line(tx: &mut Tx<'_>, event: &Outbox, reaction: Reaction) -> Result<()> {
    let Ok(line) = text(event, "reference").parse::<PayLineId>() else { return Ok(()) };
    let item = id::<ClearingId>(event, "item")?;
    match reaction {
        PayLinePaid => payroll::on_clearing_paid(tx, line, item)?,
        _ => payroll::on_clearing_returned(tx, line, item, text(event, "reason"))?,
    };
    Ok(())
}

/// Money in an account may be what a site's owner owes. What comes back from failed wages is not: it was paid in before.
fn wage_money_in(tx: &mut Tx<'_>, event: &Outbox) -> Result<()> {
    let (Ok(account), Some(amount)) = (text(event, "credit").parse::<AccountId>(), money(event)) else {
        return Ok(());
    };
    if is_part_of_a_run(event) {
        return Ok(());
    }
    let project = text(event, "reference").parse::<ProjectId>().ok();
    let funded = worksite::Funded { id: text(event, "instruction").to_owned(), account, amount, project };
    worksite::on_funded(tx, &funded).map(|_| ())
}

/// What everybody hears whose wage came in. A line that was returned since is told by that.
fn paid(tx: &mut Tx<'_>, event: &Outbox) -> Result<Vec<Draft>> {
    let number = |field: &str| event.payload[field].as_i64().unwrap_or_default();
    let lines = match text(event, "line").parse::<PayLineId>() {
        Ok(line) => payroll::paid_line(tx, line)?.into_iter().collect(),
        Err(_) => payroll::paid_in_chunk(tx, id::<PaySheetId>(event, "sheet")?, number("after"), number("last"))?,
    };
    Ok(lines.into_iter().map(wage_draft).collect())
}

fn wage_draft(p: payroll::Paid) -> Draft {
    let account = format!("{} {}", p.account, p.bank).trim().to_owned();
    let args = [
        ("wage", p.kind.code().to_owned()),
        ("period", p.period.to_string()),
        ("amount", p.net.plain()),
        ("currency", p.net.currency.code().to_owned()),
        ("account", account),
        ("employer", p.employer),
    ];
    let args = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Draft { recipient: p.person.to_string(), kind: "payroll.line_paid".into(), args, about: p.line.to_string() }
}

/// What everybody hears who is asked to sign a line.
fn to_sign(tx: &mut Tx<'_>, event: &Outbox) -> Result<Vec<Draft>> {
    let number = |field: &str| event.payload[field].as_i64().unwrap_or_default();
    let asked = crews::to_sign_in_chunk(tx, id::<PaySheetId>(event, "sheet")?, number("after"), number("last"))?;
    let draft = |a: crews::ToSign| {
        let args = [
            ("wage", a.kind.code().to_owned()),
            ("period", a.period.to_string()),
            ("amount", a.net.plain()),
            ("currency", a.net.currency.code().to_owned()),
            ("employer", a.employer),
        ];
        let args = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Draft { recipient: a.person.to_string(), kind: event.kind.clone(), args, about: a.line.to_string() }
    };
    Ok(asked.into_iter().map(draft).collect())
}

/// The subcontractor of the crew or the sheet that an event is about.
fn subcontractor(tx: &mut Tx<'_>, event: &Outbox) -> Result<Option<FirmId>> {
    if let Ok(crew) = text(event, "crew").parse::<CrewId>() {
        return Ok(crews::crew_raw(tx, crew)?.firm);
    }
    text(event, "sheet").parse::<PaySheetId>().map_or(Ok(None), |sheet| crews::firm_of_sheet(tx, sheet))
}

/// What a notice about a crew names: its team, the project, the month.
fn of_crew(tx: &mut Tx<'_>, event: &Outbox) -> Result<Vec<(String, String)>> {
    let mut args = Vec::new();
    if let Ok(crew) = text(event, "crew").parse::<CrewId>() {
        args.push(("team".to_owned(), crews::crew_raw(tx, crew)?.team));
    }
    let of_line = text(event, "line").parse::<PayLineId>().ok().map(|l| payroll::line_raw(tx, l)).transpose()?;
    let of_sheet = text(event, "sheet").parse::<PaySheetId>().ok().map(|s| payroll::sheet_raw(tx, s)).transpose()?;
    let named = text(event, "project").parse::<ProjectId>().ok();
    if let Some(project) = named.or(of_sheet.as_ref().map(|s| s.project)) {
        args.push(("project".to_owned(), payroll::project_raw(tx, project)?.name));
    }
    let said = text(event, "period").to_owned();
    let period = of_line.map(|l| l.period).or(of_sheet.map(|s| s.period)).map_or(said, |p| p.to_string());
    args.push(("period".to_owned(), period));
    Ok(args)
}

/// What the family hears of a payment that the guard stopped or holds: that there is one, not to whom.
fn family(tx: &mut Tx<'_>, event: &Outbox) -> Result<Vec<Draft>> {
    let (Ok(Owner::Person(owner)), Ok(account)) = (text(event, "payer").parse(), text(event, "debit").parse()) else {
        return Ok(Vec::new());
    };
    let members = party::family::alerted(tx, owner, account)?;
    let from = party::person(tx, owner)?.name_masked;
    let draft = |member: PersonId| {
        let money = money(event).and_then(|m| serde_json::to_value(m).ok()).unwrap_or_default();
        let part = |name: &str| (name.to_owned(), money[name].as_str().unwrap_or_default().to_owned());
        let args = BTreeMap::from([("from".to_owned(), from.clone()), part("amount"), part("currency")]);
        let args = args.into_iter().collect();
        Draft { recipient: member.to_string(), kind: "payment.unusual.family".into(), args, about: String::new() }
    };
    Ok(members.into_iter().map(draft).collect())
}

/// What trusted contacts hear: whose payment was delayed or stopped, or that his lock is to be loosened; no sum, no payee, no
/// account.
fn trusted(tx: &mut Tx<'_>, event: &Outbox) -> Result<Vec<Draft>> {
    let asked = event.kind == "safety.loosening_asked";
    let of = text(event, if asked { "person" } else { "payer" });
    let Ok(Owner::Person(owner)) = of.parse() else { return Ok(Vec::new()) };
    if event.kind == "payment.refused" && !crate::fraud::stops(text(event, "refusal")) {
        return Ok(Vec::new());
    }
    let members = safety::told(tx, owner)?;
    let from = party::person(tx, owner)?.name_masked;
    let kind = if asked { "safety.loosening.trusted" } else { "payment.stopped.trusted" };
    let draft = |member: PersonId| Draft {
        recipient: member.to_string(),
        kind: kind.into(),
        args: [("from".to_owned(), from.clone())].into_iter().collect(),
        about: String::new(),
    };
    Ok(members.into_iter().map(draft).collect())
}

/// Who hears of it; `None` for nobody.
fn recipient(tx: &mut Tx<'_>, event: &Outbox, reaction: Reaction) -> Result<Option<String>> {
    let of_owner = |owner: &str| match owner.parse::<Owner>() {
        Ok(Owner::Person(_) | Owner::Firm(_)) => Some(owner.to_owned()),
        _ => None,
    };
    let principal = |name: &str| (name.starts_with("pers_") || name.starts_with("staf_")).then(|| name.to_owned());
    Ok(match reaction {
        PayLinePaid | PayLineReturned | TillFollows | WageMoneyIn | BecomesCase | GuardSees | TellPaid | TellFamily
        | TellTrusted | TellToSign | Judges => None,
        TellBureau | TellWorkers | TellStaff => None,
        TellCrew => subcontractor(tx, event)?.map(|firm| firm.to_string()),
        TellPayer if is_part_of_a_run(event) || is_of_an_order(event) => None,
        TellPayer => of_owner(text(event, "payer")),
        TellSubject if stands_for_an_order(tx, event)? => None,
        TellSubject => of_owner(text(event, "subject")),
        // Told with its reason by the event that follows it.
        TellPerson if event.kind == "party.tier_changed" && event.correlation == diligence::PROCESS => None,
        TellPerson => of_owner(text(event, "person")),
        TellHolder if event.kind == "cards.stated" && money(event).is_none_or(|m| m.is_zero()) => None,
        TellHolder => of_owner(text(event, "owner")),
        TellOwner if is_told_otherwise(tx, event)? => None,
        TellOwner => of_owner(text(event, "owner")),
        TellOfAccount => of_owner(&ledger::view(tx, id(event, "account")?)?.account.owner.to_string()),
        TellPayee => match text(event, "credit").parse::<AccountId>() {
            Ok(credit) => of_owner(&ledger::view(tx, credit)?.account.owner.to_string()),
            Err(_) => None,
        },
        TellMaker => principal(text(event, "maker")).filter(|maker| maker != text(event, "by")),
        TellPrincipal => principal(text(event, "who")).or_else(|| principal(text(event, "holder"))),
        TellOfNewDevice if event.payload["new_device"] != Value::Bool(true) => None,
        TellOfNewDevice => principal(text(event, "who")),
        TellFirmOfApproval | TellFirm => firm(tx, event)?.map(|firm| firm.to_string()),
    })
}

/// Of an order on an account what has a notice of its own; of an order for units what its owner does not wait for.
fn is_told_otherwise(tx: &mut Tx<'_>, event: &Outbox) -> Result<bool> {
    Ok(match event.kind.split_once('.') {
        Some(("account", _)) if text(event, "kind") == "dormant" => true,
        Some(("account", _)) => {
            let of: AccountId = id(event, "account")?;
            let number = event.payload["number"].as_i64().unwrap_or_default();
            if orders::keeps_account(tx, of, number)? {
                return Ok(true);
            }
            let account = ledger::view(tx, of)?.account;
            let own = matches!(account.purpose, Purpose::General | Purpose::Wage | Purpose::Deposit);
            !own || account.side != ledger::Side::Credit
        }
        Some(("wealth", "due")) => text(event, "kind") == "subscribe",
        _ => false,
    })
}

/// What is looked up for a notice: the account by its number, masked, a product's name, and the last day of an answer.
fn more(tx: &mut Tx<'_>, event: &Outbox) -> Result<Vec<(String, String)>> {
    let mut args = Vec::new();
    let account = match event.kind.as_str() {
        "deposits.matured" => Some(id::<AccountId>(event, "linked")?),
        kind if NUMBERED.iter().any(|domain| kind.starts_with(domain)) => Some(id::<AccountId>(event, "account")?),
        _ => None,
    };
    if let Some(account) = account {
        let number = ledger::view(tx, account)?.account.number;
        args.push(("account".into(), kernel::chinese::mask_card(&number)));
    }
    for lang in ["zh", "en"] {
        if let Some(name) = event.payload["name"][lang].as_str() {
            args.push((format!("name_{lang}"), name.into()));
        }
    }
    let of_site = ["arrears.", "guarantee.", "worksite."].iter().any(|domain| event.kind.starts_with(domain));
    if let (true, true, Ok(project)) =
        (of_site, text(event, "place").is_empty(), text(event, "project").parse::<ProjectId>())
    {
        args.push(("place".into(), payroll::project_raw(tx, project)?.name));
        args.extend(of_end(event));
    }
    if event.kind.starts_with("crews.") {
        args.extend(of_crew(tx, event)?);
    }
    if event.kind == "till.interrupted_open" {
        let day = kernel::Date::parse(text(event, "date"))?;
        args.push(("due".into(), till::machine::answered_by(day, &payroll::is_business_day).to_string()));
    }
    Ok(args)
}

/// The day and the sum that a notice about a guarantee or the end of a site names, whatever its event calls them.
fn of_end(event: &Outbox) -> Vec<(String, String)> {
    let mut args = Vec::new();
    let day = ["due_on", "refill_by", "pay_by", "until"].into_iter().map(|field| text(event, field));
    if let Some(day) = day.into_iter().find(|day| kernel::Date::parse(day).is_ok()) {
        args.push(("due".into(), day.to_owned()));
    }
    let sum = ["short", "owed", "balance"].into_iter().map(|field| event.payload[field].clone());
    if let Some(sum) = sum.into_iter().find_map(|v| serde_json::from_value::<Money>(v).ok()) {
        args.push(("amount".into(), sum.plain()));
        args.push(("currency".into(), sum.currency.code().to_owned()));
    }
    args
}

/// A freeze of a party that stands for an order of an authority: the order says whether its owner may hear of it.
fn stands_for_an_order(tx: &mut Tx<'_>, event: &Outbox) -> Result<bool> {
    let Ok(subject) = text(event, "subject").parse::<Owner>() else { return Ok(false) };
    orders::keeps_party(tx, subject, event.payload["number"].as_i64().unwrap_or_default())
}

/// What an authority took is told by its order, or not at all.
pub(crate) fn is_of_an_order(event: &Outbox) -> bool {
    text(event, "what") == "legal_deduction" && text(event, "reference").starts_with("aord_")
}

/// The many payments of a pay run are told as the run, not one by one.
pub(crate) fn is_part_of_a_run(event: &Outbox) -> bool {
    matches!(text(event, "what"), "wage_pay" | "wage_return") || text(event, "reference").starts_with("plin_")
}

/// The firm an event is about: it may hear of it, also by a webhook. `None` when it is about no firm.
pub(crate) fn firm(tx: &mut Tx<'_>, event: &Outbox) -> Result<Option<FirmId>> {
    let domain = event.kind.split('.').next().unwrap_or_default();
    let named = |field| text(event, field).parse::<FirmId>().ok();
    match domain {
        "payment" | "clearing" => Ok(named("payer")),
        "webhook" | "worksite" | "guarantee" | "arrears" => Ok(named("firm")),
        "approval" => Ok(approval::raw(tx, id::<ApprovalId>(event, "approval")?)?.firm),
        "payroll" if named("firm").is_some() => Ok(named("firm")),
        "crews" | "payroll" => {
            match (text(event, "sheet").parse::<PaySheetId>(), text(event, "project").parse::<ProjectId>()) {
                (Ok(sheet), _) => Ok(Some(payroll::sheet_raw(tx, sheet)?.firm)),
                (_, Ok(project)) => Ok(Some(payroll::project_raw(tx, project)?.firm)),
                _ => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

/// Fields of events that a notice may show, as they are.
const SHOWN: &[&str] = &[
    "reference",
    "reason",
    "until",
    "state",
    "paid",
    "failed",
    "processing",
    "lines",
    "role",
    "from",
    "to",
    "basis",
    "kind",
    "refusal",
    "url",
    "failures",
    "masked",
    "place",
    "due",
    "matures",
    "rollover",
    "units",
    "pays_on",
    "why",
];

/// Domains whose notices name the account.
const NUMBERED: &[&str] = &["deposits.", "account.", "till.interrupted"];
/// Sums of money in events besides the amount.
const SUMS: &[&str] = &["interest", "open"];

fn draft(event: &Outbox, reaction: Reaction, recipient: String) -> Draft {
    let side = if reaction == TellPayee { ".payee" } else { "" };
    let mut args: Vec<(String, String)> = Vec::new();
    for field in SHOWN {
        match &event.payload[*field] {
            Value::String(text) if !text.is_empty() => args.push(((*field).into(), text.clone())),
            Value::Number(n) => args.push(((*field).into(), n.to_string())),
            _ => {}
        }
    }
    // A payee sees what he got; the payer sees to whom it went, masked.
    if reaction == TellPayer && !text(event, "payee").is_empty() {
        args.push(("payee".into(), text(event, "payee").into()));
    }
    if let Some(money) = money(event).and_then(|m| serde_json::to_value(m).ok()) {
        // Digits and code apart: pages write them in the reader's way.
        let part = |name: &str| (name.to_owned(), money[name].as_str().unwrap_or_default().to_owned());
        args.extend([part("amount"), part("currency")]);
    }
    for field in SUMS {
        if let Ok(sum) = serde_json::from_value::<Money>(event.payload[*field].clone()) {
            args.push(((*field).into(), sum.plain()));
        }
    }
    let about = Some(text(event, "line")).filter(|line| !line.is_empty()).unwrap_or(&event.aggregate).to_owned();
    Draft { recipient, kind: format!("{}{side}", event.kind), args, about }
}

/// The same for one who stands on another side than the firm: a bureau, a worker.
fn side_draft(event: &Outbox, reaction: Reaction, recipient: &str, side: &str) -> Draft {
    let plain = draft(event, reaction, recipient.to_owned());
    Draft { kind: format!("{}{side}", event.kind), ..plain }
}

fn money(event: &Outbox) -> Option<Money> {
    let whole = |v: &Value| serde_json::from_value::<Money>(v.clone()).ok();
    let parts = || {
        let currency = Currency::parse(text(event, "currency")).ok()?;
        Some(Money::new(event.payload["amount"].as_i64()?, currency))
    };
    parts()
        .or_else(|| whole(&event.payload["amount"]))
        .or_else(|| whole(&event.payload["net"]))
        .or_else(|| whole(&event.payload["balance"]))
}

pub(crate) fn text<'e>(event: &'e Outbox, field: &str) -> &'e str {
    event.payload[field].as_str().unwrap_or_default()
}

pub(crate) fn id<T: kernel::Id>(event: &Outbox, field: &'static str) -> Result<T> {
    T::parse(text(event, field)).map_err(|e| Error::broken(format!("{} without its {field}", event.kind)).caused_by(e))
}

/// The person of a recipient, for messages to phones.
pub(crate) fn person_of(recipient: &str) -> Option<PersonId> {
    recipient.parse().ok()
}
