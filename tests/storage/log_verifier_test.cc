#include "server/storage/log_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/storage/bytes.h"
#include "server/storage/crc32c.h"

namespace glutwatch::storage {
namespace {

using State = LogCheck::State;
using ::testing::HasSubstr;

constexpr uint64_t kLogNumber = 7;
constexpr size_t kBlock = 32768;

std::string Physical(uint8_t type, const std::string& payload, bool recyclable = false,
                     uint32_t log_number = kLogNumber) {
  std::string checked(1, static_cast<char>(type));
  if (recyclable) PutLe32(log_number, &checked);
  checked += payload;
  std::string record;
  PutLe32(MaskCrc(Crc32c(checked)), &record);
  record.push_back(static_cast<char>(payload.size() & 0xff));
  record.push_back(static_cast<char>(payload.size() >> 8));
  return record + checked;
}
std::string Full(const std::string& payload) { return Physical(1, payload); }

std::string Letters(size_t n) {
  std::string s(n, 'x');
  for (size_t i = 0; i < n; ++i) s[i] = static_cast<char>('a' + i % 23);
  return s;
}

// Fills a block, so that the next record begins the next one.
std::string Block(char last = 'z') { return Full(Letters(kBlock - 7 - 1) + last); }

TEST(Crc32cTest, MatchesThePublishedVectorsByBothWays) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32cPortable("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720 B.4
  EXPECT_EQ(Crc32c("6789", Crc32c("12345")), 0xe3069283u);
  for (size_t n = 0; n < 40; ++n) EXPECT_EQ(Crc32c(Letters(n)), Crc32cPortable(Letters(n)));
}

TEST(CheckLogTest, WholeLogsAreClean) {
  EXPECT_EQ(CheckLog("", kLogNumber).state, State::kClean);
  const LogCheck check = CheckLog(Full("one") + Full("two"), kLogNumber);
  EXPECT_EQ(check.state, State::kClean);
  EXPECT_EQ(check.records, 2);
  EXPECT_EQ(check.offset, 20);
  const std::string fragmented =
      Physical(2, Letters(kBlock - 7)) + Physical(3, Letters(kBlock - 7)) + Physical(4, "end");
  EXPECT_EQ(CheckLog(fragmented + Full("next"), kLogNumber).records, 2);
  EXPECT_EQ(CheckLog(Block() + Full("next"), kLogNumber).records, 2);
}

TEST(CheckLogTest, TrailerOfABlockIsSkipped) {
  const std::string nearly = Full(Letters(kBlock - 7 - 3));
  const LogCheck check = CheckLog(nearly + std::string(3, '\0') + Full("next"), kLogNumber);
  EXPECT_EQ(check.state, State::kClean);
  EXPECT_EQ(check.records, 2);
}

TEST(CheckLogTest, CutAtEveryByteOfTheLastRecordIsTorn) {
  const std::string head = Full("acknowledged");
  const std::string tail = Full("being written");
  for (size_t cut = 1; cut < tail.size(); ++cut) {
    const LogCheck check = CheckLog(head + tail.substr(0, cut), kLogNumber);
    EXPECT_EQ(check.state, State::kTorn) << cut;
    EXPECT_EQ(check.offset, static_cast<int64_t>(head.size())) << cut;
    EXPECT_EQ(check.records, 1) << cut;
  }
}

TEST(CheckLogTest, MissingLastFragmentIsTorn) {
  const LogCheck check = CheckLog(Full("a") + Physical(2, Letters(kBlock - 7 - 8)), kLogNumber);
  EXPECT_EQ(check.state, State::kTorn);
  EXPECT_EQ(check.offset, 8);
}

TEST(CheckLogTest, UnwrittenSectorsOfTheLastRecordAreTorn) {
  std::string log = Full("a") + Full(Letters(3000));
  std::fill(log.begin() + 1024, log.begin() + 1536, '\0');
  EXPECT_EQ(CheckLog(log, kLogNumber).state, State::kTorn);
  log = Full("a") + Full(Letters(3000));
  std::fill(log.end() - 100, log.end(), '\0');
  EXPECT_EQ(CheckLog(log, kLogNumber).state, State::kTorn);
}

TEST(CheckLogTest, ZeroesToTheEndAreAnUnusedTail) {
  EXPECT_EQ(CheckLog(Full("a") + std::string(5000, '\0'), kLogNumber).state, State::kClean);
}

TEST(CheckLogTest, AFlippedBitAnywhereBeforeALaterRecordIsDamage) {
  const std::string clean = Full("first") + Full("second") + Full("third");
  const size_t last = Full("third").size();
  for (size_t at = 0; at < clean.size() - last; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string log = clean;
      log[at] = static_cast<char>(log[at] ^ (1 << bit));
      const LogCheck check = CheckLog(log, kLogNumber);
      EXPECT_EQ(check.state, State::kDamaged) << at << " bit " << bit;
      EXPECT_EQ(check.offset, at < 12 ? 0 : 12) << at << " bit " << bit;
    }
  }
}

TEST(CheckLogTest, AFlippedBitInTheWholeLastRecordsPayloadIsDamageToo) {
  const std::string head = Full("first");
  std::string log = head + Full("a complete record that may have been acknowledged");
  log[log.size() - 3] ^= 4;
  const LogCheck check = CheckLog(log, kLogNumber);
  EXPECT_EQ(check.state, State::kDamaged);
  EXPECT_EQ(check.offset, static_cast<int64_t>(head.size()));
  EXPECT_THAT(check.what, HasSubstr("checksum mismatch in a record of 56 bytes"));
}

TEST(CheckLogTest, ZeroedRecordBeforeAnotherIsDamage) {
  std::string log = Full("first") + Full("second") + Full("third");
  std::fill(log.begin() + 12, log.begin() + 25, '\0');
  const LogCheck check = CheckLog(log, kLogNumber);
  EXPECT_EQ(check.state, State::kDamaged);
  EXPECT_EQ(check.offset, 12);
}

TEST(CheckLogTest, DamageIsSeenAcrossBlocks) {
  std::string log = Block('1') + Block('2') + Full("last");
  log[100] ^= 1;
  EXPECT_EQ(CheckLog(log, kLogNumber).state, State::kDamaged);
  EXPECT_EQ(CheckLog(log, kLogNumber).offset, 0);
}

TEST(CheckLogTest, FragmentOutOfSequenceIsDamage) {
  EXPECT_EQ(CheckLog(Full("a") + Physical(3, "m") + Full("b"), kLogNumber).state, State::kDamaged);
  EXPECT_EQ(CheckLog(Physical(2, "first") + Full("b"), kLogNumber).state, State::kDamaged);
}

TEST(CheckLogTest, RecycledFileEndsWhereItsFormerUseBegins) {
  const std::string now = Physical(5, "now", true);
  const std::string before = Physical(5, "before", true, kLogNumber - 1);
  const LogCheck check = CheckLog(now + before, kLogNumber);
  EXPECT_EQ(check.state, State::kClean);
  EXPECT_EQ(check.records, 1);
}

}  // namespace
}  // namespace glutwatch::storage
