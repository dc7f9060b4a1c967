//! Rows that move because a person ordered it, and rows that do not move even then.

use jiff::Timestamp;

use super::{Case, NOW, became};
use crate::rollout::schedule::{Becomes, Draft, Order, Revision, revise};
use crate::state::{Closing, Event, Key, Request, State, Write};
use crate::ticket::{Address, Digest, Fields, Lifecycle, RolloutSite, Visit};

/// Every day has one visit, and the sites have no groups.
const ONE: &str = "{starts: 2027-01-05, days: [mon, tue, wed, thu, fri], window: {from: \"08:00\", to: \"12:00\"}, \
                   timezone: America/New_York, per_day: 1}";

/// A record's ticket: its name, reissue and site.
#[derive(Clone, Copy)]
struct Of<'t> {
    name: &'t str,
    reissue: u32,
    /// Rollout and key, if the record says so.
    site: Option<(&'t str, &'t str)>,
    /// The day in January for which it was sent.
    day: i8,
}

/// The ticket of site 001, as it is sent by the first rules.
const FIRST: Of<'_> = Of { name: "a-001", reissue: 0, site: Some(("many", "001")), day: 5 };

impl Of<'_> {
    fn key(self) -> Key {
        Key::new(Address::new("Dispatch", self.name), self.reissue)
    }

    fn intended(self) -> Event {
        let start = jiff::civil::date(2027, 1, self.day).at(8, 0, 0, 0);
        let site = |(rollout, key): (&str, &str)| RolloutSite { rollout: rollout.to_owned(), key: key.to_owned(), wave: None };
        let request = Request {
            system: "techexpress".to_owned(),
            origin: "https://api.example.com".to_owned(),
            mark: None,
            fields: Fields::default(),
            attachments: Vec::new(),
            visit: Some(Visit { start, end: start, timezone: None }),
            lifecycle: Lifecycle::default(),
            labels: std::collections::BTreeMap::new(),
            site: self.site.map(site),
        };
        Event::Intended { key: self.key(), write: Write::Create, payload: Digest::of(&self.name), request: Some(Box::new(request)) }
    }

    fn created(self) -> [Event; 2] {
        [self.intended(), Event::Created { key: self.key(), id: self.name.to_owned(), seen: crate::state::Sighting::default() }]
    }
}

fn state(events: impl IntoIterator<Item = Event>) -> State {
    events.into_iter().fold(State::new("l1"), |state, event| state.with(&event, Timestamp::UNIX_EPOCH).expect("a possible event"))
}

#[track_caller]
fn revised(case: &Case, order: Order, state: &State, now: &str) -> Draft {
    let (loaded, mut drafts) =
        revise(&case.request(), &Revision { order, states: std::slice::from_ref(state) }, now.parse().expect("a moment"));
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    drafts.pop().expect("a draft")
}

fn reflowed(case: &Case, state: &State) -> Draft {
    revised(case, Order::Reflow, state, NOW)
}

fn days(draft: &Draft) -> Vec<(&str, i8)> {
    draft.book.visits.iter().map(|((key, _), visit)| (key.as_str(), visit.start.day())).collect()
}

/// Two sites on the 5th and the 6th, and a rule that now begins on the 11th.
fn postponed() -> Case {
    let case = Case::new(ONE);
    case.sites(&[1, 2]);
    assert_eq!(days(&case.run(NOW)), [("001", 5), ("002", 6)]);
    case.rules(&ONE.replace("2027-01-05", "2027-01-11"), "");
    case
}

/// Whether the row of site 001 stays where it is.
#[track_caller]
fn stays(state: &State) -> bool {
    let draft = reflowed(&postponed(), state);
    assert_eq!(days(&draft)[1].1, if days(&draft)[0].1 == 5 { 11 } else { 12 }, "002 always moves");
    assert_eq!(draft.revised.expect("an order").held, usize::from(days(&draft)[0].1 == 5));
    days(&draft)[0].1 == 5
}

#[test]
fn what_was_not_sent_is_given_a_day_by_the_rules_as_they_are() {
    let case = postponed();
    assert!(case.draft(NOW).changes.is_empty(), "by itself, nothing moves");
    let draft = reflowed(&case, &State::new("l1"));
    assert_eq!(days(&draft), [("001", 11), ("002", 12)]);
    let [first, _] = draft.changes.as_slice() else { panic!("{:?}", draft.changes) };
    assert!(matches!(&first.becomes, Becomes::Moved { from } if from.start.day() == 5) && first.visit.start.day() == 11);
    assert!(draft.findings.astray.is_empty());
}

