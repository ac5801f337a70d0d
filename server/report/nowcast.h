#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace glutwatch::report {

// Equal to glutwatch.v1.FigureState.
enum class FigureState : uint8_t {
  kReported = 1,
  kLate = 2,
  kMissing = 3,
  kUnconfirmed = 4,
  kSeasonEnded = 5,
  kNotExpected = 6,
};

// What is known of one county's figure, in the unit of the answer.
struct CountyFigure {
  std::string region;  // a code
  std::string group;   // its neighbours': the prefecture's code
  FigureState state = FigureState::kMissing;
  // The figure that counts; only if the state is kReported.
  std::optional<double> current;
  // What it is measured against: what it had reported when the county that is to be estimated last
  // did. Above 0.
  std::optional<double> reference;
  int reference_age_days = 0;      // how old that is
  std::optional<double> farmland;  // above 0, in any unit that is the same for all
};

// An estimate: median and the limits of the 80 % interval.
struct Estimate {
  double median = 0;
  double low = 0;
  double high = 0;
  int neighbours = 0;          // on which it rests
  bool from_group = false;     // the prefecture's, not the province's
  bool from_farmland = false;  // per farmland, for want of a reference
};

struct Nowcast {
  // Of each county that needs one, in the order of the input; nullopt where there is nothing to
  // estimate from.
  std::vector<std::optional<Estimate>> estimates;
  double total = 0;        // the sum of the medians
  double own_half = 0;     // half the 80 % interval of that sum, as far as counties differ
  double shared_half = 0;  // the same of the change that they have in common

  // Half the interval of the whole.
  double half() const { return own_half + shared_half; }
};

// Estimates what counties did not report from what their neighbours did.
//
// A county's figure is its reference times the change that its neighbours show against theirs:
//   log x = log reference + m,  m = mean of log(current / reference) over the n neighbours,
// the neighbours being the reporting counties of its group if there are kLeastNeighbours of them,
// otherwise all. The prediction interval is Student's, with s the residual spread of the
// neighbours, t the 90 % point for n - 1 degrees of freedom, and an own reference of age a days:
//   log x ± t s sqrt(1 + 1/n) (1 + a / 365)
// (the ratio estimator of survey sampling on logarithms: Cochran, Sampling Techniques, ch. 6; the
// widening with age is ours). With fewer than kLeastNeighbours in all, s is kUsualSpread and the
// change is taken to be none. A county without a reference gets the neighbours' figure per
// farmland times its own farmland, in the same way; without farmland it gets none.
//
// In the total, counties are taken to deviate independently, so that their variances add; the
// error of the common change m, which they share, is added linearly.
Nowcast NowcastMissing(absl::Span<const CountyFigure> counties);

inline constexpr int kLeastNeighbours = 5;
inline constexpr double kUsualSpread = 0.35;  // of a log ratio, where nothing else is known

}  // namespace glutwatch::report
