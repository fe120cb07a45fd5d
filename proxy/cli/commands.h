#pragma once

#include <filesystem>

namespace bauta {

/// Every command ends with one of these; supervisors go by them: never renumber (docs/operations/exit-codes.md).
enum ExitCode : int {
  done = 0,
  refused = 1,
  wrong_usage = 2,
  unreachable = 3,
  /// `serve` ended because its store could promise nothing any more: what is on the disk decides, so start again.
  store_failed = 4,
  /// The same for want of space: start again once there is some.
  store_full = 5,
  /// The store is damaged: starting again does not help.
  store_corrupt = 6,
};

struct InitOptions {
  std::filesystem::path folder;
  /// Where the first key goes instead of standard output; made, for its owner alone.  Empty: nowhere.
  std::filesystem::path key_file = {};
  bool json = false;
};
/// Writes folder/bauta.toml and folder/master.key, and makes the store in folder/data; prints the first keys, once.
int run_init(const InitOptions& options);

struct ServeOptions {
  std::filesystem::path config;
  bool accept_loss = false;
};
/// Runs until SIGTERM or SIGINT, then drains; a second one ends it at once.  SIGHUP takes up the log level anew.
int run_serve(const ServeOptions& options);

struct StoreVerifyOptions {
  std::filesystem::path config;
  bool json = false;
};
/// Reads the whole store of a relay that does not run, and its sandbox's, and says what in them cannot be; nothing is written.
int run_store_verify(const StoreVerifyOptions& options);

struct DoctorOptions {
  std::filesystem::path config;
  bool json = false;
  /// Warnings fail too.
  bool strict = false;
};
/// Looks at all that an installation hangs on, whether its relay runs or not, and says what is wrong and how to mend it; nothing is written.
int run_doctor(const DoctorOptions& options);

int run_config_check(const std::filesystem::path& file, bool as_json);
int run_config_reference(bool as_json);
int run_version(bool as_json);

/// The whole command line: finds the command, says what is wrong with the words.
int run_command_line(int argc, const char* const* argv);

}  // namespace bauta
