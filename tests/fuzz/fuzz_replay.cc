// Runs a fuzz target over its corpus without libFuzzer, so that every build of every compiler and
// sanitizer does: each file as it is, cut short at many places, and with single bytes changed.
//
// usage: fuzz_replay <target> <folder>. Ends with 2 for an unknown target or a folder without
// files.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "replay_targets.h"

namespace {

// Per file; a small file is cut at, and changed in, every byte.
constexpr size_t kMaxVariants = 200;

// Each input in memory of its exact size, so that AddressSanitizer sees a read beyond it.
void RunOn(const ReplayTarget& target, const std::string& bytes, size_t size) {
  const std::vector<uint8_t> input(bytes.begin(),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(size));
  (void)target.run(input.data(), input.size());
}

int Replay(const ReplayTarget& target, std::string bytes) {
  int runs = 1;
  RunOn(target, bytes, bytes.size());
  const size_t step = bytes.size() / kMaxVariants + 1;
  for (size_t at = 0; at < bytes.size(); at += step, runs += 2) {
    RunOn(target, bytes, at);
    const char kept = bytes[at];
    bytes[at] = static_cast<char>(kept ^ (1 << (at % 8)));
    RunOn(target, bytes, bytes.size());
    bytes[at] = kept;
  }
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc == 3 ? argv[1] : "";
  const auto* target =
      std::find_if(std::begin(kReplayTargets), std::end(kReplayTargets),
                   [&](const ReplayTarget& candidate) { return candidate.name == name; });
  if (target == std::end(kReplayTargets)) {
    std::fprintf(stderr, "usage: fuzz_replay <target> <folder>; no target \"%s\"\n", name.c_str());
    return 2;
  }
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[2])) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  int runs = 0;
  for (const std::string& file : files) {
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);  // names the file even if the target aborts
    std::ifstream in(file, std::ios::binary);
    runs += Replay(*target, std::string(std::istreambuf_iterator<char>(in), {}));
  }
  std::printf("%zu files, %d runs\n", files.size(), runs);
  return files.empty() ? 2 : 0;
}
