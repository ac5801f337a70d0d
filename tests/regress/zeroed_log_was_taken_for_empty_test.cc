// A log whose beginning was zeroed was found to be damaged, and then forgiven, because RocksDB at
// its strictest takes zeros for the end: twelve acknowledged commits were gone without a word.
#include <gmock/gmock.h>

#include "absl/strings/match.h"
#include "tests/storage/damage_world.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr size_t kZeros = 512;

// The log with the most in it.
std::string LargestLog(const std::string& folder) {
  std::string largest;
  size_t most = 0;
  for (const std::string& name : NamesIn(folder)) {
    if (!absl::EndsWith(name, ".log")) continue;
    const std::string path = absl::StrCat(folder, "/", name);
    const size_t size = ReadBytes(path).size();
    if (size >= most) largest = path;
    most = std::max(most, size);
  }
  EXPECT_GT(most, 2 * kZeros);
  return largest;
}

std::string WithZerosAtItsBeginning(std::string bytes) {
  std::fill_n(bytes.begin(), std::min(kZeros, bytes.size()), '\0');
  return bytes;
}

TEST(ZeroedLogTest, ZerosAtTheBeginningOfAKilledStoresLogAreDamage) {
  const DamageWorld world;
  const std::string log = LargestLog(world.killed());
  WriteBytes(log, WithZerosAtItsBeginning(ReadBytes(log)));
  EXPECT_THAT(DamageWorld::ReadAll(world.killed()),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr(log), HasSubstr("damaged at byte offset 0"))));
}

TEST(ZeroedLogTest, DamagedLogWhoseContentIsInTablesIsForgiven) {
  const DamageWorld world;
  TempDir dir;
  const std::string whole = dir.File("whole");
  DamageWorld::Copy(world.killed(), whole);
  const auto want = DamageWorld::ReadAll(whole);  // writes the log's content to tables
  ASSERT_THAT(want, IsOk());
  const std::string log = LargestLog(world.killed());
  // As if it had been killed before it deleted the log.
  WriteBytes(absl::StrCat(whole, "/", std::filesystem::path(log).filename().string()),
             WithZerosAtItsBeginning(ReadBytes(log)));
  std::filesystem::remove(whole + "/LEDGER");
  const auto got = DamageWorld::ReadAll(whole);
  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(*got, *want);
}

}  // namespace
}  // namespace glutwatch::storage
