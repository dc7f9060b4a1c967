//! What creates cost, and where their accounts are, in words.
//!
//! Refuses to let an unknown cost look like none, and an estimate like a price.

use std::fmt::Write as _;

use super::source::clean;
use crate::plan::{Cost, Spend, Step};
use crate::ticket::{Account, Money};

/// `about $4,180, 2 unknown`; none where nobody was asked.
pub fn spend_text(spend: &Spend) -> Option<String> {
    let about = (spend.estimated > 0).then(|| format!("about {}", spend.known));
    let unknown = (spend.unknown > 0).then(|| format!("{} unknown", spend.unknown));
    let not_asked = (spend.not_asked > 0).then(|| format!("{} not estimated", spend.not_asked));
    spend.was_asked().then(|| about.into_iter().chain(unknown).chain(not_asked).collect::<Vec<_>>().join(", "))
}

/// The lines of one create: where its account is, and what it costs.
pub(super) fn cost_lines(step: &Step) -> String {
    let mut text = String::new();
    if let Some(account) = &step.account {
        let _ = writeln!(text, "    address of its account: {}", place(account));
    }
    match &step.cost {
        Some(Cost::Estimated(money)) => _ = writeln!(text, "    cost: about {money}"),
        Some(Cost::Unknown(why)) => _ = writeln!(text, "    cost: unknown: {}", clean(why)),
        None => {}
    }
    text
}

/// `12 Mill Street, Quincy, MA 02169 (01234567 - 000417)`.
fn place(account: &Account) -> String {
    let Account { id, name, address } = account;
    match (address.is_empty(), name.is_empty()) {
        (false, false) => clean(&format!("{address} ({name})")),
        (false, true) => clean(address),
        (true, false) => clean(&format!("not told ({name})")),
        (true, true) => format!("not told (account {id})"),
    }
}

/// The line of several creates that are told at once. Whether their costs are known is the same for all of them.
pub(super) fn folded_cost(steps: &[&Step]) -> String {
    let spend = Spend::of(steps.iter().copied());
    let known = || steps.iter().filter_map(|step| if let Some(Cost::Estimated(money)) = &step.cost { Some(*money) } else { None });
    let mut text = String::new();
    if let (Some(least), Some(most)) = (known().min(), known().max()) {
        let _ = writeln!(text, "    cost: about {} together, {}", spend.known, each(least, most));
    }
    if spend.unknown > 0 {
        let _ = writeln!(text, "    cost: unknown for each of them");
    }
    text
}

fn each(least: Money, most: Money) -> String {
    if least == most { format!("{least} each") } else { format!("from {least} to {most}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_said_beside_what_is() {
        let told =
            |known, estimated, unknown, not_asked| spend_text(&Spend { known: Money::from_cents(known), estimated, unknown, not_asked });
        assert_eq!(told(418_000, 12, 0, 0).as_deref(), Some("about $4,180"));
        assert_eq!(told(418_050, 12, 2, 3).as_deref(), Some("about $4,180.50, 2 unknown, 3 not estimated"));
        assert_eq!(told(0, 0, 2, 0).as_deref(), Some("2 unknown"));
        assert_eq!(told(0, 1, 0, 0).as_deref(), Some("about $0"));
        assert_eq!(told(0, 0, 0, 12), None);
    }
}
