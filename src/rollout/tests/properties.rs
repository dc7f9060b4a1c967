//! What holds for every list of sites: each gives its own tickets and no others, and what a cell says is what is sent.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{Case, TEMPLATE, messages};
use crate::manifest::{Keep, Loaded, Request};
use crate::render;
use crate::rollout::load;
use crate::support::trials::trials;
use crate::ticket::Ticket;

/// By key: the group of a site and a text about it.
type Sites = BTreeMap<String, (&'static str, String)>;

/// A text as somebody may type or paste it into a sheet.
fn note() -> impl Strategy<Value = String> {
    let words = vec![
        "true", "NO", "null", "~", "0417", "1e3", "0x1f", "- a", "# a", "a: b", "&a", "*a", "!a", "%a", "| a", "'", "\"", "{{ a }}",
        "a\n\nb",
    ];
    let forms = prop_oneof![
        select(words).prop_map(str::to_owned),
        "[ -~]{0,12}",
        "\\PC{0,8}",
        vec(any::<char>(), 0..8).prop_map(String::from_iter)
    ];
    forms.prop_filter("no expression, and nothing that is no text", |text| !text.contains("${{") && !text.contains('\0'))
}

fn sites() -> impl Strategy<Value = Sites> {
    btree_map("[a-z0-9]{1,3}", (select(vec!["north", "south", "east"]), note()), 1..7)
}

fn csv<'s>(sites: impl IntoIterator<Item = (&'s String, &'s (&'static str, String))>) -> String {
    let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    writer.write_record(["key", "group", "note"]).expect("written");
    for (key, (group, note)) in sites {
        writer.write_record([key.as_str(), group, note.as_str()]).expect("written");
    }
    String::from_utf8(writer.into_inner().expect("a text")).expect("a text")
}

/// Two places for each site, one of them with a key, and the site's text.
fn template() -> String {
    let second = TEMPLATE.split("locations:\n").nth(1).expect("locations").replace("Store ", "Rear of store ");
    let second = second.replacen("        - ", "        - key: rear\n          ", 1);
    TEMPLATE.replace("      locations:", "      special_instructions: ${{ site.note }}\n      locations:") + &second
}

/// All that is meant by a ticket, but for where it is written.
fn meant(ticket: &Ticket) -> (String, Value) {
    let Ticket { address, reissue, fields, attachments, lifecycle, labels, visit, booking: _, place: _, site: _ } = ticket;
    (address.to_string(), json!([reissue, fields, attachments, lifecycle, labels, visit]))
}

#[track_caller]
fn tickets(loaded: &Loaded) -> BTreeMap<String, Value> {
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    let tickets: BTreeMap<_, _> = loaded.tickets.iter().map(meant).collect();
    assert_eq!(tickets.len(), loaded.tickets.len(), "one address twice");
    tickets
}

/// The document of a rollout as a file of its own, cut out of the template: it is no rollout's.
fn single(name: &str) -> String {
    let text = TEMPLATE.trim_start_matches("\n  template:\n").replace("a-${{ site.key }}", name).replace("${{ site.key }}", name);
    let lines = text.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line)));
    format!("apiVersion: callout/v1\n{}", lines.collect::<String>())
}

