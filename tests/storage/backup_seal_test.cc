// The bytes of a backup's seal; docs/format/backup.md.
#include "server/storage/backup_seal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

BackupSeal Example() {
  BackupSeal seal;
  seal.backup.id = 300;
  seal.backup.created_us = 1'750'000'000'000'000;
  seal.backup.store_epoch = 0x1122334455667788;
  seal.backup.store_format = 1;
  seal.backup.newest_recorded_us = 1'749'999'999'000'000;
  seal.backup.bytes = 1 << 20;
  seal.backup.files = 9;
  seal.backup.whole = std::string(32, 'w');
  seal.backup.history = std::string(32, 'h');
  seal.meta_bytes = 1000;
  seal.meta_crc = 0xcafef00d;
  return seal;
}

TEST(BackupSealTest, GoldenBytes) {
  const std::string fixed =
      "4201b2dd7de2"      // magic, version, CRC
      "ac02"              // id
      "00605ba09d370600"  // begun
      "8877665544332211"  // epoch of the store
      "01"                // format of the store
      "c01d4ca09d370600"  // newest commit
      "80804009"          // bytes, files
      "e8070df0feca";     // meta/<id>: bytes, CRC
  EXPECT_EQ(absl::BytesToHexString(EncodeSeal(Example())),
            fixed + absl::BytesToHexString(std::string(32, 'w') + std::string(32, 'h')));
}

TEST(BackupSealTest, ComesBackAsItWas) {
  for (const bool verified : {true, false}) {
    BackupSeal seal = Example();
    if (!verified) seal.backup.whole = seal.backup.history = "";
    const auto back = DecodeSeal(EncodeSeal(seal));
    ASSERT_THAT(back, IsOk());
    EXPECT_EQ(back->backup.id, seal.backup.id);
    EXPECT_EQ(back->backup.created_us, seal.backup.created_us);
    EXPECT_EQ(back->backup.store_epoch, seal.backup.store_epoch);
    EXPECT_EQ(back->backup.newest_recorded_us, seal.backup.newest_recorded_us);
    EXPECT_EQ(back->backup.bytes, seal.backup.bytes);
    EXPECT_EQ(back->backup.files, seal.backup.files);
    EXPECT_EQ(back->backup.whole, seal.backup.whole);
    EXPECT_EQ(back->backup.history, seal.backup.history);
    EXPECT_EQ(back->meta_bytes, seal.meta_bytes);
    EXPECT_EQ(back->meta_crc, seal.meta_crc);
  }
}

TEST(BackupSealTest, EveryFlippedBitIsNoticed) {
  const std::string good = EncodeSeal(Example());
  for (size_t i = 0; i < good.size() * 8; ++i) {
    std::string bad = good;
    bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << (i % 8)));
    EXPECT_FALSE(DecodeSeal(bad).ok()) << "bit " << i;
  }
}

TEST(BackupSealTest, EveryShorterOneIsNoticed) {
  const std::string good = EncodeSeal(Example());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(DecodeSeal(absl::string_view(good).substr(0, size)).ok()) << size;
  }
}

TEST(BackupSealTest, NewerVersionIsNamed) {
  std::string newer = EncodeSeal(Example());
  newer[1] = 2;
  EXPECT_THAT(DecodeSeal(newer),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("version 2, expected 1")));
}

}  // namespace
}  // namespace glutwatch::storage
