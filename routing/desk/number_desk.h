#pragma once

#include <optional>

#include "routing/desk/answer_book.h"
#include "routing/desk/calls.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// A number as it is when it is added.
Number compose_number(ServiceId service, NewNumber request, std::uint64_t rank, TimePoint now);
/// Codes: number.unknown_connection.
Status check_connections(const Workbench& bench, const std::optional<std::string>& connection,
                         const std::optional<std::vector<std::string>>& fallbacks);
std::unexpected<Error> number_taken(const VirtualNumber& number);

/// The numbers of a service's pool.
class NumberDesk {
 public:
  NumberDesk(const Workbench& bench, const AnswerBook& answers)
      : bench_(bench), answers_(answers) {}

  Task<Result<Number>> add(ServiceId service, NewNumber request,
                           std::optional<Idempotent<Number>> idempotent,
                           std::function<void(Commit&)> also = {}) const;
  Task<Result<Number>> show(ServiceId service, VirtualNumber number) const;
  Task<Result<Page<Number>>> list(ServiceId service, ListNumbers request) const;
  Task<Result<Number>> change(ServiceId service, VirtualNumber number, ChangeNumber request,
                              std::function<void(Commit&)> also = {}) const;
  Task<Status> remove(ServiceId service, VirtualNumber number,
                      std::function<void(Commit&)> also = {}) const;
  /// A walk over the service's numbers and lines.
  Task<Result<std::vector<PoolPlace>>> pool(ServiceId service) const;

 private:
  Task<Result<Stored<Number>>> find(ServiceId service, VirtualNumber number) const;
  Task<Result<bool>> try_add(Number number, std::optional<Idempotent<Number>> idem,
                             std::function<void(Commit&)> also) const;
  Task<Result<std::optional<Number>>> try_change(ServiceId service, VirtualNumber number,
                                                 ChangeNumber request,
                                                 std::function<void(Commit&)> also) const;
  Event tell(EventType type, const VirtualNumber& number, ServiceId service) const;

  const Workbench& bench_;
  const AnswerBook& answers_;
};

}  // namespace bauta
