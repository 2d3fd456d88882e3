# ./build.sh engine: a Redis server for examples/queue, on loopback: Debian's, installed where it is missing. Does nothing where one answers.
# Options: --port n (6379); --stop ends the one that this command started.

engine() {
  local port=6379 stop= folder=$cache/redis
  while (($#)); do
    case $1 in
      --port) port=$2 && shift ;;
      --stop) stop=yes ;;
      *) fail "engine has no option \"$1\": there are --port n and --stop" ;;
    esac
    shift
  done
  if [[ -n $stop ]]; then
    have redis-cli && redis-cli -p "$port" shutdown nosave 2>/dev/null || true
    return
  fi
  if ! have redis-server; then
    have apt-get || fail 'needs a Redis server: install it from https://redis.io'
    install_debian_packages 'needs a Redis server: install it from https://redis.io' redis-server
  fi
  if [[ $(redis-cli -p "$port" ping 2>/dev/null) != PONG ]]; then
    mkdir -p "$folder"
    redis-server --port "$port" --bind 127.0.0.1 --protected-mode yes --daemonize yes --dir "$folder" --pidfile "$folder/pid" \
      --save '' --appendonly yes --appendfsync everysec --maxmemory-policy noeviction >"$logs/redis.log"
    local waited=0
    until [[ $(redis-cli -p "$port" ping 2>/dev/null) == PONG ]]; do
      ((waited++ < 50)) || fail "Redis does not answer at port $port; its messages: ${logs#"$root"/}/redis.log"
      sleep 0.1
    done
  fi
  printf 'Redis %s answers at redis://127.0.0.1:%s\n' "$(redis-server --version | sed 's/.*v=\([^ ]*\).*/\1/')" "$port"
}
