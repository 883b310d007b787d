-- Attributes dropped off, and picked up by the reference that came: both together count as one.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

local headers = { ["Host"] = "[::1]", ["Content-Type"] = "application/json" }
local asking = { ["Host"] = "[::1]" }
local drop

function prepare()
  for line in io.lines(os.getenv("BENCH_LINKS")) do
    headers["Authorization"] = line
    asking["Authorization"] = line
  end
  drop = wrk.format("POST", os.getenv("BENCH_PATH"), headers, os.getenv("BENCH_BODY"))
  for _ = 1, tonumber(os.getenv("BENCH_CONNECTIONS")) do
    wait(drop)
  end
end

function request()
  return take() or NOTHING
end

function response(status, answered, body)
  if is_right(status, body) then
    count(true)
    wait(drop)
    return
  end
  local reference = string.match(body, '^{"REF":"(%x+)"}')
  if status ~= 200 or reference == nil then
    count(false)
    wait(drop)
    return
  end
  wait(wrk.format("GET", "/ext/ref/pickup?REF=" .. reference, asking))
end
