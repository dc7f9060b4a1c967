#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| callout_fuzz::targets::run("readydesk", input));
