//! The whole policy: one match over what is wanted, what is recorded and what was seen.
//!
//! Owns the table of what happens to an address. Pure, total and small enough to be read at one sitting.

/// What the files want of an address, against its latest record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    No,
    /// The recorded visit, or the first one.
    Same {
        changed: bool,
    },
    /// A further visit.
    Raised,
    /// A visit before the recorded one.
    Lowered,
}

/// What the state knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Past {
    None,
    /// Of another API or tenant.
    Foreign,
    InDoubt,
    Open,
    Finished,
    /// Forgotten, or taken out of the state: nobody looks after it, and its technician may still be coming.
    LetGo,
    Closed,
}

/// What a read showed of a live ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    Open,
    Finished,
    Missing,
    NotRead,
}

/// The row of the table that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Nothing,
    Foreign,
    InDoubt,
    Create,
    CreateAgain,
    EarlierOpen,
    Lowered,
    Keep,
    KeepFinished,
    KeepClosed,
    Change,
    Unseen,
    Retire,
    Removed,
}

/// The whole policy of callout:
///
/// | wanted | record | seen | verdict |
/// | --- | --- | --- | --- |
/// | no | none, let go of or closed | any | nothing |
/// | any | of another API | any | blocked |
/// | any | write without outcome | any | in doubt |
/// | yes | none | any | create (or adopt) |
/// | a lower reissue | any | any | blocked: a revert does not un-send |
/// | a higher reissue | open, or let go of | not seen finished | blocked: two technicians at once |
/// | a higher reissue | finished | open: it was reopened | blocked, likewise |
/// | a higher reissue | open, let go of, finished or closed | otherwise | create, after the earlier one |
/// | yes | closed or let go of | any | keep; a new visit is `reissue` |
/// | yes | finished, or open | finished | keep for ever |
/// | yes, unchanged | open | any | keep; missing needs a person. Missing never means create |
/// | yes, changed | open | open | update, or by hand |
/// | yes, changed | open | missing or not read | blocked |
/// | no | finished, or open | finished | close the record |
/// | no | open | open | as `on_remove` says |
/// | no | open | missing or not read | blocked |
pub(super) fn verdict(wanted: Wanted, past: Past, sight: Sight) -> Verdict {
    match (wanted, past, sight) {
        (Wanted::No, Past::None | Past::Closed | Past::LetGo, _) => Verdict::Nothing,
        (_, Past::Foreign, _) => Verdict::Foreign,
        (_, Past::InDoubt, _) => Verdict::InDoubt,
        (Wanted::Same { .. } | Wanted::Raised | Wanted::Lowered, Past::None, _) => Verdict::Create,
        (Wanted::Lowered, Past::Open | Past::Finished | Past::LetGo | Past::Closed, _) => Verdict::Lowered,
        (Wanted::Raised, Past::Open | Past::LetGo, Sight::Open | Sight::Missing | Sight::NotRead)
        | (Wanted::Raised, Past::Finished, Sight::Open) => Verdict::EarlierOpen,
        (Wanted::Raised, Past::Open | Past::LetGo, Sight::Finished)
        | (Wanted::Raised, Past::Finished, Sight::Finished | Sight::Missing | Sight::NotRead)
        | (Wanted::Raised, Past::Closed, _) => Verdict::CreateAgain,
        (Wanted::Same { .. }, Past::LetGo | Past::Closed, _) => Verdict::KeepClosed,
        (Wanted::Same { .. }, Past::Finished, _) | (Wanted::Same { .. }, Past::Open, Sight::Finished) => Verdict::KeepFinished,
        (Wanted::Same { changed: false }, Past::Open, Sight::Open | Sight::Missing | Sight::NotRead) => Verdict::Keep,
        (Wanted::Same { changed: true }, Past::Open, Sight::Open) => Verdict::Change,
        (Wanted::Same { changed: true } | Wanted::No, Past::Open, Sight::Missing | Sight::NotRead) => Verdict::Unseen,
        (Wanted::No, Past::Finished, _) | (Wanted::No, Past::Open, Sight::Finished) => Verdict::Retire,
        (Wanted::No, Past::Open, Sight::Open) => Verdict::Removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: [Wanted; 5] =
        [Wanted::No, Wanted::Same { changed: false }, Wanted::Same { changed: true }, Wanted::Raised, Wanted::Lowered];
    const PAST: [Past; 7] = [Past::None, Past::Foreign, Past::InDoubt, Past::Open, Past::Finished, Past::LetGo, Past::Closed];
    const SIGHT: [Sight; 4] = [Sight::Open, Sight::Finished, Sight::Missing, Sight::NotRead];

    fn all() -> impl Iterator<Item = (Wanted, Past, Sight)> {
        WANTED.into_iter().flat_map(|w| PAST.into_iter().flat_map(move |p| SIGHT.into_iter().map(move |s| (w, p, s))))
    }

    #[test]
    fn only_an_unused_address_or_a_finished_visit_is_ever_sent() {
        for (wanted, past, sight) in all() {
            let sends = matches!(verdict(wanted, past, sight), Verdict::Create | Verdict::CreateAgain);
            let is_free = past == Past::None && wanted != Wanted::No;
            let is_over = match past {
                Past::Closed => true,
                Past::Finished => sight != Sight::Open,
                Past::Open | Past::LetGo => sight == Sight::Finished,
                Past::None | Past::Foreign | Past::InDoubt => false,
            };
            assert_eq!(sends, is_free || (wanted == Wanted::Raised && is_over), "{wanted:?} {past:?} {sight:?}");
        }
    }

    #[test]
    fn doubt_and_a_foreign_record_win_over_everything() {
        for (wanted, past, sight) in all() {
            match past {
                Past::InDoubt => assert_eq!(verdict(wanted, past, sight), Verdict::InDoubt),
                Past::Foreign => assert_eq!(verdict(wanted, past, sight), Verdict::Foreign),
                Past::None | Past::Open | Past::Finished | Past::LetGo | Past::Closed => {}
            }
        }
    }
}
