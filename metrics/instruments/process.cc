#include "metrics/instruments/process.h"

#include <prometheus/metric_family.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

namespace bauta::metrics {
namespace {

/// The fields of /proc/self/stat from the third on (proc(5)): the second, the program's name, may hold spaces and parentheses.
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}
constexpr std::size_t kUserTicks = 14 - 3, kSystemTicks = 15 - 3, kThreads = 20 - 3,
                      kStartTicks = 22 - 3, kResidentPages = 24 - 3;

std::optional<double> boot_seconds() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double value = 0;
    if (word == "btime" && file >> value) return value;
  }
  return std::nullopt;
}

std::optional<double> open_files() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) return std::nullopt;
  double count = -1;  // the iterator's own
  for (; entries != std::filesystem::directory_iterator() && !error; entries.increment(error))
    ++count;
  return count;
}

prometheus::MetricFamily one(std::string name, std::string help, prometheus::MetricType type,
                             double value) {
  prometheus::ClientMetric metric;
  if (type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return {.name = std::move(name),
          .help = std::move(help),
          .type = type,
          .metric = {std::move(metric)}};
}

}  // namespace

std::vector<prometheus::MetricFamily> Process::Collect() const {
  using prometheus::MetricType;
  std::vector<prometheus::MetricFamily> families;
  if (const auto fields = stat_fields(); fields.size() > kResidentPages) {
    const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
    const auto number = [&](std::size_t field) { return std::stod(fields[field]); };
    families.push_back(one("bauta_process_cpu_seconds_total",
                           "Processor time used, user and system.", MetricType::Counter,
                           (number(kUserTicks) + number(kSystemTicks)) / ticks_per_second));
    families.push_back(one("bauta_process_resident_memory_bytes", "Memory that is resident.",
                           MetricType::Gauge,
                           number(kResidentPages) * static_cast<double>(sysconf(_SC_PAGESIZE))));
    families.push_back(one("bauta_process_threads", "Threads of the process.", MetricType::Gauge,
                           number(kThreads)));
    if (const auto boot = boot_seconds()) {
      families.push_back(one("bauta_process_start_time_seconds",
                             "When the process started, in seconds since 1970.", MetricType::Gauge,
                             *boot + number(kStartTicks) / ticks_per_second));
    }
  }
  if (const auto count = open_files()) {
    families.push_back(
        one("bauta_process_open_fds", "File descriptors in use.", MetricType::Gauge, *count));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    families.push_back(one("bauta_process_max_fds", "File descriptors allowed.", MetricType::Gauge,
                           static_cast<double>(limit.rlim_cur)));
  }
  return families;
}

}  // namespace bauta::metrics
