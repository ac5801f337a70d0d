#include "server/report/report_codec.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace glutwatch::report {
namespace {

constexpr uint8_t kSubjectVersion = 1;
constexpr uint8_t kReportVersion = 1;
constexpr size_t kNewestBytes = 8;
constexpr size_t kSubjectKeyBytes = 1 + 4;
constexpr size_t kVersionKeyBytes = 1 + 4 + 4 + 8;

// Bits of a version's first word.
constexpr uint64_t kHasValue = 1;
constexpr uint64_t kHasWindowStart = 2;
constexpr uint64_t kHasWindowEnd = 4;
constexpr uint64_t kNoBid = 8;
constexpr uint64_t kWithdrawn = 16;
constexpr uint64_t kSimulated = 32;
constexpr uint64_t kUnconfirmed = 64;
constexpr uint64_t kAllBits = 127;

void PutBigEndian(uint64_t value, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

uint64_t GetBigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<uint8_t>(byte);
  return value;
}

// With the sign's bit turned, so that days before 1970 come first.
uint32_t OrderedDay(Day day) { return static_cast<uint32_t>(DayNumber(day)) ^ 0x80000000U; }
Day FromOrderedDay(uint32_t ordered) { return Day{static_cast<int32_t>(ordered ^ 0x80000000U)}; }

Day ReadDay(ByteReader* in) {
  const int64_t number = in->Signed();
  if (number < DayNumber(kMinDay) || number > DayNumber(kMaxDay)) {
    in->MarkDamaged();
    return kMinDay;
  }
  return Day{static_cast<int32_t>(number)};
}

template <typename Enum>
Enum ReadEnum(Enum first, Enum last, ByteReader* in) {
  const uint8_t value = in->U8();
  if (value >= static_cast<uint8_t>(first) && value <= static_cast<uint8_t>(last)) {
    return static_cast<Enum>(value);
  }
  in->MarkDamaged();
  return first;
}

uint64_t BitsOf(const Report& report) {
  const Figures& figures = report.figures;
  return (figures.value_e4 ? kHasValue : 0) | (figures.window_start ? kHasWindowStart : 0) |
         (figures.window_end ? kHasWindowEnd : 0) | (figures.no_bid ? kNoBid : 0) |
         (figures.withdrawn ? kWithdrawn : 0) | (report.simulated ? kSimulated : 0) |
         (report.unconfirmed ? kUnconfirmed : 0);
}

void WriteVersion(const Report& report, ByteWriter* out) {
  const Figures& figures = report.figures;
  out->Varint(BitsOf(report));
  if (figures.value_e4) out->Signed(*figures.value_e4);
  out->String(figures.unit);
  out->String(figures.currency);
  if (figures.window_start) out->Signed(DayNumber(*figures.window_start));
  if (figures.window_end) out->Signed(DayNumber(*figures.window_end));
  out->U8(static_cast<uint8_t>(figures.stage));
  out->String(report.reporter);
  out->String(report.source);
  out->String(report.note);
  out->String(report.confirmer);
  WriteFindings(report.findings, out);
}

void ReadVersion(ByteReader* in, Report* report) {
  Figures& figures = report->figures;
  const uint64_t bits = in->Varint();
  if (bits > kAllBits) in->MarkDamaged();
  if ((bits & kHasValue) != 0) figures.value_e4 = in->Signed();
  figures.unit = in->String();
  figures.currency = in->String();
  if ((bits & kHasWindowStart) != 0) figures.window_start = ReadDay(in);
  if ((bits & kHasWindowEnd) != 0) figures.window_end = ReadDay(in);
  figures.stage = ReadEnum(GrowthStage::kUnspecified, GrowthStage::kFinished, in);
  figures.no_bid = (bits & kNoBid) != 0;
  figures.withdrawn = (bits & kWithdrawn) != 0;
  report->simulated = (bits & kSimulated) != 0;
  report->unconfirmed = (bits & kUnconfirmed) != 0;
  report->reporter = in->String();
  report->source = in->String();
  report->note = in->String();
  report->confirmer = in->String();
  report->findings = ReadFindings(in);
}

}  // namespace

std::string NewestKey() { return std::string(1, kMetaPrefix); }

std::string SubjectKey(SubjectId id) {
  std::string key(1, kSubjectPrefix);
  PutBigEndian(static_cast<uint32_t>(id), 4, &key);
  return key;
}

std::string VersionKey(SubjectId id, Day day, int64_t recorded_us) {
  std::string key(1, kVersionPrefix);
  PutBigEndian(static_cast<uint32_t>(id), 4, &key);
  PutBigEndian(OrderedDay(day), 4, &key);
  PutBigEndian(static_cast<uint64_t>(recorded_us), 8, &key);
  return key;
}

