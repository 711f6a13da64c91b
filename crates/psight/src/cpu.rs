//! The processors: times, utilisation, counts, statistics, frequency, load.
