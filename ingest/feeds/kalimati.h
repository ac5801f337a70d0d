#pragma once
#include <memory>

#include "ingest/feed.h"

namespace glutwatch::ingest {

// Kalimati, Kathmandu's wholesale market, and the other markets of Nepal's AMPIS, three layouts:
//
//   Yearly report (XLSX). Sheet Price: a row per commodity, Min/Max/Avg per month of a Bikram
//   Sambat year; sheet "Volume by month": kg. One row, as we count, is one (product, month) pair
//   of cells: prices and arrivals of equal names (without regard to case, blanks and punctuation)
//   are one observation; arrivals of another name ("Tomato Big" covers both "Tomato Big(Nepali)"
//   and "Tomato Big(Indian)") are a row with arrivals only, in NPR per kg. A month's figures are
//   dated on its 15th. Annual columns, totals and "Volume by source" are left out.
//
//   AMPIS capture (JSON): one market, one day: the day its category_np names ("मिति: असार 17,
//   2083"), else the day in Kathmandu of fetched_at_utc; before 06:00 the board still shows the
//   day before.
//
//   Daily captures (CSV): date, product or commodity_en, unit, min, max, avg. The market is in
//   the file's name. Rows that have neither date nor prices are left out, with a note.
//
// Rupees per kg, dozen, piece or litre: see NepaliUnit.
std::unique_ptr<Feed> MakeKalimatiFeed();

}  // namespace glutwatch::ingest
