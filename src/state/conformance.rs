//! What every store must do: one suite, run over each of them.

mod logged;
mod place;
mod served;
mod stage;

use super::cipher::Cipher;
use super::journal::Commit;
use super::memory::Disk;
use super::samples::{commit, created, owner};
use super::shared::faulty::Faulty;
use super::transition::State;
use logged::{
    a_damaged_line_ends_its_journal_in_the_log, a_stopped_compaction_doubles_nothing_in_the_log, the_log_needs_no_snapshot_and_no_lock,
    the_log_outlives_every_compaction,
};
use place::{Bucket, Folder, LineFile, Place, Safe, Sealed};
use served::{Azure, Google, Protocol, S3, Served};
use stage::{commits, filled, look, made, opened, state_after};

fn nothing_is_none_and_a_state_is_made_once<P: Place>() {
    let place = P::empty();
    assert!(matches!(place.store().load(), Ok(None)));
    let unlocked = place.store().create(&State::new("l1")).expect_err("no lock");
    assert!(unlocked.message.contains("under its lock"), "{unlocked}");
    let place = made::<P>();
    assert_eq!(look(&place).expect("readable").state, State::new("l1"));
    let (mut store, _) = opened(&place);
    assert_eq!(store.create(&State::new("l2")).expect_err("a second state").code, "state/exists");
}

fn what_is_appended_is_there<P: Place>() {
    let place = filled::<P>();
    let loaded = look(&place).expect("readable");
    assert_eq!((loaded.state, loaded.commits, loaded.torn), (state_after(3), 3, false));
    assert_eq!(loaded.journal_size, place.journal().len() as u64);
    let (mut store, _) = opened(&place);
    let before = place.journal().len() as u64;
    let length = store.append(&commit(4, vec![created("b", "8")])).expect("added");
    assert_eq!(place.journal().len() as u64, before + length);
}

fn there_is_one_writer<P: Place>() {
    let place = made::<P>();
    let (store, _) = opened(&place);
    let refused = place.store().lock(&owner()).expect_err("taken");
    let text = "the state is in use by `callout apply` (process 4242, ana on ci-7, since 2027-01-15T08:00:00Z)";
    assert_eq!((refused.code, refused.message.as_str()), ("state/locked", text));
    assert_eq!(look(&place).expect("reading needs no lock").state, State::new("l1"));
    drop(store);
    place.store().lock(&owner()).expect("free again");
}

fn appends_need_the_lock_and_a_load_and_the_next_number<P: Place>() {
    let place = made::<P>();
    let mut store = place.store();
    assert!(store.append(&commits()[0]).is_err());
    store.lock(&owner()).expect("a free lock");
    assert!(store.append(&commits()[0]).is_err());
    store.load().expect("readable");
    assert_eq!(store.append(&commits()[1]).expect_err("a gap").message, "commit 2 cannot follow commit 0");
    store.append(&commits()[0]).expect("added");
    assert_eq!(store.append(&commits()[0]).expect_err("a repetition").message, "commit 1 cannot follow commit 1");
    assert_eq!(look(&place).expect("readable").state, state_after(1));
}

fn nothing_is_added_to_a_journal_that_somebody_else_changed<P: Place>() {
    let place = made::<P>();
    let (mut store, _) = opened(&place);
    store.append(&commits()[0]).expect("added");
    let longer = [place.journal(), b"x".to_vec()].concat();
    place.put_journal(Some(&longer));
    assert_eq!(store.append(&commits()[1]).expect_err("changed").code, "state/moved");
    assert_eq!(place.journal(), longer);
    place.put_journal(None);
    assert!(store.append(&commits()[1]).is_err());
}

fn a_torn_tail_is_passed_over_and_cut<P: LineFile>() {
    let place = filled::<P>();
    let whole = place.journal();
    let two = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("lines") + 1;
    for length in two..=whole.len() {
        place.put_journal(Some(&whole[..length]));
        // A line that lacks only its newline is whole: somebody may have acted on it.
        let counts = if length >= whole.len() - 1 { 3 } else { 2 };
        let loaded = look(&place).expect("readable");
        assert_eq!((loaded.state, loaded.torn), (state_after(counts), counts == 2 && length > two), "{length} bytes");
        assert_eq!(place.journal(), &whole[..length], "a look changes nothing");
        let (mut store, _) = opened(&place);
        store.append(&commit(counts as u64 + 1, vec![])).expect("added behind the cut");
        let loaded = look(&place).expect("readable");
        assert_eq!((loaded.commits, loaded.torn), (counts + 1, false), "{length} bytes");
    }
}

