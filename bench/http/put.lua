-- PUTs of new objects, each under a key of its own.
-- Arguments: path prefix, size of a body, durability, Authorization header, a word that makes this run's keys new.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  prefix, run = args[1], args[5]
  wrk.headers["Authorization"] = args[4]
  wrk.headers["X-Hayloft-Durability"] = args[3]
  wrk.method = "PUT"
  wrk.body = string.rep("hayloft-", math.floor(tonumber(args[2]) / 8))
  count = 0
end

function request()
  count = count + 1
  return wrk.format("PUT", string.format("%s%s-%d-%d", prefix, run, number, count))
end

function done(summary, latency, requests)
  local bad = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
    + summary.errors.timeout
  print(string.format("RESULT %d %d %d %d %d %d", summary.requests, bad, summary.bytes, summary.duration,
    latency:percentile(50), latency:percentile(99)))
end
