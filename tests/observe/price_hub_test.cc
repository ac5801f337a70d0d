#include "server/observe/price_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace glutwatch::observe {
namespace {

using storage::BatchRow;
using storage::SeriesId;

BatchRow Row(uint32_t series, int64_t modal_e4) {
  BatchRow row{SeriesId{series}, {}};
  row.observation.presence = storage::kHasModal;
  row.observation.modal_e4 = modal_e4;
  return row;
}
bool Odd(SeriesId series) { return static_cast<uint32_t>(series) % 2 == 1; }
bool All(SeriesId) { return true; }

TEST(PriceHubTest, GivesWantedSeriesInOrderWithCommitAndSource) {
  PriceHub hub;
  EXPECT_FALSE(hub.has_subscribers());
  int woken = 0;
  const auto subscription = hub.Subscribe({.wanted = Odd, .on_ready = [&] { ++woken; }});
  EXPECT_TRUE(hub.has_subscribers());
  hub.Publish(7, "xinfadi", std::vector<BatchRow>{Row(1, 10), Row(2, 20), Row(3, 30)});
  hub.Publish(8, "xinfadi", std::vector<BatchRow>{Row(2, 21), Row(1, 11)});
  EXPECT_EQ(woken, 1);  // the reader has not taken anything in between
  const PriceSubscription::Frame first = subscription->Take(2);
  ASSERT_EQ(first.rows.size(), 2U);
  EXPECT_EQ(first.rows[0].series, SeriesId{1});
  EXPECT_EQ(first.rows[0].version.recorded_us, 7);
  EXPECT_EQ(*first.rows[0].source, "xinfadi");
  EXPECT_EQ(first.rows[1].series, SeriesId{3});
  const PriceSubscription::Frame rest = subscription->Take(100);
  ASSERT_EQ(rest.rows.size(), 1U);
  EXPECT_EQ(rest.rows[0].version.observation.modal_e4, 11);
  EXPECT_EQ(rest.skipped_rows, 0);
  hub.Publish(9, "xinfadi", std::vector<BatchRow>{Row(2, 22)});
  EXPECT_EQ(woken, 1);
  hub.Publish(10, "xinfadi", std::vector<BatchRow>{Row(1, 12)});
  EXPECT_EQ(woken, 2);
}

TEST(PriceHubTest, SlowReaderLosesTheOldestAndLearnsHowMany) {
  PriceHub hub;
  const auto subscription = hub.Subscribe({.wanted = All, .on_ready = {}, .capacity_rows = 3});
  for (uint32_t i = 1; i <= 10; ++i) hub.Publish(i, "s", std::vector<BatchRow>{Row(i, i)});
  const PriceSubscription::Frame frame = subscription->Take(100);
  EXPECT_EQ(frame.skipped_rows, 7);
  ASSERT_EQ(frame.rows.size(), 3U);
  EXPECT_EQ(frame.rows[0].series, SeriesId{8});
  EXPECT_EQ(frame.rows[2].series, SeriesId{10});
  EXPECT_EQ(subscription->Take(100).skipped_rows, 0);
}

TEST(PriceHubTest, EndedSubscriptionIsNotCalledAgain) {
  PriceHub hub;
  int asked = 0;
  auto subscription =
      hub.Subscribe({.wanted = [&](SeriesId) { return ++asked > 0; }, .on_ready = {}});
  hub.Publish(1, "s", std::vector<BatchRow>{Row(1, 1), Row(1, 2)});
  EXPECT_EQ(asked, 1);
  subscription.reset();
  EXPECT_FALSE(hub.has_subscribers());
  hub.Publish(2, "s", std::vector<BatchRow>{Row(2, 1)});
  EXPECT_EQ(asked, 1);
}

TEST(PriceHubTest, EveryRowIsEitherTakenOrCountedAsSkipped) {
  PriceHub hub;
  constexpr int kCommits = 2'000;
  const auto slow = hub.Subscribe({.wanted = All, .on_ready = {}, .capacity_rows = 8});
  int64_t seen = 0;
  {
    std::jthread reader([&](const std::stop_token& stop) {
      while (true) {
        const bool last = stop.stop_requested();
        const PriceSubscription::Frame frame = slow->Take(4);
        seen += static_cast<int64_t>(frame.rows.size()) + frame.skipped_rows;
        if (last && frame.rows.empty()) return;
      }
    });
    std::jthread comer([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        const auto passing = hub.Subscribe({.wanted = Odd, .on_ready = {}});
        passing->Take(1);
      }
    });
    for (int i = 1; i <= kCommits; ++i) {
      hub.Publish(i, "s", std::vector<BatchRow>{Row(1, i), Row(2, i), Row(3, i)});
    }
  }
  EXPECT_EQ(seen, 3 * kCommits);
}

}  // namespace
}  // namespace glutwatch::observe
