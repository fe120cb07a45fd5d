#pragma once

#include <string>
#include <string_view>

#include "proxy/net/http.h"
#include "proxy/net/router.h"

namespace bauta::api {

// Made at build time from docs/openapi.yaml.

/// The document itself.
std::string openapi_document();
/// The same for people: one page of HTML, without a script and without anything from elsewhere.
std::string reference_page();
/// What a page's <style> holds, and its hash for the policy.
std::string_view page_style();
std::string_view page_style_hash();

/// A page with that style that may load, run and send nothing, and stand in nobody's frame.
HttpResponse html_response(unsigned status, std::string html);

/// GET /openapi.yaml, /docs, and / that leads there.
void mount_reference(Router& router);

}  // namespace bauta::api