#[test]
fn a_row_whose_ticket_was_sent_or_may_have_been_stays() {
    let closed = |why| state(FIRST.created().into_iter().chain([Event::Closed { key: FIRST.key(), why, reason: None }]));
    assert!(stays(&state([FIRST.intended()])), "in doubt");
    assert!(stays(&state(FIRST.created())), "sent");
    assert!(stays(&closed(Closing::Cancelled)) && stays(&closed(Closing::Forgotten)), "a tombstone");
    let refused = Event::Rejected { key: FIRST.key(), why: "no such account".to_owned() };
    assert!(!stays(&state([FIRST.intended(), refused])), "surely not made");
    assert!(!stays(&State::new("l1")));
}

#[test]
fn a_row_stays_for_any_record_that_could_be_its_own() {
    let alone = |of: Of<'_>| state(of.created());
    // The same address, whatever the record says of its site; another address that says the site.
    assert!(stays(&alone(Of { site: Some(("other", "x")), ..FIRST })));
    assert!(stays(&alone(Of { name: "once", day: 20, ..FIRST })));
    assert!(stays(&alone(Of { name: "once", day: 20, site: Some(("many", "001")), reissue: 2 })), "a later visit was sent");
    // An older state does not say whose a record is.
    assert!(stays(&alone(Of { name: "once", site: None, ..FIRST })), "the same start");
    assert!(stays(&alone(Of { name: "router-001-b", site: None, day: 20, ..FIRST })), "the key in its name");
    assert!(!stays(&alone(Of { name: "once", site: None, day: 20, ..FIRST })));
    // Another rollout's visit to a site of that key.
    assert!(!stays(&alone(Of { name: "once", site: Some(("other", "001")), ..FIRST })));
}

#[test]
fn a_renamed_and_an_adopted_ticket_are_known() {
    let case = postponed();
    let text = std::fs::read_to_string(case.folder.path().join("rollout.yaml")).expect("the rollout");
    let with = |lifecycle: &str| case.write("rollout.yaml", &format!("{text}    lifecycle: {lifecycle}\n"));
    with("{renamed_from: \"Dispatch/old-${{ site.key }}\"}");
    let renamed = Of { name: "old-001", site: Some(("gone", "1")), day: 20, ..FIRST };
    assert_eq!(days(&reflowed(&case, &state(renamed.created()))), [("001", 5), ("002", 11)]);
    with("{adopt: \"${{ '482001' if site.key == '001' else '' }}\"}");
    assert_eq!(days(&reflowed(&case, &State::new("l1"))), [("001", 5), ("002", 11)]);
}

#[test]
fn a_visit_that_has_passed_without_being_sent_moves() {
    let case = Case::new(ONE);
    case.sites(&[1, 2, 3]);
    case.run(NOW);
    let draft = revised(&case, Order::Reflow, &state(FIRST.created()), "2027-01-06T14:00:00Z");
    assert_eq!(days(&draft), [("001", 5), ("002", 7), ("003", 8)]);
}

#[test]
fn a_removed_row_stays_only_for_a_ticket() {
    let case = Case::new(ONE);
    case.sites(&[1, 2, 3]);
    case.run(NOW);
    case.sites(&[3]);
    let second = Of { name: "a-002", site: Some(("many", "002")), ..FIRST };
    let draft = reflowed(&case, &state(second.created()));
    // 001 was never sent, and its day is free for the others.
    assert_eq!(days(&draft), [("002", 6), ("003", 5)]);
    let becomes: Vec<_> = became(&draft).into_iter().map(|(key, becomes)| (key, std::mem::discriminant(&becomes))).collect();
    let from = case.draft(NOW).book.visits[&("003".to_owned(), 0)].clone();
    let expected = [("001", Becomes::Dropped), ("002", Becomes::Removed), ("003", Becomes::Moved { from })];
    assert_eq!(becomes, expected.map(|(key, becomes)| (key, std::mem::discriminant(&becomes))));
    // A renamed rollout left its old name in the record of a site that it does not have any more.
    let before = Of { site: Some(("once", "001")), name: "x", ..FIRST };
    assert!(days(&reflowed(&case, &state(before.created()))).contains(&("001", 5)));
}

