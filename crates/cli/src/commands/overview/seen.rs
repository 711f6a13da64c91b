//! What the overview remembers from one picture to the next.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Instant;

use psight::cpu::CpuSample;
use psight::net::NetIo;
use psight::table::Scanner;

/// What was seen at one moment, to be compared with the next: that of the same picture, or that of the next picture where
/// it is shown again and again.
pub(crate) struct Seen {
    pub(super) scanner: Option<Scanner>,
    /// `None` of a captured machine, where nothing moves.
    pub(super) cpu: Option<CpuSample>,
    /// What interfaces had carried. Of no use before the next picture: the span within the first one is too short.
    pub(super) carried: Option<BTreeMap<OsString, NetIo>>,
    pub(super) at: Instant,
}