fn a_shortened_journal_is_never_another_history<P: Place>() {
    let place = filled::<P>();
    let whole = place.journal();
    for length in (0..whole.len()).step_by(P::stride()) {
        place.put_journal(Some(&whole[..length]));
        if let Ok(loaded) = look(&place) {
            let through = usize::try_from(loaded.state.through).expect("small");
            assert_eq!(loaded.state, state_after(through), "{length} bytes");
        }
    }
}

fn every_flipped_bit_is_found<P: Place>() {
    let place = filled::<P>();
    let (journal, snapshot) = (place.journal(), place.snapshot());
    for at in (0..journal.len()).step_by(P::stride()) {
        for bit in [0, 5, 7] {
            let mut damaged = journal.clone();
            damaged[at] ^= 1 << bit;
            place.put_journal(Some(&damaged));
            assert!(look(&place).is_err(), "bit {bit} of byte {at} of the journal");
        }
    }
    place.put_journal(Some(&journal));
    for at in (0..snapshot.len()).step_by(P::stride()) {
        let mut damaged = snapshot.clone();
        damaged[at] ^= 1;
        place.put_snapshot(Some(&damaged));
        assert!(look(&place).is_err(), "byte {at} of the snapshot");
    }
    place.put_snapshot(Some(&snapshot));
    assert_eq!(look(&place).expect("whole again").state, state_after(3));
}

fn what_is_emptied_missing_or_shuffled_is_damage<P: Place>() {
    let place = filled::<P>();
    let (journal, snapshot) = (place.journal(), place.snapshot());
    let lines: Vec<&[u8]> = journal.split_inclusive(|byte| *byte == b'\n').collect();
    let says = |text: &str| {
        let error = look(&place).expect_err(text);
        assert!(error.contains(text), "{error}");
    };
    let of_line = |number: u64, text: &str| says(&format!("{} {text}", place.line(number)));
    place.put_journal(Some(b""));
    says(place.emptied());
    place.put_journal(Some(&[lines[0], lines[1], lines[3]].concat()));
    of_line(3, "holds commit 3, where commit 2 must be");
    place.put_journal(Some(&[lines[0], lines[1], lines[1], lines[2], lines[3]].concat()));
    of_line(3, "holds commit 1, where commit 2 must be");
    place.put_journal(Some(&[lines[1], lines[2]].concat()));
    of_line(1, "is damaged: it is a commit, not a journal");
    place.put_journal(None);
    assert!(look(&place).is_err(), "a missing journal");
    place.put_journal(Some(&journal));
    place.put_snapshot(Some(b""));
    says("state.json` is empty; a state never is");
    place.put_snapshot(Some(lines[1]));
    says("state.json` is damaged: it is a commit, not a state");
    place.put_snapshot(None);
    assert!(look(&place).is_err(), "a missing snapshot");
    place.put_snapshot(Some(&snapshot));
    assert!(look(&place).is_ok());
}

fn files_of_two_states_do_not_mix<P: Place>() {
    let (place, other) = (filled::<P>(), P::empty());
    let mut store = other.store();
    store.lock(&owner()).expect("a free lock");
    store.create(&State::new("l2")).expect("made");
    place.put_journal(Some(&other.journal()));
    let error = look(&place).expect_err("mixed");
    assert!(error.contains("belong to different states (lineages l1 and l2)"), "{error}");
    let foreign = super::journal::commit_line(&Commit { lineage: "l2".into(), ..commit(1, vec![]) }, &Cipher::default()).expect("a line");
    let place = made::<P>();
    place.put_journal(Some(&[place.journal(), foreign.into_bytes()].concat()));
    let error = look(&place).expect_err("mixed");
    assert!(error.contains(&format!("{} belongs to another state (lineage l2, not l1)", place.line(2))), "{error}");
}

fn compaction_changes_no_state<P: Place>() {
    let place = filled::<P>();
    let (old_journal, old_snapshot) = (place.journal(), place.snapshot());
    let (mut store, loaded) = opened(&place);
    store.compact(&loaded.state).expect("compacted");
    let after = look(&place).expect("readable");
    assert_eq!((after.state, after.commits), (state_after(3), 0));
    store.append(&commit(4, vec![created("b", "8")])).expect("added");
    let whole = look(&place).expect("readable").state;
    assert_eq!((whole.through, whole.records.len()), (4, 2));
    place.put_snapshot(Some(&old_snapshot));
    assert_eq!(look(&place).expect("the kept journal fills the gap").state, whole);
    drop(store);
    let (mut store, _) = opened(&place);
    store.append(&commit(5, vec![])).expect("added");
    drop(store);
    let (mut store, loaded) = opened(&place);
    store.compact(&loaded.state).expect("compacted twice");
    place.put_journal(Some(&old_journal));
    let error = look(&place).expect_err("an older journal");
    assert!(error.contains("ends with commit 3, but"), "{error}");
}

