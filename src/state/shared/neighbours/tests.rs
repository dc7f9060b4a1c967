use std::sync::Arc;

use object_store::ObjectStore;
use object_store::memory::InMemory;

use super::*;
use crate::state::migrate::Farewell;
use crate::state::samples::{at, owner};
use crate::state::shared::faulty::Faulty;
use crate::state::shared::lock_object::Hold;

/// Makes the lock of a state beside `mem://bucket/team`.
fn beside(objects: &Objects, name: &str, lock: &LockObject) {
    let (parent, _) = objects.beside().expect("threads").expect("a parent");
    parent.create(&format!("{name}/{KEY}"), lock.text().expect("a text").as_bytes()).expect("made");
}

fn held(since: i64) -> LockObject {
    let mut owner = owner();
    owner.by.ci_run = Some("https://ci.example.com/7".to_owned());
    LockObject { lease: Some(Hold::begin("9f31", &owner, at(since))), ..LockObject::default() }
}

#[test]
fn states_beside_this_one_are_found_with_who_works_there() {
    let store = Faulty::default();
    let objects = store.objects();
    assert_eq!(neighbours(&objects, at(0)).expect("listed"), []);
    objects.create(KEY, held(0).text().expect("a text").as_bytes()).expect("its own");
    beside(&objects, "busy", &held(100));
    beside(&objects, "free", &LockObject::default());
    beside(&objects, "over", &held(0));
    let moved_to = Some(Farewell { to: "gs://acme/ops".to_owned(), by: owner().by, at: at(0) });
    beside(&objects, "left", &LockObject { moved_to, ..LockObject::default() });
    let (parent, _) = objects.beside().expect("threads").expect("a parent");
    parent.create("photos/1.jpg", b"no state").expect("made");
    parent.create(&format!("terraform/{KEY}"), b"{\"ID\":\"no lock of callout\"}").expect("made");
    store.requests();
    let found = neighbours(&objects, at(110)).expect("listed");
    let found: Vec<_> = found.iter().map(|one| (one.place.as_str(), one.at_work.as_ref().map(|owner| owner.pid))).collect();
    assert_eq!(found, [("mem://bucket/busy", Some(4242)), ("mem://bucket/free", None), ("mem://bucket/over", None)]);
    let requests = store.requests();
    let listed = requests.iter().filter(|request| request.starts_with("LIST")).count();
    assert_eq!((listed, requests.len()), (1, 7), "{requests:?}");
}

#[test]
fn states_deeper_in_a_bucket_have_neighbours_and_one_at_its_root_has_none() {
    let store = Arc::new(InMemory::new());
    let at_prefix = |prefix: &str| {
        let place = format!("mem://bucket/{prefix}");
        Objects::new(Arc::clone(&store) as Arc<dyn ObjectStore>, prefix, place).expect("threads")
    };
    beside(&at_prefix("teams/a/ops"), "other", &LockObject::default());
    let found = neighbours(&at_prefix("teams/a/ops"), at(0)).expect("listed");
    assert_eq!(found, [Neighbour { place: "mem://bucket/teams/a/other".to_owned(), at_work: None }]);
    assert_eq!(neighbours(&at_prefix("teams/b/ops"), at(0)).expect("listed"), []);
    assert_eq!(neighbours(&at_prefix(""), at(0)).expect("listed"), []);
}

#[test]
fn only_so_many_are_read() {
    let objects = Faulty::default().objects();
    for number in 0..60 {
        beside(&objects, &format!("project-{number:02}"), &LockObject::default());
    }
    let found = neighbours(&objects, at(0)).expect("listed");
    assert_eq!((found.len(), found[49].place.as_str()), (50, "mem://bucket/project-49"));
}

#[test]
fn who_is_at_work_is_named() {
    let neighbour =
        |name: &str, lock: LockObject| Neighbour { place: format!("s3://acme/{name}"), at_work: lock.lease.map(|hold| hold.owner) };
    let share = "Each run counts only its own requests: give each project its share with `requests_per_minute` in callout.yaml, so that together \
                 they stay below the limit of the key.";
    let (busy, free) = (neighbour("busy", held(0)), neighbour("free", LockObject::default()));
    let elsewhere = "other projects, their CI jobs, a plan made on another machine, other systems of this project, other programs";
    assert_eq!(hint("ReadyDesk", &[]), format!("Look for whoever else uses the key of ReadyDesk: {elsewhere}. {share}"));
    let who = "At work now, perhaps with the same key of TechExpress: `s3://acme/busy` by `callout apply` (process 4242, ana on ci-7, since \
               2027-01-15T08:00:00Z), https://ci.example.com/7.";
    assert_eq!(hint("TechExpress", &[free.clone(), busy]), format!("{who} {share}"));
    let who = "No other run is at work now in the states beside this one (`s3://acme/free`). What else may use the key of TechExpress: ";
    assert_eq!(hint("TechExpress", &[free]), format!("{who}{elsewhere}. {share}"));
}
