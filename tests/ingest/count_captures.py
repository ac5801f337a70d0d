#!/usr/bin/env python3
"""Counts the real captures by another way than the adapters do: Python's csv, json and XML.

usage: count_captures.py FEED DATA_DIR
Prints one line: accepted refused low modal high arrivals, the last four as "count:sum".
"""
import csv
import glob
import io
import json
import lzma
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from decimal import ROUND_HALF_EVEN, Decimal

FIGURES = ("low", "modal", "high", "arrivals")


class Tally:
    def __init__(self):
        self.accepted = self.refused = 0
        self.count = dict.fromkeys(FIGURES, 0)
        self.sum = dict.fromkeys(FIGURES, Decimal(0))

    def add(self, **figures):
        self.accepted += 1
        for name, value in figures.items():
            if value is not None:
                self.count[name] += 1
                self.sum[name] += value

    def __str__(self):
        parts = [f"{self.count[n]}:{self.sum[n].normalize():f}" for n in FIGURES]
        return f"{self.accepted} {self.refused} {' '.join(parts)}"


def number(text):
    """A cell as Excel shows it: 15 significant digits, then four after the point."""
    if text is None or not str(text).strip(" .-"):
        return None
    value = Decimal("%.15g" % float(text))
    return value.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN)


def price(text):
    value = number(text)
    return None if value == 0 else value


def xz_rows(path):
    return list(csv.DictReader(io.StringIO(lzma.open(path, "rt", encoding="utf-8-sig").read())))


def xinfadi(data):
    tally = Tally()
    for row in xz_rows(f"{data}/cn_xinfadi_daily_2013_2016/normalized.csv.xz"):
        tally.add(low=price(row["low"]), modal=price(row["avg"]), high=price(row["high"]))
    tally.refused = 2  # PROVENANCE: "2.7（个）" and a row without anything but a date
    return tally


def tw_moa(data):
    tally = Tally()
    for path in sorted(glob.glob(f"{data}/tw_moa_api_raw_2026/raw/*.json.xz")):
        for row in json.load(lzma.open(path))["Data"]:
            if row["CropName"] == "休市":
                tally.add()
            elif row["Avg_Price"] == 0:
                tally.add(arrivals=number(row["Trans_Quantity"]) or None)
            else:
                tally.add(low=price(row["Lower_Price"]), modal=price(row["Avg_Price"]),
                          high=price(row["Upper_Price"]), arrivals=number(row["Trans_Quantity"]))
    return tally


def agmarknet(data):
    tally = Tally()
    for row in xz_rows(f"{data}/in_agmarknet_malabar_daily_2021_2026/normalized.csv.xz"):
        tally.add(low=price(row["min_price"]), modal=price(row["modal_price"]),
                  high=price(row["max_price"]))
    return tally


def wfp(data):
    tally = Tally()
    for path in sorted(glob.glob(f"{data}/wfp_food_prices/raw/*.csv.xz")):
        for row in xz_rows(path)[1:]:
            if row["priceflag"] == "forecast":
                tally.refused += 1
            else:
                tally.add(modal=price(row["price"]))
    return tally


def sheet_rows(book, wanted):
    """The rows of one sheet as {column letters: text}."""
    ns = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    names = [s.get("name").strip().lower()
             for s in ElementTree.fromstring(book.read("xl/workbook.xml")).iterfind("m:sheets/m:sheet", ns)]
    strings = ["".join(t.text or "" for t in si.iterfind(".//m:t", ns))
               for si in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iterfind("m:si", ns)]
    root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{names.index(wanted) + 1}.xml"))
    for row in root.iterfind("m:sheetData/m:row", ns):
        cells = {}
        for cell in row.iterfind("m:c", ns):
            value = cell.find("m:v", ns)
            if value is None or value.text is None:
                continue
            text = strings[int(value.text)] if cell.get("t") == "s" else value.text
            cells[cell.get("r").rstrip("0123456789")] = text
        yield cells


def letters(index):
    return (chr(64 + index // 26) if index >= 26 else "") + chr(65 + index % 26)


def kalimati(data):
    tally = Tally()
    for path in sorted(glob.glob(f"{data}/np_kalimati_monthly_2003_2025/raw/*.xlsx")):
        book = zipfile.ZipFile(path)
        key = lambda name: "".join(c for c in name.lower() if c.isalnum())
        is_product = lambda name: name and not key(name).startswith(
            ("total", "percent", "comodity", "commodity", "namemonth"))
        pairs = {}
        for row in sheet_rows(book, "price"):
            name = row.get("A", "").strip()
            for month in range(12):
                cells = [row.get(letters(2 + 3 * month + i)) for i in range(3)]
                if is_product(name) and any(number(c) is not None for c in cells):
                    pairs[key(name), month] = {
                        "low": price(cells[0]), "high": price(cells[1]), "modal": price(cells[2])}
        for row in sheet_rows(book, "volume by month"):
            name = row.get("A", "").strip()
            for month in range(12):
                kg = number(row.get(letters(1 + month)))
                if is_product(name) and kg is not None:
                    prices = pairs.setdefault((key(name), month), {})
                    # Arrivals of 0 without a price say nothing: that pair is "not reported".
                    if kg != 0 or any(v is not None for v in prices.values()):
                        prices["arrivals"] = kg
        for figures in pairs.values():
            tally.add(**figures)
    return tally


if __name__ == "__main__":
    print({"xinfadi": xinfadi, "tw_moa": tw_moa, "agmarknet": agmarknet, "wfp": wfp,
           "kalimati": kalimati}[sys.argv[1]](sys.argv[2]))
