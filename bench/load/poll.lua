-- Devices that ask in turn whether somebody has let them in, and are all told to wait: the right
-- answer is a 400 that says so, or that the device should ask less often.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

local headers = {
  ["Host"] = "[::1]",
  ["Content-Type"] = "application/x-www-form-urlencoded",
}
local path = os.getenv("BENCH_PATH")
local form = os.getenv("BENCH_BODY")
local polls = {}
local turn = 0

function prepare()
  for code in io.lines(os.getenv("BENCH_LINKS")) do
    polls[#polls + 1] = wrk.format("POST", path, headers, form .. code)
  end
end

function request()
  turn = turn % #polls + 1
  return polls[turn]
end

function response(status, answered, body)
  local is_waiting = string.find(body, '"authorization_pending"', 1, true) ~= nil
  local is_slower = string.find(body, '"slow_down"', 1, true) ~= nil
  count(status == 400 and (is_waiting or is_slower))
end
