// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/certificate/certificate_text.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace expunge {

namespace {

constexpr std::size_t kColumns = 78;

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

/// The page, as it grows.
class Page {
 public:
  void line(std::string_view text) { text_.append(text).append("\n"); }
  void heading(std::string_view text) {
    line("");
    line(text);
    line(std::string(text.size(), '-'));
  }
  /// Words broken into lines of the page's width; those after the first begin below the text.
  void item(std::string_view first_prefix, std::string_view words) {
    const std::string indent(first_prefix.size(), ' ');
    std::string current(first_prefix);
    bool begun = false;
    while (!words.empty()) {
      const auto end = std::min(words.find(' '), words.size());
      const auto word = words.substr(0, end);
      if (begun && current.size() + 1 + word.size() > kColumns) {
        line(current);
        current = indent;
        begun = false;
      }
      if (begun) current += ' ';
      current += word;
      begun = true;
      words.remove_prefix(std::min(end + 1, words.size()));
    }
    line(current);
  }
  void paragraph(std::string_view words) { item("", words); }
  void point(std::string_view words) { item("- ", words); }
  void field(std::string_view name, std::string_view value) { item(fmt::format("{:<12}", name), value); }

  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

/// A text that came from outside, without anything that a terminal would obey.
std::string plain(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20U || c == 0x7fU; }, '?');
  return text;
}

std::string deadline_of(const CertifiedRequest& request) {
  if (request.due_at.empty()) return "no time was stated";
  const std::string due = plain(request.due_at);
  if (!request.met_deadline) return due + ", which is still ahead";
  return fmt::format("{}, {}", due, *request.met_deadline ? "met" : "not met");
}

void write_fields(Page& page, const Certificate& c) {
  page.field("Request", plain(c.request.id));
  if (!c.request.regulation.empty()) page.field("Under", plain(c.request.regulation));
  page.field("Received", c.request.received_at.empty() ? "no time was stated" : plain(c.request.received_at));
  page.field("Accepted", to_text(c.request.accepted_at));
  if (c.journal.forgotten) page.field("Forgotten", to_text(c.journal.forgotten->at));
  if (c.journal.published) page.field("Retrained", to_text(c.journal.published->at));
  page.field("Completed", c.request.completed_at ? to_text(*c.request.completed_at) : "not yet");
  page.field("Due", deadline_of(c.request));
  page.field("Issued", to_text(c.issued_at));
}

void write_asked(Page& page, const CertifiedDeletion& d) {
  page.heading("What was asked");
  page.paragraph(fmt::format("That a trained model forget {}.", counted(d.requested, "sample", "samples")));
  if (d.already_absent > 0)
    page.point(fmt::format("{} had been deleted before this request, at another's.",
                           counted(d.already_absent, "of them", "of them")));
  if (d.unknown > 0)
    page.point(fmt::format("{} not in the training data: nothing had been learned from them.",
                           d.unknown == 1 ? "1 was" : fmt::format("{} were", d.unknown)));
}

bool is_approximate(const Certificate& c) {
  return c.guarantee != "exact";
}

std::string erased_files(const Certificate& c) {
  const auto erased =
      std::ranges::count_if(c.superseded, [](const auto& f) { return f.fate == "erased" || f.fate == "absent"; });
  const auto all = static_cast<std::uint64_t>(c.superseded.size());
  const auto gone = static_cast<std::uint64_t>(erased);
  const auto kept = static_cast<std::uint64_t>(std::ranges::count_if(c.superseded, &CertifiedFile::is_kept));
  if (kept > 0)
    return fmt::format("{} had seen them; {} kept, since the method builds on {}.",
                       counted(all, "stored state", "stored states"), kept == 1 ? "1 is" : fmt::format("{} are", kept),
                       kept == 1 ? "it" : "them");
  if (all == 0) return "No stored state of the model had seen these samples.";
  if (gone == all)
    return fmt::format("{} had seen them, and {} been removed.", counted(all, "stored state", "stored states"),
                       all == 1 ? "it has" : "all have");
  return fmt::format("{} had seen them; {} been removed. What became of the others is told in the signed document.",
                     counted(all, "stored state", "stored states"), gone == 1 ? "1 has" : fmt::format("{} have", gone));
}

