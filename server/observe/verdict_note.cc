#include "server/observe/verdict_note.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"

namespace glutwatch::observe {
namespace {

constexpr uint8_t kVersion = 1;

bool DecodeRows(ByteReader* in, const std::vector<std::string>& texts, uint64_t row_count,
                std::vector<RowResult>* results) {
  const uint64_t count = in->Varint();
  uint64_t row = 0;
  for (uint64_t i = 0; i < count && in->ok(); ++i) {
    const uint64_t step = in->Varint();
    row = i == 0 ? step : row + step;
    const uint8_t verdict = in->U8();
    const uint64_t reason = in->Varint();
    const uint64_t message = in->Varint();
    if (step > row_count || row >= row_count || (i > 0 && step == 0) || verdict < 1 ||
        verdict > 3 || reason >= texts.size() || message >= texts.size()) {
      return false;
    }
    results->push_back(
        {static_cast<int32_t>(row), static_cast<Verdict>(verdict), texts[reason], texts[message]});
  }
  return in->done();
}

bool DecodeNote(absl::string_view note, uint64_t* row_count, std::vector<RowResult>* results) {
  ByteReader in(note);
  if (in.U8() != kVersion) return false;
  *row_count = in.Varint();
  std::vector<std::string> texts;
  const uint64_t text_count = in.Varint();
  for (uint64_t i = 0; i < text_count && in.ok(); ++i) texts.push_back(in.String());
  return in.ok() && *row_count <= storage::kMaxBatchRows &&
         DecodeRows(&in, texts, *row_count, results);
}

// The rows of the batch that the store found to be there already; `results` are of the check. The
// store counts kept rows only.
std::vector<int32_t> DuplicateRows(const storage::Receipt& receipt,
                                   const std::vector<RowResult>& results) {
  std::vector<int32_t> rows;
  rows.reserve(receipt.duplicates.size());
  auto next = results.begin();
  int32_t dropped = 0;  // rows before the one looked for that were not kept
  for (const uint32_t kept_index : receipt.duplicates) {
    for (; next != results.end(); ++next) {
      if (next->verdict == Verdict::kSuspicious) continue;  // kept
      if (next->row > static_cast<int32_t>(kept_index) + dropped) break;
      ++dropped;
    }
    rows.push_back(static_cast<int32_t>(kept_index) + dropped);
  }
  return rows;
}

}  // namespace

std::string EncodeNote(const std::vector<RowResult>& results, size_t row_count) {
  absl::flat_hash_map<absl::string_view, uint64_t> numbers;
  ByteWriter texts;
  ByteWriter rows;
  const auto number_of = [&](const std::string& text) {
    const auto [number, added] = numbers.emplace(text, numbers.size());
    if (added) texts.String(text);
    return number->second;
  };
  rows.Varint(results.size());
  int32_t previous = 0;
  for (const RowResult& result : results) {
    rows.Varint(static_cast<uint64_t>(result.row - previous));
    rows.U8(static_cast<uint8_t>(result.verdict));
    rows.Varint(number_of(result.reason));
    rows.Varint(number_of(result.message));
    previous = result.row;
  }
  ByteWriter out;
  out.U8(kVersion);
  out.Varint(row_count);
  out.Varint(numbers.size());
  return absl::StrCat(out.bytes(), texts.bytes(), rows.bytes());
}

absl::StatusOr<BatchVerdict> VerdictOf(const storage::Receipt& receipt) {
  uint64_t row_count = 0;
  std::vector<RowResult> results;
  if (!DecodeNote(receipt.note, &row_count, &results)) {
    return absl::DataLossError("table receipts: the note of a batch is damaged");
  }
  BatchVerdict verdict;
  verdict.recorded_us = receipt.recorded_us;
  verdict.replayed = receipt.replayed;
  verdict.corrected = receipt.corrected;
  const std::vector<int32_t> duplicates = DuplicateRows(receipt, results);
  if (!duplicates.empty() && static_cast<uint64_t>(duplicates.back()) >= row_count) {
    return absl::DataLossError(absl::StrCat("table receipts: row ", duplicates.back(),
                                            " is a duplicate in a batch of ", row_count, " rows"));
  }
  verdict.rows.reserve(results.size() + duplicates.size());
  // Both ascend. A row that is a duplicate is nothing else: what was doubtful of it was said when
  // it was new.
  auto result = results.begin();
  for (const int32_t row : duplicates) {
    for (; result != results.end() && result->row <= row; ++result) {
      if (result->row < row) verdict.rows.push_back(std::move(*result));
    }
    verdict.rows.push_back({row, Verdict::kDuplicate, "", ""});
  }
  std::move(result, results.end(), std::back_inserter(verdict.rows));
  for (const RowResult& row : verdict.rows) {
    verdict.suspicious += row.verdict == Verdict::kSuspicious ? 1 : 0;
    verdict.refused += row.verdict == Verdict::kRefused ? 1 : 0;
    verdict.duplicate += row.verdict == Verdict::kDuplicate ? 1 : 0;
  }
  verdict.accepted =
      static_cast<int64_t>(row_count) - verdict.suspicious - verdict.refused - verdict.duplicate;
  return verdict;
}

}  // namespace glutwatch::observe
