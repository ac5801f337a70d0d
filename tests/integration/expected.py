"""What the store must hold after the reference data was read, computed by another way than the
adapters do: Python's csv, json, zipfile and XML, and the rules of docs/feeds.md.

A feed's reader yields Documents in the order in which glutwatch-ingest reads them; a Ledger takes
them as the server should, and counts.
"""
import collections
import csv
import datetime
import io
import json
import lzma
import pathlib
import re
import typing
import xml.etree.ElementTree as ElementTree
import zipfile
from decimal import ROUND_HALF_EVEN, Decimal

TRADED, CLOSED, NOT_REPORTED = "TRADED", "CLOSED", "NOT_REPORTED"
E4 = Decimal("0.0001")


class Figures(typing.NamedTuple):
    status: str
    low: Decimal | None = None
    modal: Decimal | None = None
    high: Decimal | None = None
    arrivals: Decimal | None = None


class MarketName(typing.NamedTuple):
    """A market as its source names it."""
    name: str
    kind: str = "WHOLESALE"
    within: tuple = ()  # names of regions that it lies in


class Row(typing.NamedTuple):
    market: MarketName
    product: str
    grade: str
    currency: str
    unit: str
    day: datetime.date
    figures: Figures


class Document(typing.NamedTuple):
    path: pathlib.Path
    rows: list
    refused: int  # rows that are no observation: forecasts, "2.7（个）"


class Tally(typing.NamedTuple):
    read: int
    kept: int  # accepted or suspicious
    refused: int
    duplicate: int


def exact(text):
    """A quoted number, as it stands there."""
    return None if text is None or not str(text).strip() else Decimal(str(text).strip())


def rounded(text):
    """An average that a spreadsheet computed: what it shows (15 digits), four after the point."""
    if text is None or not str(text).strip(" .-"):
        return None
    return Decimal("%.15g" % float(text)).quantize(E4, rounding=ROUND_HALF_EVEN)


def settle(low, modal, high, arrivals=None):
    """Missing is not zero: prices of 0 were not reported."""
    low, modal, high = (None if price == 0 else price for price in (low, modal, high))
    if (low, modal, high) == (None, None, None) and not arrivals:
        return Figures(NOT_REPORTED)
    return Figures(TRADED, low, modal, high, arrivals)


def is_possible(figures):
    """The server's hard rules."""
    prices = [price for price in figures[1:4] if price is not None]
    if any(price <= 0 for price in prices):
        return False
    if figures.low is not None and figures.high is not None and figures.low > figures.high:
        return False
    return figures.arrivals is None or figures.arrivals >= 0


# --- the feeds


def open_text(path):
    opener = lzma.open if path.suffix == ".xz" else open
    return opener(path, "rt", encoding="utf-8-sig", newline="")


XINFADI = MarketName("北京新发地农产品批发市场")


def xinfadi_row(cells, day):
    name, low, modal, high, grade, unit = (str(cell).strip("\ufeff \t") for cell in cells[:6])
    figures = settle(exact(low), exact(modal), exact(high))
    return Row(XINFADI, name, grade, "CNY", unit, day, figures)


def xinfadi_table(path, rows, day_of):
    kept, refused = [], 0
    for cells in rows:
        if not any(cell.strip("\ufeff \t") for cell in cells):
            continue
        try:
            row = xinfadi_row(cells, day_of(cells[6]))
            refused += not (row.product and row.unit)
            if row.product and row.unit:
                kept.append(row)
        except (ArithmeticError, ValueError, IndexError):
            refused += 1
    return Document(path, kept, refused)


def xinfadi_export(path):
    if path.suffix == ".xlsx":
        rows = [[cells.get(letter, "") for letter in "ABCDEFG"] for cells in sheet_rows(zipfile.ZipFile(path), None)]
        start = datetime.date(1899, 12, 30)
        return xinfadi_table(path, rows[1:], lambda serial: start + datetime.timedelta(days=int(float(serial))))
    with open_text(path) as text:
        rows = list(csv.reader(text))
    return xinfadi_table(path, rows[1:], lambda day: datetime.date.fromisoformat(day.strip()))


