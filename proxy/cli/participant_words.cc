#include "proxy/cli/participant_words.h"

#include <algorithm>
#include <string>

namespace bauta {
namespace {

std::unexpected<Error> wrong(const std::string& what) {
  return fail("usage.participant", "--participant: " + what);
}

Status read_member(std::string_view words, Json::Value& participant) {
  const auto equals = words.find('=');
  if (equals == std::string_view::npos)
    return wrong("behind the address stand NAME=VALUE, with commas between");
  const std::string name(words.substr(0, equals));
  const std::string value(words.substr(equals + 1));
  if (name == "label" || name == "language") {
    participant[name] = value;
  } else if (name == "number") {
    participant["virtual_number"] = value;
  } else if (name == "country" || name == "area_code" || name == "region") {
    participant["locality"][name] = value;
  } else {
    return wrong(
        "takes label, language, number, country, area_code and region behind the address, nothing "
        "else");
  }
  return {};
}

}  // namespace

Result<Json::Value> read_participant(std::string_view words) {
  const auto take = [&] {
    const auto part = words.substr(0, words.find(','));
    words.remove_prefix(std::min(words.size(), part.size() + 1));
    return part;
  };
  Json::Value participant(Json::objectValue);
  participant["address"] = std::string(take());
  if (participant["address"].asString().empty()) return wrong("the address is missing");
  while (!words.empty()) BAUTA_CHECK(read_member(take(), participant));
  return participant;
}

}  // namespace bauta
