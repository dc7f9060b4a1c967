//! `callout state restore`: a damaged state is put together again; a whole one gets back what a copy still knows.

use super::super::args::Said;
use super::super::home::beside;
use super::super::waiting::locked;
use super::super::{Ending, Environment, Exit, Failure, short, shortened};
use super::{reason_of, session, standing};
use crate::diagnostics::{Diagnostic, Outcome, Severity, typed};
use crate::manifest::Project;
use crate::render::clean;
use crate::state::{
    ComesBack, Copy, Event, Home, Key, Known, Mending, Phase, Record, Standing, State, Stray, Twin, comes_back, open_for_writing,
};
use crate::systems::by_kind;

pub(super) async fn run(
    (project, home): (&Project, &Home),
    (copy, nothing_since): (Option<&str>, bool),
    how: &Said,
    environment: &mut Environment,
) -> Ending {
    let reason = reason_of(how, "state restore")?;
    let copy = match copy {
        Some(copy) => Some(named(copy, (project, home), environment).await?),
        None => None,
    };
    match (Standing::of(home)?, copy) {
        (Standing::Whole(_), None) => {
            environment.out.line("The state is whole: nothing to restore. callout state history lists earlier snapshots.");
            Ok(Exit::Done)
        }
        (Standing::Whole(_), Some(copy)) => bring_back(home, &copy, (reason, how), environment).await,
        (Standing::Damaged(_) | Standing::Missing(_), copy) => mend(home, (copy, nothing_since), (reason, how), environment).await,
    }
}

/// A number is a commit's. An address is one of a copy, or of what was put aside beside the state.
async fn named(copy: &str, (project, home): (&Project, &Home), environment: &Environment) -> Outcome<Copy> {
    match copy.parse() {
        Ok(through) => Ok(Copy::Kept(through)),
        Err(_) => elsewhere(copy, (project, home), environment).await,
    }
}

/// A copy by its folder or its address.
pub(in crate::cli) async fn elsewhere(copy: &str, (project, home): (&Project, &Home), environment: &Environment) -> Outcome<Copy> {
    if !copy.contains("://") {
        return Ok(Copy::At(environment.folder.join(copy)));
    }
    if let Some(number) = home.state.number_of(copy) {
        return Ok(Copy::Aside(number));
    }
    Ok(Copy::Shared(beside(project, copy, environment).await?.encrypted(home.state.cipher().clone())))
}

async fn mend(
    home: &Home,
    (copy, nothing_since): (Option<Copy>, bool),
    (reason, how): (&str, &Said),
    environment: &mut Environment,
) -> Ending {
    let session = session(home, "callout state restore", environment);
    let begin = || Mending::begin(home, session.clone(), copy.as_ref(), nothing_since);
    let mending = locked(how.waiting, environment, begin).await?;
    let why = Diagnostic { severity: Severity::Warning, help: None, ..mending.why().clone() };
    environment.err.tell(&shortened(&[why], environment));
    let state = mending.state();
    let open = state.records.values().filter(|record| record.is_open() || record.in_doubt()).count();
    let records = match (state.records.len(), open) {
        (1, 0) => "1 record, which is neither open nor in doubt".to_owned(),
        (1, _) => "1 record, which is open or in doubt".to_owned(),
        (many, open) => format!("{many} records, {open} of them open or in doubt"),
    };
    let word = if nothing_since { "as you say, nothing was sent since" } else { "nothing is missing" };
    environment.out.line(&format!("The state can be put together again: {records}, up to commit {}; {word}.", state.through));
    let parted = mending.parted();
    if let Some(from) = parted {
        environment.out.line(&format!(
            "! The copy is of a state that went on by itself: its commit {from} is another one, and nothing from there on is taken over."
        ));
    }
    if !how.yes && !environment.confirms("\nRestore it? What is there is put aside, and nothing is sent.") {
        return Err(declined());
    }
    let what = format!("the state was put together again, up to commit {}", state.through);
    mending.finish(what, reason.to_owned(), environment.clock.now())?;
    environment.out.line(&next("restored", copy.filter(|_| parted.is_some()).as_ref(), home, environment));
    Ok(Exit::Done)
}

/// What comes after a state was put together. `apart`: a copy of a state that went on by itself.
pub(in crate::cli) fn next(made: &str, apart: Option<&Copy>, home: &Home, environment: &Environment) -> String {
    let Some(copy) = apart else { return format!("The state is {made}. Next: callout plan") };
    let copy = copy.typed(home);
    let text = format!("The state is {made}. Next, for tickets that only the copy knows: callout state restore {copy} --reason TEXT");
    short(&text, environment)
}

