//! The HTML report, opened in a browser and read there.

mod large;
mod projects;

use serde_json::{Value, json};

use crate::support::browser::{Read, Visitors, read};
use crate::support::project::Project;

/// What every script of these tests begins with.
const READER: &str = include_str!("reader.js");

/// Answers of this script about pages in the project's folder.
fn reads(project: &Project, script: &str) -> Option<Read> {
    read(&project.path(""), &format!("{READER}\n{script}"))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

#[test]
fn a_report_is_read_in_a_browser() {
    let visitors = Visitors::new();
    let site = projects::busy(&visitors.url);
    let html = site.run("plan --format html --out next.plan").ends_with(0).out;
    site.write("report.html", &html);
    let Some(Read { found, console }) = reads(
        &site,
        "const answer = async () => {
            const wide = await frame('report.html#t2', 1280);
            const phone = await frame('report.html#wave=routers+main&q=0404', 360);
            return {
                wide: whole(wide),
                opened: all(wide, 'details[open]').map((details) => details.closest('tr').id),
                difference: all(wide, '#t2 :is(del, ins)').map((side) => `${side.localName} ${text(side)}`),
                hostile: text(wide.querySelector('#t1 dl')),
                day: type(wide, 'day', '2027-01-18'),
                searched: type(wide, 'q', 'nothing has this'),
                none: wide.getElementById('none').checkVisibility(),
                shared: [shown(phone), text(phone.getElementById('found')), phone.getElementById('wave').value, overflow(phone)],
            };
        };",
    ) else {
        return;
    };
    assert_eq!(console, Vec::<String>::new());
    assert_eq!(visitors.so_far(), 0, "the page asked for something");
    let wide = &found["wide"];
    assert_eq!(wide["title"], "acme: plan 000000000003");
    assert_eq!(
        wide["headline"],
        "5 technicians, cost not estimated, first on Mon 11 Jan 08:00, last on Mon 1 Feb, 1 later (once their waves may), 1 changed, \
         2 need a person; none of those sent can be cancelled by API. 1 left the files, and its technician is still coming."
    );
    assert_eq!(wide["headings"], json!(["What needs a person", "Summary", "Calendar of new visits", "Tickets", "This plan"]));
    assert_eq!(wide["people"], json!(["Dispatch/router-0400", "Dispatch/router-0402"]));
    assert_eq!(wide["waves"][2], "Rollout/routers, wave main400000");
    assert_eq!(wide["calendar"], json!(["Mon 11 Jan 2027: 1", "Mon 18 Jan 2027: 3", "Mon 1 Feb 2027: 1", "Tue 2 Feb 2027: 1"]));
    assert_eq!(texts(&wide["shown"]).len(), 9, "{}", wide["shown"]);
    assert_eq!(wide["found"], "All 9 tickets");
    assert_eq!(wide["actions"], json!(["all", "create (5)", "update (1)", "needs a person (1)", "in doubt (1)", "later (1)"]));
    assert_eq!(found["opened"], json!(["t2"]), "the ticket that the address names is open");
    assert_eq!(found["difference"], json!(["del High", "ins Low", "del - The lamp is red.", "ins + The lamp is green."]));
    assert_eq!(
        found["day"],
        json!({"shown": ["Dispatch/router-0403", "Dispatch/router-0404", "Dispatch/router-0405"], "found": "3 of 9 tickets",
               "fragment": "#day=2027-01-18"})
    );
    assert_eq!(found["searched"]["found"], "0 of 9 tickets");
    assert_eq!(found["none"], true);
    assert_eq!(found["shared"], json!([["Dispatch/router-0404"], "1 of 9 tickets", "routers main", 0]));
    assert_eq!(wide["overflow"], 0);
    assert_eq!(wide["unlabelled"], 0);

    // What a ticket says is nothing but text.
    assert!(texts(&json!([found["hostile"]]))[0].contains(&projects::hostile(&visitors.url)), "{}", found["hostile"]);
    assert_eq!((&wide["scripts"], &wide["images"], &wide["strange"]), (&json!(1), &json!(0), &json!([])));
    let text = wide["text"].as_str().expect("a text");
    assert!(text.contains("(hidden)") && !text.contains("Dana Ortiz") && !text.contains("6175550123"), "{text}");

    // Without its script, all rows are there and nothing is that would need it.
    assert!(html.contains("role=\"search\" hidden>") && !html.contains("<tr role=\"row\" hidden"));
}

#[test]
fn the_browser_of_these_tests_notices_errors_and_requests() {
    let (project, visitors) = (Project::empty(), Visitors::new());
    project.write("bad.html", format!("<!doctype html><img src=\"{}/seen\"><script>nobody.knows()</script>", visitors.url));
    let Some(read) = reads(&project, "const answer = async () => whole(await frame('bad.html', 360));") else { return };
    assert!(visitors.so_far() > 0);
    assert!(read.console.iter().any(|line| line.contains("nobody is not defined")), "{:?}", read.console);
}

#[test]
fn a_saved_plan_is_shown_as_a_report() {
    let site = projects::busy("http://127.0.0.1:9");
    site.run("plan --out next.plan").ends_with(0);
    let shown = site.run("show next.plan --format html").ends_with(0);
    assert!(shown.out.contains("<code>callout apply next.plan</code>, until 5 Jan 2027, 12:00 UTC</p>"), "{shown}");
    assert!(shown.out.contains("1 unchanged ticket is not listed; with <code>--verbose</code> they are."), "{shown}");
    assert!(!shown.out.contains("router-0401"), "{shown}");
    let whole = site.run("show next.plan --format html --verbose").ends_with(0);
    assert!(whole.out.contains("router-0401") && !whole.out.contains("not listed"), "{whole}");
    let named = site.run("show next.plan --format html --show-contacts").ends_with(0);
    assert!(named.out.contains("<dd>Dana Ortiz") && !named.out.contains("(hidden)"), "{named}");
    let unsaved = site.run("plan --format html").ends_with(0);
    assert!(unsaved.out.contains("save it and review that: <code>callout plan --out FILE</code>"), "{unsaved}");
}
