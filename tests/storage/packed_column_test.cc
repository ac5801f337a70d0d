// Packed numbers and columns of them.
#include "server/storage/packed_column.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <random>

#include "server/storage/bit_packing.h"

namespace glutwatch::storage {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(BitPackingTest, EveryWidthAndCountGivesBackItsNumbers) {
  std::mt19937_64 random(1);
  for (int width = 0; width <= kMaxPackWidth; ++width) {
    for (const size_t count : {size_t{1}, size_t{7}, size_t{8}, size_t{13}, kPackBlock}) {
      const auto base = static_cast<int64_t>(random());
      std::vector<int64_t> values(count);
      for (int64_t& v : values) {
        const uint64_t above = width == 0 ? 0 : random() >> (kMaxPackWidth - width);
        v = static_cast<int64_t>(static_cast<uint64_t>(base) + above);
      }
      std::string bytes = "x";
      PackBits(values.data(), count, width, base, &bytes);
      ASSERT_EQ(bytes.size(), 1 + PackedBytes(count, width));
      std::vector<int64_t> unpacked(count);
      UnpackBits(bytes.data() + 1, bytes.size() - 1, count, width, base, unpacked.data());
      EXPECT_EQ(unpacked, values) << width << " bits, " << count << " numbers";
      bytes.append(8, '\xff');  // the way with more bytes behind
      UnpackBits(bytes.data() + 1, bytes.size() - 1, count, width, base, unpacked.data());
      EXPECT_EQ(unpacked, values) << width << " bits, " << count << " numbers";
    }
  }
}

std::string Bytes(const std::vector<int64_t>& values) {
  std::string bytes;
  PutPackedColumn(values, &bytes);
  return bytes;
}

// Reads and skips `bytes`; fails if it is not exactly these.
void ExpectColumn(const std::string& bytes, const std::vector<int64_t>& values) {
  ByteReader reader(bytes);
  std::vector<int64_t> decoded(values.size());
  EXPECT_TRUE(GetPackedColumn(&reader, values.size(), decoded.data()));
  EXPECT_EQ(decoded, values);
  EXPECT_EQ(reader.remaining(), 0u);
  ByteReader skipper(bytes);
  EXPECT_TRUE(SkipPackedColumn(&skipper, values.size()));
  EXPECT_EQ(skipper.remaining(), 0u);
}

std::vector<int64_t> Repeated(size_t count, const std::function<int64_t(size_t)>& value) {
  std::vector<int64_t> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = value(i);
  return values;
}

TEST(PackedColumnTest, EveryFormGivesBackItsNumbers) {
  const std::vector<std::vector<int64_t>> columns = {
      {},
      {0},
      {kMin},
      {7, 7, 7},
      {5, 5, 5, 5, 5, 9, 9, 9, 9, 9},
      {kMin, kMax, 0, -1, kMax, kMin},
      Repeated(129, [](size_t) { return 4; }),
      Repeated(130, [](size_t i) { return static_cast<int64_t>(i * i); }),
      Repeated(257, [](size_t i) { return static_cast<int64_t>(i) * 86'400'000'000; }),
      Repeated(1000, [](size_t i) { return static_cast<int64_t>(i / 300); }),
      Repeated(1000, [](size_t i) { return static_cast<int64_t>(i / 2 * 1'000'003); })};
  for (const std::vector<int64_t>& column : columns) ExpectColumn(Bytes(column), column);
}

TEST(PackedColumnTest, PicksTheShortestForm) {
  EXPECT_EQ(Bytes(Repeated(1000, [](size_t) { return 4; })).size(), 2u);
  EXPECT_LE(Bytes(Repeated(128, [](size_t i) { return static_cast<int64_t>(i) * 1000; })).size(),
            5u);
  EXPECT_LE(Bytes(Repeated(128, [](size_t i) { return static_cast<int64_t>(i % 4); })).size(),
            2u + 128 / 4);
  EXPECT_LE(Bytes(Repeated(1000, [](size_t i) { return i < 500 ? 1 : 70'000; })).size(), 16u);
}

TEST(PackedColumnTest, RandomColumnsSurvive) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 2000; ++i) {
    const uint64_t range = uint64_t{1} << random() % 64;
    const uint64_t repeat = 1 + random() % 5;
    std::vector<int64_t> column(1 + random() % 300);
    for (size_t at = 0; at < column.size(); ++at) {
      const bool again = at > 0 && random() % repeat != 0;
      column[at] = again ? column[at - 1] : static_cast<int64_t>(random() % range);
    }
    ExpectColumn(Bytes(column), column);
  }
}

TEST(PackedColumnTest, BytesThatAreNoColumnAreRefused) {
  const std::vector<std::pair<std::string, size_t>> cases = {
      {"", 1},
      {"\x84", 5},              // an unknown form
      {std::string(1, 65), 1},  // differences of a single number
      {"\x08", 2},              // no base
      {std::string("\x08\x00", 2), 2},
      {std::string("\x83\x00", 2), 4},                       // no run
      {std::string("\x83\x03\x00\x00\x00\x00", 6), 4},       // more runs than they are worth
      {std::string("\x83\x02\x00\x00\x00\x02", 6), 5},       // runs of 2 and 2 for five numbers
      {std::string("\x83\x01\x00\x00\x00\x09", 6), 4},       // a run below zero
      {std::string("\x83\x02\x82\x00\x00\x02", 6), 4},       // a constant within runs
      {std::string("\x00\x00\x41\x00", 4), kPackBlock + 1},  // a second block of 65 bits
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    std::vector<int64_t> decoded(cases[i].second);
    ByteReader reader(cases[i].first);
    EXPECT_FALSE(GetPackedColumn(&reader, decoded.size(), decoded.data()) &&
                 reader.remaining() == 0)
        << i;
  }
}

TEST(PackedColumnTest, EveryCutIsRefusedAlsoWhenSkipped) {
  const std::vector<std::vector<int64_t>> columns = {
      Repeated(200, [](size_t i) { return static_cast<int64_t>(i * i % 97); }),
      Repeated(200, [](size_t i) { return static_cast<int64_t>(i / 20 * i / 20); })};
  for (const std::vector<int64_t>& column : columns) {
    const std::string bytes = Bytes(column);
    for (size_t size = 0; size < bytes.size(); ++size) {
      std::vector<int64_t> decoded(column.size());
      ByteReader reader(absl::string_view(bytes).substr(0, size));
      EXPECT_FALSE(GetPackedColumn(&reader, decoded.size(), decoded.data()));
      ByteReader skipper(absl::string_view(bytes).substr(0, size));
      EXPECT_FALSE(SkipPackedColumn(&skipper, column.size()));
    }
  }
}

}  // namespace
}  // namespace glutwatch::storage
