#pragma once
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

struct evp_md_ctx_st;

namespace glutwatch::storage {

inline constexpr size_t kSha256Bytes = 32;

// SHA-256 (FIPS 180-4) of bytes that come in pieces. Not thread-safe; private to the room.
class Sha256 {
 public:
  Sha256();
  void Add(absl::string_view bytes);
  // The 32 bytes. Once; the object is then used up.
  std::string Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace glutwatch::storage
