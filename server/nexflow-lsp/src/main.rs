//! `nexflow-lsp`: language server and command line checker for Nexflow L5 infrastructure documents.

fn main() -> ! {
    std::process::exit(nexflow_lsp::cli::main())
}
