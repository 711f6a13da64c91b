//! `KERNEL_USER_TIMES`: when a process began and ended, and its time on processors.

use super::fields::u64_at;
use crate::Error;

/// Moments are counted from 1601, and everything in units of 100 ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KernelUserTimes {
    /// When it began.
    pub create_time: u64,
    /// When it ended; 0 while it runs.
    pub exit_time: u64,
    /// Time in the kernel.
    pub kernel_time: u64,
    /// Time in its own code.
    pub user_time: u64,
}

/// How long the structure is.
pub const LENGTH: usize = 0x20;

/// Decodes the structure.
pub fn kernel_user_times(bytes: &[u8]) -> Result<KernelUserTimes, Error> {
    Ok(KernelUserTimes {
        create_time: u64_at(bytes, 0x00, "CreateTime")?,
        exit_time: u64_at(bytes, 0x08, "ExitTime")?,
        kernel_time: u64_at(bytes, 0x10, "KernelTime")?,
        user_time: u64_at(bytes, 0x18, "UserTime")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn the_kernels_time_comes_before_the_users() {
        let sample =
            Sample::new(LENGTH).u64(0, 134_396_866_551_923_520).u64(0x10, 300).u64(0x18, 200);
        let expected = KernelUserTimes {
            create_time: 134_396_866_551_923_520,
            exit_time: 0,
            kernel_time: 300,
            user_time: 200,
        };
        assert_eq!(kernel_user_times(&sample.0).unwrap(), expected);
    }
}
