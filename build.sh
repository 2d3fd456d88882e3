#!/usr/bin/env bash
# Builds and runs everything: ./build.sh help lists the commands. Safe to run again; what is already done is not done twice.
# The steps are in scripts/, one file each.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/common.sh
source scripts/toolchain.sh
source scripts/wasm.sh

build() {
  install_npm_packages
  install_native_rust
  install_wasm_rust
  install_wasm_tools
  build_wasm
}

case ${1:-build} in
  build) build ;;
  *) fail "unknown command \"$1\"" ;;
esac
