//! What is known of a write whose answer tells little.

use super::{Created, Objects, Replaced, Version};
use crate::state::shared::faulty::{Fault, Faulty};

fn new(objects: &Objects, key: &str, text: &str) -> Version {
    match objects.create(key, text.as_bytes()).expect("an answer") {
        Created::New(version) => version,
        Created::Other(found) => panic!("{key} is there: {found:?}"),
    }
}

fn other(objects: &Objects, key: &str, text: &str) -> String {
    match objects.create(key, text.as_bytes()).expect("an answer") {
        Created::New(_) => panic!("{key} was made anew"),
        Created::Other(found) => String::from_utf8(found.bytes).expect("text"),
    }
}

fn there(objects: &Objects, key: &str) -> Option<String> {
    objects.get(key).expect("readable").map(|found| String::from_utf8(found.bytes).expect("text"))
}

#[test]
fn an_object_is_made_once() {
    let objects = Faulty::default().objects();
    assert_eq!(there(&objects, "a"), None);
    let version = new(&objects, "a", "one");
    assert_eq!(other(&objects, "a", "two"), "one");
    assert_eq!(there(&objects, "a").as_deref(), Some("one"));
    assert_eq!(objects.get("a").expect("readable").expect("there").version, version);
}

#[test]
fn an_object_is_replaced_only_by_who_saw_it_last() {
    let objects = Faulty::default().objects();
    let first = new(&objects, "a", "one");
    let Replaced::Done(second) = objects.replace("a", b"two", &first).expect("an answer") else { panic!("it was not stale") };
    assert_eq!(objects.replace("a", b"three", &first).expect("an answer"), Replaced::Stale);
    assert_eq!(there(&objects, "a").as_deref(), Some("two"));
    objects.delete("a").expect("deleted");
    objects.delete("a").expect("deleted already");
    assert_eq!(objects.replace("a", b"three", &second).expect("an answer"), Replaced::Stale);
    assert_eq!(there(&objects, "a"), None);
}

#[test]
fn a_create_counts_by_what_lies_there() {
    use Fault::{Conflict, LostAnswer, Refused};
    for faults in [&[LostAnswer][..], &[Refused], &[Refused, LostAnswer], &[Conflict], &[Conflict, Refused]] {
        let memory = Faulty::default();
        memory.on_writes("a", faults);
        new(&memory.objects(), "a", "one");
        assert_eq!(there(&memory.objects(), "a").as_deref(), Some("one"), "{faults:?}");
    }
    let memory = Faulty::default();
    new(&memory.objects(), "a", "one");
    memory.on_writes("a", &[Refused]);
    assert_eq!(other(&memory.objects(), "a", "two"), "one");
}

#[test]
fn a_replacement_counts_by_what_lies_there() {
    use Fault::{Conflict, LostAnswer, Refused};
    for faults in [&[LostAnswer][..], &[Refused], &[Refused, LostAnswer], &[Conflict]] {
        let memory = Faulty::default();
        let objects = memory.objects();
        let version = new(&objects, "a", "one");
        memory.on_writes("a", faults);
        let Replaced::Done(version) = objects.replace("a", b"two", &version).expect("an answer") else { panic!("{faults:?}: stale") };
        assert_eq!(objects.get("a").expect("readable").expect("there").version, version);
    }
    let memory = Faulty::default();
    let objects = memory.objects();
    let version = new(&objects, "a", "one");
    objects.replace("a", b"two", &version).expect("an answer");
    memory.on_writes("a", &[Refused]);
    assert_eq!(objects.replace("a", b"three", &version).expect("an answer"), Replaced::Stale);
}

#[test]
fn what_cannot_be_known_is_an_error_and_is_looked_for_again_first() {
    let memory = Faulty::default();
    let objects = memory.objects();
    memory.on_writes("a", &[Fault::Refused; 3]);
    let error = objects.create("a", b"one").expect_err("the store is away");
    assert_eq!((error.code, error.message.as_str()), ("state/store", "cannot write `mem://bucket/team/a`: 503 Service Unavailable"));
    // The answer is lost, and so is the first look; the second try finds what the first one made.
    memory.on_writes("b", &[Fault::LostAnswer]);
    memory.fail_reads(1);
    new(&objects, "b", "two");
    memory.on_writes("c", &[Fault::Denied]);
    memory.requests();
    let error = objects.create("c", b"three").expect_err("not allowed");
    assert_eq!(
        (error.code, error.message.as_str()),
        ("state/denied", "cannot write `mem://bucket/team/c`: that is not allowed (403 Forbidden)")
    );
    assert_eq!(memory.requests(), ["PUT team/c"], "it is asked once");
}

#[test]
fn lists_are_sorted_and_stay_in_their_folder() {
    let memory = Faulty::default();
    let objects = memory.objects();
    for key in ["j/l2/1/2", "j/l1/1/1", "j/l1/0/0", "jj/l3/0", "state.json"] {
        new(&objects, key, "text");
    }
    let beside = Objects::new(std::sync::Arc::new(memory), "team2", "mem://bucket/team2".to_owned()).expect("threads");
    new(&beside, "j/l9/0/0", "text");
    let keys = |folder: &str| objects.list(folder).expect("listed").into_iter().map(|listed| listed.key).collect::<Vec<_>>();
    assert_eq!(keys("j"), ["j/l1/0/0", "j/l1/1/1", "j/l2/1/2"]);
    assert_eq!(keys(""), ["j/l1/0/0", "j/l1/1/1", "j/l2/1/2", "jj/l3/0", "state.json"]);
    assert_eq!(objects.folders("j").expect("listed"), ["l1", "l2"]);
    assert_eq!(objects.folders("").expect("listed"), ["j", "jj"]);
    assert_eq!(objects.list("j/l1").expect("listed")[0].size, 4);
    assert!(keys("none").is_empty());
}

#[test]
fn many_are_read_in_the_order_in_which_they_were_asked_for() {
    let objects = Faulty::default().objects();
    let keys: Vec<String> = (0..100).map(|number| format!("k/{number}")).collect();
    for key in keys.iter().step_by(2) {
        new(&objects, key, key);
    }
    let found = objects.get_many(&keys).expect("readable");
    for (number, found) in found.into_iter().enumerate() {
        let wanted = number.is_multiple_of(2).then(|| keys[number].clone().into_bytes());
        assert_eq!(found.map(|found| found.bytes), wanted);
    }
}

#[tokio::test]
async fn it_is_used_and_dropped_in_asynchronous_code() {
    let objects = Faulty::default().objects();
    new(&objects, "a", "one");
    let beside = objects.clone();
    let task = objects.spawn(async move { drop(beside) }).expect("a thread");
    drop(objects);
    task.await.expect("done");
}

#[test]
fn no_secret_of_the_store_is_shown() {
    assert_eq!(format!("{:?}", Faulty::default().objects()), "Objects { name: \"mem://bucket/team\", .. }");
}

#[test]
fn a_prefix_that_is_none_is_refused() {
    let error = Objects::new(std::sync::Arc::new(Faulty::default()), "a//b", "mem://bucket/a//b".to_owned()).expect_err("refused");
    assert!(error.message.starts_with("`mem://bucket/a//b` is no name of an object: "), "{error}");
}
