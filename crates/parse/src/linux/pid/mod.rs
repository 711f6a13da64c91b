//! What Linux says of one process, under `/proc/<pid>`.

pub mod cgroup;
pub mod cmdline;
pub mod environ;
pub mod fdinfo;
pub mod io;
pub mod limits;
pub mod maps;
pub mod privileges;
pub mod schedstat;
pub mod smaps;
pub mod stat;
pub mod statm;
pub mod status;
