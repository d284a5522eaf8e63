//! Damaged notes, piece by piece.
use kernel::id::StaffId;
use kernel::{BookId, Currency, Date};

store::record! {
    /// A damaged note that was taken in, and what was given for it.
    pub struct DamagedNote in "damaged_notes" key 5 {
        pub book: BookId,
        pub teller: StaffId,
        pub date: Date,
        /// The journal entry it came with, and its place there.
        pub number: i64,
        pub piece: i64,
        /// Minor units.
        pub face: i64,
        pub currency: Currency,
        /// Thousandths of the area that are left.
        pub left_per_mille: i64,
        /// A quarter is missing in the form of a cross.
        pub crossed: bool,
        /// Minor units.
        pub given: i64,
    }
}
