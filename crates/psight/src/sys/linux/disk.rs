//! File systems and disks.
