#include "proxy/api/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_api::Face;

TEST(Reference, IsTheDocumentOfTheSources) {
  std::ostringstream written;
  written
      << std::ifstream(std::filesystem::path(BAUTA_SOURCE_FOLDER) / "docs/openapi.yaml").rdbuf();
  Face face;
  const auto served = face.ask("GET", "/openapi.yaml");
  EXPECT_EQ(served.header("Content-Type"), "application/yaml");
  EXPECT_EQ(served.body, written.str());
}

TEST(Reference, NamesEveryRoute) {
  Face face;
  const auto page = face.ask("GET", "/docs").body;
  for (const auto& [method, pattern] : face.router.routes()) {
    EXPECT_THAT(page, HasSubstr("<span class=method>" + method + "</span> " + pattern + "</p>"))
        << "docs/openapi.yaml does not describe it";
  }
}

TEST(Reference, TheRootLeadsThere) {
  Face face;
  const auto root = face.ask("GET", "/");
  EXPECT_EQ(root.status, 302U);
  EXPECT_EQ(root.header("Location"), "docs");
}

TEST(Reference, LoadsAndRunsNothing) {
  Face face;
  for (const auto* path : {"/docs", "/errors", "/errors/pool.exhausted"}) {
    const auto page = face.ask("GET", path, "", {{"Accept", "text/html,application/xhtml+xml"}});
    EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8") << path;
    EXPECT_THAT(page.header("Content-Security-Policy"), HasSubstr("default-src 'none'")) << path;
    EXPECT_THAT(page.header("Content-Security-Policy"), Not(HasSubstr("unsafe"))) << path;
    for (const auto* outside : {"<script", "<link", "<img", "src=", "@import", "url(", " style="})
      EXPECT_THAT(page.body, Not(HasSubstr(outside))) << path;
    EXPECT_THAT(page.body, HasSubstr("<style>" + std::string(page_style()) + "</style>")) << path;
  }
}

TEST(Reference, APersonReadsWhatACodeMeansAndAProgramToo) {
  Face face;
  const auto page = face.ask("GET", "/errors/pool.exhausted", "", {{"Accept", "text/html"}});
  EXPECT_THAT(page.body, HasSubstr("<h2>What to do</h2><p>Add as many numbers as"));
  const auto text = face.ask("GET", "/errors/pool.exhausted");
  EXPECT_EQ(text.header("Content-Type").substr(0, 10), "text/plain");
  EXPECT_THAT(text.body, HasSubstr("HTTP status 409 Conflict\n\nNo eligible number"));
  EXPECT_THAT(face.ask("GET", "/errors").body, HasSubstr("pool.exhausted\t409\tNo eligible"));
}

}  // namespace
}  // namespace bauta::api
