//! Changing an example document, for tests that make one thing of it wrong.

use serde_json::Value;

/// The document with values changed, each by JSON pointer to an object's key.
pub fn changed(mut document: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        document.pointer_mut(parent).expect("the parent")[key] = value.clone();
    }
    document
}
