//! The pipeline for GitLab, from a merge request to the nightly look.

use std::sync::Arc;

use callout::cli::SystemClock;
use serde_json::json;

use super::pipeline::Pipeline;
use super::world::{PERSON, World};

const NOTES: &str = "/api/v4/projects/42/merge_requests/7/notes";
const ISSUES: &str = "/api/v4/projects/42/issues";

/// The pipeline of a merge request that comes from a project.
fn merge_request<'w>(world: &'w World, head: &str, from: &str) -> Pipeline<'w> {
    let base = crate::support::git::git(&world.origin(), &["rev-parse", "main"]);
    let more = [
        ("CI_MERGE_REQUEST_PROJECT_ID", "42"),
        ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", from),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.as_str()),
    ];
    Pipeline::new(world, head, "merge_request_event", more)
}

fn names_nobody(text: &str) {
    for person in PERSON.into_iter().chain(["6175550199", "dana@example.com", "Dana Ortiz"]) {
        assert!(!text.contains(person), "{person} in\n{text}");
    }
}

#[test]
fn a_merge_request_is_planned_merged_applied_and_looked_after() {
    let Some(world) = World::new() else { return };
    let (head, merge) = world.pull_request();
    let request = merge_request(&world, &head, "42");
    assert_eq!(request.jobs(), ["check", "plan"]);
    for (job, id) in [("check", "11"), ("plan", "12"), ("plan", "13")] {
        let ended = request.job(job, id);
        assert_eq!(ended.code, 0, "{}", ended.said);
        names_nobody(&ended.said);
    }
    let notes = world.hub.texts(NOTES);
    assert!(notes.len() == 1 && notes[0].contains("12 technicians"), "one note, kept up to date: {notes:?}");
    names_nobody(&notes[0]);

    let merged = json!([{"iid": 7, "state": "merged", "source_project_id": 42, "merge_commit_sha": merge, "sha": head}]);
    world.hub.answers(&format!("/api/v4/projects/42/repository/commits/{merge}/merge_requests"), &merged);
    world.hub.answers(
        "/api/v4/projects/42/merge_requests/7/pipelines",
        &json!([{"id": 5, "source": "push"}, {"id": 6, "source": "merge_request_event"}]),
    );
    world
        .hub
        .answers("/api/v4/projects/42/pipelines/6/jobs?scope[]=success", &json!([{"id": 11, "name": "check"}, {"id": 13, "name": "plan"}]));
    let main = Pipeline::new(&world, &merge, "push", []);
    assert_eq!(main.jobs(), ["apply"]);
    for (id, code, tickets, told) in [("14", 0, 20, "Applied: 12 created."), ("15", 3, 20, "Nothing was applied")] {
        let ended = main.job("apply", id);
        assert_eq!((ended.code, world.tickets()), (code, tickets), "{}", ended.said);
        names_nobody(&ended.said);
        assert!(world.hub.texts(NOTES).iter().any(|text| text.contains(told)), "{:?}", world.hub.texts(NOTES));
    }

    let night = Pipeline::new(&world, &merge, "schedule", []);
    assert_eq!(night.jobs(), ["look"]);
    // What a person writes with the same label and the same first line is left alone.
    world.hub.write(ISSUES, json!({"description": "<!-- callout: acme-routers -->\nmine", "author": {"id": 2}}));
    // The first night records what it sees, and the next one compares.
    for (id, number) in [("16", "PO-90001"), ("17", "PO-90002")] {
        let ended = night.job("look", id);
        assert_eq!(ended.code, 0, "{}", ended.said);
        world.person_changes("0410", &json!({"po_number": number}));
    }
    let issues = world.hub.texts(ISSUES);
    assert!(issues.len() == 2 && issues[1].contains("Dispatch/router-0401") && issues[1].contains("Dispatch/router-0410"), "{issues:?}");
    let news = format!("{ISSUES}/{}/notes", world.hub.list(ISSUES)[1]["iid"]);
    assert_eq!(world.hub.texts(&news), [""; 0], "what needs a person is the same");

    settle(&world, &merge, "Dispatch/router-0401", "accept");
    let listed = settle(&world, &merge, "", "list");
    assert!(listed.contains("`Dispatch/router-0402`") && !listed.contains("`Dispatch/router-0401`"), "{listed}");
    assert_eq!(night.job("look", "18").code, 0);
    let told = world.hub.texts(&news);
    assert!(told.len() == 1 && told[0].starts_with("What needs a person is not what it was: "), "{told:?}");
    settle(&world, &merge, "Dispatch/router-0402 Dispatch/router-0403", "accept");
    world.person_changes("0410", &json!({"po_number": null}));
    assert_eq!(night.job("look", "19").code, 0);
    let closed: Vec<bool> = world.hub.list(ISSUES).iter().map(|issue| issue["closed"] == true).collect();
    assert_eq!(closed, [false, true]);
}

