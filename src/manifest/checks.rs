//! What only the whole project can tell: names that clash, links that lead nowhere or in a circle, systems without settings.
//!
//! Owns one function for each check; all of them run. Refuses files and schemas: it sees tickets and links.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Link, Linked};
use super::example::example_of;
use super::project::Project;
use super::schema::{self, POLICY, PROJECT};
use crate::diagnostics::{Diagnostic, Place};
use crate::systems::{by_kind, nearest};
use crate::ticket::{Address, Ticket};

/// A document's name, where it is written. Documents with mistakes have one too.
#[derive(Debug, Clone)]
pub struct Named {
    pub address: Address,
    pub place: Option<Place>,
    /// The site that it was made for, for people: ` (site 0417)`.
    pub site: Option<String>,
}

/// Everything that was read, for the checks to look at.
pub struct Whole<'w> {
    pub named: &'w [Named],
    pub tickets: &'w [Ticket],
    pub links: &'w [Linked],
    /// Whether some tickets are not known, because a rollout has mistakes.
    pub incomplete: bool,
}

impl Whole<'_> {
    /// Runs every check.
    pub fn check(&self, project: Option<&Project>, sandbox: bool) -> Vec<Diagnostic> {
        let settings = project.filter(|_| !sandbox).map(|project| self.systems_have_settings(project)).unwrap_or_default();
        [self.names_are_unique(), self.links_lead_somewhere(), self.nothing_is_taken_twice(), self.references_end(), settings].concat()
    }

    fn names_are_unique(&self) -> Vec<Diagnostic> {
        let mut first: BTreeMap<&Address, &Named> = BTreeMap::new();
        let mut found = Vec::new();
        for named in self.named {
            let Some(twin) = first.get(&named.address) else {
                first.insert(&named.address, named);
                continue;
            };
            let other = twin.place.as_ref().map_or_else(|| "another file".to_owned(), ToString::to_string);
            let site = |named: &Named| named.site.as_ref().map(|site| format!(" for site {site}")).unwrap_or_default();
            let (other, here) = (other + &site(twin), site(named));
            let message = format!("{} is described twice: first at {other}, and here again{here}", named.address);
            let help = match named.address.kind.as_str() {
                POLICY => "Give one of them another name.",
                _ => "Give one of them another name. A new name is a new ticket, so rename the one that was added last.",
            };
            found
                .push(located(Diagnostic::error("project/duplicate-name", message).help(help).about(&named.address), named.place.as_ref()));
        }
        found
    }

    fn links_lead_somewhere(&self) -> Vec<Diagnostic> {
        let tickets: BTreeSet<&Address> = self.tickets.iter().map(|ticket| &ticket.address).collect();
        let read: BTreeSet<(&str, &str)> = self.tickets.iter().map(|ticket| (&*ticket.address.kind, &*ticket.address.name)).collect();
        let described: BTreeSet<(&str, &str)> = self.named.iter().map(|named| (&*named.address.kind, &*named.address.name)).collect();
        // The tickets of a document with mistakes may be unknown; then only its own mistakes are told.
        let unread = |to: &Address| {
            let is_broken = || by_kind(&to.kind).is_some() && described.contains(&(&*to.kind, &*to.name));
            !read.contains(&(&*to.kind, &*to.name)) && (self.incomplete || is_broken())
        };
        let (mut found, mut lost) = (Vec::new(), Vec::new());
        for linked in self.links {
            let Linked { link, from, to, place } = linked;
            let exists = tickets.contains(to);
            let wrong = match link {
                Link::RenamedFrom if exists => Some(still_there(to)),
                Link::RenamedFrom => None,
                Link::Reference | Link::Alongside if exists && from != to => None,
                Link::Reference | Link::Alongside if exists => (*link == Link::Alongside && from.key.is_none()).then(|| itself(from)),
                Link::Reference | Link::Alongside => {
                    lost.extend((!unread(to)).then_some(linked));
                    None
                }
            };
            found.extend(wrong.map(|diagnostic| located(diagnostic.about(from), place.as_ref())));
        }
        found.extend(told_lost(lost, &tickets));
        found
    }

    /// One ticket, or one earlier name, cannot become two tickets.
    fn nothing_is_taken_twice(&self) -> Vec<Diagnostic> {
        let mut first: BTreeMap<(&str, String), &Ticket> = BTreeMap::new();
        let mut found = Vec::new();
        for ticket in self.tickets {
            let adopted = ticket.lifecycle.adopt.iter().map(|id| ("adopt", id.clone()));
            let renamed = ticket.lifecycle.renamed_from.iter().map(|from| ("renamed_from", from.to_string()));
            for (key, what) in adopted.chain(renamed) {
                match first.get(&(key, format!("{} {what}", ticket.address.kind))) {
                    Some(other) => {
                        let message = format!("{} and {} both have `{key}: {what}`", other.address, ticket.address);
                        let help = "It can be the ticket of one of them only.";
                        let diagnostic = Diagnostic::error("project/taken-twice", message).help(help).about(&ticket.address);
                        found.push(located(diagnostic, ticket.place.as_ref()));
                    }
                    None => {
                        first.insert((key, format!("{} {what}", ticket.address.kind)), ticket);
                    }
                }
            }
        }
        found
    }

    /// Each circle is told once, at the reference of its first address.
    fn references_end(&self) -> Vec<Diagnostic> {
        let mut next: BTreeMap<&Address, Vec<&Linked>> = BTreeMap::new();
        for linked in self.links.iter().filter(|linked| linked.link == Link::Reference) {
            next.entry(&linked.from).or_default().push(linked);
        }
        let mut done: BTreeSet<&Address> = BTreeSet::new();
        let mut found = Vec::new();
        for start in next.keys() {
            found.extend(circle(start, &next, &mut done));
        }
        found
    }

    fn systems_have_settings(&self, project: &Project) -> Vec<Diagnostic> {
        let mut missing: BTreeMap<&str, (&Ticket, usize)> = BTreeMap::new();
        for ticket in self.tickets {
            let Some(system) = by_kind(&ticket.address.kind).filter(|system| !project.systems.contains_key(system.id())) else { continue };
            missing.entry(system.id()).or_insert((ticket, 0)).1 += 1;
        }
        let tell = |(id, (ticket, count)): (&str, (&Ticket, usize))| {
            let title = by_kind(&ticket.address.kind).map_or(id, |system| system.title());
            let tickets = if count == 1 { "1 ticket needs it".to_owned() } else { format!("{count} tickets need it") };
            let message = format!("callout.yaml has no settings for {title}, and {tickets}, such as {}", ticket.address);
            let example = schema::of_kind(PROJECT).ok().and_then(|schema| settings_example(&schema.schema, id)).unwrap_or_default();
            let help = format!(
                "Add it below `spec:` in callout.yaml:\n  systems:\n    {id}: {example}\nTo try callout without an account, use --sandbox."
            );
            Diagnostic::error("project/no-settings", message).help(help).at(project.place.clone())
        };
        missing.into_iter().map(tell).collect()
    }
}

