//! The settings that only TechExpress has: how many locations travel in one request, what a refusal of such a request means, and how it is
//! asked for accounts and costs.
//!
//! Owns their schema, their defaults and their reading. The rest of the section is every G360 system's.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::look_up::{self, LookUps};

const PER_REQUEST: &str = "locations_per_request";
const REJECTS_WHOLE: &str = "batch_rejects_whole";

/// More would make one lost answer a doubt about too many visits.
const MOST: u64 = 50;

/// Their schemas, by name.
pub fn own(generator: &mut SchemaGenerator) -> [(&'static str, Value); 3] {
    [
        (
            PER_REQUEST,
            json!({
                "type": "integer", "minimum": 1, "maximum": MOST, "default": 1,
                "description": "How many locations go out in one create at most. With more than 1, new tickets that share everything outside of `locations` travel together, under one mark. That saves requests, and one lost answer leaves all of them in doubt.",
            }),
        ),
        (
            REJECTS_WHOLE,
            json!({
                "type": "boolean", "default": false,
                "description": "Whether a refused create of several locations (400, 403 and the like) surely made none of them. The vendor's page does not say, so without this all of them are in doubt then. Set it only if the vendor has told you so.",
            }),
        ),
        LookUps::property(generator),
    ]
}

/// How many locations one create may carry.
pub fn locations_per_request(settings: &Value) -> usize {
    let given = settings.get(PER_REQUEST).and_then(Value::as_u64).unwrap_or(1);
    usize::try_from(given.clamp(1, MOST)).unwrap_or(1)
}

/// Whether a refused create of several locations made none of them.
pub fn batch_rejects_whole(settings: &Value) -> bool {
    settings.get(REJECTS_WHOLE) == Some(&Value::Bool(true))
}

/// The section without what only this system has; `None` where that is not right.
pub fn shared(settings: &Value) -> Option<Value> {
    let is_count = |value: &Value| value.as_u64().is_some_and(|count| (1..=MOST).contains(&count));
    let is_right = settings.get(PER_REQUEST).is_none_or(is_count) && settings.get(REJECTS_WHOLE).is_none_or(Value::is_boolean);
    let is_right = is_right && look_up::of(settings).is_some();
    let mut shared = settings.clone();
    if let Some(section) = shared.as_object_mut() {
        section.retain(|name, _| ![PER_REQUEST, REJECTS_WHOLE, look_up::SECTION].contains(&name.as_str()));
    }
    is_right.then_some(shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_from_1_to_50_and_1_where_none_is_given() {
        let of = |count: Value| {
            let settings = json!({PER_REQUEST: count});
            (locations_per_request(&settings), shared(&settings).is_some())
        };
        assert_eq!(locations_per_request(&json!({})), 1);
        assert_eq!([of(json!(1)), of(json!(20)), of(json!(50))], [(1, true), (20, true), (50, true)]);
        assert_eq!([of(json!(0)), of(json!(51)), of(json!("20"))], [(1, false), (50, false), (1, false)]);
    }

    #[test]
    fn a_refusal_counts_for_all_only_where_that_is_said() {
        assert!(batch_rejects_whole(&json!({REJECTS_WHOLE: true})));
        assert!(!batch_rejects_whole(&json!({})));
        assert_eq!(shared(&json!({REJECTS_WHOLE: "yes"})), None);
        assert_eq!(shared(&json!({REJECTS_WHOLE: true, "base_url": "u"})), Some(json!({"base_url": "u"})));
    }
}
