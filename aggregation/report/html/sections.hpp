// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "aggregation/report/html/document.hpp"

namespace expunge::html {

// The parts of the page, in the order in which it has them. Each is a <section>, or empty where the document has
// nothing to say of it.

/// The verdict and what was compared.
[[nodiscard]] std::string summary_section(const Json& document);
/// The table of methods, with what is said of each, and every other measure.
[[nodiscard]] std::string methods_section(const Json& document);
/// What each method costs against how far from the retrained models it ends: of parameters, and of answers.
[[nodiscard]] std::string cost_section(const Json& document);
[[nodiscard]] std::string speedup_section(const Json& document);
[[nodiscard]] std::string accuracy_section(const Json& document);
[[nodiscard]] std::string canary_section(const Json& document);
/// Each cut retraining's residual memory with its fitted curve and where it stopped.
[[nodiscard]] std::string residual_section(const Json& document);
/// Which rank worked on which shard when, in the exact retraining.
[[nodiscard]] std::string timeline_section(const Json& document);
/// What the words mean.
[[nodiscard]] std::string reading_section(const Json& document);
/// Settings and versions.
[[nodiscard]] std::string settings_section(const Json& document);

}  // namespace expunge::html
