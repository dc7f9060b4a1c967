//! The state as it was after some commit: what a person takes a mistake back from.

use super::super::mendable::Mendable;
use super::super::survey::Content;
use super::super::transition::State;
use super::Pool;
use crate::diagnostics::Outcome;

/// The state after this commit, from its own journals; none where one up to there cannot be read, or is not there yet.
pub(in crate::state) fn as_of(store: &dyn Mendable, lineage: &str, through: u64) -> Outcome<Option<State>> {
    let mut pool = Pool::default();
    for piece in store.pieces()? {
        let content = store.content(piece.role, lineage);
        if !matches!(&content, Content::Snapshot { state: later, .. } if later.through > through) {
            pool.contents(content);
        }
    }
    let mut state = pool.base.take().unwrap_or_else(|| State::new(lineage));
    let behind = state.through + 1;
    for (sequence, commit) in pool.commits.range(behind..).take_while(|(sequence, _)| **sequence <= through) {
        let follows = *sequence == state.through + 1 && !pool.forked.contains_key(sequence);
        if !follows || commit.events.iter().any(|event| state.apply(event, commit.at).is_err()) {
            return Ok(None);
        }
        state.through = *sequence;
    }
    Ok((state.through == through).then_some(state))
}
