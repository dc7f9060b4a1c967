//! The CI recipes of `examples/gitops`: linted, and their steps run in a repository that is thrown away.
//!
//! A step runs as its runner would run it: the script as it stands, with the variables that it names and nothing else. The ticket systems
//! are the sandbox's, the object storage is a stub, and so is the code host; `gh` and `docker` are scripts that speak to them.

mod github;
mod gitlab;
mod hooks;
mod hub;
mod lint;
mod pipeline;
mod terms;
mod workflow;
mod world;
