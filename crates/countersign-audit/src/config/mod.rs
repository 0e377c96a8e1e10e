//! x
mod toml;
pub(crate) use toml::parse as parse_toml;
