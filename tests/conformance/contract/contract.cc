#include "tests/conformance/contract/contract.h"

#include <string_view>

namespace bauta {

std::string describe(const CommitOutcome& outcome) {
  struct Words {
    std::string operator()(const Committed&) const { return "committed"; }
    std::string operator()(const Conflict& conflict) const {
      return "conflict " + conflict.key.octets();
    }
    std::string operator()(const Refused& refused) const {
      return "refused " + std::string(refused.error.code);
    }
    std::string operator()(const Unknown& unknown) const {
      return "unknown " + std::string(unknown.error.code);
    }
  };
  return std::visit(Words{}, outcome);
}

std::string describe(const Result<ScanPage>& page) {
  if (!page) return std::string(page.error().code);
  std::string text;
  for (const auto& [key, record] : page->records) {
    if (!text.empty()) text += ' ';
    text += key.octets() + "=" + record.value;
  }
  return text + (page->more ? " ..." : "");
}

std::string describe(const Result<std::optional<Record>>& record) {
  if (!record) return std::string(record.error().code);
  return *record ? (*record)->value : "absent";
}

Committed StoreContract::committed(Commit commit) {
  auto outcome = this->commit(std::move(commit));
  EXPECT_EQ(describe(outcome), "committed");
  auto* const done = std::get_if<Committed>(&outcome);
  return done != nullptr ? std::move(*done) : Committed{};
}

Version StoreContract::put(const std::string& key, std::string value,
                           std::optional<TimePoint> expiry) {
  return committed(std::move(Commit().put(this->key(key), std::move(value), expiry))).version;
}

Version StoreContract::version(const std::string& key) {
  const auto record = run(store().get(this->key(key)));
  EXPECT_TRUE(record) << record.error().detail;
  return record && *record ? (*record)->version : kAbsent;
}

}  // namespace bauta
