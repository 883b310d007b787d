-- Form posts of which each spends something: a code, or a refresh token that the answer before gave.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

local headers = {
  ["Host"] = "localhost",
  ["Authorization"] = os.getenv("BENCH_AUTHORIZATION"),
  ["Content-Type"] = "application/x-www-form-urlencoded",
}
local path = os.getenv("BENCH_PATH")
local form = os.getenv("BENCH_BODY")
local follows = os.getenv("BENCH_FOLLOWS")  -- a pattern for what the next request spends, or ""

function prepare()
  for link in io.lines(os.getenv("BENCH_LINKS")) do
    wait(link)
  end
end

function request()
  local link = take()
  if link == nil then
    return NOTHING
  end
  return wrk.format("POST", path, headers, form .. link)
end

function response(status, headers, body)
  local is_one = is_right(status, body)
  if is_one and follows ~= "" then
    local link = string.match(body, follows)
    is_one = link ~= nil
    wait(link)
  end
  count(is_one)
  if waiting[head] == nil then
    last = now()
  end
end
