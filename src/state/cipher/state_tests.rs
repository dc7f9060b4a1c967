//! A whole state that is encrypted: what can be done with it, with its key and without.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::checkup::{Checkup, kept};
use super::super::copy::Copy;
use super::super::lineage::{Home, Start, init, open_for_reading, open_for_writing};
use super::super::location::Location;
use super::super::log::{Log, read_log};
use super::super::migrate::Migration;
use super::super::rebuild::Rebuild;
use super::super::restore::{Mending, Standing};
use super::super::samples::{at, cipher, created, intended, owner, session};
use super::*;
use crate::state::event::Write;
use crate::support::keys::{ANA, BEN, Person};

struct Project(tempfile::TempDir);

impl Project {
    /// A ticket in the snapshot, one in the journal; written by whoever `home` is.
    async fn filled(home: impl Fn(&Self) -> Home) -> Self {
        let project = Self(tempfile::tempdir().expect("a folder"));
        init(&home(&project), &owner(), &Start::New).expect("begun");
        project.send(&home(&project), "a", true).await;
        project.send(&home(&project), "b", false).await;
        project
    }

    async fn send(&self, home: &Home, name: &str, is_folded: bool) {
        let ledger = open_for_writing(home, session()).expect("opened");
        ledger.record(vec![intended(name, Write::Create), created(name, &format!("id-{name}"))], at(1)).await.expect("recorded");
        if is_folded {
            ledger.compact().await.expect("folded");
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn at(&self, folder: &str, cipher: Cipher) -> Home {
        let place: Location = self.path(folder).join("state.json").into();
        Home { lock_file: self.path("callout.lock"), state: place.encrypted(cipher) }
    }

    fn plain(&self) -> Home {
        self.at(".callout", Cipher::default())
    }

    /// What this person sees, who is the only recipient of what he writes.
    fn of(&self, person: Person) -> Home {
        self.at(".callout", cipher(&[person], Some(person)))
    }

    fn half(&self, name: &str) {
        let path = self.path(".callout").join(name);
        let bytes = std::fs::read(&path).expect("a file");
        std::fs::write(path, &bytes[..bytes.len() / 2]).expect("written");
    }

    /// Every file of the state, with what it holds, but the lock.
    fn files(&self, folder: &str) -> BTreeMap<String, String> {
        let (mut found, mut folders) = (BTreeMap::new(), vec![self.path(folder)]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("lock") {
                    let name = path.strip_prefix(self.0.path()).expect("below").display().to_string();
                    found.insert(name, std::fs::read_to_string(&path).expect("text"));
                }
            }
        }
        found
    }

    fn told(&self, why: &Diagnostic) -> String {
        let text = format!("{}: {}\n{}", why.code, why.message, why.help.as_deref().unwrap_or_default());
        text.replace(&self.path("").display().to_string(), "FOLDER/").replace(ANA.recipient, "ANA").replace(BEN.recipient, "BEN")
    }
}

fn log(home: &Home) -> (Vec<u64>, Log) {
    let mut sequences = Vec::new();
    let log = read_log(home, None, &mut |entry| sequences.push(entry.commit.sequence)).expect("a log");
    sequences.dedup();
    (sequences, log)
}

fn findings(home: &Home) -> Vec<String> {
    Checkup::of(home).expect("looked at").findings.into_iter().map(|finding| finding.what).collect()
}

/// All that could change a state, or call it lost.
fn refusals(home: &Home, elsewhere: &Location) -> Vec<&'static str> {
    let copy = Copy::At(elsewhere.to_string().into());
    let over = Start::Over { reason: "lost".to_owned() };
    let refused: Vec<Outcome<()>> = vec![
        open_for_reading(home).map(|_| ()),
        open_for_writing(home, session()).map(|_| ()),
        Standing::of(home).map(|_| ()),
        Checkup::of(home).and_then(|checkup| checkup.wrong.map_or(Ok(()), |why| Err(Box::new(why)))),
        Mending::begin(home, session(), None, false).map(|_| ()),
        Mending::begin(home, session(), Some(&copy), true).map(|_| ()),
        Rebuild::begin(home, session(), None).map(|_| ()),
        Rebuild::begin(home, session(), Some(&copy)).map(|_| ()),
        Migration::begin(home, elsewhere, session()).map(|_| ()),
        init(home, &owner(), &over).map(|_| ()),
        copy.read(home).map(|_| ()),
        Copy::Kept(1).read(home).map(|_| ()),
    ];
    refused.into_iter().map(|refused| refused.expect_err("refused").code).collect()
}

