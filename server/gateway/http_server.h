#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace glutwatch::gateway {

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// A small HTTP/1.1 server for what machines ask of the process: GET and HEAD of fixed paths.
//
// One thread. A request's head is limited to 8 KiB, a body is refused, an idle connection is closed
// after 30 s, and more than 256 connections are not accepted. Unknown paths are 404, other methods
// 405.
class HttpServer {
 public:
  using Handler = std::function<HttpAnswer()>;

  // Listens on `address` ("127.0.0.1:7603"; port 0 lets the system choose) and serves until
  // destroyed. Handlers run on the server's thread and must be quick; they outlive the server.
  // INVALID_ARGUMENT for an address that is not IP:port; UNAVAILABLE if it cannot be bound.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& address,
                                                           std::map<std::string, Handler> handlers);
  virtual ~HttpServer() = default;

  // The bound address, with the port that the system chose.
  virtual std::string address() const = 0;
};

}  // namespace glutwatch::gateway
