//! What only Windows has.

pub mod services;
