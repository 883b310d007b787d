-- What all scripts share: every answer is counted as right or wrong, and one line says it all.
local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds, microseconds; } moment; int gettimeofday(moment *, void *);")
local moment = ffi.new("moment")
local marker = os.getenv("BENCH_MARKER")
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init()
  right = 0
  wrong = 0
  first = 0  -- when the first request was made
  last = 0   -- when the last answer came, where the requests ran out before the time
  has_begun = false
  waiting = {}
  head = 1
  prepare()
end

function prepare()
end

function now()
  ffi.C.gettimeofday(moment, nil)
  return tonumber(moment.seconds) * 1e6 + tonumber(moment.microseconds)
end

function is_right(status, body)
  return status == 200 and string.find(body, marker, 1, true) ~= nil
end

function count(is_one)
  if is_one then
    right = right + 1
  else
    wrong = wrong + 1
  end
end

-- Requests that differ: each is taken once, from where the thread's others are waiting.
function wait(item)
  waiting[#waiting + 1] = item
end

function take()
  if not has_begun then
    has_begun = true
    return waiting[head]  -- wrk only looks what a request is like; it sends none yet
  end
  if first == 0 then
    first = now()
  end
  local item = waiting[head]
  if item == nil then
    return nil
  end
  waiting[head] = false
  head = head + 1
  return item
end

-- Returned where nothing is left to be sent: the connection rests from then on.
NOTHING = ""

function done(summary, latency)
  local all_right, all_wrong, microseconds = 0, 0, summary.duration
  for _, thread in ipairs(threads) do
    all_right = all_right + thread:get("right")
    all_wrong = all_wrong + thread:get("wrong")
    local last = thread:get("last")
    if last > 0 then
      microseconds = math.min(microseconds, last - thread:get("first"))
    end
  end
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"wrong":%d,"broken":%d,"p50":%.1f,"p99":%.1f,"max":%.1f}\n',
    all_right + all_wrong, microseconds, all_wrong,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
