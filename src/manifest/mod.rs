//! YAML in.

pub mod compose;
pub mod near;
pub mod scalar;
pub mod shape;
pub mod syntax;
pub mod tree;
pub mod typed;
