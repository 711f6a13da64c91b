//! What only Windows has.

pub mod load;
pub mod memory;
pub mod privilege;
pub mod services;
