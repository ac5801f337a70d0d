#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "server/storage/bytes.h"

// One column of signed numbers as bytes, as chunks have them from version 2 on;
// docs/format/column.md. Private to the room.
namespace glutwatch::storage {

// Appends `values` in the shortest of the forms: as they are, as differences, as runs. The same
// values always give the same bytes. No byte at all for an empty column.
void PutPackedColumn(absl::Span<const int64_t> values, std::string* out);

// Reads a column of `count` numbers into `values`. False if the bytes are not one. About a
// nanosecond a number.
bool GetPackedColumn(ByteReader* reader, size_t count, int64_t* values);

// As GetPackedColumn, without the numbers: costs a few instructions for every kPackBlock of them.
bool SkipPackedColumn(ByteReader* reader, size_t count);

}  // namespace glutwatch::storage
