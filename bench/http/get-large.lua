-- GETs of one large object; the body stays with the kernel's byte count, since a copy into Lua would measure Lua.
-- Arguments: path, Authorization header or "".
function init(args)
  path = args[1]
  if args[2] and args[2] ~= "" then wrk.headers["Authorization"] = args[2] end
end

function request()
  return wrk.format("GET", path)
end

function done(summary, latency, requests)
  local bad = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
    + summary.errors.timeout
  print(string.format("RESULT %d %d %d %d %d %d", summary.requests, bad, summary.bytes, summary.duration,
    latency:percentile(50), latency:percentile(99)))
end
