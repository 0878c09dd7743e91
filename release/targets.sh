# The systems that a release is for. Read with `source`, from the root of the repository.
#
# Name (as the extension marketplace of VS Code calls it, where it has a name), triple of Rust, what cargo-zigbuild takes ("-": cargo
# itself), the program that the build needs beside them, and the file.
TARGETS=(
  "linux-x64 x86_64-unknown-linux-gnu x86_64-unknown-linux-gnu.2.17 - nexflow-lsp"
  "linux-arm64 aarch64-unknown-linux-gnu aarch64-unknown-linux-gnu.2.17 - nexflow-lsp"
  "alpine-x64 x86_64-unknown-linux-musl - - nexflow-lsp"
  "win32-x64 x86_64-pc-windows-gnu - x86_64-w64-mingw32-gcc nexflow-lsp.exe"
  "darwin-arm64 aarch64-apple-darwin aarch64-apple-darwin - nexflow-lsp"
  "darwin-x64 x86_64-apple-darwin x86_64-apple-darwin - nexflow-lsp"
  "web wasm32-unknown-unknown - - nexflow_web.wasm"
)
# shellcheck disable=SC2034 # read by those that source this
DIST=target/dist

# The line of a target.
target() {
  local line
  for line in "${TARGETS[@]}"; do
    if [[ $line == "$1 "* ]]; then
      printf '%s\n' "$line"
      return
    fi
  done
  return 1
}
