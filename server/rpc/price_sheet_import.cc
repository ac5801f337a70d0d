#include "server/rpc/price_sheet_import.h"

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/status_macros.h"
#include "server/rpc/price_sheet_rows.h"
#include "server/rpc/price_sheet_words.h"
#include "server/rpc/report_sheet_import.h"
#include "server/rpc/tokens.h"
#include "server/rpc/translate_catalog.h"
#include "sheet/cell_place.h"
#include "sheet/feed_mapping.h"
#include "sheet/price_sheet.h"

namespace glutwatch::rpc {
namespace {

using observe::ExaminedRow;
using observe::RowResult;
using sheet::FeedRow;
using storage::Observation;

constexpr size_t kRowsPerBatch = 50'000;
constexpr char kSource[] = "sheet";
// A file of which so many prices, and most of those that can be compared, are twice or half of the
// last ones is in another unit than it says.
constexpr int kSlippedRows = 5;

v1::SheetCell CellAt(const std::string& sheet, int64_t row, int64_t column,
                     absl::string_view value) {
  v1::SheetCell cell;
  cell.set_sheet(sheet);
  cell.set_row(static_cast<int32_t>(row));
  cell.set_column(static_cast<int32_t>(column));
  cell.set_reference(sheet::CellReference(row, column));
  cell.set_value(std::string(value));
  return cell;
}

// The usual price: modal, or the middle of low and high, or the one that there is.
std::optional<int64_t> UsualPrice(const Observation& o) {
  if ((o.presence & storage::kHasModal) != 0) return o.modal_e4;
  const bool low = (o.presence & storage::kHasLow) != 0;
  const bool high = (o.presence & storage::kHasHigh) != 0;
  if (low && high) return (o.low_e4 + o.high_e4) / 2;
  if (low) return o.low_e4;
  return high ? std::optional<int64_t>(o.high_e4) : std::nullopt;
}

v1::PriceVerdict VerdictOf(const ExaminedRow& row) {
  if (!row.stored.has_value()) return v1::PRICE_VERDICT_NEW;
  return row.stored->SameQuoteAs(row.observation) ? v1::PRICE_VERDICT_UNCHANGED
                                                  : v1::PRICE_VERDICT_CHANGED;
}

// One import: what the sheet holds, what the intake makes of it, and the answer.
class PriceSheetImport {
 public:
  PriceSheetImport(const v1::ImportPriceSheetRequest& request, const catalog::Catalog& catalog,
                   v1::ImportPriceSheetResponse* response)
      : request_(request), catalog_(catalog), response_(response), sheet_(&catalog) {}

  absl::Status Read() {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto mapping,
                               sheet::ParseFeedMapping(request_.mapping_yaml(), "mapping_yaml"));
    GLUTWATCH_RETURN_IF_ERROR(sheet::ReadPriceSheet(
        mapping, {request_.file().file_name(), request_.file().content()}, &sheet_));
    for (const std::string& note : sheet_.notes) response_->add_notes(note);
    for (const sheet::RefusedRow& row : sheet_.refused) {
      ++refused_;
      v1::PriceFinding* finding = AddFinding();
      if (finding == nullptr) continue;
      *finding->mutable_cell() = CellAt(row.sheet, row.line, row.column, row.value);
      finding->set_verdict(v1::PRICE_VERDICT_REFUSED);
      finding->set_reason("UNREADABLE");
      finding->set_message(row.reason);
      finding->set_message_zh(row.reason_zh.empty() ? row.reason : row.reason_zh);
    }
    response_->set_row_count(static_cast<int64_t>(sheet_.rows.size() + sheet_.refused.size()));
    return absl::OkStatus();
  }

  // What the intake would make of the rows, piece by piece.
  absl::Status Examine(observe::IntakeSession* preview) {
    sheet_.Introduce(preview);
    std::vector<int32_t> numbers;
    for (size_t begin = 0; begin < sheet_.rows.size(); begin += kRowsPerBatch) {
      const size_t end = std::min(begin + kRowsPerBatch, sheet_.rows.size());
      numbers.clear();
      for (size_t i = begin; i < end; ++i) numbers.push_back(static_cast<int32_t>(i));
      const auto columns = sheet_.ToColumns("preview", numbers);
      GLUTWATCH_ASSIGN_OR_RETURN(const auto examined, preview->Examine(columns.view()));
      TakeExamination(examined, static_cast<int32_t>(begin));
    }
    NoteSlips();
    SortFindings();
    return absl::OkStatus();
  }

  bool refuses_any() const { return refused_ > 0; }
  int64_t kept() const { return static_cast<int64_t>(kept_.size()); }

