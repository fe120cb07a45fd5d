#include "proxy/api/new_number.h"
#include "proxy/api/shown.h"

namespace bauta::api {
namespace {

constexpr std::int64_t kTotalMax = 10'000'000;
constexpr std::int64_t kBatchMax = 1'000'000;

Task<Result<ApiAnswer>> begin(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  Faults faults;
  ObjectReader fields(body, "", faults);
  fields.require("total");
  const auto total = fields.integer("total", 1, kTotalMax);
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  const KeptEffect<Job> effect(call, [](const Job& job) {
    return KeptAnswer{
        .status = 201, .location = job_path(job.id), .body = write_json(job_json(job))};
  });
  BAUTA_CO_TRY(const auto job,
               co_await api.desk.begin_import(call.caller, static_cast<std::uint64_t>(*total),
                                              effect.idempotent()));
  co_return effect.answer_of(job);
}

Result<ImportBatch> read_batch(const Json::Value& body, const Api& api) {
  Faults faults;
  ObjectReader fields(body, "", faults);
  ImportBatch batch;
  fields.require("batch");
  batch.batch = static_cast<std::uint32_t>(fields.integer("batch", 0, kBatchMax).value_or(0));
  batch.last = fields.boolean("last").value_or(false);
  fields.require("numbers");
  if (const auto* numbers = fields.raw("numbers")) {
    if (!numbers->isArray()) {
      fields.fault("numbers", "field.type", "must be an array of objects");
    } else if (numbers->size() > api.limits.numbers_a_call_max) {
      fields.fault("numbers", "field.too_many",
                   "has more than " + std::to_string(api.limits.numbers_a_call_max) + " entries");
    } else {
      std::size_t index = 0;
      for (const auto& number : *numbers)
        batch.numbers.push_back(
            read_new_number(number, pointer_to(fields.pointer("numbers"), index++), api));
    }
  }
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return batch;
}

/// A batch carries its own mark, its number: whoever brings it again after a crash meets what is done.
Task<Result<ApiAnswer>> add(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<JobId>(call, "id", "job.not_found"));
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(auto batch, read_batch(body, api));
  BAUTA_CO_TRY(auto imported, co_await api.desk.import_numbers(call.caller, id, std::move(batch)));
  Json::Value refused(Json::arrayValue);
  for (std::size_t at = 0; at < imported.refused.size(); ++at) {
    auto& error = imported.refused[at];
    if (!error) continue;
    const auto pointer = pointer_to("/numbers", at);
    for (auto& fault : error->faults) {  // the desk knows of one number only
      if (!fault.pointer.starts_with(pointer)) fault.pointer.insert(0, pointer);
    }
    auto json = number_result_json(body["numbers"][static_cast<Json::ArrayIndex>(at)],
                                   std::unexpected(*std::move(error)));
    json["index"] = static_cast<Json::UInt64>(at);
    refused.append(std::move(json));
  }
  Json::Value json(Json::objectValue);
  json["job"] = job_json(imported.job);
  json["refused"] = std::move(refused);
  co_return answer(200, json);
}

}  // namespace

void mount_imports(Api& api) {
  api.on("POST", "/api/v1/numbers/import", {Scope::numbers_write}, begin);
  api.on("POST", "/api/v1/jobs/{id}/numbers", {Scope::numbers_write}, add,
         api.limits.numbers_body_bytes_max);
}

}  // namespace bauta::api
