#include "server/storage/packed_column.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "server/storage/bit_packing.h"

namespace glutwatch::storage {
namespace {

// The first byte of a column; on disk, never renumber. Below kDelta: the width of the first block
// of the numbers as they are; from kDelta on: of their differences.
constexpr int kDelta = kMaxPackWidth + 1;
constexpr int kConstant = 2 * kDelta;  // one number for all
constexpr int kRuns = kConstant + 1;   // a column of numbers, and one of how often each

// Runs are at least this long on average; a reader refuses shorter ones.
constexpr size_t kMinMeanRun = 2;

struct Block {
  int width = 0;
  int64_t base = 0;
};
// A year of days has three.
using Blocks = absl::InlinedVector<Block, 4>;

// The block of `count` numbers get(0), get(1), ...
template <typename Getter>
Block BlockOf(size_t count, const Getter& get) {
  int64_t low = get(0);
  int64_t high = low;
  for (size_t i = 1; i < count; ++i) {
    const int64_t v = get(i);
    low = std::min(low, v);
    high = std::max(high, v);
  }
  const uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  return {static_cast<int>(std::bit_width(range)), low};
}

// The blocks of `count` numbers; adds their bytes to `bytes`.
template <typename Getter>
Blocks BlocksOf(size_t count, const Getter& get, size_t* bytes) {
  Blocks blocks;
  for (size_t at = 0; at < count; at += kPackBlock) {
    const size_t size = std::min(kPackBlock, count - at);
    const Block block = BlockOf(size, [&](size_t i) { return get(at + i); });
    *bytes += 1 + VarintBytes(ZigZag(block.base)) + PackedBytes(size, block.width);
    blocks.push_back(block);
  }
  return blocks;
}

// A column without runs: its blocks, as numbers or as differences, and how long it is.
struct Plan {
  bool delta = false;
  size_t bytes = 0;
  Blocks blocks;
};

Plan PlanOf(absl::Span<const int64_t> values) {
  const int64_t* const v = values.data();
  Plan plain;
  plain.blocks = BlocksOf(
      values.size(), [v](size_t i) { return v[i]; }, &plain.bytes);
  if (values.size() < 2) return plain;
  Plan delta{true, VarintBytes(ZigZag(v[0])), {}};
  delta.blocks = BlocksOf(
      values.size() - 1, [v](size_t i) { return WrappingSub(v[i + 1], v[i]); }, &delta.bytes);
  return delta.bytes < plain.bytes ? delta : plain;
}

void PutPlan(absl::Span<const int64_t> values, const Plan& plan, std::string* out) {
  const size_t count = values.size() - (plan.delta ? 1 : 0);
  for (size_t at = 0; at < count; at += kPackBlock) {
    const Block block = plan.blocks[at / kPackBlock];
    const size_t size = std::min(kPackBlock, count - at);
    out->push_back(static_cast<char>(block.width + (plan.delta && at == 0 ? kDelta : 0)));
    if (plan.delta && at == 0) PutVarint(ZigZag(values[0]), out);
    PutVarint(ZigZag(block.base), out);
    if (!plan.delta) {
      PackBits(values.data() + at, size, block.width, block.base, out);
      continue;
    }
    int64_t differences[kPackBlock];
    for (size_t i = 0; i < size; ++i) {
      differences[i] = WrappingSub(values[at + i + 1], values[at + i]);
    }
    PackBits(differences, size, block.width, block.base, out);
  }
}

struct Runs {
  std::vector<int64_t> values;
  std::vector<int64_t> lengths;  // less one
};

size_t CountRuns(absl::Span<const int64_t> values) {
  size_t runs = 1;
  for (size_t i = 1; i < values.size(); ++i) runs += values[i] != values[i - 1] ? 1 : 0;
  return runs;
}

Runs RunsOf(absl::Span<const int64_t> values) {
  Runs runs;
  for (size_t i = 0; i < values.size();) {
    size_t end = i + 1;
    while (end < values.size() && values[end] == values[i]) ++end;
    runs.values.push_back(values[i]);
    runs.lengths.push_back(static_cast<int64_t>(end - i - 1));
    i = end;
  }
  return runs;
}

// Reads blocks of `count` numbers, the first of them `width` wide.
bool GetBlocks(ByteReader* reader, int width, size_t count, int64_t* values) {
  for (size_t at = 0; at < count; at += kPackBlock) {
    if (at > 0) width = reader->Byte();
    const int64_t base = UnZigZag(reader->Varint());
    if (width > kMaxPackWidth) return false;
    const size_t size = std::min(kPackBlock, count - at);
    const size_t readable = reader->remaining();
    const absl::string_view packed = reader->Bytes(PackedBytes(size, width));
    if (!reader->ok()) return false;
    UnpackBits(packed.data(), readable, size, width, base, values + at);
  }
  return true;
}

bool SkipBlocks(ByteReader* reader, int width, size_t count) {
  for (size_t at = 0; at < count; at += kPackBlock) {
    if (at > 0) width = reader->Byte();
    reader->Varint();
    if (width > kMaxPackWidth) return false;
    reader->Bytes(PackedBytes(std::min(kPackBlock, count - at), width));
  }
  return reader->ok();
}

// A column whose first byte was `form`, not of runs and not constant.
bool GetPlain(ByteReader* reader, int form, size_t count, int64_t* values) {
  if (form < kDelta) return GetBlocks(reader, form, count, values);
  if (form >= kConstant || count < 2) return false;
  values[0] = UnZigZag(reader->Varint());
  if (!GetBlocks(reader, form - kDelta, count - 1, values + 1)) return false;
  int64_t sum = values[0];
  for (size_t i = 1; i < count; ++i) {
    sum = WrappingAdd(sum, values[i]);
    values[i] = sum;
  }
  return true;
}

bool SkipPlain(ByteReader* reader, int form, size_t count) {
  if (form < kDelta) return SkipBlocks(reader, form, count);
  if (form >= kConstant || count < 2) return false;
  reader->Varint();
  return SkipBlocks(reader, form - kDelta, count - 1);
}

// The number of runs, or 0 if it cannot be one.
size_t GetRunCount(ByteReader* reader, size_t count) {
  const uint64_t runs = reader->Varint();
  return reader->ok() && runs <= count / kMinMeanRun ? runs : 0;
}

bool GetRuns(ByteReader* reader, size_t count, int64_t* values) {
  const size_t runs = GetRunCount(reader, count);
  if (runs == 0) return false;
  std::vector<int64_t> heads(runs);
  std::vector<int64_t> lengths(runs);
  if (!GetPlain(reader, reader->Byte(), runs, heads.data()) ||
      !GetPlain(reader, reader->Byte(), runs, lengths.data())) {
    return false;
  }
  size_t at = 0;
  for (size_t i = 0; i < runs; ++i) {
    const auto more = static_cast<uint64_t>(lengths[i]);
    if (more >= count - at) return false;
    std::fill_n(values + at, more + 1, heads[i]);
    at += more + 1;
  }
  return at == count;
}

}  // namespace

void PutPackedColumn(absl::Span<const int64_t> values, std::string* out) {
  if (values.empty()) return;
  const size_t run_count = CountRuns(values);
  if (run_count == 1 && values.size() > kPackBlock) {
    out->push_back(static_cast<char>(kConstant));
    PutVarint(ZigZag(values[0]), out);
    return;
  }
  const Plan plan = PlanOf(values);
  if (run_count > 1 && run_count <= values.size() / kMinMeanRun) {
    const Runs runs = RunsOf(values);
    const Plan heads = PlanOf(runs.values);
    const Plan lengths = PlanOf(runs.lengths);
    if (1 + VarintBytes(run_count) + heads.bytes + lengths.bytes < plan.bytes) {
      out->push_back(static_cast<char>(kRuns));
      PutVarint(run_count, out);
      PutPlan(runs.values, heads, out);
      PutPlan(runs.lengths, lengths, out);
      return;
    }
  }
  PutPlan(values, plan, out);
}

bool GetPackedColumn(ByteReader* reader, size_t count, int64_t* values) {
  if (count == 0) return true;
  const int form = reader->Byte();
  if (!reader->ok() || form > kRuns) return false;
  if (form == kRuns) return GetRuns(reader, count, values);
  if (form != kConstant) return GetPlain(reader, form, count, values);
  std::fill_n(values, count, UnZigZag(reader->Varint()));
  return reader->ok();
}

bool SkipPackedColumn(ByteReader* reader, size_t count) {
  if (count == 0) return true;
  const int form = reader->Byte();
  if (!reader->ok() || form > kRuns) return false;
  if (form == kConstant) {
    reader->Varint();
    return reader->ok();
  }
  if (form != kRuns) return SkipPlain(reader, form, count);
  const size_t runs = GetRunCount(reader, count);
  return runs > 0 && SkipPlain(reader, reader->Byte(), runs) &&
         SkipPlain(reader, reader->Byte(), runs);
}

}  // namespace glutwatch::storage
