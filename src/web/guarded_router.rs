//! A router that takes no route without its access rule.

use crate::access::{Access, Route};
use crate::state::AppState;
use axum::Router;
use axum::handler::Handler;
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// Handlers, their description (OpenAPI) and the access that each needs.
pub(crate) struct GuardedRouter {
    router: OpenApiRouter<AppState>,
    routes: Vec<Route>,
    /// Name and schema of every type that a route mentions.
    #[cfg(test)]
    schemas: Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
}

impl GuardedRouter {
    /// An empty router; `description` holds everything of the OpenAPI document but the routes.
    pub(crate) fn new(description: OpenApi) -> Self {
        Self {
            router: OpenApiRouter::with_openapi(description),
            routes: Vec::new(),
            #[cfg(test)]
            schemas: Vec::new(),
        }
    }

    /// Adds handlers of one path that `#[utoipa::path]` describes: methods and path are those of the description.
    pub(crate) fn api(mut self, access: Access, handlers: UtoipaMethodRouter<AppState>) -> Self {
        for (path, item) in &handlers.1.paths {
            self.routes.extend(methods(item).map(|method| Route { method, path: path.clone(), access }));
        }
        #[cfg(test)]
        self.schemas.extend(handlers.0.iter().cloned());
        self.router = self.router.routes(handlers);
        self
    }

    /// Adds a handler for GET that is no part of the API: a page, a file, a probe.
    pub(crate) fn page<H, T>(mut self, access: Access, path: &str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.routes.push(Route { method: "GET", path: path.to_owned(), access });
        self.router = self.router.route(path, get(handler));
        self
    }

    /// Adds all routes of another router.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.routes.extend(other.routes);
        #[cfg(test)]
        self.schemas.extend(other.schemas);
        self
    }

    /// The router, the description of its API, and its routes.
    pub(crate) fn split_for_parts(self) -> (Router<AppState>, OpenApi, Vec<Route>) {
        let (router, description) = self.router.split_for_parts();
        (router, description, self.routes)
    }
}

/// Methods that a path takes.
fn methods(item: &PathItem) -> impl Iterator<Item = &'static str> {
    [
        ("GET", &item.get),
        ("HEAD", &item.head),
        ("OPTIONS", &item.options),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_ref().map(|_| method))
}

#[cfg(test)]
mod tests {
    use crate::api;
    use std::collections::BTreeMap;

    #[test]
    fn no_two_types_share_a_schema_name() {
        let mut by_name = BTreeMap::new();
        for (name, schema) in api::routes().merge(api::streaming_routes()).schemas {
            let first = by_name.entry(name.clone()).or_insert_with(|| schema.clone());
            assert!(*first == schema, "two types have the schema name {name}");
        }
        assert!(by_name.len() > 50, "{}", by_name.len());
    }
}
