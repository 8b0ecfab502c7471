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

std::string signed_document(const Certificate& certificate) {
  return envelope_text(sign_envelope(statement_text(certificate), testing::certificate_key()));
}

CheckedCertificate check(const std::string& document) {
  return check_certificate(document, "c.json", testing::certificate_key().public_key());
}

bool is_refused(const std::string& document) {
  try {
    return !check(document).ok();
  } catch (const Failure&) {
    return true;
  }
}

/// What the check finds first after `change`; empty: nothing.
template <class Change>
std::string finding_after(Change change, Certificate certificate = SmallDeletion().certificate()) {
  change(certificate);
  const auto checked = check(signed_document(certificate));
  return checked.findings.empty() ? std::string() : checked.findings.front();
}

/// What reading a statement says in which the first `from` has become `to`.
std::string refusal_after(const std::string& from, const std::string& to) {
  std::string text = statement_text(SmallDeletion().certificate());
  REQUIRE(contains(text, from));
  text.replace(text.find(from), from.size(), to);
  return failure_of([&] { (void)parse_statement(text); });
}

}  // namespace

TEST_CASE("a certificate comes back from its statement, and its check finds nothing") {
  const Certificate certificate = SmallDeletion().certificate();

  const auto checked = check(signed_document(certificate));

  for (const auto& finding : checked.findings) MESSAGE(finding);
  CHECK(checked.ok());
  REQUIRE(checked.certificate.has_value());
  CHECK(*checked.certificate == certificate);
  CHECK(checked.key_id == testing::certificate_key().public_key().id());
}

TEST_CASE("a statement is an in-toto statement about the models of the shards touched") {
  const std::string text = statement_text(SmallDeletion().certificate());

  CHECK(text.starts_with(R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"shards/0001","digest":)"
                         R"({"blake2b256":"2222222222222222222222222222222222222222222222222222222222222222"}}],)"
                         R"("predicateType":"urn:expunge:deletion:v1","predicate":{)"));
}

TEST_CASE("a state that is forgotten and not yet retrained is certified as that") {
  const Certificate certificate = SmallDeletion().forgotten();

  const auto checked = check(signed_document(certificate));

  for (const auto& finding : checked.findings) MESSAGE(finding);
  CHECK(checked.ok());
  CHECK(*checked.certificate == certificate);
  CHECK(contains(statement_text(certificate), R"("state":{"forgotten":true,"recovered":false})"));
}

TEST_CASE("a shard that was rolled back to nothing abstains, and needs no proof") {
  Certificate certificate = SmallDeletion().forgotten();
  certificate.shards[1].after = {.shard = ShardId(1), .stages = 0, .model = {}, .live_root = {}};
  for (auto& proof : certificate.proofs) proof.after[1].reset();

  CHECK(check(signed_document(certificate)).ok());
}

TEST_CASE("no bit of a certificate can be altered unnoticed") {
  Certificate small = SmallDeletion().certificate();
  small.proofs.resize(1);
  const std::string document = signed_document(small);
  REQUIRE(check(document).ok());

  std::size_t missed = 0;
  for (std::size_t i = 0; i < document.size(); ++i) {
    std::string altered = document;
    altered[i] = static_cast<char>(static_cast<unsigned char>(altered[i]) ^ (1U << (i % 8)));
    if (!is_refused(altered)) ++missed;
  }

  CHECK(missed == 0);
}

TEST_CASE("a certificate that is cut or continued is refused") {
  const std::string document = signed_document(SmallDeletion().certificate());

  CHECK(is_refused(document.substr(0, document.size() / 2)));
  CHECK(is_refused(document + "{}"));
  CHECK(is_refused(""));
}

