#pragma once

#include <string>

#include "proxy/cli/command_tree.h"

namespace bauta {

/// The manual page, as groff with its man macros reads it; ASCII.
std::string manual_page(const CommandEntry& root);

/// The same as Markdown: the last part of docs/command-line.md.
std::string markdown_reference(const CommandEntry& root);

}  // namespace bauta
