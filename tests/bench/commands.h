#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

/// The programs that `./dev bench` is made of: each is a command of bauta_bench.  run.mjs starts them and reads what they print, one JSON
/// object.  What is measured is always a ratio to a reference that ran beside it.
namespace bauta::bench {

/// The least that a Beast server can do: reads the request, and answers 204.  Prints "listening HOST:PORT"; until it is killed.
int answer_nothing(unsigned threads);

/// A carrier whose Messages API takes every text at once, or `delay` after it came.  It knows texts by the number that their body begins
/// with.  Prints "listening HOST:PORT"; until it is killed.
///
///     GET /arrived            {"arrived", "distinct"}
///     GET /arrived/octets     how often each text arrived, an octet each
///     POST /delay/MS          from now on
///     POST /forget            nothing has arrived yet
int stand_in_for_carrier(unsigned threads, std::size_t texts_max);

/// Fills the store of `config` with numbers and open sessions, and writes a line for each participant to `lines`: who texts which number.
int make_world(const std::filesystem::path& config, std::uint64_t sessions,
               const std::filesystem::path& lines);

/// Texts of random participants of `lines` as whole HTTP requests, signed, each with a MessageSid of its own, in `parts` files OUT.0, OUT.1, …
/// A request: six digits that say how many octets follow, and these.
int write_texts(const std::filesystem::path& config, const std::filesystem::path& lines,
                std::uint64_t count, unsigned parts, const std::filesystem::path& out);

/// People who don't stop: sends the texts of `texts`.0, .1, … over so many connections, each as soon as the one before was answered, and
/// comes again at once with what got a 503.  Writes to `taken` an octet a text: 1 if it was answered with success.
int crowd(const std::string& address, const std::filesystem::path& texts, unsigned parts,
          std::size_t connections, std::chrono::milliseconds lasting,
          const std::filesystem::path& taken);

/// Commits a second of RocksStore, of what one text makes, against RocksDB's own synced writes of the same octets in groups as large.
int compare_commits(const std::filesystem::path& folder, unsigned rounds,
                    std::chrono::milliseconds lasting, std::size_t committers);

/// How long a person who holds many lines waits for the decision which number they get next.
int time_allocation(const std::filesystem::path& folder, std::size_t numbers, std::size_t lines,
                    std::size_t decisions);

}  // namespace bauta::bench
