//! What expressions give, and what many sites say together.

mod properties;
mod waves;

use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::load;
use crate::manifest::{Loaded, Request};

const TEMPLATE: &str = "
  template:
    kind: Dispatch
    metadata: {name: \"a-${{ site.key }}\"}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: Replace the router.
      automatic_email_contact: true
      automatic_email_cc: false
      locations:
        - location_name: Store ${{ site.key }}
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: ${{ site.key }}
          start_date: 2035-06-04T08:00:00
          end_date: 2035-06-04T12:00:00
";

struct Case {
    folder: TempDir,
}

impl Case {
    fn new(csv: &str, template: &str) -> Self {
        let case = Self { folder: TempDir::new().expect("a folder") };
        case.write("callout.yaml", "apiVersion: callout/v1\nkind: Project\nmetadata: {name: a}\n");
        case.write("sites.csv", csv);
        let head = "apiVersion: callout/v1\nkind: Rollout\nmetadata: {name: many}\nspec:\n  sites: {csv: sites.csv, key: key}";
        case.write("rollout.yaml", &format!("{head}{template}"));
        case
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("a file");
    }

    fn load(&self) -> Loaded {
        load(&Request { start: self.folder.path().to_path_buf(), sandbox: true, ..Request::default() })
    }
}

/// A field of each ticket.
#[track_caller]
fn field(loaded: &Loaded, name: &str) -> Vec<Option<Value>> {
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    loaded.tickets.iter().map(|ticket| ticket.fields.get(name).cloned()).collect()
}

fn messages(loaded: &Loaded) -> Vec<&str> {
    loaded.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect()
}

/// The value of one field with this expression, for one site.
#[track_caller]
fn filled(field_name: &str, written: &str, csv: &str) -> Option<Value> {
    let line = format!("      automatic_email_cc: {}", if field_name == "automatic_email_cc" { written } else { "false" });
    let mut template = TEMPLATE.replace("      automatic_email_cc: false", &line);
    if field_name != "automatic_email_cc" {
        template = template.replace("      locations:", &format!("      {field_name}: {written}\n      locations:"));
    }
    field(&Case::new(csv, &template).load(), field_name).remove(0)
}

#[test]
fn one_expression_takes_the_type_of_its_field() {
    let csv = "key,yes,id,word,none\n1,TRUE,482001,true,\n";
    assert_eq!(filled("customer_preferred_tech", "${{ site.yes }}", csv), Some(json!(true)));
    assert_eq!(filled("customer_preferred_tech", "${{ site.word == 'true' }}", csv), Some(json!(true)));
    assert_eq!(filled("prior_ticket", "\"${{ site.id }}\"", csv), Some(json!(482_001)));
    assert_eq!(filled("prior_ticket", "${{ site.id | int + 1 }}", csv), Some(json!(482_002)));
    assert_eq!(filled("po_number", "${{ site.word }}", csv), Some(json!("true")));
    assert_eq!(filled("po_number", "${{ 7 * 6 }}", csv), Some(json!("42")));
    assert_eq!(filled("po_number", "${{ site.none }}", csv), None);
    assert_eq!(filled("po_number", "${{ none }}", csv), None);
}

#[test]
fn around_an_expression_everything_is_text() {
    let csv = "key,a,none\n0417,x,\n";
    assert_eq!(filled("po_number", "${{ site.a }}${{ site.key }}", csv), Some(json!("x0417")));
    assert_eq!(filled("po_number", "PO-${{ site.none }}", csv), Some(json!("PO-")));
    assert_eq!(filled("po_number", "${{ rollout.name }}/${{ site['key'] }}", csv), Some(json!("many/0417")));
    assert_eq!(filled("po_number", "\"${{ {'x': {'y': 'z'}}['x']['y'] }}\"", csv), Some(json!("z")));
    assert_eq!(filled("special_instructions", "a <b> & \"c\" ${{ '<' }}", csv), Some(json!("a <b> & \"c\" <")));
    assert_eq!(filled("special_instructions", "\"${{ '{{' }} ${{ '}}' }}\"", csv), Some(json!("{{ }}")));
}

#[test]
fn a_text_may_have_conditions_and_loops() {
    let csv = "key,tools\n1,ladder;drill\n2,\n";
    let text = "|
        Bring:
        {% for tool in site.tools | split(';') if tool %}
        - ${{ tool }}
        {% else %}
        nothing
        {% endfor %}
        Thank you.";
    let template = TEMPLATE.replace("initial_description: Replace the router.", &format!("initial_description: {text}"));
    let given = field(&Case::new(csv, &template).load(), "initial_description");
    assert_eq!(given, [Some(json!("Bring:\n- ladder\n- drill\nThank you.\n")), Some(json!("Bring:\nnothing\nThank you.\n"))]);
}

#[test]
fn an_expression_may_make_a_list() {
    let case = Case::new(
        "key,files\n1,a.pdf;b.pdf\n",
        &TEMPLATE.replace("      locations:", "      attachments: ${{ site.files | split(';') | list }}\n      locations:"),
    );
    case.write("a.pdf", "a");
    case.write("b.pdf", "b");
    let loaded = case.load();
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    assert_eq!(loaded.tickets[0].attachments.iter().map(|file| file.filename.as_str()).collect::<Vec<_>>(), ["a.pdf", "b.pdf"]);
}

#[test]
fn what_a_cell_holds_is_not_filled_in_again() {
    assert_eq!(filled("po_number", "${{ site.a }}", "key,a\n1,{{ site.key }}\n"), Some(json!("{{ site.key }}")));
    let loaded = Case::new("key,a\n1,${{ site.key }}\n", TEMPLATE).load();
    assert_eq!(messages(&loaded), ["a cell of this row holds `${{`, and nothing is filled in there"]);
}

#[test]
fn who_means_the_braces_can_write_them() {
    assert_eq!(filled("po_number", "'${{ \"${{\" }} x }}'", "key\n1\n"), Some(json!("${{ x }}")));
}

#[test]
fn a_column_that_is_not_there_is_told_whatever_is_done_with_it() {
    for written in [
        "${{ site.b }}",
        "${{ site['b'] }}",
        "${{ site['b'] == 'x' }}",
        "${{ site.b | default('x') }}",
        "${{ 'x' if site['b'] is defined else 'y' }}",
        "\"{% if false %}${{ site.b }}{% endif %}x\"",
        "\"{% set all = site %}${{ all.b == 'x' }}\"",
    ] {
        let template = TEMPLATE.replace("      locations:", &format!("      po_number: {written}\n      locations:"));
        let loaded = Case::new("key,a\n1,x\n2,y\n", &template).load();
        assert_eq!(messages(&loaded), ["sites.csv has no column `b`"], "{written}");
        assert!(loaded.tickets.is_empty(), "{written}");
    }
}

#[test]
fn a_loop_of_loops_ends() {
    let text = "\"{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}\"";
    let template = TEMPLATE.replace("      locations:", &format!("      po_number: {text}\n      locations:"));
    let loaded = Case::new("key\n1\n", &template).load();
    assert_eq!(messages(&loaded), ["site 1 (sites.csv:2): this text takes more than a million steps"]);
}

#[test]
fn after_a_text_without_end_no_further_site_is_tried() {
    let text = "\"{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}\"";
    let template = TEMPLATE.replace("      locations:", &format!("      po_number: {text}\n      locations:"));
    let loaded = Case::new("key\n1\n2\n3\n", &template).load();
    assert_eq!(messages(&loaded), ["site 1 (sites.csv:2): this text takes more than a million steps"]);
    assert!(loaded.tickets.is_empty());
}

#[test]
fn ten_thousand_mistakes_are_one_message() {
    let mut csv = "key,date\n".to_owned();
    for at in 0..10_000 {
        let _ = writeln!(csv, "{at:05},{}", if at == 7 { "2035-06-04" } else { "June" });
    }
    let loaded = Case::new(&csv, &TEMPLATE.replace("start_date: 2035-06-04T", "start_date: ${{ site.date }}T")).load();
    let [only] = loaded.diagnostics.as_slice() else { panic!("{:?}", messages(&loaded)) };
    assert_eq!(only.message, "9999 sites, first 00000 (sites.csv:2): start_date is `JuneT08:00:00`, which has the wrong form");
    let also = "Also 00001 (sites.csv:3), 00002 (sites.csv:4), 00003 (sites.csv:5) and 9995 more.";
    assert!(only.help.as_ref().is_some_and(|help| help.ends_with(also)), "{:?}", only.help);
    assert_eq!(only.address.as_deref(), Some("Dispatch/a-00000"));
}

#[test]
fn many_sites_come_out_in_their_order_and_know_where_they_are_from() {
    let mut csv = "key\n".to_owned();
    for at in 0..1_000 {
        let _ = writeln!(csv, "{at:04}");
    }
    let loaded = Case::new(&csv, TEMPLATE).load();
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    let keys: Vec<&str> = loaded.tickets.iter().filter_map(|ticket| Some(ticket.site.as_ref()?.key.as_str())).collect();
    assert!(
        keys.len() == 1_000
            && keys.is_sorted()
            && loaded.tickets.iter().all(|ticket| ticket.site.as_ref().is_some_and(|site| site.rollout == "many"))
    );
    // Where it is from is nothing that is sent or compared.
    let mut apart = loaded.tickets[0].clone();
    apart.site = None;
    assert_eq!(apart.digest(), loaded.tickets[0].digest());
}

#[test]
fn a_broken_list_gives_no_ticket_and_no_second_mistake() {
    let case = Case::new("key,a\n1\n2,y\n", TEMPLATE);
    let head = "apiVersion: callout/v1\nkind: Dispatch\nmetadata: {name: z}\n";
    let spec = TEMPLATE
        .lines()
        .skip_while(|line| !line.starts_with("    spec:"))
        .fold(String::new(), |text, line| text + line.strip_prefix("    ").unwrap_or(line) + "\n");
    case.write(
        "z.yaml",
        &format!(
            "{head}{}",
            spec.replace("${{ site.key }}", "0417").replace("  locations:", "  prior_ticket: {ref: Dispatch/a-1}\n  locations:")
        ),
    );
    let loaded = case.load();
    // Whether Dispatch/a-1 is there, nobody can say now.
    assert_eq!(messages(&loaded), ["this row has 1 cell, and the header names 2 columns"]);
    assert_eq!(loaded.tickets.iter().map(|ticket| ticket.address.to_string()).collect::<Vec<_>>(), ["Dispatch/z"]);
}