#[tokio::test]
async fn without_its_key_a_state_is_neither_damaged_nor_lost() {
    let project = Project::filled(|project| project.of(ANA)).await;
    let elsewhere = project.path("elsewhere");
    let before = project.files(".callout");
    std::fs::create_dir(&elsewhere).expect("a folder");
    for name in ["state.json", "journal.jsonl"] {
        std::fs::copy(project.path(".callout").join(name), elsewhere.join(name)).expect("copied");
    }
    let elsewhere: Location = elsewhere.join("state.json").into();
    for home in [project.plain(), project.of(BEN)] {
        assert_eq!(refusals(&home, &elsewhere), ["state/encrypted"; 12], "{home:?}");
        let (told, read) = log(&home);
        assert!(told.is_empty() && !read.is_whole());
        assert_eq!(read.damage.iter().map(|why| why.code).collect::<Vec<_>>(), ["state/encrypted"; 2]);
        assert!(kept(&home).expect("listed").iter().all(|kept| kept.records.is_err()));
    }
    assert_eq!(project.files(".callout"), before, "nothing was touched");
    assert_eq!(open_for_reading(&project.of(ANA)).expect("whole").records.len(), 2);
    assert_eq!(log(&project.of(ANA)).0, [1, 2]);
}

#[tokio::test]
async fn beside_damage_what_has_no_key_may_be_whole() {
    for damaged in ["state.json", "journal.jsonl"] {
        let project = Project::filled(|project| project.of(ANA)).await;
        project.half(damaged);
        let before = project.files(".callout");
        for home in [project.plain(), project.of(BEN)] {
            let codes = refusals(&home, &project.path("none/state.json").into());
            // Whoever only opens it hears of the damage first, and is sent to the check; of a place that has nothing, nothing can be taken.
            let opened = if damaged == "state.json" { "state/damaged" } else { "state/encrypted" };
            let expected: Vec<&str> = (0..12)
                .map(|at| match at {
                    0 | 1 | 8 => opened,
                    10 => "state/no-copy",
                    _ => "state/encrypted",
                })
                .collect();
            assert_eq!(codes, expected, "{damaged}");
        }
        assert_eq!(project.files(".callout"), before, "nothing was touched");
    }
}

