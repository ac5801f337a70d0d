// Damages every kind of file of a store in every way that a disk, a copy or a hand does, and opens
// what is left: it reads as before, or it is refused with the file's name. Never other numbers,
// never fewer rows.
//
// GLUTWATCH_DAMAGE_TRIALS (100 of each store) and GLUTWATCH_DAMAGE_SEED choose how many and which.
#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "tests/storage/damage_world.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::TempDir;

enum class Harm { kFlip, kTruncate, kZeroSector, kSwapSectors, kGarbage, kAppend, kDelete, kOld };
constexpr int kHarms = 8;
constexpr const char* kHarmNames[kHarms] = {"flip",    "truncate", "zero sector", "swap sectors",
                                            "garbage", "append",   "delete",      "old copy"};
constexpr size_t kSector = 512;

uint32_t FromEnvironment(const char* name, uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? static_cast<uint32_t>(std::atoll(text)) : otherwise;
}

// "000012.sst" -> "sst", "MANIFEST-000005" -> "MANIFEST", "LOG.old.1" -> "LOG".
std::string KindOf(const std::string& name) {
  if (absl::EndsWith(name, ".sst")) return "sst";
  if (absl::EndsWith(name, ".log")) return "log";
  return name.substr(0, name.find_first_of("-."));
}

const DamageWorld& World() {
  static const DamageWorld world;
  return world;
}

struct Tally {
  int trials = 0;
  int detected = 0;
  int harmless = 0;
  int torn = 0;  // the last commits are gone, as after a power cut
};

class DamageCampaignTest : public ::testing::Test {
 protected:
  void SetUp() override {
    seed_ = FromEnvironment("GLUTWATCH_DAMAGE_SEED", std::random_device()());
    random_.seed(seed_);
    RecordProperty("seed", absl::StrCat(seed_));
  }
  void TearDown() override {
    std::printf("seed %u\n", seed_);
    for (const auto& [kind, tally] : tallies_) {
      std::printf("%-10s %5d damaged, %5d detected, %5d harmless, %5d torn\n", kind.c_str(),
                  tally.trials, tally.detected, tally.harmless, tally.torn);
    }
  }
  uint64_t Below(uint64_t n) { return random_() % n; }

  // The bytes after `harm`; nullopt if the file has no place for it.
  std::optional<std::string> Harmed(const std::string& bytes, const std::string& earlier,
                                    Harm harm) {
    std::string harmed = bytes;
    const size_t size = bytes.size();
    if (size == 0 && harm != Harm::kAppend) return std::nullopt;
    switch (harm) {
      case Harm::kFlip: {
        const size_t at = Below(size);
        harmed[at] = static_cast<char>(harmed[at] ^ (1 << Below(8)));
        break;
      }
      case Harm::kTruncate:
        harmed.resize(Below(size));
        break;
      case Harm::kZeroSector: {
        const size_t at = Below(size) / kSector * kSector;
        std::fill_n(harmed.begin() + static_cast<std::ptrdiff_t>(at), std::min(kSector, size - at),
                    '\0');
        break;
      }
      case Harm::kSwapSectors: {
        if (size < 2 * kSector) return std::nullopt;
        const size_t a = Below(size / kSector) * kSector;
        const size_t b = Below(size / kSector) * kSector;
        harmed.replace(a, kSector, bytes, b, kSector);
        harmed.replace(b, kSector, bytes, a, kSector);
        break;
      }
      case Harm::kGarbage:
        for (size_t i = Below(size), n = 16; n > 0 && i < size; ++i, --n) {
          harmed[i] = static_cast<char>(Below(256));
        }
        break;
      case Harm::kAppend:
        for (uint64_t n = 1 + Below(100); n > 0; --n) harmed += static_cast<char>(Below(256));
        break;
      case Harm::kDelete:
        break;
      case Harm::kOld:
        harmed = earlier;
        break;
    }
    if (harm != Harm::kDelete && harmed == bytes) return std::nullopt;
    return harmed;
  }

  // A copy of `master` whose file `name` holds `bytes`, or is not there.
  static void MakeCopy(const std::string& master, const std::string& name,
                       const std::optional<std::string>& bytes, const std::string& copy) {
    std::filesystem::create_directory(copy);
    for (const std::string& other : NamesIn(master)) {
      if (other == name) continue;
      const std::string from = absl::StrCat(master, "/", other);
      const std::string to = absl::StrCat(copy, "/", other);
      // Nobody changes a table in place.
      absl::EndsWith(other, ".sst") ? std::filesystem::create_hard_link(from, to)
                                    : std::filesystem::copy(from, to);
    }
    if (bytes.has_value()) WriteBytes(absl::StrCat(copy, "/", name), *bytes);
  }

  // Whether `got` is what `all` was before some of its last commits.
  static bool IsBefore(const Contents& got, const Contents& all, int most_commits) {
    if (got.rest != all.rest || got.versions.size() >= all.versions.size()) return false;
    std::vector<std::string> kept(
        all.versions.begin(),
        all.versions.begin() + static_cast<std::ptrdiff_t>(got.versions.size()));
    return got.versions == kept &&
           all.versions.size() - kept.size() <= static_cast<size_t>(most_commits);
  }

