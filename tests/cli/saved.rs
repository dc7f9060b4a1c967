//! Saved plans: `plan --out`, `show`, `apply PLAN`.

use jiff::SignedDuration;

use crate::shown::shows;
use crate::vendor::{Site, dispatch};

fn saved() -> Site {
    let site = Site::with_dispatch();
    let ran = site.run("plan --out p.plan").ends_with(0);
    assert_eq!(ran.err, "saved; apply exactly this with: callout apply p.plan\n");
    site
}

#[test]
fn a_saved_plan_is_shown_and_applied_once() {
    let site = saved();
    let shown = site.run("show p.plan").ends_with(0);
    assert_eq!(shown.out, site.run("plan").out);
    insta::assert_snapshot!(shown.err, @"plan 000000000001 of acme, made 2027-01-04T12:00:00Z from state 0, good until 2027-01-05T12:00:00Z");
    assert_eq!(site.run("show p.plan --format json").json()["counts"]["create"], 1);
    site.run("apply --yes p.plan").ends_with(0);
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: this plan was already applied, on 2027-01-04T12:00:00Z
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

fn git(site: &Site, words: &[&str]) {
    let who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false", "-C"];
    let ran = std::process::Command::new("git").args(who).arg(site.path("")).args(words).output().expect("git");
    assert!(ran.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn a_saved_plan_says_whether_its_files_were_committed() {
    let site = Site::with_dispatch();
    let shown = || {
        site.run("plan --out p.plan").ends_with(0);
        let shown = site.run("show p.plan").ends_with(0).err;
        let (_, from) = shown.split_once(" from commit ").expect("a commit");
        from.split_once(' ').expect("what comes after it").1.split(" from state").next().expect("a text").trim().to_owned()
    };
    for words in [&["init", "-q"][..], &["add", "-A"], &["commit", "-qm", "x"]] {
        git(&site, words);
    }
    assert_eq!(shown(), "from state 0, good until 2027-01-05T12:00:00Z");
    // The saved plan itself is a new file, and none that a plan is made from.
    assert_eq!(shown(), "from state 0, good until 2027-01-05T12:00:00Z");
    site.edit("tickets/a.yaml", "PO-88213", "PO-1");
    assert_eq!(shown(), "and changes that were not committed");
    git(&site, &["commit", "-qam", "y"]);
    assert_eq!(shown(), "from state 0, good until 2027-01-05T12:00:00Z");
    site.write("tickets/b.yaml", dispatch("store-0418-router", "0418"));
    assert_eq!(shown(), "and changes that were not committed");
}

#[test]
fn a_saved_plan_asks_too() {
    let site = saved();
    site.run_answering("apply p.plan", "no\n").ends_with(1);
    assert_eq!(site.vendor.tickets(), 0);
    site.run_answering("apply p.plan", "yes\n").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_plan_whose_files_changed_is_stale() {
    let site = saved();
    site.edit("tickets/a.yaml", "PO-88213", "PO-1");
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: Dispatch/store-0417-router: its description changed since this plan was made
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_plan_whose_record_changed_is_stale() {
    let site = saved();
    site.run("apply --yes").ends_with(0);
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: Dispatch/store-0417-router: its record changed since this plan was made
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_plan_made_under_other_limits_is_stale() {
    let site = saved();
    site.limit("creates: 50");
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: the limits changed since this plan was made
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
}

#[test]
fn other_tickets_may_change_under_a_plan() {
    let site = saved();
    site.write("tickets/b.yaml", dispatch("store-0418-router", "0418"));
    site.run("apply --yes p.plan").ends_with(0);
    assert_eq!(site.vendor.tickets(), 1);
}

#[test]
fn a_plan_expires() {
    let site = saved();
    site.clock.jump(SignedDuration::from_hours(25));
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: this plan expired on 2027-01-05T12:00:00Z
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_plan_of_another_state_is_refused() {
    let (site, other) = (saved(), Site::with_dispatch());
    other.write("p.plan", site.read("p.plan"));
    shows!(other.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/stale
    |
    |   x p.plan is not applied: this plan was made from another state (lineage
    |   | [lineage], here [lineage])
    |   help: nothing was sent; make and review a new one: callout plan --out p.plan
    |
    exit 3
    ");
    assert_eq!(other.vendor.tickets(), 0);
}

#[test]
fn a_plan_of_the_sandbox_is_not_applied_to_the_real_system() {
    let site = Site::with_dispatch();
    site.run("plan --sandbox --out p.plan").ends_with(0);
    site.run("apply --yes p.plan").ends_with(3);
    site.run("apply --yes --sandbox p.plan").ends_with(0);
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_damaged_plan_is_refused() {
    let site = saved();
    let text = site.read("p.plan");
    site.write("p.plan", text.replacen("PO-88213", "PO-88214", 1));
    shows!(site.run("apply --yes p.plan"), @r"
    $ callout apply --yes p.plan
    | plan/damaged
    |
    |   x p.plan cannot be used as a plan: its checksum does not fit its content
    |   help: make a new one: callout plan --out p.plan
    |
    exit 1
    ");
    site.write("p.plan", &text[..text.len() / 2]);
    shows!(site.run("show p.plan"), @r"
    $ callout show p.plan
    | plan/damaged
    |
    |   x p.plan cannot be used as a plan: it is not what callout writes (EOF while parsing a string at line 1
    |   | column 1005)
    |   help: make a new one: callout plan --out p.plan
    |
    exit 1
    ");
    site.write("p.plan", [0_u8, 159, 146, 150]);
    shows!(site.run("show p.plan"), @r"
    $ callout show p.plan
    | plan/damaged
    |
    |   x p.plan cannot be used as a plan: it is not what callout writes (expected value at line 1 column 1)
    |   help: make a new one: callout plan --out p.plan
    |
    exit 1
    ");
    shows!(site.run("show none.plan"), @r"
    $ callout show none.plan
    | plan/unreadable
    |
    |   x the plan none.plan cannot be read: no such file or directory
    |   help: make one: callout plan --out none.plan
    |
    exit 1
    ");
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_plan_that_cannot_be_saved_says_so() {
    let site = Site::with_dispatch();
    let ran = site.run("plan --out none/p.plan").ends_with(1);
    insta::assert_snapshot!(ran.err, @r"
    plan/save

      x the plan cannot be saved to none/p.plan: no such file or directory
      help: nothing was applied; name a file in a folder that can be written
    ");
    let ran = site.run("plan --out callout.yaml/p.plan").ends_with(1);
    insta::assert_snapshot!(ran.err, @r"
    plan/save

      x the plan cannot be saved to callout.yaml/p.plan: not a directory
      help: nothing was applied; name a file in a folder that can be written
    ");
    assert_eq!(ran.out, "", "nothing is planned for nothing");
}

#[test]
fn a_selection_belongs_to_the_plan_and_not_to_its_apply() {
    shows!(saved().run("apply p.plan --target Dispatch/store-0417-router"), @r"
    $ callout apply p.plan --target Dispatch/store-0417-router
    | error: the argument '[PLAN]' cannot be used with '--target <ADDRESS>'
    |
    | Usage: callout apply <PLAN>
    |
    | For more information, try '--help'.
    exit 1
    ");
}

#[test]
fn a_plan_of_a_newer_callout_is_refused() {
    let site = saved();
    let text = site.read("p.plan");
    site.write(
        "p.plan",
        text.replacen(
            "{\"format_version\":1,\"written_by\":\"callout 0.1.0\"",
            "{\"format_version\":99,\"written_by\":\"callout 9.0.0\"",
            1,
        ),
    );
    let ran = site.run("apply --yes p.plan").ends_with(1);
    insta::assert_snapshot!(ran.err, @r"
    plan/newer

      x p.plan cannot be used as a plan: it has format version 99, written by callout 9.0.0; this is callout
      | 0.1.0 and reads up to version 2
      help: apply it with that callout, or make a new one with this: callout plan --out p.plan
    ");
    assert_eq!(site.run("show p.plan").ends_with(1).err, ran.err);
    assert_eq!(site.vendor.tickets(), 0);
}

#[test]
fn a_state_is_no_plan() {
    let site = saved();
    site.run("apply --yes p.plan").ends_with(0);
    site.write("s.plan", site.read(".callout/state.json"));
    let ran = site.run("apply --yes s.plan").ends_with(1);
    insta::assert_snapshot!(ran.err, @r"
    plan/damaged

      x s.plan cannot be used as a plan: it is a state, not a plan
      help: make a new one: callout plan --out s.plan
    ");
}
