#pragma once

#include <vector>

#include "proxy/net/page_answer.h"

namespace bauta {

/// The files in proxy/admin/page.
const std::vector<PageFile>& operations_files();

}  // namespace bauta
