//! stub
use crate::Result;
pub(crate) fn run(_arguments: &[String]) -> Result {
    Err("not there yet".to_owned())
}
