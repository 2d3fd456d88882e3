# ./build.sh accuracy: the long comparison with MPFR, in test/accuracy. GMP and MPFR are built once from the sources in their crate (about two
# minutes): the system's own are often too old for it.

# m4, which GMP's configure asks for: the system's, else Debian's package unpacked into .toolchain/, which needs no root.
# Sets m4_environment, what has to be set to find it.
install_m4() {
  m4_environment=()
  have m4 && return
  local folder=$cache/m4
  if ! [[ -x $folder/usr/bin/m4 ]]; then
    have apt-get && have dpkg-deb || fail 'needs m4 to build GMP: install the package m4'
    mkdir -p "$folder"
    step 'm4' bash -c '
      cd "$1"
      if (($(id -u) == 0)); then apt-get update; fi
      apt-get download m4 libsigsegv2
      for package in *.deb; do dpkg-deb -x "$package" .; done' m4 "$folder"
  fi
  m4_environment=(M4="$folder/usr/bin/m4" LD_LIBRARY_PATH="$(echo "$folder"/usr/lib/*/)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}")
}

accuracy() {
  have cc && have make || fail 'needs a C compiler and make to build GMP and MPFR: install the packages gcc and make'
  install_native_rust
  install_m4
  local folder=$root/target/accuracy
  # For the widest vectors of this machine. The bits stay: Rust fuses no product and sum.
  step 'accuracy (builds GMP and MPFR the first time)' env "${m4_environment[@]}" PATH="$native_path" RUSTFLAGS='-C target-cpu=native' GMP_MPFR_SYS_CACHE="$cache/gmp-mpfr-sys" \
    cargo build --release --locked --manifest-path "$root/test/accuracy/Cargo.toml" --target-dir "$folder"
  "$folder/release/accuracy" "$@"
}
