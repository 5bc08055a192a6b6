//! Which fields of one record a caller sees, and which in clear.

use serde_json::{Map, Value};
use std::sync::Arc;
use zhijian_kinds::access::View;
use zhijian_kinds::{Kind, Problem};

/// What is seen of a record.
#[derive(Debug, Clone, Default)]
pub struct Sight {
    views: Vec<(Arc<View>, bool)>,
}

impl Sight {
    /// The union of views, each with whether private fields may be revealed in it.
    pub fn new<'a>(views: impl Iterator<Item = (&'a Arc<View>, bool)>) -> Self {
        let mut all: Vec<(Arc<View>, bool)> = views.map(|(view, reveal)| (Arc::clone(view), reveal)).collect();
        // The usual case, and then nothing has to be looked at field by field.
        if let Some(whole) = all.iter().find(|(view, reveal)| view.is_whole() && *reveal).cloned() {
            all = vec![whole];
        }
        Self { views: all }
    }

    /// Everything, private fields in clear: the platform's own steps.
    #[must_use]
    pub fn whole() -> Self {
        Self { views: vec![(Arc::new(View::whole()), true)] }
    }

    /// Is nothing hidden?
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.views.iter().any(|(view, _)| view.is_whole())
    }

    /// Is the field seen (private ones at least masked)?
    #[must_use]
    pub fn shows(&self, path: &str) -> bool {
        self.views.iter().any(|(view, _)| view.shows(path))
    }

    /// May the private field be seen in clear?
    #[must_use]
    pub fn clears(&self, path: &str) -> bool {
        self.views.iter().any(|(view, reveal)| *reveal && view.shows(path) && !view.masks(path))
    }

    /// Does the field stay masked, private or not?
    #[must_use]
    pub fn masks(&self, path: &str) -> bool {
        self.views.iter().all(|(view, _)| view.masks(path) || !view.shows(path))
    }

    /// May any private field be seen in clear?
    #[must_use]
    pub fn reveals(&self) -> bool {
        self.views.iter().any(|(_, reveal)| *reveal)
    }

    /// Fields of the kind that are not seen.
    #[must_use]
    pub fn hidden(&self, kind: &Kind) -> Vec<String> {
        if self.is_whole() {
            return Vec::new();
        }
        kind.fields.iter().map(|f| &f.path).chain(kind.refs.keys()).filter(|path| !self.shows(path)).cloned().collect()
    }

    /// Takes what is not seen out of a document.
    pub fn strip(&self, kind: &Kind, data: &mut Map<String, Value>) {
        match self.views.as_slice() {
            _ if self.is_whole() => {}
            [(view, _)] => view.strip(data),
            _ => self.merged(kind).strip(data),
        }
    }

    fn merged(&self, kind: &Kind) -> View {
        View::hiding(self.hidden(kind))
    }

    /// Problems of a write, said without what is not seen.
    pub fn conceal(&self, problems: &mut [Problem]) {
        if self.is_whole() {
            return;
        }
        for problem in problems {
            let about = problem.related.iter().chain(std::iter::once(&problem.field));
            if about.filter(|f| !f.is_empty()).any(|field| !self.shows(field)) {
                problem.found.clear();
                problem.field.clear();
                problem.related.clear();
                problem.message = "记录中有您无权查看的内容不符合要求，请联系该记录的填报单位".into();
            }
        }
    }
}
