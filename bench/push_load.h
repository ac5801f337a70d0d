#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "bench/feed.h"
#include "glutwatch/v1/observe.pb.h"

namespace glutwatch::bench {

namespace v1 = ::glutwatch::v1;

// How a load is sent.
struct PushSettings {
  int streams = 1;     // connections, each with a client::PushStream and a feeding thread
  int in_flight = 16;  // batches of a stream that are sent and not answered
  size_t rows_per_batch = 10'000;
  std::string source = "bench";  // the feed's name; begins each batch id
};

// Names of the feed's markets and products in the catalog: "markets/bench-0007".
std::string MarketName(uint32_t market);
std::string ProductName(uint32_t product);

// `rows` as one batch; `index_of` knows each row's series on the stream. Prices are in 1/10,000 CNY
// per kg, arrivals in 1/10,000 tonnes.
v1::ObservationBatch MakeBatch(std::string id, absl::Span<const FeedRow> rows,
                               absl::FunctionRef<int32_t(const FeedRow&)> index_of);

// What became of a load.
struct PushResult {
  double seconds = 0;  // from the first Send to the last acknowledgement
  int64_t rows = 0;    // accepted, suspicious ones among them
  int64_t suspicious = 0;
  std::vector<double> answer_ms;  // of each batch, from Send to its answer
};

// The streams that push one feed, open over several loads. Not thread-safe.
class Pusher {
 public:
  // Connects to `address`. UNAVAILABLE, or INVALID_ARGUMENT for settings that cannot work.
  static absl::StatusOr<std::unique_ptr<Pusher>> Open(const std::string& address,
                                                      const FeedShape& shape,
                                                      const PushSettings& settings);
  virtual ~Pusher() = default;

  // Makes `rows` into batches, the next one always for the next stream; sends nothing. To be called
  // before a clock starts, as a peer's client reads a file that was made before.
  virtual void Prepare(absl::Span<const FeedRow> rows) = 0;

  // Sends what is prepared, or the next `batches` of each stream, and waits for the answers. The
  // names of markets and series go with the first batch that needs them. FAILED_PRECONDITION if a
  // row was refused or was a duplicate; otherwise what the server answered.
  virtual absl::StatusOr<PushResult> Push(size_t batches = SIZE_MAX) = 0;
};

}  // namespace glutwatch::bench
