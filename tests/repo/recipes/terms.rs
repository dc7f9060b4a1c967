//! Conditions of jobs and steps, and the names in them. A name that a test gives no value is an error: what a recipe depends on is known.

use std::collections::BTreeMap;

/// By their names, as they stand in the recipe: `github.repository`, `$CI_COMMIT_BRANCH`.
pub type Names = BTreeMap<String, String>;

pub fn names<const N: usize>(pairs: [(&str, &str); N]) -> Names {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Whether a condition holds: comparisons with `&&` between them, and `always()`.
pub fn holds(condition: &str, names: &Names) -> bool {
    condition.split(" && ").all(|term| {
        if term.trim() == "always()" {
            return true;
        }
        match (term.split_once(" == "), term.split_once(" != ")) {
            (Some((left, right)), None) => value(left, names) == value(right, names),
            (None, Some((left, right))) => value(left, names) != value(right, names),
            _ => panic!("this condition is not understood: {term}"),
        }
    })
}

fn value(text: &str, names: &Names) -> String {
    let text = text.trim();
    for quote in ['\'', '"'] {
        if let Some(inside) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inside.to_owned();
        }
    }
    // A step that was left out, or broke off before it said so, gave nothing: that is an empty text, and the linter knows the steps.
    if text.starts_with("steps.") && !names.contains_key(text) {
        return String::new();
    }
    names.get(text).unwrap_or_else(|| panic!("the recipe asks for {text}, which has no value here")).clone()
}

/// A text with the value of each `${{ NAME }}`.
pub fn filled(text: &str, names: &Names) -> String {
    let mut parts = text.split("${{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").expect("an end");
        filled += &value(name, names);
        filled += rest;
    }
    filled
}

#[test]
fn conditions_are_read_as_their_runners_read_them() {
    let names = names([("$A", "x"), ("$B", "x"), ("a.b", "y")]);
    assert!(holds("$A == $B && $A == \"x\"", &names) && holds("a.b != 'x'", &names) && holds("always() && a.b == 'y'", &names));
    assert!(!holds("$A == $B && a.b == 'x'", &names) && !holds("$A != $B", &names));
    assert_eq!(filled("<${{ steps.a.outputs.b }}>", &names), "<>");
    assert_eq!(filled("1 ${{ a.b }} 2 ${{ $A }}", &names), "1 y 2 x");
}
