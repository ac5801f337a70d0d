// A client of the peers that speak HTTP, as quick as libcurl lets it be.
//
// usage: peer_http load URL FILE LINES CONNECTIONS
//          posts FILE in requests of LINES lines over keep-alive connections
//        peer_http query URL TIMES MARKETS PRODUCTS
//          gets URL, in which {m} and {p} are random markets and products, one at a time
// Prints one line of JSON with what it measured; ends with 1 if a request failed.
#include <curl/curl.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "bench/figures.h"

namespace glutwatch::bench {
namespace {

constexpr uint32_t kFirstMarket = 100'000;
constexpr uint32_t kFirstProduct = 1'000;
constexpr int kWarmUp = 20;
constexpr long kFirstFailure = 300;  // of HTTP status codes; libcurl takes longs

size_t Count(char*, size_t size, size_t count, void* total) {
  *static_cast<size_t*>(total) += size * count;
  return size * count;
}

// One keep-alive connection.
class Connection {
 public:
  explicit Connection(const std::string& url) : curl_(curl_easy_init()) {
    headers_ = curl_slist_append(headers_, "Expect:");
    headers_ = curl_slist_append(headers_, "Content-Type: text/plain");
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, Count);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &bytes_);
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
  }
  ~Connection() {
    curl_easy_cleanup(curl_);
    curl_slist_free_all(headers_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool Post(absl::string_view body) {
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body.data());
    return Perform();
  }
  bool Get(const std::string& url) {
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    return Perform();
  }
  size_t bytes() const { return bytes_; }  // of the last answer

 private:
  bool Perform() {
    bytes_ = 0;
    const CURLcode code = curl_easy_perform(curl_);
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status < kFirstFailure) return true;
    std::fprintf(stderr, "peer_http: %s, HTTP status %ld\n", curl_easy_strerror(code), status);
    return false;
  }

  CURL* const curl_;
  curl_slist* headers_ = nullptr;
  size_t bytes_ = 0;
};

// The file's bytes in parts of `lines` lines; empty if it cannot be read. Mapped until the end.
std::vector<absl::string_view> Parts(const char* file, size_t lines, size_t* rows) {
  const int fd = open(file, O_RDONLY | O_CLOEXEC);
  struct stat info = {};
  if (fd < 0 || fstat(fd, &info) != 0 || info.st_size == 0) return {};
  const auto size = static_cast<size_t>(info.st_size);
  void* const map = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  if (map == MAP_FAILED) return {};
  const absl::string_view text(static_cast<const char*>(map), size);
  std::vector<absl::string_view> parts;
  size_t begin = 0;
  size_t in_part = 0;
  for (size_t i = 0; i < size;) {
    const size_t end = text.find('\n', i);
    i = end == absl::string_view::npos ? size : end + 1;
    ++*rows;
    if (++in_part == lines || i == size) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i;
      in_part = 0;
    }
  }
  return parts;
}

int Load(const std::string& url, const char* file, size_t lines, int connections) {
  size_t rows = 0;
  const std::vector<absl::string_view> parts = Parts(file, lines, &rows);
  if (parts.empty()) {
    std::fprintf(stderr, "peer_http: cannot read %s\n", file);
    return 1;
  }
  std::atomic<size_t> next{0};
  std::atomic<size_t> failed{0};
  std::mutex mu;
  std::vector<double> ms;
  const absl::Time begin = absl::Now();
  std::vector<std::thread> threads;
  for (int t = 0; t < connections; ++t) {
    threads.emplace_back([&] {
      Connection connection(url);
      std::vector<double> mine;
      for (size_t i = next++; i < parts.size(); i = next++) {
        const absl::Time sent = absl::Now();
        if (!connection.Post(parts[i])) ++failed;
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
  return failed == 0 ? 0 : 1;
}

int Query(const std::string& url, int times, uint32_t markets, uint32_t products) {
  std::mt19937 random(7);
  Connection connection(url);
  std::vector<double> ms;
  size_t bytes = 0;
  for (int i = -kWarmUp; i < times; ++i) {
    const std::string market = absl::StrCat(kFirstMarket + random() % markets);
    const std::string product = absl::StrCat(kFirstProduct + random() % products);
    const std::string mine = absl::StrReplaceAll(url, {{"{m}", market}, {"{p}", product}});
    const absl::Time begin = absl::Now();
    if (!connection.Get(mine)) return 1;
    if (i < 0) continue;
    ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
    bytes += connection.bytes();
  }
  absl::PrintF(R"({"p50_ms":%.4f,"p99_ms":%.4f,"answer_bytes":%d})"
               "\n",
               Percentile(ms, 0.5), Percentile(ms, 0.99), bytes / static_cast<size_t>(times));
  return 0;
}

int Run(int argc, char** argv) {
  const absl::string_view mode = argc == 6 ? argv[1] : "";
  curl_global_init(CURL_GLOBAL_ALL);
  int lines = 0;
  int connections = 0;
  if (mode == "load" && absl::SimpleAtoi(argv[4], &lines) && lines > 0 &&
      absl::SimpleAtoi(argv[5], &connections) && connections > 0) {
    return Load(argv[2], argv[3], static_cast<size_t>(lines), connections);
  }
  int times = 0;
  uint32_t markets = 0;
  uint32_t products = 0;
  if (mode == "query" && absl::SimpleAtoi(argv[3], &times) && times > 0 &&
      absl::SimpleAtoi(argv[4], &markets) && markets > 0 && absl::SimpleAtoi(argv[5], &products) &&
      products > 0) {
    return Query(argv[2], times, markets, products);
  }
  std::fputs(
      "usage: peer_http load URL FILE LINES CONNECTIONS\n"
      "       peer_http query URL TIMES MARKETS PRODUCTS\n",
      stderr);
  return 2;
}

}  // namespace
}  // namespace glutwatch::bench

int main(int argc, char** argv) { return glutwatch::bench::Run(argc, argv); }
