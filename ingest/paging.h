#pragma once
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/http_client.h"

namespace glutwatch::ingest {

// Knows how one feed's server hands out a long answer in pages.
class Pager {
 public:
  virtual ~Pager() = default;
  virtual HttpRequest First() const = 0;
  // The request for the page after the one that `request` got; empty after the last page.
  // INVALID_ARGUMENT if the answer cannot be read.
  virtual absl::StatusOr<std::optional<HttpRequest>> After(const HttpRequest& request,
                                                           absl::string_view body) const = 0;
};

// The pager of `feed` for `url`:
//   xinfadi    a form POST; the URL's query becomes the form. `current` counts up until
//              current * limit reaches the answer's `count`. limit defaults to 200.
//   tw_moa     $skip grows by the rows received while the answer says "Next": true, or, in the
//   older
//              form without envelope, while a page is full. $top defaults to 1000.
//   agmarknet  data.gov.in: offset grows by limit (default 1000) until the answer's `total`, or
//              until a page that is not full.
//   others     one GET.
std::unique_ptr<Pager> MakePager(absl::string_view feed, absl::string_view url);

// The value of a query parameter, "" if it is absent. `query` is what follows '?' in a URL, or a
// form. Values are neither decoded nor encoded.
std::string QueryValue(absl::string_view query, absl::string_view key);

// `query` with `key` set, in place or at the end.
std::string WithQueryValue(absl::string_view query, absl::string_view key, absl::string_view value);

}  // namespace glutwatch::ingest
