// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "shards/certificate/certificate_check.hpp"
#include "shards/certificate/certificate_text.hpp"
#include "shards/certificate/envelope.hpp"
#include "tests/shards/certificate/small_certificate.hpp"
#include "tests/support/failure_message.hpp"

using namespace expunge;
using testing::contains;
using testing::failure_of;
using testing::SmallDeletion;

namespace {

/// The deletion as an approximate method leaves it.
Certificate approximate() {
  Certificate c = SmallDeletion().certificate();
  c.guarantee = "heuristic";
  c.method = "finetune:epochs=2";
  c.shards[1].approximate = true;
  c.superseded[0].fate = kKeptFate;
  c.proofs.clear();
  c.proofs_left_out = "the deletion is approximate in shard 1";
  c.verification.result = "approximate";
  return c;
}

/// The same once a later batch retrained the shard.
Certificate healed() {
  Certificate c = SmallDeletion().certificate();
  c.healed = CertifiedHealing{.from = "finetune:epochs=2", .batches = {2}, .line = SmallDeletion::line(8)};
  c.journal.length = 10;
  c.journal.head = SmallDeletion::line(10).hash;
  return c;
}

CheckedCertificate check(const Certificate& certificate) {
  const auto key = testing::certificate_key();
  return check_certificate(envelope_text(sign_envelope(statement_text(certificate), key)), "c.json", key.public_key());
}

template <class Change>
std::string finding_after(Certificate certificate, Change change) {
  change(certificate);
  const auto checked = check(certificate);
  return checked.findings.empty() ? std::string() : checked.findings.front();
}

}  // namespace

TEST_CASE("an approximate deletion and a healed one come back from their statements, and their check finds nothing") {
  for (const auto& certificate : {approximate(), healed()}) {
    const auto checked = check(certificate);

    for (const auto& finding : checked.findings) MESSAGE(finding);
    CHECK(checked.ok());
    REQUIRE(checked.certificate.has_value());
    CHECK(*checked.certificate == certificate);
    CHECK(contains(statement_text(certificate), R"("predicateType":"urn:expunge:deletion:v2")"));
  }
}

TEST_CASE("what version 1 has words for is said in version 1, and neither reads as the other") {
  const std::string first = statement_text(SmallDeletion().certificate());
  const std::string second = statement_text(healed());
  const auto as = [](std::string text, const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
    return failure_of([&] { (void)parse_statement(text); });
  };

  CHECK(contains(first, R"("predicateType":"urn:expunge:deletion:v1")"));
  CHECK(contains(first, R"("guarantee":{"class":"exact","method":"exact"})"));
  CHECK_FALSE(contains(first, "approximate"));
  CHECK(contains(second, R"("healed":{"from":"finetune:epochs=2","batches":[2],"since":{"line":8,)"));
  CHECK(contains(as(first, "deletion:v1", "deletion:v2"), "predicate.guarantee: the field 'healed' is missing"));
  CHECK(contains(as(second, "deletion:v2", "deletion:v1"), "the statement is not as this program writes it"));
}

TEST_CASE("a certificate that contradicts itself about what is exact is refused") {
  const auto finds = [](const Certificate& certificate, auto change, const char* what) {
    const std::string finding = finding_after(certificate, change);
    INFO(finding);
    CHECK(contains(finding, what));
  };
  finds(
      approximate(), [](Certificate& c) { c.guarantee = "exact"; },
      "is kept for an approximation, and the deletion is said to be exact");
  finds(
      approximate(),
      [](Certificate& c) {
        c.guarantee = "exact";
        c.superseded[0].fate = "erased";
      },
      "the guarantee is 'exact', and one of the shards touched is approximate");
  finds(
      approximate(), [](Certificate& c) { c.shards[1].approximate = false; },
      "the guarantee is 'heuristic', and none of the shards touched is approximate");
  finds(
      approximate(), [](Certificate& c) { c.guarantee = "certified"; }, "the guarantee 'certified' of the method");
  finds(
      approximate(), [](Certificate& c) { c.method = "exact"; }, "the guarantee 'heuristic' of the method 'exact'");
  finds(
      approximate(), [](Certificate& c) { c.proofs = SmallDeletion().certificate().proofs; },
      "absence is proved of a deletion that is approximate");
  finds(
      healed(), [](Certificate& c) { c.healed->from = "exact"; }, "said to be healed of the method 'exact'");
  finds(
      healed(),
      [](Certificate& c) {
        c.healed->batches = {3, 2};
      },
      "the batches that healed it are not told in order");
  finds(
      healed(), [](Certificate& c) { c.healed->line = SmallDeletion::line(2); },
      "it was healed before it had been forgotten approximately");
  finds(
      healed(), [](Certificate& c) { c.healed->line.number = 11; }, "the journal has 10 lines, and line 11 is named");
  finds(
      healed(), [](Certificate& c) { c.issued_at = SmallDeletion::at(7); }, "issued at 2026-03-01T09:07:00Z, before");
  finds(
      healed(), [](Certificate& c) { c.superseded[0].fate = kKeptFate; }, "is kept for an approximation");
}

TEST_CASE("absence is proved in exact shards alone: another request's approximation needs no proof and takes none") {
  Certificate certificate = SmallDeletion().certificate();
  certificate.shards[0].approximate = true;
  const std::string with_proof = finding_after(certificate, [](Certificate&) {});
  const std::string without = finding_after(certificate, [](Certificate& c) {
    for (auto& proof : c.proofs) proof.after[0].reset();
  });

  CHECK(contains(with_proof, "proofs[0] is of the root of shard 0, which is approximate"));
  CHECK(without.empty());
}

TEST_CASE("what healed a deletion by rolling back may have kept stages that never saw its samples") {
  Certificate certificate = healed();
  certificate.recovered = false;
  certificate.shards[1].first_retrained.reset();

  CHECK(finding_after(certificate, [](Certificate&) {}).empty());
}

TEST_CASE("the readable version of an approximate deletion promises nothing that was not done") {
  const std::string text = certificate_text(approximate());

  CHECK(contains(text, "approximate method, 'finetune:epochs=2'"));
  CHECK(contains(text, "1 is kept"));
  CHECK(contains(text, "The model is NOT the one that training without these samples gives."));
  CHECK_FALSE(contains(text, "no longer depends on them"));
  CHECK_FALSE(contains(text, "proves that each"));
}

TEST_CASE("the readable version of a healed deletion says since when it is exact") {
  const std::string text = certificate_text(healed());

  CHECK(contains(text, "'finetune:epochs=2';"));
  CHECK(contains(text, "2026-03-01T09:08:00Z"));
  CHECK(contains(text, "no longer depends on them"));
}
