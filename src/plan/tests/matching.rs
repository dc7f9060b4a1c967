//! Live tickets and the marks of the files: what is found again, what is unclear, and what is never sent twice.

use std::collections::BTreeSet;

use crate::support::trials::trials;
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;

use super::bench::{Bench, key, plain, seen, ticket};
use crate::plan::{Action, Matches, Matching, Unclear};
use crate::refresh::{Filter, Selection};
use crate::state::{Closing, Event, Key};
use crate::systems::Seen;
use crate::ticket::{Address, Mark, Ticket};

/// The ticket as it is listed, with the mark of this address and visit.
fn marked(ticket: &Ticket, id: &str, mark: (&str, &Address, u32)) -> Seen {
    let (lineage, address, reissue) = mark;
    let mut seen = seen(ticket, id);
    seen.fields.set("customer_ticket_number", format!("INC-1, {}", Mark::new(lineage, address, reissue)));
    seen
}

/// The same with its own mark.
fn own(ticket: &Ticket, id: &str) -> Seen {
    marked(ticket, id, ("bench", &ticket.address, ticket.reissue))
}

fn search(bench: &Bench, listed: &[Seen]) -> Matches {
    let given_up = ["given-up".to_owned()];
    Matching { tickets: &bench.tickets, state: &bench.state, side: &bench.side(), given_up: &given_up }.among(listed)
}