def tw_moa(path):
    rows = []
    with open_text(path) as text:
        records = json.load(text, parse_float=Decimal, parse_int=Decimal)["Data"]
    for record in records:
        year, month, day = (int(part) for part in record["TransDate"].split("."))
        fish = "MarketCode" not in record
        market = MarketName(record["MarketName"] + "魚市場" if fish else record["MarketName"])
        date = datetime.date(year + 1911, month, day)
        code, crop = record.get("CropCode", "").strip(), record["CropName"].strip()
        arrivals = record["Trans_Quantity"]
        if crop == "休市" or code in ("rest", "-"):
            product, figures = "all", Figures(CLOSED)
        elif record["Avg_Price"] == 0:
            product, figures = crop, Figures(NOT_REPORTED, arrivals=arrivals)
        else:
            figures = settle(record["Lower_Price"], record["Avg_Price"], record["Upper_Price"], arrivals)
            product = crop
        rows.append(Row(market, product, code if crop == "其他" else "", "TWD", "kg", date, figures))
    return Document(path, rows, 0)


def agmarknet(path):
    rows = []
    with open_text(path) as text:
        for record in csv.DictReader(text):
            low, modal, high = (exact(record[f"{c}_price"]) for c in ("min", "modal", "max"))
            contradicts = high == 0 and low and low > 0  # not ours to interpret: refused
            figures = Figures(TRADED, low, modal, high) if contradicts else settle(low, modal, high)
            grade = "/".join(part for part in (record["variety"].strip(), record["grade"].strip()) if part)
            name = record["market"].strip().replace(" )", ")")
            market = MarketName(name, within=(record["district"].strip(), "India"))
            rows.append(Row(market, record["commodity_slug"], grade, "INR", record["unit"].rsplit("/")[-1],
                            datetime.date.fromisoformat(record["date"]), figures))
    return Document(path, rows, 0)


WFP_COUNTRIES = {"chn": "China", "dza": "Algeria", "ken": "Kenya", "lka": "Sri Lanka"}
WFP_KINDS = {"Retail": "RETAIL", "Wholesale": "WHOLESALE", "Farm Gate": "FARM_GATE", "Producer": "FARM_GATE"}


def wfp(path):
    country = WFP_COUNTRIES[path.name.split(".")[0][-3:]]
    rows, refused = [], 0
    with open_text(path) as text:
        for record in csv.DictReader(text):
            if record["date"].startswith("#"):
                continue
            if record["priceflag"] == "forecast":
                refused += 1
                continue
            price = exact(record["price"])
            if price is not None:
                price = price.quantize(E4, rounding=ROUND_HALF_EVEN)
            # China's regions have Chinese names in the catalog; its markets' own names are unique.
            within = () if country == "China" else (country, record["admin1"].strip())
            market = MarketName(record["market"].strip(), WFP_KINDS[record["pricetype"]],
                                tuple(part for part in within if part))
            rows.append(Row(market, record["commodity"].strip(), "", record["currency"], record["unit"].strip(),
                            datetime.date.fromisoformat(record["date"]), settle(None, price, None)))
    return Document(path, rows, refused)


def sheet_rows(book, wanted):
    """The rows of the sheet called `wanted` (None: the first one) as {column letters: text}."""
    ns = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    sheets = ElementTree.fromstring(book.read("xl/workbook.xml")).iterfind("m:sheets/m:sheet", ns)
    names = [sheet.get("name").strip().lower() for sheet in sheets]
    strings = ["".join(t.text or "" for t in item.iterfind(".//m:t", ns))
               for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iterfind("m:si", ns)]
    number = 1 if wanted is None else names.index(wanted) + 1
    root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    for row in root.iterfind("m:sheetData/m:row", ns):
        cells = {}
        for cell in row.iterfind("m:c", ns):
            value = cell.find("m:v", ns)
            if value is None or value.text is None:
                continue
            letters = cell.get("r").rstrip("0123456789")
            if cell.get("t") == "s":
                cells[letters] = strings[int(value.text)]
            else:
                cells[letters] = "%.15g" % float(value.text)  # what a spreadsheet shows
        yield cells


KALIMATI = MarketName("Kalimati Fruits and Vegetable Market")
MONTHS = range(1, 13)

