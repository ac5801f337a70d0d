#include "server/gateway/http_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace glutwatch::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr std::size_t kMaxHeadBytes = 8192;
constexpr auto kIdle = std::chrono::seconds(30);
constexpr int kMaxConnections = 256;

using Handlers = std::map<std::string, HttpServer::Handler>;

// One connection: read a request, answer it, read the next. Keeps itself alive by its callbacks.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const Handlers* handlers, int* connections)
      : stream_(std::move(socket)), handlers_(handlers), connections_(connections) {
    ++*connections_;
  }
  ~Connection() { --*connections_; }

  void Read() {
    parser_.emplace();
    parser_->header_limit(kMaxHeadBytes);
    parser_->body_limit(0);
    stream_.expires_after(kIdle);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](beast::error_code error, std::size_t) { self->OnRead(error); });
  }

 private:
  void OnRead(beast::error_code error) {
    if (error == http::error::header_limit) {
      return Send({431, "text/plain; charset=utf-8", "head of more than 8 KiB\n"}, false, false);
    }
    if (error == http::error::body_limit) {
      return Send({413, "text/plain; charset=utf-8", "expected no body\n"}, false, false);
    }
    if (error) return Close();
    const auto& request = parser_->get();
    const bool head = request.method() == http::verb::head;
    Send(Answer(request), request.keep_alive(), head);
  }

  HttpAnswer Answer(const http::request<http::empty_body>& request) const {
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      return {405, "text/plain; charset=utf-8", "expected GET\n"};
    }
    const std::string target(request.target());
    const auto handler = handlers_->find(target.substr(0, target.find('?')));
    if (handler == handlers_->end()) {
      return {404, "text/plain; charset=utf-8", "nothing here\n"};
    }
    return handler->second();
  }

  void Send(HttpAnswer answer, bool keep_alive, bool head) {
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::content_type, answer.content_type);
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    if (answer.status == 405) response_.set(http::field::allow, "GET, HEAD");
    response_.content_length(answer.body.size());
    response_.keep_alive(keep_alive);
    if (!head) response_.body() = std::move(answer.body);
    http::async_write(
        stream_, response_,
        [self = shared_from_this(), keep_alive](beast::error_code error, std::size_t) {
          if (error || !keep_alive) return self->Close();
          self->Read();
        });
  }

  void Close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::empty_body>> parser_;
  http::response<http::string_body> response_;
  const Handlers* const handlers_;
  int* const connections_;  // touched on the server's one thread only
};

class Server final : public HttpServer {
 public:
  explicit Server(Handlers handlers) : handlers_(std::move(handlers)), acceptor_(context_) {}

  absl::Status Listen(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    int port = -1;
    beast::error_code error;
    const auto ip = asio::ip::make_address(address.substr(0, colon), error);
    if (colon == std::string::npos || error ||
        !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 || port > 65535) {
      return absl::InvalidArgumentError(absl::StrCat(
          "http_listen is \"", address, "\", expected IP:port such as 127.0.0.1:7603"));
    }
    const tcp::endpoint endpoint(ip, static_cast<std::uint16_t>(port));
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", address, ": ", error.message()));
    }
    Accept();
    thread_ = std::thread([this] { context_.run(); });
    return absl::OkStatus();
  }

  ~Server() override {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  std::string address() const override {
    const auto endpoint = acceptor_.local_endpoint();
    return absl::StrCat(endpoint.address().to_string(), ":", endpoint.port());
  }

 private:
  void Accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error && connections_ < kMaxConnections) {
        std::make_shared<Connection>(std::move(socket), &handlers_, &connections_)->Read();
      }
      Accept();
    });
  }

  const Handlers handlers_;
  int connections_ = 0;  // outlives the context, whose handlers own the connections
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const std::string& address, std::map<std::string, Handler> handlers) {
  auto server = std::make_unique<Server>(std::move(handlers));
  if (absl::Status status = server->Listen(address); !status.ok()) return status;
  return server;
}

}  // namespace glutwatch::gateway
