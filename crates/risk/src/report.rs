//! Reports as a person reads them.
use crate::accounts::{AccountRanking, AccountReport};
use crate::backtest::{Ranking, Report};
use std::fmt::Write;

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |v| format!("{v:.4}"))
}

impl Report {
    /// A page of plain text.
    pub fn to_text(&self) -> String {
        let mut page = String::new();
        let _ = self.write(&mut page);
        page
    }

    fn write(&self, page: &mut String) -> std::fmt::Result {
        let day = |d: Option<kernel::Date>| d.map_or_else(|| "-".into(), |d| d.to_string());
        writeln!(
            page,
            "{} rows read, {} payments decided, {} to {}",
            self.rows,
            self.decided,
            day(self.from),
            day(self.to)
        )?;
        if self.left_out > 0 {
            writeln!(page, "{} left out: fraud of the payer was known", self.left_out)?;
        }
        if self.out_of_order > 0 {
            writeln!(page, "{} rows are earlier than the row before", self.out_of_order)?;
        }
        if self.bad_rows > 0 {
            writeln!(page, "{} rows cannot be read and were left out:", self.bad_rows)?;
            self.bad.iter().try_for_each(|bad| writeln!(page, "  line {}: {}", bad.line, bad.why))?;
        }
        writeln!(page, "rules {} ({})", self.rules_version, self.rules_hash)?;
        writeln!(page, "model {}", self.model.as_deref().unwrap_or("none"))?;
        writeln!(
            page,
            "fraud {} payments, {}; alerts {} = {:.1} a day, precision {}, recall {}",
            self.fraud,
            self.fraud_amount.grouped(),
            self.alerts,
            self.alerts_a_day,
            figure(self.precision),
            figure(self.recall)
        )?;
        writeln!(
            page,
            "fraud held back {}; wrongly held {} payments of {} customers, mean hours of delay {}",
            self.amount_stopped.grouped(),
            self.wrongly_delayed,
            self.wrongly_delayed_customers,
            self.wrong_hours.map_or_else(|| "-".into(), |h| format!("{h:.1}"))
        )?;
        let actions: Vec<String> = self.actions.iter().map(|(action, n)| format!("{action} {n}")).collect();
        writeln!(page, "what followed: {}\n", actions.join(", "))?;
        self.write_rules(page)?;
        writeln!(page, "\n{:28} {:>8} {:>8} {:>8}  {:>16}", "kind of fraud", "fraud", "found", "recall", "found")?;
        for s in &self.scenarios {
            let name = if s.scenario.is_empty() { "not said" } else { &s.scenario };
            writeln!(
                page,
                "{name:28} {:>8} {:>8} {:>8.3}  {:>16}",
                s.fraud,
                s.found,
                s.recall,
                s.amount_found.grouped()
            )?;
        }
        writeln!(page)?;
        write_ranking(page, "by points", &self.by_score)?;
        self.by_model.iter().try_for_each(|r| write_ranking(page, "by the model", r))
    }

    fn write_rules(&self, page: &mut String) -> std::fmt::Result {
        writeln!(
            page,
            "{:28} {:>6} {:>8} {:>8} {:>9} {:>8}  {:>16} {:>9}",
            "rule", "mode", "alerts", "a day", "precision", "recall", "fraud named", "unknown"
        )?;
        for r in &self.rules {
            writeln!(
                page,
                "{:28} {:>6} {:>8} {:>8.1} {:>9} {:>8}  {:>16} {:>9}",
                r.rule,
                r.mode.word(),
                r.alerts,
                r.alerts_a_day,
                figure(r.precision),
                figure(r.recall),
                r.amount.grouped(),
                r.unknown
            )?;
        }
        Ok(())
    }
}

fn write_ranking(page: &mut String, by: &str, r: &Ranking) -> std::fmt::Result {
    writeln!(
        page,
        "{by:14} AUC {}  average precision {}  card precision {}  recall at 1 % wrong {}",
        figure(r.auc),
        figure(r.average_precision),
        figure(r.card_precision),
        figure(r.recall_at_one_percent)
    )
}

impl AccountReport {
    /// A page of plain text.
    pub fn to_text(&self) -> String {
        let mut page = String::new();
        let _ = self.write(&mut page);
        page
    }

    fn write(&self, page: &mut String) -> std::fmt::Result {
        writeln!(
            page,
            "{} payments between {} accounts, {} with a label",
            self.payments, self.accounts, self.labelled
        )?;
        if self.bad > 0 {
            writeln!(page, "{} rows cannot be read and were left out:", self.bad)?;
            self.bad_rows.iter().try_for_each(|bad| writeln!(page, "  line {}: {}", bad.line, bad.why))?;
        }
        let ranking = |page: &mut String, by: &str, r: &AccountRanking| {
            writeln!(
                page,
                "{by:30} AUC {}  average precision {}  recall at 1 % wrong {}",
                figure(r.auc),
                figure(r.average_precision),
                figure(r.recall_at_one_percent)
            )
        };
        ranking(page, "by the formula", &self.by_formula)?;
        self.by_model.iter().try_for_each(|r| ranking(page, "by models without the account", r))?;
        writeln!(page, "\n{:32} {:>7}  why", "account", "score")?;
        self.top.iter().try_for_each(|a| writeln!(page, "{:32} {:>7.4}  {}", a.account, a.score, a.why.join(", ")))
    }
}
