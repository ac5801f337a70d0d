#pragma once
#include <zlib.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace glutwatch::sheet::testing {

// A stored (uncompressed) ZIP archive with the given members.
inline std::string MakeZip(const std::vector<std::pair<std::string, std::string>>& members) {
  const auto put = [](std::string* out, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      out->push_back(static_cast<char>(i < 8 ? value >> (8 * i) & 0xFF : 0));
    }
  };
  std::string out;
  std::string directory;
  for (const auto& [name, content] : members) {
    const uint64_t crc =
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    std::string common;  // from "version needed" to "extra length"
    put(&common, 20, 2);
    put(&common, 0, 8);  // flags, method, time, date
    put(&common, crc, 4);
    put(&common, content.size(), 4);
    put(&common, content.size(), 4);
    put(&common, name.size(), 2);
    put(&common, 0, 2);
    put(&directory, 0x02014b50, 4);
    put(&directory, 20, 2);
    directory += common;
    put(&directory, 0, 10);  // comment, disk, attributes
    put(&directory, out.size(), 4);
    directory += name;
    put(&out, 0x04034b50, 4);
    out += common + name + content;
  }
  const size_t directory_at = out.size();
  out += directory;
  put(&out, 0x06054b50, 4);
  put(&out, 0, 4);
  put(&out, members.size(), 2);
  put(&out, members.size(), 2);
  put(&out, directory.size(), 4);
  put(&out, directory_at, 4);
  put(&out, 0, 2);
  return out;
}

struct SheetPart {
  std::string name;
  std::string rows;        // the content of <sheetData>
  std::string after = "";  // what follows </sheetData>: merged cells
  std::string state = "visible";
};

struct WorkbookParts {
  std::vector<SheetPart> sheets;
  std::string shared_strings = "";  // the content of <sst>
  // Style 0 is General, 1 the built-in date, 2 a custom date, 3 "0.00", 4 "0%".
  bool date1904 = false;
};

inline std::string MakeWorkbook(const WorkbookParts& parts) {
  constexpr char kHead[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
  std::string sheets;
  std::string relations;
  std::vector<std::pair<std::string, std::string>> members;
  for (size_t i = 0; i < parts.sheets.size(); ++i) {
    const SheetPart& sheet = parts.sheets[i];
    absl::StrAppend(&sheets, "<sheet name=\"", sheet.name, "\" sheetId=\"", i + 1, "\" state=\"",
                    sheet.state, "\" r:id=\"rId", i + 1, "\"/>");
    absl::StrAppend(&relations, "<Relationship Id=\"rId", i + 1,
                    "\" Type=\"x/worksheet\" Target=\"worksheets/sheet", i + 1, ".xml\"/>");
    members.emplace_back(absl::StrCat("xl/worksheets/sheet", i + 1, ".xml"),
                         absl::StrCat(kHead, "<worksheet><sheetData>", sheet.rows, "</sheetData>",
                                      sheet.after, "</worksheet>"));
  }
  members.emplace_back(
      "xl/workbook.xml",
      absl::StrCat(kHead, "<workbook xmlns:r=\"r\"><workbookPr date1904=\"", parts.date1904 ? 1 : 0,
                   "\"/><sheets>", sheets, "</sheets></workbook>"));
  members.emplace_back(
      "xl/_rels/workbook.xml.rels",
      absl::StrCat(kHead, "<Relationships>", relations,
                   "<Relationship Id=\"s\" Type=\"x/styles\" Target=\"styles.xml\"/>",
                   "<Relationship Id=\"t\" Type=\"x/sharedStrings\" Target=\"/xl/strings.xml\"/>",
                   "</Relationships>"));
  members.emplace_back(
      "xl/styles.xml",
      absl::StrCat(kHead,
                   "<styleSheet><numFmts><numFmt numFmtId=\"164\" "
                   "formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/></numFmts>"
                   "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs>"
                   "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/>"
                   "<xf numFmtId=\"2\"/><xf numFmtId=\"9\"/></cellXfs></styleSheet>"));
  members.emplace_back("xl/strings.xml",
                       absl::StrCat(kHead, "<sst>", parts.shared_strings, "</sst>"));
  return MakeZip(members);
}

// Rows of inline text: {{"a", "b"}} becomes A1 and B1; "" leaves the cell out.
inline std::string TextRows(const std::vector<std::vector<std::string>>& rows) {
  std::string out;
  for (size_t r = 0; r < rows.size(); ++r) {
    absl::StrAppend(&out, "<row r=\"", r + 1, "\">");
    for (size_t c = 0; c < rows[r].size(); ++c) {
      if (rows[r][c].empty()) continue;
      absl::StrAppend(&out, "<c r=\"", std::string(1, static_cast<char>('A' + c)), r + 1,
                      "\" t=\"inlineStr\"><is><t>", rows[r][c], "</t></is></c>");
    }
    out += "</row>";
  }
  return out;
}

}  // namespace glutwatch::sheet::testing
