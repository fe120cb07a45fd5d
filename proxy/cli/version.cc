#include "proxy/cli/version.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <rocksdb/version.h>
#include <sodium.h>

#include <boost/version.hpp>

namespace bauta {

std::string_view version() { return BAUTA_VERSION; }
std::string_view revision() { return BAUTA_REVISION; }
std::string_view revision_date() { return BAUTA_REVISION_DATE; }

std::string version_page() {
  return fmt::format("bauta {} ({})\n{}\nBoost {}.{}.{}, RocksDB {}.{}.{}, libsodium {}, {}\n",
                     version(), revision(), __VERSION__, BOOST_VERSION / 100000,
                     BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100, ROCKSDB_MAJOR, ROCKSDB_MINOR,
                     ROCKSDB_PATCH, sodium_version_string(), OpenSSL_version(OPENSSL_VERSION));
}

}  // namespace bauta
