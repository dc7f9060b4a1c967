use crate::support::trials::trials;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::shape::Shapes;
use super::super::typed::typed;
use super::*;

/// The documents as JSON, read without any schema.
fn values(text: &str) -> Vec<Value> {
    let shapes = Shapes::new(&json!({}));
    compose(text, 0).documents.iter().map(|document| typed(document, shapes.root()).value).collect()
}

fn faults(text: &str) -> Vec<(String, &str)> {
    compose(text, 0).faults.into_iter().map(|fault| (fault.message, &text[fault.span.start as usize..fault.span.end as usize])).collect()
}

/// The text at the place that a JSON pointer leads to.
fn at<'t>(text: &'t str, pointer: &str) -> &'t str {
    let span = compose(text, 0).documents[0].span_of(pointer);
    &text[span.start as usize..span.end as usize]
}

#[test]
fn every_key_and_value_has_its_place() {
    let text = "a: 1\nlist:\n  - x: é\n    y: 'two'\nempty:\nflow: {k: [v]}\n";
    assert_eq!(at(text, "/a"), "1");
    assert_eq!(at(text, "/list"), "list");
    assert_eq!(at(text, "/list/0"), "x");
    assert_eq!(at(text, "/list/0/x"), "é");
    assert_eq!(at(text, "/list/0/y"), "'two'");
    assert_eq!(at(text, "/empty"), "empty");
    assert_eq!(at(text, "/flow/k/0"), "v");
    assert_eq!(at(text, "/flow/missing/deeper"), "flow");
}

#[test]
fn a_file_with_a_byte_order_mark_and_windows_line_ends_reads_the_same() {
    assert_eq!(values("\u{FEFF}a: 1\r\nb: |\r\n  two\r\n"), vec![json!({"a": 1, "b": "two\n"})]);
}

#[test]
fn anchors_aliases_and_merges_are_resolved_and_what_is_written_out_wins() {
    let text = "base: &b {x: 1, y: {z: 2}}\nuse: *b\nmerged: {<<: *b, x: 9}\nseveral: {<<: [{x: 5}, *b], w: 0}\nquoted: {\"<<\": 1}\n";
    let expected = json!({
        "base": {"x": 1, "y": {"z": 2}},
        "use": {"x": 1, "y": {"z": 2}},
        "merged": {"x": 9, "y": {"z": 2}},
        "several": {"w": 0, "x": 5, "y": {"z": 2}},
        "quoted": {"<<": 1},
    });
    assert_eq!(values(text), vec![expected]);
    assert_eq!(at(text, "/merged/y/z"), "2");
}

#[test]
fn a_broken_document_hides_neither_its_fault_nor_the_next_document() {
    let text = "a: 1\n---\nb: [1\n---\nc: 3\n";
    assert_eq!(values(text), vec![json!({"a": 1}), json!({"c": 3})]);
    assert_eq!(faults(text).len(), 1);
}

#[test]
fn duplicate_keys_are_faults_also_among_many_keys() {
    assert_eq!(faults("a: 1\nb: 2\na: 3\n"), vec![("the key `a` is given twice: first on line 1, and here again".to_owned(), "a")]);
    let many: String = (0..100).map(|number| format!("key{number}: 1\n")).collect::<Vec<_>>().concat();
    let text = format!("{many}key7: 2\n");
    assert_eq!(faults(&text), vec![("the key `key7` is given twice: first on line 8, and here again".to_owned(), "key7")]);
}

#[test]
fn hostile_nesting_is_refused_without_a_deep_stack() {
    for text in ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000), "? ".repeat(100_000)] {
        let faults = faults(&text);
        assert_eq!(faults.len(), 1, "{}", &text[..4]);
        assert!(faults[0].0.contains("nested more than 100 levels"), "{}", faults[0].0);
    }
}

