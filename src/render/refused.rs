//! Why a plan is refused, and what can be done of it all the same.

use std::fmt::Write as _;

use owo_colors::OwoColorize;

use super::plan::counted;
use super::source::clean;
use crate::plan::Plan;

/// Which limits it is over, what lifts each, and what can be done below all of them.
pub(super) fn refused_text(plan: &Plan) -> String {
    let mut text = String::new();
    for refusal in &plan.refusals {
        let told = clean(&refusal.to_string());
        let _ = write!(text, "\n{} {told}\n    next: {}\n", "refused:".red().bold(), clean(&refusal.next_step(plan)));
    }
    if !plan.parts.is_empty() {
        text.push_str("\nParts of it that are over no limit, each by itself:\n");
    }
    for part in &plan.parts {
        let _ = writeln!(text, "    {} ({})", clean(&part.selection.to_string()), counted(&part.counts).join(", "));
    }
    text
}
