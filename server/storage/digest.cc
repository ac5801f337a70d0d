#include "server/storage/digest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/bytes.h"
#include "server/storage/chunk_codec.h"
#include "server/storage/commit_log.h"
#include "server/storage/journal.h"
#include "server/storage/journal_codec.h"
#include "server/storage/sha256.h"
#include "server/storage/source_names.h"
#include "server/storage/tips.h"

namespace glutwatch::storage {
namespace {

constexpr char kTitle[] = "glutwatch store digest 1\n";
constexpr size_t kBufferBytes = 64 << 10;

// Tables that are content, in the order in which they count, with their names in the digest. A new
// one goes to the end: while it is empty, it changes nothing.
struct ContentTable {
  Table table;
  const char* name;
};
constexpr ContentTable kContent[] = {
    {Table::kReceipts, "receipts"},  {Table::kCatalog, "catalog"},
    {Table::kSeries, "series"},      {Table::kWarnings, "warnings"},
    {Table::kEventLog, "event_log"}, {Table::kReports, "reports"},
    {Table::kFacts, "facts"},        {Table::kReportReceipts, "report_receipts"},
    {Table::kCommits, "commits"}};
static_assert(kTableCount == 13, "is the new table content, or does it follow from content?");

struct SeriesVersion {
  SeriesId series{};
  Version version;
};

bool Before(const SeriesVersion& a, const SeriesVersion& b) {
  return a.series != b.series ? a.series < b.series : VersionBefore(a.version, b.version);
}

void PutLe16(uint16_t v, std::string* out) {
  out->push_back(static_cast<char>(v & 255));
  out->push_back(static_cast<char>(v >> 8));
}

// Takes versions in order, each perhaps twice, and makes both digests of them.
class PriceDigest {
 public:
  PriceDigest(const SourceNames* sources, int64_t as_of_us)
      : sources_(sources), as_of_us_(as_of_us) {}

  void Add(SeriesId series, const Version& version) {
    if (version.recorded_us > as_of_us_) return;
    const Observation& o = version.observation;
    const bool same_series = versions_ > 0 && last_.series == series;
    if (same_series && SameVersion(last_.version, version)) return;  // in a chunk and the journal
    if (!same_series) ++series_;
    const Observation& last = last_.version.observation;
    if (!same_series || last.day != o.day || last.lot != o.lot) ++observations_;
    // A review of a row leaves its quotation as it was.
    const bool same_quote = same_series && last.SameQuoteAs(o);
    ++versions_;
    PutQuote(series, o, &history_buffer_);
    if (!same_quote) PutQuote(series, o, &quotes_buffer_);
    PutLe16(o.flags, &history_buffer_);
    const std::string source = sources_->Name(o.source);
    history_buffer_.push_back(static_cast<char>(source.size()));
    history_buffer_.append(source);
    PutLe64(static_cast<uint64_t>(version.recorded_us), &history_buffer_);
    if (history_buffer_.size() >= kBufferBytes) Flush();
    last_ = {series, version};
  }

  void Finish(StoreDigest* digest) {
    Flush();
    digest->history = history_.Finish();
    digest->quotes = quotes_.Finish();
    digest->versions = versions_;
    digest->observations = observations_;
    digest->series = series_;
  }

 private:
  static void PutQuote(SeriesId series, const Observation& o, std::string* out) {
    PutLe32(static_cast<uint32_t>(series), out);
    PutLe32(static_cast<uint32_t>(DayNumber(o.day)), out);
    PutLe16(o.lot, out);
    out->push_back(static_cast<char>(o.status));
    out->push_back(static_cast<char>(o.presence));
    for (const int64_t number : {o.low_e4, o.modal_e4, o.high_e4, o.arrivals_e4}) {
      PutLe64(static_cast<uint64_t>(number), out);
    }
  }
  void Flush() {
    history_.Add(history_buffer_);
    quotes_.Add(quotes_buffer_);
    history_buffer_.clear();
    quotes_buffer_.clear();
  }

  const SourceNames* const sources_;
  const int64_t as_of_us_;
  Sha256 history_, quotes_;
  std::string history_buffer_, quotes_buffer_;
  SeriesVersion last_;
  int64_t versions_ = 0, observations_ = 0, series_ = 0;
};

class Digester {
 public:
  Digester(const Database* database, const DigestOptions* options)
      : database_(database), options_(options) {}

  absl::StatusOr<StoreDigest> Run() {
    // The names first and the journal before the chunks: what is folded meanwhile is then in the
    // chunks, perhaps also in the journal, but never in neither.
    GLUTWATCH_RETURN_IF_ERROR(ReadJournal());
    GLUTWATCH_RETURN_IF_ERROR(sources_.Load(*database_));
    GLUTWATCH_RETURN_IF_ERROR(DigestPrices());
    GLUTWATCH_RETURN_IF_ERROR(CheckTips());
    for (const ContentTable& content : kContent) {
      GLUTWATCH_RETURN_IF_ERROR(DigestTable(content));
    }
    Summarise();
    return std::move(digest_);
  }

 private:
  using Visit = std::function<absl::Status(absl::string_view key, absl::string_view value)>;

