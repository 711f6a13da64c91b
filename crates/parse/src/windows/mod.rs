//! What Windows fills when it is asked: one file per structure of its kernel.
//!
//! Numbers have the lowest byte first, on every processor that Windows runs on, and stand where a 64-bit Windows has them.
//! Text is UTF-16 that need not be valid. Where a structure holds the address of a text in the same answer, the decoder is
//! told the address of the answer's first byte.

pub mod command_line;
pub mod environment;
mod fields;
pub mod io_counters;
pub mod kernel_user_times;
pub mod peb;
pub mod process_basic_information;
pub mod sid;
pub mod system_process_information;
pub mod unicode_string;
pub mod vm_counters;

pub use fields::Width;

use crate::Decoder;

macro_rules! decoders {
    ($($name:literal => $decode:expr),* $(,)?) => {
        &[$(Decoder {
            name: concat!("windows/", $name),
            run: |bytes| {
                let _ = std::hint::black_box($decode(bytes));
            },
        }),*]
    };
}

/// Every decoder of this kernel.
pub const ALL: &[Decoder] = decoders! {
    "command_line" => command_line::command_line,
    "environment" => environment::environment,
    "io_counters" => io_counters::io_counters,
    "kernel_user_times" => kernel_user_times::kernel_user_times,
    "peb/process_parameters" => |bytes| peb::process_parameters(bytes, Width::Wide),
    "peb/process_parameters_32" => |bytes| peb::process_parameters(bytes, Width::Narrow),
    "peb/process_parameters_address" => |bytes| peb::process_parameters_address(bytes, Width::Wide),
    "process_basic_information" => process_basic_information::process_basic_information,
    "sid" => sid::sid,
    "system_process_information" => |bytes| system_process_information::system_processes(bytes, 0)
        .flatten().map(|process| process.context_switches()).max(),
    "system_thread" => system_process_information::system_thread,
    "unicode_string" => |bytes| unicode_string::unicode_string(bytes, Width::Wide),
    "unicode_string/text" => |bytes| unicode_string::text(bytes, 0),
    "vm_counters" => vm_counters::vm_counters,
};
