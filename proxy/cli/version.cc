#include "proxy/cli/version.h"

#include <fmt/format.h>
#include <json/value.h>
#include <openssl/crypto.h>
#include <rocksdb/version.h>
#include <sodium.h>

#include <boost/version.hpp>

#include "proxy/net/json.h"

namespace bauta {
namespace {

std::string boost_version() {
  return fmt::format("{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000,
                     BOOST_VERSION % 100);
}

std::string rocksdb_version() {
  return fmt::format("{}.{}.{}", ROCKSDB_MAJOR, ROCKSDB_MINOR, ROCKSDB_PATCH);
}

}  // namespace

std::string_view version() { return BAUTA_VERSION; }
std::string_view revision() { return BAUTA_REVISION; }
std::string_view revision_date() { return BAUTA_REVISION_DATE; }

std::string version_page() {
  return fmt::format("bauta {} ({})\n{}\nBoost {}, RocksDB {}, libsodium {}, {}\n", version(),
                     revision(), __VERSION__, boost_version(), rocksdb_version(),
                     sodium_version_string(), OpenSSL_version(OPENSSL_VERSION));
}

std::string version_json() {
  Json::Value json(Json::objectValue);
  json["version"] = std::string(version());
  json["revision"] = std::string(revision());
  json["revision_date"] =
      revision_date().empty() ? Json::Value() : Json::Value(std::string(revision_date()));
  json["compiler"] = __VERSION__;
  json["libraries"]["boost"] = boost_version();
  json["libraries"]["rocksdb"] = rocksdb_version();
  json["libraries"]["libsodium"] = sodium_version_string();
  json["libraries"]["openssl"] = OpenSSL_version(OPENSSL_VERSION_STRING);
  return write_json(json);
}

}  // namespace bauta
