// A client of PostgreSQL, with prepared statements and arrays: the quick way to write and read.
//
// usage: peer_postgres upsert CONNINFO CSV ROWS BATCH CLIENTS
//          the first ROWS rows of CSV as INSERT ... SELECT unnest(...) ON CONFLICT DO UPDATE, one
//          batch a transaction, over CLIENTS connections
//        peer_postgres query CONNINFO a|b|b_all|c|d TIMES MARKETS PRODUCTS
//          one of the four queries of docs/performance.md over random markets and products
// Tables: feed(series, day, lo, av, hi, vol), s(series, market, product). Prints one line of JSON.
#include <libpq-fe.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "bench/figures.h"

namespace glutwatch::bench {
namespace {

constexpr int kColumns = 6;
constexpr int kWarmUp = 20;
constexpr char kUpsert[] =
    "INSERT INTO feed SELECT * FROM "
    "unnest($1::int[],$2::date[],$3::real[],$4::real[],$5::real[],$6::real[]) "
    "ON CONFLICT (series,day) DO UPDATE "
    "SET lo=excluded.lo,av=excluded.av,hi=excluded.hi,vol=excluded.vol";

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;
using Batch = std::array<std::string, kColumns>;  // array literals

[[noreturn]] void Die(PGconn* connection, const char* what) {
  std::fprintf(stderr, "peer_postgres: %s: %s\n", what, PQerrorMessage(connection));
  std::exit(1);
}

Connection Connect(const char* conninfo, const std::string& statement) {
  Connection connection(PQconnectdb(conninfo), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) Die(connection.get(), "connect");
  const Result result(PQprepare(connection.get(), "q", statement.c_str(), 0, nullptr), &PQclear);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) Die(connection.get(), "prepare");
  return connection;
}

Result Execute(PGconn* connection, const std::vector<const char*>& values, ExecStatusType want) {
  Result result(PQexecPrepared(connection, "q", static_cast<int>(values.size()), values.data(),
                               nullptr, nullptr, 0),
                &PQclear);
  if (PQresultStatus(result.get()) != want) Die(connection, "execute");
  return result;
}

std::vector<Batch> ReadBatches(const char* csv, size_t rows, size_t rows_per_batch) {
  std::ifstream in(csv);
  std::vector<Batch> batches;
  std::string line;
  for (size_t row = 0; row < rows && std::getline(in, line); ++row) {
    if (row % rows_per_batch == 0) batches.emplace_back();
    size_t column = 0;
    for (const absl::string_view value : absl::StrSplit(line, ',')) {
      if (column == kColumns) break;
      std::string& literal = batches.back()[column++];
      absl::StrAppend(&literal, literal.empty() ? "{" : ",", value);
    }
  }
  for (Batch& batch : batches) {
    for (std::string& literal : batch) literal.push_back('}');
  }
  return batches;
}

int Upsert(const char* conninfo, const char* csv, size_t rows, size_t rows_per_batch, int clients) {
  const std::vector<Batch> batches = ReadBatches(csv, rows, rows_per_batch);
  if (batches.empty()) {
    std::fprintf(stderr, "peer_postgres: cannot read %s\n", csv);
    return 1;
  }
  std::vector<Connection> connections;
  for (int i = 0; i < clients; ++i) connections.push_back(Connect(conninfo, kUpsert));
  std::atomic<size_t> next{0};
  std::mutex mu;
  std::vector<double> ms;
  const absl::Time begin = absl::Now();
  std::vector<std::thread> threads;
  for (const Connection& connection : connections) {
    threads.emplace_back([&, pg = connection.get()] {
      std::vector<double> mine;
      for (size_t i = next++; i < batches.size(); i = next++) {
        std::vector<const char*> values;
        for (const std::string& literal : batches[i]) values.push_back(literal.c_str());
        const absl::Time sent = absl::Now();
        Execute(pg, values, PGRES_COMMAND_OK);
        mine.push_back(absl::ToDoubleMilliseconds(absl::Now() - sent));
      }
      const std::lock_guard<std::mutex> lock(mu);
      ms.insert(ms.end(), mine.begin(), mine.end());
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  absl::PrintF(R"({"rows":%d,"rows_per_s":%.0f,"batch_p50_ms":%.3f,"batch_p99_ms":%.3f})"
               "\n",
               rows, static_cast<double>(rows) / seconds, Percentile(ms, 0.5),
               Percentile(ms, 0.99));
  return 0;
}

// $1 is the market, $2 the product, both from 0; "" if there is no such query.
std::string StatementOf(absl::string_view query) {
  constexpr char kOfProduct[] =
      " FROM feed WHERE series = ANY(ARRAY(SELECT series FROM s WHERE product=$2::int))"
      " AND $1::int IS NOT NULL";
  if (query == "a") {
    return "SELECT day,lo,av,hi,vol FROM feed WHERE series=(SELECT series FROM s WHERE"
           " market=$1::int AND product=$2::int) AND day>='2025-01-01' ORDER BY day";
  }
  if (query == "b") return absl::StrCat("SELECT series,day,av", kOfProduct);
  if (query == "b_all") return absl::StrCat("SELECT series,day,lo,av,hi,vol", kOfProduct);
  if (query == "c") {
    return "SELECT s.series,l.day,l.av FROM s, LATERAL (SELECT day,av FROM feed f WHERE"
           " f.series=s.series ORDER BY day DESC LIMIT 1) l WHERE product=$2::int"
           " AND $1::int IS NOT NULL";
  }
  if (query == "d") {
    return absl::StrCat("SELECT day,avg(av)", kOfProduct, " GROUP BY day ORDER BY day");
  }
  return "";
}

int Query(const char* conninfo, const std::string& statement, int times, uint32_t markets,
          uint32_t products) {
  const Connection connection = Connect(conninfo, statement);
  std::mt19937 random(7);
  std::vector<double> ms;
  int rows = 0;
  for (int i = -kWarmUp; i < times; ++i) {
    const std::string market = absl::StrCat(random() % markets);
    const std::string product = absl::StrCat(random() % products);
    const absl::Time begin = absl::Now();
    const Result result =
        Execute(connection.get(), {market.c_str(), product.c_str()}, PGRES_TUPLES_OK);
    const absl::Duration took = absl::Now() - begin;
    rows = PQntuples(result.get());
    if (i >= 0) ms.push_back(absl::ToDoubleMilliseconds(took));
  }
  absl::PrintF(R"({"p50_ms":%.4f,"p99_ms":%.4f,"answer_rows":%d})"
               "\n",
               Percentile(ms, 0.5), Percentile(ms, 0.99), rows);
  return 0;
}

int Run(int argc, char** argv) {
  const absl::string_view mode = argc == 7 ? argv[1] : "";
  uint32_t numbers[3] = {};
  for (int i = 0; i < 3 && argc == 7; ++i) {
    const char* text = argv[4 + i];
    if (!absl::SimpleAtoi(text, &numbers[i]) || numbers[i] == 0) numbers[0] = 0;
  }
  if (numbers[0] > 0 && mode == "upsert") {
    return Upsert(argv[2], argv[3], numbers[0], numbers[1], static_cast<int>(numbers[2]));
  }
  const std::string statement = mode == "query" ? StatementOf(argv[3]) : "";
  if (numbers[0] > 0 && !statement.empty()) {
    return Query(argv[2], statement, static_cast<int>(numbers[0]), numbers[1], numbers[2]);
  }
  std::fputs(
      "usage: peer_postgres upsert CONNINFO CSV ROWS BATCH CLIENTS\n"
      "       peer_postgres query CONNINFO a|b|b_all|c|d TIMES MARKETS PRODUCTS\n",
      stderr);
  return 2;
}

}  // namespace
}  // namespace glutwatch::bench

int main(int argc, char** argv) { return glutwatch::bench::Run(argc, argv); }
