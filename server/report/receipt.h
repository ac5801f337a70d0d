#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/report/report_book.h"
#include "server/storage/database.h"

namespace glutwatch::report {

inline constexpr size_t kMaxRequestIdBytes = 200;

// On disk; never renumber.
enum class RequestKind : uint8_t { kSubmission = 1, kConfirmation = 2 };

// What became of a request: its answer, should it be sent again.
struct Receipt {
  RequestKind kind = RequestKind::kSubmission;
  uint64_t digest = 0;  // of the request as it was sent
  // kSubmission. `results` only where the report was not simply new.
  Answer answer = {};
  // kConfirmation.
  std::vector<Report> confirmed = {};
};

std::string EncodeReceipt(const Receipt& receipt);
bool DecodeReceipt(absl::string_view bytes, Receipt* receipt);

// What the book gives (recorded_us, findings, ...) does not count; the order of the reports does.
uint64_t DigestOf(const Submission& submission);
uint64_t DigestOf(absl::Span<const Confirmation> confirmations, absl::string_view confirmer,
                  absl::string_view note);

// INVALID_ARGUMENT unless `id` is 1 to 200 bytes.
absl::Status CheckRequestId(absl::string_view id);
// NOT_FOUND if `id` is new. ALREADY_EXISTS if it was another request; DATA_LOSS names table and id.
absl::StatusOr<Receipt> FindReceipt(const storage::Database& database, absl::string_view id,
                                    RequestKind kind, uint64_t digest);

}  // namespace glutwatch::report
