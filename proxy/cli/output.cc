#include "proxy/cli/output.h"

#include <fmt/format.h>

#include <cstdio>

namespace bauta {
namespace {

void say_if_more(const Reply& reply) {
  if (reply.json["next_cursor"].isString())
    Output::say("there are more: ask for them with --limit");
}

}  // namespace

void Output::list(const Shape& shape, const Reply& reply) const {
  say_if_more(reply);
  if (!document(reply)) data(Table(shape.columns).draw(reply.json["data"]));
}

void Output::story(const Shape& shape, const Reply& reply) const {
  say_if_more(reply);
  if (!document(reply)) data(Table(shape.columns).draw(oldest_first(reply.json["data"])));
}

void Output::one(const Shape& shape, const Reply& reply) const {
  if (!document(reply)) data(draw_fields(shape.fields, reply.json));
}

bool Output::document(const Reply& reply) const {
  if (json_ && !reply.body.empty())
    data(reply.body.ends_with('\n') ? reply.body : reply.body + "\n");
  return json_;
}

void Output::data(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void Output::say(const std::string& words) { fmt::print(stderr, "{}\n", words); }

Json::Value oldest_first(const Json::Value& newest_first) {
  Json::Value turned(Json::arrayValue);
  for (Json::ArrayIndex i = newest_first.size(); i > 0; --i) turned.append(newest_first[i - 1]);
  return turned;
}

}  // namespace bauta
