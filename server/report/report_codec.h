#pragma once
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "base/bytes.h"
#include "server/report/report.h"

// The bytes of tables reports and report_receipts: docs/format/report.md. Decoders take any bytes
// and return false for what no encoder writes.
namespace glutwatch::report {

// A subject's number in one book: dense from 0 in order of first use, never reused.
enum class SubjectId : uint32_t {};

// First byte of a key of table reports.
inline constexpr char kMetaPrefix = 'm';
inline constexpr char kSubjectPrefix = 's';
inline constexpr char kVersionPrefix = 'v';

// 'm' alone: the newest recorded_us that the book has given.
std::string NewestKey();
std::string SubjectKey(SubjectId id);
// Ordered by subject, day, recorded_us. The key of (id, day, 0) is below every version of the day.
std::string VersionKey(SubjectId id, Day day, int64_t recorded_us);

struct VersionPlace {
  SubjectId id{};
  Day day{};
  int64_t recorded_us = 0;
};
bool ReadSubjectKey(absl::string_view key, SubjectId* id);
bool ReadVersionKey(absl::string_view key, VersionPlace* place);
// "version of subject 7 on 2026-03-01 at 1772...", or the bytes as hexadecimal: for messages.
std::string DescribeKey(absl::string_view key);

std::string EncodeNewest(int64_t recorded_us);
bool DecodeNewest(absl::string_view bytes, int64_t* recorded_us);
std::string EncodeSubject(const Subject& subject);
bool DecodeSubject(absl::string_view bytes, Subject* subject);
// Everything but subject, day and recorded_us, which are in the key.
std::string EncodeVersion(const Report& report);
bool DecodeVersion(absl::string_view bytes, Report* report);

// Parts, for records that hold them. A reader is marked as damaged by what cannot be.
void WriteSubject(const Subject& subject, ByteWriter* out);
Subject ReadSubject(ByteReader* in);
void WriteFindings(const std::vector<Finding>& findings, ByteWriter* out);
std::vector<Finding> ReadFindings(ByteReader* in);
// A whole report: subject, day, recorded_us and version.
void WriteReport(const Report& report, ByteWriter* out);
Report ReadReport(ByteReader* in);

}  // namespace glutwatch::report