fn settings_example(root: &serde_json::Value, id: &str) -> Option<String> {
    example_of(root.pointer(&format!("/$defs/ProjectSpec/properties/systems/properties/{id}"))?, root)
}

fn located(diagnostic: Diagnostic, place: Option<&Place>) -> Diagnostic {
    place.cloned().into_iter().fold(diagnostic, Diagnostic::at)
}

fn still_there(to: &Address) -> Diagnostic {
    let message = format!("renamed_from is {to}, and the files still describe that ticket");
    Diagnostic::error("project/renamed-from", message)
        .help("Remove the old description, or take `renamed_from` out if both tickets are meant.")
}

fn itself(from: &Address) -> Diagnostic {
    Diagnostic::error("project/alongside", format!("alongside names this ticket itself, {from}"))
        .help("Name the other ticket at this place.")
}

/// Names that are compared by likeness, in all: a quarter of a second. Many wrong names have one reason, and each would be compared
/// with every ticket.
const COMPARED: usize = 500_000;

/// Links to tickets that no file describes. Of many at one place of a template, the first says what was probably meant.
fn told_lost(mut lost: Vec<&Linked>, tickets: &BTreeSet<&Address>) -> Vec<Diagnostic> {
    let start = |linked: &Linked| linked.place.as_ref().map(|place| (place.file.name.clone(), place.span.start));
    lost.sort_by_cached_key(|linked| (start(linked), linked.to.to_string()));
    let texts: Vec<String> = if lost.is_empty() { Vec::new() } else { tickets.iter().map(ToString::to_string).collect() };
    let mut found = Vec::new();
    let mut left = COMPARED;
    for same_place in lost.chunk_by(|a, b| start(a) == start(b)) {
        let first = same_place.first().filter(|_| left >= texts.len());
        left = left.saturating_sub(texts.len());
        let near = first.and_then(|linked| nearest(&linked.to.to_string(), texts.iter().map(String::as_str)));
        for linked in same_place {
            let wrong = match linked.link {
                // Its ticket may have left the files, and still be open: only the state knows.
                Link::Alongside => near.map(|near| misspelt(&linked.to, near)),
                Link::Reference | Link::RenamedFrom => Some(unknown(&linked.to, near, tickets)),
            };
            found.extend(wrong.map(|wrong| located(wrong.about(&linked.from), linked.place.as_ref())));
        }
    }
    found
}

