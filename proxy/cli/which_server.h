#pragma once

#include <functional>
#include <string>

#include "storage/store/result.h"

namespace bauta {

/// What of a relay a client speaks to.
enum class Face { api, admin };

/// Why `wanted` has no such path: `answers` says whether anything is at another path of the same server, by which the one that was
/// meant is told from another listener of Bauta's.  `not_found`: what it answered.
/// Codes: server.not_bauta; that of `not_found`, if it is what was wanted, and does not know the path all the same.
Error wrong_face(Face wanted, const Error& not_found,
                 const std::function<bool(const std::string& path)>& answers);

/// What may be wrong with the scheme of a URL, where the connection broke as it does then; "": nothing.
std::string scheme_advice(const std::string& url, const Error& error);

}  // namespace bauta
