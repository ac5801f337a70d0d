#include "server/storage/column_codec.h"

#include <algorithm>
#include <cstddef>

namespace glutwatch::storage {
namespace {

// Runs are worth their lengths only if they are this long on average.
constexpr size_t kMinMeanRun = 4;

size_t CountRuns(absl::Span<const uint64_t> values) {
  size_t runs = 1;
  for (size_t i = 1; i < values.size(); ++i) runs += values[i] != values[i - 1] ? 1 : 0;
  return runs;
}

void PutVarints(absl::Span<const uint64_t> values, std::string* out) {
  const size_t old_size = out->size();
  out->resize(old_size + values.size() * kMaxVarintBytes);
  char* p = out->data() + old_size;
  for (const uint64_t v : values) p = WriteVarint(v, p);
  out->resize(static_cast<size_t>(p - out->data()));
}

void PutRuns(absl::Span<const uint64_t> values, std::string* out) {
  for (size_t i = 0; i < values.size();) {
    size_t end = i + 1;
    while (end < values.size() && values[end] == values[i]) ++end;
    PutVarint(values[i], out);
    PutVarint(end - i - 1, out);
    i = end;
  }
}

}  // namespace

void PutColumn(absl::Span<const uint64_t> values, std::string* out) {
  if (values.empty()) return;
  const size_t runs = CountRuns(values);
  if (runs == 1) {
    out->push_back(static_cast<char>(ColumnMode::kConstant));
    PutVarint(values[0], out);
  } else if (runs * kMinMeanRun <= values.size()) {
    out->push_back(static_cast<char>(ColumnMode::kRuns));
    PutRuns(values, out);
  } else {
    out->push_back(static_cast<char>(ColumnMode::kVarints));
    PutVarints(values, out);
  }
}

bool GetColumn(ByteReader* reader, absl::Span<uint64_t> values) {
  if (values.empty()) return true;
  const uint8_t mode = reader->Byte();
  if (!reader->ok()) return false;
  switch (static_cast<ColumnMode>(mode)) {
    case ColumnMode::kConstant:
      std::fill(values.begin(), values.end(), reader->Varint());
      return reader->ok();
    case ColumnMode::kVarints:
      for (uint64_t& v : values) v = reader->Varint();
      return reader->ok();
    case ColumnMode::kRuns:
      for (size_t i = 0; i < values.size();) {
        const uint64_t value = reader->Varint();
        const uint64_t more = reader->Varint();
        if (!reader->ok() || more >= values.size() - i) return false;
        std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(i), more + 1, value);
        i += more + 1;
      }
      return true;
  }
  return false;
}

}  // namespace glutwatch::storage
