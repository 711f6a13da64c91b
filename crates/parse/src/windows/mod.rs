//! What Windows fills when it is asked: one file per structure of its kernel.
//!
//! Numbers have the lowest byte first, on every processor that Windows runs on, and stand where a 64-bit Windows has them.
//! Text is UTF-16 that need not be valid. Where a structure holds the address of a text in the same answer, the decoder is
//! told the address of the answer's first byte.

pub mod command_line;
pub mod disk_performance;
pub mod environment;
mod fields;
pub mod io_counters;
pub mod ip_forward_table;
pub mod kernel_user_times;
pub mod logical_processor_information;
pub mod peb;
pub mod process_basic_information;
pub mod processor_power_information;
pub mod sid;
pub mod system_handle_information;
pub mod system_interrupt_information;
pub mod system_page_file_information;
pub mod system_performance_information;
pub mod system_power_status;
pub mod system_process_information;
pub mod system_processor_performance_information;
pub mod system_time_of_day_information;
pub mod tcp_table;
pub mod udp_table;
pub mod unicode_string;
pub mod vm_counters;
pub mod working_set;

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
    "system_power_status" => system_power_status::system_power_status,
    "system_process_information" => |bytes| system_process_information::system_processes(bytes, 0)
        .flatten().map(|process| process.context_switches()).max(),
    "system_thread" => system_process_information::system_thread,
    "unicode_string" => |bytes| unicode_string::unicode_string(bytes, Width::Wide),
    "unicode_string/text" => |bytes| unicode_string::text(bytes, 0),
    "logical_processor_information" => logical_processor_information::core_count,
    "logical_processor_information/groups" => logical_processor_information::groups,
    "processor_power_information" => processor_power_information::processor_power,
    "system_interrupt_information" => system_interrupt_information::dpc_count,
    "system_page_file_information" => system_page_file_information::page_files,
    "system_performance_information" => system_performance_information::performance,
    "system_processor_performance_information" =>
        system_processor_performance_information::processor_performance,
    "system_time_of_day_information" => system_time_of_day_information::boot_time,
    "disk_performance" => disk_performance::disk_performance,
    "ip_forward_table" => ip_forward_table::ip_forward_table,
    "tcp6_table" => tcp_table::tcp6_table,
    "tcp_table" => tcp_table::tcp_table,
    "udp6_table" => udp_table::udp6_table,
    "udp_table" => udp_table::udp_table,
    "system_handle_information" => |bytes| system_handle_information::system_handles(bytes)
        .map(Iterator::count),
    "working_set" => |bytes| working_set::working_set(bytes).map(Iterator::count),
    "vm_counters" => vm_counters::vm_counters,
};
