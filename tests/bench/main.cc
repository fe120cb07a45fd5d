#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdlib>

#include "tests/bench/commands.h"

int main(int argc, char** argv) {
  using namespace bauta::bench;
  CLI::App app("What ./dev bench is made of; tests/bench/run.mjs puts it together.");
  app.require_subcommand(1);
  int code = EXIT_SUCCESS;
  unsigned threads = 2;
  unsigned parts = 1;
  unsigned rounds = 5;
  std::uint64_t count = 0;
  std::uint64_t lines = 0;
  std::uint64_t milliseconds = 1'000;
  std::string config;
  std::string file;
  std::string out;
  std::string address;

  auto* bare = app.add_subcommand("answer", "a bare Beast server");
  bare->add_option("--threads", threads);
  bare->callback([&] { code = answer_nothing(threads); });

  auto* carrier = app.add_subcommand("carrier", "a stand-in for Twilio's Messages API");
  carrier->add_option("--threads", threads);
  carrier->add_option("--texts", count)->required();
  carrier->callback([&] { code = stand_in_for_carrier(threads, count); });

  auto* world = app.add_subcommand("world", "numbers and open sessions");
  world->add_option("--config", config)->required();
  world->add_option("--sessions", count)->required();
  world->add_option("--out", out)->required();
  world->callback([&] { code = make_world(config, count, out); });

  auto* texts = app.add_subcommand("texts", "signed requests");
  texts->add_option("--config", config)->required();
  texts->add_option("--lines", file)->required();
  texts->add_option("--count", count)->required();
  texts->add_option("--parts", parts);
  texts->add_option("--out", out)->required();
  texts->callback([&] { code = write_texts(config, file, count, parts, out); });

  auto* people = app.add_subcommand("crowd", "more load than anybody can take");
  people->add_option("--address", address)->required();
  people->add_option("--texts", file)->required();
  people->add_option("--parts", parts);
  people->add_option("--connections", count)->required();
  people->add_option("--milliseconds", milliseconds);
  people->add_option("--out", out)->required();
  people->callback([&] {
    code = crowd(address, file, parts, count, std::chrono::milliseconds(milliseconds), out);
  });

  auto* commits = app.add_subcommand("commits", "the store against RocksDB");
  commits->add_option("--folder", out)->required();
  commits->add_option("--rounds", rounds);
  commits->add_option("--milliseconds", milliseconds);
  commits->add_option("--committers", count)->required();
  commits->callback(
      [&] { code = compare_commits(out, rounds, std::chrono::milliseconds(milliseconds), count); });

  auto* allocation = app.add_subcommand("allocation", "which number comes next");
  allocation->add_option("--folder", out)->required();
  allocation->add_option("--numbers", count)->required();
  allocation->add_option("--lines", lines)->required();
  allocation->callback([&] { code = time_allocation(out, count, lines, 500); });

  CLI11_PARSE(app, argc, argv);
  return code;
}
