-- Logins by the authentication API: a request that begins a flow, and one with name and password.
-- Each login is a new browser, without cookies at first. Both together count as one.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

local path = os.getenv("BENCH_PATH")
local begin = wrk.format("GET", path, { ["Host"] = "localhost" })
local users = {}
local turn = 0

function prepare()
  for line in io.lines(os.getenv("BENCH_LINKS")) do
    users[#users + 1] = line
  end
  for _ = 1, tonumber(os.getenv("BENCH_CONNECTIONS")) do
    wait(begin)
  end
end

function request()
  return take() or NOTHING
end

function response(status, headers, body)
  if status == 200 and is_right(status, body) then
    count(true)
    wait(begin)
    return
  end
  local flow = string.match(body, '^{"id":"(%w+)"')
  local cookie = string.match(headers["set-cookie"] or headers["Set-Cookie"] or "", "^PF=%w+")
  if status ~= 200 or flow == nil or cookie == nil then
    count(false)
    wait(begin)
    return
  end
  turn = turn % #users + 1
  wait(wrk.format("POST", "/pf-ws/authn/flows/" .. flow, {
    ["Host"] = "localhost",
    ["X-XSRF-Header"] = "bench",
    ["Cookie"] = cookie,
    ["Content-Type"] = "application/vnd.pingidentity.checkUsernamePassword+json",
  }, users[turn]))
end
