#include "proxy/api/shown.h"

namespace bauta::api {
namespace {

Task<Result<ApiAnswer>> show(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<JobId>(call, "id", "job.not_found"));
  BAUTA_CO_TRY(const auto job, co_await api.desk.show_job(call.caller, id));
  co_return answer(200, job_json(job));
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  Faults faults;
  QueryReader query(call.request, faults);
  const auto limit = query.limit(api.limits);
  auto cursor = query.cursor();
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_TRY(const auto page, co_await api.desk.list_jobs(call.caller, limit, std::move(cursor)));
  Json::Value data(Json::arrayValue);
  for (const auto& job : page.data) data.append(job_json(job));
  co_return answer(200, page_json(std::move(data), page.next_cursor));
}

}  // namespace

void mount_jobs(Api& api) {
  const std::vector<Scope> scopes = {Scope::sessions_read, Scope::sessions_write,
                                     Scope::numbers_read, Scope::numbers_write};
  api.on_list("/api/v1/jobs", scopes, list);
  api.on("GET", "/api/v1/jobs/{id}", scopes, show);
}

}  // namespace bauta::api
