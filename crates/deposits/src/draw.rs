//! Drawing a deposit, whole or in part, before its last day or after: first what it costs, then the order bound to it.
use crate::contract::{Deposit, EventKind, Paid, State, deposit, note, raw};
use crate::interest::{Annual, Grains, counted, interest};
use crate::notice::{Notice, due_today, use_notice};
use crate::pay::{Movement, Taxed, move_now, pay_interest};
use crate::terms::{Kind, Product, Shelf, shelf};
use crate::{COST_CHANGED, DRAWS_USED, Event, PART_UNFIT, may_move, page};
use kernel::id::AccountId;
use kernel::{Actor, Date, Error, Id, Money, Result};
use payments::Desk;
use serde::Serialize;
use store::{Audit, Tx};

/// What a draw pays and costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    pub account: AccountId,
    /// Principal that would be paid out.
    pub amount: Money,
    /// Interest on it if drawn today, tax included.
    pub interest: Money,
    pub tax: Money,
    /// What arrives on the linked account.
    pub arrives: Money,
    /// Interest on it if it were kept to the last day, or drawn after notice; the same as `interest` where nothing is lost.
    pub interest_if_kept: Money,
    pub lost: Money,
    /// The rate that is paid today, and the contract's.
    pub rate: Annual,
    pub rate_if_kept: Annual,
    /// Principal that stays.
    pub stays: Money,
    /// Days that earned.
    pub days: i64,
    pub matures: Option<Date>,
    pub on: Date,
}

/// What came of a draw.
#[derive(Clone, Debug, Serialize)]
pub struct Drawn {
    #[serde(flatten)]
    pub quote: Quote,
    pub closed: bool,
}

/// What drawing `amount` today would pay and cost; nothing moves. For whoever may see the deposit. Errors: `deposit_closed`,
/// `deposit_draws_used`, `deposit_part_unfit`, `deposit_night`.
pub fn draw_quote(tx: &mut Tx<'_>, actor: &Actor, account: AccountId, amount: Money) -> Result<Quote> {
    let d = deposit(tx, actor, account)?;
    crate::night::check_none(tx)?;
    let shelf = shelf(tx)?;
    let today = tx.business_date()?;
    let notice = due_today(tx, &d, amount.minor, today)?;
    quote(&shelf, &d, amount, today, notice.is_some())
}

/// Pays out `amount` and its interest to the linked account. `shown` is the interest of the quote that the customer saw; when
/// today's is another, nothing is done (`deposit_cost_changed`). Needs `payment.submit` of the owner, or `payment.submit_any`.
pub fn draw(
    desk: &Desk,
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: AccountId,
    amount: Money,
    shown: Money,
) -> Result<Drawn> {
    let d = deposit(tx, actor, account)?;
    may_move(tx, actor, d.owner, amount)?;
    crate::night::check_none(tx)?;
    let d = raw(tx, d.account)?;
    let (shelf, today) = (shelf(tx)?, tx.business_date()?);
    let notice = due_today(tx, &d, amount.minor, today)?;
    let quote = quote(&shelf, &d, amount, today, notice.is_some())?;
    if quote.interest != shown {
        let told = format!("{shown} was shown, {} is paid today", quote.interest);
        return Err(Error::new(&COST_CHANGED, told).with("given", shown).with("now", quote.interest));
    }
    pay_out(desk, tx, actor, d, &shelf, quote, notice)
}

fn pay_out(
    desk: &Desk,
    tx: &mut Tx<'_>,
    actor: &Actor,
    mut d: Deposit,
    shelf: &Shelf,
    quote: Quote,
    notice: Option<Notice>,
) -> Result<Drawn> {
    let (reference, product) = (d.account.to_string(), d.product(shelf)?);
    let out = Movement {
        kind: payments::Kind::DepositOut,
        from: d.account,
        to: d.linked,
        amount: quote.amount,
        reference: reference.clone(),
        memo: &product.name_zh,
    };
    move_now(desk, tx, out)?;
    let taxed = Taxed { gross: quote.interest.minor, tax: quote.tax.minor };
    pay_interest(desk, tx, d.linked, (taxed, d.currency), &reference)?;
    let used = d.idle.min(quote.amount.minor.saturating_mul(quote.days));
    d.principal -= quote.amount.minor;
    d.paid += taxed.gross;
    d.idle -= used;
    if let Some(notice) = notice {
        use_notice(tx, actor, notice)?;
    }
    let closed = d.principal == 0;
    let paid = Paid { interest: taxed.gross, tax: taxed.tax, lost: quote.lost.minor, rate: quote.rate };
    note(tx, &d, if closed { EventKind::Closed } else { EventKind::Drawn }, quote.amount.minor, paid)?;
    rebook(tx, &d, product, quote.on, taxed.gross)?;
    if closed {
        close(tx, actor, &mut d)?;
    } else {
        d.draws += 1;
    }
    tx.update(&mut d)?;
    if d.matures.is_some_and(|last| quote.on < last) {
        guard::deposit_broken(tx, d.owner, d.linked, d.currency)?;
    }
    let told = format!("{} and {} interest, {} lost", quote.amount, quote.interest, quote.lost);
    tx.audit(actor, Audit::of("deposits.draw", d.account).after(told))?;
    let drawn = Event::Drawn { account: d.account, owner: d.owner, amount: quote.amount, interest: quote.interest };
    tx.emit(&drawn, &actor.correlation)?;
    Ok(Drawn { quote, closed })
}

/// The contract ends and its empty account with it.
pub(crate) fn close(tx: &mut Tx<'_>, actor: &Actor, d: &mut Deposit) -> Result<()> {
    d.state = State::Closed;
    (d.closed_by, d.closed_at) = (Some(actor.principal()), Some(tx.now()));
    ledger::close_account(tx, actor, d.account, "the deposit was paid out")
}

