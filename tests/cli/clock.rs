//! A machine whose clock is wrong, beside a vendor whose clock is right.

use callout::systems::sandbox::{Call, Trouble};
use jiff::SignedDuration;

use crate::shown::shows;
use crate::support::clock::JumpingClock;
use crate::support::project::Project;
use crate::vendor::{TOKEN, Vendor};

const NOT_CREATED: [&str; 6] = ["settle", "CustomerTicket/one", "--not-created", "--reason", "nobody sees it", "--yes"];

/// One customer's ticket, whose create was made and never answered. The machine's clock is so far ahead.
fn doubted(ahead: SignedDuration) -> (Project, Vendor) {
    let mut project = Project::started();
    let vendor = Vendor::new(JumpingClock::at("2027-01-04T12:00:00Z"), |_| {});
    project.clock.jump(ahead);
    project.set("TOKEN", TOKEN);
    let section = format!("{{base_url: \"{}\", credential: {{bearer: \"env:TOKEN\"}}}}", vendor.base_url());
    let file = format!(
        "apiVersion: callout/v1\nkind: Project\nmetadata: {{name: acme}}\nspec:\n  manifests: [tickets/]\n  systems:\n    \
         billing_platform: {section}\n"
    );
    project.write("callout.yaml", file);
    project.write(
        "tickets/one.yaml",
        "apiVersion: callout/v1\nkind: CustomerTicket\nmetadata: {name: one}\nspec:\n  customer_id: 4711\n  subject: About one\n",
    );
    vendor.trouble(Call::Create, Trouble::DropAfterCommit);
    project.run("apply --yes").ends_with(5);
    vendor.well();
    assert_eq!(vendor.tickets(), 1);
    (project, vendor)
}

#[test]
fn a_clock_that_is_a_day_ahead_hides_no_ticket() {
    let (project, vendor) = doubted(SignedDuration::from_hours(24));
    project.clock.jump(SignedDuration::from_mins(2));
    let ran = project.run("apply --yes").ends_with(0);
    assert!(ran.out.contains("= CustomerTicket/one: adopted ticket 482001"), "{ran}");
    assert_eq!(vendor.tickets(), 1);
}

/// A search from the intent on would begin a month too late, and say that there is no ticket.
#[test]
fn a_clock_that_is_a_month_ahead_frees_no_address() {
    let (project, vendor) = doubted(SignedDuration::from_hours(31 * 24));
    project.clock.jump(SignedDuration::from_mins(2));
    shows!(project.run_words(&NOT_CREATED, ""), @r"
    $ callout settle CustomerTicket/one --not-created --reason nobody sees it --yes
    | listing the tickets of Billing Platform
    | settle/misfit in CustomerTicket/one
    |
    |   x CustomerTicket/one cannot be settled like this: ticket 482001 carries its mark; `callout import --match
    |   | mark` links it
    |   help: `callout settle` lists what needs a person, and how
    |
    exit 1
    ");
    project.run("import --match mark --reason found --yes").ends_with(0);
    assert!(project.run("plan").ends_with(0).out.starts_with("No changes."));
    assert_eq!(vendor.tickets(), 1);
}

/// The intent lies a month in the future, and nobody waits for that moment.
#[test]
fn a_clock_that_was_set_back_delays_no_search() {
    let (project, vendor) = doubted(SignedDuration::from_hours(31 * 24));
    project.clock.jump(SignedDuration::from_hours(-31 * 24));
    let ran = project.run("apply --yes").ends_with(0);
    assert!(ran.out.contains("= CustomerTicket/one: adopted ticket 482001"), "{ran}");
    assert_eq!(vendor.tickets(), 1);
}

/// Its file is gone, and with it the name that its mark was made from; the record has the mark.
#[test]
fn a_ticket_whose_file_is_gone_is_looked_for_all_the_same() {
    let (project, vendor) = doubted(SignedDuration::from_hours(31 * 24));
    project.clock.jump(SignedDuration::from_mins(2));
    project.remove("tickets/one.yaml");
    let ran = project.run_words(&NOT_CREATED, "").ends_with(1);
    let told: String = ran.err.split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ");
    assert!(told.contains("cannot be settled like this: ticket 482001 carries its mark; settle it with --id"), "{ran}");
    project.run_words(&["settle", "CustomerTicket/one", "--id", "482001", "--reason", "looked up", "--yes"], "").ends_with(0);
    assert_eq!(vendor.tickets(), 1);
}
