//! Snapshots of commands, without what differs from run to run.

/// Texts that differ, as regular expressions, and what stands for them.
pub const DIFFERENT: [(&str, &str); 8] = [
    (r"(s3|az|gs)://b[0-9a-f]{32}", "$1://[bucket]"),
    (r"/[^\s`]*/p{8,}[0-9A-Za-z]{6}", "[folder]"),
    (r"(127\.0\.0\.1|localhost):\d+", "127.0.0.1:[port]"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[lineage]"),
    (r"co-[a-z0-9]{8}\b", "[mark]"),
    (r"[0-9a-f]{64}", "[digest]"),
    (r"payload [0-9a-f]+", "payload [digest]"),
    (r"process \d+", "process [pid]"),
];

/// Compares what a command showed.
macro_rules! shows {
    ($ran:expr, @$expected:literal) => {
        insta::with_settings!({filters => $crate::shown::DIFFERENT, omit_expression => true}, {
            insta::assert_snapshot!($ran.to_string(), @$expected);
        })
    };
}
pub(crate) use shows;
