// Any bytes as a file of series: what is taken has ids, and values that are finite or missing.

#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "offline/series_file.h"

using namespace glutwatch::offline;  // NOLINT(google-build-using-namespace): a fuzz target

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto series = ReadSeries("fuzz", bytes);
  if (!series.ok()) return 0;
  for (const NamedSeries& one : *series) {
    if (one.id.empty() || one.values.empty()) std::abort();
    for (const double value : one.values) {
      if (std::isinf(value)) std::abort();
    }
  }
  return 0;
}
