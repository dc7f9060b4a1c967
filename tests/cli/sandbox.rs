//! `callout sandbox --resolve`: playing the vendor's people in the sandbox that is embedded.

use insta::assert_snapshot;

use crate::support::project::Project;
use crate::vendor::dispatch;

#[test]
fn work_is_over_when_somebody_says_so() {
    let project = Project::started();
    assert_snapshot!(project.run("sandbox --resolve all").ends_with(0).out, @"No ticket of the sandbox is open.");
    for store in ["0417", "0418", "0419"] {
        project.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
    project.run("apply --sandbox --yes").ends_with(0);
    assert_snapshot!(project.run("sandbox --resolve 482001").ends_with(0).out, @"1 ticket of the sandbox is resolved. Next: callout --sandbox plan");
    assert_snapshot!(project.run("sandbox --resolve all").ends_with(0).out, @"2 tickets of the sandbox are resolved. Next: callout --sandbox plan");
    assert_snapshot!(project.run("sandbox --resolve all").ends_with(0).out, @"No ticket of the sandbox is open.");
    project.run("apply --sandbox --yes").ends_with(0);
    let records = project.run("state list --sandbox").ends_with(0);
    assert_eq!(records.out.matches("  finished  ").count(), 3, "{records}");
    let refused = |words: &str, why: &str| {
        let ran = project.run(words).ends_with(1);
        assert!(ran.err.contains(why), "{ran}");
    };
    refused("sandbox --resolve 7", "ticket 7 cannot be resolved: the sandbox has no ticket 7");
    refused("sandbox --resolve some", "invalid value 'some' for '--resolve <ID>': it is a ticket's id, or the word all");
    refused("sandbox --resolve all --port 1", "the argument '--resolve <ID>' cannot be used with '--port <PORT>'");
}
