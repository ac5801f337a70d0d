#include "server/report/version_table.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace glutwatch::report {
namespace {

using storage::Table;

// Every key begins with one of the prefixes; 'm' < 's' < 'v'.
absl::Status LoadOne(absl::string_view key, absl::string_view value, SubjectIndex* index,
                     int64_t* newest_us) {
  if (key == NewestKey()) {
    if (DecodeNewest(value, newest_us)) return absl::OkStatus();
    return DamagedReport(key, "8 bytes of a time");
  }
  SubjectId id;
  Subject subject;
  if (!ReadSubjectKey(key, &id) || !DecodeSubject(value, &subject)) {
    return DamagedReport(key, "a subject of version 1");
  }
  if (static_cast<uint32_t>(id) != index->size()) {
    return DamagedReport(key, absl::StrCat("subject ", index->size(), " before it"));
  }
  if (!index->Add(id, std::move(subject))) return DamagedReport(key, "a subject only once");
  return absl::OkStatus();
}

absl::StatusOr<Report> Decode(const VersionTable::Entry& entry, const VersionPlace& place,
                              absl::string_view key, absl::string_view value) {
  Report report;
  if (!DecodeVersion(value, &report)) return DamagedReport(key, "a report of version 1");
  report.subject = *entry.subject;
  report.day = place.day;
  report.recorded_us = place.recorded_us;
  return report;
}

}  // namespace

absl::Status DamagedReport(absl::string_view key, absl::string_view expected) {
  return absl::DataLossError(
      absl::StrCat("table reports, key ", DescribeKey(key), ": expected ", expected));
}

absl::Status VersionTable::Load(SubjectIndex* index, int64_t* newest_us) const {
  *newest_us = 0;
  absl::Status damage;
  const std::string first_version(1, kVersionPrefix);
  GLUTWATCH_RETURN_IF_ERROR(database_->Scan(Table::kReports, "", first_version,
                                            [&](absl::string_view key, absl::string_view value) {
                                              damage = LoadOne(key, value, index, newest_us);
                                              return damage.ok();
                                            }));
  GLUTWATCH_RETURN_IF_ERROR(damage);
  if (index->size() > 0 && *newest_us == 0) return DamagedReport(NewestKey(), "to be there");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Report>> VersionTable::Versions(const Entry& entry, Day day,
                                                           int64_t as_of_us) const {
  std::vector<Report> versions;
  absl::Status damage;
  const auto visit = [&](absl::string_view key, absl::string_view value) {
    VersionPlace place;
    if (!ReadVersionKey(key, &place)) {
      damage = DamagedReport(key, "subject, day and time");
      return false;
    }
    if (place.recorded_us > as_of_us) return false;
    absl::StatusOr<Report> report = Decode(entry, place, key, value);
    damage = report.status();
    if (report.ok()) versions.push_back(*std::move(report));
    return damage.ok();
  };
  GLUTWATCH_RETURN_IF_ERROR(database_->Scan(Table::kReports, VersionKey(entry.id, day, 0),
                                            VersionKey(entry.id, day + 1, 0), visit));
  GLUTWATCH_RETURN_IF_ERROR(damage);
  return versions;
}

absl::Status VersionTable::VisitForward(const Entry& entry, Day first, Day last, int64_t as_of_us,
                                        const Visit& visit) const {
  // A version is the newest of its day once the next key is of another day.
  std::optional<VersionPlace> candidate;
  std::string key_of_it;
  std::string value_of_it;
  absl::Status damage;
  bool go_on = true;
  const auto give = [&] {
    if (!candidate) return;
    absl::StatusOr<Report> report = Decode(entry, *candidate, key_of_it, value_of_it);
    damage = report.status();
    go_on = damage.ok() && visit(*std::move(report));
    candidate.reset();
  };
  const auto take = [&](absl::string_view key, absl::string_view value) {
    VersionPlace place;
    if (!ReadVersionKey(key, &place)) {
      damage = DamagedReport(key, "subject, day and time");
      return go_on = false;
    }
    if (place.recorded_us > as_of_us) return true;
    if (candidate && candidate->day != place.day) give();
    candidate = place;
    key_of_it.assign(key.data(), key.size());
    value_of_it.assign(value.data(), value.size());
    return go_on;
  };
  GLUTWATCH_RETURN_IF_ERROR(database_->Scan(Table::kReports, VersionKey(entry.id, first, 0),
                                            VersionKey(entry.id, last + 1, 0), take));
  if (go_on) give();
  return damage;
}

absl::Status VersionTable::VisitBackward(const Entry& entry, Day last, int64_t as_of_us,
                                         const Visit& visit) const {
  std::optional<Day> given;
  absl::Status damage;
  const auto take = [&](absl::string_view key, absl::string_view value) {
    VersionPlace place;
    if (!ReadVersionKey(key, &place)) {
      damage = DamagedReport(key, "subject, day and time");
      return false;
    }
    if (place.recorded_us > as_of_us || given == place.day) return true;
    given = place.day;
    absl::StatusOr<Report> report = Decode(entry, place, key, value);
    damage = report.status();
    return damage.ok() && visit(*std::move(report));
  };
  GLUTWATCH_RETURN_IF_ERROR(database_->ScanBackward(
      Table::kReports, VersionKey(entry.id, kMinDay, 0), VersionKey(entry.id, last + 1, 0), take));
  return damage;
}

}  // namespace glutwatch::report
