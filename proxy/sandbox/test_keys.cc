#include "proxy/sandbox/test_keys.h"

#include "proxy/sandbox/default_pool.h"

namespace bauta {

std::string test_key_of(std::string_view stored_secret) {
  return std::string(kTestKeyPrefix) + std::string(stored_secret.substr(kLiveKeyPrefix.size()));
}

std::string stored_key_of(std::string_view test_key) {
  if (!is_test_key(test_key)) return {};
  return std::string(kLiveKeyPrefix) + std::string(test_key.substr(kTestKeyPrefix.size()));
}

Task<Result<NewApiKey>> make_test_key(Desk& desk, Random& random, NewTestKey wanted) {
  const TimePoint now = wanted.key.created_at;
  BAUTA_CO_TRY(const auto service, co_await desk.accounts().ensure_with_service(
                                       wanted.account, wanted.service, now, random));
  wanted.key.account = service.account;
  wanted.key.service =
      wanted.only_service ? std::optional<ServiceId>(service.id) : std::optional<ServiceId>{};
  BAUTA_CO_CHECK(co_await fill_pool(desk, {.key = wanted.key, .service = service}));
  BAUTA_CO_TRY(auto made,
               co_await desk.keys().create(std::move(wanted.key), random, std::move(wanted.also)));
  made.secret = test_key_of(made.secret);
  co_return made;
}

}  // namespace bauta