TEST_CASE("a certificate is refused under another key, whatever it says of its own") {
  const SigningKey other = SigningKey::generate();
  const std::string document = signed_document(SmallDeletion().certificate());
  Envelope claimed = sign_envelope(statement_text(SmallDeletion().certificate()), other);
  claimed.key_id = testing::certificate_key().public_key().id();

  const auto under_other = check_certificate(document, "c.json", other.public_key());
  const auto forged = check(envelope_text(claimed));

  REQUIRE(under_other.findings.size() == 1);
  CHECK(contains(under_other.findings[0], "the key given is " + other.public_key().id()));
  CHECK_FALSE(under_other.certificate.has_value());
  REQUIRE(forged.findings.size() == 1);
  CHECK(contains(forged.findings[0], "does not hold: the document was altered"));
  CHECK_FALSE(forged.certificate.has_value());
}

TEST_CASE("a proof of another reference, shard or root is refused") {
  CHECK(contains(finding_after([](Certificate& c) { std::swap(c.proofs[1].after, c.proofs[2].after); }),
                 "proofs[1]: the proof of absence does not hold under the root of shard"));
  CHECK(contains(finding_after([](Certificate& c) { std::swap(c.proofs[1].before, c.proofs[2].before); }),
                 "proofs[1]: the proof of before does not hold under the root of shard 1"));
  CHECK(contains(finding_after([](Certificate& c) { std::swap(c.proofs[0].after[0], c.proofs[0].after[1]); }),
                 "proofs[0]: the proof of absence does not hold under the root of shard 0"));
  CHECK(contains(finding_after([](Certificate& c) { c.shards[0].after.live_root.bytes[3] ^= std::byte{1}; }),
                 "does not hold under the root of shard 0"));
  CHECK(contains(finding_after([](Certificate& c) { c.proofs[0].after.pop_back(); }),
                 "proofs[0] speaks of 1 shards after, and the run has 2"));
  CHECK(contains(finding_after([](Certificate& c) { c.proofs[0].after[1].reset(); }),
                 "proofs[0] does not show that its reference is absent from shard 1"));
  CHECK(contains(finding_after([](Certificate& c) { c.proofs[2].before.reset(); }),
                 "proofs[2] does not show that its reference was in shard 1 before"));
}

TEST_CASE("absence of a reference that is still there can't be certified") {
  const SmallDeletion deletion;
  LiveTree still = deletion.tree_after();
  still.insert(deletion.samples({7002}));
  Certificate certificate = deletion.certificate();
  certificate.shards[1].after.live_root = still.root();
  certificate.proofs = {certificate.proofs[2]};

  certificate.proofs[0].after[1] = still.prove(certificate.proofs[0].reference);
  const auto honest = check(signed_document(certificate));
  certificate.proofs[0].after[1]->member = false;
  const auto lying = check(signed_document(certificate));

  REQUIRE_FALSE(honest.ok());
  CHECK(contains(honest.findings[0], "does not show that its reference is absent from shard 1"));
  REQUIRE_FALSE(lying.ok());
  CHECK(contains(lying.findings[0], "the proof of absence does not hold under the root of shard 1"));
}

TEST_CASE("a proof of what the request did not delete is refused") {
  const SmallDeletion deletion;
  Certificate certificate = deletion.certificate();
  certificate.proofs = {deletion.proof_of(deletion.references.of_sample(SampleId(9)), ReferenceKind::kSample)};

  const auto checked = check(signed_document(certificate));

  REQUIRE_FALSE(checked.ok());
  CHECK(contains(checked.findings[0], "proofs[0] is of a reference that is not listed"));
}

