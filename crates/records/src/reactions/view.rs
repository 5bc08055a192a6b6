//! Small views of records: the few fields that a reaction reads, typed.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use zhijian_kinds::intake::get_path;

/// A field of a document; its empty value when it is absent or of another type.
pub(crate) fn read<T: DeserializeOwned + Default>(document: &Map<String, Value>, path: &str) -> T {
    get_path(document, path).and_then(|v| T::deserialize(v).ok()).unwrap_or_default()
}

/// Defines a view: `view!(/** doc */ Name { field: Type = "path.in.the.document", … })`.
macro_rules! view {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $ty:ty = $path:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        struct $name { $($field: $ty),* }

        impl $name {
            const FIELDS: &'static [&'static str] = &[$($path),*];

            fn of(document: &serde_json::Map<String, serde_json::Value>) -> Self {
                Self { $($field: $crate::reactions::view::read(document, $path)),* }
            }
        }
    };
}
pub(crate) use view;