fn a_stop_between_snapshot_and_new_journal_is_harmless<P: Place>() {
    let place = filled::<P>();
    let journal = place.journal();
    let (mut store, loaded) = opened(&place);
    store.compact(&loaded.state).expect("compacted");
    drop(store);
    place.put_journal(Some(&journal));
    assert_eq!(look(&place).expect("readable").state, state_after(3));
    let (mut store, _) = opened(&place);
    store.append(&commit(4, vec![created("b", "8")])).expect("added");
    drop(store);
    let (mut store, loaded) = opened(&place);
    assert_eq!(loaded.state.through, 4);
    store.compact(&loaded.state).expect("compacted again");
    assert_eq!(look(&place).expect("readable").state, loaded.state);
}

fn a_state_that_was_set_aside_makes_room<P: Place>() {
    let place = filled::<P>();
    let (mut store, _) = opened(&place);
    store.set_aside().expect("moved");
    assert!(matches!(store.load(), Ok(None)));
    store.create(&State::new("l2")).expect("made");
    assert_eq!(look(&place).expect("readable").state, State::new("l2"));
}

fn an_event_that_cannot_follow_is_found_on_reading<P: Place>() {
    let place = made::<P>();
    let (mut store, _) = opened(&place);
    store.append(&commit(1, vec![created("a", "7")])).expect("a store does not judge events");
    let error = look(&place).expect_err("nothing was intended");
    let text = format!("{} cannot be true: Dispatch/a: `created` cannot follow: there is no such record", place.line(2));
    assert!(error.contains(&text), "{error}");
}

/// Runs a case where its server is there; one that is missing says so itself.
fn on<P: Protocol>(case: fn()) {
    if P::bucket().is_some() {
        case();
    }
}

macro_rules! suite {
    ($($case:ident),* $(,)?) => {
        mod memory { $(#[test] fn $case() { super::$case::<super::Disk>(); })* }
        mod files { $(#[test] fn $case() { super::$case::<super::Folder>(); })* }
        mod encrypted_files { $(#[test] fn $case() { super::$case::<super::Safe>(); })* }
        mod objects { $(#[test] fn $case() { super::$case::<super::Bucket<super::Faulty>>(); })* }
        mod encrypted_objects { $(#[test] fn $case() { super::$case::<super::Bucket<super::Sealed>>(); })* }
        mod google { $(#[test] fn $case() { super::on::<super::Google>(super::$case::<super::Bucket<super::Served<super::Google>>>); })* }
        mod azurite { $(#[test] fn $case() { super::on::<super::Azure>(super::$case::<super::Bucket<super::Served<super::Azure>>>); })* }
        mod moto { $(#[test] fn $case() { super::on::<super::S3>(super::$case::<super::Bucket<super::Served<super::S3>>>); })* }
    };
}

suite![
    nothing_is_none_and_a_state_is_made_once,
    what_is_appended_is_there,
    there_is_one_writer,
    appends_need_the_lock_and_a_load_and_the_next_number,
    nothing_is_added_to_a_journal_that_somebody_else_changed,
    a_shortened_journal_is_never_another_history,
    every_flipped_bit_is_found,
    what_is_emptied_missing_or_shuffled_is_damage,
    files_of_two_states_do_not_mix,
    compaction_changes_no_state,
    a_stop_between_snapshot_and_new_journal_is_harmless,
    a_state_that_was_set_aside_makes_room,
    an_event_that_cannot_follow_is_found_on_reading,
    the_log_outlives_every_compaction,
    a_stopped_compaction_doubles_nothing_in_the_log,
    the_log_needs_no_snapshot_and_no_lock,
    a_damaged_line_ends_its_journal_in_the_log,
];

mod one_file {
    use super::{Disk, Folder, Safe, a_torn_tail_is_passed_over_and_cut};

    #[test]
    fn a_torn_tail_in_memory() {
        a_torn_tail_is_passed_over_and_cut::<Disk>();
    }

    #[test]
    fn a_torn_tail_in_files() {
        a_torn_tail_is_passed_over_and_cut::<Folder>();
    }

    #[test]
    fn a_torn_tail_in_encrypted_files() {
        a_torn_tail_is_passed_over_and_cut::<Safe>();
    }
}
