#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# report_page.sh PROGRAM: runs the test of the comparison's page in a browser. Skipped (77) where there is no Chromium, or no
# /proc, without which it does not start.
# EXPUNGE_BROWSER names another; with EXPUNGE_PICTURES=FOLDER the pages' pictures lie there afterwards, to be looked at.
set -euo pipefail

if [[ ! -r /proc/self/maps ]]; then
  echo "no /proc here, and Chromium does not start without"
  exit 77
fi
for candidate in "${EXPUNGE_BROWSER:-}" chromium chromium-browser google-chrome; do
  if [[ -n "$candidate" ]] && browser=$(command -v "$candidate"); then
    EXPUNGE_BROWSER=$browser exec "$1" --no-colors=true
  fi
done
echo "no Chromium here; on Debian: apt-get install --no-install-recommends chromium"
exit 77