  absl::Status Apply(observe::IntakeSession* session) {
    sheet_.Introduce(session);
    v1::ImportPriceSheetResponse counts;
    bool replayed = !kept_.empty();
    for (size_t begin = 0; begin < kept_.size(); begin += kRowsPerBatch) {
      const size_t end = std::min(begin + kRowsPerBatch, kept_.size());
      const auto piece = absl::MakeConstSpan(kept_).subspan(begin, end - begin);
      GLUTWATCH_ASSIGN_OR_RETURN(
          const auto verdict,
          Send(session, sheet_.ToColumns(absl::StrCat(BatchId(), ":", begin), piece)));
      replayed = replayed && verdict.replayed;
      counts.set_changed_count(counts.changed_count() + verdict.corrected);
      counts.set_new_count(counts.new_count() + verdict.accepted + verdict.suspicious -
                           verdict.corrected);
      counts.set_unchanged_count(counts.unchanged_count() + verdict.duplicate);
    }
    response_->set_replayed(replayed);
    response_->set_changed_count(counts.changed_count());
    response_->set_new_count(counts.new_count());
    response_->set_unchanged_count(counts.unchanged_count() + duplicates_);
    response_->clear_changes();
    return absl::OkStatus();
  }

  void Count() {
    response_->set_new_count(counts_[v1::PRICE_VERDICT_NEW]);
    response_->set_changed_count(counts_[v1::PRICE_VERDICT_CHANGED]);
    response_->set_unchanged_count(counts_[v1::PRICE_VERDICT_UNCHANGED] + duplicates_);
    response_->set_refused_count(refused_);
    response_->set_suspicious_count(suspicious_);
  }

 private:
  v1::PriceFinding* AddFinding() {
    if (response_->findings_size() < kMaxSheetNotes) return response_->add_findings();
    response_->set_more_findings(response_->more_findings() + 1);
    return nullptr;
  }

  void AddFinding(const FeedRow& row, v1::PriceVerdict verdict, absl::string_view reason,
                  absl::string_view message, absl::string_view message_zh) {
    v1::PriceFinding* finding = AddFinding();
    if (finding == nullptr) return;
    *finding->mutable_cell() =
        CellAt(row.sheet, row.line, ColumnOf(reason, row.columns), ValueOf(reason, row));
    finding->set_verdict(verdict);
    finding->set_reason(std::string(reason));
    finding->set_message(std::string(message));
    finding->set_message_zh(std::string(message_zh));
  }

  void TakeExamination(const observe::Examination& examined, int32_t begin) {
    for (const ExaminedRow& row : examined.kept) {
      const FeedRow& source = sheet_.rows[static_cast<size_t>(begin + row.row)];
      kept_.push_back(begin + row.row);
      const v1::PriceVerdict verdict = VerdictOf(row);
      ++counts_[verdict];
      verdicts_.emplace(begin + row.row, verdict);
      if (verdict != v1::PRICE_VERDICT_UNCHANGED) AddChange(begin + row.row, row, verdict);
      compared_ += row.reference_day.has_value() ? 1 : 0;
      const SlipHint hint = HintOf(row);
      if (hint.reason.empty() || verdict == v1::PRICE_VERDICT_UNCHANGED) continue;
      ++(hint.reason == "ABOUT_DOUBLE" ? doubled_ : halved_);
      AddFinding(source, verdict, hint.reason, hint.message, hint.message_zh);
    }
    for (const RowResult& result : examined.rows) {
      const int32_t number = begin + result.row;
      const FeedRow& row = sheet_.rows[static_cast<size_t>(number)];
      if (result.verdict == observe::Verdict::kDuplicate) {
        ++duplicates_;
        continue;
      }
      const bool refused = result.verdict == observe::Verdict::kRefused;
      ++(refused ? refused_ : suspicious_);
      AddFinding(row, refused ? v1::PRICE_VERDICT_REFUSED : verdicts_[number], result.reason,
                 result.message, InChinese(result, row));
    }
  }

  void AddChange(int32_t number, const ExaminedRow& row, v1::PriceVerdict verdict) {
    const FeedRow& source = sheet_.rows[static_cast<size_t>(number)];
    if (response_->changes_size() >= kMaxSheetNotes) return;
    v1::PriceChange* change = response_->add_changes();
    const std::optional<int64_t> price = UsualPrice(row.observation);
    const sheet::PriceColumns& c = source.columns;
    *change->mutable_cell() = CellAt(source.sheet, source.line, c.modal != 0 ? c.modal : c.low, "");
    change->set_verdict(verdict);
    change->set_market("markets/" + catalog_.FindMarket(sheet_.market_id(number))->id);
    change->set_product("products/" + catalog_.FindProduct(source.product)->id);
    change->set_grade(source.grade);
    *change->mutable_market_date() = ToProto(row.observation.day);
    change->set_price_unit(
        absl::StrCat(source.currency, "/", catalog_.FindUnit(source.unit)->code));
    if (price.has_value()) change->set_price_e4(*price);
    if (!row.stored.has_value()) return;
    const std::optional<int64_t> before = UsualPrice(*row.stored);
    if (before.has_value()) change->set_previous_price_e4(*before);
  }

