#pragma once
#include <cstdint>

namespace glutwatch::forecast {

// Random numbers that are the same on every machine and with every standard library:
// xoshiro256** of Blackman and Vigna (2018), seeded by splitmix64.
class Random {
 public:
  explicit Random(uint64_t seed);

  uint64_t Next();
  // In (0, 1): never 0, never 1.
  double Uniform();
  // Standard normal, by inversion: one number a call.
  double Normal();
  // In [0, n); n > 0. Biased by less than n / 2^64.
  uint64_t Below(uint64_t n);

 private:
  uint64_t state_[4];
};

}  // namespace glutwatch::forecast
