"""Drives real editors against the language server."""
