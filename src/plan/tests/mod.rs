//! The planner's answers, row by row.

pub(crate) mod bench;
mod creating;
mod editing;
mod existing;
mod guarding;
mod leaving;
mod matching;
