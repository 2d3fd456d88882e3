#!/usr/bin/env bash
# Builds and runs everything: ./build.sh help lists the commands. Safe to run again; what is already done is not done twice.
# The steps are in scripts/, one short file each.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/common.sh
source scripts/toolchain.sh
source scripts/wasm.sh
source scripts/bundle.sh
source scripts/test.sh
source scripts/check.sh
source scripts/coverage.sh
source scripts/site.sh
source scripts/engine.sh
source scripts/soak.sh
source scripts/mutants.sh

help() {
  cat <<'END'
./build.sh               build the package into dist/, after installing what is missing
./build.sh demo          train networks on handwritten digits and write demo/report.html
./build.sh site          write playground and documentation to build/site; --test tries them in real browsers
./build.sh test          Rust's tests and Vitest; ends with `N passed, N failed`
./build.sh bench         measure the speed against other packages
./build.sh accuracy      measure the error of every function against MPFR (long); --float32 tries every float32 and float16 (hours)
./build.sh engine        start a Redis server on this machine for examples/queue, where none answers
./build.sh soak          properties, fuzzing, millions of calls, killed workers, for minutes or hours (long)
./build.sh mutants       change ts/ or crate/ in one place at a time: does a test notice? (hours; --sample N for less)
./build.sh environments  try the packed package in Node, browsers, bundlers … (long)
./build.sh check         formatting, lints, types, machine code, sizes
./build.sh format        format the sources
./build.sh clean         remove what is built; `clean all` also what was downloaded for it
./build.sh help          this list
Options after a command are passed on to it. Everything downloaded is kept in .toolchain/ and node_modules/.
END
}

build() { alone build_steps; }

build_steps() {
  install_npm_packages
  install_native_rust
  install_wasm_rust
  install_wasm_tools
  build_wasm
  build_bundle
}

demo() {
  build
  node_modules/.bin/esbuild examples/digits.ts --bundle --packages=external --platform=node --format=esm --target=node20 \
    --outfile=build/digits.mjs --log-level=warning
  node build/digits.mjs "$@"
}

bench() {
  build
  PATH=$native_path node_modules/.bin/tsx bench/run.ts "$@"
}

environments() {
  build
  PATH=$native_path node_modules/.bin/tsx test/environments/run.ts "$@"
}

clean() {
  rm -rf dist build target demo/report.html
  if [[ ${1-} == all ]]; then rm -rf .toolchain node_modules; fi
}

command=${1:-build}
shift || true
case $command in
  build)
    build
    print_versions
    node_modules/.bin/tsx scripts/sizes.ts
    ;;
  test)
    build
    run_tests "$@"
    ;;
  check)
    build
    check_all
    ;;
  format)
    install_npm_packages
    install_native_rust
    format_all
    ;;
  accuracy)
    source scripts/accuracy.sh
    accuracy "$@"
    ;;
  demo | site | bench | soak | mutants | engine | environments | clean | help) "$command" "$@" ;;
  *) fail "unknown command \"$command\": './build.sh help' lists them" ;;
esac
