#pragma once

#include <json/value.h>

#include <string_view>

#include "storage/store/result.h"

namespace bauta {

/// One participant as words of the command line: "ADDRESS[,label=…,language=…,number=…,country=…,area_code=…,region=…]", as the API takes
/// them.  A value with a comma in it needs a file.
/// Codes: usage.participant; its detail holds no address.
Result<Json::Value> read_participant(std::string_view words);

}  // namespace bauta
