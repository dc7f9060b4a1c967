//! What TechExpress tells of a dispatch before it is sent: the account behind its macnum, and what it costs.
//!
//! Owns which questions are asked, each distinct one once, and what the answers mean. Vendor pages: `/g360/techexpress/search-accounts` and
//! `/g360/techexpress/estimated-costs`; that the first one's `id` is the second one's `account_id` is inferred. Refuses to guess: what was not
//! told is unknown, with the reason.

mod accounts;
mod asker;
mod online;
mod prices;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::API;
use crate::diagnostics::Diagnostic;
use crate::systems::g360::connection::Connection;
use crate::systems::{Estimate, Estimates, Kept, Told};
use crate::ticket::{Account, Cost, Fields, Money};
use asker::{Asker, No};
pub use online::look_up;
use prices::Question;
pub use settings::{ACCOUNTS_PATH, COSTS_PATH, LookUps, PATHS, SECTION, of};

/// An account seldom moves.
const ACCOUNT_HOURS: i64 = 7 * 24;
/// The vendor names no time for which an estimate is good.
const COST_HOURS: i64 = 24;

/// What each of these creates costs, and where its account is.
pub async fn estimate(connection: &Connection, settings: &LookUps, creates: &[&Fields], kept: &mut Kept, told: Told<'_>) -> Estimates {
    let questions: Vec<Result<Question<'_>, &str>> = creates.iter().map(|sent| Question::of(sent)).collect();
    let distinct: BTreeSet<&Question<'_>> = questions.iter().flatten().collect();
    let macnums: BTreeSet<&str> = distinct.iter().map(|question| question.macnum).collect();
    let mut known = Known::of(kept, &macnums, &distinct);
    let mut asker = Asker::new(connection, known.missing(&macnums, &distinct), told);
    for macnum in macnums {
        known.find_account(&mut asker, settings, macnum, kept).await;
    }
    for question in distinct {
        known.find_cost(&mut asker, settings, question, kept).await;
    }
    let each: Vec<(Estimate, bool)> = questions.iter().map(|question| known.tell(question)).collect();
    let silent = each.iter().filter(|(_, is_silence)| *is_silence).count();
    let about_all = unanswered(&known, asker.ended(), silent).into_iter().collect();
    Estimates { each: each.into_iter().map(|(estimate, _)| estimate).collect(), about_all }
}

/// What is known so far.
#[derive(Default)]
struct Known<'q> {
    accounts: BTreeMap<&'q str, Result<Account, No>>,
    costs: BTreeMap<&'q Question<'q>, Result<Money, No>>,
}

impl<'q> Known<'q> {
    /// What was told before.
    fn of(kept: &Kept, macnums: &BTreeSet<&'q str>, questions: &BTreeSet<&'q Question<'q>>) -> Self {
        let account = |macnum: &&'q str| Some((*macnum, Ok(kept.get(&account_key(macnum))?)));
        let cost = |question: &&'q Question<'q>| Some((*question, Ok(kept.get(&question.key())?)));
        Self { accounts: macnums.iter().filter_map(account).collect(), costs: questions.iter().filter_map(cost).collect() }
    }

    /// Requests for what is not known, if every account is found.
    fn missing(&self, macnums: &BTreeSet<&'q str>, questions: &BTreeSet<&'q Question<'q>>) -> usize {
        macnums.len() - self.accounts.len() + questions.len() - self.costs.len()
    }

    async fn find_account(&mut self, asker: &mut Asker<'_>, settings: &LookUps, macnum: &'q str, kept: &mut Kept) {
        if self.accounts.contains_key(macnum) {
            return;
        }
        let found = accounts::ask(asker, settings, macnum).await.and_then(|page| accounts::known(macnum, page));
        if let Ok(account) = &found {
            kept.put(account_key(macnum), account, ACCOUNT_HOURS);
        }
        self.accounts.insert(macnum, found);
    }

    async fn find_cost(&mut self, asker: &mut Asker<'_>, settings: &LookUps, question: &'q Question<'q>, kept: &mut Kept) {
        let account = match self.accounts.get(question.macnum) {
            Some(Ok(account)) if !self.costs.contains_key(&question) => account.id,
            // Without its account nothing can be asked, and what was told before may have been another one's.
            Some(Ok(_) | Err(_)) | None => return,
        };
        let found = prices::ask(asker, settings, question, account).await;
        if let Ok(money) = &found {
            kept.put(question.key(), money, COST_HOURS);
        }
        self.costs.insert(question, found);
    }

    /// What is told of one create, and whether something about it was not answered.
    fn tell(&self, question: &Result<Question<'q>, &str>) -> (Estimate, bool) {
        let unknown = |why: String| Cost::Unknown(why);
        let question = match question {
            Ok(question) => question,
            Err(lacks) => return (Estimate { cost: unknown(format!("the ticket says no {lacks}")), account: None }, false),
        };
        let account = match self.accounts.get(question.macnum) {
            Some(Ok(account)) => account.clone(),
            Some(Err(no)) => return (Estimate { cost: unknown(no.why.clone()), account: None }, no.is_silence),
            None => return (Estimate { cost: unknown("nobody was asked".to_owned()), account: None }, true),
        };
        let (cost, is_silence) = match self.costs.get(&question) {
            Some(Ok(money)) => (Cost::Estimated(*money), false),
            Some(Err(no)) => (unknown(no.why.clone()), no.is_silence),
            None => (unknown("nobody was asked".to_owned()), true),
        };
        (Estimate { cost, account: Some(account) }, is_silence)
    }

    /// The first reason why there was no answer.
    fn first_silence(&self) -> Option<&str> {
        let accounts = self.accounts.values().filter_map(|found| found.as_ref().err());
        let costs = self.costs.values().filter_map(|found| found.as_ref().err());
        accounts.chain(costs).find(|no| no.is_silence).map(|no| no.why.as_str())
    }
}

fn account_key(macnum: &str) -> String {
    format!("account {macnum}")
}

/// One warning, however many creates it is about.
fn unanswered(known: &Known<'_>, ended: Option<&str>, creates: usize) -> Option<Diagnostic> {
    let why = ended.or_else(|| known.first_silence())?;
    let creates = if creates == 1 { "1 create costs".to_owned() } else { format!("{creates} creates cost") };
    let message = format!("what {creates} is not known: {why}");
    let help = if ended.is_some() {
        "Nothing more was asked. The plan shows these costs as unknown, never as nothing; mend that and plan again.".to_owned()
    } else {
        format!("The plan shows these costs as unknown, never as nothing. Where to ask is set as look_ups below spec.systems.{}.", API.id)
    };
    Some(Diagnostic::warning("costs/unanswered", message).help(help))
}
