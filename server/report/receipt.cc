#include "server/report/receipt.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status_macros.h"
#include "server/report/report_codec.h"

namespace glutwatch::report {
namespace {

using storage::Table;

constexpr uint8_t kVersion = 1;

// FNV-1a: stays the same for good, as what is on disk must.
uint64_t Hash(absl::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  return hash;
}

void WriteResult(const Result& result, ByteWriter* out) {
  out->Signed(result.index);
  out->U8(static_cast<uint8_t>(result.verdict));
  // A refused subject is as it was sent: its kind may be anything.
  out->U8(static_cast<uint8_t>(result.subject.kind));
  out->String(result.subject.region);
  out->String(result.subject.product);
  out->String(result.subject.grade);
  out->U8(static_cast<uint8_t>(result.subject.grower_class));
  out->String(result.subject.site);
  WriteFindings(result.findings, out);
  out->U8(result.previous.has_value() ? 1 : 0);
  if (result.previous) WriteReport(*result.previous, out);
}

Result ReadResult(ByteReader* in) {
  Result result;
  result.index = static_cast<int32_t>(in->Signed());
  result.verdict = static_cast<Verdict>(in->U8());
  if (result.verdict < Verdict::kNew || result.verdict > Verdict::kRefused) in->MarkDamaged();
  result.subject.kind = static_cast<Kind>(in->U8());
  result.subject.region = in->String();
  result.subject.product = in->String();
  result.subject.grade = in->String();
  result.subject.grower_class = static_cast<GrowerClass>(in->U8());
  result.subject.site = in->String();
  result.findings = ReadFindings(in);
  if (in->U8() != 0) result.previous = ReadReport(in);
  return result;
}

void WriteAnswer(const Answer& answer, ByteWriter* out) {
  out->Signed(answer.recorded_us);
  out->Signed(answer.new_count);
  out->Signed(answer.corrected_count);
  out->Signed(answer.duplicate_count);
  out->Signed(answer.refused_count);
  out->Signed(answer.flagged_count);
  uint64_t told = 0;
  for (const Result& result : answer.results) told += IsSimplyNew(result) ? 0 : 1;
  out->Varint(told);
  for (const Result& result : answer.results) {
    if (!IsSimplyNew(result)) WriteResult(result, out);
  }
}

Answer ReadAnswer(ByteReader* in) {
  Answer answer;
  answer.recorded_us = in->Signed();
  answer.new_count = in->Signed();
  answer.corrected_count = in->Signed();
  answer.duplicate_count = in->Signed();
  answer.refused_count = in->Signed();
  answer.flagged_count = in->Signed();
  const uint64_t told = in->Varint();
  for (uint64_t i = 0; i < told && in->ok(); ++i) answer.results.push_back(ReadResult(in));
  return answer;
}

// Without what the book gives.
Report AsSent(const Report& report) {
  Report sent = report;
  sent.recorded_us = 0;
  sent.findings.clear();
  sent.unconfirmed = false;
  sent.confirmer.clear();
  return sent;
}

}  // namespace

std::string EncodeReceipt(const Receipt& receipt) {
  ByteWriter out;
  out.U8(kVersion);
  out.U8(static_cast<uint8_t>(receipt.kind));
  out.Fixed64(receipt.digest);
  WriteAnswer(receipt.answer, &out);
  out.Varint(receipt.confirmed.size());
  for (const Report& report : receipt.confirmed) WriteReport(report, &out);
  return out.Take();
}

bool DecodeReceipt(absl::string_view bytes, Receipt* receipt) {
  ByteReader in(bytes);
  if (in.U8() != kVersion) return false;
  receipt->kind = static_cast<RequestKind>(in.U8());
  receipt->digest = in.Fixed64();
  receipt->answer = ReadAnswer(&in);
  const uint64_t confirmed = in.Varint();
  for (uint64_t i = 0; i < confirmed && in.ok(); ++i) {
    receipt->confirmed.push_back(ReadReport(&in));
  }
  return in.done() && receipt->kind >= RequestKind::kSubmission &&
         receipt->kind <= RequestKind::kConfirmation;
}

uint64_t DigestOf(const Submission& submission) {
  ByteWriter out;
  out.U8(submission.all_or_nothing ? 1 : 0);
  for (const Report& report : submission.reports) WriteReport(AsSent(report), &out);
  return Hash(out.bytes());
}

uint64_t DigestOf(absl::Span<const Confirmation> confirmations, absl::string_view confirmer,
                  absl::string_view note) {
  ByteWriter out;
  for (const Confirmation& one : confirmations) {
    WriteSubject(one.subject, &out);
    out.Signed(DayNumber(one.day));
    out.Signed(one.recorded_us);
    out.U8(one.withdraw ? 1 : 0);
  }
  out.String(confirmer);
  out.String(note);
  return Hash(out.bytes());
}

absl::Status CheckRequestId(absl::string_view id) {
  if (!id.empty() && id.size() <= kMaxRequestIdBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("request_id has ", id.size(), " bytes, expected 1 to ", kMaxRequestIdBytes));
}

absl::StatusOr<Receipt> FindReceipt(const storage::Database& database, absl::string_view id,
                                    RequestKind kind, uint64_t digest) {
  GLUTWATCH_ASSIGN_OR_RETURN(const std::string bytes, database.Get(Table::kReportReceipts, id));
  Receipt receipt;
  if (!DecodeReceipt(bytes, &receipt)) {
    return absl::DataLossError(absl::StrCat("table report_receipts, key \"",
                                            absl::Utf8SafeCEscape(id),
                                            "\": expected a receipt of version 1"));
  }
  if (receipt.kind != kind || receipt.digest != digest) {
    return absl::AlreadyExistsError(
        absl::StrCat("request_id \"", absl::Utf8SafeCEscape(id),
                     "\" was used for another request, expected an id of its own"));
  }
  return receipt;
}

}  // namespace glutwatch::report
