#include "storage/rocksdb/durable_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace bauta {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kMagic = "bautamrk";
constexpr auto kFlushEvery = 100ms;
using Octets = std::array<char, 24>;

std::filesystem::path path_in(const std::filesystem::path& folder) { return folder / "DURABLE"; }

Octets encode(std::uint64_t sequence) {
  Octets octets{};
  kMagic.copy(octets.data(), kMagic.size());
  for (std::size_t at = 0; at < 8; ++at) {
    const auto octet = static_cast<unsigned char>(sequence >> (56 - 8 * at));
    octets.at(8 + at) = static_cast<char>(octet);
    octets.at(16 + at) = static_cast<char>(static_cast<unsigned char>(~octet));
  }
  return octets;
}

/// Makes it durable that the folder has this file.
bool flush_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool flushed = ::fsync(fd) == 0;
  ::close(fd);
  return flushed;
}

std::unexpected<Error> unavailable(std::string_view doing) {
  return fail("storage.unavailable",
              "the file DURABLE of the store: " + std::string(doing) + ": " + std::strerror(errno));
}

}  // namespace

Result<std::optional<std::uint64_t>> DurableMark::read(const std::filesystem::path& folder) {
  const int fd = ::open(path_in(folder).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return std::optional<std::uint64_t>{};
    return unavailable("open");
  }
  Octets octets{};
  const auto size = ::pread(fd, octets.data(), octets.size(), 0);
  ::close(fd);
  if (size < 0) return unavailable("read");
  std::uint64_t sequence = 0;
  for (std::size_t at = 0; at < 8; ++at)
    sequence = sequence << 8 | static_cast<unsigned char>(octets.at(8 + at));
  if (octets != encode(sequence)) {
    return fail("storage.corrupt",
                "the file DURABLE of the store is damaged, so nobody can say whether the store is "
                "whole: restore a "
                "backup, or start once with --accept-loss");
  }
  return std::optional(sequence);
}

Result<DurableMark> DurableMark::start(const std::filesystem::path& folder,
                                       std::uint64_t sequence) {
  const int fd = ::open(path_in(folder).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return unavailable("open");
  DurableMark mark(fd);
  BAUTA_CHECK(mark.advance(sequence));
  BAUTA_CHECK(mark.flush());
  if (!flush_folder(folder)) return unavailable("flush its folder");
  return mark;
}

DurableMark::DurableMark(DurableMark&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), flushed_(other.flushed_), flushed_at_(other.flushed_at_) {}

DurableMark::~DurableMark() {
  if (fd_ >= 0) ::close(fd_);
}

Status DurableMark::advance(std::uint64_t sequence) {
  const auto octets = encode(sequence);
  // Within one sector: it is written whole or not at all.
  if (::pwrite(fd_, octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size())) {
    return unavailable("write");
  }
  flushed_ = false;
  if (Monotonic::now() - flushed_at_ < kFlushEvery) return Status{};
  return flush();
}

Status DurableMark::flush() {
  if (flushed_) return Status{};
  if (::fdatasync(fd_) != 0) return unavailable("flush");
  flushed_ = true;
  flushed_at_ = Monotonic::now();
  return Status{};
}

}  // namespace bauta
