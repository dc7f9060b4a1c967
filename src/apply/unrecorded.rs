//! What is told where the state takes no more: each ticket that was made meanwhile, with the command that puts it on record by hand.

use std::collections::HashSet;

use crate::diagnostics::{Diagnostic, Outcome, typed};
use crate::state::{Key, Write};

/// What the ledger says to everybody after the first failure.
const AFTER: &str = "state/stopped";
const UNRECORDED: &str = "apply/unrecorded";

/// Every error, not only the first: each may hold the only copy of a ticket's id. Who merely met the same failure, in the same commit or
/// later, adds nothing.
pub(super) fn all_of(results: Vec<Outcome<()>>) -> Outcome<()> {
    let mut errors: Vec<_> = results.into_iter().filter_map(Result::err).collect();
    if errors.iter().any(|error| error.code != AFTER) {
        errors.retain(|error| error.code != AFTER);
    }
    // What names a ticket comes first, whoever failed first.
    errors.sort_by_key(|error| error.code != UNRECORDED);
    let mut told = HashSet::new();
    errors.retain(|error| told.insert((error.message.clone(), error.help.clone())));
    let mut errors = errors.into_iter();
    let Some(mut first) = errors.next() else { return Ok(()) };
    for error in errors {
        // The same failure, with another remark of what it stopped.
        if !first.message.contains(&error.message) {
            first.message = format!("{}\n{}", first.message, error.message);
        }
        let helps = [first.help.take(), error.help];
        first.help = helps.into_iter().flatten().reduce(|all, one| format!("{all}\n{one}"));
        // Of several, none is named above the others.
        first.address = None;
    }
    Err(first)
}

/// The worst moment: it is done, and the state does not say so. The intent still does, unless the state was replaced meanwhile.
pub(super) fn unrecorded(key: &Key, write: Write, id: &str, error: &Diagnostic) -> Diagnostic {
    if write != Write::Create {
        return by_hand(key, &format!("the {write} of ticket {id} for {key} is done"), &format!("then: {}", settle(key, "--done")), error);
    }
    let (address, id) = (typed(&key.address.to_string()), typed(id));
    let import = format!("callout import {address} {id} {REASON}");
    let way = format!("then: {}; if the state knows nothing of it any more: {import}", settle(key, &format!("--id {id}")));
    by_hand(key, &format!("ticket {id} was created for {key}"), &way, error)
}

/// Nothing came of it, and the state does not say so. In a state that was replaced meanwhile, what is in doubt may be another run's create.
pub(super) fn unanswered(key: &Key, write: Write, why: &str, error: &Diagnostic) -> Diagnostic {
    let way = match write {
        Write::Create => format!("then, if no other run sent it since: {}", settle(key, "--not-created")),
        Write::Update | Write::Close | Write::Delete => format!("then: {}", settle(key, "--not-done")),
    };
    by_hand(key, &format!("the {write} for {key} came to nothing ({why})"), &way, error)
}

/// Nobody knows what came of it, as the state says already. What was heard, it does not say.
pub(super) fn unheard(key: &Key, write: Write, why: &str, error: &Diagnostic) -> Diagnostic {
    let help = format!(
        "nothing more was sent; keep this message; mend the state, which callout state check looks at; then: callout settle {}",
        typed(&key.to_string())
    );
    let message = format!("the {write} for {key} is in doubt ({why}); what was heard of it could not be recorded: {error}");
    Diagnostic::error(UNRECORDED, message).about(key).help(help)
}

/// Tickets that the state will not remember. An error of its own, also where an earlier one had stopped the writing: nobody else names them.
pub(super) fn unasked(named: &str, error: &Diagnostic) -> Diagnostic {
    let message = format!("the answer named tickets that nobody asked for, and that could not be recorded: {named}: {error}");
    Diagnostic::error(UNRECORDED, message).help(
        "nothing more was sent; somebody may come for each of these: look them up in the portal, and have what nobody wants cancelled there",
    )
}

const REASON: &str = "--reason \"recorded by hand\"";

fn settle(key: &Key, verdict: &str) -> String {
    format!("callout settle {} {verdict} {REASON}", typed(&key.to_string()))
}

