#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace glutwatch {

struct HttpRequest {
  enum class Method { kGet, kPost };
  Method method = Method::kGet;
  std::string url = "";           // http:// or https://
  std::string body = "";          // of a POST
  std::string content_type = "";  // of a POST
  std::vector<std::pair<std::string, std::string>> headers = {};
};

struct HttpResponse {
  int status = 0;  // of the last answer, redirects followed: 200, 404
  std::string body = "";
  std::map<std::string, std::string> headers = {};  // names in lower case; the last of a name wins

  // "" if the answer has no such header.
  absl::string_view Header(const std::string& lower_case_name) const;
};

struct HttpOptions {
  absl::Duration connect_timeout = absl::Seconds(10);
  absl::Duration timeout = absl::Seconds(120);  // of the whole exchange
  size_t max_body_bytes = size_t{256} << 20;    // after decompression
  int max_redirects = 5;                        // to http and https only
  std::string user_agent = "glutwatch";
};

// An HTTP/1.1 client (libcurl), the only one. Keeps its connection open between requests; follows
// redirects; verifies certificates; accepts compressed answers.
//
// Not thread-safe: one client per thread.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends one request and waits for the answer, whatever its status: 404 and 500 are answers.
  //
  // Errors name method and URL:
  //   INVALID_ARGUMENT    the URL is malformed or neither http nor https.
  //   UNAVAILABLE         no connection, name not resolved, connection broken, TLS refused.
  //   DEADLINE_EXCEEDED   a time-out of the options passed.
  //   RESOURCE_EXHAUSTED  the body is larger than max_body_bytes.
  //   FAILED_PRECONDITION more than max_redirects redirects.
  absl::StatusOr<HttpResponse> Send(const HttpRequest& request);

 private:
  const HttpOptions options_;
  void* handle_;  // CURL*
};

// `url` with the values of query parameters that carry a credential (api-key, key, token, ...)
// replaced by "***", for logs and messages.
std::string RedactUrl(absl::string_view url);

}  // namespace glutwatch
