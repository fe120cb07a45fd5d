#pragma once

#include "routing/desk/answer_book.h"
#include "routing/desk/calls.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// What a service knows of a person, and what they agreed to.
class PeopleDesk {
 public:
  PeopleDesk(const Workbench& bench, const AnswerBook& answers)
      : bench_(bench), answers_(answers) {}

  Task<Result<PersonExport>> export_person(ServiceId service, ExportPerson request) const;
  Task<Result<ConsentEntry>> record_consent(
      ServiceId service, RecordConsent request,
      std::optional<Idempotent<ConsentEntry>> idempotent) const;
  Task<Result<std::vector<ConsentEntry>>> consents_of(ServiceId service, RealAddress address) const;

 private:
  Task<Status> add_session(PersonExport& found, SessionState state, SessionId session,
                           std::optional<MessageId> after, std::uint32_t room) const;
  Task<Result<std::vector<Route>>> lines_of(ServiceId service,
                                            std::vector<PersonHash> people) const;
  Task<Result<std::vector<ConsentEntry>>> consents_under(Consenter who) const;
  Task<Result<std::optional<ConsentEntry>>> try_record(
      ServiceId service, RecordConsent request, ConsentEntry entry,
      std::optional<Idempotent<ConsentEntry>> idempotent) const;

  const Workbench& bench_;
  const AnswerBook& answers_;
};

}  // namespace bauta