void write_done(Page& page, const Certificate& c) {
  const auto touched =
      static_cast<std::uint64_t>(std::ranges::count_if(c.shards, [](const auto& shard) { return shard.touched; }));
  page.heading("What was done");
  if (c.deletion.deleted == 0) {
    page.paragraph("Nothing was left to delete: the model had not seen any of these samples when the request came.");
    return;
  }
  page.paragraph(
      fmt::format("{} deleted. The model is made of {}, each trained on a part of the data of its own; "
                  "the samples lay in {} of them.",
                  c.deletion.deleted == 1 ? "1 sample was" : fmt::format("{} samples were", c.deletion.deleted),
                  counted(c.shards.size(), "constituent", "constituents"), touched));
  if (is_approximate(c))
    page.point(fmt::format(
        "{} changed by an approximate method, '{}', and not trained again without the samples. {}",
        touched == 1 ? "That one was" : "Those were", plain(c.method),
        c.guarantee == "none" ? "It promises nothing." : "How near it comes, nobody has proved: it is a heuristic."));
  else if (c.recovered)
    page.point(fmt::format("{} trained again from a state that never saw the samples.",
                           touched == 1 ? "That one was" : "Those were"));
  else
    page.point(
        fmt::format("{} put back to a state that never saw the samples. To train {} again on the data that is left "
                    "is still to be done, and can bring nothing of the samples back.",
                    touched == 1 ? "That one was" : "Those were", touched == 1 ? "it" : "them"));
  if (c.healed)
    page.point(
        fmt::format("Before that, {} only been changed by an approximate method, '{}'; since {} that is no more.",
                    touched == 1 ? "it had" : "they had", plain(c.healed->from), to_text(c.healed->line.at)));
  page.point(erased_files(c));
  const auto& result = c.verification.result;
  if (result == "equal")
    page.point(
        fmt::format("It was verified at {} by training again without the samples and comparing: the same model, bit "
                    "for bit ({}).",
                    plain(c.verification.at), plain(c.verification.scope)));
  else if (result == "approximate")
    page.point(fmt::format("A verification at {} compared with training again: some of the model is approximate ({}).",
                           plain(c.verification.at), plain(c.verification.scope)));
  else if (result == "refuted")
    page.point("A verification found that something is wrong. Ask who issued this document.");
  else if (result == "not comparable")
    page.point("A verification was tried on a machine that can't compute the same bits: it says nothing.");
  else
    page.point("It has not been verified by training from the start and comparing.");
}

void write_meaning(Page& page, const Certificate& c) {
  page.heading("What this means");
  if (is_approximate(c)) {
    page.paragraph(
        "The model is NOT the one that training without these samples gives. What it answers may still depend on them. "
        "It becomes that model once its owner has the approximation healed, by training again; ask for a new "
        "certificate then.");
    page.paragraph(fmt::format("The signed document holds no proofs: {}.", plain(c.proofs_left_out)));
    return;
  }
  page.paragraph(
      "From the time of the last step above, the model is the one that training without these samples gives: what it "
      "answers no longer depends on them.");
  if (c.proofs.size() == 1)
    page.paragraph(
        "For 1 entry, the signed document proves that it was among what the model had learned from, and that it is in "
        "no part of it now. The proof names no one.");
  else if (!c.proofs.empty())
    page.paragraph(
        fmt::format("For {} entries, the signed document proves that each was among what the model had "
                    "learned from, and that none is in any part of it now. The proofs name no one.",
                    c.proofs.size()));
  else if (c.deletion.deleted > 0)
    page.paragraph(fmt::format("The signed document holds no proofs: {}.", plain(c.proofs_left_out)));
}

void write_limits(Page& page, const Certificate& c) {
  page.heading("What it does not mean");
  page.point("It speaks of this model alone: not of the data set itself, its backups, or other models.");
  page.point("What was published before, answers as well as copies of the model, can't be called back.");
  page.point("A copy of a sample under another name, or what others' samples tell of it, was not asked for.");
  page.point("Removing a file does not overwrite the medium it lay on.");
  page.point("It shows what its issuer states and signs; it is no opinion on any law or standard.");
  if (c.program.short_seed)
    page.point("The run was made with a short secret, meant for experiments: its references can be guessed.");
}

}  // namespace

std::string certificate_text(const Certificate& certificate) {
  Page page;
  page.line("CERTIFICATE OF DELETION FROM A TRAINED MODEL");
  page.line("");
  write_fields(page, certificate);
  write_asked(page, certificate.deletion);
  write_done(page, certificate);
  write_meaning(page, certificate);
  write_limits(page, certificate);
  page.heading("How to check it");
  page.paragraph(
      "This page is a reading aid and not signed. Ask for the signed document and for the public key of who issued it, "
      "and run");
  page.line("    expunge check-certificate DOCUMENT --public-key KEY.pub --text");
  page.paragraph("which checks signature and proofs without access to the model, and prints this page from it.");
  return std::move(page).text();
}

}  // namespace expunge