#[test]
fn hostile_aliases_are_refused_before_they_fill_memory() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        let alias = format!("*a{}", level - 1);
        text = [text, format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 10].join(", "))].concat();
    }
    assert!(faults(&text)[0].0.contains("stand for more than 100000 values"));
    let merges = format!("a: &a {{{}}}\n", (0..1000).map(|n| format!("k{n}: 1")).collect::<Vec<_>>().join(", "));
    let merges = merges + &(0..200).map(|n| format!("b{n}: {{<<: *a}}\n")).collect::<Vec<_>>().concat();
    assert!(faults(&merges)[0].0.contains("stand for more than 100000 values"));
}

#[test]
fn a_file_of_many_small_bombs_is_refused_too() {
    let bomb = format!("a: &a [{}]\nb: &b [{}]\nc: [{}]\n", "x,".repeat(40), "*a,".repeat(40), "*b,".repeat(40));
    let text = format!("{bomb}---\n").repeat(60);
    let faults = faults(&text);
    assert!(faults[0].0.contains("of this file stand for more than 2000000 values"), "{}", faults[0].0);
    assert!(faults.len() > 20, "every document after the limit is refused: {}", faults.len());
}

#[test]
fn one_long_text_that_is_named_often_is_counted_by_its_length() {
    let text = format!("a: &a \"{}\"\nb: [{}]\n", "long\\t".repeat(20_000), "*a,".repeat(1_000));
    assert!(text.len() < 200_000);
    assert!(faults(&text)[0].0.contains("stand for more than 64 MB of text"), "{}", faults(&text)[0].0);
    assert_eq!(faults(&text.replacen("*a,", "", 500)), vec![]);
}

#[test]
fn a_value_tagged_as_text_is_text_and_other_tags_are_refused() {
    assert_eq!(values("a: !!str 12\nb: ! 13\n"), vec![json!({"a": "12", "b": "13"})]);
    for text in ["a: !!int \"5\"\n", "a: !env HOME\n", "a: !!binary aGk=\n", "a: !x {b: 1}\n"] {
        assert!(faults(text)[0].0.contains("is a YAML tag"), "{text}");
    }
}

#[test]
fn empty_documents_are_none() {
    for text in ["", "\n", "---\n", "# only a comment\n", "---\n---\n...\n", "~\n"] {
        assert_eq!(values(text), Vec::<Value>::new(), "{text:?}");
        assert_eq!(faults(text), vec![], "{text:?}");
    }
}

fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1.0e6..1.0e6).prop_map(Value::from),
        "[a-zA-Z0-9 :#'\"{}\\[\\]&*!|>%@`,?~\n\té-]{0,12}".prop_map(Value::from),
        prop_oneof![Just("0417"), Just("NO"), Just("null"), Just("1e3"), Just("2027-01-11"), Just("<<"), Just("---")].prop_map(Value::from),
    ];
    let map = |inner: BoxedStrategy<Value>| {
        let entries = proptest::collection::btree_map("[a-z0-9 :#]{1,8}", inner, 0..5);
        entries.prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()))
    };
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from), map(inner.boxed())]
    })
}

/// Nulls in a map are absent values.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            map.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key, without_nulls(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => leaf,
    }
}

proptest! {
    #![proptest_config(trials(256))]

    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,200}") {
        let _ = values(&text);
    }

    #[test]
    fn no_yaml_like_text_makes_it_panic(text in "[a&*<{}\\[\\]:,?|>!'\"#% \n\t-]{0,80}") {
        let composed = compose(&text, 0);
        for fault in composed.faults {
            prop_assert!(text.is_char_boundary(fault.span.start as usize));
            prop_assert!(fault.span.end as usize <= text.len());
        }
    }

    #[test]
    fn json_is_read_as_itself(value in json_values()) {
        let value = json!({"value": value});
        prop_assert_eq!(values(&value.to_string()), vec![without_nulls(value)]);
    }

    #[test]
    fn what_another_library_writes_as_yaml_is_read_as_meant(value in json_values()) {
        let value = json!({"value": value});
        let yaml = serde_yaml::to_string(&value).expect("YAML");
        prop_assert_eq!(values(&yaml), vec![without_nulls(value)], "{}", yaml);
    }
}
