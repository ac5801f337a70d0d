// Any bytes as one message of a push stream: its markets and series are resolved against a small
// catalog, its batch goes through the intake's checks, and nothing is kept. Rows that would be kept
// satisfy the hard rules; every other row has its reason; the verdicts outlive the store's note.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "glutwatch/v1/observe.pb.h"
#include "server/observe/intake.h"
#include "server/observe/verdict_note.h"
#include "server/rpc/push_stream.h"
#include "server/rpc/series_names.h"
#include "tests/catalog/example_catalog.h"
#include "tests/support/fake_clock.h"

using namespace glutwatch;           // NOLINT(google-build-using-namespace): a fuzz target
using namespace glutwatch::observe;  // NOLINT(google-build-using-namespace)

namespace {

// A real store in a folder of its own, with the example's catalog.
struct World {
  testing::TempDir dir;
  testing::FakeClock clock;
  std::unique_ptr<storage::Database> database = testing::OpenDatabase(dir).value();
  std::unique_ptr<catalog::Catalog> catalog =
      catalog::Catalog::Open(database.get(), &clock).value();
  std::unique_ptr<catalog::SeriesRegistry> registry =
      catalog::SeriesRegistry::Open(database.get(), catalog.get()).value();
  std::unique_ptr<storage::PriceStore> store =
      storage::PriceStore::Open(database.get(), &clock, {}).value();
  std::unique_ptr<Intake> intake;

  World() {
    if (!catalog->Put(testing::ExampleResources()).ok()) std::abort();
    intake = Intake::Create(catalog.get(), registry.get(), store.get(), &clock, {});
  }
};

void CheckKept(const storage::Observation& o) {
  const bool price = (o.presence & 7) != 0;
  if (o.day < kMinDay || o.day > kMaxDay || o.lot > kMaxLot || o.presence > 15) std::abort();
  if (price && o.status != storage::DayStatus::kTraded) std::abort();
  if (o.low_e4 < 0 || o.modal_e4 < 0 || o.high_e4 < 0 || o.arrivals_e4 < 0) std::abort();
  if (o.low_e4 > kMaxE4 || o.modal_e4 > kMaxE4 || o.high_e4 > kMaxE4) std::abort();
  if ((o.presence & 5) == 5 && o.low_e4 > o.high_e4) std::abort();
}

void CheckAnswer(const Examination& examination, int32_t rows) {
  std::vector<bool> dropped(static_cast<size_t>(rows), false);
  int32_t previous = -1;
  for (const RowResult& result : examination.rows) {
    if (result.row <= previous || result.row >= rows) std::abort();
    previous = result.row;
    if (result.verdict != Verdict::kDuplicate && result.message.empty()) std::abort();
    dropped[static_cast<size_t>(result.row)] = result.verdict != Verdict::kSuspicious;
  }
  previous = -1;
  for (const ExaminedRow& kept : examination.kept) {
    if (kept.row <= previous || kept.row >= rows) std::abort();
    if (dropped[static_cast<size_t>(kept.row)]) std::abort();
    previous = kept.row;
    CheckKept(kept.observation);
  }
  storage::Receipt receipt;
  receipt.note = EncodeNote(examination.rows, static_cast<size_t>(rows));
  const auto verdict = VerdictOf(receipt);
  if (!verdict.ok() || verdict->rows.size() != examination.rows.size()) std::abort();
  if (verdict->accepted + verdict->suspicious + verdict->refused + verdict->duplicate != rows) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World world;
  v1::PushObservationsRequest request;
  if (!request.ParseFromArray(data, static_cast<int>(size))) return 0;
  auto session = world.intake->Open(security::LocalPrincipal("fuzz"),
                                    {.source = "fuzz", .create_missing = true, .preview = true});
  if (!session.ok()) std::abort();
  rpc::SeriesNames().HandOver(request, session->get());
  const auto examination = (*session)->Examine(rpc::ColumnsOf(request.batch()));
  if (examination.ok()) {
    CheckAnswer(*examination, request.batch().series_indexes_size());
  } else if (!absl::IsInvalidArgument(examination.status())) {
    std::abort();
  }
  return 0;
}
