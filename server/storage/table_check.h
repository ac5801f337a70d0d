#pragma once
#include <string>

#include "absl/status/status.h"

namespace glutwatch::storage {

// Reads every table file of `folder` from beginning to end and checks the checksums of its blocks.
//
// DATA_LOSS names the first damaged file. Reads only; the folder may be open or not. Cost: all the
// bytes of the tables. Private to the room.
absl::Status CheckTables(const std::string& folder);

}  // namespace glutwatch::storage
