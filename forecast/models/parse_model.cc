#include "forecast/models/parse_model.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "forecast/combine/ensemble.h"
#include "forecast/models/ets.h"
#include "forecast/models/lag_walk.h"
#include "forecast/models/seasonally_adjusted.h"
#include "forecast/models/theta.h"

namespace glutwatch::forecast {
namespace {

template <typename Parsed>
absl::StatusOr<std::unique_ptr<Model>> AsModel(absl::StatusOr<std::unique_ptr<Parsed>> parsed) {
  GLUTWATCH_RETURN_IF_ERROR(parsed.status());
  return std::unique_ptr<Model>(*std::move(parsed));
}

}  // namespace

bool IsComposite(absl::string_view bytes) {
  return !bytes.empty() && (bytes[0] == static_cast<char>(ModelKind::kSeasonallyAdjusted) ||
                            bytes[0] == static_cast<char>(ModelKind::kMedianEnsemble));
}

absl::StatusOr<std::unique_ptr<Model>> ParseModel(absl::string_view bytes) {
  const auto kind = static_cast<ModelKind>(bytes.empty() ? 0 : static_cast<uint8_t>(bytes[0]));
  switch (kind) {
    case ModelKind::kNaive:
    case ModelKind::kSeasonalNaive:
    case ModelKind::kDrift:
      return AsModel(ParseLagWalk(bytes));
    case ModelKind::kEts:
      return AsModel(ParseEts(bytes));
    case ModelKind::kTheta:
      return AsModel(ParseTheta(bytes));
    case ModelKind::kSeasonallyAdjusted:
      return AsModel(ParseSeasonallyAdjusted(bytes));
    case ModelKind::kMedianEnsemble:
      return AsModel(ParseEnsemble(bytes));
  }
  return absl::DataLossError(absl::StrCat("not a model: kind ", static_cast<int>(kind)));
}

}  // namespace glutwatch::forecast