TEST_CASE("a certificate that contradicts itself is refused with what does not agree") {
  const auto finds = [](auto change, const char* what) {
    const std::string finding = finding_after(change);
    INFO(finding);
    CHECK(contains(finding, what));
  };
  finds([](Certificate& c) { c.deletion.deleted = 3; }, "3 samples were deleted, and their cells hold 2");
  finds([](Certificate& c) { c.deletion.requested = 1; }, "2 samples were deleted of 1 requested");
  finds([](Certificate& c) { c.deletion.listed.pop_back(); }, "2 references are counted, and 1 listed");
  finds([](Certificate& c) { c.deletion.references_digest = {}; }, "digest is not that of those listed");
  finds([](Certificate& c) { c.deletion.cells[0].cell.shard = ShardId(2); }, "lies in shard 2, and the run has 2");
  finds([](Certificate& c) { c.shards[1].touched = false; },
        "shard 1 is not touched, and samples were deleted from it");
  finds([](Certificate& c) { c.shards[0].touched = true; }, "shard 0 is touched, and samples were not deleted from it");
  finds([](Certificate& c) { c.shards.pop_back(); }, "and the run has 1");
  finds([](Certificate& c) { c.shards[1].after.live_root = c.shards[1].before.live_root; },
        "shard 1 has the same live root before and after");
  finds([](Certificate& c) { c.shards[0].after.model = {}; }, "do not go with its model and live root");
  finds([](Certificate& c) { c.superseded[0].file.stage = SliceId(1); }, "saw none of the deleted samples");
  finds([](Certificate& c) { c.superseded[0].fate = "not yet erased"; },
        "is not erased, and the deletion is completed");
  finds([](Certificate& c) { c.journal.together = {2}; }, "batch 1 is not among those");
  finds([](Certificate& c) { c.journal.published.reset(); }, "the journal has no line that says 'published'");
  finds([](Certificate& c) { c.journal.length = 2; }, "the journal has 2 lines, and line 3 is named");
  finds([](Certificate& c) { c.journal.head = {}; }, "the journal's last line has not the head's hash");
  finds([](Certificate& c) { c.journal.published->at = SmallDeletion::at(0); }, "does not follow line 1 in time");
  finds([](Certificate& c) { c.journal.accepted.number = 4; }, "comes before the request was accepted");
  finds([](Certificate& c) { c.issued_at = SmallDeletion::at(4); }, "issued at 2026-03-01T09:04:00Z, before what");
  finds([](Certificate& c) { c.request.accepted_at = SmallDeletion::at(2); }, "accepted at another time");
  finds([](Certificate& c) { c.request.completed_at.reset(); }, "completed at another time");
  finds([](Certificate& c) { c.request.met_deadline = false; }, "whether the request met its deadline is told wrongly");
  finds([](Certificate& c) { c.request.due_at = "soon"; }, "the time that the request was due at, 'soon', is none");
  finds([](Certificate& c) { c.guarantee = "heuristic"; }, "the guarantee 'heuristic' of the method 'exact'");
  finds([](Certificate& c) { c.verification.result = "fine"; }, "'fine' is not known here");
  finds([](Certificate& c) { c.verification.result = "refuted"; }, "the run's own verification said no");
  finds([](Certificate& c) { c.verification.journal_length = 6; }, "knew more of the journal than there is");
  finds([](Certificate& c) { c.proofs.clear(); }, "no reference has a proof, and no reason is given");
  finds([](Certificate& c) { c.proofs[1] = c.proofs[0]; }, "proofs[1] is of the same reference as another");
  finds([](Certificate& c) { c.live_root_scheme = "other-v2"; }, "live roots are built by 'other-v2'");
}

TEST_CASE("a shard that is only rolled back must not have kept a state that saw the samples") {
  const std::string finding =
      finding_after([](Certificate& c) { c.shards[1].after.stages = 2; }, SmallDeletion().forgotten());

  CHECK(contains(finding, "shard 1 was rolled back to 2 stages, and stage 2 saw samples"));
}

TEST_CASE("a statement of another form is refused with the field that is wrong") {
  CHECK(contains(refusal_after("Statement/v1", "Statement/v2"), "_type is 'https://in-toto.io/Statement/v2'"));
  CHECK(contains(refusal_after("deletion:v1", "deletion:v3"), "predicateType is 'urn:expunge:deletion:v3'"));
  CHECK(
      contains(refusal_after("\"requested\":3", "\"requested\":-3"), "predicate.deleted: the field 'requested' is -3"));
  CHECK(contains(refusal_after("\"content\":\"12", "\"content\":\"1"), "expected 64 hexadecimal digits"));
  CHECK(contains(refusal_after("\"touched\":false", "\"touched\":0"), "predicate.shards[0]: the field 'touched' is 0"));
  CHECK(
      contains(refusal_after("\"issued_at\":\"2026-", "\"issued_at\":\"2026/"), "predicate: the field 'issued_at' is"));
  CHECK(contains(refusal_after("\"unknown\":0,", ""), "predicate.deleted: the field 'unknown' is missing"));
}

