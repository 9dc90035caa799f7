-- The side of the store: see gateway/quota/till.py, which says the same in Python.

local LONGEST_STEP, REMEMBERED, MOST_NEWS, KEPT, MOST_KEPT = 1, 3600, 500, 6480000, 100000

local base = KEYS[1]
local ABOUT, HOLDERS, TOLD, KNOWN, NEWS = base, base .. ':holders', base .. ':told', base .. ':known', base .. ':news'

local at = 0
local function word()
  at = at + 1
  return ARGV[at]
end
local function number() return tonumber(word()) end
local function plain(n) return string.format('%.0f', n) end
local function exact(n) return string.format('%.6f', n) end

local holder, count, life_known, all_told = word(), number(), word(), word() == '1'
local since, leaving, lease = number(), word() == '1', number()

local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
-- A run that somebody emptied is another memory, too.
local born = redis.call('HGET', ABOUT, 'born')
if not born then
  born = time[1] .. '.' .. time[2]
  redis.call('HSET', ABOUT, 'born', born)
end
local life = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') .. '-' .. born

local found = redis.call('HMGET', ABOUT, 'life', 'clock', 'last', 'shut', 'missing', 'opened', 'version')
local about = {
  life = found[1] or '', clock = tonumber(found[2] or 0), last = tonumber(found[3] or 0), shut = tonumber(found[4] or -1),
  missing = tonumber(found[5] or 0), opened = tonumber(found[6] or 0), version = tonumber(found[7] or 0),
}

about.clock = about.clock + math.min(math.max(now - about.last, 0), LONGEST_STEP)
about.last = now

if about.life ~= life then
  redis.call('DEL', TOLD, KNOWN)
  about.life, about.shut, about.opened, about.missing = life, about.clock + lease, now, 0
end

local heard, last_count, living = {}, -1, {}
local all = redis.call('HGETALL', HOLDERS)
for i = 1, #all, 2 do
  local n, c = string.match(all[i + 1], '^(%-?%d+) (.+)$')
  if about.clock - tonumber(c) > REMEMBERED then
    redis.call('HDEL', HOLDERS, all[i])
    redis.call('SREM', TOLD, all[i])
  else
    heard[all[i]] = tonumber(c)
    if all[i] == holder then last_count = tonumber(n) end
  end
end

local late = count <= last_count
if not late then
  heard[holder] = about.clock
  redis.call('HSET', HOLDERS, holder, plain(count) .. ' ' .. exact(about.clock))
end
for name, clock in pairs(heard) do living[name] = about.clock - clock <= lease or nil end

local function keep(key, start, total, told)
  about.version = about.version + 1
  local row = base .. ':row:' .. key
  redis.call('HSET', row, 'start', plain(start), 'total', plain(total), 'told', told)
  redis.call('EXPIRE', row, KEPT)
  redis.call('ZADD', NEWS, plain(about.version), key)
end

local function grants(row)
  local held, fields = {}, redis.call('HGETALL', row)
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 2) == 'h:' then held[string.sub(fields[i], 3)] = tonumber(fields[i + 1]) end
  end
  return held
end

local function sum(held)
  local total = 0
  for _, amount in pairs(held) do total = total + amount end
  return total
end

local function listen(key, start, mine, rest, others)
  local row = base .. ':row:' .. key
  local fields = redis.call('HMGET', row, 'start', 'total', 'told')
  local row_start, row_total, told = tonumber(fields[1] or -1), tonumber(fields[2] or 0), fields[3] or ''
  if start < row_start then return end
  if start > row_start then
    redis.call('DEL', row)
    row_total, told = 0, ''
  end
  local held = grants(row)
  rest = math.max(rest, row_total - sum(held))
  for name, granted in pairs(others) do
    if redis.call('SISMEMBER', TOLD, name) == 0 then
      held[name] = math.max(granted, held[name] or 0)
      redis.call('HSET', row, 'h:' .. name, plain(held[name]))
    end
  end
  if mine >= 0 then
    held[holder] = mine
    redis.call('HSET', row, 'h:' .. holder, plain(mine))
  end
  keep(key, start, rest + sum(held), told)
