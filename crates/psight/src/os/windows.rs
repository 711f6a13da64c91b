//! What only Windows has.

pub mod load;
pub mod privilege;
pub mod services;
