# ./build.sh site: the playground as one folder of static files, build/site. ./build.sh site --test: the same, tried in real browsers.

site() {
  build
  build_site
  if [[ ${1-} == --test ]]; then
    shift
    node_modules/.bin/vitest run --config site/vitest.config.ts "$@"
  fi
}

# Node 20 does not run TypeScript, so the script that builds the page is bundled first; packages stay where they are.
build_site() {
  node_modules/.bin/esbuild site/build.ts --bundle --packages=external --platform=node --format=esm --target=node20 --outfile=build/site-build.mjs --log-level=warning
  node build/site-build.mjs build/site
}
