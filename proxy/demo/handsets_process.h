#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "proxy/demo/child.h"
#include "proxy/demo/dev_loop.h"
#include "proxy/demo/handsets.h"

namespace bauta {

/// The process that plays the carrier: found, or started.
class HandsetsProcess {
 public:
  /// What it says goes to the end of `log`; "": where ours goes.
  explicit HandsetsProcess(HandsetsOptions options, std::filesystem::path log = {})
      : options_(std::move(options)), url_("http://" + options_.listen), log_(std::move(log)) {}

  const std::string& url() const { return url_; }

  /// One that an earlier run left behind is taken on with what it holds, unless there is a page to serve: that must know our key.
  /// Codes: dev.failed.
  Status make_sure_it_runs(DevLoop& loop);
  /// Also one that an earlier run left behind.
  void stop(DevLoop& loop);

 private:
  /// Whom the process that listens there speaks for; nullopt: nothing listens.
  std::optional<std::string> ask_whose(DevLoop& loop);
  void ask_to_stop(DevLoop& loop);
  Status spawn();

  const HandsetsOptions options_;
  const std::string url_;
  const std::filesystem::path log_;
  Child child_;
};

}  // namespace bauta
