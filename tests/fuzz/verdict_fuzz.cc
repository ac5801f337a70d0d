// The note of a receipt as a batch's answer: damaged notes are DATA_LOSS; an answer accounts for
// every row once, in order. The first byte says how many duplicates the store found, the next ones
// are the steps between them.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/observe/verdict_note.h"

using namespace glutwatch;           // NOLINT(google-build-using-namespace): a fuzz target
using namespace glutwatch::observe;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  storage::Receipt receipt;
  const size_t duplicates = std::min<size_t>(data[0], size - 1);
  uint32_t index = 0;
  for (size_t i = 0; i < duplicates; ++i) {
    index += data[1 + i] + (i > 0 ? 1U : 0U);
    receipt.duplicates.push_back(index);
  }
  receipt.note.assign(reinterpret_cast<const char*>(data) + 1 + duplicates, size - 1 - duplicates);
  const auto verdict = VerdictOf(receipt);
  if (!verdict.ok()) {
    if (!absl::IsDataLoss(verdict.status())) std::abort();
    return 0;
  }
  if (verdict->accepted < 0 || verdict->suspicious < 0) std::abort();
  const int64_t rows =
      verdict->accepted + verdict->suspicious + verdict->refused + verdict->duplicate;
  int64_t previous = -1;
  for (const RowResult& row : verdict->rows) {
    if (row.row <= previous || row.row >= rows) std::abort();
    previous = row.row;
  }
  return 0;
}
