#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bauta {

enum class Grade : std::uint8_t { ok, warning, failing };
std::string_view grade_name(Grade grade);

/// What one check of `bauta doctor` came to.  Holds no secret: names of settings, files, hosts and connections alone.
struct Diagnosis {
  /// "store folder"
  std::string check;
  Grade grade = Grade::ok;
  /// What is so, and where.
  std::string what;
  /// How to mend it; "" if it is ok.
  std::string mend = {};
};
using Findings = std::vector<Diagnosis>;

Diagnosis is_ok(std::string check, std::string what);
Diagnosis is_doubtful(std::string check, std::string what, std::string mend);
Diagnosis is_failing(std::string check, std::string what, std::string mend);

/// Nothing fails; `strict`: nor is anything doubtful.
bool is_well(const Findings& findings, bool strict);

}  // namespace bauta
