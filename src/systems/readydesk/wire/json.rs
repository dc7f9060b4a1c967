//! Answers in JSON.
//!
//! Owns a reading that keeps what strict readers lose: the vendor's sample has the key `cid` twice, and the last value is not the
//! customer's. A comma before a closing bracket, as one of the vendor's samples has it, is let pass.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Wrong;
use super::record::Record;

/// A value, with every key of an object in its place. Numbers and flags are their texts, null is an empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Text(String),
    List(Vec<Item>),
    Map(Vec<(String, Item)>),
}

/// `{"tickets": [{..}]}`.
pub fn tickets(body: &str) -> Result<Vec<Record>, Wrong> {
    let Item::Map(entries) = parsed(body)? else { return Err(Wrong::Envelope) };
    // No form of an error is known. Beside one, an empty list does not say that there is no ticket.
    if entries.iter().any(|(name, item)| is_complaint(name) && *item != Item::Text(String::new())) {
        return Err(Wrong::Envelope);
    }
    let mut lists = entries.into_iter().filter(|(name, _)| name == "tickets");
    let (Some((_, Item::List(items))), None) = (lists.next(), lists.next()) else { return Err(Wrong::Envelope) };
    items.into_iter().map(record).collect()
}

fn is_complaint(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["error", "message", "exception", "fault"].iter().any(|word| name.contains(word))
}

/// `{"response": [{"added_ticket": "5"}]}`, also without the list.
pub fn response(body: &str) -> Result<Vec<(String, String)>, Wrong> {
    let Item::Map(entries) = parsed(body)? else { return Err(Wrong::Envelope) };
    let inner = entries.into_iter().find(|(name, _)| name == "response").map(|(_, item)| item);
    let maps = match inner {
        Some(Item::List(items)) => items,
        Some(item @ Item::Map(_)) => vec![item],
        Some(Item::Text(_)) | None => return Err(Wrong::Envelope),
    };
    let pairs = maps.into_iter().flat_map(|item| if let Item::Map(entries) = item { entries } else { Vec::new() });
    Ok(pairs.filter_map(|(name, item)| if let Item::Text(text) = item { Some((name, text)) } else { None }).collect())
}

fn record(item: Item) -> Result<Record, Wrong> {
    let Item::Map(entries) = item else { return Err(Wrong::Envelope) };
    let mut record = Record::default();
    for (name, item) in entries {
        match item {
            Item::Text(text) => record.values.push((name, text)),
            // An array that holds one object with all of them, by the page.
            item if name == "custom_fields" => record.custom.extend(texts(item)),
            Item::List(_) | Item::Map(_) => return Err(Wrong::Envelope),
        }
    }
    Ok(record)
}

fn texts(item: Item) -> Vec<(String, String)> {
    match item {
        Item::Text(_) => Vec::new(),
        Item::List(items) => items.into_iter().flat_map(texts).collect(),
        Item::Map(entries) => {
            entries.into_iter().filter_map(|(name, item)| if let Item::Text(text) = item { Some((name, text)) } else { None }).collect()
        }
    }
}

fn parsed(body: &str) -> Result<Item, Wrong> {
    let strict = serde_json::from_str(body);
    strict.or_else(|_| serde_json::from_str(&without_last_commas(body))).map_err(|_| Wrong::Syntax)
}

/// Without the commas that stand before a closing bracket, outside of texts.
fn without_last_commas(body: &str) -> String {
    let mut kept = String::with_capacity(body.len());
    let (mut inside, mut escaped) = (false, false);
    for (at, c) in body.char_indices() {
        let is_last = !inside && c == ',' && body[at + 1..].trim_start().starts_with(['}', ']']);
        if !is_last {
            kept.push(c);
        }
        inside = if c == '"' && !escaped { !inside } else { inside };
        escaped = inside && c == '\\' && !escaped;
    }
    kept
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Items)
    }
}

struct Items;

impl<'de> Visitor<'de> for Items {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Item, E> {
        Ok(Item::Text(text.to_owned()))
    }
    fn visit_unit<E: de::Error>(self) -> Result<Item, E> {
        Ok(Item::Text(String::new()))
    }
    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Item, E> {
        Ok(Item::Text(value.to_string()))
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Item, E> {
        Ok(Item::Text(value.to_string()))
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Item, E> {
        Ok(Item::Text(value.to_string()))
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Item, E> {
        Ok(Item::Text(value.to_string()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Item, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Item::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Item, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Item::Map(map))
    }
}
