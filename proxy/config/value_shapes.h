#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bauta {

// What the texts of a configuration have to look like.  Nothing is looked up.

/// Letters, digits, hyphens and underscores, as many as that.
bool is_plain(std::string_view text, std::size_t octets_min, std::size_t octets_max);
/// The address of "127.0.0.1:8080" or "[::1]:8080"; nullopt: it is none.  A name is none: it may mean several, of which some are not loopback.
std::optional<boost::asio::ip::address> listen_address_of(const std::string& listen);
/// Two listeners of which only one could be had: the same port (but 0, which is any that is free) of the same address, or of all and one.
bool take_one_place(const std::string& listen, const std::string& other);
/// "10.0.0.0/8", "fd00::/8": the bits beyond the prefix are zero, so that a slip of the pen opens no more than was meant.
bool is_network(const std::string& text);
/// http or https, a host, and nothing that would make a path appended to it mean something else.
bool is_base_url(std::string_view url);
/// Of a base URL: its host is localhost or an address of loopback.
bool leads_to_this_machine(std::string_view url);
/// Of a base URL: http, and to another machine.
bool is_in_the_clear(std::string_view url);
/// Twilio's: AC and 32 hexadecimal digits.
bool is_account_sid(std::string_view text);
/// ASCII that is seen: no blank, no control character.
bool is_visible(std::string_view text);

}  // namespace bauta
