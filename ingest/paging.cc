#include "ingest/paging.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "ingest/json_reader.h"

namespace glutwatch::ingest {
namespace {

constexpr int64_t kXinfadiLimit = 200;
constexpr int64_t kTwMoaTop = 1000;
constexpr int64_t kDataGovInLimit = 1000;

std::pair<std::string, std::string> SplitUrl(absl::string_view url) {
  return absl::StrSplit(url, absl::MaxSplits('?', 1));
}

int64_t NumberOr(absl::string_view text, int64_t otherwise) {
  int64_t number = 0;
  return absl::SimpleAtoi(text, &number) ? number : otherwise;
}

// What a page says about itself.
struct PageFacts {
  JsonRecord envelope;
  int64_t rows = 0;
};

absl::StatusOr<PageFacts> FactsOf(absl::string_view body, absl::string_view list_key) {
  PageFacts facts;
  GLUTWATCH_RETURN_IF_ERROR(ReadJson(
      "page", body, {list_key},
      [&](const JsonRecord& envelope) {
        facts.envelope = envelope;
        return absl::OkStatus();
      },
      [&](int64_t, const JsonRecord&) {
        ++facts.rows;
        return absl::OkStatus();
      }));
  return facts;
}

HttpRequest GetOf(absl::string_view url) {
  HttpRequest request;
  request.url = std::string(url);
  return request;
}

class OnePage final : public Pager {
 public:
  explicit OnePage(absl::string_view url) : url_(url) {}
  HttpRequest First() const override { return GetOf(url_); }
  absl::StatusOr<std::optional<HttpRequest>> After(const HttpRequest&,
                                                   absl::string_view) const override {
    return std::optional<HttpRequest>();
  }

 private:
  const std::string url_;
};

class XinfadiPager final : public Pager {
 public:
  explicit XinfadiPager(absl::string_view url) : url_(url) {}

  HttpRequest First() const override {
    const auto [base, query] = SplitUrl(url_);
    HttpRequest request = GetOf(base);
    request.method = HttpRequest::Method::kPost;
    request.content_type = "application/x-www-form-urlencoded";
    request.body = query;
    if (QueryValue(query, "limit").empty()) {
      request.body = WithQueryValue(request.body, "limit", absl::StrCat(kXinfadiLimit));
    }
    if (QueryValue(query, "current").empty()) {
      request.body = WithQueryValue(request.body, "current", "1");
    }
    return request;
  }

  absl::StatusOr<std::optional<HttpRequest>> After(const HttpRequest& request,
                                                   absl::string_view body) const override {
    GLUTWATCH_ASSIGN_OR_RETURN(const PageFacts facts, FactsOf(body, "list"));
    const int64_t limit = NumberOr(QueryValue(request.body, "limit"), kXinfadiLimit);
    const int64_t current = NumberOr(QueryValue(request.body, "current"), 1);
    const int64_t count = NumberOr(facts.envelope.Get("count"), 0);
    // The server may give fewer rows a page than were asked for.
    const int64_t given = NumberOr(facts.envelope.Get("limit"), limit);
    if (facts.rows == 0 || given <= 0 || count / given < current ||
        (count / given == current && count % given == 0)) {
      return std::optional<HttpRequest>();
    }
    HttpRequest next = request;
    next.body = WithQueryValue(request.body, "current", absl::StrCat(current + 1));
    return next;
  }

 private:
  const std::string url_;
};

// Servers that skip a number of rows.
class SkippingPager final : public Pager {
 public:
  struct Names {
    absl::string_view skip, size, list, more, total;
    int64_t default_size;
  };
  SkippingPager(absl::string_view url, const Names& names) : url_(url), names_(names) {}

  HttpRequest First() const override {
    const auto [base, query] = SplitUrl(url_);
    std::string with = query;
    if (QueryValue(with, names_.size).empty()) {
      with = WithQueryValue(with, names_.size, absl::StrCat(names_.default_size));
    }
    if (QueryValue(with, names_.skip).empty()) with = WithQueryValue(with, names_.skip, "0");
    return GetOf(absl::StrCat(base, "?", with));
  }

  absl::StatusOr<std::optional<HttpRequest>> After(const HttpRequest& request,
                                                   absl::string_view body) const override {
    GLUTWATCH_ASSIGN_OR_RETURN(const PageFacts facts, FactsOf(body, names_.list));
    const auto [base, query] = SplitUrl(request.url);
    const int64_t size = NumberOr(QueryValue(query, names_.size), names_.default_size);
    const int64_t next = NumberOr(QueryValue(query, names_.skip), 0) + facts.rows;
    bool more = facts.rows >= size;
    if (!names_.more.empty() && facts.envelope.Find(names_.more) != nullptr) {
      more = facts.envelope.Get(names_.more) == "true";
    } else if (!names_.total.empty() && facts.envelope.Find(names_.total) != nullptr) {
      more = next < NumberOr(facts.envelope.Get(names_.total), 0);
    }
    if (!more || facts.rows == 0) return std::optional<HttpRequest>();
    return GetOf(absl::StrCat(base, "?", WithQueryValue(query, names_.skip, absl::StrCat(next))));
  }

 private:
  const std::string url_;
  const Names names_;
};

}  // namespace

std::unique_ptr<Pager> MakePager(absl::string_view feed, absl::string_view url) {
  if (feed == "xinfadi") return std::make_unique<XinfadiPager>(url);
  if (feed == "tw_moa") {
    return std::make_unique<SkippingPager>(
        url, SkippingPager::Names{"$skip", "$top", "Data", "Next", "", kTwMoaTop});
  }
  if (feed == "agmarknet") {
    return std::make_unique<SkippingPager>(
        url, SkippingPager::Names{"offset", "limit", "records", "", "total", kDataGovInLimit});
  }
  return std::make_unique<OnePage>(url);
}

std::string QueryValue(absl::string_view query, absl::string_view key) {
  for (absl::string_view part : absl::StrSplit(query, '&')) {
    if (absl::ConsumePrefix(&part, key) && absl::ConsumePrefix(&part, "=")) {
      return std::string(part);
    }
  }
  return "";
}

std::string WithQueryValue(absl::string_view query, absl::string_view key,
                           absl::string_view value) {
  const std::string setting = absl::StrCat(key, "=", value);
  std::vector<std::string> parts = absl::StrSplit(query, '&', absl::SkipEmpty());
  const auto found = std::find_if(parts.begin(), parts.end(), [&](absl::string_view part) {
    return absl::ConsumePrefix(&part, key) && (part.empty() || part[0] == '=');
  });
  if (found == parts.end()) {
    parts.push_back(setting);
  } else {
    *found = setting;
  }
  return absl::StrJoin(parts, "&");
}

}  // namespace glutwatch::ingest
