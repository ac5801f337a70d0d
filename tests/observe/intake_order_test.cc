// What the order in which rows come through the intake leaves behind.
//
// GLUTWATCH_ARRIVAL_SEED chooses the rows.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "tests/observe/intake_fixture.h"

namespace glutwatch::observe {
namespace {

using testing::IsOk;

struct QuotedRow {
  int32_t series = 0;
  Day day{};
  int32_t lot = 0;
  int64_t modal_e4 = 0;
};

uint32_t Seed() {
  const char* text = std::getenv("GLUTWATCH_ARRIVAL_SEED");
  return text != nullptr ? static_cast<uint32_t>(std::atoll(text)) : std::random_device()();
}

// Prices that wander, with jumps and slips of the unit now and then; a day is quoted once.
std::vector<QuotedRow> RandomQuotes(Day today, std::mt19937* random, bool with_lots) {
  std::vector<QuotedRow> rows;
  for (int32_t series = 0; series < 2; ++series) {
    int64_t price = 20'000;
    for (int age = 120; age > 0; --age) {
      const auto dice = static_cast<uint32_t>((*random)() % 20);
      if (dice < 5) continue;  // nothing that day
      price += static_cast<int64_t>((*random)() % 601) - 300;
      const int64_t slip = dice == 5 ? 10 : dice == 6 ? 7 : 1;
      rows.push_back({series, today - age, 0, price * slip});
      if (with_lots && dice == 7) rows.push_back({series, today - age, 1, price * 8});
    }
  }
  return rows;
}

class IntakeOrderTest : public IntakeFixture {
 protected:
  void SetUp() override {
    IntakeFixture::SetUp();
    seed_ = Seed();
    random_.seed(seed_);
    RecordProperty("seed", absl::StrCat(seed_));
  }
  // Sends the rows in their order in batches of random size, by sessions that come and go; each
  // time as rows of other days, `shift` days earlier, so that one store serves for all orders.
  void SendAll(const std::vector<QuotedRow>& rows, int shift) {
    auto session = GarlicSession();
    for (size_t at = 0; at < rows.size();) {
      TestBatch batch{.id = absl::StrCat("batch", ++batches_)};
      for (size_t n = 1 + random_() % 30; n > 0 && at < rows.size(); --n, ++at) {
        batch.Modal(rows[at].series, rows[at].day - shift, rows[at].modal_e4);
        batch.lots.push_back(rows[at].lot);
      }
      const auto verdict = Send(session.get(), batch);
      ASSERT_THAT(verdict, IsOk());
      ASSERT_EQ(verdict->refused, 0);
      if (random_() % 4 == 0) session = GarlicSession();
      if (random_() % 40 == 0) {
        session.reset();
        Reopen();
        session = GarlicSession();
      }
    }
  }
  using Key = std::tuple<uint32_t, int, int>;  // series, day, lot
  std::map<Key, storage::Observation> Stored(int shift) {
    std::map<Key, storage::Observation> stored;
    for (uint32_t series = 1; series <= 2; ++series) {
      const auto versions =
          store_->Read(storage::SeriesId{series}, today_ - shift - kSpan, today_ - shift);
      EXPECT_THAT(versions, IsOk());
      for (const storage::Version& version : *versions) {
        storage::Observation o = version.observation;
        o.day = o.day + shift;
        stored[{series, DayNumber(o.day), o.lot}] = o;
      }
    }
    return stored;
  }
  static int OtherFlags(const std::map<Key, storage::Observation>& a,
                        const std::map<Key, storage::Observation>& b) {
    int other = 0;
    for (const auto& [key, o] : a) other += o.flags != b.at(key).flags ? 1 : 0;
    return other;
  }
  void ExpectEqualQuotes(const std::map<Key, storage::Observation>& a,
                         const std::map<Key, storage::Observation>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (const auto& [key, o] : a) {
      ASSERT_TRUE(b.contains(key) && o.SameQuoteAs(b.at(key))) << std::get<1>(key);
    }
  }

  static constexpr int kSpan = 130;    // days of a set of quotes
  static constexpr int kApart = 1000;  // more than any price is remembered
  uint32_t seed_ = 0;
  std::mt19937 random_;
  int batches_ = 0;
};

TEST_F(IntakeOrderTest, BatchesSessionsAndRestartsChangeNothingWhileDaysComeInOrder) {
  SCOPED_TRACE(absl::StrCat("GLUTWATCH_ARRIVAL_SEED=", seed_));
  int rows = 0;
  for (int round = 0; round < 8 && !HasFailure(); ++round) {
    std::vector<QuotedRow> quotes = RandomQuotes(today_, &random_, /*with_lots=*/false);
    const int shift = round * 2 * kApart;
    SendAll(quotes, shift);  // series by series
    // Day by day instead, each series still in order.
    std::stable_sort(quotes.begin(), quotes.end(),
                     [](const QuotedRow& a, const QuotedRow& b) { return a.day < b.day; });
    SendAll(quotes, shift + kApart);
    const auto want = Stored(shift);
    const auto got = Stored(shift + kApart);
    ExpectEqualQuotes(got, want);
    ASSERT_EQ(OtherFlags(got, want), 0);
    rows += static_cast<int>(want.size());
  }
  std::printf("seed %u: %d rows\n", seed_, rows);
}

TEST_F(IntakeOrderTest, QuotesAreTheSameInAnyOrder) {
  SCOPED_TRACE(absl::StrCat("GLUTWATCH_ARRIVAL_SEED=", seed_));
  int rows = 0;
  int other_flags = 0;
  for (int round = 0; round < 8 && !HasFailure(); ++round) {
    std::vector<QuotedRow> quotes = RandomQuotes(today_, &random_, /*with_lots=*/true);
    const int shift = round * 2 * kApart;
    SendAll(quotes, shift);
    std::shuffle(quotes.begin(), quotes.end(), random_);
    SendAll(quotes, shift + kApart);
    const auto want = Stored(shift);
    const auto got = Stored(shift + kApart);
    ExpectEqualQuotes(got, want);
    rows += static_cast<int>(want.size());
    other_flags += OtherFlags(got, want);
  }
  // Flags are what the sender was told: of the prices that were known then.
  std::printf("seed %u: %d of %d rows have other flags in another order\n", seed_, other_flags,
              rows);
}

}  // namespace
}  // namespace glutwatch::observe
