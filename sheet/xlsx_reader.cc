#include "sheet/xlsx_reader.h"

#include <map>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "sheet/xlsx_sheet.h"
#include "sheet/xml_parser.h"

namespace glutwatch::sheet {
namespace {

bool IsTrue(absl::string_view text) { return text == "1" || text == "true"; }

// _rels/workbook.xml.rels: relation id -> archive member.
class RelationsHandler final : public XmlHandler {
 public:
  void OnStart(absl::string_view element, const char** attributes) override {
    if (element != "Relationship") return;
    absl::string_view target = XmlAttribute(attributes, "Target");
    // Relative to xl/, or absolute from the root of the archive.
    const std::string member =
        absl::ConsumePrefix(&target, "/") ? std::string(target) : absl::StrCat("xl/", target);
    parts[std::string(XmlAttribute(attributes, "Id"))] = member;
    const absl::string_view type = XmlAttribute(attributes, "Type");
    if (absl::EndsWith(type, "/sharedStrings")) shared_strings = member;
    if (absl::EndsWith(type, "/styles")) styles = member;
  }
  void OnEnd(absl::string_view) override {}
  void OnText(absl::string_view) override {}

  std::map<std::string, std::string> parts;
  std::string shared_strings;
  std::string styles;
};

class WorkbookHandler final : public XmlHandler {
 public:
  void OnStart(absl::string_view element, const char** attributes) override {
    if (element == "workbookPr") {
      system_1904 = IsTrue(XmlAttribute(attributes, "date1904"));
    } else if (element == "sheet") {
      const absl::string_view state = XmlAttribute(attributes, "state");
      // "r:id" and "sheetId" both end in id; only the former is a relation.
      sheets.push_back({std::string(XmlAttribute(attributes, "name")),
                        state == "hidden" || state == "veryHidden",
                        std::string(XmlAttribute(attributes, "id"))});
    }
  }
  void OnEnd(absl::string_view) override {}
  void OnText(absl::string_view) override {}

  bool system_1904 = false;
  std::vector<XlsxWorkbook::Sheet> sheets;  // part: the relation id
};

// Joins the runs of rich text; leaves out phonetic hints (rPh).
class SharedStringsHandler final : public XmlHandler {
 public:
  explicit SharedStringsHandler(std::vector<std::string>* strings) : strings_(*strings) {}

  void OnStart(absl::string_view element, const char**) override {
    if (element == "si") {
      strings_.emplace_back();
    } else if (element == "rPh") {
      in_phonetic_ = true;
    } else if (element == "t") {
      in_text_ = !in_phonetic_ && !strings_.empty();
    }
  }
  void OnEnd(absl::string_view element) override {
    if (element == "t") in_text_ = false;
    if (element == "rPh") in_phonetic_ = false;
  }
  void OnText(absl::string_view text) override {
    if (in_text_) strings_.back().append(text.data(), text.size());
  }

 private:
  std::vector<std::string>& strings_;
  bool in_text_ = false;
  bool in_phonetic_ = false;
};

class StylesHandler final : public XmlHandler {
 public:
  explicit StylesHandler(std::vector<CellFormat>* styles) : styles_(*styles) {}

  void OnStart(absl::string_view element, const char** attributes) override {
    int id = 0;
    if (element == "cellXfs") {
      in_cell_formats_ = true;
    } else if (element == "numFmt") {
      if (absl::SimpleAtoi(XmlAttribute(attributes, "numFmtId"), &id)) {
        custom_[id] = FormatOf(XmlAttribute(attributes, "formatCode"));
      }
    } else if (element == "xf" && in_cell_formats_) {
      const bool known = absl::SimpleAtoi(XmlAttribute(attributes, "numFmtId"), &id);
      const auto custom = custom_.find(id);
      styles_.push_back(!known                    ? CellFormat::kNumber
                        : custom != custom_.end() ? custom->second
                                                  : BuiltInFormat(id));
    }
  }
  void OnEnd(absl::string_view element) override {
    if (element == "cellXfs") in_cell_formats_ = false;
  }
  void OnText(absl::string_view) override {}

