//! The program over the threads of a process.

use psight_parse::linux::bpf::thread::{LENGTH, NAME_PLACE, Slot, THREAD};

use super::code::Reg;
use super::kernel::{self, Kernel};
use super::program::Program;
use super::writer::Writer;
use crate::Result;

/// Writes and loads the program.
pub(super) fn load() -> Result<Program> {
    let types = kernel::types()?;
    let kernel = Kernel::new(&types)?;
    let mut writer = Writer::new(&kernel)?;
    writer.record_on_stack(LENGTH)?;
    let numbers = [
        (Slot::Pid, "pid"),
        (Slot::Flags, "flags"),
        (Slot::State, "__state"),
        (Slot::ExitState, "exit_state"),
        (Slot::Cpu, "thread_info.cpu"),
        (Slot::Utime, "utime"),
        (Slot::Stime, "stime"),
    ];
    for (slot, path) in numbers {
        writer.copy(slot.place(), Reg::R6, "task_struct", path)?;
    }
    let scaling = [
        (Slot::Runtime, "se.sum_exec_runtime"),
        (Slot::PrevUtime, "prev_cputime.utime"),
        (Slot::PrevStime, "prev_cputime.stime"),
    ];
    // Kernels that measure user and system time and do not sample them scale nothing.
    let is_scaled = kernel.place("task_struct", "prev_cputime.utime").is_ok();
    for (slot, path) in scaling {
        if is_scaled {
            writer.copy(slot.place(), Reg::R6, "task_struct", path)?;
        } else {
            writer.put_number(slot.place(), 0)?;
        }
    }
    writer.name(NAME_PLACE)?;
    writer.write(THREAD, LENGTH)?;
    Program::load(&writer.finish()?, false, kernel.function("bpf_iter_task")?)
}
