#include "ingest/worker_report.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/utf8.h"

namespace glutwatch::ingest {
namespace {

constexpr size_t kMaxDocumentLines = 40;
constexpr size_t kColumns = 10;
constexpr int kMaxNameWidth = 44;
using Line = std::array<std::string, kColumns>;

const Line& Heading(Language language) {
  static const auto* english =
      new Line{"document", "rows read", "accepted", "corrected", "suspicious",
               "refused",  "duplicate", "rows/s",   "seconds",   ""};
  static const auto* chinese =
      new Line{"文件", "读入行", "接受", "其中更正", "可疑", "拒绝", "重复", "行/秒", "秒", ""};
  return language == Language::kChinese ? *chinese : *english;
}

absl::string_view Pick(Language language, absl::string_view english, absl::string_view chinese) {
  return language == Language::kChinese ? chinese : english;
}

// The end of a long name, which tells documents apart.
std::string ShortName(const std::string& name) {
  absl::string_view rest = name;
  char32_t ignored;
  while (DisplayWidth(rest) > kMaxNameWidth - 1 && TakeCodePoint(&rest, &ignored)) {
  }
  return rest.size() == name.size() ? name : absl::StrCat("…", rest);
}

double RowsPerSecond(int64_t rows, absl::Duration elapsed) {
  const double seconds = absl::ToDoubleSeconds(elapsed);
  return seconds > 0 ? static_cast<double>(rows) / seconds : 0;
}

std::string StateOf(const DocumentReport& document, Language language) {
  if (document.skipped) return std::string(Pick(language, "done before", "以前已完成"));
  if (absl::IsCancelled(document.status)) return std::string(Pick(language, "stopped", "已中断"));
  if (!document.status.ok()) return std::string(Pick(language, "FAILED", "失败"));
  if (document.resumed_rows > 0) {
    return absl::StrCat(Pick(language, "continued after row ", "接续第 "),
                        Thousands(document.resumed_rows), Pick(language, "", " 行"));
  }
  return "";
}

Line ToLine(const std::string& name, const RowTally& tally, int64_t fresh_rows,
            absl::Duration elapsed, std::string state) {
  return {ShortName(name),
          Thousands(tally.read),
          Thousands(tally.accepted),
          Thousands(tally.corrected),
          Thousands(tally.suspicious),
          Thousands(tally.refused),
          Thousands(tally.duplicate),
          Thousands(static_cast<int64_t>(RowsPerSecond(fresh_rows, elapsed))),
          absl::StrFormat("%.1f", absl::ToDoubleSeconds(elapsed)),
          std::move(state)};
}

int64_t FreshRows(const DocumentReport& document) {
  return document.skipped ? 0 : document.tally.read - document.resumed_rows;
}

void AppendLines(const std::vector<Line>& lines, std::string* text) {
  std::array<int, kColumns> widths{};
  for (const Line& line : lines) {
    for (size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], DisplayWidth(line[i]));
  }
  for (const Line& line : lines) {
    std::string out;
    for (size_t i = 0; i < kColumns; ++i) {
      const std::string pad(static_cast<size_t>(widths[i] - DisplayWidth(line[i])), ' ');
      const bool left = i == 0 || i + 1 == kColumns;
      absl::StrAppend(&out, i == 0 ? "" : "  ", left ? "" : pad, line[i], left ? pad : "");
    }
    out.erase(out.find_last_not_of(' ') + 1);
    absl::StrAppend(text, out, "\n");
  }
}

// `message` with its document in front; most begin with it already.
std::string Named(const std::string& document, const std::string& message) {
  return message.rfind(document, 0) == 0 ? message : absl::StrCat(document, ": ", message);
}

void AppendRemarks(const DocumentReport& document, Language language, std::string* text) {
  for (const std::string& note : document.notes) {
    absl::StrAppend(text, Pick(language, "note: ", "提示："), Named(document.document, note), "\n");
  }
  if (!document.status.ok()) {
    absl::StrAppend(text,
                    absl::IsCancelled(document.status) ? Pick(language, "stopped: ", "中断：")
                                                       : Pick(language, "failed: ", "失败："),
                    Named(document.document, std::string(document.status.message())), "\n");
  }
  for (const QuarantinedRow& row : document.samples) {
    absl::StrAppend(text, "  ", row.verdict, ": ", row.document, ":", row.line, ": ", row.message,
                    "\n");
  }
  if (!document.quarantine.empty()) {
    absl::StrAppend(text, Pick(language, "quarantine: ", "隔离文件："), document.quarantine, "\n");
  }
}

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", absl::string_view(&c, 1));
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

std::string JsonTally(const RowTally& tally) {
  return absl::StrFormat(
      "\"read\":%d,\"accepted\":%d,\"corrected\":%d,\"suspicious\":%d,\"refused\":%d,"
      "\"duplicate\":%d",
      tally.read, tally.accepted, tally.corrected, tally.suspicious, tally.refused,
      tally.duplicate);
}

std::string JsonDocument(const DocumentReport& document) {
  std::string notes;
  for (const std::string& note : document.notes) {
    absl::StrAppend(&notes, notes.empty() ? "" : ",", JsonString(note));
  }
  return absl::StrFormat(
      "{\"document\":%s,%s,\"skipped\":%s,\"resumed_rows\":%d,\"replayed_batches\":%d,"
      "\"seconds\":%.3f,\"rows_per_second\":%.0f,\"quarantine\":%s,\"error\":%s,\"notes\":[%s]}",
      JsonString(document.document), JsonTally(document.tally), document.skipped ? "true" : "false",
      document.resumed_rows, document.replayed_batches, absl::ToDoubleSeconds(document.elapsed),
      RowsPerSecond(FreshRows(document), document.elapsed), JsonString(document.quarantine),
      JsonString(document.status.ok() ? "" : document.status.ToString()), notes);
}

}  // namespace

