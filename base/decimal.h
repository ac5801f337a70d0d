#pragma once
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch {

// Exact decimals with four digits after the point, as int64 in 1/10,000 ("_e4").
//
// A quoted price stays a decimal from the feed to the disk and back; it becomes a double only
// where the mathematics begins (assess).
inline constexpr int64_t kE4 = 10'000;
// The largest magnitude that is accepted: 10^12 units, which leaves room for sums in int64.
inline constexpr int64_t kMaxE4 = 1'000'000'000'000 * kE4;

// Reads "1234", "-0.55", "1,234.5600". Commas are accepted as thousands separators only (in
// groups of three). INVALID_ARGUMENT quotes the text: empty, not a number, a non-zero fifth
// digit after the point, or beyond kMaxE4.
absl::StatusOr<int64_t> ParseE4(absl::string_view text);

// The shortest decimal that reads back to `value_e4`: 15500 -> "1.55", 20000 -> "2".
std::string FormatE4(int64_t value_e4);

inline double E4ToDouble(int64_t value_e4) { return static_cast<double>(value_e4) / 1e4; }

}  // namespace glutwatch
