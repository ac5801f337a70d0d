#include "ingest/feeds/generic.h"

#include "sheet/price_sheet.h"

namespace glutwatch::ingest {
namespace {

class GenericFeed final : public Feed {
 public:
  explicit GenericFeed(config::v1::FeedMapping mapping) : mapping_(std::move(mapping)) {}
  absl::string_view name() const override { return "generic"; }

  absl::Status Read(const FeedDocument& document, RowSink* sink) const override {
    return sheet::ReadPriceSheet(mapping_, document, sink);
  }

 private:
  const config::v1::FeedMapping mapping_;
};

}  // namespace

std::unique_ptr<Feed> MakeGenericFeed(config::v1::FeedMapping mapping) {
  return std::make_unique<GenericFeed>(std::move(mapping));
}

}  // namespace glutwatch::ingest
