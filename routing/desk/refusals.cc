#include "routing/desk/refusals.h"

#include "routing/desk/desk.pb.h"

namespace bauta {
namespace {

constexpr std::uint32_t kPlacesMax = 1'000;

}  // namespace

Task<Status> count_refusal(Store& store, Commit& commit, ServiceId service, RefusedPlace place) {
  const Key key = Key("refused").id(service).text(place.first).text(place.second);
  BAUTA_CO_TRY(const auto was, co_await load<records::RefusedSeats>(store, key));
  records::RefusedSeats now;
  now.set_count((was ? was->value.count() : 0) + 1);
  commit.expect(key, version_of(was)).put(key, now.SerializeAsString());
  co_return Status{};
}

Task<Result<std::map<RefusedPlace, std::uint64_t>>> read_refusals(Store& store, ServiceId service) {
  auto request = ScanRequest::prefix(Key("refused").id(service));
  request.records_max = kPlacesMax;
  BAUTA_CO_TRY(const auto page, co_await store.scan(std::move(request)));
  std::map<RefusedPlace, std::uint64_t> refusals;
  for (const KeyedRecord& record : page.records) {
    BAUTA_CO_TRY(const auto seats, decode<records::RefusedSeats>(record.record));
    KeyReader reader(record.key, "refused");
    reader.id<ServiceTag>();
    auto country = std::string(reader.text());
    refusals[{std::move(country), std::string(reader.text())}] = seats.value.count();
  }
  co_return refusals;
}

}  // namespace bauta
