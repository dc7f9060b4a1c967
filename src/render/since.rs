//! What a plan leaves aside because it is the same in an earlier commit. Refuses to let a part look like the whole.

use super::source::clean;
use crate::plan::Plan;

/// One line for a plan of what differs from a commit; none for other plans.
pub(super) fn since_line(plan: &Plan) -> Option<String> {
    let since = plan.selection.since.as_ref()?;
    let name = clean(&since.name());
    if let Some(why) = &since.unread {
        return Some(format!("Everything counts as different from {name}: {}.", clean(why)));
    }
    Some(match since.aside {
        0 => format!("Only what differs from {name}; that leaves no ticket aside."),
        1 => format!("Only what differs from {name}; 1 ticket that is the same there is left aside."),
        many => format!("Only what differs from {name}; {many} tickets that are the same there are left aside."),
    })
}
