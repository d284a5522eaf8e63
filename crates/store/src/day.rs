//! The business day: which banking day postings belong to. It moves when the day is closed, not at midnight.
use crate::sql::{Column, Param};
use crate::tx::Tx;
use crate::{DAY_MOVED, Seal};
use kernel::{Date, Error, Result, Timestamp};

crate::record! {
    /// The one open day.
    struct BusinessDay in "business_day" key 1 {
        id: i64,
        date: Date,
        since: Timestamp,
    }
}

pub(crate) const TABLE: &crate::Table = <BusinessDay as crate::Record>::TABLE;

impl Tx<'_> {
    /// The open business date. Before the bank was opened: the calendar date.
    ///
    /// On PostgreSQL a commit proves that the date it used is still the open one, so a posting
    /// cannot slip into a day that another process has closed meanwhile.
    pub fn business_date(&mut self) -> Result<Date> {
        if let Some(date) = self.date.or_else(|| self.writer.as_ref()?.day) {
            return Ok(date);
        }
        let open = self.open_day()?.map(|d| d.date);
        let date = open.unwrap_or_else(|| self.now().local_date());
        self.date = Some(date);
        // The calendar date is not kept: it changes by itself. PostgreSQL's is, because the commit must prove it.
        if open.is_some() || self.is_postgres() {
            self.remember(Some(date));
        }
        Ok(date)
    }

    fn remember(&mut self, date: Option<Date>) {
        if let Some(writer) = &mut self.writer {
            writer.day = date;
        }
    }

    fn open_day(&mut self) -> Result<Option<BusinessDay>> {
        self.get::<BusinessDay>(&[1i64.param()])
    }

    /// `Err(DAY_MOVED)` when this transaction used another date than the one that is open now.
    pub(crate) fn prove_business_date(&mut self) -> Result<()> {
        let Some(used) = self.writer.as_ref().and_then(|w| w.day) else { return Ok(()) };
        match self.open_day()? {
            Some(open) if used != open.date => {
                Err(Error::new(&DAY_MOVED, format!("{used} was closed meanwhile")).with("sqlstate", "40001"))
            }
            _ => Ok(()),
        }
    }

    /// Opens `date`, which must be after the day that is open. Waits for every other writer's open transaction.
    pub fn open_business_date(&mut self, date: Date) -> Result<()> {
        if self.is_postgres() {
            self.query("SELECT lane FROM lanes ORDER BY lane FOR UPDATE", &[], |r| r.get::<i64>(0))?;
        }
        let since = self.now();
        match self.load::<BusinessDay>(&[Param::Int(1)])? {
            Some(open) if date <= open.date => {
                return Err(Error::field("date", format!("{date} is not after {}, the open day", open.date)));
            }
            Some(mut open) => {
                (open.date, open.since) = (date, since);
                self.update(&mut open)?;
            }
            None => self.insert(&mut BusinessDay { id: 1, date, since, seal: Seal::default() })?,
        }
        self.date = Some(date);
        self.remember(Some(date));
        Ok(())
    }
}
