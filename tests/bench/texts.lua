-- wrk's side of a benchmark: sends the requests that `bauta_bench texts` prepared, each thread those of its own file, FILE.0, FILE.1, …,
-- from a place on, and says at the end, as JSON, what came of it and where it stopped.
--     wrk … -s texts.lua URL -- FILE 0,0
local threads = {}

function setup(thread)
  thread:set('part', #threads)
  table.insert(threads, thread)
end

function init(args)
  file = io.open(args[1] .. '.' .. part, 'rb')
  position = 0
  local at = 0
  for from in string.gmatch(args[2], '%d+') do
    if at == part then position = tonumber(from) end
    at = at + 1
  end
  file:seek('set', position)
end

function request()
  local length = file:read(6)
  if not length then  -- the texts did not suffice: whoever measures must find out
    file:seek('set', 0)
    position = 0
    length = file:read(6)
  end
  local octets = tonumber(length)
  position = position + 6 + octets
  return file:read(octets)
end

function done(summary, latency)
  local positions = {}
  for at, thread in ipairs(threads) do positions[at] = string.format('%d', thread:get('position')) end
  local errors = summary.errors
  io.write(string.format(
    'JSON {"requests":%d,"seconds":%.6f,"not_2xx":%d,"broken":%d,"p50_ms":%.3f,"p99_ms":%.3f,"positions":[%s]}\n',
    summary.requests, summary.duration / 1e6, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, table.concat(positions, ',')))
end
