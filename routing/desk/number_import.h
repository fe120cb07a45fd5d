#pragma once

#include <functional>

#include "routing/desk/answer_book.h"
#include "routing/desk/calls.h"
#include "routing/desk/job.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// Imports of as many numbers as there are, as jobs: a batch is added in commits of some numbers each, and each of these says how far the job is.
/// A batch whose answer was lost, or that a crash interrupted, is brought again, and goes on where it was: no number is counted twice, and
/// none of its own is refused as taken.
class NumberImporter {
 public:
  NumberImporter(const Workbench& bench, const AnswerBook& answers)
      : bench_(bench), answers_(answers) {}

  Task<Result<Job>> begin(ServiceId service, std::uint64_t total,
                          std::optional<Idempotent<Job>> idempotent,
                          std::function<void(Commit&, const Job&)> also = {}) const;
  /// Codes: job.not_found, import.out_of_order, import.done, storage.contended.
  Task<Result<ImportedBatch>> add(ServiceId service, JobId job, ImportBatch batch) const;

 private:
  /// Numbers of one commit: a number is some eight writes.
  static constexpr std::size_t kAtOnce = 100;

  Task<Result<Stored<Job>>> find(ServiceId service, JobId id) const;
  Task<Result<bool>> try_add(Job& job, Version was, ImportedBatch& done, ImportBatch& batch,
                             std::size_t from, std::size_t to) const;
  Task<Status> tell_again(ServiceId service, ImportedBatch& done, ImportBatch& batch,
                          std::size_t to) const;
  Task<Result<std::vector<std::optional<Stored<Number>>>>> look_up(ImportBatch& batch,
                                                                   std::size_t from,
                                                                   std::size_t to) const;

  const Workbench& bench_;
  const AnswerBook& answers_;
};

}  // namespace bauta
