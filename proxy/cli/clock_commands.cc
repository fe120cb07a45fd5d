#include <array>
#include <string_view>

#include "proxy/cli/admin_words.h"
#include "proxy/cli/client_command.h"
#include "proxy/cli/local_command.h"

namespace bauta {
namespace {

constexpr std::array<std::string_view, 5> kClockFields = {"state", "now", "wall_clock",
                                                          "offset_seconds", "doubted_since"};
constexpr Shape kClock{.columns = {}, .fields = kClockFields};

Status show(const AdminWords& words) {
  BAUTA_TRY(const auto admin, admin_of(words));
  BAUTA_TRY(const auto clock, admin->get("/clock"));
  Output(words.json).one(kClock, clock);
  return {};
}

Status confirm(const AdminWords& words) {
  BAUTA_TRY(const auto admin, admin_of(words));
  BAUTA_TRY(const auto clock, admin->post("/clock/confirm", ""));
  Output(words.json).one(kClock, clock);
  return {};
}

void add_words(const NewCommand<AdminWords>& command) {
  add_admin_words(command.app, *command.options);
}

}  // namespace

void add_clock_commands(LocalCommands& commands) {
  auto* family = commands.add_family("clock",
                                     "Whether a relay believes its machine's clock, asked on its "
                                     "admin listener");
  add_words(
      commands.add(family,
                   {.name = "show",
                    .does = "Show the time that is gone by, and how far the machine's is from it",
                    .example = "bauta clock show"},
                   show));
  add_words(commands.add(
      family,
      {.name = "confirm",
       .does = "Say that the machine's clock is right; it is gone by from then on",
       .example = "bauta clock confirm",
       .notes = "Look at the clock first: what has come due by it happens at once, and cannot be "
                "taken back.  Does nothing while the clock is believed anyway."},
      confirm));
}

}  // namespace bauta
