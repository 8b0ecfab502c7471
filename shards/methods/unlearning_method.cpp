// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/methods/catalogue.hpp"
#include "shards/methods/deepobliviate/deepobliviate.hpp"

namespace expunge {

UnlearningMethod parse_unlearning_method(const std::string& text) {
  const Spec spec = Spec::parse(text, "method");
  UnlearningMethod method;
  method.text = text;
  if (spec.name() == "exact" || spec.name() == "heal") {
    spec.expect(0, "", {});
    if (spec.name() == "heal") method.kind = UnlearningMethod::Kind::kHeal;
  } else if (spec.name() == "deepobliviate") {
    (void)parse_stop_rule(spec);
    method.kind = UnlearningMethod::Kind::kDeepObliviate;
  } else {
    (void)make_method(spec);
    method.kind = UnlearningMethod::Kind::kCatalogue;
  }
  return method;
}

}  // namespace expunge
