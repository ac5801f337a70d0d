#pragma once
#include "base/bytes.h"
#include "forecast/models/model.h"

// What the bytes of every model begin with and have in common.
namespace glutwatch::forecast {

inline void WriteHead(ModelKind kind, uint8_t version, ByteWriter* out) {
  out->U8(static_cast<uint8_t>(kind));
  out->U8(version);
}

// Marks bytes that begin otherwise as damaged.
inline void ReadHead(ModelKind kind, uint8_t version, ByteReader* in) {
  if (in->U8() != static_cast<uint8_t>(kind) || in->U8() != version) in->MarkDamaged();
}

inline void WriteScore(const FitScore& score, ByteWriter* out) {
  out->Double(score.log_likelihood);
  out->Varint(static_cast<uint64_t>(score.parameters));
  out->Varint(static_cast<uint64_t>(score.observed));
}

inline FitScore ReadScore(ByteReader* in) {
  constexpr uint64_t kMost = uint64_t{1} << 30;
  const double log_likelihood = in->Double();
  const uint64_t parameters = in->Varint();
  const uint64_t observed = in->Varint();
  if (parameters > kMost || observed > kMost) in->MarkDamaged();
  return MakeFitScore(log_likelihood, static_cast<int>(parameters % kMost),
                      static_cast<int>(observed % kMost));
}

}  // namespace glutwatch::forecast
