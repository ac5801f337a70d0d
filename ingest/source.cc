#include "ingest/source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "ingest/paging.h"
#include "base/xz.h"

namespace glutwatch::ingest {
namespace {

namespace fs = std::filesystem;

// Undoes .xz, and drops the suffix from the name, which some adapters read.
absl::StatusOr<FeedDocument> Unpack(std::string name, std::string bytes, size_t max_bytes) {
  FeedDocument document;
  document.name = std::move(name);
  if (!IsXz(bytes)) {
    document.content = std::move(bytes);
    return document;
  }
  absl::StatusOr<std::string> plain = DecompressXz(bytes, max_bytes);
  if (!plain.ok()) {
    return absl::Status(plain.status().code(),
                        absl::StrCat(document.name, ": ", plain.status().message()));
  }
  document.content = *std::move(plain);
  if (absl::EndsWith(document.name, ".xz")) document.name.resize(document.name.size() - 3);
  return document;
}

absl::StatusOr<std::string> ReadFile(const fs::path& path, size_t max_bytes) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (!error && size > max_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path.string(), ": file of ", size, " bytes, expected at most ", max_bytes));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in.is_open()) {
    const absl::StatusCode code =
        errno == EACCES ? absl::StatusCode::kPermissionDenied : absl::StatusCode::kNotFound;
    return absl::Status(code, absl::StrCat(path.string(), ": ", std::strerror(errno)));
  }
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (in.bad()) return absl::DataLossError(absl::StrCat(path.string(), ": read failed"));
  return std::move(bytes).str();
}

class FileSource final : public Source {
 public:
  FileSource(std::vector<fs::path> paths, size_t max_bytes)
      : paths_(std::move(paths)), max_bytes_(max_bytes) {}

  absl::StatusOr<std::optional<FeedDocument>> Next() override {
    if (next_ == paths_.size()) return std::optional<FeedDocument>();
    const fs::path& path = paths_[next_];
    GLUTWATCH_ASSIGN_OR_RETURN(std::string bytes, ReadFile(path, max_bytes_));
    GLUTWATCH_ASSIGN_OR_RETURN(FeedDocument document,
                               Unpack(path.string(), std::move(bytes), max_bytes_));
    ++next_;
    return std::optional<FeedDocument>(std::move(document));
  }

 private:
  const std::vector<fs::path> paths_;
  const size_t max_bytes_;
  size_t next_ = 0;
};

