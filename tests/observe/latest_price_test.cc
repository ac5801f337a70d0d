#include "server/observe/latest_price.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "tests/observe/intake_fixture.h"

namespace glutwatch::observe {
namespace {

using storage::SeriesId;
using storage::SeriesTip;
using testing::IsOk;

std::string Text(const std::optional<SeriesTip>& tip) {
  if (!tip.has_value()) return "nothing";
  const std::string price =
      tip->newest_price_day.has_value()
          ? absl::StrCat(FormatDay(*tip->newest_price_day), " ", tip->modal_e4)
          : "no price";
  return absl::StrCat(FormatDay(tip->newest_day), ", ", price);
}

class LatestPriceTest : public IntakeFixture {
 protected:
  void SetUp() override {
    IntakeFixture::SetUp();
    session_ = GarlicSession();
  }
  std::string AsOf(int64_t as_of_us, uint32_t series = 1) {
    const auto tip = TipAsOf(*store_, SeriesId{series}, as_of_us);
    EXPECT_THAT(tip, IsOk());
    return tip.ok() ? Text(*tip) : "";
  }
};

TEST_F(LatestPriceTest, NothingIsKnownOfASeriesBeforeItsFirstRow) {
  EXPECT_EQ(AsOf(storage::PriceStore::kNow), "nothing");
  const auto first = Send(session_.get(), TestBatch{"a"}.Modal(0, today_ - 1, 20'000));
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(AsOf(first->recorded_us - 1), "nothing");
  EXPECT_EQ(AsOf(first->recorded_us), "2026-02-28, 2026-02-28 20000");
}

TEST_F(LatestPriceTest, AnOldPriceBehindYearsOfClosedDaysIsFound) {
  const auto price = Send(session_.get(), TestBatch{"a"}.Modal(0, today_ - 1'500, 20'000));
  ASSERT_THAT(price, IsOk());
  TestBatch closed{"b"};
  closed.Price(0, today_ - 2, 0, 0, 0);
  closed.statuses = {static_cast<int>(storage::DayStatus::kClosed)};
  closed.presences = {0};
  const auto second = Send(session_.get(), closed);
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(Send(session_.get(), TestBatch{"c"}.Modal(0, today_ - 1, 30'000)), IsOk());
  EXPECT_EQ(AsOf(second->recorded_us),
            absl::StrCat(FormatDay(today_ - 2), ", ", FormatDay(today_ - 1'500), " 20000"));
}

// Whatever came in whatever order: what the tip said after each commit is what it says as of it.
TEST_F(LatestPriceTest, SaysWhatTheTipSaidThen) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  std::vector<std::pair<int64_t, std::string>> said;
  for (int i = 0; i < 150; ++i) {
    TestBatch batch{absl::StrCat("batch", i)};
    const Day day = today_ - static_cast<int>(random() % 900);
    const auto dice = static_cast<uint32_t>(random() % 10);
    batch.Modal(0, day, dice == 0 ? 200'000 : 20'000 + static_cast<int64_t>(random() % 900));
    if (dice < 3 && dice > 0) {
      batch = TestBatch{batch.id};
      batch.Price(0, day, 0, 0, 0);
      batch.statuses = {static_cast<int>(storage::DayStatus::kNoBid)};
      batch.presences = {0};
    }
    batch.lots = {dice == 9 ? 1 : 0};
    const auto verdict = Send(session_.get(), batch);
    ASSERT_THAT(verdict, IsOk());
    said.emplace_back(verdict->recorded_us, Text(store_->Tip(SeriesId{1})));
    if (i % 40 == 0) {
      ASSERT_THAT(store_->Fold(), IsOk());
    }
  }
  for (const auto& [recorded_us, tip] : said) ASSERT_EQ(AsOf(recorded_us), tip) << recorded_us;
}

}  // namespace
}  // namespace glutwatch::observe
