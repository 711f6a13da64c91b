//! What only Windows has.

pub mod load;
pub mod services;
