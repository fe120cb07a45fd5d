#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>

#include "tests/bench/commands.h"
#include "tests/bench/serving.h"

namespace bauta::bench {
namespace {

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

/// The number that the field Body of a form begins with.
std::optional<std::uint64_t> text_number_in(std::string_view form) {
  constexpr std::string_view kField = "Body=";
  auto at = form.find(kField);
  while (at != std::string_view::npos && at != 0 && form[at - 1] != '&')
    at = form.find(kField, at + 1);
  if (at == std::string_view::npos) return std::nullopt;
  return number_in(form.substr(at + kField.size()));
}

class Carrier {
 public:
  explicit Carrier(std::size_t texts_max)
      : texts_max_(texts_max), times_(std::make_unique<std::atomic<std::uint8_t>[]>(texts_max)) {}

  ServedAnswer answer(const ServedRequest& request) {
    const std::string_view target(request.target().data(), request.target().size());
    constexpr std::string_view kDelay = "/delay/";
    if (target == "/arrived") return counts();
    if (target == "/arrived/octets") return octets();
    if (target == "/forget") return forget();
    if (target.starts_with(kDelay)) return set_delay(target.substr(kDelay.size()));
    return take(request.body());
  }

 private:
  ServedAnswer take(std::string_view form) {
    const auto text = text_number_in(form);
    if (!text || *text >= texts_max_) return {.status = 400, .body = R"({"code":20001})"};
    const auto sid = arrived_.fetch_add(1, std::memory_order_relaxed);
    if (times_[*text].fetch_add(1, std::memory_order_relaxed) == 0)
      distinct_.fetch_add(1, std::memory_order_relaxed);
    return {
        .status = 201,
        .body = fmt::format(R"({{"sid":"SM{:032x}","status":"queued","error_code":null}})", sid),
        .delay = std::chrono::milliseconds(delay_.load(std::memory_order_relaxed))};
  }

  ServedAnswer counts() const {
    return {.status = 200,
            .body = fmt::format(R"({{"arrived":{},"distinct":{}}})", arrived_.load(),
                                distinct_.load())};
  }

  ServedAnswer octets() const {
    std::string all(texts_max_, '\0');
    for (std::size_t at = 0; at < texts_max_; ++at) all[at] = static_cast<char>(times_[at].load());
    return {.status = 200, .body = std::move(all)};
  }

  ServedAnswer forget() {
    for (std::size_t at = 0; at < texts_max_; ++at) times_[at] = 0;
    arrived_ = 0;
    distinct_ = 0;
    return {};
  }

  ServedAnswer set_delay(std::string_view milliseconds) {
    delay_ = number_in(milliseconds).value_or(0);
    return {};
  }

  const std::size_t texts_max_;
  std::unique_ptr<std::atomic<std::uint8_t>[]> times_;
  std::atomic<std::uint64_t> arrived_ = 0;
  std::atomic<std::uint64_t> distinct_ = 0;
  std::atomic<std::uint64_t> delay_ = 0;
};

}  // namespace

int stand_in_for_carrier(unsigned threads, std::size_t texts_max) {
  Carrier carrier(texts_max);
  serve(threads, [&carrier](const ServedRequest& request) { return carrier.answer(request); });
}

}  // namespace bauta::bench
