//! Temperatures, fans, batteries and power supplies.
