// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/config/option_table.hpp"
#include "framework/log/log.hpp"
#include "launcher/certification/gather_certificate.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/process/standard_output.hpp"
#include "shards/certificate/certificate_check.hpp"
#include "shards/certificate/certificate_text.hpp"
#include "shards/certificate/envelope.hpp"
#include "shards/certificate/signing_key.hpp"

namespace expunge {

namespace {

struct CertifyOptions {
  std::string run;
  std::string request;
  std::optional<std::string> requested_by;
  std::string key;
  std::string out;
  std::string text;
  std::string data;
};

void declare(OptionTable& table, CertifyOptions& options) {
  table.text("run", &options.run).required().placeholder("DIR").help("run directory");
  table.text("request", &options.request).required().placeholder("ID").help("the request's id, as its file gave it");
  table.text("key", &options.key).required().placeholder("FILE").help("secret key that 'expunge keygen' made");
  table.optional_text("requested-by", &options.requested_by)
      .placeholder("WHO")
      .help("whose request of this id is meant, where several requesters have one");
  table.text("out", &options.out).placeholder("FILE").help("where the certificate goes (default: standard output)");
  table.text("text", &options.text)
      .placeholder("FILE")
      .help("where a readable version goes, for the person who asked to be forgotten");
  table.text("data", &options.data)
      .placeholder("SPEC")
      .help("the run's data, where it has moved or was scrubbed; proofs are made from it");
}

void warn_of_open_key(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    log::warning("others than its owner may use the secret key {}: chmod 600 it", path);
}

void warn_of_limits(const Certificate& certificate) {
  if (certificate.program.short_seed)
    log::warning(
        "the run has a short seed, for experiments: who tries seeds can guess whom the references in this certificate "
        "mean; runs made without --seed draw one that can't be guessed");
  if (certificate.guarantee != "exact")
    log::warning(
        "the certificate says that the deletion is approximate, by '{}' ({}): 'expunge unlearn --heal' makes it exact, "
        "and it can be certified as that then",
        certificate.method, certificate.guarantee);
  else if (!certificate.proofs_left_out.empty() && certificate.deletion.deleted > 0)
    log::warning("the certificate has no proofs: {}{}", certificate.proofs_left_out,
                 certificate.proofs_left_out.ends_with("read") ? "; give it with --data" : "");
  if (certificate.verification.result == "refuted")
    log::warning("the last verification of this run said no, and the certificate says so");
  if (certificate.verification.result == "not verified")
    log::warning("the certificate says 'not verified': 'expunge verify' has not looked at this state of the run");
}

/// A run's records can be wrong, and what every reader would refuse is not signed. What its verification said is: a
/// certificate that says so is refused too, and is worth having.
void refuse_contradictions(Certificate certificate, const std::string& run) {
  certificate.verification = {};
  const auto findings = contradictions(certificate);
  if (!findings.empty())
    throw Failure(fmt::format("{}: nothing was signed, since the run's records contradict themselves: {}", run,
                              fmt::join(findings, "; ")));
}

}  // namespace

Exit run_certify(std::span<const std::string> arguments) {
  OptionTable table("certify", "write a signed certificate of what one request deleted, with proofs of absence");
  CertifyOptions options;
  declare(table, options);
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  const SigningKey key = read_signing_key(options.key);
  warn_of_open_key(options.key);
  const RunDirectory directory{options.run};
  const RunRecords records = RunRecords::read(directory);
  const Certificate certificate =
      gather_certificate(directory, records, {options.request, options.requested_by, options.data, now()});
  warn_of_limits(certificate);
  refuse_contradictions(certificate, options.run);
  const std::string document = envelope_text(sign_envelope(statement_text(certificate), key));
  if (!options.text.empty()) publish(system_files(), options.text, bytes_of(certificate_text(certificate)));
  if (options.out.empty()) {
    fmt::print("{}", document);
    return Exit::kDone;
  }
  publish(system_files(), options.out, bytes_of(document));
  if (table.json()) {
    fmt::print("{}", document_text({{"certificate", options.out},
                                    {"text", options.text.empty() ? nlohmann::ordered_json(nullptr)
                                                                  : nlohmann::ordered_json(options.text)},
                                    {"request", certificate.request.id},
                                    {"key_id", key.public_key().id()},
                                    {"deleted", certificate.deletion.deleted},
                                    {"guarantee", certificate.guarantee},
                                    {"method", certificate.method},
                                    {"recovered", certificate.recovered},
                                    {"completed", certificate.request.completed_at.has_value()},
                                    {"verification", certificate.verification.result},
                                    {"proofs", certificate.proofs.size()}}));
  } else {
    fmt::print("{}: request {}, {} samples deleted{}, {} references proved absent, signed by key {}\n", options.out,
               certificate.request.id, certificate.deletion.deleted,
               certificate.guarantee == "exact" ? "" : " APPROXIMATELY", certificate.proofs.size(),
               key.public_key().id());
  }
  return Exit::kDone;
}

}  // namespace expunge
