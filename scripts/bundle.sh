# Makes dist/ from ts/ and the wasm (scripts/bundle.ts), and prints the sizes and the versions of the tools.
# Does nothing where neither of them changed.

build_bundle() {
  local stamp=$root/build/bundle-stamp state
  state=$(fingerprint ts build/pkg/nonlin.js build/pkg/nonlin_bg.wasm build/parts/parts.json scripts/bundle.ts scripts/worst-errors.ts docs/accuracy.json docs/accuracy-rows.json tsconfig.json tsconfig.build.json package-lock.json)
  [[ -d $root/dist ]] && stamped "$stamp" "$state" && return
  step 'TypeScript → dist' node_modules/.bin/tsx scripts/bundle.ts
  printf '%s\n' "$state" >"$stamp"
}

print_versions() {
  printf '  node %s, npm packages of package-lock.json; wasm by %s, wasm-pack %s, %s\n' \
    "$(node -p process.versions.node)" "$(PATH=$wasm_path rustc --version | cut -d' ' -f1,2)" "$wasm_pack_version" \
    "$("$cache/bin/wasm-bindgen" --version)"
}
