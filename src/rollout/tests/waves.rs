//! Which wave each site is in, and what its ticket knows of it.

use serde_json::json;

use super::{Case, TEMPLATE, field, messages};
use crate::manifest::Loaded;
use crate::ticket::{Finished, Gate};

const CSV: &str = "key,wave,size\n1,pilot,small\n2,,small\n3,pilot,big\n4,,big\n";

fn loaded(waves: &str, template: &str) -> Loaded {
    Case::new(CSV, &format!("\n  waves: {waves}{template}")).load()
}

/// The wave of each site, in the order of the list.
#[track_caller]
fn waves(written: &str) -> Vec<String> {
    let loaded = loaded(written, TEMPLATE);
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    let wave = |ticket: &crate::ticket::Ticket| ticket.site.as_ref().and_then(|site| site.wave.clone()).expect("a wave");
    loaded.tickets.iter().map(wave).collect()
}

#[test]
fn a_site_is_in_the_first_wave_that_it_fits() {
    let two = "[{name: pilot, where: site.wave == \"pilot\"}, {name: big, where: site.size == \"big\"}, {name: rest}]";
    assert_eq!(waves(two), ["pilot", "rest", "pilot", "big"]);
    let other_order = "[{name: big, where: site.size == \"big\"}, {name: pilot, where: site.wave == \"pilot\"}, {name: rest}]";
    assert_eq!(waves(other_order), ["pilot", "rest", "big", "big"]);
    assert_eq!(waves("[{name: all}]"), ["all"; 4]);
}

#[test]
fn every_site_is_in_a_wave_and_every_wave_has_one() {
    let told = |written: &str| {
        let loaded = loaded(written, TEMPLATE);
        assert!(loaded.tickets.is_empty(), "half of the waves would be a plan");
        messages(&loaded).join("\n")
    };
    assert_eq!(told("[{name: pilot, where: site.wave == \"pilot\"}]"), "2 sites, first 2 (sites.csv:3): it is in no wave");
    assert_eq!(told("[{name: pilot, where: site.wave == \"Pilot\"}, {name: rest}]"), "wave pilot has no site");
    assert_eq!(told("[{name: all}, {name: rest}]"), "wave rest has no site");
    assert_eq!(
        told("[{name: pilot, where: site.wave == \"pilot\", max: 1}, {name: rest, max: 1}]"),
        "wave pilot has 2 sites, and `max` is 1\nwave rest has 2 sites, and `max` is 1"
    );
    assert_eq!(waves("[{name: all, max: 4}]").len(), 4);
}

#[test]
fn the_list_itself_must_make_sense() {
    let told = |written: &str| messages(&loaded(written, TEMPLATE)).join("\n");
    assert_eq!(told("[{name: a, where: site.wave == \"pilot\"}, {name: a}]"), "two waves are called a");
    let after = |name: &str| {
        told(&format!(
            "[{{name: pilot, where: site.wave == \"pilot\"}}, {{name: big, after: {name}, where: site.size == \"big\"}}, {{name: rest}}]"
        ))
    };
    assert_eq!(after("pilto"), "no wave is called pilto");
    assert_eq!(after("rest"), "wave rest stands below this one");
    assert_eq!(after("big"), "a wave cannot come after itself");
    assert_eq!(after("pilot"), "");
    assert_eq!(told("[{name: a, gate: {failed: 1}}]"), "this gate is of no wave");
    assert_eq!(told("[{name: a, starts: 2035-06-04}]"), "wave a has a first day, and this rollout has no schedule");
    assert_eq!(told("[]"), "waves is an empty list");
    assert_eq!(
        told("[{name: a, where: site.size}]"),
        "all 4 sites, first 1 (sites.csv:2): `where` gives `small`, which is neither true nor false"
    );
}

#[test]
fn a_template_knows_its_wave_everywhere() {
    let text = "|
        Replace the router.
        {% if wave.name == \"pilot\" %}
        Stay until the store has tested it.
        {% endif %}";
    let overrides = "\n  overrides: {\"2\": {spec: {po_number: \"PO-${{ wave.name | upper }}\"}}}";
    let template = TEMPLATE
        .replace("initial_description: Replace the router.", &format!("initial_description: {text}"))
        .replace("      locations:", "      po_number: ${{ wave.name }}\n      locations:");
    let loaded = loaded("[{name: pilot, where: site.wave == \"pilot\"}, {name: rest}]", &format!("{overrides}{template}"));
    assert_eq!(field(&loaded, "po_number"), ["pilot", "PO-REST", "pilot", "rest"].map(|text| Some(json!(text))));
    let (short, long) = ("Replace the router.\n", "Replace the router.\nStay until the store has tested it.\n");
    assert_eq!(field(&loaded, "initial_description"), [long, short, long, short].map(|text| Some(json!(text))));
}

#[test]
fn where_there_are_no_waves_none_is_known() {
    let unknown = "`wave` is not known here";
    let named = TEMPLATE.replace("      locations:", "      po_number: ${{ wave.name }}\n      locations:");
    assert_eq!(messages(&Case::new(CSV, &named).load()), [unknown]);
    // A filter chooses before anybody is in a wave, and a wave does not know itself.
    let case = Case::new(CSV, &format!("\n  waves: [{{name: all}}]{TEMPLATE}"));
    let text = std::fs::read_to_string(case.folder.path().join("rollout.yaml")).expect("the rollout");
    case.write("rollout.yaml", &text.replace("key: key}", "key: key, where: wave.name == \"all\"}"));
    assert_eq!(messages(&case.load()), [unknown]);
    assert_eq!(messages(&loaded("[{name: all, where: wave.name == \"all\"}]", TEMPLATE)), [unknown]);
    let misspelt = TEMPLATE.replace("      locations:", "      po_number: ${{ wave.nmae }}\n      locations:");
    assert_eq!(messages(&loaded("[{name: all}]", &misspelt)), ["`wave.nmae` is not known"]);
}

#[test]
fn the_terms_of_a_rollout_are_what_it_says() {
    let written = "[{name: pilot, where: site.wave == \"pilot\"}, {name: big, where: site.size == \"big\", after: pilot, open: false}, \
                   {name: rest, after: big, gate: {finished: 20, failed: 2}}]";
    let loaded = loaded(written, &format!("\n  paused: true\n  limits: {{creates: 60, closes: 0}}{TEMPLATE}"));
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    let terms = &loaded.terms["many"];
    assert!(terms.paused && terms.limits.creates == Some(60) && terms.limits.closes == Some(0) && terms.limits.removals.is_none());
    let gates: Vec<Option<&Gate>> = terms.waves.iter().map(|wave| wave.gate.as_ref()).collect();
    let big = Gate { after: "pilot".to_owned(), finished: Finished::All, failed: 0 };
    let rest = Gate { after: "big".to_owned(), finished: Finished::AtLeast(20), failed: 2 };
    assert_eq!(gates, [None, Some(&big), Some(&rest)]);
    assert_eq!(terms.waves.iter().map(|wave| wave.open).collect::<Vec<_>>(), [true, false, true]);
}
