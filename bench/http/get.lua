-- Random GETs over numbered objects; each body names itself at both ends, and is checked.
-- Arguments: path prefix, number of objects, size of a body, Authorization header or "".
local checked = {}
local prefix, objects, size, authorization

function setup(thread)
  table.insert(checked, thread)
end

function init(args)
  prefix, objects, size, authorization = args[1], tonumber(args[2]), tonumber(args[3]), args[4] or ""
  if authorization ~= "" then wrk.headers["Authorization"] = authorization end
  wrong = 0
  math.randomseed(tonumber(tostring(wrk.thread):match("0x(%x+)") or "1", 16) % 2147483647)
end

function request()
  return wrk.format("GET", string.format("%s%08d", prefix, math.random(0, objects - 1)))
end

function response(status, headers, body)
  if status ~= 200 or #body ~= size or string.sub(body, 1, 8) ~= string.sub(body, -8) then wrong = wrong + 1 end
end

function done(summary, latency, requests)
  local bad = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
    + summary.errors.timeout
  for _, thread in ipairs(checked) do bad = bad + thread:get("wrong") end
  print(string.format("RESULT %d %d %d %d %d %d", summary.requests, bad, summary.bytes, summary.duration,
    latency:percentile(50), latency:percentile(99)))
end
