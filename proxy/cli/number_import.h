#pragma once

#include <json/value.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/cli/client.h"
#include "proxy/cli/progress_line.h"
#include "storage/store/result.h"

namespace bauta {

/// One line of a file of numbers: a body for POST /api/v1/numbers, or why there is none.
struct NumberLine {
  std::size_t line = 1;
  Result<Json::Value> number;
};

/// Reads a CSV whose first line names the columns: number and connection, and if they are there rate_per_second, reserved (true or false),
/// and with ';' between their parts tags, fallbacks, reach, capabilities.  `connection` stands for that column where a file has none.
/// Codes: those of read_csv(), csv.header (a column is unknown, missing, or there twice), csv.empty; of a line csv.fields (too many or too few),
/// csv.value.
Result<std::vector<NumberLine>> read_numbers(std::string_view csv, std::string_view connection);

/// What became of one line.
struct NumberOutcome {
  std::size_t line = 1;
  /// `number`, `status` and `error` as the API gave them, and `line`.
  Json::Value json = {};

  bool is_added() const { return json["error"].isNull(); }
};

/// Adds numbers in batches, and tells how far it got.  More than kCallNumbers are a job of the server's, which can be gone on with.
class NumberImport {
 public:
  static constexpr std::size_t kCallNumbers = 1'000;

  /// `job`: one that an import of the same lines had begun; "": begin anew.
  NumberImport(Client& client, std::vector<NumberLine> lines, std::string job = {});

  /// On the terminal of standard error, if it is one.
  /// Codes: those of the server, where a whole batch was refused: what came before it was done, see outcomes().
  Status run();
  /// In the order of the lines.
  const std::vector<NumberOutcome>& outcomes() const { return outcomes_; }
  std::size_t total() const { return lines_.size(); }
  /// "": there is none.
  const std::string& job() const { return job_; }
  /// Lines that an earlier import of this job had brought.
  std::size_t before() const { return before_; }

 private:
  Status run_job();
  Status bring(std::size_t batch);
  Status send(std::size_t from, std::size_t to);
  void show_progress();

  Client& client_;
  std::vector<NumberLine> lines_;
  std::string job_;
  std::size_t before_ = 0;
  std::vector<NumberOutcome> outcomes_ = {};
  ProgressLine progress_;
};

/// What is wrong with a line, a fault a line: "line 3: rate_per_second: field.out_of_range: …"; "" if it was added.
std::string describe(const NumberOutcome& outcome);

}  // namespace bauta
