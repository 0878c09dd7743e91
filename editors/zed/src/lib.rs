//! Starts the language server of Nexflow infrastructure documents in Zed.

use zed_extension_api::{self as zed, settings::LspSettings, Command, LanguageServerId, Result, Worktree};

struct Nexflow;

impl zed::Extension for Nexflow {
    fn new() -> Self {
        Nexflow
    }

    /// The program that the settings name, else `nexflow-lsp` on the PATH.
    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let binary = LspSettings::for_worktree(id.as_ref(), worktree).ok().and_then(|settings| settings.binary);
        let named = binary.as_ref().and_then(|binary| binary.path.clone());
        let command = named.or_else(|| worktree.which("nexflow-lsp")).ok_or(
            "nexflow-lsp is not on the PATH; install it, or name it in lsp.nexflow-lsp.binary.path of the settings",
        )?;
        let args = binary.and_then(|binary| binary.arguments).unwrap_or_else(|| vec!["--stdio".into()]);
        Ok(Command { command, args, env: worktree.shell_env() })
    }

    /// What the server asks for with `workspace/configuration`.
    fn language_server_workspace_configuration(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<zed::serde_json::Value>> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree)?.settings.unwrap_or_default();
        Ok(Some(zed::serde_json::json!({ "nexflow": { "infra": settings } })))
    }
}

zed::register_extension!(Nexflow);
