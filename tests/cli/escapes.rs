//! What a terminal would obey is shown and not obeyed: in tickets, lists, answers, names of files, reasons, variables and arguments.

use callout::systems::sandbox::{Call, Trouble};
use serde_json::json;

use crate::canary::words::ROLLOUT;
use crate::support::project::Ran;
use crate::support::server::{Reply, Server};
use crate::vendor::{Site, dispatch, project_file};

/// Clears the screen, sets the title, asks the terminal to type, goes back, turns the direction, hides; in C0, C1 and above.
const HOSTILE: &str = "A\u{1b}[2J\u{1b}]0;t\u{7}\u{1b}[5;35mB\u{9b}31m\u{8}\r\u{7f}C\u{202e}\u{2066}\u{200b}\u{2028}\u{e0041}\u{feff}D";

/// The worst of it, for fields that are short.
const SHORT: &str = "A\u{1b}[2J\u{1b}[5;35mB\u{9b}\u{202e}\u{200b}D";

/// Fails if an output has anything that is not seen, apart from line ends and our own colours.
#[track_caller]
fn plain(ran: &Ran) {
    for text in [&ran.out, &ran.err] {
        assert!(!text.contains("\u{1b}[5;35m"), "a colour of the ticket's own:\n{ran:?}");
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            hidden(before, ran);
            let end = after.find('m').expect("a colour");
            assert!(after[..end].strip_prefix('[').is_some_and(|colour| colour.chars().all(|c| c.is_ascii_digit() || c == ';')), "{ran:?}");
            rest = &after[end + 1..];
        }
        hidden(rest, ran);
    }
}

#[track_caller]
fn hidden(text: &str, ran: &Ran) {
    let found = text.chars().find(|c| callout::diagnostics::is_hidden(*c) && *c != '\n');
    assert_eq!(found, None, "{ran:?}");
}

/// Types a command as on a terminal with colours.
#[track_caller]
fn run(site: &Site, words: &str) -> Ran {
    let ran = site.run(&format!("{words} --color always"));
    plain(&ran);
    ran
}

/// As YAML writes it, which takes no control character as it is.
fn quoted() -> String {
    in_yaml(HOSTILE)
}

fn in_yaml(text: &str) -> String {
    let sign = |c: char| if c.is_ascii_graphic() && c != '\\' { c.to_string() } else { format!("\\U{:08x}", u32::from(c)) };
    format!("\"{}\"", text.chars().map(sign).collect::<String>())
}

fn hostile_dispatch() -> String {
    dispatch("store-0417-router", "0417")
        .replace("Replace the branch router.", &quoted())
        .replace("PO-88213", &in_yaml(SHORT))
        .replace("location_name: Store 0417", &format!("location_name: {}", quoted()))
        .replace("metadata:\n", &format!("metadata:\n  labels: {{program: {}}}\n", quoted()))
}

const EVERYTHING: &[&str] = &[
    "validate",
    "plan --out p.plan --verbose",
    "plan --refresh all",
    "show p.plan",
    "apply --yes --verbose",
    "plan --refresh all --verbose",
    "status --verbose",
    "settle",
    "state list",
    "state show Dispatch/store-0417-router",
    "state check",
    "state history",
    "log",
];

#[test]
fn texts_of_tickets() {
    let site = Site::new();
    site.write("tickets/a.yaml", hostile_dispatch());
    for line in EVERYTHING {
        run(&site, line);
    }
    // It was really sent, so it was really shown.
    assert_eq!(site.vendor.tickets(), 1, "{}", site.run("plan"));
    site.edit("tickets/a.yaml", "\"A\\U0000001b[2J", "\"Z\\U0000001b[2J");
    for line in EVERYTHING {
        run(&site, line);
    }
}

#[test]
fn words_of_servers() {
    let answers = [
        Reply::status("400 Bad Request", HOSTILE),
        Reply::status("500 Internal Server Error", &json!({"message": HOSTILE}).to_string()),
        Reply::Whole("302 Found", "Location: http://x/\u{9b}\u{202e}a\u{7f}\r\n".to_owned(), String::new()),
        Reply::json(&json!([{"id": 482_001, "status_name": HOSTILE, "po_number": HOSTILE, "location_name": HOSTILE}])),
    ];
    for reply in answers {
        let site = Site::with_dispatch();
        let server = site.vendor.block_on(Server::with([reply]));
        site.write("callout.yaml", project_file(&server.url, ""));
        for line in EVERYTHING {
            run(&site, line);
        }
        run(&site, "import Dispatch/store-0417-router 482001 --yes");
        run(&site, "settle Dispatch/store-0417-router --id 482001 --reason x --yes");
    }
}

#[test]
fn what_a_person_changed_in_the_portal() {
    let site = Site::with_ticket();
    site.run("apply --yes").ends_with(0);
    site.vendor.edit(482_001, &json!({"po_number": HOSTILE, "location_name": HOSTILE, "status_name": HOSTILE}));
    for line in EVERYTHING {
        run(&site, line);
    }
    site.vendor.trouble(Call::Read, Trouble::NotFound);
    for line in EVERYTHING {
        run(&site, line);
    }
}

