#include "server/storage/sha256.h"

#include <openssl/evp.h>

#include <cassert>
#include <cstdlib>

namespace glutwatch::storage {

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

// OpenSSL fails here only for want of memory.
Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
    std::abort();
  }
}

void Sha256::Add(absl::string_view bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) std::abort();
}

std::string Sha256::Finish() {
  std::string digest(kSha256Bytes, '\0');
  unsigned int size = 0;
  auto* out = reinterpret_cast<unsigned char*>(digest.data());
  if (EVP_DigestFinal_ex(context_.get(), out, &size) != 1) std::abort();
  assert(size == kSha256Bytes);
  return digest;
}

}  // namespace glutwatch::storage
