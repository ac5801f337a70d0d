// The bytes of journal values, receipts and tips: what they must stay, and what happens when they
// are not that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/escaping.h"
#include "server/storage/column_codec.h"
#include "server/storage/journal_codec.h"
#include "server/storage/tips.h"
#include "tests/storage/golden_versions.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kRecordedUs = kGoldenRecordedUs;

// Made by release 0.1.0; a newer program must still read them. Never change, only add.
constexpr char kGoldenJournal[] =
    "4a01536288640060c326eb4b06000762617463682d310401840402020201d2bf020000020100000100010101010201"
    "0f0f0f0001000081020001000000020201b6020212c902011414140001282828000401d8360000d736";
constexpr char kGoldenReceipt[] =
    "52010a621faf0060c326eb4b0600efcdab8967452301ac0202030005b7051074776f20726f7773207265667573656"
    "4";
constexpr char kGoldenTip[] = "5401530b256ac2c002a8c00280c08db6b2fd9203bcc0020198f201";

std::vector<BatchRow> GoldenRows() {
  std::vector<BatchRow> rows;
  uint32_t series = 258;
  for (const Version& v : GoldenVersions()) rows.push_back({SeriesId{series++}, v.observation});
  return rows;
}

TEST(JournalCodecTest, WritesAndReadsTheGoldenBytes) {
  EXPECT_EQ(absl::BytesToHexString(EncodeJournal(kRecordedUs, "batch-1", GoldenRows())),
            kGoldenJournal);
  const auto entry = DecodeJournal(kRecordedUs, absl::HexStringToBytes(kGoldenJournal));
  ASSERT_THAT(entry, IsOk());
  EXPECT_EQ(entry->batch_id, "batch-1");
  ASSERT_EQ(entry->rows.size(), GoldenRows().size());
  for (size_t i = 0; i < entry->rows.size(); ++i) {
    EXPECT_EQ(entry->rows[i].series, GoldenRows()[i].series);
    EXPECT_TRUE(entry->rows[i].observation.SameQuoteAs(GoldenRows()[i].observation));
    EXPECT_EQ(entry->rows[i].observation.source, GoldenRows()[i].observation.source);
  }
}

TEST(ReceiptCodecTest, WritesAndReadsTheGoldenBytes) {
  StoredReceipt stored;
  stored.digest = 0x0123456789abcdef;
  stored.receipt = {.recorded_us = kRecordedUs,
                    .added = 300,
                    .corrected = 2,
                    .duplicates = {0, 5, 700},
                    .note = "two rows refused"};
  EXPECT_EQ(absl::BytesToHexString(EncodeReceipt(stored)), kGoldenReceipt);
  const auto decoded = DecodeReceipt("b", absl::HexStringToBytes(kGoldenReceipt));
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->digest, stored.digest);
  EXPECT_EQ(decoded->receipt.recorded_us, kRecordedUs);
  EXPECT_EQ(decoded->receipt.added, 300);
  EXPECT_EQ(decoded->receipt.corrected, 2);
  EXPECT_THAT(decoded->receipt.duplicates, ElementsAre(0, 5, 700));
  EXPECT_EQ(decoded->receipt.note, "two rows refused");
}

TEST(TipCodecTest, WritesAndReadsTheGoldenBytes) {
  const TipState tip{.newest_day = Day{20'513},
                     .folded_day = Day{20'500},
                     .recorded_us = kRecordedUs,
                     .price_day = Day{20'510},
                     .price_lot = 1,
                     .modal_e4 = 15'500};
  EXPECT_EQ(absl::BytesToHexString(EncodeTip(tip)), kGoldenTip);
  const auto decoded = DecodeTip(SeriesId{1}, absl::HexStringToBytes(kGoldenTip));
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->newest_day, tip.newest_day);
  EXPECT_EQ(decoded->folded_day, tip.folded_day);
  EXPECT_EQ(decoded->recorded_us, tip.recorded_us);
  EXPECT_EQ(decoded->price_day, tip.price_day);
  EXPECT_EQ(decoded->price_lot, tip.price_lot);
  EXPECT_EQ(decoded->modal_e4, tip.modal_e4);
}

TEST(ColumnCodecTest, EveryModeGivesBackItsNumbers) {
  const std::vector<std::vector<uint64_t>> columns = {
      {},
      {0},
      {7, 7, 7},
      {1, 2, 3},
      {5, 5, 5, 5, 5, 9, 9, 9, 9, 9},
      {0, std::numeric_limits<uint64_t>::max(), 127, 128, 16'383, 16'384}};
  for (const std::vector<uint64_t>& column : columns) {
    std::string bytes;
    PutColumn(column, &bytes);
    ByteReader reader(bytes);
    std::vector<uint64_t> decoded(column.size());
    EXPECT_TRUE(GetColumn(&reader, absl::MakeSpan(decoded)));
    EXPECT_EQ(decoded, column);
    EXPECT_EQ(reader.remaining(), 0u);
  }
}

TEST(JournalCodecTest, EveryFlippedBitAndEveryCutIsDataLoss) {
  const std::string good = absl::HexStringToBytes(kGoldenJournal);
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    EXPECT_THAT(DecodeJournal(kRecordedUs, bad),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("table journal, commit")));
    EXPECT_FALSE(DecodeJournal(kRecordedUs, good.substr(0, at)).ok());
  }
  EXPECT_THAT(DecodeJournal(kRecordedUs + 1, good),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("holds commit")));
}

}  // namespace
}  // namespace glutwatch::storage
