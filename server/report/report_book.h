#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "server/catalog/catalog.h"
#include "server/catalog/facts.h"
#include "server/report/report.h"
#include "server/security/principal.h"
#include "server/storage/database.h"

namespace glutwatch::report {

inline constexpr int kMaxReportsPerRequest = 20'000;
inline constexpr int64_t kNow = INT64_MAX;  // an `as_of_us`: everything that is recorded

enum class Verdict : uint8_t { kNew = 1, kCorrected = 2, kDuplicate = 3, kRefused = 4 };

// What became of one report of a submission.
struct Result {
  int32_t index = 0;
  Verdict verdict = Verdict::kRefused;
  Subject subject = {};                 // with canonical ids; as submitted if refused
  std::vector<Finding> findings = {};   // refused: the cause first; otherwise what is implausible
  std::optional<Report> previous = {};  // corrected: the newest version before
};

// Nothing need be said about it.
inline bool IsSimplyNew(const Result& result) {
  return result.verdict == Verdict::kNew && result.findings.empty();
}

struct Submission {
  std::string request_id = {};       // 1..200 bytes; ignored with validate_only
  std::vector<Report> reports = {};  // units, products as written; what the book gives is ignored
  bool validate_only = false;
  bool all_or_nothing = false;
};

struct Answer {
  int64_t recorded_us = 0;  // 0 if nothing was kept
  bool replayed = false;
  int64_t new_count = 0, corrected_count = 0, duplicate_count = 0, refused_count = 0;
  int64_t flagged_count = 0;  // of the kept
  std::vector<Result> results =
      {};  // one per report, in order; a replay has those that are not simply new
};

// Fields that are set must all match.
struct Selection {
  std::optional<Kind> kind = {};
  std::string region = {};   // a code: with its subtree; "" for all
  std::string product = {};  // an id; "" for all
  std::optional<std::string> grade = {};
  std::optional<Day> first_day = {}, last_day = {};
  bool unconfirmed_only = false;
};

struct Confirmation {
  Subject subject;
  Day day{};
  int64_t recorded_us = 0;  // the version that was looked at
  bool withdraw = false;
};

// The versions that a confirmation made, in its order.
struct Confirmed {
  std::vector<Report> reports;
  bool replayed = false;
};

struct BookOptions {
  // A flagged report stays out of totals until somebody other than its reporter confirms it; if
  // false, anybody may confirm.
  bool second_person = true;
  // Plausibility uses facts that are marked as examples: for a simulated province only.
  bool examples = false;
};

// What people reported, every version of it. Thread-safe; writes follow one another.
class ReportBook {
 public:
  // Arguments outlive the book. DATA_LOSS names table and key.
  static absl::StatusOr<std::unique_ptr<ReportBook>> Open(storage::Database* database,
                                                          const catalog::Catalog* catalog,
                                                          const catalog::FactBook* facts,
                                                          const Clock* clock,
                                                          const BookOptions& options);
  virtual ~ReportBook() = default;

  // Checks and keeps reports: one fsynced write with the receipt of `request_id`. A request of
  // which nothing was kept because of what was refused leaves no receipt: sent again, it is judged
  // anew, by a catalog that may know more.
  //
  // INVALID_ARGUMENT (no or too long id, no or too many reports), ALREADY_EXISTS (the id with
  // another content), those of Database::Write. A report that breaks a rule does not fail the call.
  virtual absl::StatusOr<Answer> Submit(const security::Principal& principal,
                                        const Submission& submission) = 0;

  // Confirms or withdraws versions; all or none. FAILED_PRECONDITION names the report whose newest
  // version is another, that is not unconfirmed, or whose reporter is `confirmer`.
  virtual absl::StatusOr<Confirmed> Confirm(const security::Principal& principal,
                                            absl::string_view request_id,
                                            absl::Span<const Confirmation> confirmations,
                                            absl::string_view confirmer,
                                            absl::string_view note) = 0;

  // Makes the reports of a product that the catalog has merged those of what took its place: of
  // every day that the survivor has no report of, the newest version that was not withdrawn is
  // recorded again as the survivor's. What is recorded stays; from the merge on, lists leave out
  // the merged product, so that nothing counts twice. Returns how many were recorded; 0 for a
  // product that was not merged. Idempotent. Errors: those of Database::Write.
  virtual absl::StatusOr<int64_t> FollowMerge(absl::string_view product) = 0;

  // Visits the newest version, as of `as_of_us`, of each selected report, ordered by subject and
  // day, beginning after (`after`, `after_day`), until `visit` returns false. Products that were
  // merged by `as_of_us` are left out.
  virtual absl::Status List(const Selection& selection, int64_t as_of_us,
                            const std::optional<std::pair<Subject, Day>>& after,
                            const std::function<bool(const Report&)>& visit) const = 0;

  // Every version, oldest first; empty if there is none.
  virtual absl::StatusOr<std::vector<Report>> Versions(const Subject& subject, Day day) const = 0;

  // Of each subject of (kind, product, region subtree), the newest report of a day not after `day`,
  // as of `as_of_us`; withdrawn ones are passed over. Ordered by subject. Cost: one seek per
  // subject, however long its history; 129 counties within 5 ms.
  virtual absl::StatusOr<std::vector<Report>> Newest(Kind kind, absl::string_view product,
                                                     absl::string_view region, Day day,
                                                     int64_t as_of_us) const = 0;

  struct Stats {
    int64_t subjects = 0;
    int64_t accepted = 0, flagged = 0, duplicate = 0, refused = 0;  // since the start
  };
  virtual Stats stats() const = 0;
};

}  // namespace glutwatch::report
