# ./build.sh check: formatting, lints, types, the machine code of the kernels, sizes, the coverage of the tests, known faults of
# dependencies, and the numbers in the README.
# ./build.sh format: rewrites the files as the first two of them want.

# cargo fmt does not find these, because a macro declares their modules.
activations=(crate/src/activation/*.rs)

check_all() {
  local part
  for part in fmt clippy; do
    PATH=$native_path cargo $part --version >/dev/null 2>&1 || fail "needs rustfmt and clippy: 'rustup component add rustfmt clippy'"
  done
  run 'Rust formatting' env PATH="$native_path" cargo fmt --all --check
  run 'Rust formatting of the activations' env PATH="$native_path" rustfmt --edition 2024 --check "${activations[@]}"
  run 'Rust lints' env PATH="$native_path" cargo clippy --all-targets --quiet -- -D warnings
  # Where the compiler for wasm32 is another one, it comes without clippy.
  if [[ $wasm_path == "$native_path" ]]; then
    run 'Rust lints, wasm32' env PATH="$native_path" RUSTFLAGS='-C target-feature=+simd128' CARGO_TARGET_DIR=target/wasm \
      cargo clippy --workspace --lib --target $wasm_target --quiet -- -D warnings
  fi
  run 'TypeScript formatting and lints' node_modules/.bin/biome ci --error-on-warnings .
  run 'types' node_modules/.bin/tsc --project tsconfig.json
  run 'types of the examples' node_modules/.bin/tsc --project examples
  run 'types of the site' node_modules/.bin/tsc --project site
  # The coefficients in crate/src are those that Remez's exchange gives.
  if python3 -c 'import mpmath' 2>/dev/null; then run 'coefficients' python3 scripts/coefficients/fit.py --check; else skip 'coefficients: needs Python with mpmath'; fi
  run 'machine code of the kernels' node_modules/.bin/tsx scripts/check-wasm.ts build/pkg/linked.wasm build/pkg/nonlin_bg.named.wasm
  run 'sizes' node_modules/.bin/tsx scripts/sizes.ts --check
  # The newest of the full runs.
  local record
  for record in bench/records/????-??-??.json; do :; done
  if [[ -f $record ]]; then run 'benchmarks' node_modules/.bin/tsx bench/run.ts --from "$record" --check; fi
  # Both ask a registry; where there is none, or it has no such data, nothing is known.
  if npm audit --json >"$logs/npm-audit.log" 2>/dev/null || grep -q '"vulnerabilities"' "$logs/npm-audit.log"; then
    run 'known faults of npm packages' npm audit --audit-level=high
  else skip 'known faults of npm packages: the registry does not tell'; fi
  audit_crates
  coverage
  run 'README' node_modules/.bin/tsx scripts/readme.ts --check
  printf 'all checks passed\n'
}

# Known faults of crates: by the database of advisories, which cargo-audit fetches, or a clone of it that ADVISORY_DB names.
audit_crates() {
  local log=$logs/cargo-audit.log path=$native_path:$cache/bin from=()
  if [[ -n ${ADVISORY_DB-} ]]; then from=(--no-fetch --db "$ADVISORY_DB"); fi
  if ! PATH=$path cargo audit --version >/dev/null 2>&1; then skip "known faults of crates: needs cargo-audit, 'cargo install cargo-audit'"
  elif PATH=$path cargo audit "${from[@]}" >"$log" 2>&1; then printf 'known faults of crates: none\n'
  elif grep -q "couldn't fetch advisory database" "$log"; then skip 'known faults of crates: the database of advisories cannot be fetched'
  else cat "$log" && fail 'check failed: known faults of crates'; fi
}

format_all() {
  PATH=$native_path cargo fmt --all
  PATH=$native_path rustfmt --edition 2024 "${activations[@]}"
  node_modules/.bin/biome check --write .
}

# skip WHAT: a line for a check that cannot run here.
skip() { printf 'skipped: %s\n' "$1"; }

# run LABEL COMMAND...: the command with its output; the first that fails ends the script.
run() {
  printf '%s\n' "$1"
  "${@:2}" || fail "check failed: $1"
}
