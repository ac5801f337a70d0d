// The bytes of chunks: what they must stay, that they are canonical, and what happens when they are
// not chunks.
#include "server/storage/chunk_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/time/civil_time.h"
#include "server/storage/column_rows.h"
#include "tests/storage/golden_versions.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::storage {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// The bytes of a file of hexadecimal digits.
std::string Golden(const std::string& name) {
  std::ifstream file(std::string(GLUTWATCH_GOLDEN_DIR) + "/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  std::string digits((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  digits.erase(std::remove_if(digits.begin(), digits.end(), absl::ascii_isspace), digits.end());
  return absl::HexStringToBytes(digits);
}

TEST(ChunkCodecTest, ReadsWhatRelease010Wrote) {
  const auto decoded = DecodeChunk(kGoldenKey, Golden("chunk_v1.hex"));
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(*decoded, GoldenVersions());
}

TEST(ChunkCodecTest, WritesAndReadsTheGoldenBytes) {
  EXPECT_EQ(absl::BytesToHexString(EncodeChunk(kGoldenKey, GoldenVersions())),
            absl::BytesToHexString(Golden("chunk_v2.hex")));
  const auto decoded = DecodeChunk(kGoldenKey, Golden("chunk_v2.hex"));
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(*decoded, GoldenVersions());
  EXPECT_EQ(absl::BytesToHexString(EncodeChunkKey(kGoldenKey)), "0000010207ea");
}

TEST(ChunkCodecTest, WritesAndReadsAGoldenYear) {
  EXPECT_EQ(absl::BytesToHexString(EncodeChunk(kGoldenKey, GoldenYear())),
            absl::BytesToHexString(Golden("chunk_v2_year.hex")));
  const auto decoded = DecodeChunk(kGoldenKey, Golden("chunk_v2_year.hex"));
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(*decoded, GoldenYear());
}

TEST(ChunkCodecTest, YearsBeginOnTheFirstOfJanuary) {
  for (int year = 1899; year <= 2171; ++year) {
    const Day first = ToDay(absl::CivilDay(year, 1, 1));
    EXPECT_EQ(FirstDayOf(year), first);
    EXPECT_EQ(YearOf(first), year);
    EXPECT_EQ(YearOf(first - 1), year - 1);
  }
}

TEST(ChunkCodecTest, EveryInt64SurvivesWhateverItsNeighbours) {
  std::vector<Version> versions;
  int day = 0;
  for (const int64_t low : {kMin, kMax, int64_t{0}, int64_t{-10'000}}) {
    for (const int64_t modal : {kMax, kMin, int64_t{10'000}}) {
      Version v = GoldenVersion(day++, modal / 2);
      v.observation.low_e4 = low;
      v.observation.modal_e4 = modal;
      v.observation.high_e4 = kMin + day;
      v.observation.arrivals_e4 = low;
      v.recorded_us = modal;
      versions.push_back(v);
    }
  }
  const auto decoded = DecodeChunk(kGoldenKey, EncodeChunk(kGoldenKey, versions));
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(*decoded, versions);
}

// Versions of one year as they may come: gaps, lots, corrections, every status, absent numbers,
// now and then any int64; ascending.
class RandomVersions {
 public:
  explicit RandomVersions(uint32_t seed) : random_(seed) {}

  std::vector<Version> Next() {
    std::vector<Version> versions;
    const int days = 1 + Below(Below(3) == 0 ? 365 : 20);
    wild_ = Below(4) == 0;
    step_ = int64_t{1} << Below(15);
    int64_t modal = 100 * Below(5000);
    int64_t recorded_us = kGoldenRecordedUs;
    const int gap = Below(3);
    for (int day = Below(3); day < days; day += 1 + (gap == 0 ? 0 : Below(gap + 1))) {
      modal += step_ * (Below(21) - 10);
      recorded_us += Below(2) == 0 ? 0 : Below(1'000'000);
      AddDay(day, modal, recorded_us, &versions);
    }
    if (versions.empty()) versions.push_back(GoldenVersion(0, modal));
    return versions;
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  int64_t Number(int64_t usual) {
    if (!wild_ || Below(10) > 0) return usual;
    return Below(2) == 0 ? static_cast<int64_t>(random_()) : (Below(2) == 0 ? kMin : kMax);
  }
  void AddDay(int day, int64_t modal, int64_t recorded_us, std::vector<Version>* versions) {
    const int lots = Below(10) == 0 ? 3 : 1;
    for (int lot = 0; lot < lots; ++lot) {
      const int corrections = Below(15) == 0 ? 2 : 0;
      for (int i = 0; i <= corrections; ++i) {
        Version v = GoldenVersion(day, modal + i, recorded_us + i);
        Observation& o = v.observation;
        o.lot = static_cast<uint16_t>(lot * 700);
        o.status = static_cast<DayStatus>(1 + (Below(5) == 0 ? Below(5) : 0));
        o.presence = static_cast<uint8_t>(Below(6) == 0 ? Below(16) : 15);
        o.flags = static_cast<uint16_t>(Below(20) == 0 ? random_() : 0);
        o.source = static_cast<uint16_t>(Below(30) == 0 ? random_() : 1);
        o.low_e4 = Value(kHasLow, o, modal - 700);
        o.modal_e4 = Value(kHasModal, o, modal + i);
        o.high_e4 = Value(kHasHigh, o, modal + 700);
        o.arrivals_e4 = Value(kHasArrivals, o, 1000 * Below(500));
        versions->push_back(v);
      }
    }
  }
  // Mostly 0 where it is absent, as the store has it; but the codec does not rely on that.
  int64_t Value(Presence has, const Observation& o, int64_t usual) {
    return (o.presence & has) != 0 || (wild_ && Below(50) == 0) ? Number(usual) : 0;
  }

  std::mt19937 random_;
  bool wild_ = false;
  int64_t step_ = 1;
};

TEST(ChunkCodecTest, WhatIsWrittenIsRead) {
  RandomVersions random(1);
  for (int i = 0; i < 3000; ++i) {
    const std::vector<Version> versions = random.Next();
    const std::string bytes = EncodeChunk(kGoldenKey, versions);
    const auto decoded = DecodeChunk(kGoldenKey, bytes);
    ASSERT_THAT(decoded, IsOk()) << i;
    ASSERT_EQ(*decoded, versions) << i;
    ASSERT_EQ(EncodeChunk(kGoldenKey, *decoded), bytes) << i;
  }
}

// The newest version up to `limit_us` of each (day, lot), the obvious way.
std::vector<Version> Newest(const std::vector<Version>& versions, int64_t limit_us) {
  std::vector<Version> newest;
  for (const Version& v : versions) {
    if (v.recorded_us > limit_us) continue;
    const bool again = !newest.empty() && newest.back().observation.day == v.observation.day &&
                       newest.back().observation.lot == v.observation.lot;
    if (again) newest.pop_back();
    newest.push_back(v);
  }
  return newest;
}

std::vector<Version> Rows(const PriceColumns& columns) {
  std::vector<Version> rows;
  for (size_t i = 0; i < columns.rows(); ++i) rows.push_back(RowAt(columns, i));
  return rows;
}

TEST(ChunkCodecTest, ColumnsHoldTheNewestVersionsAsOfAnyInstant) {
  RandomVersions random(2);
  PriceColumns columns;
  for (int i = 0; i < 2000; ++i) {
    const std::vector<Version> versions = random.Next();
    const std::string bytes = EncodeChunk(kGoldenKey, versions);
    for (const int64_t limit_us : {kMax, versions[versions.size() / 2].recorded_us, kMin}) {
      ClearRows(&columns);
      ASSERT_THAT(AppendNewest(kGoldenKey, bytes, kAllColumns, limit_us, &columns), IsOk());
      ASSERT_EQ(Rows(columns), Newest(versions, limit_us)) << i;
    }
  }
}

// Copies the columns of `wanted`, so that subsets can be compared.
template <typename T>
std::vector<int64_t> Numbers(const ColumnBuffer<T>& column) {
  std::vector<int64_t> numbers;
  for (const T v : column) numbers.push_back(static_cast<int64_t>(v));
  return numbers;
}

TEST(ChunkCodecTest, AnySubsetOfColumnsIsAsInTheWhole) {
  RandomVersions random(3);
  PriceColumns all;
  PriceColumns some;
  for (ColumnSet wanted = 0; wanted <= kAllColumns; ++wanted) {
    const std::vector<Version> versions = random.Next();
    const std::string bytes = EncodeChunk(kGoldenKey, versions);
    const int64_t limit_us = wanted % 2 == 0 ? kMax : versions[0].recorded_us + 400'000;
    ClearRows(&all);
    ClearRows(&some);
    ASSERT_THAT(AppendNewest(kGoldenKey, bytes, kAllColumns, limit_us, &all), IsOk());
    ASSERT_THAT(AppendNewest(kGoldenKey, bytes, wanted, limit_us, &some), IsOk());
    FinishRows(wanted, &some);
    EXPECT_EQ(Numbers(some.days), Numbers(all.days));
    const auto expect = [&](PriceColumn bit, const auto& got, const auto& want) {
      ASSERT_EQ(Numbers(got), (wanted & bit) != 0 ? Numbers(want) : std::vector<int64_t>()) << bit;
    };
    expect(kLotColumn, some.lots, all.lots);
    expect(kStatusColumn, some.statuses, all.statuses);
    expect(kPresenceColumn, some.presences, all.presences);
    expect(kFlagsColumn, some.flags, all.flags);
    expect(kSourceColumn, some.sources, all.sources);
    expect(kLowColumn, some.low_e4, all.low_e4);
    expect(kModalColumn, some.modal_e4, all.modal_e4);
    expect(kHighColumn, some.high_e4, all.high_e4);
    expect(kArrivalsColumn, some.arrivals_e4, all.arrivals_e4);
    expect(kRecordedColumn, some.recorded_us, all.recorded_us);
  }
}

TEST(ChunkCodecTest, MergingGivesTheBytesOfTheWholeWhateverCameFirst) {
  RandomVersions random(4);
  std::mt19937 deal(4);
  for (int i = 0; i < 1000; ++i) {
    const std::vector<Version> versions = random.Next();
    std::vector<Version> first;
    std::vector<Version> second;
    for (const Version& v : versions) {
      const auto hand = deal() % 3;  // 2: in both
      if (hand != 1) first.push_back(v);
      if (hand != 0) second.push_back(v);
    }
    if (first.empty()) first.push_back(versions[0]);
    const auto merged = MergeChunk(kGoldenKey, EncodeChunk(kGoldenKey, first), second);
    ASSERT_THAT(merged, IsOk());
    ASSERT_EQ(*merged, EncodeChunk(kGoldenKey, versions)) << i;
  }
}

TEST(ChunkCodecTest, MergingIntoAnOldChunkWritesTheNewFormat) {
  const auto merged = MergeChunk(kGoldenKey, Golden("chunk_v1.hex"), {});
  ASSERT_THAT(merged, IsOk());
  EXPECT_EQ(*merged, Golden("chunk_v2.hex"));
}

TEST(ChunkCodecTest, OldChunksReadAsColumnsToo) {
  PriceColumns columns;
  ASSERT_THAT(
      AppendNewest(kGoldenKey, Golden("chunk_v1.hex"), kAllColumns, kGoldenRecordedUs, &columns),
      IsOk());
  EXPECT_EQ(Rows(columns), Newest(GoldenVersions(), kGoldenRecordedUs));
}

TEST(ChunkCodecTest, AYearOfDailyPricesTakesFewBytes) {
  std::mt19937 random(1);
  std::vector<Version> versions;
  int64_t modal = 30'000;
  for (int day = 0; day < 365; ++day) {
    modal += static_cast<int64_t>(random() % 21) * 100 - 1000;
    Version v = GoldenVersion(day, modal);
    v.observation.arrivals_e4 = static_cast<int64_t>(1000 + random() % 500) * 10'000;
    versions.push_back(v);
  }
  EXPECT_LT(EncodeChunk(kGoldenKey, versions).size(), 365u * 2);
}

TEST(ChunkCodecTest, DaysOffCostLittle) {
  std::vector<Version> daily;
  std::vector<Version> with_sundays;
  for (int day = 0; day < 350; ++day) {
    Version v = GoldenVersion(day, 30'000 + day % 5 * 100);
    daily.push_back(v);
    if (day % 7 == 6) {
      v.observation = {.day = v.observation.day, .status = DayStatus::kClosed};
    }
    with_sundays.push_back(v);
  }
  const size_t sundays = 50;
  EXPECT_LT(EncodeChunk(kGoldenKey, with_sundays).size(),
            EncodeChunk(kGoldenKey, daily).size() + sundays * 5);
}

void ExpectDataLoss(const std::string& bytes, const std::string& what) {
  EXPECT_THAT(DecodeChunk(kGoldenKey, bytes),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("series 258, year 2026")))
      << what;
  PriceColumns columns;
  EXPECT_THAT(AppendNewest(kGoldenKey, bytes, kModalColumn, kMax, &columns),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("series 258, year 2026")))
      << what;
}

class DamagedChunkTest : public ::testing::TestWithParam<const char*> {};

TEST_P(DamagedChunkTest, EveryFlippedBitAndEveryCutIsDataLoss) {
  const std::string good = Golden(GetParam());
  for (size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      ExpectDataLoss(bad, absl::StrCat("bit ", bit, " of byte ", at));
    }
    ExpectDataLoss(good.substr(0, at), absl::StrCat("cut at ", at));
  }
  ExpectDataLoss(good + "x", "a byte more");
}

TEST_P(DamagedChunkTest, ChunkUnderAnotherKeyIsDataLoss) {
  for (const ChunkKey& key : {ChunkKey{SeriesId{259}, 2026}, ChunkKey{SeriesId{258}, 2025}}) {
    EXPECT_THAT(DecodeChunk(key, Golden(GetParam())),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("table chunks")));
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, DamagedChunkTest,
                         ::testing::Values("chunk_v1.hex", "chunk_v2.hex"),
                         [](const auto& test) { return std::string(test.param).substr(0, 8); });

TEST(ChunkCodecTest, KeyOfAnotherLengthIsDataLoss) {
  EXPECT_THAT(DecodeChunkKey("abc"), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("3 bytes")));
}

}  // namespace
}  // namespace glutwatch::storage
