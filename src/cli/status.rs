//! `callout status`: the live board. It reads, and writes nowhere.

use jiff::SignedDuration;

use super::args::{Choice, Global, Status as Words, StatusFormat};
use super::opened::Opened;
use super::{Ending, Environment, Exit, planning};
use crate::plan::board::{Counts, View};
use crate::render::{self, Depth};

pub(super) async fn run(words: &Words, global: &Global, environment: &mut Environment) -> Ending {
    let (opened, state) = Opened::with_state(global, environment).await?;
    let choice = Choice { part: words.part.clone(), refresh: words.refresh, take: None, costs: false };
    let planned = planning::look(&opened, &state, &choice, environment).await?;
    let view = View {
        plan: &planned.plan,
        tickets: &opened.tickets,
        state: &state,
        observed: &planned.observed,
        sides: &opened.sides,
        selection: &planned.selection,
        rollouts: &opened.rollouts,
        // The moment that the plan was made at: what was read may have taken an hour.
        now: planned.plan.made,
        near: SignedDuration::from_hours(i64::from(words.near) * 24),
    };
    let board = view.board();
    let depth = if words.verbose { Depth::Whole } else { Depth::Screenful };
    match words.format {
        StatusFormat::Text => environment.out.write(&render::status_text(&board, &planned.plan, words.near, depth)),
        StatusFormat::Json => environment.out.document(&format!("{}\n", render::status_json(&board))),
        StatusFormat::Csv => environment.out.document(&render::status_csv(&board)?),
    }
    Ok(ending(&board.counts(), words.detailed_exitcode))
}

fn ending(counts: &Counts, detailed: bool) -> Exit {
    Exit::first(&[(detailed && counts.in_doubt > 0, Exit::InDoubt), (detailed && counts.needs_person > 0, Exit::NeedsPerson)])
}
