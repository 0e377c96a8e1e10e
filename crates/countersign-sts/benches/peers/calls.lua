-- Sends the pre-signed calls of a file in turn: one line of headers, tab-separated, and one line of body each.

local calls = {}

function init(arguments)
  local headers
  for line in io.lines(arguments[1]) do
    if headers == nil then
      headers = {}
      for name, value in line:gmatch("([^\t]-): ([^\t]*)") do
        headers[name] = value
      end
    else
      table.insert(calls, wrk.format("POST", "/", headers, line))
      headers = nil
    end
  end
end

local at = 0

function request()
  at = at % #calls + 1
  return calls[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
