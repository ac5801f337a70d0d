#include "forecast/numeric/random.h"

#include <bit>

#include "forecast/numeric/normal.h"

namespace glutwatch::forecast {

Random::Random(uint64_t seed) {
  for (uint64_t& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
}

uint64_t Random::Next() {
  const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::Uniform() {
  // The middle of one of 2^52 equal parts.
  return (static_cast<double>(Next() >> 12) + 0.5) * 0x1p-52;
}

double Random::Normal() { return NormalQuantile(Uniform()); }

uint64_t Random::Below(uint64_t n) { return Next() % n; }

}  // namespace glutwatch::forecast
