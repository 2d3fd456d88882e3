# ./build.sh site: the playground as one folder of static files, build/site. ./build.sh site --test: the same, tried in real browsers.
# ./build.sh site --measure: what Lighthouse says of it, for docs/site.md; needs Chromium.
# ./build.sh site --frameworks: asks other frameworks again what the page's last table shows.

site() {
  if [[ ${1-} == --frameworks ]]; then
    install_npm_packages
    node_modules/.bin/tsx site/frameworks/measure.ts
    return
  fi
  build
  build_site
  if [[ ${1-} == --measure ]]; then
    node_modules/.bin/tsx site/measure.ts
  elif [[ ${1-} == --test ]]; then
    shift
    node_modules/.bin/vitest run --config site/vitest.config.ts "$@"
  fi
}

# build_site: writes the page; the package itself is built already.
build_site() {
  node_modules/.bin/tsx site/build.ts build/site
}
