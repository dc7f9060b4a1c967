//! What a search for marks found, for the person who is asked whether to take it over.

use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde_json::Value;

use super::source::clean;
use super::values::difference;
use crate::diagnostics::typed;
use crate::plan::{Hit, Matches, Unclear};
use crate::state::{Key, Request, Sighting};
use crate::systems::{Seen, System, by_kind};
use crate::ticket::Change;

/// What was found in one system.
pub struct Pass {
    pub system: &'static dyn System,
    pub matches: Matches,
    /// Why its tickets could not all be listed; then nothing was matched.
    pub refusal: Option<String>,
}

/// Every finding, and then the counts.
pub fn passes_text(passes: &[Pass]) -> String {
    let mut text = String::new();
    for pass in passes {
        text.extend(pass.matches.hits.iter().map(hit_text));
        text.extend(pass.matches.unclear.iter().map(unclear_text));
        text.extend(pass.matches.strangers.iter().map(|seen| stranger_text(pass, seen)));
        if let Some(why) = &pass.refusal {
            let _ = writeln!(text, "{} {} was not searched: {}", "!".red(), pass.system.title(), clean(why));
            let again = if pass.system.capabilities().list.yes() { "callout import --match mark, once that is mended; or " } else { "" };
            let _ = writeln!(text, "    next: {again}look the ids up there, then: callout import --from FILE.csv (address,id)");
        }
    }
    text + &counts(passes)
}

/// `= ADDRESS is ticket ID (STATUS)  SITE`, and what the ticket shows otherwise than the file says.
pub fn adoption_text((key, id): (&Key, &str), request: &Request, seen: &Sighting, changes: &[Change]) -> String {
    let site = by_kind(&key.address.kind).map(|system| system.site(&request.fields)).filter(|site| !site.is_empty());
    let site = site.map(|site| format!("  {}", clean(&site))).unwrap_or_default();
    let mut text = format!("{} {} is ticket {}{}{}\n", "=".cyan(), key.to_string().bold(), clean(id), standing(seen), site.dimmed());
    if !changes.is_empty() {
        text.push_str("    the ticket differs from the file:\n");
    }
    for change in changes {
        let shown = |value: &Option<Value>| value.clone().unwrap_or(Value::Null);
        text.push_str(&difference(&change.field, &shown(&change.before), &shown(&change.after)));
    }
    text
}

fn standing(seen: &Sighting) -> String {
    let status = clean(seen.status.as_deref().unwrap_or("no status"));
    if seen.finished { format!(" ({status}, finished)") } else { format!(" ({status})") }
}

fn hit_text(hit: &Hit) -> String {
    let mut text = adoption_text((&hit.key, &hit.seen.id), &hit.request, &hit.sighting, &hit.changes);
    if let Some(sent_as) = &hit.sent_as {
        let _ = writeln!(text, "    it was sent as {sent_as}");
    }
    text
}

fn unclear_text(unclear: &Unclear) -> String {
    let (what, next) = match unclear {
        Unclear::Several { key, ids } => (
            format!("{key}: {} tickets carry its mark: {}", ids.len(), ids.join(", ")),
            format!("the same work may be done twice: cancel all but one, then: callout import {} ID", typed(&key.address.to_string())),
        ),
        Unclear::Contested { id, keys } => {
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            (format!("ticket {id} could be that of {}", keys.join(" or ")), "look whose it is, then: callout import ADDRESS ID".to_owned())
        }
        Unclear::Misfit { key, reason, .. } => {
            (format!("{key}: {reason}"), "look it up in the ticket system: the file or the ticket is wrong".to_owned())
        }
    };
    format!("{} {}\n    next: {}\n", "!".red(), clean(&what), clean(&next))
}

fn stranger_text(pass: &Pass, seen: &Seen) -> String {
    let finished = if seen.finished { ", finished" } else { "" };
    let status = seen.status.as_deref().unwrap_or("no status");
    let mark = pass.system.mark_of(&seen.fields).map(|mark| mark.to_string()).unwrap_or_default();
    let (title, site) = (pass.system.title(), pass.system.site(&seen.fields));
    let what = format!("{title} ticket {} ({status}{finished}) carries the mark {mark}, which no file and no record accounts for", seen.id);
    let next = if seen.finished {
        ""
    } else {
        "    next: somebody may be at work on it: find its file in git, or see to it in the ticket system\n"
    };
    format!("{} {}  {}\n{next}", "!".red(), clean(&what), clean(&site).dimmed())
}

