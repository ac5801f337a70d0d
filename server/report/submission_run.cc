#include "server/report/submission_run.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "base/status_macros.h"

namespace glutwatch::report {
namespace {

std::vector<size_t> OrderOf(const std::vector<Report>& reports) {
  std::vector<size_t> order(reports.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto place = [&](size_t i) {
    return std::tuple(reports[i].day, reports[i].subject.kind, i);
  };
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return place(a) < place(b); });
  return order;
}

// What was sent, without what only the book gives.
Report AsSent(const Report& report, int64_t recorded_us) {
  Report sent = report;
  sent.recorded_us = recorded_us;
  sent.findings.clear();
  sent.unconfirmed = false;
  sent.confirmer.clear();
  return sent;
}

bool SaysTheSame(const Report& a, const Report& b) {
  return a.figures == b.figures && a.simulated == b.simulated;
}

class Run {
 public:
  Run(const Evidence& evidence, ReportCheck* check, History* history)
      : evidence_(evidence), check_(*check), history_(*history) {}

  absl::StatusOr<Result> Take(int32_t index, Report report);

 private:
  Result Refused(int32_t index, const Subject& sent, std::vector<Finding> findings) const {
    return {.index = index,
            .verdict = Verdict::kRefused,
            .subject = sent,
            .findings = std::move(findings),
            .previous = std::nullopt};
  }

  struct First {
    int32_t index;
    Figures figures;
  };
  const Evidence& evidence_;
  ReportCheck& check_;
  History& history_;
  std::map<std::pair<Day, Subject>, First> seen_;
};

absl::StatusOr<Result> Run::Take(int32_t index, Report report) {
  const Subject sent = report.subject;
  std::vector<Finding> broken = check_.Check(&report);
  if (!broken.empty()) return Refused(index, sent, std::move(broken));

  GLUTWATCH_ASSIGN_OR_RETURN(std::vector<Report> known,
                             history_.UpTo(report.subject, report.day, 1 + kPastReports));
  std::optional<Report> existing;
  if (!known.empty() && known.front().day == report.day) existing = known.front();
  if (report.figures.withdrawn) {
    if (!existing) return Refused(index, sent, {NothingToWithdraw()});
    report.figures = existing->figures;
    report.figures.withdrawn = true;
  }
  const auto [first, is_first] =
      seen_.try_emplace({report.day, report.subject}, First{index, report.figures});
  if (!is_first && first->second.figures != report.figures) {
    return Refused(index, sent, {SameReportTwice(first->second.index, report)});
  }
  Result result{.index = index,
                .verdict = Verdict::kDuplicate,
                .subject = report.subject,
                .findings = {},
                .previous = std::nullopt};
  if (!is_first || (existing && SaysTheSame(*existing, report))) return result;

  const size_t skip = existing ? 1 : 0;
  const size_t past = std::min(known.size() - skip, kPastReports);
  GLUTWATCH_ASSIGN_OR_RETURN(report.findings,
                             Judge(report, absl::MakeSpan(known).subspan(skip, past), evidence_));
  report.unconfirmed = !report.findings.empty();
  result.verdict = existing ? Verdict::kCorrected : Verdict::kNew;
  result.findings = report.findings;
  result.previous = std::move(existing);
  history_.Add(std::move(report));
  return result;
}

void Count(const Result& result, Answer* answer) {
  switch (result.verdict) {
    case Verdict::kNew:
      ++answer->new_count;
      break;
    case Verdict::kCorrected:
      ++answer->corrected_count;
      break;
    case Verdict::kDuplicate:
      ++answer->duplicate_count;
      return;
    case Verdict::kRefused:
      ++answer->refused_count;
      return;
  }
  if (!result.findings.empty()) ++answer->flagged_count;
}

}  // namespace

absl::StatusOr<Answer> RunSubmission(const Submission& submission, int64_t recorded_us,
                                     const Evidence& evidence, ReportCheck* check,
                                     History* history) {
  Answer answer;
  answer.results.resize(submission.reports.size());
  Run run(evidence, check, history);
  for (const size_t i : OrderOf(submission.reports)) {
    GLUTWATCH_ASSIGN_OR_RETURN(
        answer.results[i],
        run.Take(static_cast<int32_t>(i), AsSent(submission.reports[i], recorded_us)));
    Count(answer.results[i], &answer);
  }
  return answer;
}

}  // namespace glutwatch::report
