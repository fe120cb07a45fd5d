#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/store/result.h"

namespace bauta {

struct ChildOptions {
  /// Those of `bauta`: {"serve", "--config", "bauta.toml"}.  Everybody on the machine may read them.
  std::vector<std::string> arguments;
  /// Beside ours: {"NAME=value"}.  The place for secrets.
  std::vector<std::string> variables = {};
  /// What it says goes to the end of this file; "": where ours goes.
  std::filesystem::path log = {};
  /// It gets SIGTERM when this process dies, however that dies.
  bool dies_with_us = false;
};

/// This program once more, as a process of its own, in a group of its own: Ctrl-C on the terminal reaches us alone, and we end it in
/// our order.  Started on the thread that lives as long as the process.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Codes: dev.failed.
  Status start(const ChildOptions& options);
  /// Has it not been started, or has it ended?
  bool has_ended();
  void signal(int number) const;
  /// Waits for its end; after `patience` it gets SIGKILL.
  void wait(std::chrono::milliseconds patience);

 private:
  pid_t pid_ = 0;
};

}  // namespace bauta
