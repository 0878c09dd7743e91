//! `nexflow-lsp completions` and `nexflow-lsp man`: what shells and manuals know of the command line.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use crate::cli::{Arguments, output};

const NAME: &str = "nexflow-lsp";

/// Print completions for a shell
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp completions bash > ~/.local/share/bash-completion/completions/nexflow-lsp
  nexflow-lsp completions fish > ~/.config/fish/completions/nexflow-lsp.fish")]
pub(crate) struct Completions {
    /// Shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Print the manual page, or write those of all subcommands
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp man | man -l -
  nexflow-lsp man --to ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// Folder to write the pages of all subcommands to
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

/// Runs `completions`; the exit code of the process.
pub(crate) fn completions(arguments: &Completions) -> i32 {
    let mut out = Vec::new();
    let mut command = Arguments::command();
    if arguments.shell != Shell::Bash {
        clap_complete::generate(arguments.shell, &mut command, NAME, &mut out);
        return output::print(&String::from_utf8_lossy(&out));
    }
    // For a program with a hyphen in its name clap_complete writes two names for the same state, so that nothing is completed after
    // a subcommand. The script is made for a name without one; only its last lines say which program it is for.
    let plain = NAME.replace('-', "");
    clap_complete::generate(arguments.shell, &mut command, &plain, &mut out);
    let script = String::from_utf8_lossy(&out);
    let lines = script.split_inclusive('\n').map(|line| match line {
        line if line.trim_start().starts_with("complete ") => {
            line.replace(&format!(" {plain}\n"), &format!(" {NAME}\n"))
        }
        line => line.to_owned(),
    });
    output::print(&lines.collect::<String>())
}

/// Runs `man`; the exit code of the process.
pub(crate) fn man(arguments: &Man) -> i32 {
    let mut command = Arguments::command();
    command.build();
    let Some(folder) = &arguments.to else {
        let mut out = Vec::new();
        return match clap_mangen::Man::new(command).render(&mut out) {
            Ok(()) => output::print(&String::from_utf8_lossy(&out)),
            Err(error) => failed(Path::new(NAME), &error),
        };
    };
    match write_pages(folder, &command) {
        Ok(()) => 0,
        Err(error) => failed(folder, &error),
    }
}

fn write_pages(folder: &Path, command: &Command) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::Man::new(command.clone())
        .render(&mut fs::File::create(folder.join(format!("{NAME}.1")))?)?;
    let shown = |one: &&Command| !one.is_hide_set() && one.get_name() != "help";
    for one in command.get_subcommands().filter(shown) {
        let name: &'static str = format!("{NAME}-{}", one.get_name()).leak();
        let page = clap_mangen::Man::new(one.clone().name(name));
        page.render(&mut fs::File::create(folder.join(format!("{name}.1")))?)?;
    }
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> i32 {
    output::say_of(path, &error.to_string());
    2
}
