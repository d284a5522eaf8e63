//! Whole processes: the simulation, and a bank that is killed while it works.
mod kill;
mod simulation;