fn by_hand(key: &Key, what: &str, way: &str, error: &Diagnostic) -> Diagnostic {
    Diagnostic::error(UNRECORDED, format!("{what}, but that could not be recorded: {error}"))
        .about(key)
        .help(format!("nothing more was sent; mend the state, which callout state check looks at; {way}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(diagnostic: &Diagnostic) -> String {
        format!("{}\n{}", diagnostic.message, diagnostic.help.as_deref().unwrap_or_default())
    }

    #[test]
    fn each_end_has_its_command_and_only_a_surely_free_address_is_freed() {
        let key = Key::new("Dispatch/store-1[x]".parse().expect("an address"), 1);
        let error = Diagnostic::error("state/moved", "the journal was replaced");
        let ends = [
            unrecorded(&key, Write::Create, "7", &error),
            unrecorded(&key, Write::Update, "7", &error),
            unanswered(&key, Write::Create, "HTTP 422", &error),
            unanswered(&key, Write::Close, "HTTP 422", &error),
        ];
        insta::assert_snapshot!(ends.each_ref().map(told).join("\n"), @r#"
        ticket 7 was created for Dispatch/store-1[x]#1, but that could not be recorded: the journal was replaced
        nothing more was sent; mend the state, which callout state check looks at; then: callout settle 'Dispatch/store-1[x]#1' --id 7 --reason "recorded by hand"; if the state knows nothing of it any more: callout import 'Dispatch/store-1[x]' 7 --reason "recorded by hand"
        the update of ticket 7 for Dispatch/store-1[x]#1 is done, but that could not be recorded: the journal was replaced
        nothing more was sent; mend the state, which callout state check looks at; then: callout settle 'Dispatch/store-1[x]#1' --done --reason "recorded by hand"
        the create for Dispatch/store-1[x]#1 came to nothing (HTTP 422), but that could not be recorded: the journal was replaced
        nothing more was sent; mend the state, which callout state check looks at; then, if no other run sent it since: callout settle 'Dispatch/store-1[x]#1' --not-created --reason "recorded by hand"
        the close for Dispatch/store-1[x]#1 came to nothing (HTTP 422), but that could not be recorded: the journal was replaced
        nothing more was sent; mend the state, which callout state check looks at; then: callout settle 'Dispatch/store-1[x]#1' --not-done --reason "recorded by hand"
        "#);
    }

    #[test]
    fn a_commit_that_several_shared_is_told_once() {
        let failed = || Diagnostic::error("state/disk", "the disk is full").help("Nothing was sent for Dispatch/a, Dispatch/b.");
        let key = Key::new("Dispatch/c".parse().expect("an address"), 0);
        let errors = [failed(), unrecorded(&key, Write::Close, "7", &failed()), failed()];
        let all = all_of(errors.into_iter().map(|error| Err(Box::new(error))).collect()).expect_err("errors");
        insta::assert_snapshot!(told(&all), @r#"
        the close of ticket 7 for Dispatch/c is done, but that could not be recorded: the disk is full
        nothing more was sent; mend the state, which callout state check looks at; then: callout settle Dispatch/c --done --reason "recorded by hand"
        Nothing was sent for Dispatch/a, Dispatch/b.
        "#);
    }

    #[test]
    fn tickets_that_nobody_asked_for_are_told_also_after_an_earlier_failure() {
        let stopped = || Diagnostic::error(AFTER, "an earlier write failed");
        let key = Key::new("Dispatch/store-1".parse().expect("an address"), 0);
        let errors = [unrecorded(&key, Write::Create, "7", &stopped()), stopped(), unasked("9 for Store 5 (5)", &stopped())];
        let all = all_of(errors.into_iter().map(|error| Err(Box::new(error))).collect()).expect_err("errors");
        insta::assert_snapshot!(told(&all), @r#"
        ticket 7 was created for Dispatch/store-1, but that could not be recorded: an earlier write failed
        the answer named tickets that nobody asked for, and that could not be recorded: 9 for Store 5 (5): an earlier write failed
        nothing more was sent; mend the state, which callout state check looks at; then: callout settle Dispatch/store-1 --id 7 --reason "recorded by hand"; if the state knows nothing of it any more: callout import Dispatch/store-1 7 --reason "recorded by hand"
        nothing more was sent; somebody may come for each of these: look them up in the portal, and have what nobody wants cancelled there
        "#);
    }
}
