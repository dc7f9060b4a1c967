//! An apply that was killed on one machine is finished on another, which has the repository, the credentials and nothing else.

use super::*;
use crate::shown::shows;
use crate::support::project::Project;
use crate::support::stores::fault::Fault;

/// Another machine: what is committed, and the credentials.
fn other_machine(team: &Team) -> Project {
    let other = team.site.project.copy_without(".callout");
    let mut names: Vec<String> = other.files().iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
    names.sort();
    names.retain(|name| name != ".gitignore");
    assert!(!names.iter().any(|name| name.contains("journal") || name == "state.json"), "{names:?}");
    other
}

#[test]
fn an_apply_whose_store_went_away_is_finished_on_another_machine() {
    let team = Team::new();
    team.site.run("state init").ends_with(0);
    for store in ["0417", "0418", "0419"] {
        team.site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
    }
    let proxy = team.bucket.proxy();
    let mut first = team.site.project.copy_without(".callout");
    team.bucket.through(&proxy).variables().iter().for_each(|(name, value)| first.set(name, value));
    let other = other_machine(&team);
    let mut seen = Vec::new();
    for ahead in 0..40 {
        proxy.outage(ahead, Fault::Busy);
        let ran = first.run("apply --yes --parallelism 1");
        proxy.calm();
        let tickets = team.site.vendor.tickets();
        seen.push((ahead, ran.code, tickets));
        if tickets > 0 {
            shows!(ran, @"");
            break;
        }
    }
    let sent = team.site.vendor.tickets();
    assert!((1..3).contains(&sent), "{seen:?}");
    shows!(other.run("plan"), @"");
    shows!(other.run("apply --yes"), @"");
    assert_eq!(team.site.vendor.tickets(), 3);
    shows!(first.run("plan"), @"");
}
