# Installs what is missing: npm's packages, a Rust that can build for wasm32, wasm-pack and wasm-bindgen.
# Each part looks first whether it is there; all of it is kept in .toolchain/ and node_modules/.

wasm_pack_version=0.15.1
wasm_target=wasm32-unknown-unknown
debian_packages=(rustc-web cargo-web rust-web-src lld)

# Node, and npm's packages as locked.
install_npm_packages() {
  have node || fail 'needs Node.js 20 or newer: install it from https://nodejs.org'
  local version
  version=$(node -p 'process.versions.node')
  ((${version%%.*} >= 20)) || fail "needs Node.js 20 or newer, found $version"
  have npm || fail 'needs npm, which comes with Node.js: install it from https://nodejs.org'
  local stamp=$root/node_modules/.lock-hash lock
  lock=$(fingerprint package-lock.json)
  stamped "$stamp" "$lock" && return
  step 'npm packages' npm ci --ignore-scripts --no-audit --no-fund
  printf '%s\n' "$lock" >"$stamp"
}

# rust_is_new RUSTC: whether this compiler is at least as new as crate/Cargo.toml asks for.
rust_is_new() {
  local needed found
  needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/crate/Cargo.toml")
  found=$("$1" --version 2>/dev/null | cut -d' ' -f2) || return 1
  [[ -n $found && $(printf '%s\n' "$needed" "${found%%-*}" | sort -V | head -n 1) == "$needed" ]]
}

# Debian's newer Rust, beside whatever else is there. $1: what else would help, for the message.
install_debian_packages() {
  local advice=$1 missing=() package
  shift
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == 'install ok installed' ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  ((EUID == 0)) || fail "$advice, or as root 'apt-get install ${missing[*]}'"
  step "Debian packages ${missing[*]}" bash -c '
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends "$@"' apt "${missing[@]}"
}

# Native Rust: the ordinary one where it is new enough, else Debian's. Sets native_path, the PATH to build natively with.
install_native_rust() {
  native_path=$PATH
  if ! { have cargo && rust_is_new rustc; }; then
    local advice="needs a newer Rust: 'rustup update stable'"
    have rustup || advice='needs Rust: install it from https://rustup.rs'
    have apt-get || fail "$advice"
    install_debian_packages "$advice" "${debian_packages[@]}"
    rust_is_new /usr/bin/rustc || fail "$advice"
    # Only Rust's programs: what else is in /usr/bin keeps its place on PATH.
    local folder=$cache/native-rust program
    mkdir -p "$folder"
    for program in cargo rustc rustdoc; do ln -sf /usr/bin/$program "$folder/$program"; done
    native_path=$folder:$PATH
  fi
  have cc || fail 'needs a C compiler for linking: install gcc'
}

# has_wasm_target RUSTC: whether this compiler has the standard library for wasm32.
has_wasm_target() {
  local folder
  folder=$("$1" --print target-libdir --target $wasm_target 2>/dev/null) || return 1
  compgen -G "$folder/libstd-*.rlib" >/dev/null
}

# Rust for wasm32: the ordinary one if it has the target or can download it, else Debian's with a standard library built
# here. Sets wasm_path, the PATH to build for wasm32 with, and wasm_flags, what that compiler needs.
install_wasm_rust() {
  wasm_path=$native_path wasm_flags=()
  if PATH=$native_path has_wasm_target rustc; then return; fi
  if ! sysroot_is_built; then
    # Refused at once where only package registries answer; then the way below.
    if have rustup; then
      printf '  trying rustup target add %s\n' $wasm_target
      rustup target add $wasm_target >"$logs/rustup.log" 2>&1 || true
      if PATH=$native_path has_wasm_target rustc; then return; fi
    fi
    local advice="needs Rust for $wasm_target: 'rustup target add $wasm_target'"
    have rustup || advice='needs Rust: install it from https://rustup.rs'
    have apt-get || fail "$advice"
    install_debian_packages "$advice" "${debian_packages[@]}"
    build_sysroot
  fi
  wasm_path=$cache/debian-rust:$PATH
  wasm_flags=(-C linker=wasm-ld)
}

# sysroot_is_built: whether build_sysroot has run with the compiler that is there now.
sysroot_is_built() {
  [[ -x /usr/bin/rustc && -x $cache/debian-rust/rustc ]] && have wasm-ld &&
    stamped "$cache/sysroot/version" "$(/usr/bin/rustc --version --verbose)"
}

# The standard library for wasm32 from Debian's source package, and a `rustc` that finds it. Nothing of the system changes.
build_sysroot() {
  local version release sources
  version=$(/usr/bin/rustc --version --verbose)
  release=$(sed -n 's/^release: //p' <<<"$version")
  sources=/usr/src/rustc-$release/library
  [[ -d $sources/vendor ]] || fail "needs the sources of Rust $release in $sources: 'apt-get install rust-web-src'"

  local work=$cache/std libraries=$cache/sysroot/lib/rustlib/$wasm_target/lib
  rm -rf "$work" "$cache/sysroot" "$cache/debian-rust"
  mkdir -p "$work/src" "$libraries" "$cache/debian-rust"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/Cargo.toml"
  printf '#![no_std]\n' >"$work/src/lib.rs"
  # With the bitcode kept and LTO off, later links work with and without `lto`.
  step "standard library for wasm32 (Rust $release)" \
    env -u CARGO_ENCODED_RUSTFLAGS RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS='-C embed-bitcode=yes' CARGO_PROFILE_RELEASE_LTO=off \
    /usr/bin/cargo build --release --manifest-path "$work/Cargo.toml" --target-dir "$work/target" \
    -Zbuild-std=std,panic_abort --target $wasm_target \
    --config 'source.crates-io.replace-with="debian-sources"' --config "source.debian-sources.directory=\"$sources/vendor\""
  cp "$work/target/$wasm_target/release/deps/"*.rlib "$libraries"
  rm -f "$libraries"/libempty-*.rlib
  local folder
  for folder in /usr/lib/rustlib/*; do
    [[ ${folder##*/} == "$wasm_target" ]] || ln -s "$folder" "$cache/sysroot/lib/rustlib/"
  done
  printf '#!/bin/sh\nexec /usr/bin/rustc --sysroot "%s" "$@"\n' "$cache/sysroot" >"$cache/debian-rust/rustc"
  ln -s /usr/bin/cargo "$cache/debian-rust/cargo"
  chmod +x "$cache/debian-rust/rustc"
  rm -rf "$work"
  printf '%s\n' "$version" >"$cache/sysroot/version"
}

# install_cargo_tool BINARY PACKAGE VERSION OPTIONS...: into .toolchain/bin unless this very version is there. A debug build
# without debug information takes about a minute, a release build many.
install_cargo_tool() {
  local binary=$1 package=$2 version=$3
  shift 3
  [[ $("$cache/bin/$binary" --version 2>/dev/null) == "$binary $version" ]] && return
  step "$package $version" env -u CARGO_ENCODED_RUSTFLAGS PATH="$native_path" RUSTFLAGS= CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$cache/tools" \
    cargo install --debug --force --root "$cache" "$package@$version" "$@"
  rm -rf "$cache/tools"
}

install_wasm_tools() {
  local bindgen
  # The glue and the crate must be of one version: Cargo.lock's.
  bindgen=$(grep -A1 '^name = "wasm-bindgen"$' "$root/Cargo.lock" | sed -n 's/^version = "\(.*\)"/\1/p')
  install_cargo_tool wasm-pack wasm-pack $wasm_pack_version
  install_cargo_tool wasm-bindgen wasm-bindgen-cli "$bindgen" --no-default-features --bin wasm-bindgen
}
