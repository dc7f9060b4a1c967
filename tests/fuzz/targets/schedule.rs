//! The file of visits beside a rollout, as CSV.
//!
//! A visit that the file has never moves by itself; each site has a visit or is named; and what is written is read again as the same.

use std::collections::BTreeMap;

use callout::manifest::Keep;
use callout::rollout::schedule::{Becomes, Draft, Status, Visit, survey};
use csv::{ReaderBuilder, Trim};

use super::folder::Folder;
use super::told;

const PROJECT: &[u8] = b"apiVersion: callout/v1\nkind: Project\nmetadata: {name: acme}\n\
    spec:\n  systems:\n    techexpress: {base_url: 'https://a.example', credential: {bearer: env:T}}\n";
const ROLLOUT: &[u8] = include_bytes!("../../../examples/scheduled-rollout/rollouts/access-points.yaml");
const SITES: &[u8] = include_bytes!("../../../examples/scheduled-rollout/rollouts/stores.csv");
const FILE: &str = "access-points.schedule.csv";
const SITES_COUNT: usize = 12;

pub fn run(input: &[u8]) {
    let folder = Folder::of(&[("callout.yaml", PROJECT), ("access-points.yaml", ROLLOUT), ("stores.csv", SITES), (FILE, input)]);
    let Some(draft) = draft(&folder) else { return };
    moves_nobody(input, &draft);
    gives_every_site_a_day(&draft);
    folder.write(FILE, draft.written.as_bytes());
    let again = self::draft(&folder).expect("what was written can be read");
    assert!(again.is_written(), "written twice, it is not the same:\n{}\n{}", draft.written, again.written);
    dates_the_tickets(&folder, &again);
}

/// What the file should hold; `None` where something in it is wrong, and told.
fn draft(folder: &Folder) -> Option<Draft> {
    let request = callout::manifest::Request { keep: Keep::Tickets, ..folder.request() };
    let (loaded, mut drafts) = survey(&request, "2035-05-01T12:00:00Z".parse().expect("a moment"));
    told::check(&loaded.diagnostics);
    let draft = drafts.pop();
    assert_eq!(draft.is_none(), loaded.has_errors(), "a file is used or told to be wrong, not both: {:?}", loaded.diagnostics);
    draft
}

/// Every row is there as it was, as another reader finds it: only its status is for callout to change.
fn moves_nobody(input: &[u8], draft: &Draft) {
    let moved = draft.changes.iter().find(|change| matches!(change.becomes, Becomes::Moved { .. } | Becomes::Dropped));
    assert_eq!(moved, None, "a visit moved by itself");
    let list = input.strip_prefix("\u{feff}".as_bytes()).unwrap_or(input);
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(list);
    for row in reader.records().map(|row| row.expect("a row")).filter(|row| !row.iter().all(str::is_empty)) {
        let key = (row[0].to_owned(), row[1].parse().expect("a number"));
        let visit = draft.book.visits.get(&key).unwrap_or_else(|| panic!("{key:?} is forgotten"));
        let when = [visit.start.to_string(), visit.end.to_string(), visit.timezone.clone()];
        assert_eq!(when, [&row[2], &row[3], &row[4]], "{key:?}");
    }
}

fn gives_every_site_a_day(draft: &Draft) {
    let planned = draft.book.visits.values().filter(|visit| visit.status == Status::Planned).count();
    assert!(planned + draft.skipped.len() >= SITES_COUNT, "{planned} visits and {} without", draft.skipped.len());
}

/// The tickets are for the days of the file.
fn dates_the_tickets(folder: &Folder, draft: &Draft) {
    let loaded = folder.load();
    told::check(&loaded.diagnostics);
    let visits: BTreeMap<&str, &Visit> = draft.book.visits.iter().map(|((key, _), visit)| (key.as_str(), visit)).collect();
    for ticket in &loaded.tickets {
        let store = ticket.fields.text("location_number").expect("a store");
        let visit = ticket.visit.as_ref().expect("a visit");
        let row = visits.get(store).unwrap_or_else(|| panic!("no row for {store}"));
        assert_eq!((visit.start, visit.end), (row.start, row.end), "{store}");
    }
}