end

local listens = not late and life_known == life
local known = number()
for _ = 1, known do
  local name = word()
  if listens then redis.call('SADD', KNOWN, name) end
end
local tellings = number()
for _ = 1, tellings do
  local key, start, mine, rest, others = word(), number(), number(), number(), {}
  local named = number()
  for _ = 1, named do
    local name = word()
    others[name] = number()
  end
  if listens then listen(key, start, mine, rest, others) end
end
if listens and all_told then redis.call('SADD', TOLD, holder) end

if about.shut >= 0 then
  local missing = #redis.call('SDIFF', KNOWN, TOLD)
  if about.clock >= about.shut or (redis.call('SCARD', KNOWN) > 0 and missing == 0) then
    about.shut, about.missing, about.opened = -1, missing, now
  end
end

local grants_now = about.shut < 0 and life_known == life and redis.call('SISMEMBER', TOLD, holder) == 1

local function grant(key, start, slots, owe, want, limit, cushion, leave)
  local row, mine_field = base .. ':row:' .. key, 'h:' .. holder
  local fields = redis.call('HMGET', row, 'start', 'total', 'told', mine_field)
  local row_start, total, told = tonumber(fields[1] or -1), tonumber(fields[2] or 0), fields[3] or ''
  if not grants_now then return { plain(row_start), '-1', plain(total) } end
  if start < row_start then return { plain(row_start), '0', plain(total) } end
  if start > row_start then
    redis.call('DEL', row)
    total, fields[4] = 0, false
    told = start >= about.opened and life or ''
  end
  if told ~= life and not slots then
    told, total = life, total + about.missing * cushion
  end
  if slots then
    total = 0
    for name, held in pairs(grants(row)) do
      if living[name] then total = total + held else redis.call('HDEL', row, 'h:' .. name) end
    end
    if not living[holder] then fields[4] = false end
  end
  local mine = tonumber(fields[4] or 0)
  local granted = math.max(owe, math.min(want, limit - (total - mine)))
  if leave and not fields[4] then granted = 0 end
  total = total + granted - mine
  if leave or granted == 0 then
    redis.call('HDEL', row, mine_field)
  else
    redis.call('HSET', row, mine_field, plain(granted))
  end
  keep(key, start, total, told)
  return { plain(start), plain(granted), plain(total) }
end

local granted = {}
local asks = number()
for i = 1, asks do
  local key, start, slots, owe, want = word(), number(), word() == '1', number(), number()
  local limit, cushion, leave = number(), number(), word() == '1'
  if not late then granted[i] = grant(key, start, slots, owe, want, limit, cushion, leave) end
end

if leaving and not late then
  living[holder] = nil
  redis.call('HSET', HOLDERS, holder, plain(count) .. ' ' .. exact(about.clock - lease - 1))
end

local news, last = {}, since
local changed = redis.call('ZRANGEBYSCORE', NEWS, '(' .. plain(since), '+inf', 'WITHSCORES', 'LIMIT', 0, MOST_NEWS)
for i = 1, #changed, 2 do
  local row = base .. ':row:' .. changed[i]
  local fields, held, named = redis.call('HMGET', row, 'start', 'total'), grants(row), {}
  for name, amount in pairs(held) do
    named[#named + 1] = name
    named[#named + 1] = plain(amount)
  end
  news[#news + 1] = { changed[i], fields[1] or '-1', plain(tonumber(fields[2] or 0) - sum(held)), named }
  last = tonumber(changed[i + 1])
end
if asks > 0 then redis.call('ZREMRANGEBYRANK', NEWS, 0, -MOST_KEPT - 1) end

redis.call('HSET', ABOUT, 'life', about.life, 'clock', exact(about.clock), 'last', exact(about.last),
  'shut', exact(about.shut), 'missing', plain(about.missing), 'opened', exact(about.opened),
  'version', plain(about.version))

local names = {}
for name in pairs(living) do names[#names + 1] = name end
local shut = about.shut < 0 and 0 or math.max(about.shut - about.clock, 0.1)
return { life, exact(shut), exact(now), plain(last), names, granted, news }
