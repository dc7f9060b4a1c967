//! The workflows for GitHub, from a pull request to the nightly look.

use serde_json::json;

use super::terms::names;
use super::workflow::{Job, Run};
use super::world::{PERSON, World};
use crate::support::clock::JumpingClock;

const REPOSITORY: &str = "acme/field";
const COMMENTS: &str = "/repos/acme/field/issues/7/comments";
const ISSUES: &str = "/repos/acme/field/issues";
const MARKER: &str = "<!-- callout: acme-routers -->";

/// A run for a pull request from this repository, or from a fork.
fn pull_request<'w>(world: &'w World, id: &'w str, (head, merge): (&str, &str), from: &str) -> Run<'w> {
    let mut run = run(world, "plan", id, merge);
    run.names.extend(names([
        ("github.event_name", "pull_request"),
        ("github.event.pull_request.number", "7"),
        ("github.event.pull_request.head.sha", head),
        ("github.event.pull_request.head.repo.full_name", from),
    ]));
    run
}

fn run<'w>(world: &'w World, workflow: &'w str, id: &'w str, commit: &str) -> Run<'w> {
    let names = names([
        ("github.repository", REPOSITORY),
        ("github.server_url", "https://github.example.com"),
        ("github.run_id", id),
        ("github.sha", commit),
        ("inputs.run", ""),
    ]);
    Run { world, workflow, id, commit: commit.to_owned(), names }
}

/// The comment of a plan whose job ended so.
fn comment(run: &mut Run<'_>, planned: &Job) {
    let result = if planned.code == 0 { "success" } else { "failure" };
    run.names.extend(names([("needs.plan.result", result)]));
    let job = run.job("comment").expect("a job");
    assert_eq!(job.code, 0, "{}", job.said);
}

/// A merge of a pull request whose plan was made by a run.
fn merged<'w>(world: &'w World, id: &'w str, (head, merge): (&str, &str), planned_by: u64) -> Run<'w> {
    let hub = &world.hub;
    let pull = json!({"number": 7, "merge_commit_sha": merge, "head": {"sha": head, "repo": {"full_name": REPOSITORY}}});
    hub.answers(&format!("/repos/{REPOSITORY}/commits/{merge}/pulls"), &json!([pull]));
    let runs = json!({"workflow_runs": [
        {"id": 99, "head_repository": {"full_name": "mallory/field"}},
        {"id": planned_by, "head_repository": {"full_name": REPOSITORY}},
    ]});
    hub.answers(&format!("/repos/{REPOSITORY}/actions/workflows/plan.yml/runs?head_sha={head}&event=pull_request&status=success"), &runs);
    run(world, "apply", id, merge)
}

fn names_nobody(text: &str) {
    for person in PERSON.into_iter().chain(["6175550199", "dana@example.com", "Dana Ortiz"]) {
        assert!(!text.contains(person), "{person} in\n{text}");
    }
}

#[test]
fn a_pull_request_is_planned_merged_applied_and_looked_after() {
    let Some(world) = World::new() else { return };
    let (head, merge) = world.pull_request();
    let commits = (head.as_str(), merge.as_str());

    let mut run = pull_request(&world, "1001", commits, REPOSITORY);
    let checked = run.job("check").expect("a job");
    assert_eq!(checked.code, 0, "{}", checked.said);
    let planned = run.job("plan").expect("a job");
    assert_eq!(planned.code, 0, "{}", planned.said);
    names_nobody(&(planned.said.clone() + &planned.summary));
    // What somebody else wrote before is left alone, and so is a person who writes the same first line.
    world.hub.write(COMMENTS, json!({"body": format!("{MARKER}\nmine"), "user": {"login": "mallory"}}));
    comment(&mut run, &planned);
    comment(&mut run, &planned);
    let texts = world.hub.texts(COMMENTS);
    assert_eq!(texts.len(), 2, "one comment, kept up to date");
    assert!(texts[1].starts_with(MARKER) && texts[1].contains("12 technicians") && texts[1].contains("--since"), "{}", texts[1]);
    names_nobody(&texts[1]);
    assert_eq!(world.tickets(), 8, "nothing is sent before the merge");

    let applied = merged(&world, "1002", commits, 1001).job("apply").expect("a job");
    assert_eq!(applied.code, 0, "{}", applied.said);
    names_nobody(&(applied.said + &applied.summary));
    assert_eq!(world.tickets(), 20);
    assert!(world.hub.texts(COMMENTS)[2].contains("Applied: 12 created."), "{:?}", world.hub.texts(COMMENTS));

    // The same run, started again: its plan is spent, and a new one is made instead of a second technician.
    let again = merged(&world, "1002", commits, 1001).job("apply").expect("a job");
    assert_eq!(again.code, 3, "{}", again.said);
    assert!(again.said.contains("already applied"), "{}", again.said);
    let texts = world.hub.texts(COMMENTS);
    assert!(texts[3].contains("Nothing was applied") && texts[4].starts_with(MARKER), "{texts:?}");
    assert!(world.path("artifacts/1002/plan/pr.plan").exists() && world.tickets() == 20);

    nightly(&world, &merge);
}

