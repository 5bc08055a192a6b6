//! One operation of the API: what router and documentation both need, said once.

use super::given::strict;
use crate::app::App;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use std::sync::Arc;
use zhijian_records::access::Wish;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, also before signing in.
    Anyone,
    /// Everybody who is signed in.
    Signed,
    /// The roles that the kind names for this wish.
    Kind(Wish),
    /// Accounts with a region of duty: their own region and below.
    Region,
    /// One role.
    Role(&'static str),
}

/// What a parameter may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Text.
    Text,
    /// Whole number between two bounds.
    Number(i64, i64),
    /// Day, `2020-12-31`.
    Day,
    /// Day or instant with offset, `2020-12-31T08:00:00+08:00`.
    Moment,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// A query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Name.
    pub name: &'static str,
    /// What it may hold.
    pub holds: Holds,
    /// Explanation.
    pub help: &'static str,
    /// Must be given.
    pub required: bool,
}

impl Param {
    /// An optional parameter.
    #[must_use]
    pub const fn new(name: &'static str, holds: Holds, help: &'static str) -> Self {
        Self { name, holds, help, required: false }
    }

    /// A parameter that must be given.
    #[must_use]
    pub const fn needed(name: &'static str, holds: Holds, help: &'static str) -> Self {
        Self { name, holds, help, required: true }
    }
}

/// What an operation answers.
#[derive(Debug, Clone, Copy)]
pub struct Success {
    /// Status.
    pub status: u16,
    /// Schema in the components; `{kind}` in it stands for the kind. Empty: no body.
    pub schema: &'static str,
    /// Further media types beside JSON.
    pub also: &'static [&'static str],
}

/// What is known of an operation.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Method, lower case.
    pub method: &'static str,
    /// Path below `/api/v1`.
    pub path: &'static str,
    /// Name, unique.
    pub id: &'static str,
    /// Heading under which it is listed.
    pub tag: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Scope that a token needs; empty: no token may, only somebody signed in.
    pub scope: &'static str,
    /// Query parameters; others are refused.
    pub query: Vec<Param>,
    /// Fields of the kind are query parameters too.
    pub fields: bool,
    /// `If-Match` must name the revision that was seen.
    pub if_match: bool,
    /// `Idempotency-Key` makes repeating safe.
    pub idempotent: bool,
    /// Schema of the body; `{kind}` in it stands for the kind. Empty: none.
    pub body: &'static str,
    /// Answer.
    pub success: Success,
    /// Failures besides those that every operation can have.
    pub failures: Vec<&'static str>,
}

/// A specification with its handler.
#[derive(Debug, Clone)]
pub struct Operation {
    /// What is known.
    pub spec: Spec,
    route: MethodRouter<App>,
}

fn operation<H, T>(filter: MethodFilter, method: &'static str, path: &'static str, handler: H) -> Operation
where
    H: Handler<T, App>,
    T: 'static,
{
    let spec = Spec {
        method,
        path,
        id: "",
        tag: "",
        summary: "",
        access: Access::Signed,
        scope: if method == "get" { "read" } else { "write" },
        query: Vec::new(),
        fields: false,
        if_match: false,
        idempotent: false,
        body: "",
        success: Success { status: 200, schema: "", also: &[] },
        failures: Vec::new(),
    };
    Operation { spec, route: on(filter, handler) }
}

/// A reading operation.
pub fn get<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Operation {
    operation(MethodFilter::GET, "get", path, handler)
}

/// An operation that makes or starts something.
pub fn post<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Operation {
    operation(MethodFilter::POST, "post", path, handler)
}

/// An operation that replaces something.
pub fn put<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Operation {
    operation(MethodFilter::PUT, "put", path, handler)
}

/// An operation that changes parts of something.
pub fn patch<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Operation {
    operation(MethodFilter::PATCH, "patch", path, handler)
}

/// An operation that takes something away.
pub fn delete<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Operation {
    operation(MethodFilter::DELETE, "delete", path, handler)
}

impl Operation {
    /// Name, heading and one line.
    #[must_use]
    pub fn named(mut self, id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        (self.spec.id, self.spec.tag, self.spec.summary) = (id, tag, summary);
        self
    }

    /// Who may call it.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.spec.access = access;
        self
    }

    /// Scope that a token needs.
    #[must_use]
    pub fn scope(mut self, scope: &'static str) -> Self {
        self.spec.scope = scope;
        self
    }

    /// Query parameters.
    #[must_use]
    pub fn query(mut self, params: &[Param]) -> Self {
        self.spec.query.extend_from_slice(params);
        self
    }

    /// Fields of the kind are query parameters.
    #[must_use]
    pub fn fields(mut self) -> Self {
        self.spec.fields = true;
        self
    }

    /// Schema of the body.
    #[must_use]
    pub fn body(mut self, schema: &'static str) -> Self {
        self.spec.body = schema;
        self.fails(&["not-json", "too-large", "invalid"])
    }

    /// Needs the revision that was seen.
    #[must_use]
    pub fn if_match(mut self) -> Self {
        self.spec.if_match = true;
        self.fails(&["revision-needed", "stale"])
    }

    /// May be repeated with the same key.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.spec.idempotent = true;
        self.fails(&["key-reused"])
    }

    /// What it answers.
    #[must_use]
    pub fn gives(mut self, status: u16, schema: &'static str) -> Self {
        (self.spec.success.status, self.spec.success.schema) = (status, schema);
        self
    }

    /// Media types that it can give beside JSON.
    #[must_use]
    pub fn also(mut self, media: &'static [&'static str]) -> Self {
        self.spec.success.also = media;
        self
    }

    /// Failures of its own.
    #[must_use]
    pub fn fails(mut self, kinds: &[&'static str]) -> Self {
        self.spec.failures.extend_from_slice(kinds);
        self
    }

    /// The route, with the check of parameters in front of the handler.
    pub(super) fn into_route(self) -> (&'static str, MethodRouter<App>) {
        let path = self.spec.path;
        let spec = Arc::new(self.spec);
        let check = axum::middleware::from_fn(move |request, next| strict(Arc::clone(&spec), request, next));
        (path, self.route.route_layer(check))
    }
}
