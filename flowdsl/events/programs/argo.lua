-- CEL's values in Lua: what fails is a value of its own, of which && and || take no notice beside what decides.
local E = function() end
local function has(t, k) if type(t) ~= "table" then return E end return t[k] ~= nil end
local function get(t, k) if type(t) ~= "table" or t[k] == nil then return E end return t[k] end
local function at(t, i) if type(i) ~= "number" then return E end return get(t, i + 1) end
local function no(a) if type(a) ~= "boolean" then return E end return not a end
local function decided(sign, ...)
  local failed = false
  for i = 1, select("#", ...) do
    local each = select(i, ...)
    if each == sign then return sign end
    if type(each) ~= "boolean" then failed = true end
  end
  if failed then return E end
  return not sign
end
local function all(...) return decided(false, ...) end
local function any(...) return decided(true, ...) end
local function eq(a, b)
  if b == nil and a ~= E then return false end -- null is not told from what is missing
  if a == E or b == E or type(a) == "table" or type(b) == "table" then return E end
  return a == b
end
local function lt(a, b)
  if type(a) ~= type(b) or (type(a) ~= "number" and type(a) ~= "string") then return E end
  return a < b
end
local function le(a, b)
  if type(a) ~= type(b) or (type(a) ~= "number" and type(a) ~= "string") then return E end
  return a <= b
end
local function within(a, list)
  for _, each in ipairs(list) do if eq(a, each) == true then return true end end
  if a == E or type(a) == "table" then return E end
  return false
end
local function exists(list, holds)
  if type(list) ~= "table" then return E end
  local failed = false
  for _, each in ipairs(list) do
    local found = holds(each)
    if found == true then return true end
    if found ~= false then failed = true end
  end
  if failed then return E end
  return false
end
local function cond(a, b, c) if a == true then return b elseif a == false then return c end return E end
local function starts(s, part)
  if type(s) ~= "string" or type(part) ~= "string" then return E end
  return string.sub(s, 1, #part) == part
end
local function matches(s, patterns)
  if type(s) ~= "string" then return E end
  for _, each in ipairs(patterns) do if string.find(s, each) then return true end end
  return false
end
local function sub(s, first, last)
  if type(s) ~= "string" or first > #s or (last or 0) > #s then return E end
  return string.sub(s, first + 1, last or #s)
end
local function size(t) if type(t) ~= "table" then return E end return #t end
local function int(n)
  if type(n) == "string" and string.find(n, "^[+-]?%d+$") then n = tonumber(n) end
  if type(n) ~= "number" then return E end
  return n < 0 and math.ceil(n) or math.floor(n)
end
local function kind(v)
  local found = type(v)
  if found == "number" then return "double" elseif found == "boolean" then return "bool" end
  if found == "string" then return found end
  return E
end
local function text(v)
  if type(v) == "string" then return v elseif type(v) == "boolean" then return tostring(v) end
  if type(v) ~= "number" then return E end
  if v == math.floor(v) and math.abs(v) < 1e15 then return string.format("%.0f", v) end
  for digits = 1, 17 do
    local found = string.format("%." .. digits .. "g", v)
    if tonumber(found) == v then return found end
  end
  return string.format("%.17g", v)
end
local function plus(a, b)
  if type(a) ~= type(b) then return E end
  if type(a) == "string" then return a .. b elseif type(a) == "number" then return a + b end
  if type(a) ~= "table" then return E end
  local made = {}
  for _, each in ipairs(a) do made[#made + 1] = each end
  for _, each in ipairs(b) do made[#made + 1] = each end
  return made
end
local function lower(s) if type(s) ~= "string" then return E end return string.lower(s) end
local function unescaped(s)
  if type(s) ~= "string" then return E end
  s = string.gsub(s, "+", " ")
  return (string.gsub(s, "%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end
local function header(name)
  local found = (event.headers or event.header or {})[name]
  if type(found) ~= "table" then return "" end
  return found[1] or ""
end
local function time(pattern)
  local year, month, day, hour, minute, sign, away = string.match(tostring(event.eventTime), pattern)
  if not year then return E end
  return year .. month .. day .. "-" .. hour .. minute .. "-" .. (sign == "+" and "p" or "m") .. away
end
