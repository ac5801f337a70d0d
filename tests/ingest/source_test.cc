// Files, folders and a real local HTTP server: where documents come from.
#include "ingest/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lzma.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/http_client.h"
#include "ingest/feeds/registry.h"
#include "ingest/paging.h"
#include "tests/sheet/collecting_sink.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::ingest {
namespace {

using ::glutwatch::testing::FakeClock;
using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::glutwatch::testing::TempDir;
using sheet::testing::CollectingSink;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string Compress(absl::string_view text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, nullptr,
                                    reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                                    reinterpret_cast<uint8_t*>(out.data()), &size, out.size()),
            LZMA_OK);
  out.resize(size);
  return out;
}

// All documents as "name=content".
std::vector<std::string> Documents(Source* source) {
  std::vector<std::string> out;
  while (true) {
    auto document = source->Next();
    EXPECT_THAT(document, IsOk());
    if (!document.ok() || !document->has_value()) return out;
    out.push_back(absl::StrCat(std::filesystem::path((*document)->name).filename().string(), "=",
                               (*document)->content));
  }
}

TEST(FileSourceTest, FolderIsReadInNameOrderAndXzIsUndone) {
  const TempDir dir;
  std::ofstream(dir.File("b.csv")) << "two";
  std::ofstream(dir.File("a.csv.xz"), std::ios::binary) << Compress("one");
  std::ofstream(dir.File(".hidden")) << "no";
  std::filesystem::create_directory(dir.File("sub"));
  const auto source = OpenSource({.input = dir.path()});
  GLUTWATCH_ASSERT_OK(source);
  EXPECT_THAT(Documents(source->get()), ElementsAre("a.csv=one", "b.csv=two"));
}

TEST(FileSourceTest, SaysWhatIsWrong) {
  const TempDir dir;
  EXPECT_THAT(OpenSource({.input = dir.File("none.csv")}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none.csv: no such file")));
  EXPECT_THAT(OpenSource({.input = dir.path()}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("holds no file")));
  std::ofstream(dir.File("a.csv.xz"), std::ios::binary) << Compress("12345");
  const auto small = OpenSource({.input = dir.File("a.csv.xz"), .max_document_bytes = 4});
  GLUTWATCH_ASSERT_OK(small);
  EXPECT_THAT((*small)->Next(),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("a.csv.xz")));
}

TEST(QueryTest, ReadsAndSetsValues) {
  EXPECT_EQ(QueryValue("a=1&ab=2&c", "ab"), "2");
  EXPECT_EQ(QueryValue("a=1", "b"), "");
  EXPECT_EQ(WithQueryValue("a=1&b=2", "a", "3"), "a=3&b=2");
  EXPECT_EQ(WithQueryValue("", "$skip", "0"), "$skip=0");
}

TEST(RedactTest, CredentialsAreHidden) {
  EXPECT_EQ(RedactUrl("https://h/r?api-key=abc&limit=1"), "https://h/r?api-key=***&limit=1");
  EXPECT_EQ(RedactUrl("https://h/r"), "https://h/r");
}

// Starts the Python server once for all tests of the suite.
class HttpTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("no_proxy", "127.0.0.1", 1);
    server_ = popen("exec python3 " GLUTWATCH_SOURCE_DIR "/tests/ingest/fake_feed_server.py", "r");
    std::array<char, 32> line{};
    ASSERT_NE(fgets(line.data(), line.size(), server_), nullptr);
    base_ = absl::StrCat("http://127.0.0.1:", atoi(line.data()));
  }
  static void TearDownTestSuite() {
    EXPECT_THAT(HttpClient().Send({.url = Url("/quit")}), IsOk());
    EXPECT_EQ(pclose(server_), 0);
  }
  static std::string Url(const std::string& path) { return absl::StrCat(base_, path); }

  // Options whose clock moves only by sleeping; `waits` records each sleep in seconds.
  SourceOptions Options(const std::string& feed, const std::string& path) {
    SourceOptions options;
    options.input = Url(path);
    options.feed = feed;
    options.clock = &clock_;
    options.sleep = [this](absl::Duration wait) {
      waits_.push_back(absl::ToDoubleSeconds(wait));
      clock_.Advance(wait);
    };
    return options;
  }

  // Reads all pages of `path` through the adapter.
  CollectingSink ReadPages(const std::string& feed, const std::string& path, int* pages) {
    CollectingSink sink;
    const auto source = OpenSource(Options(feed, path));
    EXPECT_THAT(source, IsOk());
    const auto adapter = MakeFeed(feed, {}).value();
    for (*pages = 0;; ++*pages) {
      auto document = (*source)->Next();
      EXPECT_THAT(document, IsOk());
      if (!document.ok() || !document->has_value()) return sink;
      EXPECT_THAT(adapter->Read(**document, &sink), IsOk());
    }
  }

  FakeClock clock_;
  std::vector<double> waits_;
  static FILE* server_;
  static std::string base_;
};
FILE* HttpTest::server_ = nullptr;
std::string HttpTest::base_;

TEST_F(HttpTest, GetGivesStatusHeadersAndBody) {
  HttpClient client;
  const auto hello = client.Send({.url = Url("/redirect")});
  GLUTWATCH_ASSERT_OK(hello);
  EXPECT_EQ(hello->status, 200);
  EXPECT_EQ(hello->body, "hello");
  EXPECT_EQ(std::string(hello->Header("x-answer")), "42");
  const auto missing = client.Send({.url = Url("/nothing")});
  GLUTWATCH_ASSERT_OK(missing);
  EXPECT_EQ(missing->status, 404);
}

