# ./build.sh mutants [ts|crate] [--sample N] [--seed S] [FILE…]: changes the sources in one place at a time, and looks whether a test notices.
# For ts/ by Stryker, for crate/ by cargo-mutants, both installed into .toolchain/ at the first use. Without files, all of them: hours. With
# --sample, about N changes, chosen by the seed. Ends with the share that was noticed, and what was not. Both go on where an earlier run
# ended: what was noticed then is not tried again as long as the source is the same (`rm -r build/mutants` begins anew).

stryker_version=9.6.1
cargo_mutants_version=27.1.0
mutants_folder=$root/build/mutants

mutants() {
  local which=${1-} sample=0 seed=1 files=()
  [[ $which == ts || $which == crate ]] || fail 'mutants of what? ./build.sh mutants ts|crate [--sample N] [--seed S] [FILE…]'
  shift
  while (($#)); do
    case $1 in
      --sample) sample=$2 && shift 2 ;;
      --seed) seed=$2 && shift 2 ;;
      *) files+=("$1") && shift ;;
    esac
  done
  build
  mkdir -p "$mutants_folder"
  "mutants_of_$which" "$sample" "$seed" "${files[@]}"
  node_modules/.bin/tsx scripts/mutants/report.ts "$which"
}

mutants_of_ts() {
  local sample=$1 seed=$2 folder=$cache/stryker
  shift 2
  if ! stamped "$folder/version" "$stryker_version"; then
    mkdir -p "$folder"
    printf '{ "private": true }\n' >"$folder/package.json"
    # Vitest is the one in node_modules/.
    step "Stryker $stryker_version" npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --legacy-peer-deps --save-exact \
      "@stryker-mutator/core@$stryker_version" "@stryker-mutator/vitest-runner@$stryker_version"
    printf '%s\n' "$stryker_version" >"$folder/version"
  fi
  local patterns
  patterns=$(node_modules/.bin/tsx scripts/mutants/sample.ts "$sample" "$seed" "$@")
  printf '%s\n' "$patterns" >"$mutants_folder/ts-sample.txt"
  "$folder/node_modules/.bin/stryker" run scripts/mutants/stryker.json --incremental --mutate "$patterns"
}

# In a copy, with a profile of its own, and with the modules named that a macro declares, as cargo-mutants does not look into macros.
mutants_of_crate() {
  local sample=$1 seed=$2 copy=$mutants_folder/crate file options=(--iterate) count
  shift 2
  # Its version is that of the command `mutants`, which install_cargo_tool does not ask for.
  if [[ $("$cache/bin/cargo-mutants" mutants --version 2>/dev/null) != "cargo-mutants $cargo_mutants_version" ]]; then
    install_cargo_tool cargo-mutants cargo-mutants "$cargo_mutants_version"
  fi
  mkdir -p "$copy/test"
  rm -rf "$copy/crate"
  cp -R crate Cargo.toml Cargo.lock "$copy"
  cp test/*.json "$copy/test"
  printf '\n[profile.mutants]\ninherits = "test"\ndebug = false\nincremental = true\n' >>"$copy/Cargo.toml"
  for file in crate/src/activation/*.rs; do
    file=$(basename "$file" .rs)
    grep -q "^mod $file;" crate/src/activation.rs || printf '#[cfg(any())]\nmod %s;\n' "$file" >>"$copy/crate/src/activation.rs"
  done
  for file in "$@"; do options+=(--file "$file"); done
  if ((sample)); then
    count=$(PATH=$native_path "$cache/bin/cargo-mutants" mutants --dir "$copy" --list "${options[@]}" 2>/dev/null | wc -l)
    ((count = (count + sample - 1) / sample))
    options+=(--sharding round-robin --shard "$((seed % count))/$count")
  fi
  # The tests that take seconds; lanes and piecewise take a minute, and what they notice the checksums of every function do too.
  # Status 2: some were not noticed; 3: some took too long.
  local status=0
  PATH=$native_path nice -n 5 "$cache/bin/cargo-mutants" mutants --dir "$copy" --output "$mutants_folder" --in-place --profile mutants --caught \
    --no-shuffle --baseline skip --timeout 240 --build-timeout 600 "${options[@]}" -- --lib --test buffers --test checksums --test formats \
    --test rows --test smooth --test softmax --test softmax_accuracy || status=$?
  ((status == 0 || status == 2 || status == 3)) || fail "cargo-mutants ended with $status"
}
