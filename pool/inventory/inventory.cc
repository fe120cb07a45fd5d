#include "pool/inventory/inventory.h"

#include <algorithm>
#include <utility>

#include "pool/inventory/number.pb.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::uint32_t kListPage = 200;
constexpr std::size_t kListLooksAtMax = 10'000;

std::unexpected<Error> corrupt() {
  return fail("storage.corrupt", "the record of a virtual number cannot be read; restore a backup");
}

pool::NumberStatusRecord recorded(NumberStatus status) {
  switch (status) {
    case NumberStatus::active:
      return pool::NUMBER_ACTIVE;
    case NumberStatus::reserved:
      return pool::NUMBER_RESERVED;
    case NumberStatus::draining:
      return pool::NUMBER_DRAINING;
  }
  std::unreachable();
}

/// Of a NumberRecord or a RingRecord.  What a later version calls otherwise must not read as active.
template <class T>
Result<NumberStatus> status_of(const T& record) {
  if (!record.has_status()) return corrupt();
  switch (record.status()) {
    case pool::NUMBER_ACTIVE:
      return NumberStatus::active;
    case pool::NUMBER_RESERVED:
      return NumberStatus::reserved;
    case pool::NUMBER_DRAINING:
      return NumberStatus::draining;
  }
  std::unreachable();
}

std::vector<std::string> words(const google::protobuf::RepeatedPtrField<std::string>& recorded) {
  return {recorded.begin(), recorded.end()};
}

std::string encode(const Number& number) {
  pool::NumberRecord record;
  record.set_number(number.number.str());
  record.set_service(std::string(number.service.bytes()));
  record.set_connection(number.connection);
  record.mutable_fallbacks()->Assign(number.fallbacks.begin(), number.fallbacks.end());
  record.set_status(recorded(number.status));
  record.mutable_capabilities()->Assign(number.capabilities.begin(), number.capabilities.end());
  record.mutable_reach()->Assign(number.reach.begin(), number.reach.end());
  record.set_rate_per_second(number.rate_per_second);
  record.mutable_tags()->Assign(number.tags.begin(), number.tags.end());
  record.set_country(number.locality.country);
  record.set_area_code(number.locality.area_code);
  record.set_region(number.locality.region);
  record.set_rank(number.rank);
  record.set_created_at_ms(to_millis(number.created_at));
  *record.mutable_unknown_fields() = number.unknown_fields;
  return record.SerializeAsString();
}

std::string encode_place(const Number& number) {
  pool::RingRecord record;
  record.set_status(recorded(number.status));
  record.mutable_capabilities()->Assign(number.capabilities.begin(), number.capabilities.end());
  record.mutable_reach()->Assign(number.reach.begin(), number.reach.end());
  return record.SerializeAsString();
}

std::vector<Key> places_of(const Number& number) {
  std::vector<Key> places;
  for (const Tier tier : kTiers) {
    const std::string ring = ring_name(number.locality, tier);
    if (!ring.empty())
      places.push_back(
          Inventory::place_key(number.service, ring, number.rank, number.number.str()));
  }
  return places;
}

}  // namespace

std::string_view number_status_name(NumberStatus status) {
  switch (status) {
    case NumberStatus::active:
      return "active";
    case NumberStatus::reserved:
      return "reserved";
    case NumberStatus::draining:
      return "draining";
  }
  std::unreachable();
}

