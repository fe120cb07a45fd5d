#pragma once

#include "proxy/cli/client.h"
#include "proxy/cli/table.h"

namespace bauta {

/// Where a client command's data goes: to standard output, as a table or, with --json, as the API gave it.  Words go to standard error.
class Output {
 public:
  explicit Output(bool json) : json_(json) {}

  bool is_json() const { return json_; }
  /// A list, in the API's order; says on standard error where there is more of it.
  void list(const Shape& shape, const Reply& reply) const;
  /// The same, the oldest first in a table: a list of what happened, which is read downwards.
  void story(const Shape& shape, const Reply& reply) const;
  /// One thing, a line a field.
  void one(const Shape& shape, const Reply& reply) const;
  /// The document as it came, and true, if that is wanted; there is none behind a deletion.
  bool document(const Reply& reply) const;
  static void data(const std::string& text);
  static void say(const std::string& words);

 private:
  bool json_;
};

/// A list as the API gives it, turned round.
Json::Value oldest_first(const Json::Value& newest_first);

}  // namespace bauta
