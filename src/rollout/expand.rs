//! From a rollout to the documents of its sites.
//!
//! Owns the order: the list, `where`, the waves, the overrides, the template, then each site's document. Refuses to give some of the
//! tickets of a rollout whose frame is broken.

use std::collections::{BTreeMap, HashSet};

use minijinja::{Environment, Expression};

use super::fill;
use super::language::{environment, unreadable};
use super::mistakes::Mistakes;
use super::schedule::{self, Schedule};
use super::scope::Scope;
use super::sites::{self, Site, Sites};
use super::template::{Compiler, Filled, evaluate};
use super::waves::{Member, Waves, specs, terms};
use crate::diagnostics::Diagnostic;
use crate::expression::inside;
use crate::manifest::{Content, Entry, Made, Node, Rollout, Span, Style};
use crate::systems::envelope::API_VERSION;
use crate::systems::{by_kind, nearest};

/// Makes the documents of a rollout's sites.
pub fn expand(rollout: &Rollout) -> Made {
    let made = made(rollout).unwrap_or_else(|diagnostics| Made { diagnostics, incomplete: true, ..Made::default() });
    Made { terms: terms(rollout), ..made }
}

fn made(rollout: &Rollout) -> Result<Made, Vec<Diagnostic>> {
    let Some(system) = by_kind(rollout.kind()) else { return Ok(Made::default()) };
    with_recipe(rollout, |recipe, chosen| Ok(fill::documents(recipe, chosen, system)))
}

/// Compiles a rollout, and hands it on with the sites that take part.
pub(super) fn with_recipe<T>(
    rollout: &Rollout,
    cook: impl FnOnce(&Recipe<'_>, &[Member<'_>]) -> Result<T, Vec<Diagnostic>>,
) -> Result<T, Vec<Diagnostic>> {
    let sites = sites::read(rollout)?;
    let environment = environment().map_err(|bug| vec![*bug])?;
    let template = template(rollout);
    let (schedule, mut mistakes) = match Schedule::read(rollout, &sites.columns) {
        Ok(schedule) => (schedule, Vec::new()),
        Err(mistakes) => (None, mistakes),
    };
    let ingredients = Ingredients { rollout, template: &template, environment: &environment, sites: &sites, schedule };
    let recipe = match Recipe::compile(ingredients) {
        Ok(recipe) if mistakes.is_empty() => recipe,
        compiled => {
            mistakes.extend(compiled.err().into_iter().flatten());
            return Err(mistakes);
        }
    };
    let chosen = recipe.chosen()?;
    cook(&recipe, &chosen)
}

/// The document that every site gets: the template under its version, over the rollout's labels and the project's defaults.
fn template(rollout: &Rollout) -> Node<'_> {
    let (found, _) = rollout.node.find("/spec/template");
    let mut document = found.node.reborrowed();
    let version = Node { span: found.node.span, content: Content::Scalar(API_VERSION.into(), Style::Text) };
    if let Content::Map(entries) = &mut document.content {
        entries.insert(0, Entry { key: "apiVersion".into(), key_span: found.span(), value: version });
    }
    if let (labels, true) = rollout.node.find("/metadata/labels") {
        let inner = Entry { key: "labels".into(), key_span: labels.span(), value: labels.node.reborrowed() };
        let metadata = Node { span: labels.node.span, content: Content::Map(vec![inner]) };
        let outer = Entry { key: "metadata".into(), key_span: labels.span(), value: metadata };
        document.merge_under(&Node { span: found.node.span, content: Content::Map(vec![outer]) });
    }
    if let Some(defaults) = &rollout.defaults {
        document.merge_under(defaults);
    }
    document
}

/// A rollout, compiled.
pub(super) struct Recipe<'t> {
    pub rollout: &'t Rollout,
    pub sites: &'t Sites,
    pub schedule: Option<Schedule>,
    /// The time zone of a visit.
    pub zone: Option<Filled<'t>>,
    condition: Option<Expression<'t, 't>>,
    waves: Waves<'t>,
    template: Filled<'t>,
    /// By the site's key.
    overrides: BTreeMap<&'t str, Filled<'t>>,
}

/// What a recipe is made of.
struct Ingredients<'t> {
    rollout: &'t Rollout,
    template: &'t Node<'t>,
    environment: &'t Environment<'t>,
    sites: &'t Sites,
    schedule: Option<Schedule>,
}

impl<'t> Recipe<'t> {
    fn compile(ingredients: Ingredients<'t>) -> Result<Self, Vec<Diagnostic>> {
        let Ingredients { rollout, template, environment, sites, schedule } = ingredients;
        let file = rollout.node.span.file;
        let mut compiler = Compiler { environment, columns: &sites.columns, visit: false, wave: false, file, mistakes: Vec::new() };
        let pointer = "/spec/sites/where";
        let condition = rollout.spec.sites.condition.as_deref().and_then(|text| condition(rollout, pointer, text, &mut compiler));
        let waves = Waves::compile(rollout, &mut compiler);
        // Its rules may be broken; then the expressions are looked at all the same.
        let is_scheduled = rollout.spec.schedule.is_some();
        let zone = is_scheduled.then(|| compiler.compile(rollout.node.find("/spec/schedule/timezone").0.node));
        compiler.visit = is_scheduled;
        compiler.wave = !specs(rollout).is_empty();
        let template = compiler.compile(template);
        let mut overrides = BTreeMap::new();
        if let (exceptions, true) = rollout.node.find("/spec/overrides") {
            let keys: HashSet<&str> = sites.all.iter().map(|site| site.key.as_str()).collect();
            for entry in exceptions.node.entries() {
                let is_unknown = !keys.contains(&*entry.key);
                compiler.mistakes.extend(is_unknown.then(|| (unknown_site(entry, sites), entry.key_span)));
                overrides.insert(&*entry.key, compiler.compile(&entry.value));
            }
        }
        if compiler.mistakes.is_empty() {
            return Ok(Self { rollout, sites, schedule, zone, condition, waves, template, overrides });
        }
        Err(compiler.mistakes.into_iter().map(|(wrong, span)| rollout.at(wrong, span)).collect())
    }

