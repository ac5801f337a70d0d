#include "server/report/report_codec.h"

#include <gtest/gtest.h>

namespace glutwatch::report {
namespace {

Report FullReport() {
  Report report;
  report.subject = {Kind::kExpectedHarvest,    "532930",  "garlic", "紫皮",
                    GrowerClass::kCooperative, "三营冷库"};
  report.day = Day{20'513};
  report.figures = {.value_e4 = 15'000'000,
                    .unit = "kg/mu",
                    .currency = "CNY",
                    .window_start = Day{20'520},
                    .window_end = Day{20'560},
                    .stage = GrowthStage::kMature,
                    .no_bid = true,
                    .withdrawn = true};
  report.reporter = "station 1";
  report.source = "visit";
  report.note = "after the hail";
  report.simulated = true;
  report.recorded_us = 1'772'000'000'000'000;
  report.findings = {{"YIELD_UNUSUAL", "value_e4", "too much", "过高"}, {"A", "", "", ""}};
  report.unconfirmed = true;
  report.confirmer = "bureau";
  return report;
}

void ExpectSame(const Report& a, const Report& b) {
  EXPECT_EQ(a.subject, b.subject);
  EXPECT_EQ(a.day, b.day);
  EXPECT_EQ(a.figures, b.figures);
  EXPECT_EQ(a.reporter, b.reporter);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.note, b.note);
  EXPECT_EQ(a.simulated, b.simulated);
  EXPECT_EQ(a.recorded_us, b.recorded_us);
  EXPECT_EQ(a.findings, b.findings);
  EXPECT_EQ(a.unconfirmed, b.unconfirmed);
  EXPECT_EQ(a.confirmer, b.confirmer);
}

TEST(ReportCodecTest, GivesBackWhatWasWritten) {
  for (const Report& report : {FullReport(), Report{}}) {
    Report read;
    read.subject = report.subject;
    read.day = report.day;
    read.recorded_us = report.recorded_us;
    ASSERT_TRUE(DecodeVersion(EncodeVersion(report), &read));
    ExpectSame(read, report);

    ByteWriter out;
    WriteReport(report, &out);
    ByteReader in(out.bytes());
    ExpectSame(ReadReport(&in), report);
    EXPECT_TRUE(in.done());

    Subject subject;
    ASSERT_TRUE(DecodeSubject(EncodeSubject(report.subject), &subject));
    EXPECT_EQ(subject, report.subject);
  }
}

// A later release reads what this one wrote.
TEST(ReportCodecTest, WritesTheBytesOfTheFormatDocument) {
  Report report;
  report.figures = {.value_e4 = 20'000, .unit = "mu"};
  report.reporter = "s";
  EXPECT_EQ(EncodeVersion(report), std::string("\x01\x01\xc0\xb8\x02\x02mu\0\0\x01s\0\0\0\0", 16));
  EXPECT_EQ(EncodeSubject({.kind = Kind::kStock, .region = "53", .product = "garlic"}),
            std::string("\x01\x07\x02"
                        "53\x06"
                        "garlic\0\0\0",
                        15));
  EXPECT_EQ(VersionKey(SubjectId{258}, Day{1}, 3),
            std::string("v\0\0\x01\x02\x80\0\0\x01\0\0\0\0\0\0\0\x03", 17));
  EXPECT_EQ(SubjectKey(SubjectId{258}), std::string("s\0\0\x01\x02", 5));
}

TEST(ReportCodecTest, RefusesEveryShortenedRecord) {
  const std::string version = EncodeVersion(FullReport());
  for (size_t size = 0; size < version.size(); ++size) {
    Report read;
    EXPECT_FALSE(DecodeVersion(version.substr(0, size), &read)) << size;
  }
  Report read;
  EXPECT_FALSE(DecodeVersion(version + "x", &read));
  const std::string subject = EncodeSubject(FullReport().subject);
  for (size_t size = 0; size < subject.size(); ++size) {
    Subject read_subject;
    EXPECT_FALSE(DecodeSubject(subject.substr(0, size), &read_subject)) << size;
  }
}

TEST(ReportCodecTest, RefusesValuesThatCannotBe) {
  Subject subject;
  EXPECT_FALSE(DecodeSubject(std::string("\x01\x00\x00\x00\x00\x00\x00", 7), &subject)) << "kind";
  EXPECT_FALSE(DecodeSubject(std::string("\x01\x0d\x00\x00\x00\x00\x00", 7), &subject)) << "kind";
  EXPECT_FALSE(DecodeSubject(std::string("\x01\x01\x00\x00\x00\x05\x00", 7), &subject)) << "class";
  EXPECT_FALSE(DecodeSubject(std::string("\x02\x01\x00\x00\x00\x00\x00", 7), &subject))
      << "version";
  Report report;
  std::string bytes = EncodeVersion(report);
  bytes.replace(1, 1, "\x80\x01");
  EXPECT_FALSE(DecodeVersion(bytes, &report)) << "unknown bits";
}

TEST(ReportCodecTest, KeysAreOrderedBySubjectDayAndTime) {
  const std::vector<std::string> keys = {
      NewestKey(),
      SubjectKey(SubjectId{0}),
      SubjectKey(SubjectId{300}),
      VersionKey(SubjectId{0}, kMinDay, 0),
      VersionKey(SubjectId{0}, Day{-1}, 5),
      VersionKey(SubjectId{0}, Day{0}, 1),
      VersionKey(SubjectId{0}, Day{0}, 300),
      VersionKey(SubjectId{0}, kMaxDay, 0),
      VersionKey(SubjectId{1}, kMinDay, 0),
  };
  for (size_t i = 1; i < keys.size(); ++i) EXPECT_LT(keys[i - 1], keys[i]) << i;
  VersionPlace place;
  ASSERT_TRUE(ReadVersionKey(keys[6], &place));
  EXPECT_EQ(place.day, Day{0});
  EXPECT_EQ(place.recorded_us, 300);
  SubjectId id;
  ASSERT_TRUE(ReadSubjectKey(keys[2], &id));
  EXPECT_EQ(id, SubjectId{300});
  EXPECT_FALSE(ReadSubjectKey(keys[3], &id));
  EXPECT_FALSE(ReadVersionKey(keys[1], &place));
  EXPECT_FALSE(ReadVersionKey(keys[6] + "x", &place));
  EXPECT_FALSE(ReadVersionKey(VersionKey(SubjectId{0}, kMaxDay + 1, 0), &place));
}

TEST(ReportCodecTest, DescribesKeysForPeople) {
  EXPECT_EQ(DescribeKey(SubjectKey(SubjectId{7})), "subject 7");
  EXPECT_EQ(DescribeKey(VersionKey(SubjectId{7}, Day{20'513}, 5)),
            "subject 7, day 2026-03-01, recorded_us 5");
  EXPECT_EQ(DescribeKey("x\xff"), "0x78ff");
}

}  // namespace
}  // namespace glutwatch::report