  void NoteSlips() {
    for (const auto& [count, english, chinese] :
         {std::tuple(doubled_, "twice", "两倍"), std::tuple(halved_, "half", "一半")}) {
      if (count < kSlippedRows || 2 * count < compared_) continue;
      response_->add_notes(absl::StrCat(count, " of ", compared_, " prices are about ", english,
                                        " of the last ones: is the whole sheet in another unit "
                                        "than it says? / ",
                                        compared_, " 个可比价格中有 ", count, " 个约为上次的",
                                        chinese, "：整张表的单位是否写错？"));
    }
  }

  void SortFindings() {
    const auto key = [](const v1::PriceFinding& one) {
      return std::make_tuple(one.cell().sheet(), one.cell().row(), one.cell().column());
    };
    std::stable_sort(response_->mutable_findings()->begin(), response_->mutable_findings()->end(),
                     [&key](const auto& a, const auto& b) { return key(a) < key(b); });
  }

  // The same for the same file, mapping and kept rows; two hashes, because one may collide.
  std::string BatchId() const {
    std::string about = absl::StrCat(request_.mapping_yaml(), "\n", request_.simulated(), "\n");
    for (const int32_t number : kept_) absl::StrAppend(&about, number, ",");
    return absl::StrCat(
        "sheet:", absl::Hex(StableHash(absl::StrCat(about, request_.file().content()))),
        absl::Hex(StableHash(absl::StrCat(request_.file().content(), about))));
  }

  static absl::StatusOr<observe::BatchVerdict> Send(observe::IntakeSession* session,
                                                    const PriceSheetRows::Columns& columns) {
    absl::StatusOr<observe::BatchVerdict> answer;
    absl::Notification done;
    session->Submit(columns.view(), [&](absl::StatusOr<observe::BatchVerdict> verdict) {
      answer = std::move(verdict);
      done.Notify();
    });
    done.WaitForNotification();
    return answer;
  }

  const v1::ImportPriceSheetRequest& request_;
  const catalog::Catalog& catalog_;
  v1::ImportPriceSheetResponse* const response_;
  PriceSheetRows sheet_;
  std::vector<int32_t> kept_;  // numbers of rows that may be kept
  absl::flat_hash_map<int32_t, v1::PriceVerdict> verdicts_;
  absl::flat_hash_map<int, int64_t> counts_;
  int64_t refused_ = 0;
  int64_t suspicious_ = 0;
  int64_t duplicates_ = 0;  // within the file
  int compared_ = 0;
  int doubled_ = 0;
  int halved_ = 0;
};

}  // namespace

absl::Status ImportPriceSheet(const security::Principal& principal,
                              const v1::ImportPriceSheetRequest& request,
                              const catalog::Catalog& catalog, observe::Intake* intake,
                              v1::ImportPriceSheetResponse* response) {
  if (request.file().content().size() > kMaxSheetBytes) {
    return absl::InvalidArgumentError(absl::StrCat("file.content has ",
                                                   request.file().content().size(),
                                                   " bytes, expected at most ", kMaxSheetBytes));
  }
  if (request.mapping_yaml().empty()) {
    return absl::InvalidArgumentError(
        "mapping_yaml is empty, expected the layout of the sheet (docs/sheets.md)");
  }
  PriceSheetImport import(request, catalog, response);
  GLUTWATCH_RETURN_IF_ERROR(import.Read());
  observe::Intake::SessionOptions options;
  options.source = kSource;
  options.simulated = request.simulated();
  options.preview = true;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto preview, intake->Open(principal, options));
  GLUTWATCH_RETURN_IF_ERROR(import.Examine(preview.get()));
  import.Count();
  if (request.validate_only() || (request.all_or_nothing() && import.refuses_any())) {
    return absl::OkStatus();
  }
  options.preview = false;
  options.prepaid_rows = import.kept();
  GLUTWATCH_ASSIGN_OR_RETURN(const auto session, intake->Open(principal, options));
  return import.Apply(session.get());
}

}  // namespace glutwatch::rpc
