#include "tests/bench/disk.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "storage/seal/master_key.h"
#include "tests/conformance/ground/run.h"

namespace bauta::bench {

void give_up(const Error& error) {
  fmt::print(stderr, "bauta_bench: {} {}\n", error.code, error.detail);
  (void)std::fflush(nullptr);
  std::_Exit(EXIT_FAILURE);  // other threads are at work
}

Disk::Disk(std::filesystem::path path, const std::filesystem::path& master_key_file) {
  auto master = sure(master_key_file.empty() ? MasterKey::parse(MasterKey::generate(random_))
                                             : MasterKey::load({.file = master_key_file.string()}));
  RocksStoreOptions options;
  options.path = std::move(path);
  rocks_ = sure(RocksStore::open(std::move(options), clock_));
  ring_ = sure(run(KeyRing::open(*rocks_, std::move(master), random_, clock_.now())));
  sealed_ = std::make_unique<SealedStore>(*rocks_, *ring_, random_);
}

void Disk::settle() {
  rocks_->drain();
  sure(rocks_->compact(Key::from_octets(""), Key::from_octets("\xff")));
}

}  // namespace bauta::bench
