//! What goes wrong on a site, and what only looks as if it did.
use kernel::Date;
use payroll::Period;
use serde::Serialize;

store::text_enum! {
    /// What is played on a site besides its ordinary course.
    pub enum What {
        /// An instalment comes some days late, and still before the pay day.
        FundedLate = "funded_late",
        /// Instalments stop.
        NeverFunded = "never_funded",
        /// Every instalment came, and the sheet is larger than what is there.
        ShortBalance = "short_balance",
        /// On roster and sheet, and never at the gate.
        Ghosts = "ghosts",
        /// More days on the sheet than at the gate.
        InventedDays = "invented_days",
        /// One card for several workers.
        SharedCard = "shared_card",
        /// At the gate and on no roster.
        Strangers = "strangers",
        /// A crew stays away from the middle of the month on; nobody makes its sheet.
        Vanished = "vanished",
        /// A crew whose sheet was not made leaves soon after the pay day.
        LeftUnpaid = "left_unpaid",
        /// A full month for less than the minimum wage.
        BelowMinimum = "below_minimum",
        /// Payments came back, and nobody pays them again.
        NotRepaid = "not_repaid",
        /// The foreman collects wages after the pay day.
        Backflow = "backflow",
        /// One old scan signs for everybody.
        ForgedPaper = "forged_paper",
        GuaranteeExpired = "guarantee_expired",
        GuaranteeLow = "guarantee_low",
        /// Paid on a bureau's notice, and not filled up again.
        GuaranteeNotRefilled = "guarantee_not_refilled",
        /// The account was never filed with the bureau.
        NotFiled = "not_filed",
        /// People work, and no roster comes.
        NoRoster = "no_roster",

        /// Money on the very due day, at nine in the evening.
        FundedAtDusk = "funded_at_dusk",
        /// The instalment before was paid double; nothing comes this time.
        NextCovers = "next_covers",
        /// Ill for a whole month, noted, not on the sheet.
        SickMonth = "sick_month",
        /// New workers on the 16th.
        NewMidMonth = "new_mid_month",
        /// Couples with one telephone and two cards.
        Couples = "couples",
        /// One worker on two sites, with one card.
        TwoSites = "two_sites",
        /// Everybody is at home for the Spring Festival.
        Festival = "spring_festival",
        /// The works are complete and the gate is quiet.
        Completed = "completed",
        RainWeek = "rain_week",
        /// Some pay a small advance back to the foreman.
        SmallAdvances = "small_advances",
        /// Four pay their rent to one landlord.
        Landlord = "landlord",
        /// Many pay a little to one canteen.
        Canteen = "canteen",
        /// A second sheet for the same month.
        Supplement = "supplement",
        /// Paid every week.
        Weekly = "weekly",
        /// A new card, with a second person's yes.
        ChangedCard = "changed_card",
        /// Payments came back and were repaid at once.
        Repaid = "repaid",
    }
}

/// In the course of a month, each endangering a pay day.
pub const COURSE: [What; 13] = [
    What::NeverFunded,
    What::Ghosts,
    What::Vanished,
    What::InventedDays,
    What::ShortBalance,
    What::NotRepaid,
    What::Strangers,
    What::LeftUnpaid,
    What::FundedLate,
    What::Backflow,
    What::BelowMinimum,
    What::SharedCard,
    What::ForgedPaper,
];

/// From the opening of a site on, or at one moment of its life.
pub const STANDING: [What; 4] =
    [What::NotFiled, What::GuaranteeLow, What::GuaranteeExpired, What::GuaranteeNotRefilled];

/// Look-alikes that are given out; every site has the festival besides.
pub const HONEST: [What; 14] = [
    What::FundedAtDusk,
    What::SickMonth,
    What::RainWeek,
    What::Landlord,
    What::NewMidMonth,
    What::Repaid,
    What::Couples,
    What::Supplement,
    What::SmallAdvances,
    What::ChangedCard,
    What::NextCovers,
    What::TwoSites,
    What::Canteen,
    What::Completed,
];

impl What {
    pub fn is_honest(self) -> bool {
        (self as usize) >= What::FundedAtDusk as usize
    }
    /// It is played with workers of the site; where it found none, nothing happens.
    pub fn needs_hands(self) -> bool {
        use What::*;
        matches!(self, Ghosts | InventedDays | BelowMinimum | NotRepaid | Backflow | SharedCard)
    }
    /// Wages would not be paid on their day.
    pub fn is_arrears(self) -> bool {
        use What::*;
        matches!(self, NeverFunded | ShortBalance | Vanished | LeftUnpaid | NotRepaid | NoRoster)
    }
}

/// One thing that is played: on which site, in which month, by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Act {
    pub what: What,
    pub site: usize,
    /// The month whose wages it touches.
    pub period: Period,
    /// Index of a crew of the site.
    pub crew: usize,
    /// Indices of stays on this or other sites.
    pub stays: Vec<usize>,
    /// Indices of hands who are on no roster of the site.
    pub hands: Vec<usize>,
}

/// What was planted, and the truth about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Planted {
    /// Index of the act.
    pub act: usize,
    pub what: What,
    pub sites: Vec<usize>,
    /// Stays of the workers it is about, and its crew, where it is about some.
    pub stays: Vec<usize>,
    pub crew: Option<usize>,
    /// The first day on which it could be known from what the bank has.
    pub known: Date,
    /// The pay day it endangers.
    pub endangers: Date,
    /// A warning after this day speaks of something else.
    pub until: Date,
    /// Wages would not be paid on that day.
    pub arrears: bool,
}
