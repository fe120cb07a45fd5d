#include "proxy/api/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>

#include "proxy/api/json.h"
#include "proxy/net/form.h"
#include "proxy/net/rfc3339.h"

namespace bauta::api {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// What is wrong with `text`; none: nothing.
std::optional<FieldFault> check_text(std::string_view text, TextRange range) {
  const std::size_t characters = count_characters(text);
  if (characters < range.chars_min) {
    return FieldFault{
        .pointer = {},
        .code = "field.too_short",
        .detail = range.chars_min == 1
                      ? std::string("must not be empty")
                      : "has fewer than " + std::to_string(range.chars_min) + " characters"};
  }
  if (characters > range.chars_max) {
    return FieldFault{.pointer = {},
                      .code = "field.too_long",
                      .detail = "has more than " + std::to_string(range.chars_max) + " characters"};
  }
  if (std::ranges::any_of(text, is_control)) {
    return FieldFault{
        .pointer = {}, .code = "field.malformed", .detail = "must not hold control characters"};
  }
  return std::nullopt;
}

/// What the field's values count, which its name ends in: " seconds", with how many days they are.
std::string unit_of(std::string_view name, std::int64_t most) {
  constexpr std::int64_t kDay = 86'400;
  if (name.ends_with("_per_second")) return " a second";
  if (name.ends_with("_per_day")) return " a day";
  if (name.ends_with("_bytes")) return " bytes";
  if (!name.ends_with("seconds")) return "";
  if (most < kDay || most % kDay != 0) return " seconds";
  return " seconds (" + std::to_string(most / kDay) + (most == kDay ? " day)" : " days)");
}

std::string decimal(double value) {
  return value == std::floor(value) ? std::to_string(static_cast<std::int64_t>(value))
                                    : write_json(Json::Value(value));
}

}  // namespace

std::string pointer_to(std::string_view parent, std::string_view name) {
  constexpr std::size_t kShownMax = 64;
  std::string shown = redact_numbers(name);
  if (shown.size() > kShownMax) {
    std::size_t end = kShownMax;
    while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0) == 0x80) --end;
    shown = shown.substr(0, end) + "…";
  }
  std::string pointer = string_of(parent) + "/";
  for (const char c : shown) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer.push_back(c);
    }
  }
  return pointer;
}

std::string pointer_to(std::string_view parent, std::size_t index) {
  return string_of(parent) + "/" + std::to_string(index);
}

Status Faults::status() && {
  if (faults_.empty()) return {};
  const bool same = std::ranges::all_of(
      faults_, [&](const FieldFault& fault) { return fault.code == faults_.front().code; });
  Error error{.code = same ? faults_.front().code : "request.invalid", .detail = {}};
  error.detail = faults_.size() == 1
                     ? faults_.front().pointer + ": " + faults_.front().detail
                     : std::to_string(faults_.size()) + " fields are faulty: see errors";
  error.faults = std::move(faults_);
  return std::unexpected(std::move(error));
}

ObjectReader::ObjectReader(const Json::Value& object, std::string pointer, Faults& faults)
    : object_(object.isObject() ? object : Json::Value::nullSingleton()),
      pointer_(std::move(pointer)),
      faults_(faults) {
  if (!object.isObject()) faults_.add(pointer_, "field.type", "must be an object");
}

const Json::Value* ObjectReader::find(std::string_view name) {
  known_.emplace(name);
  return object_.isObject() ? object_.find(name.data(), name.data() + name.size()) : nullptr;
}

const Json::Value* ObjectReader::raw(std::string_view name) { return find(name); }

bool ObjectReader::has(std::string_view name) const {
  return object_.isObject() && object_.find(name.data(), name.data() + name.size()) != nullptr;
}

bool ObjectReader::is_null(std::string_view name) {
  const auto* value = find(name);
  return value != nullptr && value->isNull();
}

void ObjectReader::require(std::string_view name) {
  if (object_.isObject() && !has(name)) fault(name, "field.required", "is required");
}