  // How many commits a tear like that takes.
  static int MostTorn(Harm harm) {
    constexpr int kRecordsInASector = 5;
    if (harm == Harm::kTruncate) return DamageWorld::kLastCommits;
    return harm == Harm::kZeroSector ? kRecordsInASector : 1;
  }

  // Opens the copy and judges what it reads; `torn_commits` may be missing at the end.
  void Judge(const std::string& copy, const std::string& name, const Contents& all,
             int torn_commits, const std::string& what) {
    Tally& tally = tallies_[KindOf(name)];
    ++tally.trials;
    const absl::StatusOr<Contents> got = DamageWorld::ReadAll(copy);
    if (!got.ok()) {
      ++tally.detected;
      const std::string message(got.status().message());
      EXPECT_TRUE(absl::StrContains(message, name) || absl::StrContains(message, "table "))
          << what << " is not named: " << got.status();
      EXPECT_FALSE(absl::IsInternal(got.status())) << what << ": " << got.status();
    } else if (*got == all) {
      ++tally.harmless;
    } else if (IsBefore(*got, all, torn_commits)) {
      ++tally.torn;
    } else {
      ADD_FAILURE() << what << ": reads something else, " << got->versions.size() << " versions of "
                    << all.versions.size()
                    << (got->rest == all.rest ? "" : ", other tables differ");
    }
  }

  void Campaign(const std::string& master, bool killed) {
    SCOPED_TRACE(absl::StrCat("GLUTWATCH_DAMAGE_SEED=", seed_));
    TempDir dir;
    DamageWorld::Copy(master, dir.File("whole"));
    const auto all = DamageWorld::ReadAll(dir.File("whole"));
    ASSERT_THAT(all, IsOk());
    std::map<std::string, std::vector<std::string>> kinds;
    for (const std::string& name : NamesIn(master)) kinds[KindOf(name)].push_back(name);
    const uint32_t trials = FromEnvironment("GLUTWATCH_DAMAGE_TRIALS", 100);
    for (uint32_t trial = 0; trial < trials && !HasFailure(); ++trial) {
      // Most of the bytes are in tables and logs; the other kinds get their share too.
      auto kind = std::next(kinds.begin(), static_cast<std::ptrdiff_t>(Below(kinds.size())));
      if (Below(2) == 0) kind = kinds.find(Below(3) == 0 ? "log" : "sst");
      const std::string name = kind->second[Below(kind->second.size())];
      const auto harm = static_cast<Harm>(Below(kHarms));
      const std::string earlier = World().earlier() + "/" + name;
      if (harm == Harm::kOld && !std::filesystem::exists(earlier)) continue;
      const std::optional<std::string> bytes =
          Harmed(ReadBytes(absl::StrCat(master, "/", name)), ReadBytes(earlier), harm);
      if (!bytes.has_value()) continue;
      const std::string copy = dir.File("copy");
      MakeCopy(master, name, harm == Harm::kDelete ? std::nullopt : bytes, copy);
      // A log that a killed program left may end in the middle, as after a power cut.
      const bool may_be_torn = killed && KindOf(name) == "log";
      const int torn = may_be_torn ? MostTorn(harm) : 0;
      Judge(copy, name, *all, torn,
            absl::StrCat("trial ", trial, ", ", kHarmNames[static_cast<int>(harm)], " of ", name));
      std::filesystem::remove_all(copy);
    }
  }

  uint32_t seed_ = 0;
  std::mt19937 random_;
  std::map<std::string, Tally> tallies_;
};

TEST_F(DamageCampaignTest, StoreThatWasClosedReadsTheSameOrIsRefusedByName) {
  Campaign(World().closed(), /*killed=*/false);
}

TEST_F(DamageCampaignTest, StoreThatWasKilledLosesAtMostWhatAPowerCutCouldTear) {
  Campaign(World().killed(), /*killed=*/true);
}

TEST_F(DamageCampaignTest, EveryByteOfTheSmallFilesMayFlip) {
  const std::string master = World().closed();
  TempDir dir;
  DamageWorld::Copy(master, dir.File("whole"));
  const auto all = DamageWorld::ReadAll(dir.File("whole"));
  ASSERT_THAT(all, IsOk());
  for (const std::string name : {"CURRENT", "FORMAT", "IDENTITY", "HOLDER"}) {
    const std::string bytes = ReadBytes(absl::StrCat(master, "/", name));
    for (size_t at = 0; at < bytes.size(); ++at) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << Below(8)));
      const std::string copy = dir.File("copy");
      MakeCopy(master, name, flipped, copy);
      Judge(copy, name, *all, 0, absl::StrCat("flip at ", at, " of ", name));
      std::filesystem::remove_all(copy);
    }
  }
}

}  // namespace
}  // namespace glutwatch::storage
