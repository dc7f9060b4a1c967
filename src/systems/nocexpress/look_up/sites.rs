//! Which sites there are.
//!
//! One request shows a first page, which proves macnums and disproves none. A macnum that is not on it is asked for by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::asker::{Asker, Subject};
use super::{API, Wanted};
use crate::systems::Finding;
use crate::systems::g360::rows::{Row, field, may_go_on, rows};
use crate::systems::g360::words::{INCOMPLETE, MACNUM, Offer, Valid, unknown};
use crate::systems::http::plain;

/// What became of a macnum that no answer showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// There is no such site.
    Surely,
    /// Its answer was full, or had sites that do not show their macnum: so many in all.
    Perhaps(usize),
}

#[derive(Debug, Default)]
pub struct Sites {
    /// Every site that an answer showed, by macnum, with its name.
    seen: BTreeMap<String, String>,
    missing: BTreeMap<String, Missing>,
    /// The parameter that was to find a macnum does not find one that exists.
    blind: Option<&'static str>,
}

impl Sites {
    pub async fn ask(asker: &mut Asker<'_>, macnums: impl Iterator<Item = &String>) -> Self {
        let mut sites = Self::default();
        let wanted: BTreeSet<&String> = macnums.collect();
        if sites.page(asker, None).await.is_none() {
            return sites;
        }
        let proof = sites.seen.keys().next().cloned();
        for macnum in wanted {
            if sites.seen.contains_key(macnum) {
                continue;
            }
            let Some(page) = sites.page(asker, Some(macnum)).await else { break };
            if !sites.seen.contains_key(macnum) {
                let missing = if page.may_hide { Missing::Perhaps(page.rows) } else { Missing::Surely };
                sites.missing.insert(macnum.clone(), missing);
            }
        }
        if sites.missing.values().any(|missing| *missing == Missing::Surely) {
            match proof.or_else(|| sites.seen.keys().next().cloned()) {
                Some(proof) => sites.prove(asker, &proof).await,
                // No site at all: perhaps the server shows none without the right question.
                None => sites.missing.values_mut().for_each(|missing| *missing = Missing::Perhaps(0)),
            }
        }
        sites
    }

    /// Before a macnum is called unknown, the same question is asked about one that exists: nobody says that it finds macnums.
    async fn prove(&mut self, asker: &mut Asker<'_>, known: &str) {
        let parameter = asker.settings.sites_parameter.name();
        asker.expects(1);
        match self.page(asker, Some(known)).await {
            Some(page) if page.macnums.iter().any(|macnum| macnum == known) => {}
            Some(_) => self.blind = Some(parameter),
            // Unproven is as good as blind: the look-up itself is told as unanswered.
            None => self.missing.clear(),
        }
    }

    async fn page(&mut self, asker: &mut Asker<'_>, macnum: Option<&str>) -> Option<Page> {
        let (size, parameter) = (asker.settings.page_size.to_string(), asker.settings.sites_parameter.name());
        let filter = macnum.map(|macnum| (parameter, macnum));
        let query: Vec<(&str, &str)> = filter.into_iter().chain([("page_size", size.as_str())]).collect();
        let answer = asker.ask(Subject::Sites, &query).await?;
        let Some(rows) = rows(&answer) else { return asker.is_unusable(Subject::Sites, "without a list of sites", &answer) };
        let macnums: Vec<String> = rows.iter().filter_map(|row| field(row, "macnum")).collect();
        if macnums.is_empty() && !rows.is_empty() && rows.iter().all(|row| !row.contains_key("id") && !row.contains_key("name")) {
            return asker.is_unusable(Subject::Sites, "with a list that is none of sites", &answer);
        }
        self.seen.extend(rows.iter().filter_map(|row| Some((field(row, "macnum")?, name(row)))));
        let may_hide = may_go_on(rows.len(), asker.settings.page()) || macnums.len() < rows.len();
        Some(Page { rows: rows.len(), may_hide, macnums })
    }

    /// Whether there surely is no such site.
    pub fn lacks(&self, macnum: &str) -> bool {
        self.blind.is_none() && self.missing.get(macnum) == Some(&Missing::Surely)
    }

    pub fn judge(&self, ticket: &Wanted) -> Vec<Finding> {
        let judged = |(at, macnum): (usize, &String)| {
            let pointer = format!("/spec/sites/{at}/macnum");
            match (self.missing.get(macnum)?, self.blind) {
                (Missing::Surely, None) => Some(self.unknown(pointer, macnum)),
                (Missing::Surely, Some(parameter)) => Some(blind(pointer, macnum, parameter)),
                (Missing::Perhaps(rows), _) => Some(unsure(pointer, macnum, *rows)),
            }
        };
        ticket.macnums.iter().enumerate().filter_map(judged).collect()
    }

    fn unknown(&self, pointer: String, macnum: &str) -> Finding {
        let valid = self.seen.iter().map(|(value, name)| Valid { value, name }).collect();
        let message = format!("{} knows no site with the macnum {macnum}", API.title);
        unknown(MACNUM, pointer, message, &Offer { written: macnum, all: "It knows", valid })
    }
}

/// What one answer showed.
struct Page {
    rows: usize,
    /// A site that it does not show may exist all the same.
    may_hide: bool,
    macnums: Vec<String>,
}

fn name(row: &Row) -> String {
    let name = ["name", "site_name", "account_name"].iter().find_map(|name| field(row, name));
    plain(&name.unwrap_or_default())
}

fn blind(pointer: String, macnum: &str, parameter: &str) -> Finding {
    let message =
        format!("whether there is a site with the macnum {macnum} is not known: {} does not find macnums by `{parameter}`", API.title);
    let help = format!("Set look_ups.sites_parameter below spec.systems.{} to one that does.", API.id);
    Finding::warning(INCOMPLETE, pointer, message).help(help)
}

fn unsure(pointer: String, macnum: &str, rows: usize) -> Finding {
    let sites = if rows == 1 { "1 site".to_owned() } else { format!("{rows} sites") };
    let message = format!("whether there is a site with the macnum {macnum} is not known: {} showed {sites}, and may know more", API.title);
    let help = format!("Raise look_ups.page_size below spec.systems.{}, or look it up in the Granite 360 portal.", API.id);
    Finding::warning(INCOMPLETE, pointer, message).help(help)
}