/// A person changes a ticket, and three changes of the files wait for somebody.
fn nightly(world: &World, commit: &str) {
    // What a person writes with the same label and the same first line is left alone.
    world.hub.write(ISSUES, json!({"body": format!("{MARKER}\nmine"), "user": {"login": "mallory"}}));
    // The first night records what it sees, and the next one compares.
    for (id, number) in [("1003", "PO-90001"), ("1004", "PO-90002")] {
        let looked = run(world, "nightly", id, commit).job("look").expect("a job");
        assert_eq!(looked.code, 0, "{}", looked.said);
        names_nobody(&looked.said);
        assert_eq!(world.hub.texts(ISSUES)[1].contains("Dispatch/router-0410"), id == "1004", "{:?}", world.hub.texts(ISSUES));
        world.person_changes("0410", &json!({"po_number": number}));
    }
    let issues = world.hub.list(ISSUES);
    assert_eq!(issues.len(), 2, "one issue, kept up to date");
    let news = format!("{ISSUES}/{}/comments", issues[1]["number"]);
    assert_eq!(world.hub.texts(&news), [""; 0], "what needs a person is the same");
    let text = issues[1]["body"].as_str().expect("a text");
    assert!(text.contains("Dispatch/router-0401") && text.contains("Dispatch/router-0410"), "{text}");
    names_nobody(text);
    // A person settles what waits; what was changed in the portal is changed back there.
    settle(world, commit, "Dispatch/router-0401", "accept");
    let listed = settle(world, commit, "", "list");
    assert!(listed.summary.contains("`Dispatch/router-0402`") && !listed.summary.contains("`Dispatch/router-0401`"), "{}", listed.summary);
    let looked = run(world, "nightly", "1005", commit).job("look").expect("a job");
    assert_eq!(looked.code, 0, "{}", looked.said);
    let told = world.hub.texts(&news);
    assert!(told.len() == 1 && told[0].starts_with("What needs a person is not what it was: "), "{told:?}");
    settle(world, commit, "Dispatch/router-0402 Dispatch/router-0403", "accept");
    world.person_changes("0410", &json!({"po_number": null}));
    let looked = run(world, "nightly", "1006", commit).job("look").expect("a job");
    assert_eq!(looked.code, 0, "{}", looked.said);
    let closed: Vec<bool> = world.hub.list(ISSUES).iter().map(|issue| issue["closed"] == true).collect();
    assert_eq!(closed, [false, true], "{}", looked.summary);
}

fn settle(world: &World, commit: &str, tickets: &str, settlement: &str) -> Job {
    let mut settle = run(world, "settle", "1009", commit);
    settle.names.extend(names([
        ("inputs.tickets", tickets),
        ("inputs.settlement", settlement),
        ("inputs.id", ""),
        ("inputs.reason", "called; $(touch spied)"),
    ]));
    let settled = settle.job("settle").expect("a job");
    assert_eq!(settled.code, 0, "{}", settled.said);
    names_nobody(&(settled.said.clone() + &settled.summary));
    settled
}

#[test]
fn a_pull_request_from_a_fork_is_checked_without_a_credential() {
    let Some(world) = World::new() else { return };
    // Made-up prices are over it, and refuse nothing.
    world.edit("callout.yaml", &[("spend: 25000", "spend: 100")]);
    world.commit();
    let (head, merge) = world.pull_request();
    let mut run = pull_request(&world, "1001", (&head, &merge), "mallory/field");
    let checked = run.job("check").expect("a job");
    assert_eq!(checked.code, 0, "{}", checked.said);
    for told in ["From a fork", "Prices and addresses are made up by a sandbox", "15 technicians", "over the limit"] {
        assert!(checked.summary.contains(told), "{told} is not in\n{}", checked.summary);
    }
    names_nobody(&checked.summary);
    assert!(run.job("plan").is_none());
    // In a merge queue there is no pull request to tell: its files are checked.
    let nothing = ["number", "head.sha", "head.repo.full_name"].map(|name| (format!("github.event.pull_request.{name}"), String::new()));
    run.names.extend(nothing);
    run.names.extend(names([("github.event_name", "merge_group")]));
    let checked = run.job("check").expect("a job");
    assert_eq!((checked.code, checked.summary.as_str()), (0, ""), "{}", checked.said);
    assert!(run.job("plan").is_none());
}

