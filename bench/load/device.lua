-- Whole device authorizations: a device begins, somebody who is signed on opens the page with its
-- code and allows it, and the device comes for its tokens. All four requests together count as one.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

local headers = {
  ["Host"] = "localhost",
  ["Authorization"] = os.getenv("BENCH_AUTHORIZATION"),
  ["Content-Type"] = "application/x-www-form-urlencoded",
}
local grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code="
local page = "/as/user_authz.oauth2?response_mode=pi.flow&user_code="
local confirming = "application/vnd.pingidentity.confirmUserCode+json"
local begin
local people = {}   -- cookies of those who are signed on
local turn = 0
local devices = {}  -- by user code: the device code, and who lets it in
local flows = {}    -- by flow: the device code

function prepare()
  for cookie in io.lines(os.getenv("BENCH_LINKS")) do
    people[#people + 1] = cookie
  end
  begin = wrk.format("POST", os.getenv("BENCH_PATH"), headers, os.getenv("BENCH_BODY"))
  for _ = 1, tonumber(os.getenv("BENCH_CONNECTIONS")) do
    wait(begin)
  end
end

function request()
  return take() or NOTHING
end

local function browser(cookie, kind)
  return {
    ["Host"] = "localhost",
    ["Cookie"] = "PF=" .. cookie,
    ["X-XSRF-Header"] = "bench",
    ["Content-Type"] = kind,
  }
end

local function open(body)
  local device_code = string.match(body, '"device_code":"(%w+)"')
  local user_code = string.match(body, '"user_code":"([%w-]+)"')
  if device_code == nil or user_code == nil then
    return nil
  end
  turn = turn % #people + 1
  devices[user_code] = { code = device_code, cookie = people[turn] }
  return wrk.format("GET", page .. user_code, browser(people[turn]))
end

local function allow(flow, body)
  local user_code = string.match(body, '"userCode":"([%w-]+)"')
  local device = user_code and devices[user_code]
  if device == nil then
    return nil
  end
  devices[user_code] = nil
  flows[flow] = device.code
  return wrk.format(
    "POST", "/pf-ws/authn/flows/" .. flow, browser(device.cookie, confirming),
    '{"userCode":"' .. user_code .. '"}')
end

local function redeem(flow)
  local code = flows[flow]
  flows[flow] = nil
  return code and wrk.format("POST", "/as/token.oauth2", headers, grant .. code)
end

-- What an answer leads to; nil for one that leads nowhere.
local function following(body)
  local flow = string.match(body, '^{"id":"(%w+)"')
  if flow == nil then
    return open(body)
  end
  if string.find(body, '"status":"OAUTH_DEVICE_COMPLETED"', 1, true) then
    return redeem(flow)
  end
  return allow(flow, body)
end

function response(status, answered, body)
  if is_right(status, body) then
    count(true)
    wait(begin)
    return
  end
  local next_one = status == 200 and following(body) or nil
  if next_one == nil then
    count(false)
  end
  wait(next_one or begin)
end
