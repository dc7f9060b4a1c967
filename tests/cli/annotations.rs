//! Diagnostics and plans at the lines of a pull request: GitHub, GitLab, SARIF.

use serde_json::Value;

use crate::shown::shows;
use crate::support::project::Project;
use crate::support::tools;
use crate::vendor::{Site, dispatch};

/// A project in a folder of a repository.
fn in_a_folder() -> Project {
    let project = Project::empty();
    project.write(".git/HEAD", "ref: refs/heads/main\n");
    project.write("field/.keep", "");
    project.run("-C field init --name acme").ends_with(0);
    project.remove("field/tickets/example.yaml");
    project
}

fn broken() -> Project {
    let project = in_a_folder();
    project.write("field/tickets/a b.yaml", dispatch("store-0417-router", "0417").replace("po_number", "po_nubmer"));
    project
}

#[test]
fn a_mistake_is_annotated_from_the_root_of_the_repository() {
    shows!(broken().run("-C field validate --format github"), @r#"
    $ callout -C field validate --format github
    ::error file=field/tickets/a b.yaml,line=12,col=3,endLine=12,endColumn=11,title=schema/unknown-key in Dispatch/store-0417-router::spec has no key `po_nubmer`%0ADid you mean `po_number`?
    | schema/unknown-key in Dispatch/store-0417-router
    |
    |   x spec has no key `po_nubmer`
    |     ,-[tickets/a b.yaml:12:3]
    |   9 |   initial_description: Replace the branch router.
    |  10 |   automatic_email_contact: true
    |  11 |   automatic_email_cc: false
    |  12 |   po_nubmer: PO-88213
    |     :   ^^^^^^^^^
    |  13 |   locations:
    |  14 |     - location_name: Store 0417
    |  15 |       location_number: "0417"
    |     `----
    |   help: Did you mean `po_number`?
    |
    | Not valid: 1 error.
    exit 1
    "#);
    assert_eq!(in_a_folder().run("-C field validate --format github").ends_with(0).out, "");
}

#[test]
fn gitlab_gets_its_report() {
    shows!(broken().run("-C field validate --format gitlab"), @r#"
    $ callout -C field validate --format gitlab
    [
      {
        "description": "Dispatch/store-0417-router: spec has no key `po_nubmer` (Did you mean `po_number`?)",
        "check_name": "schema/unknown-key",
        "fingerprint": "[digest]",
        "severity": "critical",
        "location": {
          "path": "field/tickets/a b.yaml",
          "lines": {
            "begin": 12
          }
        }
      }
    ]
    | Not valid: 1 error.
    exit 1
    "#);
    let none = in_a_folder().run("-C field validate --format gitlab").ends_with(0);
    assert_eq!(none.out, "[]\n");
}

#[test]
fn what_has_no_file_is_told_of_the_project_file() {
    let ran = in_a_folder().run("-C field validate --format gitlab nothing.yaml").ends_with(1);
    assert_eq!(ran.json()[0]["location"], serde_json::json!({"path": "field/callout.yaml", "lines": {"begin": 1}}));
}

#[test]
fn the_project_may_be_elsewhere_than_the_working_folder() {
    let project = broken();
    let ran = project.run("-C field/tickets validate --format gitlab").ends_with(1);
    assert_eq!(ran.json()[0]["location"]["path"], "field/tickets/a b.yaml");
    std::fs::remove_dir_all(project.path(".git")).expect("a folder");
    let ran = project.run("-C field validate --format gitlab").ends_with(1);
    assert_eq!(ran.json()[0]["location"]["path"], "tickets/a b.yaml", "without a repository: from the working folder");
}

/// The official schema, where tests/tools/install puts it.
const SCHEMA: &str = "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";

fn sarif_schema() -> Option<Value> {
    let path = tools::are_there(&[SCHEMA]).then(|| tools::find(SCHEMA))??;
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a text")).expect("a schema");
    // A pattern with a bracket that nothing opened: other languages read it. callout writes no `language`.
    for part in ["run", "toolComponent"] {
        let language = schema["definitions"][part]["properties"]["language"].as_object_mut().expect("a schema");
        assert!(language.remove("pattern").is_some());
    }
    Some(schema)
}

#[test]
fn sarif_is_valid() {
    let project = broken();
    project.write("field/tickets/b.yaml", dispatch("store-0418-router", "0418").replace("PO-88213", &"9".repeat(31)));
    let log = project.run("-C field validate --format sarif").ends_with(1).json();
    let results = log["runs"][0]["results"].as_array().expect("a list");
    assert_eq!(results.len(), 2, "{log:#}");
    let uris: Vec<&Value> = results.iter().map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).collect();
    assert_eq!(uris, ["field/tickets/a%20b.yaml", "field/tickets/b.yaml"]);
    let none = in_a_folder().run("-C field validate --format sarif").ends_with(0).json();
    let nowhere = in_a_folder().run("-C field validate --format sarif nothing.yaml").ends_with(1).json();
    let Some(schema) = sarif_schema() else { return };
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for log in [log, none, nowhere] {
        let errors: Vec<String> = validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{log:#}");
        let mut wrong = log.clone();
        wrong["runs"][0]["columnKind"] = "bytes".into();
        assert!(!validator.is_valid(&wrong), "the schema takes anything");
    }
}

/// A plan with a ticket that nobody wants any more, in a repository.
fn needing() -> Site {
    let site = Site::with_dispatch();
    site.write(".git/HEAD", "ref: refs/heads/main\n");
    site.run("apply --yes").ends_with(0);
    site.edit("tickets/a.yaml", "Replace the branch router.", "Replace both routers. Ask for sam@example.com.");
    site
}

#[test]
fn what_needs_a_person_is_annotated_where_its_ticket_is_described() {
    let mut site = needing();
    site.write("summary.md", "# Before\n");
    let summary = site.path("summary.md").display().to_string();
    site.set("GITHUB_STEP_SUMMARY", &summary);
    let ran = site.run("plan --format github").ends_with(0);
    insta::assert_snapshot!(ran.out, @r#"::warning file=tickets/a.yaml,line=4,col=9,endLine=4,endColumn=9,title=plan/needs-person in Dispatch/store-0417-router::do this by hand: TechExpress has no call to change a ticket; change it in the Granite 360 portal or by telephone%0Anext: have it changed, then plan again; or leave it: callout settle Dispatch/store-0417-router --accept --reason TEXT"#);
    insta::assert_snapshot!(ran.err, @r#"Nobody new is sent, 1 needs a person."#);
    let summary = site.read("summary.md");
    assert!(summary.starts_with("# Before\n\n<!-- callout: acme -->\n### Plan for `acme`\n"), "{summary}");
    let printed = site.run("plan --format markdown").out;
    let after = |text: &str| text.split_once("Plan for").map(|(_, rest)| rest.split("\nPlan `").next().unwrap_or_default().to_owned());
    assert_eq!(after(&summary), after(&printed));
}

#[test]
fn a_summary_that_cannot_be_written_fails_nothing() {
    let mut site = needing();
    site.set("GITHUB_STEP_SUMMARY", "no/such/folder/summary.md");
    let ran = site.run("plan --format github").ends_with(0);
    assert!(ran.out.starts_with("::warning file=tickets/a.yaml,"), "{ran}");
    assert!(ran.err.contains("! the summary of the job has no plan:"), "{ran}");
    site.write("full.md", "x".repeat(1_045_000));
    let full = site.path("full.md").display().to_string();
    site.set("GITHUB_STEP_SUMMARY", &full);
    let ran = site.run("plan --format github").ends_with(0);
    insta::assert_snapshot!(ran.err, @r#"
    Nobody new is sent, 1 needs a person.
    plan/summary

      ! the summary of the job has no plan: what this step wrote into it before leaves no room
      help: the plan is as it is; `--format markdown` prints the same text
    "#);
    assert_eq!(site.read("full.md").len(), 1_045_000);
}

#[test]
fn gitlab_gets_what_a_plan_has_against_itself() {
    let site = needing();
    let ran = site.run("plan --format gitlab").ends_with(0);
    let found = &ran.json()[0];
    assert_eq!((&found["check_name"], &found["location"]["path"]), (&"plan/needs-person".into(), &"tickets/a.yaml".into()));
    assert!(!ran.out.contains("sam@example.com"), "{ran}");
}

#[test]
fn commands_at_a_line_act_where_the_plan_was_made() {
    let site = Site::with_dispatch();
    site.run("--sandbox state init").ends_with(0);
    site.run("--sandbox apply --yes").ends_with(0);
    site.edit("tickets/a.yaml", "Replace the branch router.", "Replace both routers.");
    let next = "callout -C tickets --sandbox settle Dispatch/store-0417-router --accept --reason TEXT";
    for format in ["github", "gitlab", "markdown"] {
        let ran = site.run(&format!("-C tickets --sandbox plan --format {format}")).ends_with(0);
        let told = ran.out.matches("callout ").count();
        let completed = ran.out.matches(next).count() + ran.out.matches("callout -C tickets --sandbox plan --out FILE").count();
        assert_eq!(completed, told, "{ran}");
        assert!(told > 0, "{ran}");
    }
}

#[test]
fn what_keeps_a_plan_from_being_made_is_annotated() {
    let project = broken();
    shows!(project.run("-C field plan --format github"), @r#"
    $ callout -C field plan --format github
    ::error file=field/tickets/a b.yaml,line=12,col=3,endLine=12,endColumn=11,title=schema/unknown-key in Dispatch/store-0417-router::spec has no key `po_nubmer`%0ADid you mean `po_number`?
    | schema/unknown-key in Dispatch/store-0417-router
    |
    |   x spec has no key `po_nubmer`
    |     ,-[tickets/a b.yaml:12:3]
    |   9 |   initial_description: Replace the branch router.
    |  10 |   automatic_email_contact: true
    |  11 |   automatic_email_cc: false
    |  12 |   po_nubmer: PO-88213
    |     :   ^^^^^^^^^
    |  13 |   locations:
    |  14 |     - location_name: Store 0417
    |  15 |       location_number: "0417"
    |     `----
    |   help: Did you mean `po_number`?
    |
    exit 1
    "#);
    let found = project.run("-C field plan --format gitlab").ends_with(1).json();
    assert_eq!((&found[0]["check_name"], &found[0]["location"]["path"]), (&"schema/unknown-key".into(), &"field/tickets/a b.yaml".into()));
    let ran = project.run("-C field show none.plan --format gitlab").ends_with(1);
    assert_eq!(
        ran.json()[0]["description"],
        "the plan none.plan cannot be read: no such file or directory (make one: callout -C field plan --out none.plan)"
    );
    for format in ["text", "json", "markdown", "html"] {
        assert_eq!(project.run(&format!("-C field plan --format {format}")).ends_with(1).out, "");
    }
}
