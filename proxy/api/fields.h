#pragma once

#include <json/json.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pool/address/virtual_number.h"
#include "proxy/api/api.h"
#include "proxy/net/http.h"
#include "storage/store/clock.h"
#include "storage/store/result.h"

namespace bauta::api {

/// `parent` and a name as a JSON pointer (RFC 6901).  What a name that we do not know may hide (a person's number) is masked.
std::string pointer_to(std::string_view parent, std::string_view name);
std::string pointer_to(std::string_view parent, std::size_t index);

/// Every faulty field of a request.
class Faults {
 public:
  void add(std::string pointer, std::string_view code, std::string detail) {
    faults_.push_back({.pointer = std::move(pointer), .code = code, .detail = std::move(detail)});
  }
  /// What parsing the field said.
  void add(std::string pointer, const Error& error) {
    add(std::move(pointer), error.code, error.detail);
  }
  bool empty() const { return faults_.empty(); }
  /// All of them as one error: with their own code where they share one, else request.invalid.
  Status status() &&;

 private:
  std::vector<FieldFault> faults_;
};

struct TextRange {
  std::size_t chars_min = 0;
  std::size_t chars_max = 64;
};

/// Reads the fields of one JSON object, each at most once, and notes what is wrong.  A reading of a field that is absent or wrong is nullopt.
class ObjectReader {
 public:
  /// `object` and `faults` outlive the reader.  What is no object is a fault, and an object without fields.
  ObjectReader(const Json::Value& object, std::string pointer, Faults& faults);

  /// One line: no control characters.
  std::optional<std::string> text(std::string_view name, TextRange range);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<double> number(std::string_view name, double least, double most);
  std::optional<bool> boolean(std::string_view name);
  std::optional<TimePoint> time(std::string_view name);
  std::optional<VirtualNumber> virtual_number(std::string_view name);
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t items_max,
                                                TextRange range);
  /// ISO 3166-1 alpha-2.
  std::optional<std::vector<std::string>> countries(std::string_view name, std::size_t items_max);
  /// A flat object of strings, in order of names.
  std::optional<std::vector<std::pair<std::string, std::string>>> metadata(const ApiLimits& limits);
  /// Anything; nullptr if absent.
  const Json::Value* raw(std::string_view name);

  /// Is it there at all?
  bool has(std::string_view name) const;
  /// Is it there and null?  Counts as read.
  bool is_null(std::string_view name);
  void require(std::string_view name);
  void fault(std::string_view name, std::string_view code, std::string detail);
  std::string pointer(std::string_view name) const { return pointer_to(pointer_, name); }
  Faults& faults() { return faults_; }

  /// After everything was read: whatever else there is is a fault.
  void refuse_others();

 private:
  const Json::Value* find(std::string_view name);

  const Json::Value& object_;
  std::string pointer_;
  Faults& faults_;
  std::set<std::string, std::less<>> known_;
};

bool is_country(std::string_view text);

/// Reads the parameters of a query.  Each at most once; one that nobody reads is a fault.
class QueryReader {
 public:
  QueryReader(const HttpRequest& request, Faults& faults);

  std::optional<std::string> text(std::string_view name);
  std::optional<TimePoint> time(std::string_view name);
  std::optional<VirtualNumber> virtual_number(std::string_view name);
  /// `limit`: 1 to page_max.
  std::uint32_t limit(const ApiLimits& limits);
  std::string cursor() { return text("cursor").value_or(""); }
  void fault(std::string_view name, std::string_view code, std::string detail);
  void refuse_others();

 private:
  /// A '+' that nobody encoded came as a space: no value that is asked for here begins with one, nor holds one.
  std::optional<std::string> text_with_plus(std::string_view name);

  std::vector<std::pair<std::string, std::string>> parameters_;
  Faults& faults_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace bauta::api