bool ReadSubjectKey(absl::string_view key, SubjectId* id) {
  if (key.size() != kSubjectKeyBytes || key[0] != kSubjectPrefix) return false;
  *id = SubjectId{static_cast<uint32_t>(GetBigEndian(key.substr(1)))};
  return true;
}

bool ReadVersionKey(absl::string_view key, VersionPlace* place) {
  if (key.size() != kVersionKeyBytes || key[0] != kVersionPrefix) return false;
  place->id = SubjectId{static_cast<uint32_t>(GetBigEndian(key.substr(1, 4)))};
  place->day = FromOrderedDay(static_cast<uint32_t>(GetBigEndian(key.substr(5, 4))));
  place->recorded_us = static_cast<int64_t>(GetBigEndian(key.substr(9)));
  return place->day >= kMinDay && place->day <= kMaxDay && place->recorded_us >= 0;
}

std::string DescribeKey(absl::string_view key) {
  SubjectId id;
  if (ReadSubjectKey(key, &id)) return absl::StrCat("subject ", static_cast<uint32_t>(id));
  VersionPlace place;
  if (ReadVersionKey(key, &place)) {
    return absl::StrCat("subject ", static_cast<uint32_t>(place.id), ", day ", FormatDay(place.day),
                        ", recorded_us ", place.recorded_us);
  }
  return absl::StrCat("0x", absl::BytesToHexString(key));
}

std::string EncodeNewest(int64_t recorded_us) {
  std::string bytes;
  PutBigEndian(static_cast<uint64_t>(recorded_us), kNewestBytes, &bytes);
  return bytes;
}

bool DecodeNewest(absl::string_view bytes, int64_t* recorded_us) {
  if (bytes.size() != kNewestBytes) return false;
  *recorded_us = static_cast<int64_t>(GetBigEndian(bytes));
  return *recorded_us >= 0;
}

void WriteSubject(const Subject& subject, ByteWriter* out) {
  out->U8(static_cast<uint8_t>(subject.kind));
  out->String(subject.region);
  out->String(subject.product);
  out->String(subject.grade);
  out->U8(static_cast<uint8_t>(subject.grower_class));
  out->String(subject.site);
}

Subject ReadSubject(ByteReader* in) {
  Subject subject;
  subject.kind = ReadEnum(Kind::kPlantingIntention, Kind::kAnimalOutput, in);
  subject.region = in->String();
  subject.product = in->String();
  subject.grade = in->String();
  subject.grower_class = ReadEnum(GrowerClass::kAll, GrowerClass::kStateFarm, in);
  subject.site = in->String();
  return subject;
}

std::string EncodeSubject(const Subject& subject) {
  ByteWriter out;
  out.U8(kSubjectVersion);
  WriteSubject(subject, &out);
  return out.Take();
}

bool DecodeSubject(absl::string_view bytes, Subject* subject) {
  ByteReader in(bytes);
  if (in.U8() != kSubjectVersion) return false;
  *subject = ReadSubject(&in);
  return in.done();
}

void WriteFindings(const std::vector<Finding>& findings, ByteWriter* out) {
  out->Varint(findings.size());
  for (const Finding& finding : findings) {
    out->String(finding.reason);
    out->String(finding.field);
    out->String(finding.message);
    out->String(finding.message_zh);
  }
}

std::vector<Finding> ReadFindings(ByteReader* in) {
  std::vector<Finding> findings;
  const uint64_t count = in->Varint();
  for (uint64_t i = 0; i < count && in->ok(); ++i) {
    Finding finding;
    finding.reason = in->String();
    finding.field = in->String();
    finding.message = in->String();
    finding.message_zh = in->String();
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::string EncodeVersion(const Report& report) {
  ByteWriter out;
  out.U8(kReportVersion);
  WriteVersion(report, &out);
  return out.Take();
}

bool DecodeVersion(absl::string_view bytes, Report* report) {
  ByteReader in(bytes);
  if (in.U8() != kReportVersion) return false;
  ReadVersion(&in, report);
  return in.done();
}

void WriteReport(const Report& report, ByteWriter* out) {
  WriteSubject(report.subject, out);
  out->Signed(DayNumber(report.day));
  out->Signed(report.recorded_us);
  WriteVersion(report, out);
}

Report ReadReport(ByteReader* in) {
  Report report;
  report.subject = ReadSubject(in);
  report.day = ReadDay(in);
  report.recorded_us = in->Signed();
  ReadVersion(in, &report);
  return report;
}

}  // namespace glutwatch::report
