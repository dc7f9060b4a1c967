//! Small damages to an input, as a fuzzer makes them: the same seed makes the same ones.

use super::targets::support::random::Random;

/// Signs that formats are made of, and numbers at the ends of their ranges.
const WORDS: [&str; 24] = [
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\r\n",
    "\t",
    " ",
    "\0",
    "\u{1b}[2J",
    "\u{202e}",
    "\u{feff}",
    "é",
    "${{ site.store }}",
    "null",
    "-1",
    "18446744073709551616",
    "1e999",
    "%00",
    "</ticket>",
];

/// Damages an input in one to four places. `other` lends a part of itself.
pub fn mutated(random: &mut Random, input: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=random.below(4) {
        let (from, to) = span(random, bytes.len());
        match random.below(8) {
            0 => bytes.truncate(from),
            1 => drop(bytes.drain(from..to)),
            2 => bytes.extend_from_within(from..to),
            3 => drop(bytes.splice(from..from, random.pick(&WORDS).copied().unwrap_or_default().bytes())),
            4 => drop(bytes.splice(from..to, random.pick(&WORDS).copied().unwrap_or_default().bytes())),
            5 => flip(random, &mut bytes, from),
            6 => repeat(&mut bytes, from, to),
            _ => {
                let (first, last) = span(random, other.len());
                bytes.splice(from..to, other[first..last].iter().copied());
            }
        }
    }
    bytes
}

/// A part of so many bytes. Most are short: a long one leaves nothing of what the input was about.
fn span(random: &mut Random, length: usize) -> (usize, usize) {
    let at = |random: &mut Random, end: usize| usize::try_from(random.below(end as u64 + 1)).unwrap_or_default();
    let from = at(random, length);
    let longest = if random.one_in(4) { length - from } else { (length - from).min(16) };
    (from, from + at(random, longest))
}

fn flip(random: &mut Random, bytes: &mut [u8], at: usize) {
    let bit = 1 << random.below(8);
    bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bit);
}

fn repeat(bytes: &mut Vec<u8>, from: usize, to: usize) {
    let part = bytes[from..to].to_vec();
    bytes.splice(from..from, part);
}
