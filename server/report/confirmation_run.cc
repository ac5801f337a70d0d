#include "server/report/confirmation_run.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "server/report/kind_rules.h"
#include "server/report/report_check.h"

namespace glutwatch::report {
namespace {

absl::Status CheckText(absl::string_view field, absl::string_view text, int most) {
  int characters = 0;
  char32_t ignored;
  for (absl::string_view rest = text; !rest.empty(); ++characters) {
    if (!TakeCodePoint(&rest, &ignored)) {
      return absl::InvalidArgumentError(absl::StrCat(field, " is not UTF-8, expected UTF-8"));
    }
  }
  if (characters <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " has ", characters, " characters, expected at most ", most));
}

absl::Status Unfit(size_t index, const Confirmation& one, absl::string_view why) {
  const KindRule* rule = FindKindRule(one.subject.kind);
  return absl::FailedPreconditionError(absl::StrCat(
      "confirmations[", index, "]: ", rule == nullptr ? "report" : rule->name, " of ",
      one.subject.product, " in ", one.subject.region, " on ", FormatDay(one.day), ": ", why));
}

absl::Status CheckOne(size_t index, const Confirmation& one, const Report& newest,
                      absl::string_view confirmer, bool second_person) {
  if (newest.recorded_us != one.recorded_us) {
    return Unfit(index, one,
                 absl::StrCat("its newest version is ", newest.recorded_us, ", expected ",
                              one.recorded_us, ", the one that was looked at"));
  }
  if (!newest.unconfirmed)
    return Unfit(index, one, "expected a report that waits for confirmation");
  if (second_person && newest.reporter == confirmer) {
    return Unfit(index, one,
                 absl::StrCat("\"", confirmer, "\" reported it, expected a second person"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckConfirmations(absl::Span<const Confirmation> confirmations,
                                absl::string_view confirmer, absl::string_view note) {
  if (confirmations.empty() || confirmations.size() > kMaxReportsPerRequest) {
    return absl::InvalidArgumentError(absl::StrCat("confirmations has ", confirmations.size(),
                                                   " elements, expected 1 to ",
                                                   kMaxReportsPerRequest));
  }
  if (confirmer.empty()) {
    return absl::InvalidArgumentError("confirmer is missing, expected who confirms");
  }
  GLUTWATCH_RETURN_IF_ERROR(CheckText("confirmer", confirmer, kMaxNameCharacters));
  return CheckText("note", note, kMaxNoteCharacters);
}

absl::StatusOr<std::vector<Report>> RunConfirmations(absl::Span<const Confirmation> confirmations,
                                                     absl::string_view confirmer,
                                                     absl::string_view note, bool second_person,
                                                     int64_t recorded_us, History* history) {
  std::vector<Report> versions;
  for (size_t i = 0; i < confirmations.size(); ++i) {
    const Confirmation& one = confirmations[i];
    GLUTWATCH_ASSIGN_OR_RETURN(std::vector<Report> known, history->UpTo(one.subject, one.day, 1));
    if (known.empty() || known[0].day != one.day) return Unfit(i, one, "there is no such report");
    Report& version = known[0];
    GLUTWATCH_RETURN_IF_ERROR(CheckOne(i, one, version, confirmer, second_person));
    version.recorded_us = recorded_us;
    version.unconfirmed = false;
    version.confirmer = std::string(confirmer);
    if (one.withdraw) version.figures.withdrawn = true;
    if (!note.empty()) version.note = std::string(note);
    history->Add(version);
    versions.push_back(std::move(version));
  }
  return versions;
}

}  // namespace glutwatch::report
