#pragma once

#include <json/json.h>

#include <string>

#include "proxy/api/frame.h"

namespace bauta::api {

/// What POST and PATCH of a number both take.
ChangeNumber read_number_settings(ObjectReader& fields, const ApiLimits& limits);
/// A number that is to be added; `pointer`: where it stands in the body.  The sandbox has one connection, which need not be named.
Result<NewNumber> read_new_number(const Json::Value& json, std::string pointer, const Api& api);
/// One of many, as it was written: what became of it.
Json::Value number_result_json(const Json::Value& entry, const Result<VirtualNumber>& added);

}  // namespace bauta::api
