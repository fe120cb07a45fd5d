#include "routing/inspection/inspector.h"

#include <algorithm>
#include <memory>

#include "storage/store/clear_keys.h"

namespace bauta {
namespace {

constexpr std::uint32_t kPage = 500;

/// Between the first key there can be and the last: families are named in ASCII.
ScanRequest everything() {
  return {.from = Key(), .to = Key::from_octets("\xff"), .records_max = kPage};
}

/// Where the next page begins; what could not be read is behind us, too.
std::optional<Key> end_of(ScanPage& page) {
  if (page.resume_after) return std::move(page.resume_after);
  return std::move(page.records.back().key);
}

const Inspector::Family* family_that_fits(const Key& key) {
  const auto name = family_of(key);
  for (const auto& family : families()) {
    if (family.name == name && read_shape(key, family.shape)) return &family;
  }
  return nullptr;
}

/// Owns the inspector for as long as it walks.
Task<Result<Inspection>> walk_of(std::unique_ptr<Inspector> inspector) {
  co_return co_await inspector->walk();
}

}  // namespace

/// What the walk asks of each family.  A new family is one line here, and a question of the Inspector's where it says something about
/// another record; a family that keys of two shapes share has a line for each.  Each says what it holds, too: what is personal is taken off
/// the disk after an erasure.
struct Families {
  static std::vector<Inspector::Family> all() {
    using I = Inspector;
    using enum Inspector::Content;
    return {
        {"acct", "a", &I::account, plain},
        {"acctname", "t", &I::account_name, plain},
        {"act", "sx", &I::activity, plain},
        {"audit", "an", &I::audit_entry, plain},
        {"auto", "th", &I::only_its_key, plain},
        {"clock", "t", &I::only_its_key, plain},
        {"con", "sh", &I::consent, personal},
        {"con", "sht", &I::consent, personal},
        {"confirm", "s", &I::only_its_key, plain},
        {"cur", "sht", &I::ring_cursor, personal},
        {"dead", "smp", &I::dead_letter, personal},
        {"dedup", "thn", &I::only_its_key, plain},
        {"dlv", "smp", &I::delivery, personal},
        {"down", "t", &I::only_its_key, plain},
        {"due", "nnnsx", &I::only_its_key, plain},
        {"ev", "sn", &I::event, plain},
        {"gone", "smp", &I::erased_delivery, plain},
        {"handset", "shn", &I::only_its_key, personal},
        {"handsetbusy", "sh", &I::only_its_key, plain},
        {"handsetdue", "nh", &I::only_its_key, personal},
        {"hook", "sw", &I::webhook, plain},
        {"hookat", "sw", &I::webhook_progress, plain},
        {"hooklog", "sw", &I::webhook_attempts, plain},
        {"idem", "sh", &I::kept_answer, personal},
        {"idemof", "sxh", &I::only_its_key, plain},
        {"idx", "sx", &I::session_index, plain},
        {"job", "sh", &I::only_its_key, personal},
        {"jobopen", "sh", &I::only_its_key, plain},
        {"key", "h", &I::api_key, plain},
        {"keyid", "ak", &I::api_key_id, plain},
        {"lanemax", "th", &I::lane_deadline, plain},
        {"mark", "n", &I::low_water_mark, plain},
        {"meta", "t", &I::only_its_key, plain},
        {"msg", "sxm", &I::message, personal},
        {"name", "sh", &I::session_name, plain},
        {"nl", "tsh", &I::line, plain},
        {"number", "t", &I::number, plain},
        {"out", "nn", &I::work_entry, plain},
        {"pair", "shh", &I::pair, personal},
        {"pid", "th", &I::provider_id, plain},
        {"refused", "stt", &I::only_its_key, plain},
        {"ring", "stnt", &I::ring_place, plain},
        {"rt", "sht", &I::route, personal},
        {"sandbox", "t", &I::only_its_key, plain},
        {"ses", "sx", &I::session, personal},
        {"svc", "s", &I::service, plain},
        {"svcname", "at", &I::service_name, plain},
        {"sys", "sm", &I::message, personal},
        {"who", "shx", &I::person_index, personal},
        {"wit", "h", &I::only_its_key, plain},
    };
  }
};

const std::vector<Inspector::Family>& families() {
  static const std::vector<Inspector::Family> kFamilies = Families::all();
  return kFamilies;
}

std::vector<std::string> personal_families() {
  std::vector<std::string> names;
  for (const auto& family : families()) {
    if (family.content == Inspector::Content::personal) names.emplace_back(family.name);
  }
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

std::string family_of(const Key& key) {
  const auto name = key.octets().substr(0, key.octets().find('/'));
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const bool shown = name.size() < key.octets().size() && name.size() <= 16 &&
                     std::ranges::all_of(name, is_letter);
  return shown && !name.empty() ? name : "?";
}

std::string describe_key(const Key& key, const IndexKey& index_key) {
  const auto* const family = family_that_fits(key);
  if (family == nullptr) {
    return show_part(KeyPart::hash, as_bytes(index_key.hash("inspection", key.octets())));
  }
  std::string shown;
  const auto parts = *read_shape(key, family->shape);
  for (std::size_t at = 0; at < parts.size(); ++at) {
    shown += (at == 0 ? "" : "/") + show_part(static_cast<KeyPart>(family->shape[at]), parts[at]);
  }
  return shown;
}

std::string describe(const Finding& finding) {
  return finding.family + " " + finding.key + ": " + finding.what;
}

std::uint64_t Inspection::records_read() const {
  std::uint64_t sum = 0;
  for (const auto& [family, count] : records) sum += count;
  return sum;
}

Task<Result<Inspection>> inspect(Store& store, const IndexKey& index_key,
                                 InspectionOptions options) {
  return walk_of(std::make_unique<Inspector>(store, index_key, std::move(options)));
}

Task<Result<Inspection>> Inspector::walk() {
  auto request = everything();
  std::uint64_t read = 0;
  for (bool more = true; more;) {
    BAUTA_CO_TRY(auto page, co_await store_.scan(request));
    more = page.more;
    if (more) request.after = end_of(page);
    read += page.records.size();
    for (auto& record : page.records) BAUTA_CO_CHECK(co_await look_at(std::move(record)));
    if (options_.progress) options_.progress(read);
  }
  BAUTA_CO_CHECK(co_await look_through_work_log());
  co_return std::move(inspection_);
}

Task<Status> Inspector::look_at(KeyedRecord record) {
  ++inspection_.records[family_of(record.key)];
  const auto* const family = family_that_fits(record.key);
  if (family == nullptr) {
    report(record.key, "has a key that no family has");
    co_return Status{};
  }
  co_return co_await (this->*family->check)(std::move(record));
}

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): one of the questions, as the others
Task<Status> Inspector::only_its_key(KeyedRecord) { co_return Status{}; }

void Inspector::entry_of_log(const KeyedRecord& entry) {
  const std::string_view octets = entry.key.octets();
  const auto log = octets.substr(0, octets.size() - 8);
  if (octets.ends_with(std::string_view("\0\0\0\0\0\0\0\0", 8))) {
    report(entry.key, "has the position 0, which is never given out");
  }
  if (log_ == log && entry.record.version < log_version_) {
    report(entry.key, "was committed before the entry that stands before it");
  }
  log_ = log;
  log_version_ = entry.record.version;
}

void Inspector::report(const Key& key, std::string what) {
  if (inspection_.findings.size() >= options_.findings_max) {
    ++inspection_.findings_left_out;
    return;
  }
  inspection_.findings.push_back(
      {.family = family_of(key), .key = describe_key(key, index_key_), .what = std::move(what)});
}

Task<Result<bool>> Inspector::exists(Key key) {
  const auto found = co_await store_.get(std::move(key));
  if (found) co_return found->has_value();
  if (found.error().code == "storage.corrupt") co_return true;
  co_return std::unexpected(found.error());
}

}  // namespace bauta
