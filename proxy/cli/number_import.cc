#include "proxy/cli/number_import.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include "proxy/cli/csv.h"
#include "proxy/cli/table.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

/// Of the 1,000 that one call may bring: so that progress is seen, and little is unknown if the connection breaks.
constexpr std::size_t kBatchNumbers = 200;

constexpr std::string_view kListSeparator = ";";

Result<Json::Value> text_value(std::string_view text) { return Json::Value(std::string(text)); }

Result<Json::Value> number_value(std::string_view text) {
  double number = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto read = std::from_chars(begin, end, number);
  // "inf" is read as one, and JSON has no such number: the whole batch would be refused for it.
  if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(number))
    return fail("csv.value", "must be a number");
  return Json::Value(number);
}

Result<Json::Value> boolean_value(std::string_view text) {
  if (text != "true" && text != "false") return fail("csv.value", "must be true or false");
  return Json::Value(text == "true");
}

Result<Json::Value> list_value(std::string_view text) {
  Json::Value list(Json::arrayValue);
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(kListSeparator));
    text.remove_prefix(std::min(text.size(), part.size() + kListSeparator.size()));
    if (!part.empty()) list.append(std::string(part));
  }
  return list;
}

using ReadValue = Result<Json::Value> (*)(std::string_view text);

const std::map<std::string_view, ReadValue>& known_columns() {
  static const std::map<std::string_view, ReadValue> kColumns = {
      {"number", text_value},       {"connection", text_value}, {"rate_per_second", number_value},
      {"reserved", boolean_value},  {"tags", list_value},       {"fallbacks", list_value},
      {"capabilities", list_value}, {"reach", list_value}};
  return kColumns;
}

std::string column_names() {
  // Those first that must be there.
  std::string names = "number, connection";
  for (const auto& [name, read] : known_columns()) {
    if (name != "number" && name != "connection") names.append(", ").append(name);
  }
  return names;
}

bool is_column(std::string_view name) { return known_columns().contains(name); }

/// The parts of a field between these.
std::vector<std::string> parts_of(std::string_view field, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto end = std::min(field.find(separator), field.size());
    parts.emplace_back(field.substr(0, end));
    if (end == field.size()) return parts;
    field.remove_prefix(end + 1);
  }
}

/// What spreadsheets do to a first line, and who leaves it out; "": neither.
std::string header_mistake(const CsvRecord& header) {
  if (header.fields.empty() || std::ranges::any_of(header.fields, is_column)) return "";
  const auto& first = header.fields.front();
  for (const char separator : {';', '\t'}) {
    if (first.contains(separator) && std::ranges::any_of(parts_of(first, separator), is_column))
      return "columns are separated by commas; ';' stands between the parts of one field";
  }
  if (first.starts_with('+'))
    return "a number stands where the columns are named: the first line is " + column_names() +
           ", as far as there are such columns";
  return "";
}

Status check_header(const CsvRecord& header, std::string_view connection) {
  const auto wrong = [&](const std::string& what) {
    return fail("csv.header", fmt::format("line {}: {}", header.line, what));
  };
  const auto has = [&](std::string_view name) {
    return std::ranges::find(header.fields, name) != header.fields.end();
  };
  if (const auto hint = header_mistake(header); !hint.empty()) return wrong(hint);
  for (const auto& name : header.fields) {
    if (!known_columns().contains(name)) {
      return wrong("there is no column '" + printable(name) +
                   "'; the first line names: " + column_names());
    }
    if (std::ranges::count(header.fields, name) > 1)
      return wrong("the column " + name + " stands there twice");
  }
  if (!has("number")) return wrong("the column number is missing");
  if (!has("connection") && connection.empty())
    return wrong("the column connection is missing, and --connection is not given");
  return {};
}

Result<Json::Value> read_number(const CsvRecord& header, const CsvRecord& record,
                                std::string_view connection) {
  if (record.fields.size() != header.fields.size()) {
    return fail("csv.fields", fmt::format("has {} of the {} fields that the first line names",
                                          record.fields.size(), header.fields.size()));
  }
  Json::Value number(Json::objectValue);
  if (!connection.empty()) number["connection"] = std::string(connection);
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    const auto& name = header.fields[i];
    if (record.fields[i].empty()) continue;
    auto value = known_columns().at(name)(record.fields[i]);
    if (!value) return fail(value.error().code, name + " " + value.error().detail);
    number[name] = *std::move(value);
  }
  return number;
}

/// In the form that the API gives a number that it did not add.
Json::Value refused_here(const Error& error) {
  Json::Value json(Json::objectValue);
  json["number"] = Json::Value();
  json["status"] = Json::Value();
  json["error"]["code"] = std::string(error.code);
  json["error"]["detail"] = error.detail;
  return json;
}

/// The field that a pointer into a batch names: what stands behind "/numbers/3/".
std::string_view field_of(std::string_view pointer) {
  for (int slashes = 0; slashes < 3; ++slashes) {
    const auto slash = pointer.find('/');
    if (slash == std::string_view::npos) return {};
    pointer.remove_prefix(slash + 1);
  }
  return pointer;
}

}  // namespace

Result<std::vector<NumberLine>> read_numbers(std::string_view csv, std::string_view connection) {
  BAUTA_TRY(const auto records, read_csv(csv));
  if (records.empty())
    return fail("csv.empty", "the file is empty: its first line names the columns");
  const auto& header = records.front();
  BAUTA_CHECK(check_header(header, connection));
  std::vector<NumberLine> lines;
  for (std::size_t i = 1; i < records.size(); ++i) {
    lines.push_back(
        {.line = records[i].line, .number = read_number(header, records[i], connection)});
  }
  return lines;
}

