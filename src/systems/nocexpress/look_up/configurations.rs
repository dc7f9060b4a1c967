//! The configurations of sites, with the types and subtypes that they have for tickets.
//!
//! A row does not say which site it belongs to. So each ticket's sites are asked about apart from other tickets': otherwise the
//! configuration of a neighbour's site would pass.

use std::collections::BTreeMap;

use super::asker::{Asker, Subject};
use super::{API, Wanted};
use crate::diagnostics::Diagnostic;
use crate::systems::Finding;
use crate::systems::g360::rows::{Row, field, fields, may_go_on, rows};
use crate::systems::g360::words::{CONFIGURATION, INCOMPLETE, Offer, SUBTYPE, TYPE, Valid, unknown};
use crate::systems::http::plain;

/// Macnums in one request: few enough that their configurations fit on a page as a rule, and that the address stays short.
const TOGETHER: usize = 10;

/// One configuration.
#[derive(Debug, Clone)]
pub struct Configuration {
    id: String,
    name: String,
    types: Vec<String>,
    subtypes: Vec<String>,
}

/// The configurations of some sites.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    rows: Vec<Configuration>,
    /// There may be more.
    full: bool,
    /// Those of other services were not asked for.
    services: Option<Vec<String>>,
}

#[derive(Debug, Default)]
pub struct Configurations {
    /// By the macnums that were asked for. `None`: no answer.
    answers: BTreeMap<Vec<String>, Option<Seen>>,
    /// The parts of a ticket that no configuration had a word for.
    untold: Vec<&'static str>,
    /// Where they were looked for.
    looked_for: [String; 2],
}

/// A ticket's macnums, as many at once as one request asks for.
pub fn shares<T: AsRef<str>>(macnums: &[T]) -> impl Iterator<Item = Vec<&str>> {
    macnums.chunks(TOGETHER).map(|share| share.iter().map(AsRef::as_ref).collect())
}

impl Configurations {
    /// The configurations of all these sites; `None` if one of the questions was not answered.
    pub async fn of(&mut self, asker: &mut Asker<'_>, macnums: &[&str]) -> Option<Seen> {
        self.looked_for = [asker.settings.configuration_type_field.clone(), asker.settings.configuration_subtype_field.clone()];
        let mut all = Seen::default();
        for share in shares(macnums) {
            let seen = self.answer(asker, &share).await?;
            if !seen.full || share.len() == 1 {
                all.take(seen);
                continue;
            }
            asker.expects(share.len());
            for macnum in share {
                all.take(self.answer(asker, &[macnum]).await?);
            }
        }
        Some(all)
    }

    /// The answer to one question, which is asked once.
    async fn answer(&mut self, asker: &mut Asker<'_>, macnums: &[&str]) -> Option<Seen> {
        let key: Vec<String> = macnums.iter().map(|macnum| (*macnum).to_owned()).collect();
        if let Some(known) = self.answers.get(&key) {
            return known.clone();
        }
        let seen = page(asker, &macnums.join(",")).await;
        self.answers.insert(key, seen.clone());
        seen
    }

    pub fn judge(&mut self, ticket: &Wanted, seen: &Seen) -> Vec<Finding> {
        let ids: Vec<String> = ticket.configurations.iter().map(u64::to_string).collect();
        let unknown_ids = ids.iter().enumerate().filter(|(_, id)| !seen.rows.iter().any(|row| row.id == **id));
        let mut found: Vec<Finding> = unknown_ids.map(|(at, id)| seen.lacks(ticket, at, id)).collect();
        let named: Vec<&Configuration> = seen.rows.iter().filter(|row| ids.contains(&row.id)).collect();
        if ticket.has_one_site() && !named.is_empty() {
            found.extend(self.kind(ticket, &named));
        }
        found
    }

