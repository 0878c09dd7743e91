#!/usr/bin/env bash
# Runs the program for aarch64 as if it were the one of this machine.
exec qemu-aarch64 -L "${QEMU_SYSROOT:-/usr/aarch64-linux-gnu}" "${NEXFLOW_AARCH64:-$(dirname "$0")/../../target/dist/linux-arm64/nexflow-lsp}" "$@"
