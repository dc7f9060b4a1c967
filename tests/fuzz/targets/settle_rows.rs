//! `callout settle --from FILE.csv`: many tickets settled by a person's list.
//!
//! All rows are kept or none; only what a row names is changed; and no doubt ends by a row that is about another ticket.

use callout::state::{Home, State, open_for_reading};
use csv::{ReaderBuilder, Trim};

use super::story::{self, ORIGIN};
use super::support::project::Project;
use super::told;

pub fn run(input: &[u8]) {
    let project = started(ORIGIN);
    for (name, bytes) in story::files() {
        project.write(name, bytes);
    }
    project.write("rows.csv", input);
    let (before, journal) = (state(&project), project.read(story::JOURNAL));
    let ran = project.run("settle --from rows.csv --yes");
    told::check_text(&ran.out);
    told::check_text(&ran.err);
    let after = state(&project);
    if ran.code != 0 {
        assert_eq!(project.read(story::JOURNAL), journal, "refused, and something is kept all the same:\n{ran}");
        return;
    }
    for row in cells(input, "address") {
        let is_of = |address: &callout::ticket::Address| row.split('#').next() == Some(&address.to_string());
        let is_settled = after.records.iter().any(|(key, record)| is_of(&key.address) && before.records.get(key) != Some(record));
        assert!(is_settled, "the row of {row} is passed over:\n{ran}");
    }
    let rows = String::from_utf8_lossy(input);
    assert_eq!(before.records.keys().collect::<Vec<_>>(), after.records.keys().collect::<Vec<_>>(), "{ran}");
    for (key, record) in &after.records {
        let is_named = rows.contains(&key.address.to_string());
        assert!(is_named || before.records.get(key) == Some(record), "{key} is in no row, and is settled:\n{ran}");
        let is_free = matches!(record.phase, callout::state::Phase::NotCreated { .. });
        let was_free = before.records.get(key).is_some_and(|before| matches!(before.phase, callout::state::Phase::NotCreated { .. }));
        assert!(!is_free || was_free || rows.contains("not-created"), "{key} is free, and nobody said so:\n{ran}");
    }
}

/// One column of a list, as another reader finds it.
pub fn cells(list: &[u8], column: &str) -> Vec<String> {
    let list = list.strip_prefix("\u{feff}".as_bytes()).unwrap_or(list);
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(list);
    let at = reader.headers().expect("a header").iter().position(|name| name == column).expect("a column");
    reader.records().map(|row| row.expect("a row")[at].to_owned()).collect()
}

/// A project of the story's lineage whose TechExpress is at this address.
pub fn started(base_url: &str) -> Project {
    let mut project = Project::empty();
    project.set("G360_TOKEN", "sandbox");
    let file = format!(
        "apiVersion: callout/v1\nkind: Project\nmetadata: {{name: acme}}\nspec:\n  systems:\n    techexpress: {{base_url: '{base_url}', \
         credential: {{bearer: 'env:G360_TOKEN'}}, requests_per_minute: unlimited}}\n"
    );
    project.write("callout.yaml", file);
    project.write(story::LOCK_FILE, story::lock_file());
    project
}

pub fn state(project: &Project) -> State {
    let home = Home { lock_file: project.path(story::LOCK_FILE), state: project.path(story::SNAPSHOT).into() };
    open_for_reading(&home).expect("a whole state")
}
