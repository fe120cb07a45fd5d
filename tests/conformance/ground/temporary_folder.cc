#include "tests/conformance/ground/temporary_folder.h"

#include <cstdlib>
#include <string>

#include "storage/store/assert.h"

namespace bauta {

TemporaryFolder::TemporaryFolder() {
  auto pattern = (std::filesystem::temp_directory_path() / "bauta-test-XXXXXX").string();
  BAUTA_ASSERT(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace bauta
