// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
// Included ahead of every file that clang-tidy reads, and by nothing else. LibTorch 1.13 has vectors of a class that is
// not complete yet; GCC 12's constexpr vector of C++20 lets GCC pass them, but not clang 14. So clang-tidy gets vectors
// that are not constexpr. (What it reads is never linked: the renamed function need not exist.)
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#ifdef _GLIBCXX20_CONSTEXPR
#pragma push_macro("_GLIBCXX20_CONSTEXPR")
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR
#define __fill_a1 __fill_a1_of_bits
#include <vector>
#undef __fill_a1
#pragma pop_macro("_GLIBCXX20_CONSTEXPR")
#endif
