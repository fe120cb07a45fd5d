#include "routing/consent/ledger.h"

#include "pool/address/spellings.h"
#include "routing/consent/consent.pb.h"

namespace bauta {
namespace {

bool says_out(const std::optional<Stored<Consent>>& word) {
  return word && word->value.state == ConsentState::opted_out;
}

std::string encode(const Consent& consent) {
  records::Consent record;
  record.set_state(static_cast<std::uint32_t>(consent.state));
  record.set_source(static_cast<std::uint32_t>(consent.source));
  record.set_since_ms(to_millis(consent.since));
  return record.SerializeAsString();
}

}  // namespace

bool ConsentView::is_out() const { return says_out(everywhere) || says_out(line); }

Consenter consenter(const IndexKey& index_key, ServiceId service, const RealAddress& address) {
  const RealAddress today = today_spelt(address);
  return {.service = service,
          .person = index_key.person(service, channel_name(today.channel()), today.reveal())};
}

Key Ledger::key_of(const Consenter& who) { return Key("con").id(who.service).id(who.person); }

Key Ledger::line_key_of(const Consenter& who, const VirtualNumber& number) {
  return key_of(who).text(number.str());
}

Result<Stored<Consent>> Ledger::decode(const Record& record) {
  BAUTA_TRY(const auto stored, bauta::decode<records::Consent>(record));
  if (stored.value.state() > static_cast<std::uint32_t>(ConsentState::opted_out) ||
      stored.value.source() > static_cast<std::uint32_t>(ConsentSource::platform)) {
    return fail("storage.corrupt",
                "a consent record holds a state that this version does not know");
  }
  return Stored<Consent>{.value = {.state = static_cast<ConsentState>(stored.value.state()),
                                   .source = static_cast<ConsentSource>(stored.value.source()),
                                   .since = from_millis(stored.value.since_ms())},
                         .version = stored.version};
}

Task<Result<ConsentView>> Ledger::look_up(Consenter who, VirtualNumber number) const {
  std::vector<Key> keys{key_of(who), line_key_of(who, number)};
  BAUTA_CO_TRY(const auto records, co_await store_.multi_get(std::move(keys)));
  ConsentView view;
  if (records[0]) {
    BAUTA_CO_TRY(view.everywhere, decode(*records[0]));
  }
  if (records[1]) {
    BAUTA_CO_TRY(view.line, decode(*records[1]));
  }
  co_return view;
}

void Ledger::record(Commit& commit, const Consenter& who, const ConsentView& view,
                    const Consent& consent) {
  commit.expect(key_of(who), version_of(view.everywhere));
  commit.put(key_of(who), encode(consent));
}

void Ledger::record_line(Commit& commit, const Consenter& who, const VirtualNumber& number,
                         const ConsentView& view, const Consent& consent) {
  const Key key = line_key_of(who, number);
  commit.expect(key, version_of(view.line));
  commit.put(key, encode(consent));
}

}  // namespace bauta
