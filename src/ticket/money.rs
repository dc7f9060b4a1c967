//! Amounts of money, to the cent.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// US dollars, in cents: the vendors name no other currency. In JSON a number of dollars, such as `347.5`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(from = "f64", into = "f64")]
pub struct Money(i64);

impl Money {
    pub const fn from_cents(cents: i64) -> Self {
        Self(cents)
    }

    /// To the nearest cent.
    pub fn from_dollars(dollars: f64) -> Self {
        // What is beyond every amount stays at the bound: a cast from a float saturates.
        #[allow(clippy::cast_possible_truncation)]
        Self((dollars * 100.0).round() as i64)
    }

    pub fn dollars(self) -> f64 {
        // Exact below 90 trillion dollars.
        #[allow(clippy::cast_precision_loss)]
        let cents = self.0 as f64;
        cents / 100.0
    }

    pub const fn cents(self) -> i64 {
        self.0
    }

    pub fn from_whole_dollars(dollars: u64) -> Self {
        Self(i64::try_from(dollars).unwrap_or(i64::MAX).saturating_mul(100))
    }

    /// Whole dollars that are enough for it.
    pub fn whole_dollars(self) -> u64 {
        self.0.max(0).unsigned_abs().div_ceil(100)
    }
}

impl From<f64> for Money {
    fn from(dollars: f64) -> Self {
        Self::from_dollars(dollars)
    }
}

impl From<Money> for f64 {
    fn from(money: Money) -> Self {
        money.dollars()
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

/// As people write it: `$4,180`, and `$4,180.50` where there are cents.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cents, digits) = (self.0.unsigned_abs() % 100, (self.0.unsigned_abs() / 100).to_string());
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}${grouped}")?;
        if cents > 0 { write!(f, ".{cents:02}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn amounts_read_as_people_write_them() {
        let told = |cents| Money::from_cents(cents).to_string();
        assert_eq!(
            [0, 5, 100, 34_750, 99_999, 100_000, 418_000, 123_456_789, -5_050].map(told),
            ["$0", "$0.05", "$1", "$347.50", "$999.99", "$1,000", "$4,180", "$1,234,567.89", "-$50.50"]
        );
    }

    #[test]
    fn whole_dollars_are_always_enough() {
        let whole = |cents| Money::from_cents(cents).whole_dollars();
        assert_eq!([-150, 0, 1, 100, 101, 418_000, 418_001].map(whole), [0, 0, 1, 1, 2, 4180, 4181]);
        assert_eq!(Money::from_whole_dollars(25_000), Money::from_cents(2_500_000));
    }

    #[test]
    fn an_amount_goes_through_json_unchanged() {
        for cents in [0, 1, 10, 29, 57, 115, 34_750, 1_999_999_999, -1] {
            let money = Money::from_cents(cents);
            let text = serde_json::to_string(&money).expect("JSON");
            assert_eq!(serde_json::from_str::<Money>(&text).expect(&text), money, "{text}");
        }
        assert_eq!(serde_json::to_string(&Money::from_cents(34_750)).expect("JSON"), "347.5");
    }
}
