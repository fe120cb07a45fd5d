// In a build without libFuzzer: gives every file of a folder to the fuzzer's entry, once.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  int replayed = 0;
  LLVMFuzzerTestOneInput(nullptr, 0);
  for (const auto& file : std::filesystem::directory_iterator(argc > 1 ? argv[1] : ".")) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::vector<char> octets{std::istreambuf_iterator<char>(in), {}};
    const std::vector<std::uint8_t> input(octets.begin(), octets.end());
    std::fprintf(stderr, "%s\n", file.path().c_str());  // the last one named is the one that failed
    LLVMFuzzerTestOneInput(input.data(), input.size());
    ++replayed;
  }
  std::fprintf(stderr, "%d inputs replayed\n", replayed);
}
