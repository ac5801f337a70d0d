// Subjects, versions and receipts of reports: damaged bytes are refused and never a crash; what is
// accepted is written back to bytes that decode to the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/report/receipt.h"
#include "server/report/report_codec.h"

using namespace glutwatch::report;  // NOLINT(google-build-using-namespace): a fuzz target

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (Subject subject; DecodeSubject(bytes, &subject)) {
    Subject again;
    if (!DecodeSubject(EncodeSubject(subject), &again) || again != subject) std::abort();
  }
  if (Report report; DecodeVersion(bytes, &report)) {
    const std::string written = EncodeVersion(report);
    Report again;
    if (!DecodeVersion(written, &again) || EncodeVersion(again) != written) std::abort();
  }
  if (Receipt receipt; DecodeReceipt(bytes, &receipt)) {
    const std::string written = EncodeReceipt(receipt);
    Receipt again;
    if (!DecodeReceipt(written, &again) || EncodeReceipt(again) != written) std::abort();
  }
  (void)DescribeKey(bytes);
  return 0;
}
