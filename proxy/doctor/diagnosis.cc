#include "proxy/doctor/diagnosis.h"

#include <algorithm>
#include <utility>

namespace bauta {

std::string_view grade_name(Grade grade) {
  switch (grade) {
    case Grade::ok:
      return "ok";
    case Grade::warning:
      return "warning";
    case Grade::failing:
      return "failing";
  }
  return "failing";
}

Diagnosis is_ok(std::string check, std::string what) {
  return {.check = std::move(check), .grade = Grade::ok, .what = std::move(what)};
}
Diagnosis is_doubtful(std::string check, std::string what, std::string mend) {
  return {std::move(check), Grade::warning, std::move(what), std::move(mend)};
}
Diagnosis is_failing(std::string check, std::string what, std::string mend) {
  return {std::move(check), Grade::failing, std::move(what), std::move(mend)};
}

bool is_well(const Findings& findings, bool strict) {
  return std::ranges::all_of(findings, [&](const Diagnosis& finding) {
    return finding.grade == Grade::ok || (finding.grade == Grade::warning && !strict);
  });
}

}  // namespace bauta
