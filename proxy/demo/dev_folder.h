#pragma once

#include <filesystem>
#include <string>

#include "proxy/demo/dev.h"
#include "storage/store/result.h"

namespace bauta {

/// The folder of `bauta dev`: what lies there beside the relay's own, and the configuration that is written into it.
struct DevFolder {
  std::filesystem::path path;
  std::filesystem::path config;
  std::string token;
  std::string secret;
  /// Of the store that is kept; "" before there is one.
  std::string key;
  /// Of its sandbox.
  std::string test_key;

  /// Made where it is not there.  Codes: dev.failed.
  static Result<DevFolder> open(const DevOptions& options);
  /// Keeps them for the next run.  Codes: dev.failed.
  Status keep(const DevKeys& made);

 private:
  Status save() const;
};

}  // namespace bauta
