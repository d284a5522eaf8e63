//! The components every screen is made of: typed functions from values to markup, with no style and no script inside.
//!
//! Whatever a component is given is text and is escaped. Components that say something themselves take [`Words`] first. Names in
//! `assets/css` are the names of the files here; `/design` shows each with its examples.
mod amount;
mod answers;
mod button;
mod chart;
mod choice;
#[cfg(test)]
mod contrast;
mod dialog;
mod drawer;
mod elder;
mod form;
mod frame;
mod graph;
mod icon;
mod input;
mod kiosk;
mod list;
mod notice;
mod passkey;
mod qr;
mod status;
mod table;
mod term;
mod toast;
mod turn;

pub use amount::{amount, amount_short, balance, day, masked, moment};
pub use answers::{Answers, check_answers};
pub use button::{Button, actions, button, link_button, print_button};
pub use chart::{Chart, Point, Shape};
pub use choice::{Choice, checkbox, checkboxes, date, date_parts, file, radios, select};
pub use dialog::{confirm_link, dialog, live};
pub use drawer::{drawer, drawer_link};
pub use form::{Field, FieldErrors, Width, error_summary, filter_bar, form, form_files, form_waiting, proof};
pub use frame::{Frame, NavItem, Viewer, error_page, heading, is_still};
pub use graph::{HEAT_COLUMNS_MAX, HEAT_ROWS_MAX, Titled, gauge, heat, spark, spark_cell};
pub use icon::{Icon, icon, mark};
pub use input::{code, money, multiline, number, password, text};
pub use kiosk::clock;
pub use list::{Crumb, Row, Tile, breadcrumbs, details, summary_list, tabs, tiles, written};
pub use notice::{Tone, empty, notice, result};
pub use passkey::PasskeyForm;
pub use qr::qr;
pub use status::{StepState, progress, status, steps, work};
pub use table::{Table, listing, pager};
pub use term::{Term, term, terms, terms_in};
pub use toast::{announcer, toast};
pub use turn::{Plan, QUESTIONS_MAX, Turn};

use std::borrow::Cow;

/// Text of a component: borrowed from a literal, or owned as [`crate::Words`] give it.
pub type Text<'a> = Cow<'a, str>;
