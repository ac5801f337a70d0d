#pragma once
#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "server/storage/bytes.h"

// One column of unsigned numbers as bytes; docs/format/column.md. Private to the room.
namespace glutwatch::storage {

// How a column is written. On disk; never renumber.
enum class ColumnMode : uint8_t {
  kConstant = 0,  // one varint: every value
  kVarints = 1,   // a varint per value
  kRuns = 2,      // pairs of varints: value, run length - 1
};

// Appends `values` to `out`; no byte at all for an empty column.
void PutColumn(absl::Span<const uint64_t> values, std::string* out);

// Reads a column of values.size() numbers. False if the bytes are not one.
bool GetColumn(ByteReader* reader, absl::Span<uint64_t> values);

}  // namespace glutwatch::storage
