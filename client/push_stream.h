#pragma once
#include <grpcpp/channel.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/backoff.h"
#include "glutwatch/v1/observe.pb.h"

namespace glutwatch::client {

namespace v1 = ::glutwatch::v1;

struct PushOptions {
  std::string source;           // required: who observed, the feed's name
  bool create_missing = false;  // create unknown markets, regions and products
  bool simulated = false;       // the prices are made up
  int max_in_flight = 8;        // batches sent and not answered, 1..16 (the server's own limit)
  // The stream fails once this long has passed without an answer while a batch is waiting for one.
  absl::Duration give_up_after = absl::InfiniteDuration();
  BackoffOptions backoff = {};
  uint64_t backoff_seed = 0;  // 0: a random one
};

struct PushStats {
  int64_t batches_sent = 0;      // written to a connection; a resend counts again
  int64_t batches_answered = 0;  // callbacks made
  int64_t connects = 0;          // streams opened
  int64_t retries = 0;           // answers RESOURCE_EXHAUSTED or UNAVAILABLE, and broken streams
  absl::Status last_error;       // why the last stream ended early; OK if none did
};

// One feed's PushObservations stream that outlives broken connections and server restarts.
//
// Batches are answered in the order in which they were sent. Whatever was not answered when a
// connection breaks is sent again on the next one, after a back-off, with the same batch ids and
// after the whole dictionary; the server applies a batch once however often it comes. A batch that
// the server answers with RESOURCE_EXHAUSTED or UNAVAILABLE (disk full, store failed, draining) is
// sent again too; every other answer is final and goes to the callback.
//
// Thread-safe, but the indexes and the order of batches are those of the calls, so one thread
// should feed it. Memory: the dictionary in wire format and the batches in flight.
class PushStream {
 public:
  // The final answer to a batch: `status` unset or OK if it is on disk, otherwise why not. Called
  // exactly once per batch that Send took, in order, on a thread of the stream; it may call Send
  // only if the window has room, and must not call Flush or destroy the stream. If the stream
  // fails for good or is destroyed first, `status` is that failure (CANCELLED when destroyed), and
  // whether the batch was applied is not known.
  using AnswerFn = std::function<void(const v1::PushObservationsResponse&)>;

  // Starts to connect. INVALID_ARGUMENT if an option is out of range.
  static absl::StatusOr<std::unique_ptr<PushStream>> Create(std::shared_ptr<grpc::Channel> channel,
                                                            const PushOptions& options);
  // Ends the stream without waiting for answers: call Flush first.
  virtual ~PushStream() = default;

  // Adds a market to the dictionary and returns its index, from 0. Sent with the next batch.
  virtual int32_t AddMarket(const v1::MarketSpec& market) = 0;
  // Adds a series to the dictionary and returns its index, from 0. Its market was added before.
  int32_t AddSeries(const v1::SeriesSpec& series) {
    return AddSeries(series.market_index(), AddGoods(series));
  }
  // The same in two steps, for many series: the number of what is quoted, whichever market quotes
  // it (`market_index` is not read), and a series of a market and goods that were added before.
  virtual int32_t AddGoods(const v1::SeriesSpec& goods) = 0;
  virtual int32_t AddSeries(int32_t market_index, int32_t goods_index) = 0;

  // Hands over a batch. Its `series_indexes` were returned by AddSeries. Blocks while
  // `max_in_flight` batches are unanswered.
  //
  // INVALID_ARGUMENT without a batch_id; otherwise the status for which the stream failed for good
  // (PERMISSION_DENIED, UNAVAILABLE after `give_up_after`...). `on_answer` is not called if an
  // error is returned.
  virtual absl::Status Send(v1::ObservationBatch batch, AnswerFn on_answer) = 0;

  // Waits until every batch is answered and its callback has returned. DEADLINE_EXCEEDED says how
  // many are left; otherwise the status for which the stream failed for good.
  virtual absl::Status Flush(absl::Duration timeout) = 0;

  virtual PushStats stats() const = 0;
};

}  // namespace glutwatch::client
