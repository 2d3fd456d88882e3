# ./build.sh soak: long runs of what must hold for hours, in test/soak: properties, fuzzing of the kernels, millions of calls, the allocator, all 4 GiB of memory, workers and queues that are killed,
# a file of 2 GB.
# Options: --seconds n for each part (90), --seed n, --only part,part.

soak() {
  build
  PATH=$native_path node_modules/.bin/tsx test/soak/run.ts "$@"
}
