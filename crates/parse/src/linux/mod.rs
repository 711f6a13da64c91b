//! What Linux says under `/proc` and `/sys`, and in its netlink and system-call answers: one file per kernel file.

pub mod meminfo;
pub mod pid;
pub mod vmstat;
pub mod zoneinfo;

use crate::Decoder;

macro_rules! decoders {
    ($($name:literal => $decode:expr),* $(,)?) => {
        &[$(Decoder {
            name: concat!("linux/", $name),
            run: |bytes| {
                std::hint::black_box($decode(bytes));
            },
        }),*]
    };
}

/// Every decoder of this kernel.
pub const ALL: &[Decoder] = decoders! {
    "meminfo" => meminfo::meminfo,
    "pid/stat" => pid::stat::stat,
    "vmstat" => vmstat::vmstat,
    "zoneinfo" => zoneinfo::zoneinfo,
};
