#include "proxy/cli/relay_backups.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "proxy/cli/backup_json.h"
#include "proxy/cli/journal_replay.h"
#include "proxy/config/log.h"
#include "proxy/net/rfc3339.h"
#include "storage/journal/journal_files.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 1min;
/// After one that failed.
constexpr auto kTryAgain = 10min;
/// By time, a replay looks somewhat further back than its backup; so much more is kept.
constexpr auto kToBeSure = 1h;
/// Not the least there is: who holds a lock of the store must get on.
constexpr int kLessUrgent = 10;

}  // namespace

RelayBackups::RelayBackups(const Config& config, OpenStore& store, const Clock& wall,
                           metrics::Instruments& metrics)
    : config_(config), store_(store), wall_(wall), metrics_(metrics), started_(wall.now()) {}

void RelayBackups::start() {
  if (config_.backup_path.empty()) return;
  look_at_newest();
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void RelayBackups::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

Status RelayBackups::begin() {
  if (config_.backup_path.empty()) {
    return fail("backup.not_configured",
                "the configuration names no folder for backups: [backup] path");
  }
  const std::lock_guard lock(mutex_);
  if (is_wanted_ || running_since_)
    return fail("backup.in_progress", "a backup is being made already");
  is_wanted_ = true;
  changed_.notify_one();
  return {};
}

void RelayBackups::work(const std::stop_token& stop) {
  // Linux: of this thread, not of the process.
  (void)::setpriority(PRIO_PROCESS, 0, kLessUrgent);
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      if (!is_wanted_ && !is_due()) {
        changed_.wait_for(lock, stop, kLook, [this] { return is_wanted_; });
      }
      if (stop.stop_requested()) return;
      if (!is_wanted_ && !is_due()) continue;
      is_wanted_ = false;
      bytes_ = 0;
      running_since_ = wall_.now();
    }
    make(stop);
  }
}

/// What earlier processes made counts as well.
void RelayBackups::look_at_newest() {
  const auto backups = list_backups(config_.backup_path);
  if (!backups || backups->empty()) return;
  const auto& newest = backups->back();
  const std::lock_guard lock(mutex_);
  newest_ = newest.created_at;
  metrics_.newest_backup(std::chrono::floor<std::chrono::seconds>(newest.created_at), newest.bytes);
}

bool RelayBackups::is_due() const {
  if (config_.backup_every == 0h || Monotonic::now() < next_try_) return false;
  if (!newest_) return true;
  // One from the future was made by a clock that was wrong.
  const auto now = wall_.now();
  return now >= *newest_ + config_.backup_every || now < *newest_ - 1h;
}

void RelayBackups::make(const std::stop_token& stop) {
  const auto began = Monotonic::now();
  auto backup = store_.back_up({.folder = config_.backup_path,
                                .keep = static_cast<std::uint32_t>(config_.backup_keep),
                                .progress = [this](std::uint64_t bytes) { bytes_ = bytes; },
                                .stop = stop});
  note({.at = wall_.now(), .took = Monotonic::now() - began, .backup = std::move(backup)});
  drop_journal();
}

void RelayBackups::note(const Ended& ended) {
  {
    // Before the metrics: who sees there that one failed finds the warning.
    const std::lock_guard lock(mutex_);
    if (ended.backup) newest_ = ended.backup->created_at;
    next_try_ = ended.backup ? Monotonic::time_point::min() : Monotonic::now() + kTryAgain;
    running_since_.reset();
    last_ = ended;
  }
  if (ended.backup) {
    metrics_.backup_done(ended.took);
    metrics_.newest_backup(std::chrono::floor<std::chrono::seconds>(ended.backup->created_at),
                           ended.backup->bytes);
    log::info("backup made id={} bytes={} seconds={:.1f}", ended.backup->id, ended.backup->bytes,
              ended.took.count());
    if (!ended.backup->not_removed.empty())
      log::warn("older backups stay detail={}", ended.backup->not_removed);
  } else if (ended.backup.error().code == "storage.closed") {
    log::info("backup not finished: the relay stops");
  } else {
    metrics_.backup_failed();
    log::error("backup failed code={} detail={}", ended.backup.error().code,
               ended.backup.error().detail);
  }
}

/// No backup that is left needs what is older than all of them.
void RelayBackups::drop_journal() const {
  if (config_.backup_journal.empty()) return;
  const auto backups = list_backups(config_.backup_path);
  if (!backups || backups->empty()) return;
  auto needed = journal_needed_by(*backups);
  for (auto& from : needed) {
    from.time = std::min(from.time, wall_.now() - Replay::kClocksApart) - kToBeSure;
  }
  const auto dropped = drop_journal_before(config_.backup_journal, needed);
  if (!dropped) log::warn("old files of the journal stay detail={}", dropped.error().detail);
}

Json::Value RelayBackups::show() const {
  Json::Value json(Json::objectValue);
  const auto backups = config_.backup_path.empty()
                           ? std::vector<Backup>()
                           : list_backups(config_.backup_path).value_or(std::vector<Backup>());
  json["backups"] = json_of(backups);
  json["path"] =
      config_.backup_path.empty() ? Json::Value() : Json::Value(config_.backup_path.string());
  json["every_hours"] = Json::Int64(config_.backup_every.count());
  json["keep"] = Json::Int64(config_.backup_keep);
  const std::lock_guard lock(mutex_);
  json["state"] = is_wanted_ || running_since_ ? "running" : "idle";
  json["bytes_read"] = running_since_ ? Json::Value(Json::UInt64(bytes_.load())) : Json::Value();
  json["last"] = Json::Value();
  if (!last_) return json;
  auto& last = json["last"] = Json::Value(Json::objectValue);
  last["ended_at"] = format_rfc3339(last_->at);
  last["seconds"] = last_->took.count();
  if (last_->backup) {
    last["backup"] = json_of(*last_->backup);
  } else {
    last["code"] = std::string(last_->backup.error().code);
    last["detail"] = last_->backup.error().detail;
  }
  return json;
}

std::optional<std::string> RelayBackups::warning() const {
  if (config_.backup_path.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (last_ && !last_->backup) {
    return fmt::format("the last one failed: {}: {}", last_->backup.error().code,
                       last_->backup.error().detail);
  }
  const auto since = newest_.value_or(started_);
  if (config_.backup_every == 0h || wall_.now() < since + 2 * config_.backup_every)
    return std::nullopt;
  return newest_ ? "the newest is of " + format_rfc3339(*newest_) + ", and one is overdue"
                 : "none was ever made, and one is overdue";
}

}  // namespace bauta
