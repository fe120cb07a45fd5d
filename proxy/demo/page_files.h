#pragma once

#include <string_view>
#include <vector>

namespace bauta {

/// One of the files in proxy/demo/page, which lie in the binary.
struct PageFile {
  std::string_view name;
  std::string_view content;
};
const std::vector<PageFile>& page_files();

}  // namespace bauta
