//! The list of sites of a rollout, as CSV.
//!
//! Each row of the file is a ticket, as another reader counts them, or there is a message and no ticket. Nobody is forgotten because of a
//! quote, and nobody is sent twice because of a blank.

use std::collections::BTreeSet;

use callout::manifest::Loaded;
use csv::{ReaderBuilder, Trim, WriterBuilder};

use super::folder::Folder;
use super::told;

const PROJECT: &[u8] = b"apiVersion: callout/v1\nkind: Project\nmetadata: {name: acme}\n\
    spec:\n  systems:\n    techexpress: {base_url: 'https://a.example', credential: {bearer: env:T}}\n";
const ROLLOUT: &[u8] = b"apiVersion: callout/v1\nkind: Rollout\nmetadata: {name: r}\nspec:\n  sites: {csv: sites.csv, key: store}\n  \
    template:\n    kind: Dispatch\n    metadata: {name: 's-${{ site.store }}'}\n    spec:\n      service_type: Equipment Install\n      \
    contact_name: Dana Ortiz\n      contact_email_address: dana@example.com\n      initial_description: x\n      \
    automatic_email_contact: true\n      automatic_email_cc: false\n      locations:\n        - {location_name: '${{ site.name }}', \
    location_number: '${{ site.store }}', local_contact_name: Sam Lee, local_contact_number: 617-555-0123, account_macnum: '01234567', \
    start_date: 2027-01-11T08:00:00, end_date: 2027-01-11T12:00:00, timezone: America/New_York}\n";

pub fn run(input: &[u8]) {
    let loaded = project(input).load();
    told::check(&loaded.diagnostics);
    assert!(loaded.project.is_some(), "the project has no mistake, whatever its rollout has");
    if loaded.has_errors() {
        return;
    }
    let sites = sites(&loaded);
    assert_eq!(sites.len(), loaded.tickets.len(), "two tickets of one site");
    assert_eq!(sites, rows(input), "the sites that another reader finds");
    assert!(!sites.is_empty(), "a rollout of nobody passes for one that is over");
    let again = project(&written(&sites)).load();
    told::check(&again.diagnostics);
    assert_eq!(self::sites(&again), sites, "the list, written again");
}

fn project(list: &[u8]) -> Folder {
    Folder::of(&[("callout.yaml", PROJECT), ("r.yaml", ROLLOUT), ("sites.csv", list)])
}

/// Key and name of each ticket's site.
fn sites(loaded: &Loaded) -> BTreeSet<(String, String)> {
    let one = |name: &str, ticket: &callout::ticket::Ticket| ticket.fields.text(name).unwrap_or_default().to_owned();
    loaded.tickets.iter().map(|ticket| (one("location_number", ticket), one("location_name", ticket))).collect()
}

/// Key and name of each row that is not blank.
fn rows(list: &[u8]) -> BTreeSet<(String, String)> {
    let list = list.strip_prefix("\u{feff}".as_bytes()).unwrap_or(list);
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(list);
    let header = reader.headers().expect("a header").clone();
    let at = |wanted: &str| header.iter().position(|name| name == wanted).expect("a column");
    let (store, name) = (at("store"), at("name"));
    let rows = reader.records().map(|row| row.expect("a row")).filter(|row| !row.iter().all(str::is_empty));
    rows.map(|row| (row[store].to_owned(), row[name].to_owned())).collect()
}

fn written(sites: &BTreeSet<(String, String)>) -> Vec<u8> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(["store", "name"]).expect("a header");
    for (store, name) in sites {
        writer.write_record([store, name]).expect("a row");
    }
    writer.into_inner().expect("a file")
}
