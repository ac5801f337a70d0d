#include "server/gateway/http_server.h"

#include "base/http_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::gateway {
namespace {

using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

class HttpServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server =
        HttpServer::Start("127.0.0.1:0", {{"/healthz",
                                           [] {
                                             return HttpAnswer{200, "text/plain", "alive\n"};
                                           }},
                                          {"/readyz", [] {
                                             return HttpAnswer{503, "text/plain", "not writable\n"};
                                           }}});
    GLUTWATCH_ASSERT_OK(server);
    server_ = *std::move(server);
  }

  HttpResponse Send(HttpRequest::Method method, const std::string& path, std::string body = "") {
    HttpClient client;
    const auto response =
        client.Send({.method = method, .url = "http://" + server_->address() + path, .body = body});
    EXPECT_THAT(response, testing::IsOk());
    return response.ok() ? *response : HttpResponse{};
  }

  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersKnownPaths) {
  const HttpResponse alive = Send(HttpRequest::Method::kGet, "/healthz");
  EXPECT_EQ(alive.status, 200);
  EXPECT_EQ(alive.body, "alive\n");
  EXPECT_EQ(std::string(alive.Header("x-content-type-options")), "nosniff");
  EXPECT_EQ(Send(HttpRequest::Method::kGet, "/readyz?verbose=1").status, 503);
}

TEST_F(HttpServerTest, UnknownPathIs404AndOtherMethodsAre405) {
  EXPECT_EQ(Send(HttpRequest::Method::kGet, "/etc/passwd").status, 404);
  EXPECT_EQ(Send(HttpRequest::Method::kPost, "/healthz").status, 405);
}

TEST_F(HttpServerTest, BodyAndLongHeadAreRefused) {
  EXPECT_EQ(Send(HttpRequest::Method::kPost, "/healthz", std::string(1000, 'x')).status, 413);
  EXPECT_EQ(Send(HttpRequest::Method::kGet, "/" + std::string(20'000, 'x')).status, 431);
}

TEST_F(HttpServerTest, OneConnectionServesManyRequests) {
  HttpClient client;
  for (int i = 0; i < 50; ++i) {
    const auto response = client.Send({.url = "http://" + server_->address() + "/healthz"});
    GLUTWATCH_ASSERT_OK(response);
    ASSERT_EQ(response->status, 200);
  }
}

TEST(HttpServerStartTest, BadAddressIsNamed) {
  for (const char* address : {"", "localhost:80", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:x"}) {
    EXPECT_THAT(HttpServer::Start(address, {}),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("expected IP:port")))
        << address;
  }
}

TEST(HttpServerStartTest, TakenPortIsNamed) {
  const auto first = HttpServer::Start("127.0.0.1:0", {});
  GLUTWATCH_ASSERT_OK(first);
  // reuse_address lets a port in TIME_WAIT be taken, not one that is listened on.
  EXPECT_THAT(HttpServer::Start((*first)->address(), {}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr((*first)->address())));
}

}  // namespace
}  // namespace glutwatch::gateway
