//! Receipts and statements as documents: who may have one, what it says, and what anybody learns who holds its code.
//!
//! Whoever may look at an account may have a receipt for each of its lines, again and again the same one. Payer and payee have each their
//! own: the payee's says nothing of the payer's fee. A worker has one for each wage. Whoever types a code learns whether the bank issued
//! it, both sides masked, the amount, the day, and whether the money went back since; nothing else, and nobody is named who asks.
use crate::codes::{NO_RECEIPT_YET, STATEMENT_MOVED_ON};
use crate::statement::{Ask, Other, PAPER_LINES_MAX, Statement, export, line, order_of, other};
use documents::{Code, Covered, Document, Facts, Movement, Side, Wage};
use kernel::chinese::mask_card;
use kernel::id::{AccountId, DocumentId, PayLineId, TransferId};
use kernel::{Actor, Date, Error, Money, Owner, Result, Timestamp, Who};
use ledger::{Account, Line};
use store::{Audit, Tx};

/// A document with its code.
#[derive(Clone, Debug)]
pub struct Issued {
    pub document: Document,
    pub code: Code,
}

/// What became of a movement after its receipt was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    Stands,
    /// 冲正: the bank gave it back.
    Reversed(Timestamp),
    /// 退回: the other bank gave it back.
    Returned(Timestamp),
}

/// What anybody may know who has a code.
#[derive(Clone, Debug)]
pub struct Genuine {
    pub kind: documents::Kind,
    pub issued_at: Timestamp,
    pub facts: Facts,
    pub after: After,
}

/// The receipt of a line of an account. The same line again is the same receipt.
pub fn issue(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, transfer: TransferId) -> Result<Issued> {
    let none = || Error::not_found("statement line", transfer);
    let (view, told) = line(tx, actor, account, transfer)?.ok_or_else(none)?;
    let own = view.account;
    let there = ledger::accounts(tx, &[told.line.counterparty])?.pop();
    let facts = Facts::Movement(movement(tx, &own, there.as_ref(), &told.line)?);
    issued(tx, actor, own.owner, own.id, &facts)
}

/// The receipt of a wage, for the worker himself. `NO_RECEIPT_YET` while it is not paid.
pub fn issue_wage(tx: &mut Tx<'_>, actor: &Actor, id: PayLineId) -> Result<Issued> {
    let none = || Error::not_found("pay slip", id);
    let Who::Person(person) = actor.who else { return Err(none()) };
    let slip = payroll::slip(tx, actor, id)?;
    let unpaid = || Error::new(&NO_RECEIPT_YET, format!("the wage of {} is {}", slip.period, slip.state));
    let proof = slip.proof.clone().ok_or_else(unpaid)?;
    let entry = ledger::entry(tx, proof.transfer)?
        .ok_or_else(|| Error::broken(format!("{} is not in the journal", proof.transfer)))?;
    let ours = ledger::accounts(tx, &[entry.credit])?.pop().filter(|a| a.owner == Owner::Person(person));
    let facts = Facts::Movement(Movement {
        transfer: entry.id,
        incoming: true,
        payer: Side { name: slip.payer.clone(), number: String::new() },
        payee: Side { name: slip.worker.clone(), number: format!("{} {}", slip.bank, slip.account).trim().to_owned() },
        amount: entry.money(),
        fee: None,
        code: "wage_pay".into(),
        memo: entry.memo.clone(),
        reference: id.to_string(),
        business_date: entry.business_date,
        value_date: entry.value_date,
        posted_at: entry.at,
        wage: Some(Wage {
            period: slip.period.to_string(),
            employer: slip.employer,
            project: slip.project_name,
            due: slip.due,
            deductions: slip.deductions,
        }),
    });
    let account = ours.map_or(entry.debit, |a| a.id);
    issued(tx, actor, Owner::Person(person), account, &facts)
}

/// An account's statement as a document, with its lines.
pub fn issue_statement(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: AccountId,
    from: Date,
    to: Date,
) -> Result<(Issued, Statement)> {
    let seen = export(tx, actor, account, &Ask::days(from, to, PAPER_LINES_MAX), PAPER_LINES_MAX, "pdf")?;
    let (a, currency) = (&seen.view.account, seen.view.account.currency);
    let facts = Facts::Covered(Covered {
        holder: side_of(tx, a)?,
        from,
        to,
        opening: seen.opening,
        closing: seen.closing,
        money_in: Money::new(seen.all.money_in, currency),
        money_out: Money::new(seen.all.money_out, currency),
        lines: seen.all.lines,
        journal: data_encoding::HEXLOWER.encode(&seen.journal),
    });
    let made = issued(tx, actor, a.owner, account, &facts)?;
    Ok((made, seen))
}