bool holds(const std::vector<std::string>& words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

Key Inventory::key_of(const VirtualNumber& number) { return Key("number").text(number.str()); }

Key Inventory::key_of(const RealAddress& address) {
  // The same digits on another channel are the same number of ours.
  const bool telephone = address.channel() != Channel::messenger;
  return Key("number").text(telephone ? address.reveal() : address.reveal_with_channel());
}

Key Inventory::ring_key(ServiceId service, std::string_view ring) {
  return Key("ring").id(service).text(ring);
}

Key Inventory::place_key(ServiceId service, std::string_view ring, std::uint64_t rank) {
  return Key("ring").id(service).text(ring).u64(rank);
}

Key Inventory::place_key(ServiceId service, std::string_view ring, std::uint64_t rank,
                         std::string_view number) {
  return Key("ring").id(service).text(ring).u64(rank).text(number);
}

Result<RingPlace> Inventory::read_place(const Key& key) {
  KeyReader reader(key, "ring");
  reader.id<ServiceTag>();
  reader.text();
  const std::uint64_t rank = reader.u64();
  auto number = VirtualNumber::from_carrier(reader.text());
  if (!number) return corrupt();
  return RingPlace{.rank = rank, .number = *std::move(number)};
}

Result<RingTerms> Inventory::decode_terms(const std::string& value) {
  pool::RingRecord terms;
  if (!terms.ParseFromString(value)) return corrupt();
  BAUTA_TRY(const auto status, status_of(terms));
  return RingTerms{
      .status = status, .capabilities = words(terms.capabilities()), .reach = words(terms.reach())};
}

Result<Stored<Number>> decode_number(const Record& record) {
  pool::NumberRecord number;
  if (!number.ParseFromString(record.value)) return corrupt();
  auto virtual_number = VirtualNumber::from_carrier(number.number());
  const auto service = ServiceId::from_bytes(number.service());
  if (!virtual_number || !service) return corrupt();
  BAUTA_TRY(const auto status, status_of(number));
  return Stored<Number>{.value = {.number = *std::move(virtual_number),
                                  .service = *service,
                                  .connection = number.connection(),
                                  .fallbacks = words(number.fallbacks()),
                                  .status = status,
                                  .capabilities = words(number.capabilities()),
                                  .reach = words(number.reach()),
                                  .rate_per_second = number.rate_per_second(),
                                  .tags = words(number.tags()),
                                  .locality = {.country = number.country(),
                                               .area_code = number.area_code(),
                                               .region = number.region()},
                                  .rank = number.rank(),
                                  .created_at = from_millis(number.created_at_ms()),
                                  .unknown_fields = number.unknown_fields()},
                        .version = record.version};
}

Task<Result<std::optional<Stored<Number>>>> Inventory::find(VirtualNumber number) const {
  BAUTA_CO_TRY(const auto record, co_await store_.get(key_of(number)));
  if (!record) co_return std::optional<Stored<Number>>{};
  BAUTA_CO_TRY(auto found, decode_number(*record));
  co_return std::optional(std::move(found));
}

Task<Result<Version>> Inventory::version_of_address(RealAddress address) const {
  BAUTA_CO_TRY(const auto record, co_await store_.get(key_of(address)));
  co_return record ? record->version : kAbsent;
}

Task<Result<NumberPage>> Inventory::list(ServiceId service, std::optional<Key> after,
                                         std::uint32_t limit,
                                         std::function<bool(const Number&)> filter) const {
  BAUTA_ASSERT(limit > 0);
  NumberPage listed;
  auto request = ScanRequest::prefix(ring_key(service, ring_name({}, Tier::any)));
  request.after = std::move(after);
  request.records_max = std::min(kListPage, limit);
  for (std::size_t looked_at = 0;;) {
    BAUTA_CO_TRY(auto page, co_await store_.scan(request));
    std::vector<Key> keys;
    for (const KeyedRecord& record : page.records) {
      BAUTA_CO_TRY(const auto place, read_place(record.key));
      keys.push_back(key_of(place.number));
    }
    BAUTA_CO_TRY(const auto records, co_await store_.multi_get(std::move(keys)));
    for (std::size_t at = 0; at < records.size(); ++at) {
      ++looked_at;
      request.after = page.records[at].key;
      if (!records[at]) continue;  // removed since the scan
      BAUTA_CO_TRY(auto number, decode_number(*records[at]));
      if (filter && !filter(number.value)) continue;
      listed.numbers.push_back(std::move(number));
      if (listed.numbers.size() < limit) continue;
      if (page.more || at + 1 < records.size()) listed.next = std::move(request.after);
      co_return listed;
    }
    if (!page.more) co_return listed;
    if (page.records.empty()) request.after = std::move(page.resume_after);
    if (looked_at >= kListLooksAtMax) {
      listed.next = std::move(request.after);
      co_return listed;
    }
    request.records_max = kListPage;
  }
}

void Inventory::add(Commit& commit, const Number& number) {
  commit.expect(key_of(number.number), kAbsent);
  commit.put(key_of(number.number), encode(number));
  for (Key& place : places_of(number)) commit.put(std::move(place), encode_place(number));
}

void Inventory::change(Commit& commit, const Stored<Number>& was, const Number& now) {
  // Another rank or locality would leave places behind in the rings.
  BAUTA_ASSERT(now.number == was.value.number && now.service == was.value.service &&
               now.rank == was.value.rank && now.locality == was.value.locality);
  commit.expect(key_of(now.number), was.version);
  commit.put(key_of(now.number), encode(now));
  std::string place_now = encode_place(now);
  if (place_now == encode_place(was.value)) return;
  for (Key& place : places_of(now)) commit.put(std::move(place), place_now);
}

void Inventory::remove(Commit& commit, const Stored<Number>& was) {
  BAUTA_ASSERT(was.value.status == NumberStatus::draining);
  commit.expect(key_of(was.value.number), was.version);
  commit.erase(key_of(was.value.number));
  for (Key& place : places_of(was.value)) commit.erase(std::move(place));
}

}  // namespace bauta
