//! Rules, files and days.
