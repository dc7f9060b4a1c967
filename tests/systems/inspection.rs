//! Looking inside the sandbox, changes by hand, and the file that outlives the process.

use callout::systems::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use crate::stage::{Stage, clock, file, form, told};

#[tokio::test]
async fn all_that_was_received_can_be_looked_at_and_no_token() {
    let stage = Stage::new().await;
    let (status, _) = told(stage.post(form(&[]).part("file", file("plan.pdf", 3)))).await;
    assert_eq!(status, 200);
    let (_, inside) = told(stage.request("GET", "/_sandbox/tickets")).await;
    let ticket = &inside["tickets"][0];
    assert_eq!((&inside["creates"], &ticket["create"], &ticket["id"]), (&json!(1), &json!(1), &json!(482_001)));
    assert_eq!(ticket["received"]["contact_name"], "Dana Ortiz");
    assert_eq!(ticket["received"]["automatic_email_contact"], "true");
    assert_eq!((&ticket["files"][0]["filename"], &ticket["files"][0]["size"]), (&json!("plan.pdf"), &json!(3)));
    told(stage.get("/api/v1/tickets/7?granted_tenant_macnum=1")).await;
    let (_, log) = told(stage.request("GET", "/_sandbox/requests")).await;
    let expected = json!([
        {"at": "2027-01-04T12:00:00Z", "method": "POST", "path": "/api/v1/tickets/external", "status": 200, "faults": []},
        {"at": "2027-01-04T12:00:00Z", "method": "GET", "path": "/api/v1/tickets/7?granted_tenant_macnum=1", "status": 404, "faults": []},
    ]);
    assert_eq!(log, expected);
}

#[tokio::test]
async fn changes_by_hand_are_read_back() {
    let stage = Stage::new().await;
    let id = stage.create().await;
    let path = format!("/_sandbox/tickets/{id}");
    let changes = json!({"technician_id": 7, "technician_name": "Lou Ray", "schedule": {"start_date": "2027-01-13T13:00:00Z"}});
    assert_eq!(told(stage.request("PATCH", &path).json(&changes)).await.0, 200);
    let read = stage.read(id).await;
    assert_eq!((&read["technician_id"], &read["technician_name"]), (&json!(7), &json!("Lou Ray")));
    assert_eq!(read["schedule"]["start_date"], "2027-01-13T13:00:00Z");
    assert_eq!(read["schedule"]["end_date"], "2027-01-11T17:00:00Z");

    assert_eq!(read["date_resolved"], Value::Null);
    assert_eq!(told(stage.request("POST", &format!("{path}/resolve"))).await.0, 200);
    let read = stage.read(id).await;
    assert_eq!((&read["date_resolved"], &read["status_name"]), (&json!("2027-01-04T12:00:00Z"), &json!("Resolved")));

    assert_eq!(told(stage.request("DELETE", &path)).await.0, 200);
    assert_eq!(told(stage.get(&format!("/api/v1/tickets/{id}"))).await.0, 404);
    assert!(stage.sandbox.tickets()[0].hidden);
}

