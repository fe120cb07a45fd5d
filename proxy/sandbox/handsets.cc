#include "proxy/sandbox/handsets.h"

#include <charconv>

#include "proxy/sandbox/sandbox.pb.h"
#include "storage/store/records.h"

namespace bauta {
namespace {

Key inbox_key(ServiceId service, PersonHash person) {
  return Key("handset").id(service).id(person);
}

Result<HandsetText> read_text(const Record& record) {
  BAUTA_TRY(const auto stored, decode<records::HandsetText>(record));
  BAUTA_TRY(auto from, VirtualNumber::parse(stored.value.from()));
  return HandsetText{.id = stored.value.id(),
                     .from = std::move(from),
                     .text = MessageText::from_carrier(stored.value.text()),
                     .received_at = from_millis(stored.value.received_at_ms())};
}

}  // namespace

PersonHash SandboxHandsets::person(ServiceId service, const RealAddress& address) const {
  return index_key_.person(service, channel_name(address.channel()), address.reveal());
}

void SandboxHandsets::take(Commit& commit, ServiceId service, PersonHash person,
                           const HandsetText& text) {
  records::HandsetText record;
  record.set_id(text.id);
  record.set_from(text.from.str());
  record.set_text(text.text.reveal());
  record.set_received_at_ms(to_millis(text.received_at));
  commit.append(inbox_key(service, person), record.SerializeAsString(), text.received_at + kKept);
}

Task<Result<HandsetInbox>> SandboxHandsets::inbox(ServiceId service, RealAddress address,
                                                  std::uint32_t limit, std::string cursor) const {
  const Key prefix = inbox_key(service, person(service, address));
  auto request = ScanRequest::prefix(prefix);
  request.direction = Direction::backward;
  request.records_max = limit;
  if (!cursor.empty()) {
    std::uint64_t position = 0;
    const char* const end = cursor.data() + cursor.size();
    const auto [stop, error] = std::from_chars(cursor.data(), end, position);
    if (error != std::errc() || stop != end)
      co_return fail("cursor.malformed", "this cursor is of no handset's inbox");
    request.after = Key(prefix).u64(position);
  }
  BAUTA_CO_TRY(const auto page, co_await store_.scan(std::move(request)));
  HandsetInbox inbox;
  for (const auto& keyed : page.records) {
    BAUTA_CO_TRY(auto text, read_text(keyed.record));
    inbox.texts.push_back(std::move(text));
  }
  if (page.more && !page.records.empty()) {
    KeyReader reader(page.records.back().key, "handset");
    static_cast<void>(reader.bits());
    static_cast<void>(reader.bits());
    inbox.next_cursor = std::to_string(reader.u64());
  }
  co_return inbox;
}

}  // namespace bauta