    /// The sites that take part.
    fn chosen(&self) -> Result<Vec<Member<'t>>, Vec<Diagnostic>> {
        let alone = |site| Member { site, wave: None };
        self.waves.share_out(self.taking_part()?, |site| self.scope(alone(site), None))
    }

    fn taking_part(&self) -> Result<Vec<&'t Site>, Vec<Diagnostic>> {
        let sites = self.sites;
        let Some(condition) = &self.condition else { return Ok(sites.all.iter().collect()) };
        let mut mistakes = Mistakes::default();
        let mut chosen = Vec::new();
        for site in &sites.all {
            let scope = self.scope(Member { site, wave: None }, None);
            match evaluate(condition, &scope).and_then(|value| truth(&value)) {
                Ok(true) => chosen.push(site),
                Ok(false) => {}
                Err(wrong) => mistakes.add(site, self.rollout.tell(wrong, "/spec/sites/where")),
            }
        }
        let told = mistakes.told(&self.rollout.name, sites.all.len());
        if !told.is_empty() {
            return Err(told);
        }
        if chosen.is_empty() {
            let message = format!("`where` chooses none of the {} sites", sites.all.len());
            let help = "Compare it with the list. To end a rollout, remove this document.";
            return Err(vec![self.rollout.tell(Diagnostic::error("rollout/where", message).help(help), "/spec/sites/where")]);
        }
        Ok(chosen)
    }

    pub fn scope(&self, member: Member<'_>, visit: Option<&schedule::Visit>) -> Scope {
        Scope::new(&self.rollout.name, member, &self.sites.columns, visit)
    }

    /// Which visit of a site the template asks for, before its date is known.
    pub fn reissue(&self, member: Member<'_>) -> Result<u32, Diagnostic> {
        let found = self.text(member.site, &self.scope(member, None), &["lifecycle", "reissue"])?;
        let Some((text, span)) = found else { return Ok(0) };
        text.parse().map_err(|_| {
            let message = format!("lifecycle.reissue is `{text}`, which is no number of a visit");
            self.rollout.at(Diagnostic::error("rollout/reissue", message).help("0 is the first visit, 1 the next one."), span)
        })
    }

    /// One text of a site's document, before that is judged; `None` where there is none, or nothing in it.
    pub fn text(&self, site: &Site, scope: &Scope, keys: &[&str]) -> Result<Option<(String, Span)>, Diagnostic> {
        let mut wrong = Vec::new();
        let exception = self.overrides.get(site.key.as_str()).and_then(|own| own.text_at(keys, scope, &mut wrong));
        let found = exception.or_else(|| self.template.text_at(keys, scope, &mut wrong));
        wrong.pop().map_or(Ok(found), |(wrong, span)| Err(self.rollout.at(wrong, span)))
    }

    /// What a site's document says.
    pub fn document(&self, site: &Site, scope: &Scope, wrong: &mut Vec<(Diagnostic, Span)>) -> Node<'t> {
        let mut document = self.template.fill(scope, wrong);
        if let Some(exception) = self.overrides.get(site.key.as_str()) {
            document.merge_over(exception.fill(scope, wrong));
        }
        document
    }
}

/// `where`, compiled. It is an expression by itself, without `${{`.
pub(super) fn condition<'t>(rollout: &Rollout, pointer: &str, text: &'t str, compiler: &mut Compiler<'t>) -> Option<Expression<'t, 't>> {
    let span = rollout.node.span_of(pointer);
    if inside(text).is_some() {
        let message = "`where` is an expression already";
        let wrong = Diagnostic::error("rollout/where", message).help("Write it without `${{` and `}}`.");
        compiler.mistakes.push((wrong, span));
        return None;
    }
    let expression = compiler.expression(text, span);
    expression.map_err(|error| compiler.mistakes.push((unreadable(&error).help("For example: site.region == \"northeast\""), span))).ok()
}

/// Any text is true to Jinja, also `FALSE` and `no`; so only a comparison decides.
pub(super) fn truth(value: &minijinja::Value) -> Result<bool, Diagnostic> {
    if value.kind() == minijinja::value::ValueKind::Bool {
        return Ok(value.is_true());
    }
    let message = format!("`where` gives `{value}`, which is neither true nor false");
    Err(Diagnostic::error("rollout/where", message).help("Compare the column with a text: site.pilot == \"yes\""))
}

fn unknown_site(entry: &Entry<'_>, sites: &Sites) -> Diagnostic {
    let otherwise = || "An override belongs to a site of the list, by its key. Remove it, or put the site back.".to_owned();
    let near = nearest(&entry.key, sites.all.iter().map(|site| site.key.as_str()));
    let help = near.map_or_else(otherwise, |near| format!("Did you mean `{near}`?"));
    Diagnostic::error("rollout/overrides", format!("no site has the key `{}`", entry.key)).help(help)
}
