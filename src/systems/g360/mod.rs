//! What the ticket systems of Granite's G360 API have in common: TechExpress and NOCExpress.
//!
//! Owns the section in the project file, the form of a create, the reading of answers, the connection, and the shared half of the
//! sandbox. What differs from system to system is an [`Api`]. Refuses to know any system's fields.

pub mod answer;
pub mod checks;
pub mod connection;
#[cfg(test)]
pub mod example;
pub mod form;
pub mod rows;
pub mod sandbox;
pub mod settings;
mod several;
pub mod spec;
pub mod words;

use serde_json::{Map, Value};

use super::{AttachmentRules, Field};
use crate::ticket::{Fields, Mark};

/// One ticket system of this vendor.
#[derive(Debug)]
pub struct Api {
    /// Its key below `spec.systems`.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What a token needs.
    pub scope: &'static str,
    /// Where tickets are made, unless the settings say otherwise.
    pub create_path: &'static str,
    /// Where one is read, with `{ticket_id}` in it, unless the settings say otherwise.
    pub read_path: &'static str,
    pub fields: &'static [Field],
    /// The text parts of a create's form. The settings are the system's section.
    pub text_parts: fn(&Fields, &Value) -> Vec<(String, String)>,
    /// The fields of an answer by the names that manifests use.
    pub flat: fn(&Map<String, Value>) -> Fields,
    /// For a create's answer with more than one ticket: what there was one of.
    pub one_of: &'static str,
    /// How one create makes several tickets, where it can.
    pub together: Option<Together>,
}

/// How one create makes several tickets.
#[derive(Debug)]
pub struct Together {
    /// The one part of the form that differs from ticket to ticket, with what it holds of each of these.
    pub part: fn(&[&Fields]) -> (&'static str, String),
    /// Whether the settings say that a refused request made none of them.
    pub rejects_whole: fn(&Value) -> bool,
}

/// The vendor's pages say 25 MB of content, not whether for each file or for the request: the stricter reading is taken.
pub const ATTACHMENTS: AttachmentRules =
    AttachmentRules { extensions: &["pdf", "doc", "csv", "xlsx", "png", "jpg", "jpeg"], total_bytes: 25_000_000 };

/// The fields with the earlier ticket's id, unless they name one themselves.
pub fn with_prior(mut fields: Fields, prior: &str) -> Fields {
    // The field takes an integer. An id of another form is left out: the ticket matters more than the link.
    if let (None, Ok(id)) = (fields.get("prior_ticket"), prior.parse::<u64>()) {
        fields.set("prior_ticket", id);
    }
    fields
}

/// The fields with the mark behind the customer's own number, if there is one.
pub fn with_mark(mut fields: Fields, mark: &Mark, between: char) -> Fields {
    let own = fields.text("customer_ticket_number").map(str::trim).filter(|text| !text.is_empty());
    let number = own.map_or_else(|| mark.to_string(), |own| format!("{own}{between}{mark}"));
    fields.set("customer_ticket_number", number);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_earlier_ticket_is_linked_unless_the_file_names_another_one() {
        let named: Fields = [("prior_ticket".to_owned(), json!(5))].into_iter().collect();
        assert_eq!(with_prior(Fields::default(), "77").get("prior_ticket"), Some(&json!(77)));
        assert_eq!(with_prior(named, "77").get("prior_ticket"), Some(&json!(5)));
        assert_eq!(with_prior(Fields::default(), "T-77").get("prior_ticket"), None);
    }
}