proptest! {
    #![proptest_config(trials(20))]

    #[test]
    fn every_site_gives_the_tickets_of_its_template_in_whatever_order_sites_and_files_come(
        sites in sites(), order in any::<prop::sample::Index>(), files in btree_map("[a-z]{1,4}", "z[a-z0-9]{0,3}", 0..4),
    ) {
        let case = Case::new(&csv(&sites), &template());
        let names: BTreeSet<&String> = files.values().collect();
        for (at, name) in names.iter().enumerate() {
            case.write(&format!("one-{at}.yaml"), &single(name));
        }
        let first = tickets(&case.load());
        let of_sites = sites.keys().flat_map(|key| [format!("Dispatch/a-{key}"), format!("Dispatch/a-{key}[rear]")]);
        let wanted: BTreeSet<String> = of_sites.chain(names.iter().map(|name| format!("Dispatch/{name}"))).collect();
        prop_assert_eq!(first.keys().cloned().collect::<BTreeSet<_>>(), wanted);

        let mut turned: Vec<_> = sites.iter().collect();
        turned.rotate_left(order.index(sites.len()));
        let again = Case::new(&csv(turned.into_iter().rev()), &template());
        // Other files, in another order, and two documents in one of them.
        let texts: Vec<String> = names.iter().rev().map(|name| single(name)).collect();
        for (at, pair) in texts.chunks(2).enumerate() {
            again.write(&format!("a{at}.yml"), &pair.join("---\n"));
        }
        prop_assert_eq!(tickets(&again.load()), first);
    }

    #[test]
    fn what_a_cell_says_is_sent_and_what_is_printed_says_the_same(sites in sites()) {
        let case = Case::new(&csv(&sites), &template());
        let loaded = load(&Request { start: case.folder.path().to_path_buf(), sandbox: true, keep: Keep::Documents, ..Request::default() });
        let first = tickets(&loaded);
        for ticket in &loaded.tickets {
            let key = &ticket.site.as_ref().expect("a site").key;
            let note = sites[key].1.trim();
            prop_assert_eq!(ticket.fields.text("special_instructions"), (!note.is_empty()).then_some(note));
        }
        let printed = render::documents(&loaded.kept).expect("YAML");
        let other = Case::new("key\n1\n", TEMPLATE);
        other.write("rollout.yaml", &printed);
        prop_assert_eq!(tickets(&other.load()), first, "{}", printed);
    }

    #[test]
    fn a_condition_chooses_what_a_look_at_the_groups_would(sites in sites(), groups in proptest::sample::subsequence(vec!["north", "south", "east"], 1..3)) {
        let all = tickets(&Case::new(&csv(&sites), &template()).load());
        let list = format!("site.group in {groups:?}").replace('"', "'");
        let case = Case::new(&csv(&sites), &template());
        let head = "apiVersion: callout/v1\nkind: Rollout\nmetadata: {name: many}\nspec:\n  sites: {csv: sites.csv, key: key, where: \"";
        case.write("rollout.yaml", &format!("{head}{list}\"}}{}", template()));
        let loaded = case.load();
        let is_chosen = |address: &str| sites.iter().any(|(key, (group, _))| {
            groups.contains(group) && [format!("Dispatch/a-{key}"), format!("Dispatch/a-{key}[rear]")].iter().any(|own| own == address)
        });
        let wanted: BTreeMap<_, _> = all.into_iter().filter(|(address, _)| is_chosen(address)).collect();
        if wanted.is_empty() {
            // A condition that chooses nobody is a slip: it must not read as the wish to remove everybody.
            prop_assert_eq!(messages(&loaded), [format!("`where` chooses none of the {} sites", sites.len())]);
        } else {
            prop_assert_eq!(tickets(&loaded), wanted);
        }
    }

    #[test]
    fn two_sites_never_give_one_address(sites in sites(), with_key in any::<bool>()) {
        let name = if with_key { "${{ site.group }}-${{ site.key }}" } else { "${{ site.group }}" };
        let loaded = Case::new(&csv(&sites), &template().replace("a-${{ site.key }}", name)).load();
        let addresses: BTreeSet<String> = loaded.tickets.iter().map(|ticket| ticket.address.to_string()).collect();
        prop_assert_eq!(addresses.len(), loaded.tickets.len());
        let groups: BTreeSet<&str> = sites.values().map(|(group, _)| *group).collect();
        prop_assert_eq!(loaded.has_errors(), !with_key && groups.len() < sites.len(), "{:?}", loaded.diagnostics);
    }

    #[test]
    fn a_cell_arrives_as_the_type_of_its_field_or_is_told(
        cell in prop_oneof![note(), "[+-]?0?[0-9]{1,20}", "[0-9.]{1,4}e?[0-9]?", "(0x|0o)[0-9a-f]{1,3}", "(?i)true|false|yes|no|on|off"],
    ) {
        let sites: Sites = [("1".to_owned(), ("north", cell.clone()))].into();
        let cell = cell.trim();
        for field in ["customer_preferred_tech", "prior_ticket", "po_number"] {
            let template = template().replace("special_instructions", field);
            let loaded = Case::new(&csv(&sites), &template).load();
            let given = (!loaded.has_errors()).then(|| loaded.tickets[0].fields.get(field).cloned());
            let Some(given) = given else { continue };
            let wanted = match field {
                _ if cell.is_empty() => None,
                "po_number" => Some(json!(cell)),
                "prior_ticket" => Some(json!(number(cell))),
                _ => Some(json!(cell.eq_ignore_ascii_case("true"))),
            };
            prop_assert_eq!(&given, &wanted, "{} of `{}`", field, cell);
            let is_word = ["true", "True", "TRUE", "false", "False", "FALSE"].contains(&cell);
            prop_assert!(field != "customer_preferred_tech" || cell.is_empty() || is_word, "`{}` passes for a yes or a no", cell);
        }
    }
}

/// The whole number that a cell says, in the spellings of YAML.
fn number(text: &str) -> Option<u64> {
    let radix = |text: &str, radix| u64::from_str_radix(text, radix).ok();
    match (text.strip_prefix("0x"), text.strip_prefix("0o")) {
        (Some(digits), _) => radix(digits, 16),
        (_, Some(digits)) => radix(digits, 8),
        (None, None) => text.strip_prefix('+').unwrap_or(text).parse().ok(),
    }
}
