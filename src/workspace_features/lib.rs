//! One set of features for every dependency of the workspace: see `Cargo.toml`. There is no code.