TEST_F(HttpTest, PostSendsBodyTypeAndHeaders) {
  HttpClient client({.user_agent = "glutwatch-test"});
  const auto echo = client.Send({.method = HttpRequest::Method::kPost,
                                 .url = Url("/echo"),
                                 .body = "a=1",
                                 .content_type = "application/x-www-form-urlencoded",
                                 .headers = {{"X-Test", "y"}}});
  GLUTWATCH_ASSERT_OK(echo);
  EXPECT_EQ(echo->body,
            "{\"form\": {\"a\": \"1\"}, \"type\": \"application/x-www-form-urlencoded\", "
            "\"agent\": \"glutwatch-test\", \"x\": \"y\"}");
}

TEST_F(HttpTest, ErrorsNameTheUrlAndTheLimit) {
  HttpClient small({.timeout = absl::Milliseconds(300), .max_body_bytes = 99'999});
  EXPECT_THAT(small.Send({.url = Url("/gzip")}),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("more than 99999 bytes")));
  EXPECT_THAT(small.Send({.url = Url("/silent")}),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("/silent")));
  EXPECT_THAT(small.Send({.url = Url("/loop")}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("/loop")));
  EXPECT_THAT(small.Send({.url = Url("/escape")}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("/escape")));
  EXPECT_THAT(small.Send({.url = "file:///etc/passwd"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("file:")));
  EXPECT_THAT(small.Send({.url = "http://127.0.0.1:1/"}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("127.0.0.1:1")));
}

TEST_F(HttpTest, CompressedAnswersArriveUnpacked) {
  const auto source = OpenSource(Options("wfp", "/gzip"));
  GLUTWATCH_ASSERT_OK(source);
  EXPECT_THAT((*(*source)->Next())->content, SizeIs(100'000));
  EXPECT_FALSE((*source)->Next()->has_value());
}

TEST_F(HttpTest, XinfadiPagesByFormUntilCount) {
  int pages = 0;
  // The server gives at most 20 rows a page, whatever is asked for.
  const CollectingSink sink = ReadPages("xinfadi", "/getPriceData.html?limit=50", &pages);
  EXPECT_EQ(pages, 3);
  ASSERT_THAT(sink.rows, SizeIs(45));
  EXPECT_EQ(sink.rows[44].product, "p44");
  EXPECT_THAT(sink.notes, SizeIs(0));
  EXPECT_THAT(waits_, ElementsAre(1, 1));  // one request per second
}

TEST_F(HttpTest, TaiwanPagesBySkipWhileThereIsANext) {
  int pages = 0;
  EXPECT_THAT(ReadPages("tw_moa", "/tw?$top=10", &pages).rows, SizeIs(25));
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(ReadPages("tw_moa", "/twold?$top=5", &pages).rows, SizeIs(25));
  EXPECT_EQ(pages, 6);  // five full pages do not say that they are all: the sixth is empty
}

TEST_F(HttpTest, DataGovInPagesByOffsetUntilTotal) {
  int pages = 0;
  EXPECT_THAT(ReadPages("agmarknet", "/gov?api-key=x&limit=10", &pages).rows, SizeIs(25));
  EXPECT_EQ(pages, 3);
}

TEST_F(HttpTest, BacksOffAsToldAndTriesAgain) {
  const auto source = OpenSource(Options("wfp", "/flaky"));
  GLUTWATCH_ASSERT_OK(source);
  EXPECT_EQ((*(*source)->Next())->content, "at last");
  EXPECT_THAT(waits_, ElementsAre(7, 2));  // Retry-After, then the second back-off
}

TEST_F(HttpTest, GivesUpAfterMaxAttempts) {
  SourceOptions options = Options("wfp", "/down");
  options.max_attempts = 4;
  options.max_backoff = absl::Seconds(3);
  const auto source = OpenSource(options);
  GLUTWATCH_ASSERT_OK(source);
  EXPECT_THAT((*source)->Next(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("HTTP status 500")));
  EXPECT_THAT(waits_, ElementsAre(1, 2, 3));
}

TEST_F(HttpTest, OtherStatusesAreNotRetried) {
  const auto source = OpenSource(Options("wfp", "/nothing"));
  GLUTWATCH_ASSERT_OK(source);
  EXPECT_THAT((*source)->Next(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("HTTP status 404")));
  EXPECT_THAT(waits_, SizeIs(0));
}

TEST_F(HttpTest, ServerThatRepeatsAPageIsStopped) {
  const auto source = OpenSource(Options("tw_moa", "/stuck"));
  GLUTWATCH_ASSERT_OK(source);
  EXPECT_THAT((*source)->Next(), IsOk());
  EXPECT_THAT((*source)->Next(), StatusIs(absl::StatusCode::kAborted, HasSubstr("does not page")));
}

TEST_F(HttpTest, AnswerThatIsNoPageIsAnError) {
  const auto source = OpenSource(Options("tw_moa", "/hello"));
  GLUTWATCH_ASSERT_OK(source);
  EXPECT_THAT((*source)->Next(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("/hello")));
}

TEST_F(HttpTest, OptionsAreChecked) {
  SourceOptions options = Options("wfp", "/hello");
  options.requests_per_second = 0;
  EXPECT_THAT(OpenSource(options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("requests per second are 0")));
}

}  // namespace
}  // namespace glutwatch::ingest
