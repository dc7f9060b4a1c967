//! What a dispatch costs, by Estimated Costs.
//!
//! Owns the reading of the answer: its `total` and nothing else. The page calls it what fees and hours *typically* come to, so nothing is
//! computed here. Refuses what is no amount.

use serde_json::Value;

use super::asker::{Asker, No};
use super::settings::LookUps;
use crate::ticket::{Fields, Money};

/// What one estimate is about. Tickets that ask for the same are asked for once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question<'a> {
    pub macnum: &'a str,
    service_type: &'a str,
    /// Local, as the form has it.
    start: &'a str,
    end: &'a str,
}

impl<'a> Question<'a> {
    /// Of what a create sends; otherwise the name of what it lacks.
    pub fn of(sent: &'a Fields) -> Result<Self, &'static str> {
        let text = |name: &'static str| sent.text(name).map(str::trim).filter(|text| !text.is_empty()).ok_or(name);
        Ok(Self {
            macnum: text("account_macnum")?,
            service_type: text("service_type")?,
            start: text("start_date")?,
            end: text("end_date")?,
        })
    }

    /// What its answer is kept under.
    pub fn key(&self) -> String {
        let Self { macnum, service_type, start, end } = self;
        format!("cost of {service_type} at {macnum} from {start} to {end}")
    }
}

/// Asks for one estimate.
pub async fn ask(asker: &mut Asker<'_>, settings: &LookUps, question: &Question<'_>, account: u64) -> Result<Money, No> {
    let account = account.to_string();
    let query = [
        ("service_type", question.service_type),
        ("dispatch_start", question.start),
        ("dispatch_end", question.end),
        ("account_id", account.as_str()),
    ];
    let answer = asker.ask(&settings.costs_path, &query).await?;
    match total(&answer) {
        Some(total) => Ok(total),
        None => Err(asker.is_unusable("without a total that is an amount", &answer)),
    }
}

/// The sum in an answer: an object, perhaps in a list of one or below a wrapper.
fn total(answer: &Value) -> Option<Money> {
    const WRAPPERS: [&str; 5] = ["data", "result", "results", "response", "estimate"];
    let mut answer = answer;
    for _ in 0..4 {
        if let Some(total) = answer.get("total") {
            return amount(total);
        }
        answer = match answer.as_array() {
            Some(list) => list.first().filter(|_| list.len() == 1)?,
            None => WRAPPERS.iter().find_map(|name| answer.get(*name))?,
        };
    }
    None
}

/// Above it nothing is a technician's visit.
const MOST: f64 = 1e9;

fn amount(value: &Value) -> Option<Money> {
    let dollars = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (0.0..=MOST).contains(&dollars).then(|| Money::from_dollars(dollars))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_an_amount_is_a_cost() {
        let cents = |answer: &Value| total(answer).map(Money::cents);
        for (answer, wanted) in [
            (json!({"total": 347.5, "hours": 2}), Some(34_750)),
            (json!({"total": 0}), Some(0)),
            (json!({"total": "347.50"}), Some(34_750)),
            (json!([{"total": 12}]), Some(1200)),
            (json!({"data": [{"total": 12}]}), Some(1200)),
            (json!({"dispatch_fee_dollars": 100.0, "hours": 2, "rate_per_hour": 50.0}), None),
            (json!({"total": -0.01}), None),
            (json!({"total": 1e300}), None),
            (json!({"total": "NaN"}), None),
            (json!({"total": "inf"}), None),
            (json!({"total": "$5"}), None),
            (json!({"total": null}), None),
            (json!({"total": true}), None),
            (json!({"total": {"total": 5}}), None),
            (json!([{"total": 12}, {"total": 13}]), None),
            (json!([]), None),
            (json!("347.5"), None),
        ] {
            assert_eq!(cents(&answer), wanted, "{answer}");
        }
    }
}
