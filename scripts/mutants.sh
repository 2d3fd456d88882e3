# ./build.sh mutants [ts|crate] [--sample N] [--seed S] [FILE…]: changes the sources in one place at a time, and looks whether a test notices.
# For ts/ by Stryker, for crate/ by cargo-mutants, both installed into .toolchain/ at the first use. Without files, all of them: hours. With
# --sample, about N changes, chosen by the seed. Ends with the share that was noticed, and what was not; scripts/mutants/alike.json says of changes
# that no test can notice why that is. Both go on where an earlier run
# ended: what was noticed then is not tried again as long as the source is the same (`rm -r build/mutants` starts over).

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
  # Only Node 24 and newer have Float16Array.
  local node_with_halves=node
  find_node_with_halves || true
  PATH=$(dirname "$(command -v "$node_with_halves")"):$PATH \
    "$folder/node_modules/.bin/stryker" run scripts/mutants/stryker.json --incremental --mutate "$patterns"
}

# In a copy, with a profile of its own, and with the modules named that a macro declares, as cargo-mutants does not look into macros.
mutants_of_crate() {
  local sample=$1 seed=$2 copy=$mutants_folder/crate file options=() names=() count
  shift 2
  # Its version is that of the command `mutants`, which install_cargo_tool does not ask for.
  if [[ $("$cache/bin/cargo-mutants" mutants --version 2>/dev/null) != "cargo-mutants $cargo_mutants_version" ]]; then
    install_cargo_tool cargo-mutants cargo-mutants "$cargo_mutants_version"
  fi
  mkdir -p "$copy/test"
  rm -rf "$copy/crate"
  cp -R crate Cargo.toml Cargo.lock "$copy"
  cp test/*.json "$copy/test"
  printf '\n[profile.mutants]\ninherits = "test"\nopt-level = 1\ndebug = false\nincremental = true\n' >>"$copy/Cargo.toml"
  for file in crate/src/activation/*.rs; do
    file=$(basename "$file" .rs)
    grep -q "^mod $file;" crate/src/activation.rs || printf '#[cfg(any())]\nmod %s;\n' "$file" >>"$copy/crate/src/activation.rs"
  done
  for file in "$@"; do options+=(--file "$file"); done
  if ((sample)); then
    local all=$mutants_folder/crate-all.txt
    PATH=$native_path "$cache/bin/cargo-mutants" mutants --dir "$copy" --list "${options[@]}" >"$all" 2>/dev/null
    # Every so many-th.
    ((count = ($(wc -l <"$all") + sample - 1) / sample))
    mapfile -t names < <(awk -v step="$count" -v first="$((seed % count))" 'NR % step == first' "$all")
    named "${names[@]}"
  fi
  printf '%s\n' "${names[@]}" >"$mutants_folder/crate-sample.txt"
  # First the tests that take a second, then on what they did not notice those that take a minute.
  mutate_crate "$copy" "${options[@]}" -- --lib --test buffers --test formats --test rounded --test rows --test softmax --test softmax_accuracy --test fuzz
  mapfile -t names <"$mutants_folder/mutants.out/missed.txt"
  ((${#names[@]})) || return 0
  options=()
  named "${names[@]}"
  mutate_crate "$copy" "${options[@]}" -- --test checksums --test smooth --test lanes --test piecewise
}

# named NAME...: adds to `options` that only these changes are tried.
named() {
  local name
  for name; do options+=(--re "^$(sed 's/[][\.*^$()+?{}|/]/\\&/g' <<<"$name")$"); done
}

# mutate_crate FOLDER OPTIONS...
mutate_crate() {
  local status=0
  PATH=$native_path nice -n 5 "$cache/bin/cargo-mutants" mutants --dir "$1" --iterate --output "$mutants_folder" --in-place --profile mutants --caught \
    --no-shuffle --baseline skip --timeout 600 --build-timeout 600 "${@:2}" || status=$?
  # What it calls caught before are also those that do not compile.
  cat "$mutants_folder"/mutants.out/{caught,timeout}.txt >>"$mutants_folder/crate-noticed.txt"
  # Status 2: some were not noticed; 3: some took too long.
  ((status == 0 || status == 2 || status == 3)) || fail "cargo-mutants ended with $status"
}
