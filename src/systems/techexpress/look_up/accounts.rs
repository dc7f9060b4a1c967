//! The account behind a macnum, by Search Accounts.
//!
//! Owns which row of an answer counts: only one whose macnum is the same, sign by sign. The search may find more than was asked for, and a
//! zero in front is another account. Refuses to choose between two.

use std::collections::BTreeMap;

use super::super::API;
use super::asker::{Asker, No};
use super::settings::LookUps;
use crate::systems::g360::rows::{Row, field, may_go_on, rows};
use crate::systems::http::plain;
use crate::ticket::Account;

/// What one answer says of a macnum.
#[derive(Debug, PartialEq, Eq)]
pub enum Page {
    Known(Account),
    /// There is none with it among so many accounts, and there may be more than it showed.
    Perhaps(usize),
    /// There is none with it. These there are.
    Unknown(BTreeMap<String, String>),
    /// Several, with these numbers, or one without a number.
    Unclear(String),
}

/// Asks for one macnum.
pub async fn ask(asker: &mut Asker<'_>, settings: &LookUps, macnum: &str) -> Result<Page, No> {
    let size = settings.page_size.to_string();
    let query = [(settings.accounts_parameter.as_str(), macnum), ("page_size", size.as_str())];
    let answer = asker.ask(&settings.accounts_path, &query).await?;
    match rows(&answer) {
        Some(rows) if are_accounts(&rows) => Ok(read(macnum, &rows, settings.page())),
        Some(_) => Err(asker.is_unusable("with a list that is none of accounts", &answer)),
        None => Err(asker.is_unusable("without a list of accounts", &answer)),
    }
}

/// The account, or why it is not known.
pub fn known(macnum: &str, page: Page) -> Result<Account, No> {
    let title = API.title;
    Err(No::said(match page {
        Page::Known(account) => return Ok(account),
        Page::Unknown(_) => format!("{title} knows no account with the macnum {macnum}"),
        Page::Perhaps(rows) => {
            let accounts = counted(rows);
            format!("{title} showed {accounts} for the macnum {macnum}, none of them with it, and may know more")
        }
        Page::Unclear(what) => format!("{title} showed {what} for the macnum {macnum}"),
    }))
}

pub fn counted(rows: usize) -> String {
    if rows == 1 { "1 account".to_owned() } else { format!("{rows} accounts") }
}

fn are_accounts(rows: &[&Row]) -> bool {
    rows.is_empty() || rows.iter().any(|row| row.contains_key("macnum"))
}

fn read(macnum: &str, rows: &[&Row], asked: usize) -> Page {
    let macnum_of = |row: &Row| field(row, "macnum");
    let same: Vec<&Row> = rows.iter().copied().filter(|row| macnum_of(row).as_deref() == Some(macnum)).collect();
    let Some(first) = same.first() else {
        let shown: BTreeMap<String, String> = rows.iter().filter_map(|row| Some((macnum_of(row)?, name(row)))).collect();
        let may_hide = may_go_on(rows.len(), asked) || rows.iter().any(|row| macnum_of(row).is_none());
        return if may_hide { Page::Perhaps(rows.len()) } else { Page::Unknown(shown) };
    };
    let mut ids: Vec<Option<u64>> = same.iter().map(|row| id(row)).collect();
    ids.sort_unstable();
    ids.dedup();
    match ids.as_slice() {
        [Some(id)] => Page::Known(Account { id: *id, name: name(first), address: address(first) }),
        [None] => Page::Unclear("an account without a number".to_owned()),
        several => {
            let ids: Vec<String> =
                several.iter().map(|id| id.map_or_else(|| "one without a number".to_owned(), |id| id.to_string())).collect();
            Page::Unclear(format!("several accounts ({})", ids.join(", ")))
        }
    }
}

fn id(row: &Row) -> Option<u64> {
    field(row, "id")?.parse().ok()
}

fn name(row: &Row) -> String {
    ["name", "company_name"].iter().find_map(|name| field(row, name)).map(|name| plain(&name)).unwrap_or_default()
}

/// `12 Mill Street, Suite 4, Quincy, MA 02169`.
fn address(row: &Row) -> String {
    let part = |name: &str| field(row, name).map(|part| plain(&part));
    let state: Vec<String> = ["state", "zip"].iter().filter_map(|name| part(name)).collect();
    let lines = ["address_line_1", "address_line_2", "city"].iter().filter_map(|name| part(name));
    lines.chain((!state.is_empty()).then(|| state.join(" "))).collect::<Vec<_>>().join(", ")
}
