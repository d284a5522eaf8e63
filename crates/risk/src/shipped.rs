//! The set that comes with the product, one file a rule.
use crate::source::Source;

type File = (&'static str, &'static str);

macro_rules! files {
    ($folder:literal: $($name:literal)*) => {
        &[$((concat!($name, ".toml"), include_str!(concat!("../data/", $folder, "/", $name, ".toml"))),)*]
    };
}

/// Cards at merchants.
const CARDS: &[File] = files!("cards": "aggregates" "features" "c01_large" "c02_bad_terminal" "c03_beyond_habit");

const LADDER: &[File] = files!("rules": "ladder");

/// Transfers, cash, everything of an account.
const RULES: &[File] = files! {
    "rules": "aggregates" "features"
        "t01_small_then_large"
        "t02_in_and_out"
        "t02_large_in_and_out"
        "t03_gathered"
        "t04_scattered"
        "t05_burst_in"
        "t06_new_account"
        "t07_woken"
        "t08_night"
        "t09_shared_device"
        "t10_new_device"
        "t11_elder_first_payee"
        "t12_on_call"
        "t12_remote_control"
        "t13_emptied"
        "t14_broken_deposit"
        "t15_gambling"
        "t16_below_limit"
        "t17_elsewhere"
        "t18_black"
        "t18_grey"
        "t18_order"
        "t19_near_listed"
        "t20_circle"
        "t21_cash_tail"
        "t22_card_lender"
        "t23_shell"
        "t24_beyond_profile"
        "t25_open_case"
        "t26_fund_raising"
};

fn of(files: &[&[File]]) -> Vec<Source> {
    files.iter().flat_map(|f| f.iter()).map(|(file, text)| Source::new(*file, *text)).collect()
}

pub(crate) fn sources() -> Vec<Source> {
    of(&[LADDER, RULES])
}

pub(crate) fn cards() -> Vec<Source> {
    of(&[LADDER, CARDS])
}
