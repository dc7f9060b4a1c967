//! The planner's answers, row by row.

pub(crate) mod able;
mod answering;
pub(crate) mod bench;
mod companions;
mod creating;
mod differing;
mod earlier;
mod editing;
mod existing;
mod finding;
pub(crate) mod gates;
mod guarding;
mod held;
mod judging;
mod leaving;
mod limiting;
mod matching;
mod parts;
mod properties;
mod referring;
mod saved;
mod spending;
mod surplus;
mod together;
mod worlds;
