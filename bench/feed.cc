#include "bench/feed.h"

#include <algorithm>
#include <cmath>

namespace glutwatch::bench {
namespace {

constexpr uint64_t kSeed = 20250101;
constexpr uint64_t kGolden = 0x9e3779b97f4a7c15u;
constexpr float kTurn = 6.2831853f;
constexpr float kRepeatShare = 0.30f;

uint64_t SplitMix(uint64_t* state) {
  uint64_t z = (*state += kGolden);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Uniform on [0, 1).
float Uniform(uint64_t* state) {
  return static_cast<float>(SplitMix(state) >> 40) * (1.0f / 16777216.0f);
}

// The sum of four uniforms, scaled to unit variance.
float AboutNormal(uint64_t* state) {
  const float first = Uniform(state);
  const float second = Uniform(state);
  const float third = Uniform(state);
  const float fourth = Uniform(state);
  return (first + second + third + fourth - 2.0f) * 1.7320508f;
}

// The product of two uniforms: many small ones, few large ones.
float Skewed(uint64_t* state, float scale) {
  const float first = Uniform(state);
  return scale * first * Uniform(state);
}

int32_t Rounded(float value, int32_t least) {
  return std::max(least, static_cast<int32_t>(std::lround(value)));
}

}  // namespace

FeedSeries::FeedSeries(const FeedShape& shape, uint32_t series) {
  last_.market = series / shape.products;
  last_.product = series % shape.products;
  uint64_t of_product = kSeed * 31 + last_.product;
  uint64_t of_market = kSeed * 17 + last_.market + 1000003;
  base_ = 1.0f + Skewed(&of_product, 15.0f);
  amplitude_ = 0.10f + 0.25f * Uniform(&of_product);
  phase_ = kTurn * Uniform(&of_product);
  base_ *= 0.85f + 0.3f * Uniform(&of_market);
  random_ = kSeed ^ (uint64_t{series} + 1) * kGolden;
  arrivals_ = 5.0f + Skewed(&random_, 200.0f);
  spread_ = 0.08f + 0.10f * Uniform(&random_);
}

FeedRow FeedSeries::Next(int32_t day) {
  price_walk_ = 0.97f * price_walk_ + 0.015f * AboutNormal(&random_);
  arrivals_walk_ = 0.80f * arrivals_walk_ + 0.10f * AboutNormal(&random_);
  const bool repeat = last_.day != 0 && Uniform(&random_) < kRepeatShare;
  if (!repeat) {
    const float of_year = static_cast<float>(day % 365) * (kTurn / 365.0f);
    const float of_week = 0.02f * std::sin(static_cast<float>(day % 7) * (kTurn / 7.0f));
    const float price =
        base_ * (1.0f + amplitude_ * std::sin(of_year + phase_) + of_week) * std::exp(price_walk_);
    last_.average_fen = Rounded(price * 100, 5);
    last_.low_fen = Rounded(price * 100 * (1 - spread_), 1);
    last_.high_fen = Rounded(price * 100 * (1 + spread_), 0);
  }
  last_.arrivals_tenths = Rounded(10 * arrivals_ * std::exp(arrivals_walk_), 1);
  last_.day = day;
  return last_;
}

FeedDays::FeedDays(const FeedShape& shape) : day_(FirstDay(shape)) {
  series_.reserve(shape.series());
  for (uint32_t s = 0; s < shape.series(); ++s) series_.emplace_back(shape, s);
}

void FeedDays::Next(absl::FunctionRef<void(const FeedRow&)> visit) {
  for (FeedSeries& series : series_) visit(series.Next(day_));
  ++day_;
}

std::vector<FeedRow> FeedDays::Take(uint32_t days) {
  std::vector<FeedRow> rows;
  rows.reserve(series_.size() * days);
  for (uint32_t day = 0; day < days; ++day) {
    Next([&rows](const FeedRow& row) { rows.push_back(row); });
  }
  return rows;
}

void ForEachRow(const FeedShape& shape, FeedOrder order,
                absl::FunctionRef<void(const FeedRow&)> visit) {
  if (order == FeedOrder::kBySeries) {
    for (uint32_t s = 0; s < shape.series(); ++s) {
      FeedSeries series(shape, s);
      for (int32_t day = FirstDay(shape); day <= kLastFeedDay; ++day) visit(series.Next(day));
    }
    return;
  }
  FeedDays days(shape);
  for (uint32_t day = 0; day < shape.days; ++day) days.Next(visit);
}

std::vector<FeedRow> MakeRows(const FeedShape& shape, FeedOrder order) {
  std::vector<FeedRow> rows;
  rows.reserve(shape.rows());
  ForEachRow(shape, order, [&rows](const FeedRow& row) { rows.push_back(row); });
  return rows;
}

uint64_t ChecksumOf(const std::vector<FeedRow>& rows) {
  uint64_t hash = 0xcbf29ce484222325u;
  const auto mix = [&hash](uint32_t value) {
    for (int byte = 0; byte < 4; ++byte) {
      hash = (hash ^ (value >> (8 * byte) & 0xff)) * 0x100000001b3u;
    }
  };
  for (const FeedRow& row : rows) {
    mix(row.market);
    mix(row.product);
    mix(static_cast<uint32_t>(row.day));
    mix(static_cast<uint32_t>(row.low_fen));
    mix(static_cast<uint32_t>(row.average_fen));
    mix(static_cast<uint32_t>(row.high_fen));
    mix(static_cast<uint32_t>(row.arrivals_tenths));
  }
  return hash;
}

}  // namespace glutwatch::bench
