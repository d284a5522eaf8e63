//! Detectors by tables, and a small bank whose wages come late.
mod detect;
