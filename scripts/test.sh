# ./build.sh test: Rust's tests, Vitest, the packed package in a few environments, and the page in a browser. Ends with `N passed, N failed`, counted from what they report; a run that
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

  # The packed package in the environments that need little: this Node, browsers where there are some, workers, CSP.
  local environments=$root/build/environments.json environments_passed environments_failed
  status=0
  rm -f "$environments"
  node_modules/.bin/tsx test/environments/run.ts --quick --report "$environments" || status=$?
  read -r environments_passed environments_failed < <(node -e '
    let rows = [];
    try { rows = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")); } catch {}
    const count = (start) => rows.filter(({ result }) => result.startsWith(start)).length;
    console.log(count("ok"), count("failed"));' "$environments")
  if ((status && !environments_failed || !environments_passed)); then ((environments_failed += 1)); fi

  # The page: whether it opens and trains, in the browsers that are here.
  local page=$root/build/page.json page_passed page_failed
  status=0
  rm -f "$page"
  build_site
  node_modules/.bin/vitest run --config site/vitest.config.ts -t quick --reporter=default --reporter=json --outputFile.json="$page" || status=$?
  read -r page_passed page_failed < <(node -e '
    let report = { numPassedTests: 0, numFailedTests: 0 };
    try { report = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")); } catch {}
    console.log(report.numPassedTests, report.numFailedTests);' "$page")
  if ((status && !page_failed)); then ((page_failed += 1)); fi

  passed=$((rust_passed + script_passed + environments_passed + page_passed))
  failed=$((rust_failed + script_failed + environments_failed + page_failed))
  printf '\nRust: %d passed, %d failed; TypeScript: %d passed, %d failed; environments: %d passed, %d failed; page: %d passed, %d failed\n' \
    "$rust_passed" "$rust_failed" "$script_passed" "$script_failed" "$environments_passed" "$environments_failed" "$page_passed" "$page_failed"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}
