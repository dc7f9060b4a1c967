//! A report of 5,000 creates.

use std::fmt::Write as _;

use crate::support::browser::Read;
use crate::support::project::Project;

use super::{projects, reads};

/// Megabytes that a report may have: it is mailed, and kept by CI.
const MOST: usize = 10_000_000;

#[test]
fn five_thousand_creates_open_in_a_browser() {
    let project = Project::started();
    project.edit("callout.yaml", "creates: 100\n    creates_per_day: 300", "creates: 9000\n    creates_per_day: 9000");
    project.write("tickets/routers.yaml", projects::rollout("Replace the branch router and hand back the old one."));
    let mut sites = "store,wave,day\n".to_owned();
    for number in 0..5_000 {
        let day = jiff::civil::date(2027, 1, 11).saturating_add(jiff::Span::new().days(number / 20));
        let _ = writeln!(sites, "{number:04},{},{day}", if number < 500 { "pilot" } else { "main" });
    }
    // One that is not sent: its wave is closed.
    sites.push_str("5000,,2027-01-11\n");
    project.write("tickets/sites.csv", sites);
    let html = project.run("plan --sandbox --format html").ends_with(0).out;
    assert!(html.len() < MOST, "{} bytes", html.len());
    project.write("report.html", html);
    let Some(Read { found, console }) = reads(
        &project,
        "const answer = async () => {
            const page = await frame('report.html', 1280);
            return { headline: text(page.querySelector('h1')), rows: shown(page).length, one: type(page, 'q', 'Dispatch/Router-4711') };
        };",
    ) else {
        return;
    };
    assert_eq!(console, Vec::<String>::new());
    assert_eq!(found["rows"], 5_001);
    assert_eq!(found["one"]["found"], "1 of 5001 tickets");
    assert!(found["headline"].as_str().is_some_and(|headline| headline.starts_with("5000 technicians")), "{found}");
}