#[tokio::test]
async fn a_change_that_makes_no_sense_is_refused() {
    let stage = Stage::new().await;
    let id = stage.create().await;
    let change = async |id: u64, change: Value| told(stage.request("PATCH", &format!("/_sandbox/tickets/{id}")).json(&change)).await;
    let told_of = |detail: &str| json!({ "detail": detail });
    assert_eq!(change(7, json!({})).await, (404, told_of("the sandbox has no ticket 7")));
    assert_eq!(change(id, json!({"id": 5})).await, (400, told_of("a ticket has no field `id` that can be changed")));
    let nested = json!({"schedule": {"begin": "x"}});
    assert_eq!(change(id, nested).await, (400, told_of("a ticket has no field `schedule.begin` that can be changed")));
    let fault = json!([{"fault": "not_found", "on": "create"}]);
    let (status, body) = told(stage.request("POST", "/_sandbox/faults").json(&fault)).await;
    assert_eq!((status, body), (400, told_of(r#"the fault "not_found" cannot show on a "create""#)));
    let typo = json!([{"fault": "html", "on": "create", "time": 1}]);
    assert_eq!(told(stage.request("POST", "/_sandbox/faults").json(&typo)).await.0, 400);
}

#[tokio::test]
async fn faults_are_switched_over_http() {
    let stage = Stage::new().await;
    let faults = json!([
        {"fault": {"too_many_requests": {"retry_after": 2}}, "on": "create", "times": 1},
        {"fault": "drop_after_commit", "on": "create", "percent": 100},
    ]);
    assert_eq!(told(stage.request("POST", "/_sandbox/faults").json(&faults)).await, (200, faults.clone()));
    assert_eq!(told(stage.request("GET", "/_sandbox/faults")).await, (200, faults));
    assert_eq!(told(stage.post(form(&[]))).await.0, 429);
    assert!(stage.post(form(&[])).send().await.is_err());
    assert_eq!(told(stage.request("DELETE", "/_sandbox/faults")).await, (200, json!([])));
    stage.create().await;
    let faults: Vec<usize> = stage.sandbox.requests().iter().map(|request| request.faults.len()).collect();
    assert_eq!(faults, [2, 1, 0]);
}

#[tokio::test]
async fn tickets_outlive_the_process_and_a_torn_line_is_cut_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sandbox/techexpress.jsonl");
    let clock = crate::stage::clock();
    let load = || Sandbox::load(Options::new(clock.clone()), &path).expect("a sandbox");
    let stage = Stage::of(clock.clone(), load()).await;
    let (first, second) = (stage.create().await, stage.create().await);
    stage.sandbox.resolve(first).expect("a ticket");
    let before = (stage.sandbox.tickets(), stage.sandbox.creates());
    drop(stage);

    let text = std::fs::read_to_string(&path).expect("the file");
    let systems: Vec<&str> = callout::systems::registry().iter().map(|system| system.id()).collect();
    let head = format!("{{\"sandbox\":\"callout\",\"systems\":{},\"version\":2}}\n", serde_json::json!(systems));
    assert!(text.starts_with(&head), "{text}");
    assert!(text.contains("\"system\":\"techexpress\""), "{text}");
    std::fs::write(&path, format!("{text}[{{\"id\":48")).expect("a torn line");
    let stage = Stage::of(clock.clone(), load()).await;
    assert_eq!((stage.sandbox.tickets(), stage.sandbox.creates()), before);
    assert_eq!(stage.create().await, second + 1);
    drop(stage);
    assert_eq!(load().creates(), 3);
}

#[tokio::test]
async fn a_file_that_is_none_of_a_sandbox_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("techexpress.jsonl");
    let message = |text: &str| {
        std::fs::write(&path, text).expect("a file");
        let error = Sandbox::load(Options::new(clock()), &path).err().expect("an error");
        assert_eq!(std::fs::read_to_string(&path).expect("the file"), text);
        error.message.replace(&path.display().to_string(), "FILE")
    };
    assert_eq!(
        message("{\"sandbox\":\"callout\",\"systems\":[],\"version\":3}\n"),
        "The sandbox's tickets in FILE cannot be read: it has version 3, and this callout reads up to version 2."
    );
    assert!(message("{\"sandbox\":\"techexpress\",\"version\":1}\nhello\n[]\n").contains("cannot be read: line 2: expected value"));
    assert!(message("not ours\n").contains("cannot be read: line 1: expected"));
    assert!(message("not ours").contains("cannot be read: line 1: expected"));
}

#[tokio::test]
async fn a_file_of_the_first_version_holds_tickets_of_the_first_system() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tickets.json");
    let load = || Sandbox::load(Options::new(clock()), &path).expect("a sandbox");
    let stage = Stage::of(clock(), load()).await;
    let id = stage.create().await;
    drop(stage);
    let text = std::fs::read_to_string(&path).expect("the file");
    let entries = text.lines().nth(1).expect("a commit").replace("\"system\":\"techexpress\",", "");
    let old = format!("{{\"sandbox\":\"techexpress\",\"version\":1}}\n{entries}\n");
    assert!(!old.contains("system"), "{old}");
    std::fs::write(&path, old).expect("an old file");
    let stage = Stage::of(clock(), load()).await;
    assert_eq!(stage.read(id).await["location_name"], "Store 417");
    assert_eq!(stage.create_noc().await, id + 1);
    drop(stage);
    let systems: Vec<String> = load().tickets().into_iter().map(|ticket| ticket.system).collect();
    assert_eq!(systems, ["techexpress", "nocexpress"]);
}

#[tokio::test]
async fn it_stops_when_it_is_dropped() {
    let stage = Stage::new().await;
    let url = stage.url("/_sandbox/tickets");
    let client = reqwest::Client::new();
    assert_eq!(client.get(&url).send().await.expect("an answer").status().as_u16(), 200);
    drop(stage);
    // The listener closes when its task next runs; each refused or cut request lets it run.
    for _ in 0..1000 {
        if reqwest::Client::new().get(&url).send().await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the sandbox still answers");
}

#[tokio::test]
async fn the_documented_faults_are_all_the_faults() {
    let page = include_str!("../../docs/sandbox.md");
    let block = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block of JSON");
    let stage = Stage::new().await;
    let documented: Value = serde_json::from_str(block).expect("JSON");
    let (status, answer) = told(stage.request("POST", "/_sandbox/faults").json(&documented)).await;
    assert_eq!((status, answer.as_array().map(Vec::len)), (200, Some(31)), "{answer}");
    // An unknown fault is answered with the list of those that there are.
    let (_, body) = told(stage.request("POST", "/_sandbox/faults").json(&json!([{"fault": "x", "on": "create"}]))).await;
    let known = body["detail"].as_str().expect("a detail").split("expected one of").nth(1).expect("a list").to_owned();
    for name in known.split('`').skip(1).step_by(2) {
        assert!(block.contains(&format!("\"{name}\"")), "{name} is not documented");
    }
}
