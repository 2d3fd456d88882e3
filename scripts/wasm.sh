# Builds the crate for wasm32 with SIMD into build/pkg: wasm-pack calls cargo, wasm-bindgen (the glue) and wasm-opt; then what
# wasm-bindgen adds for values other than numbers is taken out.
# Does nothing where neither the crate nor the compiler changed.

build_wasm() {
  local package=$root/build/pkg stamp=$root/build/pkg/stamp state
  state="$(fingerprint Cargo.toml Cargo.lock crate/Cargo.toml crate/src crate/wasm scripts/wasm.sh scripts/trim-wasm.ts scripts/linked-wasm.ts scripts/split-wasm.ts package-lock.json) $(PATH=$wasm_path rustc --version)"
  stamped "$stamp" "$state" && return
  rm -rf "$package"
  # A target folder of its own: the compiler may be another than the one of `cargo test`.
  # No loops unrolled, vectorised or copied for a condition by LLVM: they are bytes of the download and no faster (docs/kernels.md). The vectors
  # are written.
  # Paths by other names, so that a build makes the same bytes in every folder and home.
  local flags=(-C target-feature=+simd128 -C no-vectorize-loops -C llvm-args=-unroll-runtime=false
    -C llvm-args=-unswitch-threshold=0 -C link-arg=--emit-relocs
    "--remap-path-prefix=$root=." "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo" ${wasm_flags[@]+"${wasm_flags[@]}"})
  step 'crate → wasm' env PATH="$cache/bin:$root/node_modules/.bin:$wasm_path" CARGO_TARGET_DIR="$root/target/wasm" \
    CARGO_ENCODED_RUSTFLAGS="$(IFS=$'\x1f' && printf '%s' "${flags[*]}")" \
    wasm-pack build "$root/crate/wasm" --release --target web --mode no-install --no-pack --out-dir "$package" --out-name nonlin
  [[ -s $package/nonlin_bg.wasm ]] || fail "wasm-pack made no $package/nonlin_bg.wasm"
  step 'wasm without imports' "$root/node_modules/.bin/tsx" scripts/trim-wasm.ts "$package/nonlin_bg.wasm"
  cp "$root/target/wasm/wasm32-unknown-unknown/release/nonlin_wasm.wasm" "$package/linked.wasm"
  step 'wasm in parts' "$root/node_modules/.bin/tsx" scripts/split-wasm.ts "$package/linked.wasm" "$package/nonlin_bg.named.wasm" "$root/build/parts"
  printf '%s\n' "$state" >"$stamp"
}
