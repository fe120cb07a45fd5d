#include "routing/recovery/journal_words.h"

#include <algorithm>
#include <utility>

#include "routing/recovery/recovery.pb.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::string_view kConsent = "con/";
constexpr std::string_view kRoute = "rt/";
constexpr std::string_view kSession = "ses/";
constexpr std::string_view kJob = "job/";
constexpr std::string_view kOpenJob = "jobopen/";
constexpr std::string_view kApiKeyId = "keyid/";
constexpr std::string_view kWebhook = "hook/";

bool is_of(const Key& key, std::string_view family) { return key.octets().starts_with(family); }

Record record_of(std::string value) {
  return {.value = std::move(value), .version = kAbsent, .expiry = {}};
}

std::string consent_entry(const Put& put) {
  records::JournalledWord word;
  word.mutable_consent()->set_key(put.key.octets());
  word.mutable_consent()->set_value(put.value);
  return word.SerializeAsString();
}

std::string grant_entry(const Route& route) {
  records::JournalledWord word;
  auto& grant = *word.mutable_grant();
  grant.set_service(std::string(route.service.bytes()));
  grant.set_person(std::string(route.person.bytes()));
  grant.set_number(route.number.str());
  grant.set_session(std::string(route.session.bytes()));
  grant.set_seat(std::string(route.seat.bytes()));
  return word.SerializeAsString();
}

std::string erasure_entry(const Key& key) {
  KeyReader reader(key, "ses");
  const auto service = reader.id<ServiceTag>();
  const auto session = reader.id<SessionTag>();
  records::JournalledWord word;
  word.mutable_erasure()->set_service(std::string(service.bytes()));
  word.mutable_erasure()->set_session(std::string(session.bytes()));
  return word.SerializeAsString();
}

/// Every path on which a key ends erases its pointer, which names it without its hash.
std::string revocation_entry(const Key& key) {
  KeyReader reader(key, "keyid");
  const auto account = reader.id<AccountTag>();
  const auto id = reader.id<KeyTag>();
  records::JournalledWord word;
  word.mutable_key_revocation()->set_account(std::string(account.bytes()));
  word.mutable_key_revocation()->set_api_key(std::string(id.bytes()));
  return word.SerializeAsString();
}

std::string webhook_entry(const Key& key, std::optional<std::uint32_t> revision) {
  KeyReader reader(key, "hook");
  const auto service = reader.id<ServiceTag>();
  const auto webhook = reader.id<WebhookTag>();
  records::JournalledWord word;
  word.mutable_webhook_change()->set_service(std::string(service.bytes()));
  word.mutable_webhook_change()->set_webhook(std::string(webhook.bytes()));
  if (revision) word.mutable_webhook_change()->set_revision(*revision);
  return word.SerializeAsString();
}

std::uint32_t revision_of(const Put& put) {
  const auto webhook = decode_webhook({.key = put.key, .record = record_of(put.value)});
  BAUTA_ASSERT(webhook.has_value());  // we just wrote it
  return webhook->value.revision;
}

/// The record beside the entry in the list of open jobs, which is only written when a job begins.
std::string job_entry(const Commit& commit, const Key& open) {
  const auto key = std::string(kJob) + open.octets().substr(kOpenJob.size());
  const auto job = std::ranges::find(commit.puts, Key::from_octets(key), &Put::key);
  BAUTA_ASSERT(job != commit.puts.end());
  records::JournalledWord word;
  word.set_job(job->value);
  return word.SerializeAsString();
}

std::unexpected<Error> unreadable() {
  return fail("storage.corrupt", "an entry of the journal cannot be read");
}

