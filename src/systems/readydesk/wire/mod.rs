//! To and from ReadyDesk's own forms. The vendor's oddities stay in this folder.
//!
//! Owns the three formats of answers, the reading of tickets in them, and the variables of a write. An answer means something only if
//! it has the page's envelope: the vendor shows no form of an error, so an error may come with status 200 and any text.

pub mod columns;
pub mod dates;
mod delimited;
pub mod encoded;
mod json;
mod record;
pub mod variables;
mod xml;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::systems::http::plain;
use crate::systems::schema::flatten_enum;
pub use record::{Reading, Record, is_id, seen};

/// The form of answers. Nothing that is known of the vendor's pages says how a server is told; see the setting `format_parameter`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = flatten_enum)]
pub enum Format {
    /// JSON, with every value a text.
    #[default]
    Json,
    /// XML.
    Xml,
    /// One line like the query of an address. It cannot show an empty list, so take one of the others if your server has them.
    Delimited,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Json, Self::Xml, Self::Delimited];

    /// For messages.
    pub fn title(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Xml => "XML",
            Self::Delimited => "the delimited form",
        }
    }

    /// As the setting has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Delimited => "delimited",
        }
    }

    /// What a request asks for.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
            Self::Delimited => "text/plain",
        }
    }
}

/// The tickets of an answer to `get_tickets`. What stands there instead is answered as the error, to go after `ReadyDesk answered`.
pub fn tickets(format: Format, body: &str) -> Result<Vec<Record>, String> {
    let body = body.trim_start_matches('\u{feff}').trim();
    if body.is_empty() {
        return Err("with nothing at all".to_owned());
    }
    let parsed = match format {
        Format::Json => json::tickets(body),
        Format::Xml => xml::tickets(body),
        Format::Delimited => delimited::tickets(body),
    };
    let records = parsed.map_err(|wrong| wrong.words(format, body))?;
    match records.iter().find(|record| record.id().is_none()) {
        Some(_) => Err(format!("with a ticket that has no id: {}", plain(body))),
        None => Ok(records),
    }
}

/// The id in an answer to a write, under one of these names. An id that is named is an id: after the format of the settings, the others
/// are tried too. The error goes after `ReadyDesk answered`.
pub fn written(format: Format, body: &str, names: &[&str]) -> Result<String, String> {
    let body = body.trim_start_matches('\u{feff}').trim();
    if body.is_empty() {
        return Err("with nothing at all".to_owned());
    }
    let own = response(format, body);
    let wrong = own.as_ref().err().copied();
    let others = Format::ALL.into_iter().filter(|other| *other != format).filter_map(|other| response(other, body).ok());
    let ids_in = |pairs: Vec<(String, String)>| -> Vec<String> {
        pairs.into_iter().filter(|(name, _)| names.contains(&name.as_str())).map(|(_, id)| id.trim().to_owned()).collect()
    };
    let ids = own.into_iter().chain(others).map(ids_in).find(|ids| !ids.is_empty()).unwrap_or_default();
    match ids.as_slice() {
        [id] if record::is_id(id) => Ok(id.clone()),
        [] => Err(wrong.map_or_else(|| format!("without `{}`: {}", names.join("` or `"), plain(body)), |wrong| wrong.words(format, body))),
        several => Err(format!("with `{}` where one id belongs", plain(&several.join("`, `")))),
    }
}

fn response(format: Format, body: &str) -> Result<Vec<(String, String)>, Wrong> {
    match format {
        Format::Json => json::response(body),
        Format::Xml => xml::response(body),
        Format::Delimited => delimited::response(body),
    }
}

/// Why an answer is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Not in the format at all, or not to its end.
    Syntax,
    /// In the format, and something else than the page shows.
    Envelope,
    /// A ticket without its last variable.
    Half,
}

impl Wrong {
    /// After `ReadyDesk answered`.
    fn words(self, format: Format, body: &str) -> String {
        let other = Format::ALL.into_iter().find(|other| *other != format && looks_like(*other, body));
        match (self, other) {
            (Self::Syntax | Self::Envelope, Some(other)) => {
                format!("in {}, and the setting says `format: {}`; set `format: {}`", other.title(), format.name(), other.name())
            }
            (Self::Syntax, None) => format!("with something that is not {}: {}", format.title(), plain(body)),
            (Self::Envelope, None) => format!("without the list of tickets or the id that belongs there: {}", plain(body)),
            (Self::Half, _) => format!("with a ticket that is not whole: {}", plain(body)),
        }
    }
}

/// Whether a text is an answer of the API in this format, going by its first signs: a web page is none.
fn looks_like(format: Format, body: &str) -> bool {
    match format {
        Format::Json => body.starts_with(['{', '[']),
        Format::Xml => body.starts_with('<') && ["<tickets", "<response"].iter().any(|root| body.contains(root)),
        Format::Delimited => ["tid=", "added_ticket=", "updated_ticket="].iter().any(|first| body.starts_with(first)),
    }
}

#[cfg(test)]
mod tests;
