#include "storage/journal/journal_records.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include "storage/journal/journal.pb.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::string_view kMagic = "bautajnl";
constexpr std::size_t kLength = 4;
constexpr std::size_t kSum = 8;
constexpr std::size_t kFrame = kLength + kSum;
/// An entry is made of a commit, which holds half of that.
constexpr std::size_t kPayloadMax = std::size_t{2} << 20;
/// What a disk writes whole or not at all.
constexpr std::size_t kSector = 512;

// libsodium makes none shorter than 16.
using Hash = std::array<unsigned char, crypto_generichash_BYTES_MIN>;

std::string_view sum_in(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), kSum};
}

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Hash hash_of(std::string_view payload) {
  Hash hash{};
  crypto_generichash(hash.data(), hash.size(), octets_of(payload), payload.size(), nullptr, 0);
  return hash;
}

/// Whether some octets at the front of `rest` have this sum: then a record is there, and its length is not what was written.
bool is_sum_of_front(std::string_view sum, std::string_view rest) {
  rest = rest.substr(0, kPayloadMax);
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, crypto_generichash_BYTES_MIN);
  for (std::size_t at = 0; at < rest.size(); ++at) {
    crypto_generichash_update(&state, octets_of(rest) + at, 1);
    auto so_far = state;
    Hash hash{};
    crypto_generichash_final(&so_far, hash.data(), hash.size());
    if (sum_in(hash) == sum) return true;
  }
  return false;
}

std::string framed(const records::JournalRecord& record) {
  const auto payload = record.SerializeAsString();
  BAUTA_ASSERT(payload.size() <= kPayloadMax);
  std::string octets;
  octets.reserve(kFrame + payload.size());
  for (std::size_t at = 0; at < kLength; ++at) {
    octets.push_back(
        static_cast<char>(static_cast<unsigned char>(payload.size() >> (24 - 8 * at))));
  }
  octets += sum_in(hash_of(payload));
  return octets + payload;
}

std::size_t length_in(std::string_view frame) {
  std::size_t length = 0;
  for (const char octet : frame.substr(0, kLength))
    length = length << 8 | static_cast<unsigned char>(octet);
  return length;
}

/// What a file system shows of octets that it had promised room and was not yet given.
bool is_blank(std::string_view octets) {
  return octets.find_first_not_of('\0') == std::string_view::npos;
}

/// Takes records from the front of what a file holds.
class Records {
 public:
  explicit Records(std::string_view octets) : octets_(octets) {
    if (octets_.starts_with(kMagic)) {
      at_ = kMagic.size();
    } else {
      // Of a file that was just being made there may be less.
      end(!kMagic.starts_with(octets_) && !is_blank(octets_));
    }
  }

  std::optional<records::JournalRecord> next() {
    const auto frame = octets_.substr(at_);
    if (frame.size() < kFrame || is_blank(frame)) return end(false);
    const auto length = length_in(frame);
    const auto sum = frame.substr(kLength, kSum);
    const auto rest = frame.substr(kFrame);
    if (length > rest.size()) return end(length > kPayloadMax || is_sum_of_front(sum, rest));
    const auto payload = rest.substr(0, length);
    const auto past = at_ + kFrame + length;
    if (sum_in(hash_of(payload)) != sum) return end(!may_be_unfilled(past));
    records::JournalRecord record;
    if (!record.ParseFromString(std::string(payload))) return end(true);
    at_ = past;
    return record;
  }
  bool is_damaged() const { return is_damaged_; }

 private:
  /// The record up to `past` has its room in the file.  Whether its last octets, and all behind them, may never have reached the disk.
  bool may_be_unfilled(std::size_t past) const {
    const auto last = octets_.find_last_not_of('\0');
    const auto border = (last / kSector + 1) * kSector;
    return border < past;
  }
  std::optional<records::JournalRecord> end(bool damaged) {
    is_damaged_ = is_damaged_ || damaged;
    at_ = octets_.size();
    return std::nullopt;
  }

  std::string_view octets_;
  std::size_t at_ = 0;
  bool is_damaged_ = false;
};

std::optional<JournalFile> begin_in(const std::optional<records::JournalRecord>& first) {
  if (!first || !first->has_begin()) return std::nullopt;
  return JournalFile{.begun_at = from_millis(first->at_ms()),
                     .store = first->begin().store(),
                     .follows_gap = first->begin().follows_gap()};
}

}  // namespace

std::string journal_begin(const JournalFile& file) {
  records::JournalRecord record;
  record.set_at_ms(to_millis(file.begun_at));
  record.mutable_begin()->set_store(file.store);
  record.mutable_begin()->set_follows_gap(file.follows_gap);
  return std::string(kMagic) + framed(record);
}

std::string journal_record(const JournalEntry& entry) {
  records::JournalRecord record;
  record.set_at_ms(to_millis(entry.at));
  record.set_entry(entry.octets);
  return framed(record);
}

JournalContent read_journal_octets(std::string_view octets) {
  JournalContent content;
  Records records(octets);
  const auto first = records.next();
  content.begin = begin_in(first);
  // An entry, where whose it is should stand, was not written there by us.
  content.is_damaged = first.has_value() && !content.begin;
  if (content.is_damaged) return content;
  while (auto record = records.next()) {
    if (!record->has_entry()) continue;
    content.entries.push_back(
        {.at = from_millis(record->at_ms()), .octets = std::move(*record->mutable_entry())});
  }
  content.is_damaged = records.is_damaged();
  return content;
}

std::optional<JournalFile> read_journal_begin(std::string_view octets) {
  return begin_in(Records(octets).next());
}

}  // namespace bauta
