# ./build.sh test: Rust's tests and Vitest. Ends with `N passed, N failed`, counted from what the two report; a run that
# reports nothing counts as a failure.

run_tests() {
  local status passed=0 failed=0 log=$logs/cargo-test.log report=$root/build/vitest.json

  status=0
  PATH=$native_path cargo test --no-fail-fast 2>&1 | tee "$log" || status=$?
  local rust_passed rust_failed
  read -r rust_passed rust_failed < <(awk '/^test result: / { passed += $4; failed += $6 } END { print passed + 0, failed + 0 }' "$log")
  if ((status && !rust_failed || !rust_passed)); then ((rust_failed += 1)); fi

  status=0
  rm -f "$report"
  node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json="$report" "$@" || status=$?
  # A file that could not be read has no test that failed, and counts as one.
  local script_passed script_failed
  read -r script_passed script_failed < <(node -e '
    let report = { numPassedTests: 0, numFailedTests: 0, testResults: [] };
    try { report = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")); } catch {}
    const unread = report.testResults.filter((file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"));
    console.log(report.numPassedTests, report.numFailedTests + unread.length);' "$report")
  if ((status && !script_failed || !script_passed)); then ((script_failed += 1)); fi

  passed=$((rust_passed + script_passed)) failed=$((rust_failed + script_failed))
  printf '\nRust: %d passed, %d failed; TypeScript: %d passed, %d failed\n' \
    "$rust_passed" "$rust_failed" "$script_passed" "$script_failed"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}
