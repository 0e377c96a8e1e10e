//! stub
use super::*;
/// Size limits.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// quota
    pub quota: usize,
}
/// stub
pub fn validate(_d: &PolicyDocument, _t: &str, _l: Limits) -> Vec<Problem> {
    vec![]
}
