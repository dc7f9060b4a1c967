//! Without TLS a credential goes to this machine only, unless a person says otherwise; and then it is said every time.

use crate::shown::shows;
use crate::vendor::{Site, project_file};

/// A project whose system is somewhere else, and not encrypted.
fn in_the_open(more: &str) -> Site {
    let site = Site::with_dispatch();
    site.write("callout.yaml", project_file("http://test.example.com", "").replace(", credential", &format!(",{more} credential")));
    site
}

#[test]
fn it_is_refused() {
    shows!(in_the_open("").run("plan"), @r#"
    $ callout plan
    | settings/base-url
    |
    |   x base_url is not encrypted, and the token would travel in the open
    |    ,-[callout.yaml:7:29]
    |  4 | spec:
    |  5 |   manifests: [tickets/]
    |  6 |   systems:
    |  7 |     techexpress: {base_url: "http://test.example.com", credential: {bearer: "env:G360_TOKEN"}}
    |    :                             ^^^^^^^^^^^^^^^^^^^^^^^^^
    |    `----
    |   help: Write https://. For a test server of yours, add `insecure_http: true`.
    |
    exit 1
    "#);
}

#[test]
fn where_it_is_allowed_every_plan_and_apply_says_so() {
    let site = in_the_open(" insecure_http: true,");
    let said = "TechExpress: base_url is not encrypted: anybody on the way can read the token";
    let plan = site.run("plan --out p.plan").ends_with(0);
    assert!(plan.err.contains("settings/insecure"), "{plan}");
    for line in ["validate", "plan", "apply", "apply p.plan", "status --refresh none", "settle"] {
        let ran = site.run_answering(line, "no\n");
        assert!(ran.err.contains(said), "{ran}");
    }
}

#[test]
fn where_tokens_are_given_it_is_said_too() {
    let site = in_the_open(" insecure_http: true,");
    let pair = "{client_credentials: {token_url: \"http://login.example.com/token\", client_id: acme, client_secret: \"env:SECRET\"}}";
    site.edit("callout.yaml", "{bearer: \"env:G360_TOKEN\"}", pair);
    let ran = site.run("plan").ends_with(0);
    assert!(ran.err.contains("TechExpress: token_url is not encrypted: anybody on the way can read the token"), "{ran}");
}

#[test]
fn this_machine_needs_no_word() {
    let ran = Site::with_dispatch().run("plan").ends_with(0);
    assert_eq!(ran.err, "");
}