TEST_CASE("what this version does not know in a statement is refused, not passed over") {
  const std::string more = refusal_after(R"("predicate":{)", R"("predicate":{"note":"and so on",)");
  const std::string subject = refusal_after(R"("name":"shards/0001")", R"("name":"shards/0000")");
  const std::string spelled = refusal_after("\"batch\":1", "\"batch\": 1");

  CHECK(contains(more, "not as this program writes it, from byte"));
  CHECK(contains(more, "and so on"));
  CHECK(contains(subject, "not as this program writes it"));
  CHECK(contains(spelled, "not as this program writes it"));
}

TEST_CASE("the references of a large deletion are given by their number and digest") {
  Certificate certificate = SmallDeletion().certificate();
  std::vector<Digest> many;
  for (std::uint64_t i = 0; i < 1001; ++i) many.push_back(Hasher("test").add(i).finish());
  std::ranges::sort(many);
  certificate.deletion.deleted = certificate.deletion.requested = certificate.deletion.references = 1001;
  certificate.deletion.cells[0].samples = 1001;
  certificate.deletion.references_digest = references_digest(many);
  certificate.deletion.listed.clear();

  const auto checked = check(signed_document(certificate));

  CHECK(checked.ok());
  CHECK(contains(statement_text(certificate), "\"list\":null"));
}

TEST_CASE("neither the document nor its readable version names a sample, a subject or a requester") {
  const SmallDeletion deletion;
  const Certificate certificate = deletion.certificate();
  const std::string statement = statement_text(certificate);
  const std::string text = certificate_text(certificate);

  for (const char* secret : {"7001", "7002", "ada"}) {
    INFO(secret);
    CHECK_FALSE(contains(text, secret));
  }
  CHECK_FALSE(contains(statement, "\"ada\""));
  for (const auto& reference : certificate.deletion.listed) CHECK_FALSE(contains(text, reference.hex()));
  CHECK_FALSE(contains(text, certificate.request.requester));
}

TEST_CASE("the readable version says what was asked, done and when, what it means and what not, on one page") {
  const std::string text = certificate_text(SmallDeletion().certificate());

  CHECK(contains(text, "Request     r-1\n"));
  CHECK(contains(text, "Completed   2026-03-01T09:05:00Z\n"));
  CHECK(contains(text, "Due         2026-03-28T10:00:00Z, met\n"));
  CHECK(contains(text, "That a trained model forget 3 samples."));
  CHECK(contains(text, "2 samples were deleted."));
  CHECK(contains(text, "What it does not mean"));
  CHECK(contains(text, "expunge check-certificate DOCUMENT --public-key KEY.pub --text"));
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < text.size(); ++lines) {
    const auto end = text.find('\n', begin);
    CHECK(end - begin <= 78);
    begin = end + 1;
  }
  CHECK(lines <= 66);
}

TEST_CASE("the readable version does not promise what is still to be done or was not looked at") {
  const std::string text = certificate_text(SmallDeletion().forgotten());

  CHECK(contains(text, "Completed   not yet"));
  CHECK(contains(text, "put back to a state that never saw the samples"));
  CHECK(contains(text, "It has not been verified"));
  CHECK_FALSE(contains(text, "bit for bit"));
}

TEST_CASE("no control character of a request reaches the reader's terminal") {
  Certificate certificate = SmallDeletion().certificate();
  certificate.request.id = "r\x1b[2J\n1";

  const std::string text = certificate_text(certificate);

  CHECK(contains(text, "Request     r?[2J?1\n"));
}