fn counts(passes: &[Pass]) -> String {
    let sum = |count: fn(&Matches) -> usize| passes.iter().map(|pass| count(&pass.matches)).sum::<usize>();
    let mut parts = vec![format!("{} found by their marks", sum(|matches| matches.hits.len()))];
    let named = [
        (sum(|matches| matches.unclear.len()), "unclear"),
        (sum(|matches| matches.missing.len()), "not found"),
        (sum(|matches| matches.strangers.len()), "with a mark that nothing accounts for"),
    ];
    parts.extend(named.into_iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")));
    format!("Tickets: {}.\n", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::Matching;
    use crate::plan::tests::able::Able;
    use crate::plan::tests::bench::{Bench, plain, seen, ticket};
    use crate::ticket::{Mark, Ticket};

    fn marked(ticket: &Ticket, id: &str) -> Seen {
        let mut seen = seen(ticket, id);
        seen.fields.set("customer_ticket_number", Mark::new("bench", &ticket.address, 0).as_str());
        seen
    }

    fn shown(bench: &Bench, listed: &[Seen]) -> String {
        let side = bench.side();
        let matches = Matching { tickets: &bench.tickets, state: &bench.state, side: &side, given_up: &[] }.among(listed);
        let refusal = listed.is_empty().then(|| "the list of tickets broke off: page 3 was not answered".to_owned());
        anstream::adapter::strip_str(&passes_text(&[Pass { system: &Able, matches, refusal }])).to_string()
    }

    #[test]
    fn each_finding_says_what_it_means_and_what_to_type() {
        let renamed = ticket(4, |document| {
            document["metadata"]["name"] = json!("new-4");
            document["lifecycle"]["renamed_from"] = json!("Dispatch/store-4");
        });
        let bench = [1, 2, 3, 4].into_iter().fold(Bench::able(), |bench, number| bench.wants(plain(number))).wants(renamed);
        let mut one = marked(&plain(1), "101");
        one.fields.set("initial_description", "Two\u{1b} racks.");
        let elsewhere = Seen { fields: marked(&plain(9), "104").fields, ..marked(&plain(3), "104") };
        let misfit = {
            let mut seen = marked(&plain(3), "104");
            seen.fields.set("location_number", "99");
            seen
        };
        let stranger = Seen { finished: true, status: None, ..elsewhere };
        let listed = [
            one,
            marked(&plain(2), "102"),
            marked(&plain(2), "103"),
            misfit,
            Seen { id: "105".to_owned(), ..stranger },
            marked(&plain(4), "106"),
        ];
        insta::assert_snapshot!(shown(&bench, &listed), @r"
        = Dispatch/store-1 is ticket 101 (Open)  Store 1 (1), account 01234567
            the ticket differs from the file:
              initial_description: Look at the rack. -> Two� racks.
        ! Dispatch/store-2: 2 tickets carry its mark: 102, 103
            next: the same work may be done twice: cancel all but one, then: callout import Dispatch/store-2 ID
        ! ticket 106 could be that of Dispatch/store-4 or Dispatch/new-4
            next: look whose it is, then: callout import ADDRESS ID
        ! Dispatch/store-3: ticket 104 does not fit: its location_number is `99`, and the file says `3`
            next: look it up in the ticket system: the file or the ticket is wrong
        ! Able ticket 105 (no status, finished) carries the mark co-a95926rg, which no file and no record accounts for  Store 9 (9)
        Tickets: 1 found by their marks, 3 unclear, 4 not found, 1 with a mark that nothing accounts for.
        ");
        insta::assert_snapshot!(shown(&Bench::able().wants(plain(1)), &[]), @r"
        ! Able was not searched: the list of tickets broke off: page 3 was not answered
            next: callout import --match mark, once that is mended; or look the ids up there, then: callout import --from FILE.csv (address,id)
        Tickets: 0 found by their marks, 1 not found.
        ");
    }

    #[test]
    fn what_was_sent_under_another_name_says_so() {
        let renamed = ticket(4, |document| {
            document["metadata"]["name"] = json!("new-4");
            document["lifecycle"]["renamed_from"] = json!("Dispatch/store-4");
        });
        insta::assert_snapshot!(shown(&Bench::able().wants(renamed), &[marked(&plain(4), "106")]), @r"
        = Dispatch/new-4 is ticket 106 (Open)  Store 4 (4), account 01234567
            it was sent as Dispatch/store-4
        Tickets: 1 found by their marks.
        ");
    }
}