    /// Whether the ticket's type and subtype are those of its configurations.
    fn kind(&mut self, ticket: &Wanted, named: &[&Configuration]) -> Vec<Finding> {
        let types = distinct(named.iter().flat_map(|row| &row.types));
        // Of a type that none has, no subtypes are known: then those of all are the nearest to say.
        let is_known = types.contains(&&ticket.type_name);
        let fits = |row: &&&Configuration| !is_known || row.types.is_empty() || row.types.contains(&ticket.type_name);
        let subtypes = distinct(named.iter().filter(fits).flat_map(|row| &row.subtypes));
        self.notice("type_name", types.is_empty());
        self.notice("subtype_name", named.iter().all(|row| row.subtypes.is_empty()));
        let parts =
            [(TYPE, "type_name", "type", &ticket.type_name, types), (SUBTYPE, "subtype_name", "subtype", &ticket.subtype_name, subtypes)];
        let wrong = |(code, field, word, written, valid): (&'static str, &str, &str, &String, Vec<&String>)| {
            (!valid.is_empty() && !valid.contains(&written)).then(|| {
                let ids = named.iter().map(|row| row.id.as_str()).collect::<Vec<_>>().join(", ");
                let message = format!("the configurations {ids} have no {word} `{written}`");
                let valid = valid.into_iter().map(|value| Valid { value, name: "" }).collect();
                unknown(code, format!("/spec/{field}"), message, &Offer { written, all: "They have", valid })
            })
        };
        parts.into_iter().filter_map(wrong).collect()
    }

    fn notice(&mut self, part: &'static str, untold: bool) {
        if untold && !self.untold.contains(&part) {
            self.untold.push(part);
        }
    }

    /// What could not be checked for want of words, told once.
    pub fn unchecked(&self) -> Option<Diagnostic> {
        let parts = self.untold.join(" and ");
        let [of_type, of_subtype] = &self.looked_for;
        let message = format!("{parts} could not be checked: configurations of {} do not show theirs", API.title);
        let help = format!(
            "They were looked for in the fields `{of_type}` and `{of_subtype}`. If the vendor names them otherwise, set look_ups.configuration_type_field and look_ups.configuration_subtype_field below spec.systems.{}.",
            API.id
        );
        (!self.untold.is_empty()).then(|| Diagnostic::warning("online/unchecked", message).help(help))
    }
}

impl Seen {
    fn take(&mut self, other: Self) {
        self.full |= other.full;
        self.services = other.services.or(self.services.take());
        self.rows.extend(other.rows);
    }

    fn lacks(&self, ticket: &Wanted, at: usize, id: &str) -> Finding {
        let pointer = format!("/spec/configuration_ids/{at}");
        let (sites, has) = if ticket.has_one_site() { ("the site", "has") } else { ("the sites", "have") };
        let of = format!("{sites} {}", ticket.macnums.join(", "));
        if self.full {
            let message = format!(
                "whether {of} {has} a configuration {id} is not known: {} showed {}, and may know more",
                API.title,
                self.rows.len()
            );
            let help = format!("Raise look_ups.page_size or name fewer look_ups.configuration_services below spec.systems.{}.", API.id);
            return Finding::warning(INCOMPLETE, pointer, message).help(help);
        }
        if let Some(services) = &self.services {
            let message =
                format!("whether {of} {has} a configuration {id} is not known: only those of {} were asked for", services.join(", "));
            let help = format!("Leave look_ups.configuration_services below spec.systems.{} out to ask for those of all services.", API.id);
            return Finding::warning(INCOMPLETE, pointer, message).help(help);
        }
        let valid = self.rows.iter().map(|row| Valid { value: &row.id, name: &row.name }).collect();
        unknown(CONFIGURATION, pointer, format!("{of} {has} no configuration {id}"), &Offer { written: id, all: "There are", valid })
    }
}

async fn page(asker: &mut Asker<'_>, macnums: &str) -> Option<Seen> {
    let (size, services) = (asker.settings.page_size.to_string(), asker.settings.services());
    let query = [("macnums", macnums), ("services", services.as_str()), ("page_size", size.as_str())];
    let answer = asker.ask(Subject::Configurations, &query).await?;
    let Some(list) = rows(&answer) else {
        return asker.is_unusable(Subject::Configurations, "without a list of configurations", &answer);
    };
    let read: Option<Vec<Configuration>> = list.iter().map(|row| configuration(row, asker)).collect();
    match read {
        Some(rows) => {
            let services = asker.settings.configuration_services.clone();
            Some(Seen { full: may_go_on(rows.len(), asker.settings.page()), services, rows })
        }
        None => asker.is_unusable(Subject::Configurations, "with a configuration that has no id", &answer),
    }
}

fn configuration(row: &Row, asker: &Asker<'_>) -> Option<Configuration> {
    Some(Configuration {
        id: field(row, "id")?,
        name: plain(&field(row, "name").unwrap_or_default()),
        types: fields(row, &asker.settings.configuration_type_field),
        subtypes: fields(row, &asker.settings.configuration_subtype_field),
    })
}

fn distinct<'a>(values: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    let mut list: Vec<&String> = values.collect();
    list.sort();
    list.dedup();
    list
}
