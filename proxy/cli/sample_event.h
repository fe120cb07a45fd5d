#pragma once

#include <json/value.h>

#include <string>

namespace bauta {

/// An event of any type as webhooks tell it, which never happened: with the data that a real one has (docs/webhooks.md, "What happens").
Json::Value sample_event(const std::string& type);

}  // namespace bauta
