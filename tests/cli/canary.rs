//! The token is nowhere: in no output, in no file, however it is given and whoever repeats it.

use crate::support::project::Ran;
use crate::support::server::{Reply, Server};
use crate::vendor::{Site, TOKEN, project_file};

/// Fails if the token is in an output or in a file of the project, apart from the one that holds it.
fn nowhere(site: &Site, ran: &Ran) {
    assert!(!ran.out.contains(TOKEN) && !ran.err.contains(TOKEN), "{ran}");
    for file in site.files().into_iter().filter(|file| file != &site.path("secrets/token")) {
        let bytes = std::fs::read(&file).expect("a file");
        assert!(!String::from_utf8_lossy(&bytes).contains(TOKEN), "{} after\n{ran}", file.display());
    }
}

fn every_command(site: &Site) {
    let commands = [
        "validate",
        "plan --out p.plan",
        "plan --format json --refresh all",
        "show p.plan",
        "apply --yes --log trace",
        "plan --refresh all --log trace",
        "state list --format json",
        "log",
        "log --format csv",
        "state show Dispatch/store-0417-router",
        "settle",
        "settle Dispatch/store-0417-router --id 482001 --reason x --yes",
        "import Dispatch/store-0417-router 482001 --yes",
        "apply --yes p.plan",
        "schema",
        "plan --sandbox",
        "apply --sandbox --yes",
    ];
    for command in commands {
        nowhere(site, &site.run(command));
    }
}

fn site(credential: &str) -> Site {
    let site = Site::with_dispatch();
    site.write("secrets/token", format!("{TOKEN}\n"));
    let project = project_file(site.vendor.base_url(), "").replace("env:G360_TOKEN", credential);
    site.write("callout.yaml", project);
    site
}

#[test]
fn however_it_is_given() {
    for credential in ["env:G360_TOKEN", "file:secrets/token", "command:cat secrets/token"] {
        let site = site(credential);
        every_command(&site);
        assert_eq!(site.vendor.tickets(), 1, "{credential}");
    }
}

#[test]
fn when_a_server_repeats_it() {
    let echo = |status| Reply::status(status, &format!("{{\"message\": \"you sent Authorization: Bearer {TOKEN}\"}}"));
    let located = Reply::Whole("302 Found", format!("Location: http://localhost/?token={TOKEN}\r\n"), String::new());
    let page = Reply::Whole("200 OK", "Content-Type: text/html\r\n".to_owned(), format!("<html>{TOKEN}</html>"));
    let ticket = Reply::json(&serde_json::json!([{"id": 482_001, "status_name": TOKEN, "po_number": TOKEN, "location_name": TOKEN}]));
    for reply in [echo("400 Bad Request"), echo("401 Unauthorized"), echo("500 Internal Server Error"), located, page, ticket] {
        let site = site("env:G360_TOKEN");
        let server = site.vendor.block_on(Server::with([reply]));
        let project = site.read("callout.yaml").replace(site.vendor.base_url(), &server.url);
        site.write("callout.yaml", project);
        every_command(&site);
        assert!(server.requests().iter().any(|request| request.contains(TOKEN)), "the server never saw it");
    }
}

#[test]
fn when_a_person_writes_it_into_the_project() {
    for line in [format!("{{bearer: {TOKEN}}}"), TOKEN.to_owned(), format!("{{bearer: \"env:\", token: {TOKEN}}}")] {
        let site = Site::with_dispatch();
        let project = project_file(site.vendor.base_url(), "").replace("{bearer: \"env:G360_TOKEN\"}", &line);
        site.write("callout.yaml", project);
        for command in ["validate", "plan", "validate --format json", "state list"] {
            let ran = site.run(command);
            assert!(!ran.out.contains(TOKEN) && !ran.err.contains(TOKEN), "{ran}");
        }
    }
}
