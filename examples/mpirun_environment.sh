# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Sourced by the examples. Open MPI wants to be told that root is meant, and fewer cores than ranks: exports what this
# machine needs, and keeps the lines in `mpirun_exports`.
# shellcheck shell=bash
mpirun_exports=()
if [[ $(id -u) -eq 0 ]]; then
  mpirun_exports+=("OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
fi
# Open MPI counts cores, not their threads.
cores=$({ lscpu -p=CORE 2>/dev/null || true; } | sed '/^#/d' | sort -u | wc -l)
if [[ "$cores" -lt "${mpirun_ranks:-2}" || $(nproc) -lt "${mpirun_ranks:-2}" ]]; then
  mpirun_exports+=("OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe")
fi
for line in ${mpirun_exports[@]+"${mpirun_exports[@]}"}; do
  # shellcheck disable=SC2086,SC2163
  export $line
done
