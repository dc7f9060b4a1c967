//! A made-up world: each account's place and company, always the same for the same macnum.

use crate::ticket::Digest;

/// Where an account is, and whose it is.
pub(in crate::systems) struct Site {
    pub(in crate::systems) account_id: u64,
    pub(in crate::systems) address: String,
    pub(in crate::systems) city: &'static str,
    pub(in crate::systems) state: &'static str,
    pub(in crate::systems) zip: &'static str,
    pub(in crate::systems) company_id: u64,
    pub(in crate::systems) company: &'static str,
    pub(in crate::systems) company_identifier: String,
}

const STREETS: [&str; 8] =
    ["Mill Street", "Harbor Road", "Orchard Avenue", "Quarry Lane", "Station Road", "Cedar Street", "Bridge Street", "Kiln Lane"];

const CITIES: [(&str, &str, &str); 8] = [
    ("Quincy", "MA", "02169"),
    ("Albany", "NY", "12207"),
    ("Dayton", "OH", "45402"),
    ("Macon", "GA", "31201"),
    ("Roanoke", "VA", "24011"),
    ("Portland", "ME", "04101"),
    ("Erie", "PA", "16501"),
    ("Concord", "NH", "03301"),
];

const COMPANIES: [&str; 4] = ["Larkspur Hardware", "Bluefin Grocers", "Old Mill Bakeries", "Northgate Pharmacy"];

impl Site {
    pub(in crate::systems) fn of(macnum: &str) -> Self {
        let digest = Digest::of_bytes(macnum.as_bytes());
        let number = digest.as_str().get(..12).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0);
        let (city, state, zip) = pick(&CITIES, number);
        let company_id = number / 8 % COMPANIES.len() as u64;
        let company = pick(&COMPANIES, company_id);
        Self {
            account_id: 100_000 + number / 64 % 900_000,
            address: format!("{} {}", 1 + number / 512 % 999, pick(&STREETS, number / 32)),
            city,
            state,
            zip,
            company_id: 3001 + company_id,
            company,
            company_identifier: company.replace(' ', ""),
        }
    }
}

fn pick<T: Copy, const N: usize>(list: &[T; N], number: u64) -> T {
    let at = usize::try_from(number % N as u64).unwrap_or(0);
    list[at]
}

/// The sites that a list shows.
pub(in crate::systems) const LISTED: std::ops::Range<u32> = 1_234_000..1_235_000;

/// Macnums that begin so belong to nobody.
const NOBODYS: &str = "99";

/// Whether somebody has this macnum: so both can be tried.
pub(in crate::systems) fn exists(macnum: &str) -> bool {
    !macnum.is_empty() && macnum.bytes().all(|digit| digit.is_ascii_digit()) && !macnum.starts_with(NOBODYS)
}