 private:
  // ECMA-376 part 1, 18.8.30; 27..36 and 50..58 are the East Asian date formats. 18..21 and
  // 45..47 are times of day, which no feed has.
  static CellFormat BuiltInFormat(int id) {
    if (id == 9 || id == 10) return CellFormat::kPercent;
    const bool date = (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 ||
                      (id >= 50 && id <= 58);
    return date ? CellFormat::kDate : CellFormat::kNumber;
  }
  static CellFormat FormatOf(absl::string_view code) {
    if (IsDateFormat(code)) return CellFormat::kDate;
    return IsPercentFormat(code) ? CellFormat::kPercent : CellFormat::kNumber;
  }

  std::vector<CellFormat>& styles_;
  std::map<int, CellFormat> custom_;
  bool in_cell_formats_ = false;
};

// Copies the top left cell of `range` into its other cells.
void Expand(const CellRange& range, const std::map<int64_t, size_t>& index_of_line, Grid* grid) {
  const auto first = index_of_line.find(range.first_row);
  if (first == index_of_line.end()) return;
  const std::string text(grid->cell(first->second, range.first_column));
  if (text.empty()) return;
  for (auto it = first; it != index_of_line.end() && it->first <= range.last_row; ++it) {
    std::vector<std::string>& cells = grid->rows[it->second].cells;
    if (cells.size() <= range.last_column) cells.resize(range.last_column + 1);
    for (size_t column = range.first_column; column <= range.last_column; ++column) {
      cells[column] = text;
    }
  }
}

}  // namespace

bool LooksLikeXlsx(absl::string_view bytes) { return absl::StartsWith(bytes, "PK\x03\x04"); }

absl::StatusOr<std::unique_ptr<XlsxWorkbook>> XlsxWorkbook::Open(absl::string_view name,
                                                                 absl::string_view bytes,
                                                                 const XlsxLimits& limits) {
  auto workbook = absl::WrapUnique(new XlsxWorkbook(name, limits));
  absl::StatusOr<std::unique_ptr<ZipArchive>> archive = ZipArchive::Open(bytes);
  if (!archive.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": ", archive.status().message(), ", expected an .xlsx workbook"));
  }
  workbook->archive_ = *std::move(archive);
  GLUTWATCH_RETURN_IF_ERROR(workbook->ReadParts());
  return workbook;
}

absl::Status XlsxWorkbook::ReadParts() {
  RelationsHandler relations;
  GLUTWATCH_RETURN_IF_ERROR(ParsePart("xl/_rels/workbook.xml.rels", &relations));
  WorkbookHandler book;
  GLUTWATCH_RETURN_IF_ERROR(ParsePart("xl/workbook.xml", &book));
  system_1904_ = book.system_1904;
  for (Sheet& sheet : book.sheets) {
    const auto part = relations.parts.find(sheet.part);
    if (part == relations.parts.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat(name_, ": sheet \"", sheet.name, "\" has no part in the archive"));
    }
    sheet.part = part->second;
    sheets_.push_back(std::move(sheet));
  }
  if (!relations.styles.empty()) {
    StylesHandler styles(&styles_);
    GLUTWATCH_RETURN_IF_ERROR(ParsePart(relations.styles, &styles));
  }
  if (!relations.shared_strings.empty()) {
    SharedStringsHandler strings(&shared_strings_);
    GLUTWATCH_RETURN_IF_ERROR(ParsePart(relations.shared_strings, &strings));
  }
  return absl::OkStatus();
}

absl::Status XlsxWorkbook::ParsePart(const std::string& part, XmlHandler* handler) {
  absl::StatusOr<std::string> xml = archive_->Read(part, limits_.max_part_bytes);
  if (!xml.ok()) {
    return absl::Status(
        xml.status().code() == absl::StatusCode::kNotFound ? absl::StatusCode::kInvalidArgument
                                                           : xml.status().code(),
        absl::StrCat(name_, ": ", xml.status().message(), ", expected an .xlsx workbook"));
  }
  return ParseXml(absl::StrCat(name_, "(", part, ")"), *xml, handler);
}

absl::Status XlsxWorkbook::ReadSheet(const Sheet& sheet, TableRowFn on_row) {
  XlsxSheetHandler handler({.name = absl::StrCat(name_, "(", sheet.name, ")"),
                            .shared_strings = &shared_strings_,
                            .styles = &styles_,
                            .system_1904 = system_1904_,
                            .max_cells = limits_.max_cells},
                           on_row);
  return ParsePart(sheet.part, &handler);
}

absl::StatusOr<Grid> XlsxWorkbook::ReadGrid(const Sheet& sheet, bool expand_merged) {
  Grid grid;
  std::map<int64_t, size_t> index_of_line;
  int64_t cells = 0;
  const auto add_row = [&](const TableRow& row) -> absl::Status {
    cells += static_cast<int64_t>(row.cells.size());
    if (cells > limits_.max_grid_cells) {
      return absl::ResourceExhaustedError(absl::StrCat(name_, "(", sheet.name, "):", row.line,
                                                       ": more than ", limits_.max_grid_cells,
                                                       " cells in a sheet that is read whole"));
    }
    index_of_line[row.line] = grid.rows.size();
    grid.rows.push_back({row.line, std::vector<std::string>(row.cells.begin(), row.cells.end())});
    return absl::OkStatus();
  };
  XlsxSheetHandler handler({.name = absl::StrCat(name_, "(", sheet.name, ")"),
                            .shared_strings = &shared_strings_,
                            .styles = &styles_,
                            .system_1904 = system_1904_,
                            .max_cells = limits_.max_cells},
                           add_row);
  GLUTWATCH_RETURN_IF_ERROR(ParsePart(sheet.part, &handler));
  grid.merged = handler.merged();
  if (!expand_merged) return grid;
  for (const CellRange& range : grid.merged) {
    cells += range.Size();
    if (cells > limits_.max_grid_cells) {
      return absl::ResourceExhaustedError(absl::StrCat(
          name_, "(", sheet.name, "): merged ranges of more than ", limits_.max_grid_cells));
    }
    Expand(range, index_of_line, &grid);
  }
  return grid;
}

}  // namespace glutwatch::sheet
