#include "base/http_client.h"

#include <curl/curl.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace glutwatch {
namespace {

// What libcurl's callbacks fill.
struct Answer {
  HttpResponse response;
  size_t max_body_bytes = 0;
  bool too_large = false;

  static size_t OnBody(char* data, size_t size, size_t count, void* answer_ptr) {
    auto* answer = static_cast<Answer*>(answer_ptr);
    if (answer->response.body.size() + size * count > answer->max_body_bytes) {
      answer->too_large = true;
      return 0;  // makes libcurl stop
    }
    answer->response.body.append(data, size * count);
    return size * count;
  }

  static size_t OnHeader(char* data, size_t size, size_t count, void* answer_ptr) {
    auto* answer = static_cast<Answer*>(answer_ptr);
    const absl::string_view line(data, size * count);
    if (absl::StartsWith(line, "HTTP/")) answer->response.headers.clear();  // of a redirect
    const size_t colon = line.find(':');
    if (colon != absl::string_view::npos) {
      answer->response.headers[absl::AsciiStrToLower(line.substr(0, colon))] =
          std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
    }
    return size * count;
  }
};

void InitOnce() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)result;
}

absl::StatusCode CodeOf(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return absl::StatusCode::kInvalidArgument;
    case CURLE_OPERATION_TIMEDOUT:
      return absl::StatusCode::kDeadlineExceeded;
    case CURLE_TOO_MANY_REDIRECTS:
      return absl::StatusCode::kFailedPrecondition;
    case CURLE_FILESIZE_EXCEEDED:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

long Milliseconds(absl::Duration duration) {  // NOLINT(google-runtime-int): libcurl's type
  return static_cast<long>(absl::ToInt64Milliseconds(duration));  // NOLINT(google-runtime-int)
}

}  // namespace

absl::string_view HttpResponse::Header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? absl::string_view() : absl::string_view(found->second);
}

HttpClient::HttpClient(HttpOptions options) : options_(std::move(options)) {
  InitOnce();
  handle_ = curl_easy_init();
}

HttpClient::~HttpClient() { curl_easy_cleanup(handle_); }

absl::StatusOr<HttpResponse> HttpClient::Send(const HttpRequest& request) {
  if (handle_ == nullptr) return absl::ResourceExhaustedError("out of memory for an HTTP client");
  CURL* const curl = handle_;
  curl_easy_reset(curl);  // keeps the connections
  Answer answer;
  answer.max_body_bytes = options_.max_body_bytes;
  curl_slist* headers = nullptr;
  const auto free_headers = absl::MakeCleanup([&headers] { curl_slist_free_all(headers); });
  for (const auto& [name, value] : request.headers) {
    headers = curl_slist_append(headers, absl::StrCat(name, ": ", value).c_str());
  }
  const bool post = request.method == HttpRequest::Method::kPost;
  if (post) {
    headers =
        curl_slist_append(headers, absl::StrCat("Content-Type: ", request.content_type).c_str());
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, static_cast<long>(options_.max_redirects));  // NOLINT
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(options_.connect_timeout));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, Milliseconds(options_.timeout));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(curl, CURLOPT_USERAGENT, options_.user_agent.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Answer::OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, Answer::OnHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
  const CURLcode code = curl_easy_perform(curl);
  const std::string what = absl::StrCat(post ? "POST " : "GET ", RedactUrl(request.url));
  if (answer.too_large) {
    return absl::ResourceExhaustedError(
        absl::StrCat(what, ": answer of more than ", options_.max_body_bytes, " bytes"));
  }
  if (code != CURLE_OK) {
    return absl::Status(CodeOf(code), absl::StrCat(what, ": ", curl_easy_strerror(code)));
  }
  long status = 0;  // NOLINT(google-runtime-int): libcurl's type
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer.response.status = static_cast<int>(status);
  return std::move(answer.response);
}

std::string RedactUrl(absl::string_view url) {
  const size_t query = url.find('?');
  if (query == absl::string_view::npos) return std::string(url);
  std::vector<std::string> parts;
  for (const absl::string_view part : absl::StrSplit(url.substr(query + 1), '&')) {
    const absl::string_view key = part.substr(0, part.find('='));
    const std::string lower = absl::AsciiStrToLower(key);
    const bool secret = absl::StrContains(lower, "key") || absl::StrContains(lower, "token") ||
                        absl::StrContains(lower, "secret") ||
                        absl::StrContains(lower, "password") || absl::StrContains(lower, "cert_id");
    parts.push_back(secret ? absl::StrCat(key, "=***") : std::string(part));
  }
  return absl::StrCat(url.substr(0, query + 1), absl::StrJoin(parts, "&"));
}

}  // namespace glutwatch
