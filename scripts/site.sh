# ./build.sh site: the playground as one folder of static files, build/site. ./build.sh site --test: the same, tried in real browsers.

site() {
  build
  build_site
  if [[ ${1-} == --test ]]; then
    shift
    node_modules/.bin/vitest run --config site/vitest.config.ts "$@"
  fi
}

# build_site: writes the page; the package itself is built already.
build_site() {
  node_modules/.bin/tsx site/build.ts build/site
}
