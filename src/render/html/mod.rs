//! A plan as one HTML page: for who reviews it in a browser, and never installed callout.
//!
//! Owns the report: its data, its template (`page.html`), its style and its script. The page asks for nothing from anywhere, which its
//! content security policy enforces: it has one style and one script of its own, by their hashes. Everything else on it is text: the
//! template escapes it, so that a ticket's text is neither markup nor a script. All of it can be read without the script, which only
//! searches and filters what is there.

mod days;
mod differences;
mod names;
mod people;
mod summary;
#[cfg(test)]
mod tests;
mod tickets;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::headline::headline;
use super::since::since_line;
use super::source::clean;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::plan::Plan;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// How the report is written.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The file that `callout apply` takes, if the plan was saved.
    pub saved_as: Option<&'a str>,
    /// With a row for each unchanged ticket, too.
    pub all: bool,
    /// Names, telephone numbers and addresses of people are in the plan.
    pub shows_people: bool,
    /// Puts into commands that a person is told to type what they need to act where this one acted.
    pub complete: &'a dyn Fn(&str) -> String,
}

/// Everything that the template knows.
#[derive(Debug, Serialize)]
struct Page {
    style: &'static str,
    script: &'static str,
    style_hash: String,
    script_hash: String,
    project: String,
    headline: Vec<String>,
    /// The colour of the headline.
    tone: &'static str,
    refusals: people::Objections,
    slices: Vec<people::Slice>,
    warnings: people::Objections,
    people: people::People,
    by_wave: Option<summary::Tally>,
    by_system: summary::Tally,
    calendar: Option<days::Calendar>,
    sections: Vec<tickets::Section>,
    has_costs: bool,
    tickets: usize,
    left_out: usize,
    facts: Facts,
}

/// Where the plan comes from, and how it is applied.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "the template asks for each by itself")]
struct Facts {
    id: String,
    commit: Option<String>,
    uncommitted: bool,
    made: String,
    expires: String,
    state: u64,
    lineage: String,
    selection: String,
    since: String,
    reads: usize,
    /// The command, if the plan was saved.
    apply: Option<String>,
    save: String,
    has_changes: bool,
    /// A policy is against it, which nothing lifts.
    is_denied: bool,
    shows_people: bool,
}

/// The report. It is the plan's own: what must not be in it is taken out of the plan before.
pub fn plan_html(plan: &Plan, report: &Report<'_>) -> Outcome<String> {
    let (sections, places) = tickets::sections(plan, report);
    let seen = people::Seen { places: &places, complete: report.complete };
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        style_hash: hash(STYLE),
        script_hash: hash(SCRIPT),
        project: clean(&plan.project),
        headline: headline(plan).sentences(),
        tone: tone(plan),
        refusals: people::refusals(plan, &seen),
        slices: people::slices(plan),
        warnings: people::warnings(plan, &seen),
        people: people::people(plan, &seen),
        by_wave: summary::by_wave(plan),
        by_system: summary::by_system(plan),
        calendar: days::calendar(plan),
        tickets: places.len(),
        left_out: plan.steps.len() - places.len().min(plan.steps.len()),
        sections,
        has_costs: plan.spend().was_asked(),
        facts: facts(plan, report),
    };
    filled(&page).map_err(|error| Box::new(Diagnostic::error("render/html", format!("the report cannot be written: {error:#}"))))
}

fn filled(page: &Page) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    // The ending says that every value is escaped.
    environment.add_template("page.html", PAGE)?;
    environment.get_template("page.html")?.render(Serde(page))
}

/// As a content security policy names a script or a style.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn tone(plan: &Plan) -> &'static str {
    if plan.is_refused() {
        "refused"
    } else if plan.needs_person() {
        "person"
    } else if plan.has_changes() {
        "changes"
    } else {
        "quiet"
    }
}

fn facts(plan: &Plan, report: &Report<'_>) -> Facts {
    Facts {
        id: clean(&plan.id),
        commit: plan.commit.as_deref().map(clean),
        uncommitted: plan.uncommitted,
        made: names::moment(plan.made),
        expires: names::moment(plan.expires),
        state: plan.through,
        lineage: clean(&plan.lineage),
        selection: clean(&plan.selection.to_string()),
        since: since_line(plan).unwrap_or_default(),
        reads: plan.reads,
        apply: report.saved_as.map(|file| clean(&(report.complete)(&format!("callout apply {file}")))),
        save: (report.complete)("callout plan --out FILE"),
        has_changes: plan.has_changes(),
        is_denied: plan.denials().next().is_some(),
        shows_people: report.shows_people,
    }
}
