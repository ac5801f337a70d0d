// Writes the feed as text, for the peers' clients.
//
// usage: feed_text <daily|backfill> <series|day> <csv|market-csv|line|checksum> [markets]
//   csv         series,day,low,average,high,arrivals           PostgreSQL COPY
//   market-csv  market,product,day,low,average,high,arrivals   ClickHouse
//   line        InfluxDB line protocol, seconds                VictoriaMetrics
//   checksum    the rows' checksum alone
// `markets` cuts the shape. Prices have 2 decimals, arrivals 1; markets are numbered from 100000
// and products from 1000, as in the reference feed.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "base/day.h"
#include "bench/feed.h"

namespace glutwatch::bench {
namespace {

constexpr uint32_t kFirstMarket = 100'000;
constexpr uint32_t kFirstProduct = 1'000;
constexpr uint32_t kDaySeconds = 86'400;
constexpr size_t kFlushBytes = size_t{1} << 20;

void AppendFen(int32_t fen, std::string* out) {
  const int32_t cents = fen % 100;
  absl::StrAppend(out, fen / 100, cents < 10 ? ".0" : ".", cents);
}
void AppendTenths(int32_t tenths, std::string* out) {
  absl::StrAppend(out, tenths / 10, ".", tenths % 10);
}

class Writer {
 public:
  Writer(const FeedShape& shape, absl::string_view format)
      : shape_(shape), line_(format == "line"), by_market_(format == "market-csv") {}
  ~Writer() { Flush(); }

  void Add(const FeedRow& row) {
    if (line_) {
      AddLine(row);
    } else {
      AddCsv(row);
    }
    out_.push_back('\n');
    if (out_.size() >= kFlushBytes) Flush();
  }

 private:
  void AddLine(const FeedRow& row) {
    absl::StrAppend(&out_, "price,m=", kFirstMarket + row.market,
                    ",p=", kFirstProduct + row.product, " lo=");
    AppendFen(row.low_fen, &out_);
    out_.append(",av=");
    AppendFen(row.average_fen, &out_);
    out_.append(",hi=");
    AppendFen(row.high_fen, &out_);
    out_.append(",vol=");
    AppendTenths(row.arrivals_tenths, &out_);
    absl::StrAppend(&out_, " ", static_cast<uint32_t>(row.day) * kDaySeconds);
  }

  void AddCsv(const FeedRow& row) {
    if (row.day != day_) {
      day_ = row.day;
      date_ = FormatDay(Day{day_});
    }
    if (by_market_) {
      absl::StrAppend(&out_, kFirstMarket + row.market, ",", kFirstProduct + row.product);
    } else {
      absl::StrAppend(&out_, shape_.SeriesOf(row));
    }
    absl::StrAppend(&out_, ",", date_, ",");
    AppendFen(row.low_fen, &out_);
    out_.push_back(',');
    AppendFen(row.average_fen, &out_);
    out_.push_back(',');
    AppendFen(row.high_fen, &out_);
    out_.push_back(',');
    AppendTenths(row.arrivals_tenths, &out_);
  }

  void Flush() {
    std::fwrite(out_.data(), 1, out_.size(), stdout);
    out_.clear();
  }

  const FeedShape shape_;
  const bool line_;
  const bool by_market_;
  std::string out_;
  int32_t day_ = 0;
  std::string date_;
};

int Usage() {
  std::fputs(
      "usage: feed_text <daily|backfill> <series|day> <csv|market-csv|line|checksum> [markets]\n"
      "example: feed_text backfill day csv > rows.csv\n",
      stderr);
  return 2;
}

int Run(int argc, char** argv) {
  if (argc < 4) return Usage();
  const absl::string_view shape_name = argv[1];
  const absl::string_view order_name = argv[2];
  const absl::string_view format = argv[3];
  FeedShape shape = shape_name == "daily" ? kDailyShape : kBackfillShape;
  const FeedOrder order = order_name == "day" ? FeedOrder::kByDay : FeedOrder::kBySeries;
  if ((shape_name != "daily" && shape_name != "backfill") ||
      (order_name != "day" && order_name != "series") ||
      (argc > 4 && (!absl::SimpleAtoi(argv[4], &shape.markets) || shape.markets == 0))) {
    return Usage();
  }
  if (format == "checksum") {
    absl::PrintF("%016x\n", ChecksumOf(MakeRows(shape, order)));
  } else if (format == "csv" || format == "market-csv" || format == "line") {
    Writer writer(shape, format);
    ForEachRow(shape, order, [&writer](const FeedRow& row) { writer.Add(row); });
  } else {
    return Usage();
  }
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace glutwatch::bench

int main(int argc, char** argv) { return glutwatch::bench::Run(argc, argv); }