NumberImport::NumberImport(Client& client, std::vector<NumberLine> lines, std::string job)
    : client_(client), lines_(std::move(lines)), job_(std::move(job)) {}

Status NumberImport::run() {
  if (lines_.size() > kCallNumbers || !job_.empty()) return run_job();
  for (std::size_t from = 0; from < lines_.size(); from += kBatchNumbers) {
    BAUTA_CHECK(send(from, std::min(from + kBatchNumbers, lines_.size())));
    show_progress();
  }
  return {};
}

Status NumberImport::run_job() {
  Reply job;
  if (job_.empty()) {
    BAUTA_TRY(job, client_.post("/api/v1/numbers/import",
                                "{\"total\":" + std::to_string(lines_.size()) + "}"));
  } else {
    BAUTA_TRY(job, client_.get(path_to("/api/v1/jobs/", job_)));
  }
  job_ = string_in(job.json, "id");
  const auto& next = job.json["next_batch"];
  if (job_.empty() || !next.isUInt64())
    return fail("server.not_bauta", "the answer does not tell how far the import is");
  if (job.json["total"].isUInt64() && job.json["total"].asUInt64() != lines_.size())
    return fail("csv.other_file", "the import was begun with a file of another length");
  const std::size_t batches = (lines_.size() + kCallNumbers - 1) / kCallNumbers;
  before_ = std::min(next.asUInt64() * kCallNumbers, lines_.size());
  for (std::size_t batch = next.asUInt64(); batch < batches; ++batch) {
    BAUTA_CHECK(bring(batch));
    show_progress();
  }
  return {};
}

/// One batch, as many lines of the file as a call takes: the same ones, however often it is brought.
Status NumberImport::bring(std::size_t batch) {
  const std::size_t from = batch * kCallNumbers;
  const std::size_t to = std::min(from + kCallNumbers, lines_.size());
  Json::Value body(Json::objectValue);
  body["batch"] = static_cast<Json::UInt64>(batch);
  body["last"] = to == lines_.size();
  body["numbers"] = Json::Value(Json::arrayValue);
  std::vector<std::size_t> sent;
  for (std::size_t at = from; at < to; ++at) {
    if (!lines_[at].number) continue;
    body["numbers"].append(*lines_[at].number);
    sent.push_back(at);
  }
  BAUTA_TRY(const auto reply,
            client_.post(path_to("/api/v1/jobs/", job_) + "/numbers", write_json(body)));
  std::map<std::size_t, Json::Value> refused;
  for (const auto& one : reply.json["refused"]) {
    if (!one["index"].isUInt64() || one["index"].asUInt64() >= sent.size())
      return fail("server.not_bauta", "the answer tells of a number that was not sent");
    auto told = one;
    told.removeMember("index");
    refused[sent[one["index"].asUInt64()]] = std::move(told);
  }
  for (std::size_t at = from; at < to; ++at) {
    const auto& [line, number] = lines_[at];
    NumberOutcome outcome{.line = line, .json = Json::Value(Json::objectValue)};
    if (!number) {
      outcome.json = refused_here(number.error());
    } else if (const auto found = refused.find(at); found != refused.end()) {
      outcome.json = std::move(found->second);
    } else {
      outcome.json["number"] = (*number)["number"];
      outcome.json["status"] = 201;
      outcome.json["error"] = Json::Value();
    }
    outcome.json["line"] = static_cast<Json::UInt64>(line);
    outcomes_.push_back(std::move(outcome));
  }
  return {};
}

Status NumberImport::send(std::size_t from, std::size_t to) {
  Json::Value batch(Json::objectValue);
  for (std::size_t i = from; i < to; ++i) {
    if (lines_[i].number) batch["numbers"].append(*lines_[i].number);
  }
  Json::Value results(Json::arrayValue);
  if (!batch.empty()) {
    BAUTA_TRY(auto reply, client_.post("/api/v1/numbers", write_json(batch)));
    results = reply.json["data"];
    if (!results.isArray() || results.size() != batch["numbers"].size())
      return fail("server.not_bauta", "the answer does not tell of every number what became of it");
  }
  Json::ArrayIndex sent = 0;
  for (std::size_t i = from; i < to; ++i) {
    const auto& [line, number] = lines_[i];
    NumberOutcome outcome{.line = line,
                          .json = number ? results[sent++] : refused_here(number.error())};
    outcome.json["line"] = static_cast<Json::UInt64>(line);
    outcomes_.push_back(std::move(outcome));
  }
  return {};
}

void NumberImport::show_progress() {
  progress_.show(fmt::format("{} of {} numbers", before_ + outcomes_.size(), lines_.size()));
}

std::string describe(const NumberOutcome& outcome) {
  if (outcome.is_added()) return "";
  const auto& error = outcome.json["error"];
  const auto line = [&](std::string_view field, const Json::Value& fault) {
    return fmt::format("line {}: {}{}{}: {}\n", outcome.line, printable(field),
                       field.empty() ? "" : ": ", printable(string_in(fault, "code")),
                       printable(string_in(fault, "detail")));
  };
  if (!error["errors"].isArray()) return line("", error);
  std::string described;
  for (const auto& fault : error["errors"])
    described += line(field_of(string_in(fault, "pointer")), fault);
  return described;
}

}  // namespace bauta
