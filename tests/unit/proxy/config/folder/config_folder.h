#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "proxy/config/config.h"

namespace bauta {

/// Every fault as "key: code: detail", a line each.
inline std::string faults_of(const Result<Config>& config) {
  if (config) return "fine";
  std::string text;
  for (const auto& fault : config.error().faults) {
    text.append(fault.pointer)
        .append(": ")
        .append(fault.code)
        .append(": ")
        .append(fault.detail)
        .append("\n");
  }
  return text;
}

/// With a folder of its own.
class ConfigFolder : public ::testing::Test {
 protected:
  ConfigFolder()
      : folder(std::filesystem::temp_directory_path() /
               ("bauta-config-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder);
  }
  ~ConfigFolder() override { std::filesystem::remove_all(folder); }

  Result<Config> parse(std::string_view toml) const { return parse_config(toml, folder); }
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder / name) << text;
  }

  std::filesystem::path folder;
};

/// Set for as long as it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Environment() { ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

}  // namespace bauta
