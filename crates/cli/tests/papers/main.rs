//! Pages of `docs/` that speak of tests, held against the tree.

mod requirements;
mod security;
mod tree;
