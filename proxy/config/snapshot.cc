#include "proxy/config/snapshot.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "proxy/config/settings.h"

namespace bauta {
namespace {

constexpr std::string_view kConnections = "connections.";
constexpr std::size_t kHashOctets = 8;

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// The same secret has the same one, in this process alone: who reads its memory learns nothing to try words against.
std::string fingerprint(std::string_view secret) {
  static const auto key = [] {
    std::array<unsigned char, crypto_generichash_KEYBYTES> octets{};
    randombytes_buf(octets.data(), octets.size());
    return octets;
  }();
  std::string hash(crypto_generichash_BYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(), octets_of(secret),
                     secret.size(), key.data(), key.size());
  return hash;
}

/// "connections.twilio" of "connections.twilio.token"; "" of other keys.
std::string_view connection_of(std::string_view key) {
  return key.starts_with(kConnections) ? key.substr(0, key.rfind('.')) : std::string_view();
}

void add_once(std::vector<std::string>& names, std::string_view name) {
  if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
}

}  // namespace

ConfigSnapshot::ConfigSnapshot(const Config& config) {
  for (const auto& setting : settings()) {
    put(fmt::format("{}.{}", setting.section, setting.name), setting.show(config), setting.is_live,
        setting.unit == "secret");
  }
  for (const auto& connection : config.connections) {
    for (const auto& setting : connection_settings()) {
      auto text = setting.number != nullptr ? fmt::format("{}", connection.*setting.number)
                                            : connection.*setting.member;
      put(fmt::format("{}{}.{}", kConnections, connection.name, setting.name), std::move(text),
          setting.is_live, setting.is_secret);
    }
  }
}

void ConfigSnapshot::put(std::string key, std::string text, bool is_live, bool is_secret) {
  if (is_secret) {
    auto hash = fingerprint(text);
    wipe(text);
    text = std::move(hash);
  }
  values_.insert_or_assign(
      std::move(key), Value{.text = std::move(text), .is_live = is_live, .is_secret = is_secret});
}

ConfigChanges ConfigSnapshot::changes_to(const ConfigSnapshot& next) const {
  ConfigChanges changes;
  for (const auto& [key, value] : values_) {
    const auto other = next.values_.find(key);
    if (other == next.values_.end()) {
      add_once(changes.restart, connection_of(key));
    } else if (other->second.text != value.text) {
      (value.is_live ? changes.live : changes.restart).push_back(key);
    }
  }
  for (const auto& [key, value] : next.values_)
    if (!values_.contains(key)) add_once(changes.restart, connection_of(key));
  return changes;
}

void ConfigSnapshot::take_up_live(const ConfigSnapshot& next) {
  for (auto& [key, value] : values_) {
    if (!value.is_live) continue;
    if (const auto other = next.values_.find(key); other != next.values_.end())
      value.text = other->second.text;
  }
}

std::string ConfigSnapshot::hash() const {
  std::string all;
  for (const auto& [key, value] : values_) {
    if (!value.is_secret) all += fmt::format("{}={}\n", key, value.text);
  }
  std::array<unsigned char, kHashOctets> octets{};
  crypto_generichash(octets.data(), octets.size(), octets_of(all), all.size(), nullptr, 0);
  // Letters alone: a label with many digits in a row would be taken for somebody's number.
  std::string letters;
  for (const unsigned char octet : octets) {
    letters += static_cast<char>('a' + (octet >> 4));
    letters += static_cast<char>('a' + (octet & 0xf));
  }
  return letters;
}

}  // namespace bauta
