//! The walk-through of `docs/gitops.md` is run, word for word, in a repository that is thrown away.

use std::fs;
use std::sync::Arc;

use callout::cli::SystemClock;
use callout::systems::sandbox::{Options, Sandbox};

use crate::console::{check, run, tour};
use crate::stage::{copy, root};
use crate::support::git::git;
use crate::support::tools;

/// Where the page's sandbox listens. The test's own listens where it is free.
const ADDRESS: &str = "http://127.0.0.1:8080";

#[test]
fn a_pull_request_goes_from_its_plan_to_the_nightly_look_as_the_page_shows() {
    if !tools::are_there(&["git", "curl", "jq"]) {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let sandbox = Sandbox::new(Options { rate_limit: None, ..Options::new(Arc::new(SystemClock)) });
    let running = runtime.block_on(sandbox.serve(0)).expect("a free port");
    let stage = copy();
    let page = fs::read_to_string(root().join("docs/gitops.md")).expect("the page");
    let tour = tour(&page);
    assert!(tour.len() >= 20, "only {} commands", tour.len());
    let lines: Vec<String> = tour.iter().map(|shown| shown.command.replace(ADDRESS, &running.base_url)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    // Git asks who commits.
    let who = ["AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"].map(|what| (format!("GIT_{what}"), "dana@example.com"));
    let who: Vec<(&str, &str)> = who.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let said = run(&lines, stage.path(), &who);
    check("docs/gitops.md", &tour, &said.iter().map(|said| said.replace(&running.base_url, ADDRESS)).collect::<Vec<_>>());
    // Neither a state nor a plan is ever committed: both hold names and telephone numbers.
    let kept = git(&stage.path().join("field"), &["ls-files"]);
    let forbidden = kept.lines().find(|file| file.starts_with(".callout/") || file.rsplit('.').next() == Some("plan"));
    assert!(forbidden.is_none() && kept.lines().any(|file| file == ".gitignore"), "{kept}");
    assert!(stage.path().join("field/.callout").is_dir(), "there is a state beside them");
    // What the page says in words.
    let creates = sandbox.tickets();
    assert_eq!(creates.len(), 20, "eight stores and twelve more, each once");
    let report = |name: &str| fs::read_to_string(stage.path().join("field").join(name)).expect("a report");
    for name in ["plan.md", "plan.html", "plan.json"] {
        let text = report(name);
        assert!(text.contains("router-0409") && !text.contains("617-555-0199") && !text.contains("6175550199"), "{name}:\n{text}");
    }
}