# The lengths of the months of each Bikram Sambat year, Baisakh to Chaitra, as the Python package
# nepali-datetime has them; 2060-01-01 is 2003-04-14.
BS_EPOCH = datetime.date(2003, 4, 14)
BS_MONTH_DAYS = {
    2060: "31 31 32 32 31 30 30 29 30 29 30 30", 2061: "31 32 31 32 31 30 30 30 29 29 30 31",
    2062: "31 31 31 32 31 31 29 30 29 30 29 31", 2063: "31 31 32 31 31 31 30 29 30 29 30 30",
    2064: "31 31 32 32 31 30 30 29 30 29 30 30", 2065: "31 32 31 32 31 30 30 30 29 29 30 31",
    2066: "31 31 31 32 31 31 29 30 30 29 29 31", 2067: "31 31 32 31 31 31 30 29 30 29 30 30",
    2068: "31 31 32 32 31 30 30 29 30 29 30 30", 2069: "31 32 31 32 31 30 30 30 29 29 30 31",
    2070: "31 31 31 32 31 31 29 30 30 29 30 30", 2071: "31 31 32 31 31 31 30 29 30 29 30 30",
    2072: "31 32 31 32 31 30 30 29 30 29 30 30", 2073: "31 32 31 32 31 30 30 30 29 29 30 31",
    2074: "31 31 31 32 31 31 30 29 30 29 30 30", 2075: "31 31 32 31 31 31 30 29 30 29 30 30",
    2076: "31 32 31 32 31 30 30 30 29 29 30 30", 2077: "31 32 31 32 31 30 30 30 29 30 29 31",
    2078: "31 31 31 32 31 31 30 29 30 29 30 30", 2079: "31 31 32 31 31 31 30 29 30 29 30 30",
    2080: "31 32 31 32 31 30 30 30 29 29 30 30", 2081: "31 32 31 32 31 30 30 30 29 30 29 31",
}


def bikram_sambat(year, month, day):
    days = day - 1
    for y in range(2060, year + 1):
        lengths = [int(n) for n in BS_MONTH_DAYS[y].split()]
        days += sum(lengths[:month - 1] if y == year else lengths)
    return BS_EPOCH + datetime.timedelta(days=days)