fn settle(world: &World, commit: &str, tickets: &str, settlement: &str) -> String {
    let web = [("TASK", "settle"), ("TICKETS", tickets), ("SETTLEMENT", settlement), ("REASON", "called; $(touch spied)")];
    let settle = Pipeline::new(world, commit, "web", web);
    assert_eq!(settle.jobs(), ["settle"]);
    let ended = settle.job("settle", "30");
    assert_eq!(ended.code, 0, "{}", ended.said);
    names_nobody(&ended.said);
    ended.said
}

#[test]
fn a_merge_whose_new_plan_is_no_help_is_told_all_the_same() {
    let Some(world) = World::new() else { return };
    let (head, merge) = world.pull_request();
    let told = |commit: &str, texts: usize| {
        let merged = json!([{"iid": 7, "state": "merged", "source_project_id": 42, "merge_commit_sha": commit, "sha": head}]);
        world.hub.answers(&format!("/api/v4/projects/42/repository/commits/{commit}/merge_requests"), &merged);
        let ended = Pipeline::new(&world, commit, "push", []).job("apply", "14");
        assert_eq!(world.tickets(), 8, "{}", ended.said);
        let notes = world.hub.texts(NOTES);
        assert_eq!(notes.len(), texts, "{notes:?}");
        (ended.code, ended.said, notes.into_iter().rfind(|text| text.starts_with("**")).expect("a note"))
    };
    // The code host breaks off.
    let (code, _, note) = told(&merge, 1);
    assert!(code != 0 && note.contains("broke off, and says why"), "{note}");
    // A merge request without a pipeline.
    world.hub.answers("/api/v4/projects/42/merge_requests/7/pipelines", &json!([]));
    let (code, said, note) = told(&merge, 3);
    assert!(code == 3 && said.contains("No plan was made for this commit."), "{said}");
    assert!(note.contains("start a pipeline with TASK apply and JOB 14"), "{note}");
    // Over a limit: no number helps, a merge request does.
    world.edit("callout.yaml", &[("creates: 50", "creates: 11")]);
    world.commit();
    let (code, _, note) = told(&world.merge("more"), 5);
    assert!(code == 3 && note.contains("one that raises the limit in `callout.yaml`") && !note.contains("JOB 14"), "{note}");
    // No plan at all.
    world.edit("callout.yaml", &[("kind: Project", "kind: Projekt")]);
    let (code, _, note) = told(&world.commit(), 6);
    assert!(code == 3 && note.contains("A new one could not be made: [this job]("), "{note}");
}

#[test]
fn a_merge_request_from_a_fork_is_compared_with_no_state() {
    let Some(world) = World::new() else { return };
    // Made-up prices are over it, and refuse nothing.
    world.edit("callout.yaml", &[("spend: 25000", "spend: 100")]);
    world.commit();
    let (head, _) = world.pull_request();
    let request = merge_request(&world, &head, "77");
    assert_eq!(request.jobs(), ["check", "fork"]);
    let ended = request.job("fork", "11");
    assert_eq!(ended.code, 0, "{}", ended.said);
    assert_eq!(world.hub.calls(), [""; 0]);
}

#[test]
fn a_mistake_is_an_entry_of_the_code_quality_report_and_a_note() {
    let Some(world) = World::new() else { return };
    world.edit("rollouts/routers.yaml", &[("service_type", "service_typ")]);
    let head = world.commit();
    let request = merge_request(&world, &head, "42");
    assert_eq!(request.job("check", "11").code, 1);
    let planned = request.job("plan", "12");
    assert_eq!(planned.code, 1, "{}", planned.said);
    let notes = world.hub.texts(NOTES);
    assert!(notes.len() == 1 && notes[0].contains(&format!("There is no plan for {head}")), "{notes:?}");
}

#[test]
fn what_is_started_by_hand_runs_alone_and_on_the_main_branch() {
    let Some(world) = World::new() else { return };
    for task in ["look", "apply", "settle", "unlock"] {
        assert_eq!(Pipeline::new(&world, "main", "web", [("TASK", task)]).jobs(), [task]);
    }
    assert_eq!(Pipeline::new(&world, "main", "schedule", [("CI_COMMIT_BRANCH", "more")]).jobs(), [""; 0]);
    for task in ["look", "apply", "settle", "unlock"] {
        assert_eq!(Pipeline::new(&world, "main", "web", [("TASK", task), ("CI_COMMIT_BRANCH", "more")]).jobs(), [""; 0]);
    }
    // Its run goes on.
    world.other_run(Arc::new(SystemClock));
    let ended = Pipeline::new(&world, "main", "web", [("TASK", "unlock"), ("ID", "lease-of-ana")]).job("unlock", "11");
    assert!(ended.code == 1 && ended.said.contains("the lock was left alone"), "{}", ended.said);
}