fn issued(tx: &mut Tx<'_>, actor: &Actor, owner: Owner, account: AccountId, facts: &Facts) -> Result<Issued> {
    let document = documents::issue(tx, actor, owner, account, facts)?;
    let code = documents::code_of(tx, &document);
    Ok(Issued { document, code })
}

/// A document that the actor may have. A look by staff is audited, so for them it is a write.
pub fn seen(tx: &mut Tx<'_>, actor: &Actor, id: DocumentId) -> Result<Issued> {
    let none = || Error::not_found("document", id);
    let document = documents::document(tx, id)?;
    payments::may_see(tx, actor, document.owner).map_err(|why| none().caused_by(why))?;
    if matches!(actor.who, Who::Staff(_)) {
        tx.audit(actor, Audit::of("document.look", id))?;
    }
    let code = documents::code_of(tx, &document);
    Ok(Issued { document, code })
}

/// One more copy of a document that the actor may have.
pub fn print(tx: &mut Tx<'_>, actor: &Actor, id: DocumentId) -> Result<Issued> {
    seen(tx, actor, id)?;
    let document = documents::printed(tx, actor, id)?;
    let code = documents::code_of(tx, &document);
    Ok(Issued { document, code })
}

/// What a code stands for; `None` for a code that the bank did not give out. Asks for no right: whoever has the code has the paper.
pub fn verify(tx: &mut Tx<'_>, code: &Code) -> Result<Option<Genuine>> {
    let Some(found) = documents::find(tx, code)? else { return Ok(None) };
    let facts = found.facts.0;
    let after = match &facts {
        Facts::Movement(m) => became_of(tx, m.transfer)?,
        Facts::Covered(_) => After::Stands,
    };
    Ok(Some(Genuine { kind: found.kind, issued_at: found.issued_at, facts, after }))
}

/// Whether a movement was given back.
pub fn became_of(tx: &mut Tx<'_>, transfer: TransferId) -> Result<After> {
    Ok(match ledger::period::reversal_of(tx, transfer)? {
        None => After::Stands,
        Some(entry) if entry.code == "clearing_return" => After::Returned(entry.at),
        Some(entry) => After::Reversed(entry.at),
    })
}

fn movement(tx: &mut Tx<'_>, own: &Account, there: Option<&Account>, line: &Line) -> Result<Movement> {
    let e = &line.entry;
    let order = order_of(tx, line)?.filter(|o| o.transfer == Some(e.id));
    let mine = side_of(tx, own)?;
    let theirs = match there.map(|a| other(tx, a, line, None)).transpose()? {
        Some(Other::Account { name, number }) if there.is_some_and(|a| a.owner == Owner::Bank) => Side { name, number },
        Some(Other::Account { number, .. }) => match there {
            Some(a) => Side { number, ..side_of(tx, a)? },
            None => Side::default(),
        },
        _ => Side::default(),
    };
    let incoming = line.change > 0;
    let (payer, payee) = if incoming { (theirs, mine) } else { (mine, theirs) };
    let memo =
        if e.memo.is_empty() { order.as_ref().map_or_else(String::new, |o| o.memo.clone()) } else { e.memo.clone() };
    Ok(Movement {
        transfer: e.id,
        incoming,
        payer,
        payee,
        amount: e.money(),
        fee: order.filter(|_| !incoming).map(|o| o.fee_money()),
        code: e.code.clone().into_owned(),
        memo,
        reference: e.reference.clone(),
        business_date: e.business_date,
        value_date: e.value_date,
        posted_at: e.at,
        wage: None,
    })
}

/// An account's holder, masked where he is a person.
fn side_of(tx: &mut Tx<'_>, account: &Account) -> Result<Side> {
    let name = match account.owner {
        Owner::Person(p) => party::person(tx, p)?.name_masked,
        Owner::Firm(f) => party::firm(tx, f)?.name,
        Owner::Bank => String::new(),
    };
    Ok(Side { name, number: mask_card(&account.number) })
}

/// The lines of a statement that was issued; `None` for a receipt. `STATEMENT_MOVED_ON` when its days hold other entries by now.
pub fn lines_of(tx: &mut Tx<'_>, actor: &Actor, document: &Document) -> Result<Option<Statement>> {
    let Facts::Covered(c) = &document.facts.0 else { return Ok(None) };
    let ask = Ask::days(c.from, c.to, PAPER_LINES_MAX);
    let seen = crate::statement::statement(tx, actor, document.account, &ask)?;
    if data_encoding::HEXLOWER.encode(&seen.journal) != c.journal {
        let moved = format!("{} to {} hold other entries than when it was issued", c.from, c.to);
        return Err(Error::new(&STATEMENT_MOVED_ON, moved));
    }
    Ok(Some(seen))
}