Result<JournalWord> read_consent(const records::JournalledWord::Consent& word) {
  constexpr std::size_t kIds = 2 * sizeof(Bits128);
  const auto key = Key::from_octets(word.key());
  if (!is_of(key, kConsent) || key.octets().size() < kConsent.size() + kIds) return unreadable();
  KeyReader reader(key, "con");
  const auto service = reader.id<ServiceTag>();
  const auto person = reader.id<PersonTag>();
  const Consenter who{.service = service, .person = person};
  std::optional<VirtualNumber> number;
  if (key != Ledger::key_of(who)) {
    BAUTA_TRY(number, VirtualNumber::parse(reader.text()));
    if (key != Ledger::line_key_of(who, *number)) return unreadable();
  }
  BAUTA_TRY(const auto consent, Ledger::decode(record_of(word.value())));
  return RecordedConsent{
      .key = key, .who = who, .number = std::move(number), .consent = consent.value};
}

Result<JournalWord> read_grant(const records::JournalledWord::Grant& word) {
  const auto service = ServiceId::from_bytes(word.service());
  const auto person = PersonHash::from_bytes(word.person());
  auto number = VirtualNumber::from_carrier(word.number());
  const auto session = SessionId::from_bytes(word.session());
  const auto seat = SeatId::from_bytes(word.seat());
  if (!service || !person || !number || !session || !seat) return unreadable();
  return GrantedLine{.service = *service,
                     .person = *person,
                     .number = *std::move(number),
                     .session = *session,
                     .seat = *seat};
}

Result<JournalWord> read_revocation(const records::JournalledWord::KeyRevocation& word) {
  const auto account = AccountId::from_bytes(word.account());
  const auto key = ApiKeyId::from_bytes(word.api_key());
  if (!account || !key) return unreadable();
  return RevokedKey{.account = *account, .key = *key};
}

Result<JournalWord> read_webhook(const records::JournalledWord::WebhookChange& word) {
  const auto service = ServiceId::from_bytes(word.service());
  const auto webhook = WebhookId::from_bytes(word.webhook());
  if (!service || !webhook) return unreadable();
  return ChangedWebhook{
      .service = *service,
      .webhook = *webhook,
      .revision = word.has_revision() ? std::optional(word.revision()) : std::nullopt};
}

}  // namespace

std::vector<std::string> journal_entries_of(const Commit& commit) {
  std::vector<std::string> entries;
  for (const Put& put : commit.puts) {
    if (is_of(put.key, kConsent)) {
      entries.push_back(consent_entry(put));
    } else if (is_of(put.key, kOpenJob)) {
      entries.push_back(job_entry(commit, put.key));
    } else if (is_of(put.key, kRoute)) {
      const auto route = decode_route(record_of(put.value));
      BAUTA_ASSERT(route.has_value());  // we just wrote it
      if (route->value.state == RouteState::live) entries.push_back(grant_entry(route->value));
    } else if (is_of(put.key, kWebhook)) {
      // One that is new, and of which a backup knows nothing or all, has none.
      if (const auto revision = revision_of(put); revision > 0)
        entries.push_back(webhook_entry(put.key, revision));
    }
  }
  for (const Key& key : commit.erases) {
    if (is_of(key, kSession)) entries.push_back(erasure_entry(key));
    if (is_of(key, kApiKeyId)) entries.push_back(revocation_entry(key));
    if (is_of(key, kWebhook)) entries.push_back(webhook_entry(key, std::nullopt));
  }
  return entries;
}

Result<JournalWord> read_journal_word(std::string_view entry) {
  records::JournalledWord word;
  if (!word.ParseFromString(std::string(entry))) return unreadable();
  if (word.has_consent()) return read_consent(word.consent());
  if (word.has_grant()) return read_grant(word.grant());
  if (word.has_erasure()) {
    const auto service = ServiceId::from_bytes(word.erasure().service());
    const auto session = SessionId::from_bytes(word.erasure().session());
    if (!service || !session) return unreadable();
    return ErasedSession{.service = *service, .session = *session};
  }
  if (word.has_key_revocation()) return read_revocation(word.key_revocation());
  if (word.has_webhook_change()) return read_webhook(word.webhook_change());
  if (!word.has_job()) return unreadable();
  BAUTA_TRY(auto job, Jobs::decode(record_of(word.job())));
  return std::move(job.value);
}

}  // namespace bauta
