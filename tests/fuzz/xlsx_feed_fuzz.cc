// Any bytes as a worksheet, styles and shared strings of a workbook that Kalimati's adapter reads.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "ingest/feeds/kalimati.h"
#include "ingest/feeds/xinfadi.h"
#include "sheet/xlsx_reader.h"
#include "tests/fuzz/discarding_sink.h"
#include "tests/sheet/workbook_maker.h"

using namespace glutwatch::ingest;  // NOLINT: a fuzz target is one function
using namespace glutwatch::sheet;   // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const kalimati = new std::unique_ptr<Feed>(MakeKalimatiFeed());
  static const auto* const xinfadi = new std::unique_ptr<Feed>(MakeXinfadiFeed());
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  DiscardingSink sink;
  FeedDocument document;
  document.name = "YearlyReport2080.xlsx";
  // As a whole archive, and as the rows of an intact one.
  document.content = bytes;
  (*kalimati)->Read(document, &sink).IgnoreError();
  testing::WorkbookParts parts;
  parts.sheets = {{"Price", bytes}, {"Volume by month", bytes}};
  parts.shared_strings = "<si><t>Commodity</t></si><si><t>1 - 2080</t></si>";
  document.content = testing::MakeWorkbook(parts);
  (*kalimati)->Read(document, &sink).IgnoreError();
  (*xinfadi)->Read(document, &sink).IgnoreError();
  const auto workbook = XlsxWorkbook::Open("a", document.content, {.max_grid_cells = 100'000});
  if (workbook.ok()) (void)(*workbook)->ReadGrid((*workbook)->sheets()[0], true);
  return 0;
}
