#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nexflow_robustness::targets::diagnostics::run(bytes));
