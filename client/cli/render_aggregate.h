#pragma once
#include "client/cli/names.h"
#include "client/cli/table.h"
#include "client/language.h"
#include "glutwatch/v1/aggregate.pb.h"

// Aggregated prices as a table.
namespace glutwatch::client {

// A row for each period of each group, as far as blocks were added.
//
// People read prices with two digits; programs with six, and every count in a column of its own.
class AggregateTable {
 public:
  // `request` says what the answer's columns are; it and `names` outlive the table.
  AggregateTable(const v1::AggregateObservationsRequest* request, const NameBook* names,
                 Language language);
  // A block without a group goes on with that of the block before.
  void AddBlock(const v1::AggregateBlock& block);
  const Table& table() const { return table_; }

  // Whether a group that was added holds simulated prices, or averages over several products.
  bool simulated() const { return simulated_; }
  bool mixed() const { return mixed_; }

 private:
  void AddRow(const v1::AggregateBlock& block, int row);

  const v1::AggregateObservationsRequest* request_;
  const NameBook* names_;
  Language language_;
  Table table_;
  v1::AggregateGroup group_;
  bool simulated_ = false;
  bool mixed_ = false;
};

}  // namespace glutwatch::client
