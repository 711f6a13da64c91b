//! File systems and disks, refused.
