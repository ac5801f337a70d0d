#include "client/cli/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli/text_width.h"

namespace glutwatch::client {
namespace {

struct WidthCase {
  std::string text;
  int want;
};

TEST(TextWidthTest, WideAndCombiningCharactersCountAsTheTerminalShowsThem) {
  for (const WidthCase& c : std::vector<WidthCase>{{"", 0},
                                                   {"kg", 2},
                                                   {"大蒜", 4},
                                                   {"大蒜 5.0cm", 10},
                                                   {"（模拟）", 8},
                                                   {"½·┄⣀", 4},
                                                   {"e\u0301", 1},
                                                   {"पालुङ्गो", 6},
                                                   {"\u200B", 0},
                                                   {"𠮷", 2},
                                                   {"\xff", 1}}) {
    EXPECT_EQ(DisplayWidth(c.text), c.want) << c.text;
  }
}

TEST(TextWidthTest, NothingThatSteersATerminalGetsThrough) {
  EXPECT_EQ(Printable("a\033[31mb"), "a?[31mb");
  EXPECT_EQ(Printable("a\nb\tc\x7f"), "a b c?");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "0m\xff"),
            "?0m?");
  EXPECT_EQ(Printable("大蒜"), "大蒜");
}

Table Example() {
  Table table({{"product", "PRODUCT"}, {"price", "PRICE", true}, {"note", "NOTE"}, {"id", ""}}, 3);
  table.AddRow({{"大蒜", "products/garlic"}, "1.55", "", "1"});
  table.AddRow({{"Ginger", "products/ginger"}, "12", "", "2"});
  return table;
}

TEST(TableTest, ColumnsAreAlignedByDisplayWidthAndEmptyOnesLeftOut) {
  EXPECT_EQ(Example().ToText(false),
            "PRODUCT  PRICE\n"
            "大蒜      1.55\n"
            "Ginger      12\n");
}

TEST(TableTest, NoBlanksAtTheEndOfALine) {
  Table table(std::vector<Column>{{"a", "A"}, {"b", "B"}});
  table.AddRow({"long value", "x"});
  table.AddRow({"y", ""});
  EXPECT_EQ(table.ToText(false), "A           B\nlong value  x\ny\n");
}

TEST(TableTest, ColoursDoNotDisturbTheAlignment) {
  Table table(std::vector<Column>{{"level", "LEVEL"}, {"x", "X"}});
  table.AddRow({{"red", Color::kRed}, "1"});
  EXPECT_EQ(table.ToText(true), "\033[1mLEVEL\033[0m  \033[1mX\033[0m\n\033[31mred\033[0m    1\n");
}

TEST(TableTest, CsvHasTheMachinesValuesAndEveryColumn) {
  EXPECT_EQ(Example().ToCsv(),
            "product,price,note,id\n"
            "products/garlic,1.55,,1\n"
            "products/ginger,12,,2\n");
  EXPECT_EQ(Example().ToIds(), "1\n2\n");
}

TEST(TableTest, CsvIsQuotedWhereItHasToBe) {
  Table table(std::vector<Column>{{"a", "A"}, {"b", "B"}});
  table.AddRow({"one, two", "say \"hi\""});
  table.AddRow({"line\nend", "plain"});
  EXPECT_EQ(table.ToCsv(/*with_header=*/false),
            "\"one, two\",\"say \"\"hi\"\"\"\n\"line\nend\",plain\n");
}

}  // namespace
}  // namespace glutwatch::client
