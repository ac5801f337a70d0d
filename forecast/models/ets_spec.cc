#include "forecast/models/ets_spec.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace glutwatch::forecast {
namespace {

const char* Letter(EtsPart part) {
  switch (part) {
    case EtsPart::kNone:
      return "N";
    case EtsPart::kAdditive:
      return "A";
    case EtsPart::kMultiplicative:
      return "M";
  }
  return "?";
}

absl::Status Bad(const EtsSpec& spec, const char* why) {
  return absl::InvalidArgumentError(absl::StrCat(spec.Name(), ": ", why));
}

}  // namespace

std::string EtsSpec::Name() const {
  const std::string name = absl::StrCat("ETS(", Letter(error), ",", Letter(trend),
                                        damped ? "d" : "", ",", Letter(season), ")");
  return season == EtsPart::kNone ? name : absl::StrCat(name, "[", period, "]");
}

int EtsSpec::initial_states() const {
  return 1 + (trend != EtsPart::kNone ? 1 : 0) + (season != EtsPart::kNone ? period - 1 : 0);
}

int EtsSpec::smoothing_parameters() const {
  return 1 + (trend != EtsPart::kNone ? 1 : 0) + (season != EtsPart::kNone ? 1 : 0) +
         (damped ? 1 : 0);
}

absl::Status CheckEtsSpec(const EtsSpec& spec) {
  if (spec.error == EtsPart::kNone) return Bad(spec, "expected an error, additive or not");
  if (spec.damped && spec.trend == EtsPart::kNone) return Bad(spec, "no trend to be damped");
  if (spec.season != EtsPart::kNone && (spec.period < 2 || spec.period > kMaxEtsPeriod)) {
    return absl::InvalidArgumentError(absl::StrCat(spec.Name(), ": the season has ", spec.period,
                                                   " steps, expected 2 to ", kMaxEtsPeriod));
  }
  const bool multiplies =
      spec.trend == EtsPart::kMultiplicative || spec.season == EtsPart::kMultiplicative;
  if (spec.error == EtsPart::kAdditive && multiplies) {
    return Bad(spec, "not admissible: an additive error with a multiplicative trend or season");
  }
  if (spec.trend == EtsPart::kMultiplicative && spec.season == EtsPart::kAdditive) {
    return Bad(spec, "not admissible: a multiplicative trend with an additive season");
  }
  return absl::OkStatus();
}

std::vector<EtsSpec> EtsCandidates(int period, bool positive, bool multiplicative_trend) {
  struct Trend {
    EtsPart part;
    bool damped;
  };
  constexpr Trend kTrends[] = {{EtsPart::kNone, false},
                               {EtsPart::kAdditive, false},
                               {EtsPart::kAdditive, true},
                               {EtsPart::kMultiplicative, false},
                               {EtsPart::kMultiplicative, true}};
  std::vector<EtsSpec> candidates;
  for (const EtsPart season : {EtsPart::kNone, EtsPart::kAdditive, EtsPart::kMultiplicative}) {
    if (season != EtsPart::kNone && period < 2) continue;
    for (const Trend& trend : kTrends) {
      if (trend.part == EtsPart::kMultiplicative && !multiplicative_trend) continue;
      for (const EtsPart error : {EtsPart::kAdditive, EtsPart::kMultiplicative}) {
        if (error == EtsPart::kMultiplicative && !positive) continue;
        const EtsSpec spec{error, trend.part, trend.damped, season,
                           season == EtsPart::kNone ? 1 : period};
        if (CheckEtsSpec(spec).ok()) candidates.push_back(spec);
      }
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const EtsSpec& a, const EtsSpec& b) {
    return a.initial_states() + a.smoothing_parameters() <
           b.initial_states() + b.smoothing_parameters();
  });
  return candidates;
}

}  // namespace glutwatch::forecast
