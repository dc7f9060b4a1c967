//! What is drawn of a world: what the files say, what happened before, and what the systems show.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::state::{Closing, Write};
use crate::ticket::Finished;

/// What the files say of an address.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a line of a file")]
pub struct Wish {
    pub reissue: u32,
    pub place: u32,
    pub is_changed: bool,
    pub has_passed: bool,
    pub adopts: bool,
    pub ignores: bool,
    pub on_remove: &'static str,
    pub wave: Option<&'static str>,
    pub refers: Option<usize>,
    pub renames: Option<usize>,
    pub alongside: Option<usize>,
}

/// What became of a visit.
#[derive(Debug, Clone, PartialEq)]
pub enum Past {
    Nothing,
    NotCreated,
    Pending,
    Live,
    Checked,
    Doubt(Write),
    Finished,
    Failed,
    Ended(Closing),
    Foreign,
    Moved,
}

/// What its system shows of its ticket, if it is asked.
#[derive(Debug, Clone, Copy)]
pub enum Shown {
    NotAsked,
    Open,
    Edited,
    Over,
    Missing,
    Unread,
}

/// One address: its visits, and what the files want of it now.
#[derive(Debug, Clone)]
pub struct Life {
    pub past: Vec<(Past, Shown)>,
    pub place: u32,
    pub on_remove: &'static str,
    pub wish: Option<Wish>,
}

#[derive(Debug, Clone)]
pub struct Draw {
    pub lives: Vec<Life>,
    pub is_able: bool,
    pub per_request: usize,
    pub paused: bool,
    pub gate: Option<(Finished, usize)>,
}

fn past() -> impl Strategy<Value = Past> {
    use Past::{Checked, Doubt, Ended, Failed, Finished, Foreign, Live, Moved, NotCreated, Nothing, Pending};
    let endings = [Closing::Forgotten, Closing::Removed, Closing::Cancelled, Closing::Closed, Closing::FinishedAndRemoved];
    // What decides about a second technician comes up most.
    let all =
        [Nothing, NotCreated, Pending, Pending, Live, Live, Live, Checked, Checked, Checked, Finished, Finished, Failed, Foreign, Moved];
    let doubts = [Write::Update, Write::Close, Write::Delete].map(Doubt);
    select(all.into_iter().chain(doubts).chain(endings.map(Ended)).collect::<Vec<_>>())
}

fn shown() -> impl Strategy<Value = Shown> {
    use Shown::{Edited, Missing, NotAsked, Open, Over, Unread};
    select(vec![NotAsked, Open, Open, Edited, Over, Over, Missing, Missing, Unread])
}

fn on_remove() -> impl Strategy<Value = &'static str> {
    select(vec!["hold", "forget", "close", "delete"])
}

fn wish() -> impl Strategy<Value = Wish> {
    let flags = (any::<bool>(), prop::bool::weighted(0.1), prop::bool::weighted(0.1), prop::bool::weighted(0.1));
    let links = (prop::option::weighted(0.3, 0_usize..5), prop::option::weighted(0.2, 0_usize..5), prop::option::weighted(0.2, 0_usize..5));
    (0_u32..3, 0_u32..8, flags, on_remove(), prop::option::weighted(0.3, select(vec!["pilot", "rest"])), links).prop_map(
        |(reissue, place, (is_changed, has_passed, adopts, ignores), on_remove, wave, (refers, renames, alongside))| Wish {
            reissue,
            place,
            is_changed,
            has_passed,
            adopts,
            ignores,
            on_remove,
            wave,
            refers,
            renames,
            alongside,
        },
    )
}

pub fn draw() -> impl Strategy<Value = Draw> {
    let life = (vec((past(), shown()), 0..3), 0_u32..8, on_remove(), prop::option::weighted(0.8, wish()));
    let life = life.prop_map(|(past, place, on_remove, wish)| Life { past, place, on_remove, wish });
    let gate = of((prop_oneof![Just(Finished::All), Just(Finished::AtLeast(1))], 0_usize..2));
    (vec(life, 1..6), any::<bool>(), 1_usize..4, prop::bool::weighted(0.1), gate)
        .prop_map(|(lives, is_able, per_request, paused, gate)| Draw { lives, is_able, per_request, paused, gate })
}