/// Each finding on a line.
fn shows(matches: &Matches) -> String {
    let hits = matches.hits.iter().map(|hit| {
        let sent_as = hit.sent_as.as_ref().map(|key| format!(", sent as {key}")).unwrap_or_default();
        let fields: Vec<&str> = hit.changes.iter().map(|change| change.field.as_str()).collect();
        let changes = if fields.is_empty() { String::new() } else { format!(", other {}", fields.join(" ")) };
        format!("= {} is {}{sent_as}{changes}", hit.key, hit.seen.id)
    });
    let unclear = matches.unclear.iter().map(|unclear| match unclear {
        Unclear::Several { key, ids } => format!("! {key} is any of {}", ids.join(" ")),
        Unclear::Contested { id, keys } => {
            format!("! {id} is any of {}", keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        }
        Unclear::Misfit { key, reason, .. } => format!("! {key}: {reason}"),
    });
    let strangers = matches.strangers.iter().map(|seen| format!("~ {}", seen.id));
    let missing = matches.missing.iter().map(|(key, _)| format!("? {key}"));
    hits.chain(unclear).chain(strangers).chain(missing).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_visit_is_found_by_its_mark_and_by_nothing_else() {
    let (one, two, three) = (plain(1), plain(2), plain(3));
    let bench = Bench::able().wants(one.clone()).wants(two.clone()).wants(three.clone());
    let without_mark = seen(&three, "9");
    assert_snapshot!(shows(&search(&bench, &[own(&two, "8"), own(&one, "7"), without_mark])), @r"
    = Dispatch/store-1 is 7
    = Dispatch/store-2 is 8
    ? Dispatch/store-3
    ");
    assert_snapshot!(shows(&search(&bench, &[])), @r"
    ? Dispatch/store-1
    ? Dispatch/store-2
    ? Dispatch/store-3
    ");
}

#[test]
fn two_tickets_with_one_mark_are_never_linked_recorded_or_not() {
    let one = plain(1);
    let both = [own(&one, "7"), own(&one, "8")];
    assert_snapshot!(shows(&search(&Bench::able().wants(one.clone()), &both)), @r"
    ! Dispatch/store-1 is any of 7 8
    ? Dispatch/store-1
    ");
    let recorded = Bench::able().wants(one.clone()).checked(&one, "7");
    assert_snapshot!(shows(&search(&recorded, &both)), @"! Dispatch/store-1 is any of 7 8");
    assert_snapshot!(shows(&search(&recorded, &both[1..])), @"! Dispatch/store-1: ticket 8 does not fit: it carries the mark of Dispatch/store-1, whose ticket is 7");
    assert_eq!(shows(&search(&recorded, &both[..1])), "", "it has its record");
    let listed_twice = [own(&one, "7"), own(&one, "7")];
    assert_snapshot!(shows(&search(&Bench::able().wants(one), &listed_twice)), @"= Dispatch/store-1 is 7");
}

#[test]
fn marks_that_no_file_accounts_for_are_told() {
    let (one, gone) = (plain(1), plain(2));
    let foreign = marked(&gone, "9", ("another project", &one.address, 0));
    let bench = Bench::able().wants(one.clone());
    assert_snapshot!(shows(&search(&bench, &[own(&one, "7"), own(&gone, "8"), foreign.clone(), Seen { id: "10".to_owned(), ..foreign }])), @r"
    = Dispatch/store-1 is 7
    ~ 8
    ~ 9
    ~ 10
    ");
    let closed = bench.closed(&gone, "8", Closing::Cancelled);
    assert_snapshot!(shows(&search(&closed, &[own(&one, "7"), own(&gone, "8")])), @"= Dispatch/store-1 is 7");
}

#[test]
fn every_visit_that_is_found_is_found_and_the_latest_is_held_back_if_it_is_not() {
    let third = ticket(1, |document| document["lifecycle"]["reissue"] = json!(2));
    let visit = |reissue, id| marked(&third, id, ("bench", &third.address, reissue));
    let bench = Bench::able().wants(third.clone());
    assert_snapshot!(shows(&search(&bench, &[visit(2, "9"), visit(0, "7")])), @r"
    = Dispatch/store-1 is 7
    = Dispatch/store-1#2 is 9
    ");
    assert_snapshot!(shows(&search(&bench, &[visit(1, "8")])), @r"
    = Dispatch/store-1#1 is 8
    ? Dispatch/store-1#2
    ");
    assert_snapshot!(shows(&search(&bench, &[visit(3, "10")])), @r"
    ~ 10
    ? Dispatch/store-1#2
    ? Dispatch/store-1#1
    ? Dispatch/store-1
    ");
}

fn renamed(from: &str) -> Ticket {
    ticket(1, |document| {
        document["metadata"]["name"] = json!("new");
        document["lifecycle"]["renamed_from"] = json!(from);
    })
}

#[test]
fn a_renamed_ticket_is_found_by_the_mark_of_its_old_name_which_stays_taken() {
    let (old, new) = (plain(1), renamed("Dispatch/store-1"));
    let bench = Bench::able().wants(new.clone());
    let matches = search(&bench, &[own(&old, "7")]);
    assert_snapshot!(shows(&matches), @"= Dispatch/new is 7, sent as Dispatch/store-1");
    let rebuilt = matches.hits[0].events("lost").iter().fold(Bench::able().wants(old.clone()), Bench::event);
    assert_snapshot!(rebuilt.shows(), @r"
    ! Dispatch/new; the ticket could not be read: reading was switched off by --refresh none; it left the files, and its technician may still be coming
    . Dispatch/store-1; its ticket has another address now; `lifecycle.renamed_from` with that address moves it back
    ");
    let before = marked(&old, "7", ("given-up", &old.address, 0));
    assert_snapshot!(shows(&search(&bench, &[before])), @"= Dispatch/new is 7, sent as Dispatch/store-1");
    let both = Bench::able().wants(old.clone()).wants(new.clone());
    assert_snapshot!(shows(&search(&both, &[own(&old, "7")])), @r"
    ! 7 is any of Dispatch/store-1 Dispatch/new
    ? Dispatch/store-1
    ? Dispatch/new
    ");
    assert_snapshot!(shows(&search(&bench, &[own(&old, "7"), own(&new, "8")])), @r"
    ! Dispatch/new is any of 7 8
    ? Dispatch/new
    ");
}

#[test]
fn a_ticket_for_another_site_is_not_linked_and_differences_are_told() {
    let (one, two) = (plain(1), plain(2));
    let elsewhere = marked(&two, "7", ("bench", &one.address, 0));
    let bench = Bench::able().wants(one.clone());
    assert_snapshot!(shows(&search(&bench, &[elsewhere])), @r"
    ! Dispatch/store-1: ticket 7 does not fit: its location_number is `2`, and the file says `1`
    ? Dispatch/store-1
    ");
    let mut other = own(&one, "7");
    other.fields.set("initial_description", "Something else.");
    assert_snapshot!(shows(&search(&bench, &[other])), @"= Dispatch/store-1 is 7, other initial_description");
}

#[test]
fn doubts_are_looked_up_too_and_what_a_file_names_is_not() {
    let (one, two) = (plain(1), plain(2));
    let doubted = Bench::able().wants(one.clone()).intended(&one);
    assert_snapshot!(shows(&search(&doubted, &[own(&one, "7")])), @"= Dispatch/store-1 is 7");
    let adopting = ticket(2, |document| document["lifecycle"]["adopt"] = json!(8));
    let foreign = Bench::able().wants(one.clone()).intended(&one).at("https://staging.example.com").wants(adopting);
    assert_eq!(
        shows(&search(&foreign, &[own(&one, "7")])),
        "! Dispatch/store-1: ticket 7 does not fit: it carries the mark of Dispatch/store-1, whose ticket is unknown"
    );
    let bench = Bench::able().wants(one.clone()).wants(two.clone());
    let chosen = Selection::of(Filter::of_tickets([two.address.clone()]), &bench.tickets, &bench.state).expect("a ticket");
    assert_snapshot!(shows(&search(&bench, &[own(&one, "7"), own(&two, "8")]).within(&chosen)), @"= Dispatch/store-2 is 8");
}

/// A ticket of the files, and what became of its visits: how many tickets each has, and for the first under which lineage.
#[derive(Debug, Clone)]
struct Fate {
    reissue: u32,
    renamed: bool,
    tickets: Vec<usize>,
    given_up: bool,
}

fn fate() -> impl Strategy<Value = Fate> {
    (0_u32..3, any::<bool>(), proptest::collection::vec(0_usize..3, 3), any::<bool>())
        .prop_map(|(reissue, renamed, tickets, given_up)| Fate { reissue, renamed, tickets, given_up })
}

/// The files and everything that the system lists.
fn world(fates: &[Fate], strangers: usize) -> (Vec<Ticket>, Vec<Seen>) {
    let (mut tickets, mut listed) = (Vec::new(), Vec::new());
    for (number, fate) in (1..).zip(fates) {
        let ticket = ticket(number, |document| {
            document["lifecycle"]["reissue"] = json!(fate.reissue);
            if fate.renamed {
                document["lifecycle"]["renamed_from"] = json!(format!("Dispatch/old-{number}"));
            }
        });
        let address = if fate.renamed { Address::new("Dispatch", format!("old-{number}")) } else { ticket.address.clone() };
        for (reissue, count) in (0..=fate.reissue).zip(&fate.tickets) {
            for _ in 0..*count {
                let lineage = if fate.given_up && reissue == 0 { "given-up" } else { "bench" };
                listed.push(marked(&ticket, &format!("{}", 100 + listed.len()), (lineage, &address, reissue)));
            }
        }
        tickets.push(ticket);
    }
    for number in 0..strangers {
        let ticket = plain(u32::try_from(number).expect("few") + 90);
        listed.push(own(&ticket, &format!("{}", 500 + number)));
    }
    (tickets, listed)
}

proptest! {
    #![proptest_config(trials(256))]

    #[test]
    fn whatever_is_found_nothing_is_sent_again_and_nothing_is_left_out(
        fates in proptest::collection::vec(fate(), 1..5),
        strangers in 0_usize..3,
        turn in any::<prop::sample::Index>(),
    ) {
        let (tickets, mut listed) = world(&fates, strangers);
        if !listed.is_empty() {
            let by = turn.index(listed.len());
            listed.rotate_left(by);
        }
        let bench = tickets.iter().cloned().fold(Bench::able(), Bench::wants);
        let matches = search(&bench, &listed);

        // Each ticket is told exactly once.
        let told: Vec<String> = matches.hits.iter().map(|hit| hit.seen.id.clone())
            .chain(matches.unclear.iter().flat_map(|unclear| match unclear {
                Unclear::Several { ids, .. } => ids.clone(),
                Unclear::Contested { id, .. } | Unclear::Misfit { id, .. } => vec![id.clone()],
            }))
            .chain(matches.strangers.iter().map(|seen| seen.id.clone())).collect();
        let all: BTreeSet<&String> = told.iter().collect();
        prop_assert_eq!((told.len(), all.len()), (listed.len(), listed.len()));
        prop_assert_eq!(matches.strangers.len(), strangers);

        // A visit is linked exactly where one ticket has its mark; the latest is otherwise held back.
        let linked: BTreeSet<&Key> = matches.hits.iter().map(|hit| &hit.key).collect();
        for (ticket, fate) in tickets.iter().zip(&fates) {
            for (reissue, count) in (0..=fate.reissue).zip(&fate.tickets) {
                prop_assert_eq!(linked.contains(&Key::new(ticket.address.clone(), reissue)), *count == 1);
            }
            let is_missing = matches.missing.iter().any(|(missing, _)| *missing == key(ticket));
            prop_assert_eq!(is_missing, !linked.contains(&key(ticket)));
        }

        // The rebuilt state sends nobody, and the same again finds nothing new.
        let presumed = matches.missing.iter().map(|(key, request)| {
            Event::Presumed { key: key.clone(), request: Box::new(request.clone()), reason: "lost".to_owned() }
        });
        let events: Vec<Event> = matches.hits.iter().flat_map(|hit| hit.events("lost")).chain(presumed).collect();
        let rebuilt = events.iter().fold(bench, Bench::event);
        let plan = rebuilt.plan();
        prop_assert!(!plan.steps.iter().any(|step| matches!(step.action, Action::Create { .. })), "{}", rebuilt.shows());
        prop_assert!(search(&rebuilt, &listed).hits.is_empty());
    }
}
