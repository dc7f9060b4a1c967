//! Which visits are settled, and how: by their addresses, by a selection, or row by row from a file.
//!
//! Refuses words that settle nothing: a typing mistake must not look like work that is done.

use std::path::Path;

use super::super::args::{Choice, Settle as Words};
use super::super::opened::Opened;
use super::super::rows::{Mistake, Table};
use super::super::settlement::{Settlement, Verdict, key_of};
use super::super::{Environment, Failure, all_or, planning, selecting};
use crate::diagnostics::Diagnostic;
use crate::plan::Plan;
use crate::state::{Key, State};

/// What is to be settled, not yet checked.
#[derive(Default)]
pub(super) struct Chosen {
    pub settlements: Vec<Settlement>,
    /// The plan of the tickets, if it was needed already.
    pub plan: Option<Plan>,
    /// Selected visits that do not wait for the verdict.
    pub left: usize,
}

pub(super) async fn chosen(words: &Words, opened: &Opened, state: &State, environment: &Environment) -> Result<Chosen, Failure> {
    match (&words.from, Verdict::of(words)) {
        (Some(path), _) => Ok(Chosen { settlements: from_csv(path, &environment.folder, state)?, ..Chosen::default() }),
        (None, Some(verdict)) if words.part.is_all() => Ok(Chosen { settlements: named(words, &verdict, state)?, ..Chosen::default() }),
        (None, Some(verdict)) => selected(words, &verdict, (opened, state), environment).await,
        (None, None) => Ok(Chosen::default()),
    }
}

/// The same for each address that was named.
fn named(words: &Words, verdict: &Verdict, state: &State) -> Result<Vec<Settlement>, Failure> {
    let wrong = |message, help| Err(Diagnostic::error("settle/no-address", message).help(help).into());
    match (words.addresses.len(), verdict) {
        (0, _) => {
            let help = "name its address, or settle many with --selector, --target, --file or --from FILE.csv; `callout settle` lists them";
            return wrong("which ticket is settled?", help);
        }
        (2.., Verdict::Is(_)) => return wrong("one id is one ticket's", "name one address, or settle many with --from FILE.csv"),
        (1.., _) => {}
    }
    let (mut settlements, mut diagnostics) = (Vec::new(), Vec::new());
    for address in &words.addresses {
        match key_of(address, state) {
            Ok(key) => settlements.push(settlement(&key, words, verdict)),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    all_or(settlements, diagnostics)
}

fn settlement(key: &Key, words: &Words, verdict: &Verdict) -> Settlement {
    Settlement {
        key: key.clone(),
        verdict: verdict.clone(),
        reason: words.reason.as_deref().unwrap_or_default().trim().to_owned(),
        row: None,
    }
}

/// The same for each selected visit that waits for it. The others are no mistakes: whoever selects a rollout does not mean its open tickets
/// when he says what became of those in doubt.
async fn selected(
    words: &Words,
    verdict: &Verdict,
    (opened, state): (&Opened, &State),
    environment: &Environment,
) -> Result<Chosen, Failure> {
    if matches!(verdict, Verdict::Is(_)) {
        let diagnostic = Diagnostic::error("settle/no-address", "one id is one ticket's");
        return Err(diagnostic.help("name its address, or settle many with --from FILE.csv").into());
    }
    let selection = selecting::selection(opened, state, &words.part, environment)?;
    let plan = match verdict {
        Verdict::Accept => Some(planning::make(opened, state, &Choice::of_part(words.part.clone()), environment).await?),
        Verdict::Is(_) | Verdict::NotCreated | Verdict::Write { .. } | Verdict::Cancelled | Verdict::SeenTo | Verdict::Ended(_) => None,
    };
    let now = opened.clock().now();
    let visits: Vec<_> = state.records.iter().filter(|(key, record)| selection.holds(&key.address) && !record.is_moved()).collect();
    let waiting = visits.iter().filter(|(key, record)| verdict.is_awaited_by((key, record), plan.as_ref(), now));
    let settlements: Vec<Settlement> = waiting.map(|(key, _)| settlement(key, words, verdict)).collect();
    if settlements.is_empty() {
        return Err(nothing_waits(visits.len(), verdict).into());
    }
    Ok(Chosen { left: visits.len() - settlements.len(), settlements, plan })
}

fn nothing_waits(selected: usize, verdict: &Verdict) -> Diagnostic {
    let message = match selected {
        0 => "none of the selected tickets was ever sent: there is nothing to settle".to_owned(),
        1 => format!("the selected ticket does not wait for this: {}", verdict.awaits()),
        many => format!("none of the {many} selected tickets waits for this: {}", verdict.awaits()),
    };
    Diagnostic::error("settle/nothing", message).help("`callout settle` lists what needs a person, and how")
}

const COLUMNS: &[&str] = &["address", "settlement", "id", "reason"];

/// Reads `address,settlement,id,reason`.
fn from_csv(path: &Path, folder: &Path, state: &State) -> Result<Vec<Settlement>, Failure> {
    let help = "the columns are address,settlement,id,reason; a settlement is id, not-created, done, not-done, accept, cancelled, seen-to, ok, failed or no-access";
    let table = Table { name: path, code: "settle/csv", columns: COLUMNS, help };
    let rows = table.rows(folder, |line, cells| match cells {
        [address, name, id, reason] => Ok(Settlement { row: Some(table.row_at(line)), ..row_of(address, (name, id), reason, state)? }),
        _ => Err("a cell is missing".into()),
    })?;
    if rows.is_empty() {
        let diagnostic = Diagnostic::error("settle/csv", format!("{}: it has no row, so nothing is settled", path.display()));
        return Err(diagnostic.help(help).into());
    }
    Ok(rows)
}

fn row_of(address: &str, (name, id): (&str, &str), reason: &str, state: &State) -> Result<Settlement, Mistake> {
    for (cell, column) in [(address, "address"), (name, "settlement"), (reason, "reason")] {
        if cell.is_empty() {
            return Err(format!("the {column} is missing").into());
        }
    }
    if name == "id" && id.is_empty() {
        return Err("the settlement `id` needs an id".into());
    }
    let verdict = Verdict::named(name, id).ok_or_else(|| format!("`{name}` is no settlement"))?;
    if !matches!(verdict, Verdict::Is(_)) && !id.is_empty() {
        return Err(format!("the settlement `{name}` takes no id, and there is `{id}`").into());
    }
    Ok(Settlement { key: key_of(address, state)?, verdict, reason: reason.to_owned(), row: None })
}
