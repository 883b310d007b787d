-- One form post, sent again and again by wrk; every answer is looked at, not only its status.
-- The request comes in environment variables: see saturation.py.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

wrk.method = "POST"
wrk.body = os.getenv("BENCH_BODY")
wrk.headers["Host"] = "localhost"
wrk.headers["Authorization"] = os.getenv("BENCH_AUTHORIZATION")
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"

function response(status, headers, body)
  count(is_right(status, body))
end