async fn bring_back(home: &Home, copy: &Copy, (reason, how): (&str, &Said), environment: &mut Environment) -> Ending {
    let known = copy.read(home)?;
    let session = session(home, "callout state restore", environment);
    let ledger = locked(how.waiting, environment, || open_for_writing(home, session.clone())).await?;
    let state = ledger.state();
    let back = comes_back(&state, &known.state);
    let unread = unread(&state, &known);
    environment.out.write(&short(&(text(&state, &back) + &unread), environment));
    let twins = unknown_twins(&state, &back);
    let (question, done) = match (back.records.len(), twins.len()) {
        (0, 0) => {
            environment.out.line(match (back.twins.is_empty(), unread.is_empty()) {
                (true, true) => "Nothing to restore: the state knows all that the copy knows.",
                (true, false) => "Nothing to restore: the state knows all that can be read of the copy.",
                (false, _) => "Nothing to restore: what the copy has besides is remembered already. Next: callout settle",
            });
            return Ok(Exit::Done);
        }
        (0, _) => ("Remember that? Nothing is sent.".to_owned(), "Remembered. Next: callout settle"),
        (1, _) => ("Take over this record? Every other record stays as it is, and nothing is sent.".to_owned(), RESTORED),
        (many, _) => (format!("Take over these {many} records? Every other record stays as it is, and nothing is sent."), RESTORED),
    };
    if !how.yes && !environment.confirms(&format!("\n{question}")) {
        return Err(declined());
    }
    let restored = |(key, record): &(&Key, &Record)| Event::Restored {
        key: (*key).clone(),
        record: Box::new((*record).clone()),
        reason: reason.to_owned(),
    };
    ledger.record(back.records.iter().map(restored).chain(twins).collect(), environment.clock.now()).await?;
    super::super::opened::finish(&ledger, environment).await;
    environment.out.line(done);
    Ok(Exit::Done)
}

const RESTORED: &str = "Restored. Next: callout plan";

/// The tickets that only the copy has for a visit, to be remembered until somebody has seen to them: what is told once is forgotten.
fn unknown_twins(state: &State, back: &ComesBack<'_>) -> Vec<Event> {
    let is_known = |twin: &&Twin<'_>| {
        let record = state.records.get(&twin.key);
        record.is_some_and(|record| record.surplus.iter().any(|stray| stray.id.as_ref() == Some(&twin.theirs)))
    };
    let remembered = |twin: &Twin<'_>| {
        let site = by_kind(&twin.key.address.kind).map(|system| system.site(&twin.record.request.fields)).unwrap_or_default();
        let what = format!("{} for {site}, which a copy of the state has for this visit", twin.theirs);
        Event::Surplus { key: twin.key.clone(), tickets: vec![Stray { id: Some(twin.theirs.clone()), what }] }
    };
    back.twins.iter().filter(|twin| !is_known(twin)).map(remembered).collect()
}

/// What changes, and what a person must look at.
fn text(state: &State, back: &ComesBack<'_>) -> String {
    let change = |(key, record): &(&Key, &Record)| {
        let before = state.records.get(key).map_or_else(|| "no record".to_owned(), in_words);
        format!("{key}: {} -> {}\n", clean(&before), clean(&in_words(record)))
    };
    let twin = |Twin { key, ours, theirs, record: _ }: &Twin<'_>| {
        let theirs = clean(theirs);
        let told = match ours {
            Some(ours) => {
                format!("ticket {} here, ticket {theirs} in the copy. Look both up: one of them may be too many", clean(ours))
            }
            None => format!(
                "in doubt here, by another create than that of ticket {theirs} in the copy. Look for its mark: there may be two tickets"
            ),
        };
        format!("! {key}: {told}. The copy's is remembered until somebody has seen to it\n")
    };
    back.records.iter().map(change).chain(back.twins.iter().map(twin)).collect()
}

/// What the copy has lost: whom it sent meanwhile, this state would send again.
fn unread(state: &State, known: &Known) -> String {
    let Some(missing) = &known.missing else { return String::new() };
    let is_unknown = |key: &Key| state.records.get(key).is_none_or(|record| matches!(record.phase, Phase::NotCreated { .. }));
    let named = known.named.iter().filter(|(key, _)| is_unknown(key)).map(|(key, id)| match id {
        None => format!("! {key} stands in what cannot be read\n"),
        Some(id) => {
            let (address, id) = (typed(&key.address.to_string()), clean(id));
            format!("! {key} stands in what cannot be read, with ticket {id}: callout import {address} {}\n", typed(&id))
        }
    });
    let missing = clean(missing);
    let told = format!(
        "! The copy is not whole: {missing}. Whoever was sent by that does not come back, and would be sent again. Look up each `+` of \
         callout plan before you apply it; callout import ADDRESS ID takes over what is there.\n"
    );
    [told].into_iter().chain(named).collect()
}

/// Where a record stands, with its ticket.
pub(super) fn in_words(record: &Record) -> String {
    record.id().map_or_else(|| standing(record), |id| format!("ticket {id}, {}", standing(record)))
}

fn declined() -> Failure {
    Diagnostic::error("state/declined", "nothing was restored").help("--yes restores without asking").into()
}