/// The line says from now on what the principal that stays has earned until `on`, and that `paid` left what is payable.
pub(crate) fn rebook(tx: &mut Tx<'_>, d: &Deposit, product: &Product, on: Date, paid: i64) -> Result<()> {
    let days = (on.days() - d.began.days()).max(0);
    let base = counted(d.principal, product.terms.0.counts_from);
    let (rate, number, currency) = (d.rate, product.number, d.currency);
    let earned = Grains::daily(base, i64::from(rate.get()), days, product.year());
    let new = || Ok(crate::line::Line::new(d.account, number, Some(rate), on));
    page::change(tx, d.account, currency, new, |line| {
        line.set_rate(rate);
        line.grains = earned;
        Ok(())
    })?;
    let mut left = page::Moved::default();
    left.paid(number, currency, paid);
    left.apply(tx, d.account.book())
}

/// The figures; pure. `noticed`: due notice of this amount stands.
pub(crate) fn quote(shelf: &Shelf, d: &Deposit, amount: Money, on: Date, noticed: bool) -> Result<Quote> {
    d.check_open()?;
    let product = d.product(shelf)?;
    check_amount(d, product, amount, on)?;
    let days = (on.days() - d.began.days()).max(0);
    let (now, rate) = earned(shelf, d, product, amount.minor, on, noticed)?;
    let (kept, rate_if_kept) = kept(shelf, d, product, amount.minor, on, noticed)?;
    let taxed = Taxed::of(now, product.terms.0.tax_millionths);
    let money = |minor| d.money(minor);
    Ok(Quote {
        account: d.account,
        amount,
        interest: money(now),
        tax: money(taxed.tax),
        arrives: money(amount.minor + taxed.net()),
        interest_if_kept: money(kept),
        lost: money(kept - now),
        rate,
        rate_if_kept,
        stays: money(d.principal - amount.minor),
        days,
        matures: d.matures,
        on,
    })
}

fn check_amount(d: &Deposit, product: &Product, amount: Money, on: Date) -> Result<()> {
    if amount.currency != d.currency || !amount.is_positive() || amount.minor > d.principal {
        return Err(Error::field("amount", format!("above zero and at most {}", d.money(d.principal))));
    }
    let stays = d.principal - amount.minor;
    let terms = &product.terms.0;
    if stays == 0 {
        return Ok(());
    }
    if d.matures.is_some_and(|last| last <= on) {
        return Err(Error::new(&PART_UNFIT, "it is due, and is paid out whole"));
    }
    if d.draws >= terms.partial_draws {
        let told = format!("{} parts were drawn, {} at most", d.draws, terms.partial_draws);
        return Err(Error::new(&DRAWS_USED, told).with("given", d.draws).with("max", terms.partial_draws));
    }
    if stays < terms.keeps || amount.minor < terms.draws {
        let (keeps, least) = (d.money(terms.keeps), d.money(terms.draws));
        let told =
            format!("{amount} would leave {}; {keeps} must stay and {least} is the smallest part", d.money(stays));
        return Err(Error::new(&PART_UNFIT, told).with("keeps", keeps).with("draws", least));
    }
    Ok(())
}

/// Interest on a part of the principal when it is paid on a day, and the rate it is paid at.
pub(crate) fn earned(
    shelf: &Shelf,
    d: &Deposit,
    product: &Product,
    amount: i64,
    on: Date,
    noticed: bool,
) -> Result<(i64, Annual)> {
    let base = counted(amount, product.terms.0.counts_from);
    let (listed, count) = (shelf.broken_rate(product, on)?, shelf.broken_count(product, on)?);
    match (product.kind, d.matures) {
        (Kind::Term | Kind::Certificate, Some(last)) if on >= last => {
            let term = interest(base, d.rate, product.terms.0.day_count, d.began, last)?;
            let after = interest(base, listed, count, last, on)?;
            Ok((term + after, d.rate))
        }
        (Kind::Notice, _) if noticed => {
            let rate = shelf.rate(&product.code, "", on)?;
            Ok((less_idle(d, product, base, rate, on)?, rate))
        }
        (Kind::Notice, _) => Ok((less_idle(d, product, base, listed, on)?, listed)),
        _ => Ok((interest(base, listed, count, d.began, on)?, listed)),
    }
}

/// Days of notice that was not used earn nothing.
fn less_idle(d: &Deposit, product: &Product, base: i64, rate: Annual, on: Date) -> Result<i64> {
    let days = (on.days() - d.began.days()).max(0);
    let products = base.saturating_mul(days).saturating_sub(d.idle).max(0);
    Grains::of_products(products, rate, product.year()).minor()
}

/// What the same part would earn if the customer waited: to the last day, or until notice is due.
fn kept(shelf: &Shelf, d: &Deposit, product: &Product, amount: i64, on: Date, noticed: bool) -> Result<(i64, Annual)> {
    let base = counted(amount, product.terms.0.counts_from);
    match (product.kind, d.matures) {
        (Kind::Term | Kind::Certificate, Some(last)) if on < last => {
            Ok((interest(base, d.rate, product.terms.0.day_count, d.began, last)?, d.rate))
        }
        (Kind::Notice, _) if !noticed => {
            let rate = shelf.rate(&product.code, "", on)?;
            let due = on.plus_days(i64::from(product.terms.0.notice_days));
            Ok((less_idle(d, product, base, rate, due)?, rate))
        }
        _ => earned(shelf, d, product, amount, on, noticed),
    }
}