/// A name in `alongside` that no file describes, but that is nearly one that a file does.
fn misspelt(to: &Address, near: &str) -> Diagnostic {
    let message = format!("alongside names {to}, which no file describes");
    let help = format!("Did you mean `{near}`? If {to} is a ticket that left the files, nothing is wrong.");
    Diagnostic::warning("project/alongside", message).help(help)
}

fn unknown(to: &Address, near: Option<&str>, tickets: &BTreeSet<&Address>) -> Diagnostic {
    let document = Address { key: None, ..to.clone() };
    let of_document = tickets.range::<&Address, _>(&document..).take_while(|address| address.kind == to.kind && address.name == to.name);
    let keyed: Vec<String> = of_document.filter(|address| address.key.is_some()).map(ToString::to_string).collect();
    let help = match near {
        _ if !keyed.is_empty() => format!("It has several locations; name one of them: {}.", keyed.join(", ")),
        Some(near) => format!("Did you mean `{near}`?"),
        None => "Only tickets that these files describe can be named. For another one, give its id if the field takes one.".to_owned(),
    };
    Diagnostic::error("project/unknown-ticket", format!("no file describes {to}")).help(help)
}

/// Follows references from one address until they end, or come back to one on the way.
fn circle<'l>(start: &'l Address, next: &BTreeMap<&'l Address, Vec<&'l Linked>>, done: &mut BTreeSet<&'l Address>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // The way here, each step with the number of references already followed from it. No recursion: a chain may be long.
    let mut way: Vec<(&Address, usize)> = vec![(start, 0)];
    while let Some((at, followed)) = way.last_mut() {
        let (at, step) = (*at, *followed);
        *followed += 1;
        let Some(linked) = next.get(at).filter(|_| !done.contains(at)).and_then(|links| links.get(step)) else {
            done.insert(at);
            way.pop();
            continue;
        };
        match way.iter().position(|(on_way, _)| **on_way == linked.to) {
            Some(from) => {
                let path = way.iter().skip(from).map(|(address, _)| address.to_string()).chain([linked.to.to_string()]);
                let path = path.collect::<Vec<_>>();
                let who = if path.len() == 2 { "this ticket waits for itself" } else { "these tickets wait for each other" };
                let message = format!("{who}: {}", path.join(" -> "));
                let help = "Take one of the references out: each ticket is created after the one that it names.";
                found.push(located(Diagnostic::error("project/circle", message).help(help).about(at), linked.place.as_ref()));
            }
            None => way.push((&linked.to, 0)),
        }
    }
    found
}
