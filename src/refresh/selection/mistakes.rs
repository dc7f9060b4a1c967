//! What a filter asks for and nothing has.

use std::collections::{BTreeMap, BTreeSet};

use super::{Filter, Selector, Subject, Target, Test};
use crate::diagnostics::Diagnostic;
use crate::systems::nearest;

/// A mistake for each part that selects nothing by itself; if there is none, one for all of them together.
pub(super) fn mistakes(filter: &Filter, subjects: &[Subject<'_>], nothing: bool) -> Vec<Diagnostic> {
    let targets = filter.targets.iter().filter(|target| !subjects.iter().any(|subject| subject.is_target(target)));
    let selectors = filter.selectors.iter().filter(|selector| !labels(subjects).any(|labels| selector.is_known_from(labels)));
    let files = filter.files.iter().filter(|file| !subjects.iter().any(|subject| subject.is_of(file)));
    let mut mistakes: Vec<Diagnostic> = targets.map(|target| unknown_target(target, subjects)).collect();
    mistakes.extend(selectors.map(|selector| unknown_label(selector, subjects)));
    mistakes.extend(files.map(|file| unknown_file(file, subjects)));
    let reach: Vec<&Subject<'_>> = subjects.iter().filter(|subject| filter.is_in_reach(subject)).collect();
    // Where nothing is in reach, that is the mistake.
    let waves = filter.waves.iter().filter(|wave| !reach.is_empty() && !reach.iter().any(|subject| subject.wave() == Some(wave)));
    mistakes.extend(waves.map(|wave| unknown_wave(wave, (&reach, subjects))));
    if mistakes.is_empty() && nothing {
        mistakes.push(nothing_in_common(filter));
    }
    mistakes
}

fn unknown_target(target: &Target, subjects: &[Subject<'_>]) -> Diagnostic {
    let near = |names: &[String]| did_you_mean(&target.to_string(), names);
    let (message, help) = match target {
        Target::Ticket(_) => {
            let names: Vec<String> = subjects.iter().map(|subject| subject.address.to_string()).collect();
            let help = near(&names).unwrap_or_else(|| "`callout state list` and `callout validate` name them".to_owned());
            (format!("--target {target} selects no ticket of the files or of the state"), help)
        }
        Target::Rollout { key, .. } => {
            let names = rollout_names(subjects, key.is_some());
            // The nearest key is often a neighbour's, and not a misspelt one.
            let left = "a site that left the list is known by its rollout until its ticket is over";
            let help = match near(&names) {
                Some(near) if key.is_some() => format!("{near} {left}"),
                Some(near) => near,
                None if key.is_some() => left.to_owned(),
                None => such_as("rollouts:", &names).unwrap_or_else(|| "there is no rollout in the files".to_owned()),
            };
            (format!("--target {target} selects no ticket of the files or of the state"), help)
        }
    };
    Diagnostic::error("plan/unknown-target", message).help(help)
}

/// The rollouts as targets; with the sites' keys if one was named.
fn rollout_names(subjects: &[Subject<'_>], with_keys: bool) -> Vec<String> {
    let sites = subjects.iter().filter_map(|subject| subject.site);
    let names = sites.map(|site| {
        let key = with_keys.then(|| site.key.clone());
        Target::Rollout { name: site.rollout.clone(), key }.to_string()
    });
    names.collect()
}

fn unknown_label(selector: &Selector, subjects: &[Subject<'_>]) -> Diagnostic {
    let names: Vec<String> = labels(subjects).flat_map(|labels| labels.keys().cloned()).collect();
    let (missing, near) = match &selector.test {
        Test::Is(value) | Test::IsNot(value) if names.contains(&selector.label) => {
            let values = labels(subjects).filter_map(|labels| labels.get(&selector.label).cloned()).collect::<Vec<_>>();
            (
                format!("{}={value}", selector.label),
                nearest_value(selector, value, &values).or_else(|| such_as(&format!("values of {}:", selector.label), &values)),
            )
        }
        Test::Is(_) | Test::IsNot(_) | Test::IsThere => (selector.label.clone(), did_you_mean(&selector.label, &names)),
    };
    let message = format!("--selector {selector}: no ticket of the files or of the state has the label {missing}");
    let help =
        near.unwrap_or_else(|| "labels stand in the files below metadata.labels; `callout expand` shows those of a rollout".to_owned());
    Diagnostic::error("plan/unknown-label", message).help(help)
}

fn labels<'s>(subjects: &'s [Subject<'_>]) -> impl Iterator<Item = &'s BTreeMap<String, String>> {
    subjects.iter().filter_map(|subject| subject.labels)
}

/// `reach`: what the targets and files leave of all subjects.
fn unknown_wave(wave: &str, (reach, all): (&[&Subject<'_>], &[Subject<'_>])) -> Diagnostic {
    let here: Vec<String> = reach.iter().filter_map(|subject| subject.wave()).map(str::to_owned).collect();
    let rollouts = all.iter().filter(|subject| subject.wave() == Some(wave)).filter_map(|subject| subject.site);
    let elsewhere: Vec<String> = rollouts.map(|site| format!("Rollout/{}", site.rollout)).collect();
    let (message, help) = if let Some(elsewhere) = such_as(&format!("{wave} is a wave of"), &elsewhere) {
        let waves = such_as("; what they select is in", &here).unwrap_or_default();
        (format!("--wave {wave}: nothing that --target and --file select is in it"), elsewhere + &waves)
    } else {
        let near = did_you_mean(wave, &here).or_else(|| such_as("waves:", &here));
        let help = near.unwrap_or_else(|| "no rollout here has waves; they stand in its file below spec.waves".to_owned());
        (format!("--wave {wave}: no ticket of the files or of the state is in a wave of this name"), help)
    };
    Diagnostic::error("plan/unknown-wave", message).help(help)
}

fn unknown_file(file: &str, subjects: &[Subject<'_>]) -> Diagnostic {
    let files: Vec<String> = subjects.iter().filter_map(|subject| subject.file.map(str::to_owned)).collect();
    let help = did_you_mean(file, &files)
        .unwrap_or_else(|| "name a manifest file of this project, with tickets or a rollout in it, or a folder of such files".to_owned());
    Diagnostic::error("plan/unknown-file", format!("--file {file}: no ticket is described there")).help(help)
}

fn nothing_in_common(filter: &Filter) -> Diagnostic {
    let help =
        "several --target add up, and so do several --file and several --wave; a ticket must also have the labels of every --selector";
    Diagnostic::error("plan/nothing-selected", format!("no ticket is selected by {filter}")).help(help)
}

fn did_you_mean(word: &str, names: &[String]) -> Option<String> {
    nearest(word, names.iter().map(String::as_str)).map(|name| format!("did you mean {name}?"))
}

fn nearest_value(selector: &Selector, value: &str, values: &[String]) -> Option<String> {
    let near = nearest(value, values.iter().map(String::as_str))?.to_owned();
    let test = if matches!(selector.test, Test::IsNot(_)) { Test::IsNot(near) } else { Test::Is(near) };
    Some(format!("did you mean {}?", Selector { label: selector.label.clone(), test }))
}

/// Some names of what there is, where none is near.
fn such_as(what: &str, values: &[String]) -> Option<String> {
    const SHOWN: usize = 5;
    let values: BTreeSet<&str> = values.iter().map(String::as_str).collect();
    let shown: Vec<&str> = values.iter().copied().take(SHOWN).collect();
    let more = if values.len() > SHOWN { ", ..." } else { "" };
    (!shown.is_empty()).then(|| format!("{what} {}{more}", shown.join(", ")))
}
