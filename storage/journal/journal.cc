#include "storage/journal/journal.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace bauta {

namespace asio = boost::asio;

struct Journal::Waiting {
  std::vector<std::string> entries;
  /// Counts as work of its context, which so does not end while somebody waits.
  Executor executor;
  std::move_only_function<void(Status)> resume;
};

Result<std::unique_ptr<Journal>> Journal::open(JournalOptions options, const Clock& clock) {
  const auto files = list_journal(options.folder);
  for (const auto& file : files.value_or(std::vector<JournalFile>())) {
    // Whose a damaged one is nobody can tell: it is written on in another, and told by who reads it.
    if (file.is_damaged || file.store == options.store) continue;
    return fail("backup.foreign_journal",
                options.folder.string() +
                    ": this is the journal of another store; name a folder of its own for it, or "
                    "move the files away: [backup] journal");
  }
  // Of a folder that cannot be read the same is said when it is written to.
  const auto next = next_journal_number(options.folder).value_or(1);
  if (!files || files->empty()) options.follows_gap = true;
  std::unique_ptr<Journal> journal(new Journal(std::move(options), clock, next));
  if (auto opened = journal->open_file(); !opened)
    journal->note(std::move(opened.error()));
  else
    journal->note(std::nullopt);
  const MutexLock lock(journal->join_mutex_);
  journal->thread_ = std::thread([self = journal.get()] { self->work(); });
  return journal;
}

Journal::Journal(JournalOptions options, const Clock& clock, std::uint64_t next_file)
    : options_(std::move(options)),
      clock_(clock),
      first_file_(next_file),
      next_file_(next_file),
      is_gap_(options_.follows_gap) {}

Journal::~Journal() { close(); }

Task<Status> Journal::append(std::vector<std::string> entries) {
  auto executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(Status)>(
      [this](auto handler, std::vector<std::string>&& taken, Executor resume_on) {
        submit(std::make_unique<Waiting>(
            Waiting{.entries = std::move(taken),
                    .executor = asio::prefer(resume_on, asio::execution::outstanding_work.tracked),
                    .resume = std::move(handler)}));
      },
      asio::use_awaitable_t<Executor>{}, std::move(entries), std::move(executor));
}

void Journal::submit(std::unique_ptr<Waiting> waiting) {
  Status taken;
  {
    const MutexLock lock(mutex_);
    if (closing_) {
      taken = fail("storage.closed", "the store is being closed");
    } else if (queue_.size() >= options_.waiting_max) {
      taken = fail("storage.overloaded", "too many commits wait for the journal; try again");
    } else {
      queue_.push_back(std::move(waiting));
    }
  }
  if (taken) {
    changed_.notify_one();
  } else {
    // Never resumed from here: who calls in a loop would grow the stack.
    resume(std::move(waiting), std::move(taken));
  }
}

std::optional<Error> Journal::failure() const {
  const MutexLock lock(mutex_);
  return failure_;
}

std::optional<JournalPlace> Journal::place() {
  const MutexLock lock(mutex_);
  if (place_) told_file_ = place_->file;
  return place_;
}

void Journal::close() {
  {
    const MutexLock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_one();
  const MutexLock lock(join_mutex_);
  if (!thread_.joinable()) return;
  thread_.join();
  // Commands that change nothing leave nothing.
  if (file_ && !is_to_stay())
    static_cast<void>(drop_journal_file(options_.folder, file_->file().number));
  file_.reset();
}

/// One that tells of a gap, one that a backup may name, and the last one there is, without which numbers would begin anew.
bool Journal::is_to_stay() const {
  if (file_->entries() > 0 || file_->file().follows_gap) return true;
  const auto files = list_journal(options_.folder);
  if (!files || files->size() < 2) return true;
  const MutexLock lock(mutex_);
  return told_file_ == file_->file().number;
}

void Journal::work() {
  for (auto group = take_group(); !group.empty(); group = take_group()) {
    auto written = write(group);
    note(written ? std::nullopt : std::optional(written.error()));
    for (auto& waiting : group) resume(std::move(waiting), written);
  }
}

Journal::Group Journal::take_group() {
  const MutexLock lock(mutex_);
  while (queue_.empty() && !closing_) changed_.wait(mutex_);
  Group group;
  for (auto& waiting : queue_) group.push_back(std::move(waiting));
  queue_.clear();
  return group;
}

Status Journal::write(const Group& group) {
  const auto now = clock_.now();
  if (file_ && (file_->bytes() >= options_.file_bytes_max ||
                now - file_->file().begun_at >= options_.file_age_max)) {
    file_.reset();
  }
  if (!file_) BAUTA_CHECK(open_file());
  std::vector<std::string> entries;
  for (const auto& waiting : group)
    entries.insert(entries.end(), waiting->entries.begin(), waiting->entries.end());
  if (auto written = file_->append(now, entries); !written) {
    // After a failed flush nobody knows what is on the disk: this file is left as it is.
    file_.reset();
    is_gap_ = true;
    next_try_ = std::chrono::steady_clock::now() + options_.try_again;
    return written;
  }
  note_place();
  if (options_.observer != nullptr) options_.observer->written(entries.size());
  return {};
}

Status Journal::open_file() {
  if (std::chrono::steady_clock::now() < next_try_) {
    if (auto known = failure()) return std::unexpected(*std::move(known));
  }
  auto begun = JournalWriter::begin(options_.folder, {.number = next_file_++,
                                                      .begun_at = clock_.now(),
                                                      .store = options_.store,
                                                      .follows_gap = is_gap_});
  if (!begun) {
    is_gap_ = true;
    next_try_ = std::chrono::steady_clock::now() + options_.try_again;
    return std::unexpected(std::move(begun.error()));
  }
  file_.emplace(*std::move(begun));
  is_gap_ = false;
  note_place();
  return {};
}

void Journal::note_place() {
  const MutexLock lock(mutex_);
  place_ = {
      .file = file_->file().number, .entry = file_->entries(), .begun_at = file_->file().begun_at};
}

void Journal::note(const std::optional<Error>& failure) {
  {
    const MutexLock lock(mutex_);
    failure_ = failure;
  }
  if (options_.observer != nullptr) options_.observer->failing(failure);
}

void Journal::resume(std::unique_ptr<Waiting> waiting, Status status) {
  const auto executor = waiting->executor;
  asio::post(executor, [waiting = std::move(waiting), status = std::move(status)]() mutable {
    auto resume_it = std::move(waiting->resume);
    resume_it(std::move(status));
  });
}

}  // namespace bauta
