//! Every example is valid, can be applied on the sandbox, and plans clean afterwards.

use ::callout::manifest::Request;
use ::callout::rollout::load;

use crate::stage::{callout, copy, entries};

#[test]
fn every_example_runs_and_then_has_no_changes() {
    let stage = copy();
    let examples = entries(&stage.path().join("examples"));
    assert!(!examples.is_empty());
    for example in examples {
        for (arguments, wanted) in [
            (&["validate"][..], "Valid: "),
            (&["--sandbox", "validate", "--online"], " looked up"),
            (&["--sandbox", "plan", "--detailed-exitcode"], " to create"),
            (&["--sandbox", "apply", "--yes"], "Applied: "),
            // Of one with waves, the later ones wait.
            (&["--sandbox", "plan", "--detailed-exitcode"], " unchanged."),
            (&["--sandbox", "settle"], "Nothing needs a person."),
        ] {
            let (code, said) = callout(&example, arguments);
            let expected = if wanted == " to create" { 2 } else { 0 };
            assert!(code == expected && said.contains(wanted), "{} {arguments:?}: exit code {code}\n{said}", example.display());
        }
    }
}

#[test]
fn every_schedule_of_an_example_is_up_to_date() {
    let stage = copy();
    let mut checked = 0;
    for example in entries(&stage.path().join("examples")) {
        let (code, said) = callout(&example, &["schedule", "--check"]);
        assert!(code == 0, "{}: exit code {code}\n{said}", example.display());
        checked += usize::from(said.contains("up to date"));
    }
    assert!(checked > 0, "no example has a schedule");
}

#[test]
fn an_example_stays_valid_for_years() {
    for example in entries(&crate::stage::root().join("examples")) {
        let loaded = load(&Request { start: example.clone(), ..Request::default() });
        assert!(!loaded.tickets.is_empty(), "{}", example.display());
        for ticket in loaded.tickets {
            assert!(ticket.visit.is_none_or(|visit| visit.start.year() >= 2035), "{}: {}", example.display(), ticket.address);
        }
    }
}