#[test]
fn a_mistake_and_a_limit_are_on_the_pull_request_and_merge_nothing() {
    let Some(world) = World::new() else { return };
    world.edit("callout.yaml", &[("creates: 50", "creates: 11")]);
    world.commit();
    let (head, merge) = world.pull_request();
    let mut run = pull_request(&world, "1001", (&head, &merge), REPOSITORY);
    let planned = run.job("plan").expect("a job");
    assert_eq!(planned.code, 4, "{}", planned.said);
    comment(&mut run, &planned);
    assert!(world.hub.texts(COMMENTS)[0].contains("creates"), "{:?}", world.hub.texts(COMMENTS));

    world.edit("rollouts/routers.yaml", &[("service_type", "service_typ")]);
    let head = world.commit();
    let mut run = pull_request(&world, "1002", (&head, &head), REPOSITORY);
    let checked = run.job("check").expect("a job");
    assert!(checked.code == 1 && checked.said.contains("::error file=rollouts/routers.yaml"), "{}", checked.said);
    let planned = run.job("plan").expect("a job");
    assert_eq!(planned.code, 1, "{}", planned.said);
    comment(&mut run, &planned);
    let texts = world.hub.texts(COMMENTS);
    assert!(texts.len() == 1 && texts[0].contains(&format!("There is no plan for {head}")), "{texts:?}");
}

#[test]
fn a_merge_without_a_plan_sends_nobody_until_a_person_has_read_one() {
    let Some(world) = World::new() else { return };
    let (head, merge) = world.pull_request();
    // The only run for its commit was that of a fork.
    let hub = &world.hub;
    pull_request(&world, "99", (&head, &merge), REPOSITORY).job("plan").expect("a plan, as a fork could make one");
    let apply = merged(&world, "1001", (&head, &merge), 99);
    let forged = json!({"workflow_runs": [{"id": 99, "head_repository": {"full_name": "mallory/field"}}]});
    hub.answers(&format!("/repos/{REPOSITORY}/actions/workflows/plan.yml/runs?head_sha={head}&event=pull_request&status=success"), &forged);
    let ended = apply.job("apply").expect("a job");
    assert_eq!((ended.code, world.tickets()), (3, 8), "{}", ended.said);
    // The plan that it made is applied by its number; another's is not.
    let mut by_hand = run(&world, "apply", "1002", &merge);
    for (number, owner, code) in [("99", "mallory/field", 1), ("1001; touch spied", REPOSITORY, 1), ("1001", REPOSITORY, 0)] {
        hub.answers(&format!("/repos/{REPOSITORY}/actions/runs/{number}"), &json!({"head_repository": {"full_name": owner}}));
        by_hand.names.extend(names([("inputs.run", number)]));
        let ended = by_hand.job("apply").expect("a job");
        assert_eq!(ended.code, code, "{}", ended.said);
    }
    assert_eq!(world.tickets(), 20);
}

#[test]
fn a_merge_whose_new_plan_is_no_help_is_told_all_the_same() {
    let Some(world) = World::new() else { return };
    let (head, merge) = world.pull_request();
    let told = |id: &str, commit: &str, code: i32| {
        let apply = merged(&world, id, (&head, commit), 99);
        let ended = apply.job("apply").expect("a job");
        assert_eq!((ended.code, world.tickets()), (code, 8), "{}", ended.said);
        let texts = world.hub.texts(COMMENTS);
        texts.into_iter().rfind(|text| text.starts_with("**")).unwrap_or_else(|| panic!("nobody is told:\n{}", ended.said))
    };
    assert!(told("1001", &merge, 3).contains("run the workflow `apply` with the number 1001"));
    // Over a limit: no number helps, a pull request does.
    world.edit("callout.yaml", &[("creates: 50", "creates: 11")]);
    world.commit();
    let refused = told("1002", &world.merge("more"), 3);
    assert!(refused.contains("one that raises the limit in `callout.yaml`") && !refused.contains("with the number"), "{refused}");
    // No plan at all.
    world.edit("callout.yaml", &[("kind: Project", "kind: Projekt")]);
    let broken = told("1003", &world.commit(), 3);
    assert!(broken.contains("A new one could not be made: [this run](https://github.example.com/"), "{broken}");
    // A step before it breaks off, as the code host says nothing.
    let dead = merged(&world, "1004", (&head, &merge), 99);
    let pull = json!({"number": 7, "merge_commit_sha": merge, "head": {"sha": "nobody", "repo": {"full_name": REPOSITORY}}});
    world.hub.answers(&format!("/repos/{REPOSITORY}/commits/{merge}/pulls"), &json!([pull]));
    let ended = dead.job("apply").expect("a job");
    assert!(ended.code != 0 && world.tickets() == 8, "{}", ended.said);
    let texts = world.hub.texts(COMMENTS);
    assert!(texts.last().is_some_and(|text| text.contains("broke off, and says why")), "{texts:?}");
}

#[test]
fn the_lock_of_a_run_that_died_is_broken() {
    let Some(world) = World::new() else { return };
    world.other_run(JumpingClock::at("2026-01-04T12:00:00Z"));
    let mut unlock = run(&world, "unlock", "1001", "main");
    for (id, code, told) in [("lease-of-ben", 1, "lease-of-ana"), ("lease-of-ana", 0, "free")] {
        unlock.names.extend(names([("inputs.id", id)]));
        let ended = unlock.job("unlock").expect("a job");
        assert!(ended.code == code && ended.said.contains(told), "{}", ended.said);
    }
}
