#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace glutwatch::forecast {

// How a part of an exponential smoothing model enters. On disk; never renumber.
enum class EtsPart : uint8_t { kNone = 0, kAdditive = 1, kMultiplicative = 2 };

// A member of the ETS family: how error, trend and season enter, and how long a season is.
//
// Source: Hyndman, Koehler, Ord, Snyder, "Forecasting with Exponential Smoothing" (2008),
// table 2.1.
struct EtsSpec {
  EtsPart error = EtsPart::kAdditive;
  EtsPart trend = EtsPart::kNone;
  bool damped = false;
  EtsPart season = EtsPart::kNone;
  int period = 1;  // steps of a season; 1 without one

  // "ETS(A,Ad,M)[7]"; without a season "ETS(A,N,N)".
  std::string Name() const;
  // Level, slope and seasonal states that a fit estimates: a season's last one follows from the
  // others.
  int initial_states() const;
  // The smoothing parameters: alpha, beta, gamma, phi, as far as there are any.
  int smoothing_parameters() const;
  bool operator==(const EtsSpec&) const = default;
};

inline constexpr int kMaxEtsPeriod = 400;

// INVALID_ARGUMENT for what is not in the family (a season of 1 step, a damped trend that is not
// there) or is not admissible: an additive error with anything multiplicative, whose variance is
// infinite, and a multiplicative trend with an additive season, which can fall below 0.
absl::Status CheckEtsSpec(const EtsSpec& spec);

// The members to choose among for a series with a season of `period` steps (1: none), the simplest
// first: 15 of them, or all 19 with multiplicative trends, whose forecasts explode easily; where
// not all values are positive, those with additive errors.
std::vector<EtsSpec> EtsCandidates(int period, bool positive, bool multiplicative_trend);

}  // namespace glutwatch::forecast