void ObjectReader::fault(std::string_view name, std::string_view code, std::string detail) {
  faults_.add(pointer(name), code, std::move(detail));
}

void ObjectReader::refuse_others() {
  if (!object_.isObject()) return;
  for (const auto& name : object_.getMemberNames()) {
    if (!known_.contains(name))
      fault(name, "field.unknown", "there is no such field here: is it misspelt?");
  }
}

std::optional<std::string> ObjectReader::text(std::string_view name, TextRange range) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->isString()) {
    fault(name, "field.type", "must be a string");
    return std::nullopt;
  }
  std::string text = value->asString();
  if (auto wrong = check_text(text, range)) {
    fault(name, wrong->code, std::move(wrong->detail));
    return std::nullopt;
  }
  return text;
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name, std::int64_t least,
                                                  std::int64_t most) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  const bool whole = value->isNumeric() && (value->isInt64() || value->isUInt64() ||
                                            std::trunc(value->asDouble()) == value->asDouble());
  if (!whole) {
    fault(name, "field.type", "must be an integer");
    return std::nullopt;
  }
  if (!value->isInt64() || value->asInt64() < least || value->asInt64() > most) {
    fault(name, "field.out_of_range",
          "must be from " + std::to_string(least) + " to " + std::to_string(most) +
              unit_of(name, most));
    return std::nullopt;
  }
  return value->asInt64();
}

std::optional<double> ObjectReader::number(std::string_view name, double least, double most) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->isNumeric()) {
    fault(name, "field.type", "must be a number");
    return std::nullopt;
  }
  const double read = value->asDouble();
  if (!(read >= least && read <= most)) {
    fault(name, "field.out_of_range",
          "must be from " + decimal(least) + " to " + decimal(most) + unit_of(name, 0));
    return std::nullopt;
  }
  return read;
}

std::optional<bool> ObjectReader::boolean(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->isBool()) {
    fault(name, "field.type", "must be true or false");
    return std::nullopt;
  }
  return value->asBool();
}

std::optional<TimePoint> ObjectReader::time(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->isString()) {
    fault(name, "field.type", "must be a string: a time as in 2030-01-31T12:00:00Z");
    return std::nullopt;
  }
  const auto time = parse_rfc3339(value->asString());
  if (!time) {
    fault(name, time.error().code, time.error().detail);
    return std::nullopt;
  }
  return *time;
}

std::optional<VirtualNumber> ObjectReader::virtual_number(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->isString()) {
    fault(name, "field.type", "must be a string: + and digits, as in +12025550177");
    return std::nullopt;
  }
  auto number = VirtualNumber::parse(value->asString());
  if (!number) {
    faults_.add(pointer(name), number.error());
    return std::nullopt;
  }
  return *std::move(number);
}

std::optional<std::vector<std::string>> ObjectReader::texts(std::string_view name,
                                                            std::size_t items_max,
                                                            TextRange range) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->isArray()) {
    fault(name, "field.type", "must be an array of strings");
    return std::nullopt;
  }
  if (value->size() > items_max) {
    fault(name, "field.too_many", "has more than " + std::to_string(items_max) + " entries");
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const auto& entry : *value) {
    const auto at = pointer_to(pointer(name), texts.size());
    texts.push_back(entry.isString() ? entry.asString() : std::string());
    if (!entry.isString()) {
      faults_.add(at, "field.type", "must be a string");
    } else if (auto wrong = check_text(texts.back(), range)) {
      faults_.add(at, wrong->code, std::move(wrong->detail));
    }
  }
  return texts;
}

