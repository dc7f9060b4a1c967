//! What holds for the normal form of every field of every system: nothing but another value is a difference, and every other value is.

use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::generators::{Of, echo, entries, of_any_system, phone, words};
use super::normal::{comparable, sent};
use super::{Compare, System};
use crate::support::trials::trials;
use crate::ticket::{Address, Change, Fields, Mark, changes};

/// The normal form of one value that is compared like this; `None` for one that counts as absent.
fn normal(compare: Compare, value: impl Into<Value>) -> Option<Value> {
    let seen: Fields = [("f".to_owned(), value.into())].into_iter().collect();
    comparable(&[sent("f", true, true, compare)], &seen).0.remove("f")
}

fn mark() -> Mark {
    Mark::new("lineage", &Address::new("Dispatch", "a"), 0)
}

/// Where what is seen differs from what is expected. What is only on one side counts too, unless answers never show it.
fn differing(system: &dyn System, expected: &Fields, seen: &Fields) -> Vec<Change> {
    let is_shown = |change: &Change| system.row(&change.field).is_some_and(|row| row.compare != Compare::Reworded);
    // An answer says nothing of files here, and a visit without a moment is in no comparison.
    changes(expected, seen, &["attachments".to_owned()].into()).into_iter().filter(is_shown).collect()
}

proptest! {
    #![proptest_config(trials(96))]

    #[test]
    fn what_was_sent_and_comes_back_in_another_spelling_is_no_difference(
        (Of(system), tickets) in of_any_system(1), spelling in vec(any::<u8>(), 64), again in vec(any::<u8>(), 64),
    ) {
        let ticket = &tickets[0];
        let expected = system.expected(&ticket.fields, &[], ticket.visit.as_ref());
        let answers = [&spelling, &again].map(|spelling| system.comparable(&echo(system, ticket, spelling)));
        for seen in &answers {
            // A hole is filled before it is sent; what a server shows there is the other ticket's id.
            let seen: Fields = seen.iter().filter(|(name, _)| ticket.fields.get(name).is_none_or(|value| !value.is_object()))
                .map(|(name, value)| (name.to_owned(), value.clone())).collect();
            prop_assert_eq!(differing(system, &expected, &seen), vec![], "{}: {:?}", system.id(), ticket);
            prop_assert_eq!(&system.comparable(&seen), &seen, "{}: the normal form of a normal form", system.id());
        }
        // Two answers are told apart also by what the server says in its own words.
        let same_words = |fields: &Fields| fields.iter().filter(|(name, _)| system.row(name).is_some_and(|row| row.compare != Compare::Reworded))
            .map(|(name, value)| (name.to_owned(), value.clone())).collect::<Fields>();
        prop_assert_eq!(same_words(&answers[0]), same_words(&answers[1]));
    }

    #[test]
    fn the_mark_is_found_again_and_is_no_difference((Of(system), tickets) in of_any_system(1), spelling in vec(any::<u8>(), 64)) {
        let ticket = &tickets[0];
        let marked = system.with_mark(ticket.fields.clone(), &mark());
        prop_assert_eq!(system.mark_of(&marked), Some(mark()));
        let before = system.comparable(&ticket.fields);
        prop_assert_eq!(&system.comparable(&marked), &before);
        let told = super::generators::Described { fields: marked, visit: ticket.visit.clone() };
        prop_assert_eq!(system.mark_of(&echo(system, &told, &spelling)), Some(mark()), "in another spelling");
        // The mark is all that was put there.
        let touched = changes(&ticket.fields, &told.fields, &BTreeSet::new());
        prop_assert_eq!(touched.len(), 1);
        prop_assert!(touched.iter().all(|change| change.after.as_ref().is_some_and(|value| value.to_string().contains(mark().as_str()))));
    }

    #[test]
    fn a_value_is_absent_only_if_it_is_blank((Of(system), tickets) in of_any_system(1)) {
        let seen = system.comparable(&tickets[0].fields);
        for (name, value) in tickets[0].fields.iter() {
            let is_compared = system.row(name).is_some_and(|row| (row.in_create || row.in_read) && row.compare != Compare::CreateOnly);
            prop_assert_eq!(seen.get(name).is_some(), is_compared, "{} {} {}", system.id(), name, value);
        }
        for blank in [Value::Null, json!(""), json!(" \r\n\t")] {
            let blanks: Fields = tickets[0].fields.iter().map(|(name, _)| (name.to_owned(), blank.clone())).collect();
            let seen = system.comparable(&blanks);
            prop_assert!(seen.iter().all(|(_, value)| value == ""), "{}: {:?}", system.id(), seen);
        }
    }

    #[test]
    fn two_numbers_times_or_lists_are_never_the_same(
        (one, other) in (phone(), phone()), times in (0_i64..4_000_000_000, 0_i64..4_000_000_000), numbers in any::<(i64, i64)>(),
        lists in (entries(), entries()), ids in (vec(0_u64..30, 0..4), vec(0_u64..30, 0..4)),
    ) {
        prop_assert_eq!(normal(Compare::Phone, one.clone()) == normal(Compare::Phone, other.clone()), one == other);
        let spelt = |digits: &str| format!("({}) {}-{}", &digits[..3], &digits[3..5], &digits[5..]);
        prop_assert_eq!(normal(Compare::Phone, spelt(&one)) == normal(Compare::Phone, other.clone()), one == other);
        let moment = |seconds: i64| Timestamp::from_second(seconds).expect("a moment").to_string();
        prop_assert_eq!(normal(Compare::Moment, moment(times.0)) == normal(Compare::Moment, moment(times.1)), times.0 == times.1);
        prop_assert_eq!(normal(Compare::Integer, numbers.0) == normal(Compare::Integer, numbers.1.to_string()), numbers.0 == numbers.1);
        let list = |entries: &[String]| normal(Compare::List, entries.join(" , "));
        prop_assert_eq!(list(&lists.0) == list(&lists.1), lists.0 == lists.1);
        let sorted = |ids: &[u64]| { let mut ids = ids.to_vec(); ids.sort_unstable(); ids };
        let array = |ids: &[u64]| normal(Compare::List, ids.to_vec());
        prop_assert_eq!(array(&ids.0) == array(&ids.1), sorted(&ids.0) == sorted(&ids.1));
    }

    #[test]
    fn two_texts_are_the_same_only_but_for_blanks_around_them_and_ends_of_lines((one, other) in (words(), words())) {
        let bare = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
        for compare in [Compare::Text, Compare::Reworded] {
            prop_assert_eq!(normal(compare, one.clone()) == normal(compare, other.clone()), bare(&one) == bare(&other));
        }
        let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(normal(Compare::Marked, one.clone()) == normal(Compare::Marked, other.clone()), folded(&one) == folded(&other));
        let lower = |text: &str| folded(text).to_lowercase();
        prop_assert_eq!(normal(Compare::Preset, one.clone()) == normal(Compare::Preset, other.clone()), lower(&one) == lower(&other));
        // A text where a number, a time or a yes belongs is itself: it is never taken for one.
        let is_number = |text: &str| text.trim().parse::<i64>().is_ok();
        if !is_number(&one) {
            prop_assert_eq!(normal(Compare::Integer, one.clone()), Some(json!(bare(&one))));
        }
    }
}
