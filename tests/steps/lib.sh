# What the steps share. Read with `source`, from the root of the repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Where cargo puts what it builds.
target_dir() {
  local target=${CARGO_TARGET_DIR:-target}
  [[ $target == /* ]] || target=$PWD/$target
  printf '%s' "$target"
}

# Builds the server and names it to the tests.
build_server() {
  cargo build --locked --quiet -p nexflow-lsp
  NEXFLOW_LSP=$(target_dir)/debug/nexflow-lsp
  export NEXFLOW_LSP
}

# A Python with the packages of a requirements file, made anew when that file has changed: python_with FOLDER REQUIREMENTS
python_with() {
  local folder=$1 requirements=$2
  if ! cmp -s "$requirements" "$folder/requirements.txt"; then
    rm -rf "$folder"
    if ! python3 -m venv "$folder" 2>/dev/null; then
      # Debian ships venv as a package of its own.
      rm -rf "$folder"
      debian_packages python3-venv
      python3 -m venv "$folder"
    fi
    "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$folder/requirements.txt"
  fi
  PYTHON=$PWD/$folder/bin/python
}

# Installs packages where that is possible without asking (a fresh machine in CI).
debian_packages() {
  if [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  else
    echo "Please install: $*" >&2
    exit 77
  fi
}

# The packages of the npm workspace, as the lock file has them.
node_packages() {
  if [[ ! -d node_modules || package-lock.json -nt node_modules/.package-lock.json ]]; then
    npm ci --no-audit --no-fund --loglevel=error
  fi
}

# Subcommands of cargo, of these versions everywhere.
CARGO_DENY=0.20.2
CARGO_MACHETE=0.9.2
# shellcheck disable=SC2034 # read by release/sbom
CARGO_CYCLONEDX=0.5.9

# A subcommand of cargo, made where this version is missing: cargo_tool NAME VERSION. It runs for a second, so that it is built
# to be built quickly.
cargo_tool() {
  local name=$1 version=$2 folder=$PWD/.cache/tools
  if ! grep -qsF "\"$name $version " "$folder/.crates.toml"; then
    CARGO_TARGET_DIR=$folder/target CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
      cargo install --quiet --locked --root "$folder" "$name@$version"
    rm -rf "$folder/target"
  fi
  PATH=$folder/bin:$PATH
}
