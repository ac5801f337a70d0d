#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "glutwatch/v1/observe.pb.h"
#include "server/observe/intake.h"

namespace glutwatch::rpc {

namespace v1 = ::glutwatch::v1;

// What a push stream names, as a session of the intake takes it. Not thread-safe: one stream.
//
// Goods are handed over once, whether they come in a table or with every series.
class SeriesNames {
 public:
  // Hands over the markets and series of `request`, in its order.
  void HandOver(const v1::PushObservationsRequest& request, observe::IntakeSession* session);

 private:
  // The session's number of these goods; those that are new are added to `fresh`.
  int32_t GoodsNumber(const v1::SeriesSpec& spec, std::vector<observe::GoodsSpec>* fresh);
  // The series of `request`, its whole specs first.
  std::vector<observe::SeriesSpec> SeriesOf(const v1::PushObservationsRequest& request,
                                            std::vector<observe::GoodsSpec>* fresh);

  absl::flat_hash_map<std::string, int32_t> goods_;  // by all of their names
  std::vector<int32_t> table_goods_;                 // the stream's tables' goods, in order
};

}  // namespace glutwatch::rpc
