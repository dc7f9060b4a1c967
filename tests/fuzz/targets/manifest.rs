//! The reader of manifests: a YAML file of tickets becomes documents and messages.
//!
//! What has no error is printed again, as `expand` does it, and must describe the same tickets.

use std::collections::BTreeSet;

use callout::manifest::Loaded;
use callout::render::documents;
use callout::ticket::Ticket;

use super::folder::Folder;
use super::told;

const PROJECT: &[u8] = b"apiVersion: callout/v1\nkind: Project\nmetadata: {name: acme}\n\
    spec:\n  systems:\n    techexpress: {base_url: 'https://a.example', credential: {bearer: env:T}}\n    \
    nocexpress: {base_url: 'https://b.example', credential: {bearer: env:T}}\n    \
    billing_platform: {base_url: 'https://c.example', credential: {bearer: env:T}}\n    \
    readydesk: {base_url: 'https://d.example', credential: {key: env:K}, timezone: America/New_York}\n";
const FILE: &[u8] = b"%PDF-1.4 a plan";

pub fn run(input: &[u8]) {
    let folder = project(input);
    let loaded = folder.load();
    told::check(&loaded.diagnostics);
    assert!(loaded.project.is_some(), "the project has no mistake, whatever its manifests have");
    assert_eq!(summary(&loaded), summary(&folder.load()), "a second look sees the same");
    if !loaded.has_errors() {
        let addresses: BTreeSet<String> = loaded.tickets.iter().map(|ticket| ticket.address.to_string()).collect();
        assert_eq!(addresses.len(), loaded.tickets.len(), "two tickets of one address");
        prints_what_it_read(&loaded);
    }
}

fn project(manifest: &[u8]) -> Folder {
    Folder::of(&[("callout.yaml", PROJECT), ("a.yaml", manifest), ("plan.pdf", FILE), ("floor-plan.pdf", FILE)])
}

fn summary(loaded: &Loaded) -> (Vec<String>, Vec<Wanted>) {
    (loaded.diagnostics.iter().map(|one| format!("{one} {:?}", one.help)).collect(), wanted(&loaded.tickets))
}

/// All of a ticket but where it is described and by whom.
type Wanted = (String, u32, String, String);

fn wanted(tickets: &[Ticket]) -> Vec<Wanted> {
    let one = |ticket: &Ticket| {
        let rest = serde_json::json!([ticket.fields, ticket.labels, ticket.lifecycle, ticket.visit]);
        (ticket.address.to_string(), ticket.reissue, ticket.digest().to_string(), rest.to_string())
    };
    tickets.iter().map(one).collect()
}

fn prints_what_it_read(loaded: &Loaded) {
    // A document that YAML cannot hold is refused with a message.
    let Ok(text) = documents(&loaded.kept) else { return };
    let again = project(text.as_bytes()).load();
    let errors: Vec<String> = again.diagnostics.iter().filter(|one| one.is_error()).map(ToString::to_string).collect();
    assert_eq!(errors, Vec::<String>::new(), "what was printed cannot be read again:\n{text}");
    assert_eq!(wanted(&again.tickets), wanted(&loaded.tickets), "what was printed is something else:\n{text}");
}
