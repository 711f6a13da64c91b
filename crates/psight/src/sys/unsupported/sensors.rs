//! Sensors, refused.
