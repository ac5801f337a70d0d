// Any bytes as a forecast model's state: what is taken is written again as it was, and its
// forecasts are finite numbers or an error.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "forecast/models/parse_model.h"

using namespace glutwatch::forecast;  // NOLINT(google-build-using-namespace): a fuzz target

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  auto model = ParseModel(bytes);
  if (!model.ok()) return 0;
  const std::string written = (*model)->Serialize();
  if ((*ParseModel(written))->Serialize() != written) std::abort();
  for (const double y : {1.5, std::nan(""), -2.0}) (void)(*model)->Update(y);
  const auto forecast = (*model)->Predict(9, {0.1, 0.5});
  if (!forecast.ok()) return 0;
  for (size_t h = 0; h < 9; ++h) {
    if (!std::isfinite(forecast->mean[h]) || !std::isfinite(forecast->quantiles[1][h]))
      std::abort();
  }
  return 0;
}
