#pragma once
#include <string>

#include "absl/strings/string_view.h"
#include "server/catalog/facts.h"

// A fact as a value on disk (docs/format/facts.md). Private to the room.
namespace glutwatch::catalog {

// Everything but the id and recorded_us, which are the key's.
std::string EncodeFact(const Fact& fact);
// False if the bytes are not what EncodeFact wrote.
bool DecodeFact(absl::string_view bytes, Fact* fact);

}  // namespace glutwatch::catalog
