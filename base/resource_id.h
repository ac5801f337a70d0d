#pragma once
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// What resource ids are made of, and how feeds' names lead to them: the server creates by this
// rule, and the worker foresees by it which names will be one.
namespace glutwatch {

inline constexpr size_t kMaxIdCodePoints = 64;

// Whether `c` may stand in an id: ASCII letters and digits, '-', '_', '.', and whatever is not
// punctuation, a symbol or a blank in other scripts (by Unicode block).
bool IsIdCharacter(char32_t c);

// INVALID_ARGUMENT quotes the id unless it is 1 to kMaxIdCodePoints characters of IsIdCharacter.
absl::Status CheckId(absl::string_view id);

// A feed's own name as a resource id: ASCII letters become lower case; letters of other scripts,
// digits, '-', '_' and '.' stay; any other run becomes one '-', at the ends nothing; at most 64
// characters (code points): of a longer one 55 stay, then '-' and 8 hex digits of a hash of the
// whole. "Tomato Big(Nepali)" -> "tomato-big-nepali". INVALID_ARGUMENT if nothing remains or the
// text is not UTF-8.
absl::StatusOr<std::string> CanonicalId(absl::string_view name);

}  // namespace glutwatch
