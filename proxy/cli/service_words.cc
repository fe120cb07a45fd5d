#include "proxy/cli/service_words.h"

#include "proxy/cli/client_command.h"
#include "proxy/cli/table.h"
#include "proxy/net/json.h"
#include "routing/text/system_texts.h"

namespace bauta {
namespace {

/// Of --default-region: the API's null.
constexpr const char* kNone = "none";

/// What is no name does not get into a URL.
CLI::Validator is_service_name() {
  const auto check = [](const std::string& text) {
    const bool is =
        !text.empty() &&
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
    return is ? std::string()
              : std::string("a service's name has small letters, digits, - and _ only");
  };
  return {check, ""};
}

/// What is wrong in it the server says, by the same names.
Result<Json::Value> texts_in(const std::string& file) {
  BAUTA_TRY(const auto content, read_input(file));
  const auto texts = read_strict_json(content);
  if (!texts) return fail("usage.texts", "what --texts names is no JSON object");
  return *texts;
}

}  // namespace

Result<Json::Value> ServiceWords::settings() const {
  Json::Value json(Json::objectValue);
  const auto set = [&](const char* key, const auto& value) {
    if (value) json[key] = *value;
  };
  const auto set_seconds = [&](const char* key, std::optional<std::int64_t> seconds) {
    if (seconds) json[key] = static_cast<Json::Int64>(*seconds);
  };
  set("display_name", display_name);
  set_seconds("cooling_seconds", cooling_seconds);
  set_seconds("deadline_seconds", deadline_seconds);
  set_seconds("retention_seconds", retention_seconds);
  set("unknown", unknown);
  set("locality_fallback", locality_fallback);
  set("answer_ended", answer_ended);
  set("answer_strangers", answer_strangers);
  set("sticky", sticky);
  set("consent_scope", consent_scope);
  set("mask_addresses", mask_addresses);
  set("language", language);
  if (default_region == kNone) {
    json["default_region"] = Json::Value();
  } else {
    set("default_region", default_region);
  }
  if (!texts.empty()) {
    BAUTA_TRY(json["texts"], texts_in(texts));
  }
  return json;
}

std::string unspoken_language(const Json::Value& service) {
  const auto language = string_in(service, "language");
  const auto& texts = service["texts"];
  const bool has_words = texts.isObject() && texts.isMember(language);
  if (language.empty() || speaks(language) || has_words) return "";
  return "nothing is said in the language " + printable(language) +
         ": Bauta has words in de and en, and the service's texts none in it; people get English";
}

void add_service_name(CLI::App* command, std::string& name) {
  command->add_option("NAME", name, "The service")->required()->check(is_service_name());
}

void add_service_settings(CLI::App* command, ServiceWords& words) {
  command->add_option("--display-name", words.display_name,
                      "What people read in texts of Bauta's own");
  command->add_option("--cooling-seconds", words.cooling_seconds,
                      "Seconds that an ended line stays nobody's");
  command->add_option("--deadline-seconds", words.deadline_seconds,
                      "Seconds that a text may wait before it is not sent any more");
  command->add_option("--retention-seconds", words.retention_seconds,
                      "Seconds that texts are kept after their session's end");
  command
      ->add_option("--unknown", words.unknown, "What becomes of a send whose outcome stays unknown")
      ->check(CLI::IsMember({"resend", "dead_letter"}));
  command->add_option("--locality-fallback", words.locality_fallback, "How far a number may be")
      ->check(CLI::IsMember({"area_code", "region", "country", "any"}));
  command->add_option("--answer-ended", words.answer_ended,
                      "Whether a text on an ended line is answered: true or false");
  command->add_option("--answer-strangers", words.answer_strangers,
                      "Whether somebody without a conversation is told so: true or false");
  command
      ->add_option("--sticky", words.sticky,
                   "What becomes of the numbers that two people had when they meet again: nothing, "
                   "they get them back, or others")
      ->check(CLI::IsMember({"off", "prefer", "avoid"}));
  command
      ->add_option("--consent-scope", words.consent_scope,
                   "What a STOP closes: all of the service, or the line that it came on")
      ->check(CLI::IsMember({"service", "line"}));
  command->add_option("--mask-addresses", words.mask_addresses,
                      "Whether participants' own addresses are masked in what they write to each "
                      "other: true or false");
  command->add_option("--language", words.language,
                      "The language for people whose own is not known: de or en, or another that "
                      "--texts has words in");
  command->add_option(
      "--default-region", words.default_region,
      "The country whose numbers may be written without a calling code, as IT; or none");
  command
      ->add_option("--texts", words.texts,
                   "Your own words for what Bauta says, as JSON by language and name; they replace "
                   "all that were set; - is standard input")
      ->type_name("FILE");
}

}  // namespace bauta