// True for an answer that a later attempt may change.
bool IsWorthRetrying(int status) { return status == 429 || (status >= 500 && status <= 599); }
bool IsWorthRetrying(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

absl::Status StatusOfAnswer(const std::string& what, int status) {
  const absl::StatusCode code = status == 404 || status == 410 ? absl::StatusCode::kNotFound
                                : status == 401 || status == 403
                                    ? absl::StatusCode::kPermissionDenied
                                : IsWorthRetrying(status) ? absl::StatusCode::kUnavailable
                                                          : absl::StatusCode::kFailedPrecondition;
  return absl::Status(code, absl::StrCat(what, ": HTTP status ", status, ", expected 200"));
}

class HttpSource final : public Source {
 public:
  explicit HttpSource(SourceOptions options)
      : options_(std::move(options)),
        client_(options_.http),
        pager_(MakePager(options_.feed, options_.input)),
        next_(pager_->First()) {}

  absl::StatusOr<std::optional<FeedDocument>> Next() override {
    if (!next_.has_value()) return std::optional<FeedDocument>();
    const std::string name =
        absl::StrCat(RedactUrl(next_->url), page_ == 0 ? "" : absl::StrCat(" page ", page_ + 1));
    if (page_ >= options_.max_pages) {
      return absl::ResourceExhaustedError(
          absl::StrCat(name, ": more than ", options_.max_pages, " pages"));
    }
    GLUTWATCH_ASSIGN_OR_RETURN(HttpResponse response, SendPatiently(name));
    GLUTWATCH_ASSIGN_OR_RETURN(FeedDocument document,
                               Unpack(name, std::move(response.body), options_.max_document_bytes));
    if (page_ > 0 && document.content == last_page_) {
      return absl::AbortedError(
          absl::StrCat(name, ": equals the page before it: the server does not page"));
    }
    absl::StatusOr<std::optional<HttpRequest>> after = pager_->After(*next_, document.content);
    if (!after.ok()) {
      return absl::Status(after.status().code(),
                          absl::StrCat(name, ": ", after.status().message()));
    }
    document.is_page = true;
    next_ = *std::move(after);
    last_page_ = document.content;
    ++page_;
    return std::optional<FeedDocument>(std::move(document));
  }

 private:
  absl::StatusOr<HttpResponse> SendPatiently(const std::string& what) {
    absl::Duration backoff = options_.first_backoff;
    for (int attempt = 1;; ++attempt) {
      WaitForTurn();
      absl::StatusOr<HttpResponse> response = client_.Send(*next_);
      if (response.ok() && response->status == 200) return response;
      const bool again =
          response.ok() ? IsWorthRetrying(response->status) : IsWorthRetrying(response.status());
      if (!again || attempt >= options_.max_attempts) {
        return response.ok() ? StatusOfAnswer(what, response->status) : response.status();
      }
      int64_t seconds = 0;
      absl::Duration wait = backoff;
      if (response.ok() && absl::SimpleAtoi(response->Header("retry-after"), &seconds)) {
        wait = std::max(wait, absl::Seconds(seconds));
      }
      options_.sleep(std::min(wait, options_.max_backoff));
      backoff = std::min(backoff * 2, options_.max_backoff);
    }
  }

  void WaitForTurn() {
    const absl::Time now = options_.clock->Now();
    if (now < next_turn_) options_.sleep(next_turn_ - now);
    next_turn_ = options_.clock->Now() + absl::Seconds(1) / options_.requests_per_second;
  }

  const SourceOptions options_;
  HttpClient client_;
  const std::unique_ptr<Pager> pager_;
  std::optional<HttpRequest> next_;
  std::string last_page_;
  int page_ = 0;
  absl::Time next_turn_ = absl::InfinitePast();
};

absl::StatusOr<std::vector<fs::path>> FilesOf(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (it->is_regular_file(error) && !absl::StartsWith(name, ".")) paths.push_back(it->path());
  }
  if (error) {
    return absl::PermissionDeniedError(absl::StrCat(folder.string(), ": ", error.message()));
  }
  if (paths.empty()) {
    return absl::NotFoundError(absl::StrCat(folder.string(), ": the folder holds no file"));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Source>> OpenSource(SourceOptions options) {
  if (absl::StartsWith(options.input, "http://") || absl::StartsWith(options.input, "https://")) {
    if (!(options.requests_per_second > 0) || options.max_attempts < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("requests per second are ", options.requests_per_second, " and attempts ",
                       options.max_attempts, ", expected more than 0 and at least 1"));
    }
    static const auto* const system_clock = new SystemClock;
    if (options.clock == nullptr) options.clock = system_clock;
    if (options.sleep == nullptr) options.sleep = [](absl::Duration wait) { absl::SleepFor(wait); };
    options.http.max_body_bytes = std::min(options.http.max_body_bytes, options.max_document_bytes);
    return std::make_unique<HttpSource>(std::move(options));
  }
  std::error_code error;
  const fs::path path = options.input;
  if (fs::is_directory(path, error)) {
    GLUTWATCH_ASSIGN_OR_RETURN(std::vector<fs::path> paths, FilesOf(path));
    return std::make_unique<FileSource>(std::move(paths), options.max_document_bytes);
  }
  if (!fs::exists(path, error)) {
    return absl::NotFoundError(
        absl::StrCat(options.input, ": no such file, expected a file, a folder or an http(s) URL"));
  }
  return std::make_unique<FileSource>(std::vector<fs::path>{path}, options.max_document_bytes);
}

}  // namespace glutwatch::ingest
