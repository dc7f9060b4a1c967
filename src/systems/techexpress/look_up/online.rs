//! Whether TechExpress knows the accounts of tickets that are not sent yet.
//!
//! Refuses to take silence for a no: the vendor does not say what its search looks at. So a macnum is called unknown only where the same
//! search finds another one.

use std::collections::{BTreeMap, BTreeSet};

use super::super::API;
use super::accounts::{self, Page};
use super::asker::{Asker, No};
use super::settings::LookUps;
use crate::diagnostics::Diagnostic;
use crate::systems::g360::connection::Connection;
use crate::systems::g360::words::{INCOMPLETE, MACNUM, Offer, Valid, unknown};
use crate::systems::{Draft, Finding, Looked, Told};

/// Asks about each macnum once, and tells of each ticket what is not known.
pub async fn look_up(connection: &Connection, settings: &LookUps, drafts: &[&Draft], told: Told<'_>) -> Looked {
    let macnum_of = |draft: &&Draft| draft.fields.text("account_macnum").map(str::trim).unwrap_or_default().to_owned();
    let macnums: Vec<String> = drafts.iter().map(macnum_of).collect();
    let distinct: BTreeSet<&String> = macnums.iter().filter(|macnum| !macnum.is_empty()).collect();
    let mut asker = Asker::new(connection, distinct.len(), told);
    let mut pages: BTreeMap<&str, Result<Page, No>> = BTreeMap::new();
    for macnum in distinct {
        let page = accounts::ask(&mut asker, settings, macnum).await;
        pages.insert(macnum, page);
    }
    let finds = finds_macnums(&mut asker, settings, &pages).await;
    let known: BTreeMap<&str, &str> = pages.iter().filter_map(|(macnum, page)| Some((*macnum, name(page)?))).collect();
    let judged = |(draft, macnum): (&&Draft, &String)| {
        let pointer = format!("{}/account_macnum", draft.pointer);
        let page = pages.get(macnum.as_str()).and_then(|page| page.as_ref().ok());
        page.and_then(|page| judge(pointer, macnum, page, finds.then_some(&known))).into_iter().collect()
    };
    let findings = drafts.iter().zip(&macnums).map(judged).collect();
    let silence = pages.values().find_map(|page| page.as_ref().err());
    Looked { findings, about_all: silence.map(|no| unanswered(no, asker.ended().is_some(), settings)).into_iter().collect() }
}

fn name(page: &Result<Page, No>) -> Option<&str> {
    if let Ok(Page::Known(account)) = page { Some(&account.address) } else { None }
}

/// Whether the search finds a macnum that exists. If nothing has shown that yet, it is asked for one that an answer showed.
async fn finds_macnums(asker: &mut Asker<'_>, settings: &LookUps, pages: &BTreeMap<&str, Result<Page, No>>) -> bool {
    if pages.values().any(|page| name(page).is_some()) {
        return true;
    }
    let shown = pages.values().find_map(|page| if let Ok(Page::Unknown(shown)) = page { shown.keys().next() } else { None });
    match shown {
        Some(macnum) => matches!(accounts::ask(asker, settings, macnum).await, Ok(Page::Known(_))),
        None => false,
    }
}

fn judge(pointer: String, macnum: &str, page: &Page, known: Option<&BTreeMap<&str, &str>>) -> Option<Finding> {
    let title = API.title;
    let unsure = |pointer, why: String, help: String| {
        let message = format!("whether there is an account with the macnum {macnum} is not known: {why}");
        Some(Finding::warning(INCOMPLETE, pointer, message).help(help))
    };
    let by_hand = "or look it up in the Granite 360 portal.";
    match (page, known) {
        (Page::Known(_), _) => None,
        (Page::Unknown(shown), Some(known)) => {
            let others = known.iter().map(|(value, name)| Valid { value, name });
            let valid = shown.iter().map(|(value, name)| Valid { value, name }).chain(others).collect();
            let message = format!("{title} knows no account with the macnum {macnum}");
            Some(unknown(MACNUM, pointer, message, &Offer { written: macnum, all: "Others are", valid }))
        }
        (Page::Unknown(_), None) => unsure(
            pointer,
            format!("{title} found none, and the search has found no other macnum either"),
            format!("Set look_ups.accounts_parameter below spec.systems.{} to one that finds macnums, {by_hand}", API.id),
        ),
        (Page::Perhaps(rows), _) => unsure(
            pointer,
            format!("{title} showed {}, and may know more", accounts::counted(*rows)),
            format!("Raise look_ups.page_size below spec.systems.{}, {by_hand}", API.id),
        ),
        (Page::Unclear(what), _) => unsure(pointer, format!("{title} showed {what}"), "Look it up in the Granite 360 portal.".to_owned()),
    }
}

fn unanswered(no: &No, is_ended: bool, settings: &LookUps) -> Diagnostic {
    let help = if is_ended {
        "Nothing more was looked up. Mend that and validate again; without --online, nothing is asked.".to_owned()
    } else {
        let LookUps { accounts_path, .. } = settings;
        format!("It was asked at {accounts_path}; another path is set as look_ups.accounts_path below spec.systems.{}.", API.id)
    };
    Diagnostic::error("online/unanswered", format!("not every account could be looked up: {}", no.why)).help(help)
}