RowTally RunReport::Total() const {
  RowTally total;
  for (const DocumentReport& document : documents) total += document.tally;
  return total;
}

absl::Status RunReport::status() const {
  for (const DocumentReport& document : documents) {
    if (!document.status.ok()) return document.status;
  }
  return absl::OkStatus();
}

int DisplayWidth(absl::string_view text) {
  int width = 0;
  char32_t c;
  while (TakeCodePoint(&text, &c)) {
    const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
                      (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
                      (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                      (c >= 0x20000 && c <= 0x3FFFD);
    width += wide ? 2 : 1;
  }
  return width;
}

std::string Thousands(int64_t value) {
  const std::string digits = absl::StrCat(value);
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    const bool after_digit = i > 0 && digits[i - 1] != '-';
    if (after_digit && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

std::string FormatTable(const RunReport& report, Language language) {
  std::vector<Line> lines = {Heading(language)};
  absl::Duration elapsed;
  int64_t fresh_rows = 0;
  size_t hidden = 0;
  for (const DocumentReport& document : report.documents) {
    elapsed += document.elapsed;
    fresh_rows += FreshRows(document);
    if (lines.size() > kMaxDocumentLines && document.status.ok()) {
      ++hidden;
      continue;
    }
    lines.push_back(ToLine(document.document, document.tally, FreshRows(document), document.elapsed,
                           StateOf(document, language)));
  }
  lines.push_back(ToLine(std::string(Pick(language, "total", "合计")), report.Total(), fresh_rows,
                         elapsed, ""));
  std::string text;
  if (report.simulated) {
    absl::StrAppend(&text, SimulatedBanner(language));
  }
  if (report.dry_run) {
    absl::StrAppend(&text,
                    Pick(language, "dry run: nothing was sent; \"accepted\" means readable\n",
                         "试运行：未发送；“接受”表示可读\n"));
  }
  AppendLines(lines, &text);
  if (hidden > 0) {
    absl::StrAppend(&text, Pick(language, "documents not shown: ", "未列出的文件数："), hidden,
                    "\n");
  }
  for (const DocumentReport& document : report.documents) {
    AppendRemarks(document, language, &text);
  }
  return text;
}

std::string FormatJson(const RunReport& report) {
  std::string documents;
  for (const DocumentReport& document : report.documents) {
    absl::StrAppend(&documents, documents.empty() ? "" : ",", JsonDocument(document));
  }
  return absl::StrCat("{\"feed\":", JsonString(report.feed),
                      ",\"simulated\":", report.simulated ? "true" : "false",
                      ",\"dry_run\":", report.dry_run ? "true" : "false", ",\"total\":{",
                      JsonTally(report.Total()), "},\"documents\":[", documents, "]}\n");
}

std::string FormatJsonError(const absl::Status& status) {
  return absl::StrCat("{\"error\":{\"code\":", JsonString(absl::StatusCodeToString(status.code())),
                      ",\"message\":", JsonString(status.message()), "}}\n");
}

std::string FormatJsonFeed(absl::string_view name, absl::string_view help, absl::string_view times,
                           absl::string_view time_zone) {
  return absl::StrCat("{\"name\":", JsonString(name), ",\"help\":", JsonString(help),
                      ",\"times\":", JsonString(times), ",\"time_zone\":", JsonString(time_zone),
                      "}");
}

std::string SimulatedBanner(Language language) {
  return std::string(Pick(language, "*** SIMULATED DATA: every price is made up ***\n",
                          "*** 模拟数据：所有价格均为虚构 ***\n"));
}

std::string FormatProgress(absl::string_view document, const RowTally& settled,
                           absl::Duration elapsed, Language language) {
  return absl::StrCat(ShortName(std::string(document)), "  ", Thousands(settled.read),
                      Pick(language, " rows, ", " 行，"),
                      Thousands(static_cast<int64_t>(RowsPerSecond(settled.read, elapsed))),
                      Pick(language, "/s, refused ", "/秒，拒绝 "), Thousands(settled.refused));
}

}  // namespace glutwatch::ingest
