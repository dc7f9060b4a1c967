//! The words of `callout schema`.

use clap::ValueEnum;

use crate::render::Published;

/// A schema, by the name of its file in the folder `schemas`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// What you write: manifests and callout.yaml.
    #[default]
    Callout,
    /// The file that plan --out writes.
    Plan,
    /// What plan, show and settle print with --format json.
    PlanOutput,
    /// What validate prints with --format json.
    ValidateOutput,
    /// Each line that apply prints with --log-format json.
    ApplyEvents,
}

impl From<Which> for Published {
    fn from(which: Which) -> Self {
        match which {
            Which::Callout => Self::Manifests,
            Which::Plan => Self::Plan,
            Which::PlanOutput => Self::PlanOutput,
            Which::ValidateOutput => Self::ValidateOutput,
            Which::ApplyEvents => Self::ApplyEvents,
        }
    }
}
