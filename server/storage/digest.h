#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/storage/database.h"

namespace glutwatch::storage {

struct DigestOptions {
  // Prices: only versions recorded at or before this. A commit that PriceStore shows as visible,
  // or everything. Other tables keep no past and are taken as they are.
  int64_t as_of_us = std::numeric_limits<int64_t>::max();
  // Asked now and then; true ends with ABORTED.
  std::function<bool()> stop = nullptr;
};

// What a store says, whatever it looks like on disk. Every digest is SHA-256, 32 raw bytes.
struct StoreDigest {
  // Every version of every observation in the order of (series, day, lot, recorded_us), each as:
  //   series (4), day (4), lot (2), status (1), presence (1), low, modal, high, arrivals (8 each),
  //   flags (2), length of the source's name (1), the name, recorded_us (8); little-endian.
  // The same before and after folding, for a store and its restored copy.
  std::string history;
  // As `history`, without flags, source and recorded_us, and without versions whose quotation is
  // that of the version before (reviews): the quotations and, where there are corrections, their
  // order. The same however the rows of different (series, day, lot) came in,
  // in whatever batches, and however often.
  std::string quotes;
  int64_t versions = 0;
  int64_t observations = 0;        // different (series, day, lot)
  int64_t series = 0;              // with at least one version
  int64_t newest_recorded_us = 0;  // the newest commit up to as_of_us; 0 if there is none

  struct TableDigest {
    std::string name;
    int64_t entries = 0;
    std::string
        sha256;  // of each entry in the order of keys: length of key (4), key, of value, value
  };
  // Every table that is content: receipts, catalog, series, warnings, event log, reports, facts,
  // report receipts, commits. Not meta, tips and the journal, which follow from the content or say
  // where work stands.
  std::vector<TableDigest> tables;
  // Of `history` and of all `tables` that are not empty: two stores with equal `whole` hold the
  // same. A table that a newer release adds changes nothing until something is in it.
  std::string whole;
};

// Reads the whole of `database` and decodes whatever storage itself has encoded: chunks, journal,
// receipts, tips. A quiet store's digest is exact. While somebody writes, `history` and `quotes`
// are exact as of `as_of_us`, and each table is as of an instant of its own.
//
// Changes nothing. Costs one pass over the disk and memory for what is not folded yet (64 bytes a
// row). Errors: DATA_LOSS names table and key of what does not decode; ABORTED.
absl::StatusOr<StoreDigest> DigestStore(const Database& database, const DigestOptions& options);

// "9f86d081..." for people and files.
std::string DigestText(const std::string& sha256);

}  // namespace glutwatch::storage