#[test]
fn lists_of_sites() {
    let site = Site::new();
    let cell = HOSTILE.replace('\r', "");
    site.write("tickets/rollout.yaml", ROLLOUT.replace("Store ${{ site.store }}", "${{ site.note }}"));
    site.write("tickets/sites.csv", format!("store,zone,note,{cell}\n0417,America/New_York,{cell},x\n"));
    for line in ["schedule", "schedule --show", "schedule --check", "expand"].iter().chain(EVERYTHING) {
        run(&site, line);
    }
    assert_eq!(site.vendor.tickets(), 1, "{}", site.run("plan"));
    // A key that is seen wherever a site is named, and a header that is named in a mistake.
    for (from, to) in [("0417,", "04\u{202e}\u{200b}17,"), ("store,zone", "store,\u{202e}zone\u{200b}")] {
        site.write("tickets/sites.csv", format!("store,zone,note\n0417,America/New_York,{cell}\n").replace(from, to));
        for line in ["schedule", "expand", "schedule --reflow"].iter().chain(EVERYTHING) {
            run(&site, line);
        }
    }
}

#[cfg(unix)]
#[test]
fn names_of_files() {
    let site = Site::new();
    let name = HOSTILE.replace('/', "");
    let manifest = dispatch("store-0417-router", "0417");
    let attaching = manifest.replace("  po_number", &format!("  attachments: [{}]\n  po_number", in_yaml(&format!("{name}.pdf"))));
    site.write(format!("tickets/{name}.yaml"), attaching);
    site.write(format!("tickets/{name}.pdf"), "x");
    site.write(format!("tickets/{name}2.yaml"), "apiVersion: callout/v1\nkind: Dispatch\n");
    for line in EVERYTHING {
        run(&site, line);
    }
    // Such a name would go into a header of the request.
    assert!(site.run("plan").err.contains("has a sign in it that nobody sees"));
    site.write(format!("tickets/{name}.yaml"), manifest);
    site.remove(&format!("tickets/{name}2.yaml"));
    for line in EVERYTHING {
        run(&site, line);
    }
    assert_eq!(site.vendor.tickets(), 1, "{}", site.run("apply --yes"));
    for words in [
        vec!["plan", "--out", &name],
        vec!["show", &name],
        vec!["apply", &name],
        vec!["validate", &name],
        vec!["settle", "--from", &name],
        vec!["import", "--from", &name],
        vec!["state", "restore", &name, "--reason", "x"],
        vec!["state", "rebuild", "--from", &name, "--reason", "x"],
        vec!["plan", "-C", &name],
    ] {
        plain(&site.run_words(&[words.as_slice(), &["--color", "always"]].concat(), ""));
    }
}

#[test]
fn what_people_and_machines_say() {
    let mut site = Site::with_ticket();
    site.set("USER", HOSTILE);
    site.set("HOSTNAME", HOSTILE);
    site.set("CALLOUT_CI_RUN", &format!("https://ci.example.com/{HOSTILE}"));
    let words = ["settle", "Dispatch/store-0417-router", "--cancelled", "--reason", HOSTILE, "--yes", "--color", "always"];
    let settled = site.run_words(&words, "").ends_with(0);
    plain(&settled);
    for line in EVERYTHING {
        run(&site, line);
    }
    for words in [
        ["plan", "--target", HOSTILE],
        ["plan", "--selector", HOSTILE],
        ["plan", "--selector", &format!("{HOSTILE}={HOSTILE}")],
        ["plan", "--wave", HOSTILE],
        ["plan", "--file", HOSTILE],
        ["log", "--since", HOSTILE],
        ["state", "show", HOSTILE],
        ["plan", HOSTILE, ""],
        [HOSTILE, "", ""],
    ] {
        plain(&site.run_words(&[words.as_slice(), &["--color", "always"]].concat(), ""));
    }
}

#[test]
fn mistakes_in_manifests_and_in_the_project_file() {
    let site = Site::with_dispatch();
    for (from, to) in [("service_type", quoted()), ("Equipment Install", quoted()), ("store-0417-router", quoted()), ("Dispatch", quoted())]
    {
        site.write("tickets/a.yaml", dispatch("store-0417-router", "0417").replacen(from, &to, 1));
        run(&site, "plan");
    }
    let file = site.read("callout.yaml");
    for (from, to) in
        [("manifests", quoted()), ("tickets/", HOSTILE.replace(['\r', '\u{2028}'], "")), ("acme", quoted()), ("base_url", quoted())]
    {
        site.write("callout.yaml", file.replacen(from, &to, 1));
        run(&site, "validate");
    }
}

#[test]
fn programs_get_every_sign_as_it_is() {
    let site = Site::new();
    site.write("tickets/a.yaml", hostile_dispatch());
    let planned = site.run("plan --format json").ends_with(0);
    let whole = |ran: Ran| {
        let found = ran.json().to_string();
        assert!(found.contains(json!(HOSTILE).to_string().trim_matches('"')), "{ran:?}");
    };
    whole(planned);
    site.run("apply --yes").ends_with(0);
    whole(site.run("state show Dispatch/store-0417-router --format json"));
    let logged: Vec<serde_json::Value> =
        site.run("log --format json").out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(logged.iter().any(|event| event["po_number"] == SHORT), "{logged:?}");
}
