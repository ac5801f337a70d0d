#pragma once
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// What resource ids are made of. Private to the room; CanonicalId is in catalog.h.
namespace glutwatch::catalog {

inline constexpr size_t kMaxIdCodePoints = 64;

// Whether `c` may stand in an id: ASCII letters and digits, '-', '_', '.', and whatever is not
// punctuation, a symbol or a blank in other scripts (by Unicode block).
bool IsIdCharacter(char32_t c);

// INVALID_ARGUMENT quotes the id unless it is 1 to kMaxIdCodePoints characters of IsIdCharacter.
absl::Status CheckId(absl::string_view id);

}  // namespace glutwatch::catalog