bool is_country(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::optional<std::vector<std::string>> ObjectReader::countries(std::string_view name,
                                                                std::size_t items_max) {
  auto countries = texts(name, items_max, {.chars_min = 0, .chars_max = 2});
  if (!countries) return std::nullopt;
  for (std::size_t i = 0; i < countries->size(); ++i) {
    if ((*object_.find(name.data(), name.data() + name.size()))[static_cast<Json::ArrayIndex>(i)]
            .isString() &&
        count_characters((*countries)[i]) <= 2 && !is_country((*countries)[i])) {
      faults_.add(pointer_to(pointer(name), i), "field.malformed",
                  "must be a country's two capital letters (ISO 3166-1), as in US");
    }
  }
  return countries;
}

std::optional<std::vector<std::pair<std::string, std::string>>> ObjectReader::metadata(
    const ApiLimits& limits) {
  constexpr std::string_view kName = "metadata";
  const auto* value = find(kName);
  if (value == nullptr) return std::nullopt;
  if (!value->isObject()) {
    fault(kName, "field.type", "must be an object of strings");
    return std::nullopt;
  }
  if (value->size() > limits.metadata_entries_max) {
    fault(kName, "field.too_many",
          "has more than " + std::to_string(limits.metadata_entries_max) + " entries");
    return std::nullopt;
  }
  std::vector<std::pair<std::string, std::string>> metadata;
  for (const auto& name : value->getMemberNames()) {
    const auto at = pointer_to(pointer(kName), name);
    if (auto wrong =
            check_text(name, {.chars_min = 1, .chars_max = limits.metadata_name_chars_max}))
      faults_.add(at, wrong->code, "its name " + wrong->detail);
    const auto& entry = (*value)[name];
    if (!entry.isString()) {
      faults_.add(at, "field.type", "must be a string");
    } else if (count_characters(entry.asString()) > limits.metadata_value_chars_max) {
      faults_.add(
          at, "field.too_long",
          "has more than " + std::to_string(limits.metadata_value_chars_max) + " characters");
    } else {
      metadata.emplace_back(name, entry.asString());
    }
  }
  return metadata;
}

QueryReader::QueryReader(const HttpRequest& request, Faults& faults)
    : parameters_(request.query.empty() ? Form{} : decode_form(request.query)), faults_(faults) {}

void QueryReader::fault(std::string_view name, std::string_view code, std::string detail) {
  faults_.add(pointer_to("", name), code, std::move(detail));
}

std::optional<std::string> QueryReader::text(std::string_view name) {
  if (!known_.emplace(name).second) return std::nullopt;
  std::optional<std::string> found;
  for (const auto& [key, value] : parameters_) {
    if (key != name) continue;
    if (found) {
      fault(name, "field.repeated", "is given more than once");
      return std::nullopt;
    }
    found = value;
  }
  return found;
}

std::optional<std::string> QueryReader::text_with_plus(std::string_view name) {
  auto value = text(name);
  if (value) std::ranges::replace(*value, ' ', '+');
  return value;
}

std::optional<TimePoint> QueryReader::time(std::string_view name) {
  const auto value = text_with_plus(name);
  if (!value) return std::nullopt;
  const auto time = parse_rfc3339(*value);
  if (!time) {
    fault(name, time.error().code, time.error().detail);
    return std::nullopt;
  }
  return *time;
}

std::optional<VirtualNumber> QueryReader::virtual_number(std::string_view name) {
  const auto value = text_with_plus(name);
  if (!value) return std::nullopt;
  auto number = VirtualNumber::parse(*value);
  if (!number) {
    fault(name, number.error().code, number.error().detail);
    return std::nullopt;
  }
  return *std::move(number);
}

std::uint32_t QueryReader::limit(const ApiLimits& limits) {
  const auto value = text("limit");
  if (!value) return limits.page_default;
  std::uint32_t limit = 0;
  const auto* const end = value->data() + value->size();
  const auto read = std::from_chars(value->data(), end, limit);
  if (read.ec != std::errc{} || read.ptr != end || limit < 1 || limit > limits.page_max) {
    fault("limit", "field.out_of_range", "must be from 1 to " + std::to_string(limits.page_max));
    return limits.page_default;
  }
  return limit;
}

void QueryReader::refuse_others() {
  for (const auto& [name, value] : parameters_) {
    if (known_.contains(name)) continue;
    fault(is_utf8(name) ? std::string_view(name) : "?", "field.unknown",
          "there is no such parameter here: is it misspelt?");
  }
}

}  // namespace bauta::api