#[tokio::test]
async fn the_check_says_whose_key_is_needed_and_offers_nothing_else() {
    let project = Project::filled(|project| project.of(ANA)).await;
    let wrong = |home: &Home| project.told(&Checkup::of(home).expect("looked at").wrong.expect("wrong"));
    insta::assert_snapshot!(wrong(&project.of(BEN)), @r"
    state/encrypted: `FOLDER/.callout/state.json` cannot be read: it is encrypted for ANA, and the identity that this run has is of BEN
    Nothing was changed. What this run has no key for may be whole: do not rebuild the state. Get an identity of one of these recipients from whoever runs callout here, and put it where `identity` of `spec.state.encryption` in callout.yaml says.
    ");
    insta::assert_snapshot!(wrong(&project.plain()), @r"
    state/encrypted: `FOLDER/.callout/state.json` cannot be read: it is encrypted for ANA, and callout.yaml has no `spec.state.encryption`, which says what to read it with
    Nothing was changed. What this run has no key for may be whole: do not rebuild the state. Get an identity of one of these recipients from whoever runs callout here, and put it where `identity` of `spec.state.encryption` in callout.yaml says.
    ");
    insta::assert_snapshot!(findings(&project.of(BEN)).join("\n").replace(ANA.recipient, "ANA").replace(BEN.recipient, "BEN"), @r"
    cannot be read: it is encrypted for ANA, and the identity that this run has is of BEN
    cannot be read: it is encrypted for ANA, and the identity that this run has is of BEN
    cannot be read: it is encrypted for ANA, and the identity that this run has is of BEN
    cannot be read: it is encrypted for ANA, and the identity that this run has is of BEN
    cannot be read: it is encrypted for ANA, and the identity that this run has is of BEN
    ");
    project.half("state.json");
    insta::assert_snapshot!(wrong(&project.of(BEN)), @r"
    state/encrypted: `FOLDER/.callout/journal.jsonl` cannot be read: it is encrypted for ANA, and the identity that this run has is of BEN
    Nothing was changed. What this run has no key for may be whole: do not rebuild the state. Get an identity of one of these recipients from whoever runs callout here, and put it where `identity` of `spec.state.encryption` in callout.yaml says.
    ");
}

#[tokio::test]
async fn with_its_key_damage_is_mended_and_encrypted_again() {
    let project = Project::filled(|project| project.of(ANA)).await;
    let before = open_for_reading(&project.of(ANA)).expect("whole");
    project.half("state.json");
    let mending = Mending::begin(&project.of(ANA), session(), None, false).expect("damaged");
    let state = mending.finish("what".to_owned(), "why".to_owned(), at(9)).expect("mended");
    assert_eq!(state.records, before.records);
    assert_eq!(open_for_reading(&project.of(ANA)).expect("whole"), state);
    assert!(project.files(".callout").values().all(|text| !text.contains("Dispatch")), "{:?}", project.files(".callout"));
}

#[tokio::test]
async fn with_its_key_a_lost_journal_is_rebuilt_from_what_is_left() {
    let project = Project::filled(|project| project.of(ANA)).await;
    std::fs::remove_file(project.path(".callout/journal.jsonl")).expect("removed");
    std::fs::remove_dir_all(project.path(".callout/history")).expect("removed");
    // Only inside of the snapshot does anything name the lineage.
    let rebuild = Rebuild::begin(&project.of(ANA), session(), None).expect("lost");
    assert_eq!(rebuild.known().records.len(), 1);
    rebuild.finish(Vec::new(), "why".to_owned(), at(9)).expect("rebuilt");
    assert!(project.files(".callout").values().all(|text| !text.contains("Dispatch")), "{:?}", project.files(".callout"));
}

#[tokio::test]
async fn what_is_older_than_encryption_is_read_and_told() {
    let project = Project::filled(Project::plain).await;
    let home = project.of(ANA);
    project.send(&home, "c", false).await;
    insta::assert_snapshot!(findings(&home).join("\n"), @r"
    whole: 1 record, up to commit 1; not encrypted
    whole: commits 2 to 3; not encrypted: 1 of 2
    whole: 0 records, up to commit 0; not encrypted
    whole: 1 record, up to commit 1; not encrypted
    whole: commit 1; not encrypted
    ");
    assert!(Checkup::of(&home).expect("looked at").wrong.is_none());
    assert_eq!(open_for_reading(&project.plain()).expect_err("no key").code, "state/encrypted");
    project.send(&home, "d", true).await;
    insta::assert_snapshot!(findings(&home).join("\n"), @r"
    whole: 4 records, up to commit 4
    whole: nothing since commit 4
    whole: 0 records, up to commit 0; not encrypted
    whole: 1 record, up to commit 1; not encrypted
    whole: 4 records, up to commit 4
    whole: commit 1; not encrypted
    whole: commits 2 to 4; not encrypted: 1 of 3
    ");
    assert_eq!(log(&home).0, [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_move_encrypts_all_that_is_kept_for_the_recipients_of_today() {
    let project = Project::filled(Project::plain).await;
    project.send(&project.of(ANA), "c", true).await;
    let (both, ben) = (cipher(&[ANA, BEN], Some(ANA)), cipher(&[BEN], Some(BEN)));
    let old = project.at(".callout", both.clone());
    let new = project.at("new", both);
    let migration = Migration::begin(&old, &new.state, session()).expect("begun");
    migration.finish("new".to_owned(), "why".to_owned(), at(60)).expect("moved");
    for (name, text) in project.files("new") {
        assert!(!text.contains("Dispatch"), "{name}: {text}");
    }
    let ben = project.at("new", ben);
    assert!(Checkup::of(&ben).expect("looked at").wrong.is_none(), "{:?}", findings(&ben));
    assert_eq!(log(&ben).0, [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_history_of_older_recipients_wants_their_keys_and_no_backup() {
    let project = Project::filled(|project| project.of(ANA)).await;
    let rotated = |secrets: &[&str]| {
        let identity = secrets.join("\n");
        project.at(".callout", Cipher::new(&[BEN.recipient.to_owned()], Some(identity.into())).expect("keys"))
    };
    project.send(&rotated(&[ANA.secret, BEN.secret]), "c", true).await;
    let later = rotated(&[BEN.secret]);
    assert_eq!(open_for_reading(&later).expect("whole").records.len(), 3);
    let wrong = Checkup::of(&later).expect("looked at").wrong.expect("a history without a key");
    insta::assert_snapshot!(project.told(&wrong), @r"
    state/history: the state is whole, but 4 files of its history cannot be used
    Nothing needs them today: they are earlier snapshots, and the log. What is encrypted for others opens with a key of one of them: an identity may have several, each on a line of its own.
    ");
    assert!(Checkup::of(&rotated(&[BEN.secret, ANA.secret])).expect("looked at").wrong.is_none());
}

#[tokio::test]
async fn nobody_begins_or_goes_on_with_a_state_that_he_could_not_read() {
    let project = Project(tempfile::tempdir().expect("a folder"));
    for cipher in [cipher(&[ANA], None), cipher(&[ANA], Some(BEN))] {
        let home = project.at(".callout", cipher);
        assert_eq!(init(&home, &owner(), &Start::New).expect_err("refused").code, "state/encrypted");
    }
    assert!(!project.path(".callout").exists() && !project.path("callout.lock").exists(), "a refusal leaves nothing behind");
    let project = Project::filled(|project| project.of(ANA)).await;
    let removed = project.at(".callout", cipher(&[BEN], Some(ANA)));
    assert_eq!(open_for_reading(&removed).expect("readable").records.len(), 2);
    let refused = open_for_writing(&removed, session()).map(|_| ()).expect_err("refused");
    insta::assert_snapshot!(project.told(&refused), @r"
    state/encrypted: what would be written is encrypted for BEN, and the identity that this run has is of ANA
    Nothing was written: callout writes nothing that it could not read again. Give this run an identity of one of these recipients, or add the recipient of its identity to `spec.state.encryption`.
    ");
}
