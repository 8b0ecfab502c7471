// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/config/option_table.hpp"
#include "framework/io/file_system.hpp"
#include "framework/log/log.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/process/standard_output.hpp"
#include "shards/certificate/certificate_check.hpp"
#include "shards/certificate/certificate_text.hpp"

namespace expunge {

namespace {

using Json = nlohmann::ordered_json;

std::vector<std::uint32_t> approximate_shards(const Certificate& certificate) {
  std::vector<std::uint32_t> shards;
  for (const auto& shard : certificate.shards)
    if (shard.approximate) shards.push_back(shard.after.shard.value());
  return shards;
}

Json to_json(const std::string& file, const CheckedCertificate& checked) {
  Json json{{"certificate", file}, {"ok", checked.ok()}, {"key_id", checked.key_id}, {"findings", checked.findings}};
  if (!checked.certificate) return json;
  const Certificate& c = *checked.certificate;
  json["request"] = c.request.id;
  json["issued_at"] = to_text(c.issued_at);
  json["deleted"] = c.deletion.deleted;
  json["guarantee"] = c.guarantee;
  json["method"] = c.method;
  json["healed_by"] = c.healed ? Json(c.healed->batches) : Json(nullptr);
  json["approximate_shards"] = approximate_shards(c);
  json["files_kept"] = std::ranges::count_if(c.superseded, &CertifiedFile::is_kept);
  json["recovered"] = c.recovered;
  json["completed"] = c.request.completed_at.has_value();
  json["verification"] = c.verification.result;
  json["shards"] = c.shards.size();
  json["proofs"] = c.proofs.size();
  json["short_seed"] = c.program.short_seed;
  json["journal"] = {{"length", c.journal.length}, {"head", c.journal.head.hex()}};
  return json;
}

/// What of a certificate is not exact, or was not always.
void print_guarantee(const Certificate& c) {
  const auto approximate = approximate_shards(c);
  if (c.guarantee != "exact") {
    const auto kept = std::ranges::count_if(c.superseded, &CertifiedFile::is_kept);
    fmt::print("APPROXIMATE   by '{}' ({}): the model may still know the samples, until it is healed\n", c.method,
               c.guarantee);
    fmt::print("kept          {} of {} files that saw the samples; states of shard{} {} descend from them\n", kept,
               c.superseded.size(), approximate.size() == 1 ? "" : "s", fmt::join(approximate, ", "));
    return;
  }
  if (c.healed)
    fmt::print("exact         since {}: healed by batch{} {}, of '{}'\n", to_text(c.healed->line.at),
               c.healed->batches.size() == 1 ? "" : "es", fmt::join(c.healed->batches, ", "), c.healed->from);
  if (!approximate.empty())
    fmt::print("besides       shard{} {} may be approximate, by other requests: nothing is proved of {}\n",
               approximate.size() == 1 ? "" : "s", fmt::join(approximate, ", "),
               approximate.size() == 1 ? "it" : "them");
}

/// Samples can be deleted before any state has seen them.
std::string seen_before(const std::vector<ReferenceProof>& proofs) {
  const auto seen =
      std::ranges::count_if(proofs, [](const auto& proof) { return proof.before && proof.before->member; });
  if (seen == 0) return "not trained on before";
  return static_cast<std::size_t>(seen) == proofs.size() ? "there before"
                                                         : fmt::format("{} of them there before", seen);
}

void print_summary(const std::string& file, const CheckedCertificate& checked) {
  const Certificate& c = *checked.certificate;
  fmt::print("{} holds: signed by key {} at {}\n", file, checked.key_id, to_text(c.issued_at));
  fmt::print("request       {}, {} samples deleted, {}\n", c.request.id, c.deletion.deleted,
             c.request.completed_at ? "completed " + to_text(*c.request.completed_at)
             : c.recovered          ? "retrained, files not yet erased"
                                    : "forgotten, retraining pending");
  print_guarantee(c);
  const auto exact = c.shards.size() - approximate_shards(c).size();
  if (c.proofs.empty())
    fmt::print("proofs        none: {}\n", c.proofs_left_out);
  else
    fmt::print("proofs        {} references: {}, absent from all {} {}shards after\n", c.proofs.size(),
               seen_before(c.proofs), exact, exact == c.shards.size() ? "" : "exact ");
  fmt::print("verification  {}{}\n", c.verification.result,
             c.verification.scope.empty() ? "" : fmt::format(", {} at {}", c.verification.scope, c.verification.at));
}

}  // namespace

Exit run_check_certificate(std::span<const std::string> arguments) {
  OptionTable table(
      "check-certificate",
      "check a certificate of deletion: signature, proofs, and whether it agrees with itself; needs no run");
  std::string file;
  std::string public_key;
  bool text = false;
  table.positional("certificate", &file)
      .required()
      .placeholder("FILE")
      .help("certificate that 'expunge certify' wrote");
  table.text("public-key", &public_key)
      .required()
      .placeholder("FILE")
      .help("public key of whoever issued it; have it from them by another way than the certificate");
  table.flag("text", &text).help("print the readable version, made from what was checked");
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  const PublicKey key = read_public_key(public_key);
  const Bytes bytes = read_file(file);
  const auto checked = [&] {
    try {
      return check_certificate({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file, key);
    } catch (const Failure& failure) {
      throw Failure(
          fmt::format("{}; this is no certificate: give one that 'expunge certify --out' wrote", failure.what()));
    }
  }();
  if (table.json())
    fmt::print("{}", document_text(to_json(file, checked)));
  else if (checked.ok() && text)
    fmt::print("{}", certificate_text(*checked.certificate));
  else if (checked.ok())
    print_summary(file, checked);
  if (checked.ok()) return Exit::kDone;
  for (const auto& finding : checked.findings) log::error("{}: {}", file, finding);
  return Exit::kRefuted;
}

}  // namespace expunge