#[test]
fn waves_are_given_days_anew_in_their_order() {
    let waves = "  waves: [{name: pilot, where: 'site.key < \"002\"'}, {name: rest, after: pilot}]\n";
    let case = Case::new(ONE);
    case.rules(ONE, waves);
    case.sites(&[0, 2]);
    case.run(NOW);
    case.sites(&[0, 1, 2]);
    let draft = case.run(NOW);
    assert_eq!((days(&draft), draft.findings.early.len()), (vec![("000", 5), ("001", 7), ("002", 6)], 1));
    let draft = reflowed(&case, &State::new("l1"));
    assert_eq!((days(&draft), draft.findings.early.len()), (vec![("000", 5), ("001", 6), ("002", 7)], 0));
}

/// Four sites on one day that has room for two.
fn overfull() -> Case {
    let case = Case::new(&ONE.replace("per_day: 1", "per_day: 4"));
    case.sites(&[1, 2, 3, 4]);
    case.run(NOW);
    case.rules(&ONE.replace("per_day: 1", "per_day: 2"), "");
    case
}

#[test]
fn a_repair_moves_the_last_by_key_until_the_day_fits() {
    let repaired = |case: &Case, state: &State| revised(case, Order::Repair, state, NOW);
    let case = overfull();
    assert_eq!(case.draft(NOW).findings.overfull[0].keys, ["001", "002", "003", "004"]);
    let draft = repaired(&case, &State::new("l1"));
    assert_eq!(days(&draft), [("001", 5), ("002", 5), ("003", 6), ("004", 6)]);
    assert!(draft.findings.overfull.is_empty());
    // What was sent stays, so others go.
    let last = |name, key| Of { name, site: Some(("many", key)), ..FIRST }.created();
    let two = state(last("a-003", "003").into_iter().chain(last("a-004", "004")));
    assert_eq!(days(&repaired(&case, &two)), [("001", 6), ("002", 6), ("003", 5), ("004", 5)]);
    let all =
        ["001", "002", "003"].into_iter().flat_map(|key| last(["a-001", "a-002", "a-003"][usize::from(key.as_bytes()[2] - b'1')], key));
    let draft = repaired(&case, &state(all));
    assert_eq!(days(&draft), [("001", 5), ("002", 5), ("003", 5), ("004", 6)]);
    assert_eq!((draft.findings.overfull.len(), draft.revised.expect("an order").held), (1, 3));
    // Days that fit are not looked at, also if the rules would not offer them now.
    let case = postponed();
    assert!(repaired(&case, &State::new("l1")).changes.is_empty());
}

#[test]
fn a_repair_begins_with_rows_that_nobody_wants_and_then_with_the_last_wave() {
    let case = overfull();
    case.sites(&[2, 3, 4]);
    let draft = revised(&case, Order::Repair, &State::new("l1"), NOW);
    assert_eq!(days(&draft), [("002", 5), ("003", 5), ("004", 6)]);
    case.sites(&[1, 2, 3, 4]);
    case.rules(&ONE.replace("per_day: 1", "per_day: 2"), "  waves: [{name: own, where: 'site.key > \"002\"'}, {name: rest}]\n");
    let draft = revised(&case, Order::Repair, &State::new("l1"), NOW);
    assert_eq!(days(&draft), [("001", 6), ("002", 6), ("003", 5), ("004", 5)]);
}

#[test]
fn a_repair_counts_groups_too() {
    let by_region = |most: u8| ONE.replace("per_day: 1", &format!("per_day: 4, per_day_by: {{column: region, max: {most}}}"));
    let case = Case::new(&by_region(3));
    // 1, 5 and 9 are in one region.
    case.sites(&[1, 2, 5, 9]);
    assert_eq!(days(&case.run(NOW)), [("001", 5), ("002", 5), ("005", 5), ("009", 5)]);
    case.rules(&by_region(1), "");
    let draft = revised(&case, Order::Repair, &State::new("l1"), NOW);
    assert_eq!(days(&draft), [("001", 5), ("002", 5), ("005", 6), ("009", 7)]);
    assert!(revised(&case, Order::Repair, &State::new("l1"), "2027-01-07T00:00:00Z").changes.is_empty(), "a day that has passed");
}
