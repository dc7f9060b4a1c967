//! The board for a screen: what it comes to, by rollout and wave, by day, and what needs eyes.

use std::fmt::Write as _;

use owo_colors::OwoColorize;

use super::{Depth, lists, tables};
use crate::plan::Plan;
use crate::plan::board::{Board, Counts, Standing};
use crate::render::plan;
use crate::render::since::since_line;
use crate::render::source::clean;

/// A board of so few tickets lists each of them.
const FEW: usize = 10;

/// The whole text, in colour, with the steps of the plan that the board was made from. `near` is in days.
pub fn status_text(board: &Board<'_>, made_from: &Plan, near: u16, depth: Depth) -> String {
    let since = since_line(made_from).map(|line| line + "\n").unwrap_or_default();
    if board.rows.is_empty() {
        return format!("{}\n{since}", plan::summary(made_from));
    }
    let counts = board.counts();
    let mut text = format!("{}\n{}\n{since}", summary(board, &counts).bold(), eyes(&counts));
    reading(&mut text, board, &counts);
    tables::groups(&mut text, &board.groups());
    tables::calendar(&mut text, board, depth);
    lists::overdue(&mut text, board, depth);
    lists::unassigned(&mut text, board, near, depth);
    lists::attention(&mut text, board, made_from, depth);
    lists::waiting(&mut text, board, depth);
    if depth == Depth::Whole || board.rows.len() <= FEW {
        tables::tickets(&mut text, board);
    }
    text
}

/// One line: how many there are, and where they stand.
fn summary(board: &Board<'_>, counts: &Counts) -> String {
    let standing = Standing::ALL.into_iter().map(|standing| (counts.standing(standing), standing.word()));
    let told: Vec<String> = standing.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let tickets = if counts.total == 1 { "1 ticket".to_owned() } else { format!("{} tickets", counts.total) };
    format!("{tickets} at {:.0}: {}.", board.now, told.join(", "))
}

/// One line: what somebody has to look at.
fn eyes(counts: &Counts) -> String {
    let told: Vec<String> = [
        (counts.in_doubt, "in doubt"),
        (counts.needs_person, if counts.needs_person == 1 { "needs a person" } else { "need a person" }),
        (counts.overdue, "overdue"),
        (counts.unassigned, "without a technician"),
        (counts.drifted, "changed in the ticket system"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    match (told.as_slice(), counts.open - counts.read) {
        ([], 0) => "Nothing needs a person.".to_owned(),
        ([], _) => "Nothing is known to need a person.".to_owned(),
        (told, _) => format!("{}.", told.join(", ")).red().to_string(),
    }
}

/// How live the board is: an open ticket that was not read may be over.
fn reading(text: &mut String, board: &Board<'_>, counts: &Counts) {
    let unread = counts.open - counts.read;
    if unread == 0 {
        return;
    }
    let which = match (unread, counts.open) {
        (1, 1) => "The open ticket was not read: it is".to_owned(),
        (unread, open) if unread == open => "No open ticket was read: they are".to_owned(),
        (1, open) => format!("1 of {open} open tickets was not read: it is"),
        (unread, open) => format!("{unread} of {open} open tickets were not read: they are"),
    };
    let _ = writeln!(text, "{which} shown as last seen, and may be over; who comes is not known.");
    for (why, tickets) in &board.unread {
        let tickets = if *tickets == 1 { "1 ticket".to_owned() } else { format!("{tickets} tickets") };
        let _ = writeln!(text, "{tickets} could not be read: {}", clean(why));
    }
}
