#pragma once
#include <bit>
#include <cstdint>

namespace glutwatch::ingest::simulation {

// Arithmetic that gives the same bits on every machine with IEEE doubles: only + - * / and
// integer operations, compiled without fused multiply-add (ingest/CMakeLists.txt). The C
// library's exp and cos differ in the last bit from processor to processor.

// A well-mixed 64-bit hash of three numbers: the n-th random number of a stream, without a state.
constexpr uint64_t Mix(uint64_t seed, uint64_t stream, uint64_t n) {
  uint64_t x = seed + 0x9E3779B97F4A7C15U * (stream + 1) + 0xD1B54A32D192ED03U * (n + 1);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

// Uniform in [0, 1) from the top 53 bits.
constexpr double Uniform(uint64_t bits) {
  return static_cast<double>(bits >> 11) * (1.0 / 9007199254740992.0);
}

// About standard normal, within ±3.5: the sum of the four 16-bit parts of a hash, scaled.
constexpr double Normal(uint64_t bits) {
  const auto part = [&](int shift) { return static_cast<double>((bits >> shift) & 0xFFFF); };
  constexpr double kMean = 2.0 * 65535.0;
  constexpr double kInverseDeviation = 1.0 / 37837.227;  // sqrt(4 / 12) * 65536
  return (part(0) + part(16) + part(32) + part(48) - kMean) * kInverseDeviation;
}

// e^x for |x| <= 50, relative error below 1e-14.
constexpr double Exp(double x) {
  constexpr double kLog2E = 1.4426950408889634;
  constexpr double kLn2High = 0.693147180369123816490;
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  const double scaled = x * kLog2E;
  const auto k = static_cast<int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  const double r = (x - static_cast<double>(k) * kLn2High) - static_cast<double>(k) * kLn2Low;
  double sum = 1;
  for (int i = 13; i >= 1; --i) sum = 1 + sum * r / i;
  return sum * std::bit_cast<double>(static_cast<uint64_t>(k + 1023) << 52);
}

// Natural logarithm for x in [1e-6, 1e6], relative error below 1e-12: Newton's steps on Exp.
constexpr double Log(double x) {
  double y = 0;
  for (int i = 0; i < 40; ++i) {
    const double e = Exp(y);
    const double step = 2 * (x - e) / (x + e);
    y = y + step;
    if (step < 1e-15 && step > -1e-15) break;
  }
  return y;
}

// cos(2 pi x), any x of moderate size, absolute error below 1e-9.
constexpr double CosTurns(double x) {
  double turn = x - static_cast<double>(static_cast<int64_t>(x));
  if (turn < 0) turn = turn + 1;
  const double t = (turn - 0.5) * 6.283185307179586;  // cos(2 pi x) = -cos(t), |t| <= pi
  const double square = t * t;
  double sum = 1;
  for (int i = 20; i >= 2; i -= 2) sum = 1 - sum * square / (i * (i - 1));
  return -sum;
}

}  // namespace glutwatch::ingest::simulation
