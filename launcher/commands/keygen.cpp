// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "framework/config/option_table.hpp"
#include "launcher/commands/commands.hpp"
#include "launcher/process/standard_output.hpp"
#include "shards/certificate/signing_key.hpp"

namespace expunge {

Exit run_keygen(std::span<const std::string> arguments) {
  std::string out;
  OptionTable table("keygen", "make a key pair (Ed25519) for signing certificates of deletion");
  table.text("out", &out)
      .required()
      .placeholder("FILE")
      .help("where the secret key goes, readable by its owner alone; the public one goes to FILE.pub");
  if (table.parse(arguments) == OptionTable::Outcome::kPrinted) {
    fmt::print("{}", table.printed());
    return Exit::kDone;
  }
  const SigningKey key = SigningKey::generate();
  write_key_pair(system_files(), out, key);
  const std::string id = key.public_key().id();
  const std::string beside = public_key_path(out).string();
  if (table.json())
    fmt::print("{}", document_text({{"secret_key", out}, {"public_key", beside}, {"key_id", id}}));
  else
    fmt::print("key {}: keep {} to yourself, and give {} to whoever checks your certificates\n", id, out, beside);
  return Exit::kDone;
}

}  // namespace expunge