  absl::Status ForEach(Table table, const Visit& visit) const {
    absl::Status status;
    int64_t entries = 0;
    const absl::Status scanned =
        database_->Scan(table, "", "", [&](absl::string_view key, absl::string_view value) {
          status = visit(key, value);
          if (status.ok() && (++entries & 63) == 0 && options_->stop && options_->stop()) {
            status = absl::AbortedError("stopped while reading the store");
          }
          return status.ok();
        });
    return scanned.ok() ? status : scanned;
  }

  absl::Status ReadJournal() {
    GLUTWATCH_ASSIGN_OR_RETURN(const int64_t folded_us, ReadFoldedUs(*database_));
    digest_.newest_recorded_us = std::min(folded_us, options_->as_of_us);
    GLUTWATCH_RETURN_IF_ERROR(
        ForEach(Table::kJournal, [&](absl::string_view key, absl::string_view value) {
          GLUTWATCH_ASSIGN_OR_RETURN(const int64_t recorded_us, DecodeJournalKey(key));
          GLUTWATCH_ASSIGN_OR_RETURN(const JournalEntry entry, DecodeJournal(recorded_us, value));
          if (recorded_us > options_->as_of_us) return absl::OkStatus();
          digest_.newest_recorded_us = std::max(digest_.newest_recorded_us, recorded_us);
          if (recorded_us <= folded_us) return absl::OkStatus();
          for (const BatchRow& row : entry.rows) {
            unfolded_.push_back({row.series, {row.observation, recorded_us}});
          }
          return absl::OkStatus();
        }));
    std::sort(unfolded_.begin(), unfolded_.end(), Before);
    return absl::OkStatus();
  }

  absl::Status DigestPrices() {
    PriceDigest prices(&sources_, options_->as_of_us);
    size_t next = 0;  // of unfolded_
    GLUTWATCH_RETURN_IF_ERROR(
        ForEach(Table::kChunks, [&](absl::string_view key_bytes, absl::string_view value) {
          GLUTWATCH_ASSIGN_OR_RETURN(const ChunkKey key, DecodeChunkKey(key_bytes));
          GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Version> chunk, DecodeChunk(key, value));
          for (const Version& version : chunk) {
            const SeriesVersion folded{key.series, version};
            for (; next < unfolded_.size() && Before(unfolded_[next], folded); ++next) {
              prices.Add(unfolded_[next].series, unfolded_[next].version);
            }
            prices.Add(key.series, version);
          }
          return absl::OkStatus();
        }));
    for (; next < unfolded_.size(); ++next) {
      prices.Add(unfolded_[next].series, unfolded_[next].version);
    }
    prices.Finish(&digest_);
    unfolded_.clear();
    unfolded_.shrink_to_fit();
    return absl::OkStatus();
  }

  absl::Status CheckTips() const {
    return ForEach(Table::kTips, [](absl::string_view key, absl::string_view value) {
      if (key.size() != 4) {
        return absl::DataLossError(
            absl::StrCat("table tips: key ", absl::CHexEscape(key), " is not a series"));
      }
      return DecodeTip(SeriesId{GetBe32(key.data())}, value).status();
    });
  }

  static absl::Status CheckEntry(Table table, absl::string_view key, absl::string_view value) {
    if (table == Table::kReceipts) return DecodeReceipt(key, value).status();
    if (table != Table::kCommits) return absl::OkStatus();
    GLUTWATCH_ASSIGN_OR_RETURN(const int64_t recorded_us, DecodeCommitKey(key));
    return DecodeCommit(recorded_us, value).status();
  }

  absl::Status DigestTable(const ContentTable& content) {
    Sha256 sha;
    int64_t entries = 0;
    std::string lengths;
    const Visit add = [&](absl::string_view key, absl::string_view value) {
      GLUTWATCH_RETURN_IF_ERROR(CheckEntry(content.table, key, value));
      lengths.clear();
      PutLe32(static_cast<uint32_t>(key.size()), &lengths);
      sha.Add(lengths);
      sha.Add(key);
      lengths.clear();
      PutLe32(static_cast<uint32_t>(value.size()), &lengths);
      sha.Add(lengths);
      sha.Add(value);
      ++entries;
      return absl::OkStatus();
    };
    GLUTWATCH_RETURN_IF_ERROR(ForEach(content.table, add));
    digest_.tables.push_back({content.name, entries, sha.Finish()});
    return absl::OkStatus();
  }

  void Summarise() {
    Sha256 sha;
    sha.Add(kTitle);
    sha.Add(digest_.history);
    for (const StoreDigest::TableDigest& table : digest_.tables) {
      if (table.entries == 0) continue;  // an older store does not have it
      std::string line = absl::StrCat(table.name, "\n");
      PutLe64(static_cast<uint64_t>(table.entries), &line);
      sha.Add(line);
      sha.Add(table.sha256);
    }
    digest_.whole = sha.Finish();
  }

  const Database* const database_;
  const DigestOptions* const options_;
  SourceNames sources_;
  std::vector<SeriesVersion> unfolded_;
  StoreDigest digest_;
};

}  // namespace

absl::StatusOr<StoreDigest> DigestStore(const Database& database, const DigestOptions& options) {
  return Digester(&database, &options).Run();
}

std::string DigestText(const std::string& sha256) { return absl::BytesToHexString(sha256); }

}  // namespace glutwatch::storage
