#include "sheet/csv_reader.h"

#include <csv.h>

#include <cstring>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace glutwatch::sheet {
namespace {

// Gathers libcsv's callbacks into rows. Cells of one record lie end to end in `bytes_`.
class RecordCollector {
 public:
  RecordCollector(absl::string_view name, TableRowFn on_row) : name_(name), on_row_(on_row) {}

  void AddCell(absl::string_view cell) {
    bytes_.append(cell.data(), cell.size());
    ends_.push_back(bytes_.size());
  }

  void EndRecord() {
    if (!status_.ok()) return;
    cells_.clear();
    size_t begin = 0;
    for (const size_t end : ends_) {
      cells_.emplace_back(bytes_.data() + begin, end - begin);
      begin = end;
    }
    status_ = on_row_(TableRow{record_line_, cells_});
    bytes_.clear();
    ends_.clear();
    ended_ = true;
  }

  // Tells which physical line the parser is given next, and how long it is.
  void BeginLine(int64_t line, size_t length) {
    if (ended_) {
      record_line_ = line;
      record_bytes_ = 0;
      ended_ = false;
    }
    record_bytes_ += length;
    if (record_bytes_ > kMaxCsvRecordBytes) SetUnclosedQuote();
  }
  // An empty line ends nothing, so that the next line begins a record.
  void SkipIfEmpty() {
    if (ends_.empty()) ended_ = true;
  }

  void SetUnclosedQuote() {
    status_ = absl::InvalidArgumentError(
        absl::StrCat(name_, ":", record_line_, ": a record of more than ", kMaxCsvRecordBytes,
                     " bytes or a quote that is never closed"));
  }
  const absl::Status& status() const { return status_; }

 private:
  absl::string_view name_;
  TableRowFn on_row_;
  absl::Status status_;
  std::string bytes_;
  std::vector<size_t> ends_;
  std::vector<absl::string_view> cells_;
  int64_t record_line_ = 1;
  size_t record_bytes_ = 0;
  bool ended_ = true;
};

void OnCell(void* data, size_t size, void* collector) {
  static_cast<RecordCollector*>(collector)->AddCell({static_cast<const char*>(data), size});
}

void OnRecord(int /*terminator*/, void* collector) {
  static_cast<RecordCollector*>(collector)->EndRecord();
}

}  // namespace

absl::Status ReadCsv(absl::string_view name, absl::string_view text, const CsvOptions& options,
                     TableRowFn on_row) {
  csv_parser parser;
  if (csv_init(&parser, 0) != 0) {
    return absl::InternalError("cannot start the CSV parser");
  }
  const auto free = absl::MakeCleanup([&parser] { csv_free(&parser); });
  csv_set_delim(&parser, static_cast<unsigned char>(options.delimiter));
  RecordCollector collector(name, on_row);
  // Line by line, because libcsv does not say where a record began.
  for (int64_t line = 1; !text.empty() && collector.status().ok(); ++line) {
    const void* newline = std::memchr(text.data(), '\n', text.size());
    const size_t length =
        newline == nullptr
            ? text.size()
            : static_cast<size_t>(static_cast<const char*>(newline) - text.data()) + 1;
    collector.BeginLine(line, length);
    if (collector.status().ok() &&
        csv_parse(&parser, text.data(), length, OnCell, OnRecord, &collector) != length) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ":", line, ": ", csv_strerror(csv_error(&parser))));
    }
    if (parser.pstate == 0) collector.SkipIfEmpty();  // 0: between records
    text.remove_prefix(length);
  }
  constexpr int kFieldBegun = 2;
  if (collector.status().ok() && parser.quoted != 0 && parser.pstate == kFieldBegun) {
    collector.SetUnclosedQuote();
  }
  if (collector.status().ok()) csv_fini(&parser, OnCell, OnRecord, &collector);
  return collector.status();
}

}  // namespace glutwatch::sheet
