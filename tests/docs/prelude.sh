# What the examples of one page find before them: `make serve` and `ostiary serve` go on in the
# background, as in a second terminal, on ports that nobody else uses.
set -euo pipefail
out=$PWD/out
server=

make() {
    [ "$*" = serve ] && $make_serve
}

ostiary() {
    case "$1" in
        serve) start_server "$@" ;;
        *) command ostiary "$@" ;;
    esac
    if [ "$1" = init ]; then sed -i "$moves" ostiary.toml; fi
}

start_server() {
    stop_server
    log=$out/server.log
    if [ /dev/stdout -ef server.log ]; then log=server.log; fi  # the page reads it
    command ostiary "$@" >>"$log" 2>&1 &
    server=$!
    until curl --silent --fail --output /dev/null "http://127.0.0.1:$admin/ready"; do
        kill -0 "$server"
        sleep 0.1
    done
}

stop_server() {
    if [ -n "$server" ]; then
        kill -INT "$server"  # as Control-C: no balancer has to notice
        wait "$server"
        server=
    fi
}
