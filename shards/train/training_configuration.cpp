// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "shards/train/training_configuration.hpp"

#include "shards/train/training_settings.hpp"

namespace expunge {

std::vector<std::pair<std::string, std::string>> TrainingConfiguration::settings() const {
  return training_settings().texts(*this);
}

TrainingConfiguration TrainingConfiguration::from_settings(
    const std::vector<std::pair<std::string, std::string>>& settings) {
  return training_settings().read(settings);
}

Digest TrainingConfiguration::digest() const {
  return training_settings().digest("expunge/configuration/v1", *this);
}

}  // namespace expunge
