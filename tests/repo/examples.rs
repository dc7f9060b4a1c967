//! Every example is valid, can be applied on the sandbox, and plans clean afterwards.

use ::callout::manifest::Request;
use ::callout::rollout::load;

use crate::stage::{callout, copy, entries};

/// No example has more.
const WAVES: usize = 3;

#[test]
fn every_example_runs_and_then_has_no_changes() {
    let stage = copy();
    let examples = entries(&stage.path().join("examples"));
    assert!(!examples.is_empty());
    for example in examples {
        let runs = |arguments: &[&str], expected: i32, wanted: &str| {
            let (code, said) = callout(&example, arguments);
            assert!(code == expected && said.contains(wanted), "{} {arguments:?}: exit code {code}\n{said}", example.display());
            said
        };
        runs(&["validate"], 0, "Valid: ");
        runs(&["--sandbox", "validate", "--online"], 0, " looked up");
        runs(&["--sandbox", "plan", "--detailed-exitcode"], 2, " to create");
        runs(&["--sandbox", "apply", "--yes"], 0, "Applied: ");
        // A wave is sent once the work of the one before is over.
        for _ in 0..WAVES {
            if runs(&["--sandbox", "plan"], 0, "").contains(" deferred") {
                runs(&["sandbox", "--resolve", "all"], 0, "");
                runs(&["--sandbox", "apply", "--yes"], 0, "Applied: ");
            }
        }
        runs(&["--sandbox", "plan", "--detailed-exitcode"], 0, "No changes. ");
        runs(&["--sandbox", "settle"], 0, "Nothing needs a person.");
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