def letters_of(index):
    return (chr(64 + index // 26) if index >= 26 else "") + chr(65 + index % 26)


def name_key(name):
    return "".join(c for c in name.lower() if c.isalnum())


def is_product(name):
    return name and not name_key(name).startswith(("total", "percent", "comodity", "commodity", "namemonth"))


def kalimati_unit(cell):
    unit = cell.strip().lower().removeprefix("rs/").replace(" ", "").rstrip(".")
    return {"1pc": "piece", "1doz": "dozen", "perdozen": "dozen", "perpiece": "piece",
            "100": "100 pcs", "100j^f": "100 pcs", "100pcs": "100 pcs"}.get(unit, unit)


def kalimati(path):
    """Sheet "Price": product, unit, then minimum, maximum and average of each month. Sheet "Volume by
    month": product, then kilograms of each month; a price row takes the first one of its name."""
    book = zipfile.ZipFile(path)
    year = int(re.search(r"(20\d\d)\.xlsx$", path.name)[1])
    volumes = collections.defaultdict(list)
    for cells in sheet_rows(book, "volume by month"):
        name = cells.get("A", "").strip()
        if is_product(name):
            volumes[name_key(name)].append((name, [rounded(cells.get(letters_of(m))) for m in MONTHS]))
    lines = []
    for cells in sheet_rows(book, "price"):
        name = cells.get("A", "").strip()
        if not is_product(name):
            continue
        _, arrivals = volumes[name_key(name)].pop(0) if volumes[name_key(name)] else (name, [None] * 12)
        prices = [[rounded(cells.get(letters_of(3 * m - 1 + i))) for i in range(3)] for m in MONTHS]
        lines.append((name, kalimati_unit(cells.get("B", "")), prices, arrivals))
    lines += [(name, "kg", [[None] * 3] * 12, arrivals) for rest in volumes.values() for name, arrivals in rest]
    rows = []
    for name, unit, prices, arrivals in lines:
        for month in MONTHS:
            low, high, modal = prices[month - 1]
            if (low, high, modal, arrivals[month - 1]) != (None,) * 4:
                rows.append(Row(KALIMATI, name, "", "NPR", unit, bikram_sambat(year, month, 15),
                                settle(low, modal, high, arrivals[month - 1])))
    return Document(path, rows, 0)


# --- names and the ledger


def canonical(name):
    return re.sub(r"[^\w.]+", "-", name.casefold()).strip("-")


class Names:
    """Which resource of the catalog a source's name means: `catalog` is lists of resources as
    `glutwatch catalog ... -o json` prints them."""

    def __init__(self, regions, markets, products, units):
        self._regions = {region["name"]: region for region in regions}
        self._markets = collections.defaultdict(list)
        for market in markets:
            self._markets[market["display_name"]].append(market)
        self._products, self._units = {}, {}
        for product in products:
            names = [product["name"].removeprefix("products/"), product["display_name"], *product.get("aliases", ())]
            self._products.update({canonical(name): product["name"] for name in names})
        for unit in units:
            self._units.update({canonical(name): unit["code"] for name in [unit["code"], *unit.get("aliases", ())]})
        self._known = {}

    def product(self, name):
        return self._products[canonical(name)]

    def unit(self, name):
        """A unit of the catalog, or so many of one: "90 KG" is 90-kg, "1 KG" is kg."""
        pack = re.fullmatch(r"(\d+(?:\.\d+)?)[ -]*(.+)", name)
        if canonical(name) in self._units or not pack:
            return self._units[canonical(name)]
        count, unit = Decimal(pack[1]).normalize(), self._units[canonical(pack[2])]
        return unit if count == 1 else f"{count:f}-{unit}"

    def market(self, wanted):
        if wanted not in self._known:
            self._known[wanted] = self._find(wanted)
        return self._known[wanted]

    def _regions_of(self, market):
        name = market["region"]
        while name:
            region = self._regions[name]
            yield region["display_name"]
            name = region.get("parent", "")

    def _find(self, wanted):
        found = [market["name"] for market in self._markets[wanted.name]
                 if market["kind"] == f"MARKET_KIND_{wanted.kind}" and
                 set(wanted.within) <= set(self._regions_of(market))]
        if len(found) != 1:
            raise LookupError(f"{wanted} is {found} in the catalog, expected one market")
        return found[0]


class Ledger:
    """Takes documents as the server should, and knows what it then holds."""

    def __init__(self, names):
        self._names = names
        self._lots = {}  # (market, product, grade, price unit, day, lot) -> Figures

    def take(self, document):
        kept = duplicate = 0
        refused = document.refused
        lots = collections.defaultdict(list)  # of this document: distinct figures in their order
        for row in document.rows:
            key = (self._names.market(row.market), self._names.product(row.product), row.grade,
                   f"{row.currency}/{self._names.unit(row.unit)}", row.day)
            if row.figures in lots[key]:
                duplicate += 1
                continue
            key += (len(lots[key]),)
            lots[key[:-1]].append(row.figures)
            if not is_possible(row.figures):
                refused += 1
            elif self._lots.get(key) == row.figures:
                duplicate += 1
            else:
                kept += 1
                self._lots[key] = row.figures
        return Tally(len(document.rows) + document.refused, kept, refused, duplicate)

    def content(self):
        """(market, day) -> Counter of (product, grade, price unit, *figures)."""
        content = collections.defaultdict(collections.Counter)
        for (market, product, grade, unit, day, _), figures in self._lots.items():
            content[market, day][(product, grade, unit, *figures)] += 1
        return content


def from_csv(text):
    """The same, of what `glutwatch prices query -o csv` printed."""
    content = collections.defaultdict(collections.Counter)
    for row in csv.DictReader(io.StringIO(text)):
        figures = [Decimal(row[c]) if row[c] else None
                   for c in ("low_price", "modal_price", "high_price", "arrivals")]
        key = (row["market"], datetime.date.fromisoformat(row["market_date"]))
        status = row["day_status"].removeprefix("DAY_STATUS_")
        content[key][(row["product"], row["grade"], row["price_unit"], status, *figures)] += 1
    return content
