//! Answers in XML.
//!
//! Owns the reading of the page's envelope. Refuses declarations of a document's type, and entities but the five that XML has.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};

use super::Wrong;
use super::record::Record;

/// tickets, ticket, custom_fields, a field: nothing is deeper.
const DEEPEST: usize = 4;

/// An element, with the text directly in it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// `<tickets><ticket>..</ticket></tickets>`.
pub fn tickets(body: &str) -> Result<Vec<Record>, Wrong> {
    let root = parsed(body)?;
    if root.name != "tickets" || !root.text.trim().is_empty() {
        return Err(Wrong::Envelope);
    }
    root.children.into_iter().map(record).collect()
}

/// `<response><added_ticket>5</added_ticket></response>`.
pub fn response(body: &str) -> Result<Vec<(String, String)>, Wrong> {
    let root = parsed(body)?;
    if root.name != "response" {
        return Err(Wrong::Envelope);
    }
    Ok(leaves(root.children))
}

fn record(ticket: Element) -> Result<Record, Wrong> {
    if ticket.name != "ticket" {
        return Err(Wrong::Envelope);
    }
    let mut record = Record::default();
    for field in ticket.children {
        match field.name.as_str() {
            "custom_fields" => record.custom.extend(leaves(field.children)),
            _ if field.children.is_empty() => record.values.push((field.name, field.text)),
            _ => return Err(Wrong::Envelope),
        }
    }
    Ok(record)
}

fn leaves(elements: Vec<Element>) -> Vec<(String, String)> {
    elements.into_iter().filter(|element| element.children.is_empty()).map(|element| (element.name, element.text)).collect()
}

/// The one element of a document, read to its end.
fn parsed(body: &str) -> Result<Element, Wrong> {
    let mut reader = Reader::from_str(body);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(|_| Wrong::Syntax)?;
        // After its one element a document holds nothing but blanks and comments.
        if root.is_some() && matches!(event, Event::Start(_) | Event::Empty(_)) {
            return Err(Wrong::Syntax);
        }
        match event {
            Event::Start(start) if open.len() < DEEPEST => {
                open.push(Element { name: start.name().as_ref().to_owned(), ..Element::default() });
            }
            Event::Empty(empty) => {
                let element = Element { name: empty.name().as_ref().to_owned(), ..Element::default() };
                root = close(&mut open, element);
            }
            Event::End(_) => {
                let element = open.pop().ok_or(Wrong::Syntax)?;
                root = close(&mut open, element);
            }
            Event::Text(text) => add(&mut open, &text.xml10_content())?,
            Event::CData(text) => add(&mut open, &text.xml10_content())?,
            Event::GeneralRef(reference) => add(&mut open, &resolved(&reference)?)?,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Start(_) | Event::DocType(_) => return Err(Wrong::Syntax),
            Event::Eof => return root.filter(|_| open.is_empty()).ok_or(Wrong::Syntax),
        }
    }
}

/// Puts a whole element into the one around it; answers with it if there is none.
fn close(open: &mut [Element], element: Element) -> Option<Element> {
    match open.last_mut() {
        Some(outer) => {
            outer.children.push(element);
            None
        }
        None => Some(element),
    }
}

fn add(open: &mut [Element], text: &str) -> Result<(), Wrong> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(Wrong::Syntax),
    }
    Ok(())
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, Wrong> {
    if let Some(c) = reference.resolve_char_ref().map_err(|_| Wrong::Syntax)? {
        return Ok(c.to_string());
    }
    resolve_predefined_entity(reference).map(str::to_owned).ok_or(Wrong::Syntax)
}
