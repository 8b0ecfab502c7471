// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/digit_skeletons.hpp"

#include <algorithm>
#include <iterator>

namespace expunge {

namespace {

constexpr bool kCorner = true;

// Zero: round; narrow and overlapping; open at the top right.
constexpr PenPoint kZeroRound[] = {{.36F, .01F}, {.10F, .16F}, {.00F, .50F}, {.09F, .86F}, {.32F, 1.0F},
                                   {.56F, .86F}, {.64F, .50F}, {.55F, .14F}, {.34F, .00F}};
constexpr PenPoint kZeroNarrow[] = {{.40F, .04F}, {.22F, .02F}, {.07F, .24F}, {.05F, .62F}, {.17F, .97F},
                                    {.38F, .95F}, {.50F, .62F}, {.47F, .24F}, {.28F, .03F}, {.14F, .10F}};
constexpr PenPoint kZeroOpen[] = {{.30F, .03F}, {.08F, .20F}, {.01F, .56F}, {.12F, .92F}, {.38F, .99F},
                                  {.60F, .78F}, {.63F, .42F}, {.52F, .12F}, {.40F, .08F}};

// One: a stroke; with a flag; with a flag and a foot.
constexpr PenPoint kOnePlain[] = {{.31F, .00F}, {.30F, .50F}, {.29F, 1.0F}};
constexpr PenPoint kOneFlag[] = {{.06F, .27F}, {.20F, .15F}, {.32F, .00F, kCorner}, {.31F, .50F}, {.31F, 1.0F}};
constexpr PenPoint kOneFoot[] = {{.08F, .98F}, {.32F, .99F}, {.58F, .97F}};

// Two: with a corner at the foot; with a loop there; flat like a Z.
constexpr PenPoint kTwoCorner[] = {{.04F, .24F}, {.13F, .06F}, {.34F, .00F},          {.55F, .12F}, {.54F, .36F},
                                   {.36F, .62F}, {.17F, .83F}, {.01F, .99F, kCorner}, {.30F, .97F}, {.63F, .98F}};
constexpr PenPoint kTwoLoop[] = {{.06F, .20F}, {.20F, .03F}, {.42F, .02F}, {.55F, .20F}, {.48F, .46F}, {.31F, .72F},
                                 {.13F, .94F}, {.01F, .92F}, {.06F, .77F}, {.22F, .81F}, {.40F, .97F}, {.64F, .90F}};
constexpr PenPoint kTwoFlat[] = {{.05F, .10F}, {.28F, .02F},          {.52F, .06F}, {.55F, .22F}, {.40F, .48F},
                                 {.20F, .74F}, {.02F, .96F, kCorner}, {.24F, .95F}, {.44F, 1.0F}, {.62F, .92F}};

// Three: two bowls with a cusp; a flat top; a small loop between the bowls.
constexpr PenPoint kThreeCusp[] = {{.04F, .13F}, {.24F, .00F}, {.49F, .08F}, {.50F, .30F}, {.20F, .46F, kCorner},
                                   {.46F, .50F}, {.59F, .70F}, {.48F, .93F}, {.24F, 1.0F}, {.01F, .88F}};
constexpr PenPoint kThreeFlat[] = {{.05F, .03F},          {.30F, .03F}, {.56F, .01F, kCorner}, {.38F, .22F},
                                   {.23F, .40F, kCorner}, {.48F, .46F}, {.60F, .68F},          {.48F, .93F},
                                   {.24F, .99F},          {.02F, .90F}};
constexpr PenPoint kThreeLoop[] = {{.08F, .16F}, {.26F, .01F}, {.48F, .10F}, {.46F, .33F}, {.28F, .48F}, {.18F, .45F},
                                   {.25F, .39F}, {.46F, .50F}, {.58F, .72F}, {.44F, .96F}, {.18F, .99F}, {.00F, .84F}};

// Four: open, in two strokes; closed, likewise; open and drawn without lifting to a long stem.
constexpr PenPoint kFourOpenBowl[] = {{.12F, .02F}, {.06F, .30F}, {.02F, .55F, kCorner}, {.30F, .56F}, {.64F, .53F}};
constexpr PenPoint kFourOpenStem[] = {{.50F, .06F}, {.47F, .50F}, {.43F, 1.0F}};
constexpr PenPoint kFourClosedBowl[] = {{.46F, .01F}, {.24F, .31F}, {.00F, .64F, kCorner}, {.32F, .65F}, {.66F, .62F}};
constexpr PenPoint kFourClosedStem[] = {{.46F, .02F}, {.46F, .50F}, {.45F, 1.0F}};
constexpr PenPoint kFourRoundBowl[] = {{.08F, .00F}, {.03F, .22F}, {.05F, .42F},
                                       {.22F, .50F}, {.42F, .43F}, {.54F, .30F}};
constexpr PenPoint kFourRoundStem[] = {{.56F, .03F}, {.53F, .30F}, {.49F, .66F}, {.46F, 1.0F}};

// Five: with its bar drawn last; in one stroke; rounded like an S.
constexpr PenPoint kFiveBody[] = {{.13F, .03F}, {.10F, .22F}, {.07F, .44F, kCorner}, {.30F, .37F},
                                  {.54F, .50F}, {.57F, .76F}, {.34F, .98F},          {.00F, .91F}};
constexpr PenPoint kFiveBar[] = {{.12F, .03F}, {.36F, .03F}, {.61F, .00F}};
constexpr PenPoint kFiveWhole[] = {{.60F, .01F},          {.36F, .02F}, {.13F, .04F, kCorner},
                                   {.08F, .43F, kCorner}, {.32F, .38F}, {.55F, .54F},
                                   {.54F, .80F},          {.30F, .99F}, {.01F, .88F}};
constexpr PenPoint kFiveRound[] = {{.60F, .04F}, {.38F, .01F}, {.15F, .08F}, {.10F, .30F}, {.26F, .42F},
                                   {.48F, .52F}, {.57F, .74F}, {.40F, .97F}, {.14F, .99F}, {.00F, .88F}};

// Six: curved; with a straight stem and a small bowl; with a large bowl that closes on the stem.
constexpr PenPoint kSixCurved[] = {{.50F, .01F}, {.24F, .18F}, {.05F, .50F}, {.05F, .84F}, {.28F, 1.0F},
                                   {.53F, .88F}, {.53F, .65F}, {.31F, .55F}, {.08F, .72F}};
constexpr PenPoint kSixStraight[] = {{.26F, .00F}, {.14F, .34F}, {.05F, .72F}, {.16F, .97F}, {.40F, .98F},
                                     {.55F, .81F}, {.42F, .64F}, {.20F, .68F}, {.07F, .82F}};
constexpr PenPoint kSixWide[] = {{.56F, .08F}, {.38F, .00F}, {.16F, .16F}, {.02F, .52F}, {.10F, .90F}, {.36F, 1.0F},
                                 {.60F, .82F}, {.58F, .56F}, {.36F, .46F}, {.12F, .58F}, {.05F, .72F}};

// Seven: plain; with a bar; with a drop at the start; rounded at the shoulder.
constexpr PenPoint kSevenPlain[] = {{.00F, .05F}, {.30F, .04F}, {.60F, .02F, kCorner}, {.42F, .42F}, {.22F, 1.0F}};
constexpr PenPoint kSevenBar[] = {{.12F, .52F}, {.34F, .49F}, {.56F, .48F}};
constexpr PenPoint kSevenDrop[] = {{.03F, .20F}, {.02F, .04F, kCorner}, {.32F, .07F}, {.62F, .02F, kCorner},
                                   {.50F, .30F}, {.38F, .62F},          {.32F, 1.0F}};
constexpr PenPoint kSevenRound[] = {{.02F, .12F}, {.20F, .02F}, {.46F, .03F}, {.55F, .18F},
                                    {.44F, .48F}, {.32F, .76F}, {.24F, 1.0F}};

// Eight: one stroke from the top right; two rings; one stroke from the top, narrow.
constexpr PenPoint kEightWhole[] = {{.55F, .12F}, {.32F, .00F}, {.09F, .14F}, {.14F, .35F}, {.40F, .53F}, {.57F, .76F},
                                    {.36F, 1.0F}, {.07F, .88F}, {.10F, .64F}, {.38F, .43F}, {.54F, .20F}, {.50F, .08F}};
constexpr PenPoint kEightUpper[] = {{.34F, .00F}, {.11F, .13F}, {.13F, .38F}, {.33F, .46F},
                                    {.53F, .34F}, {.53F, .11F}, {.31F, .00F}};
constexpr PenPoint kEightLower[] = {{.33F, .46F}, {.07F, .61F}, {.06F, .88F}, {.32F, 1.0F},
                                    {.58F, .87F}, {.57F, .60F}, {.31F, .46F}};
constexpr PenPoint kEightNarrow[] = {{.44F, .04F}, {.24F, .04F}, {.13F, .20F}, {.26F, .42F},
                                     {.44F, .64F}, {.46F, .88F}, {.28F, 1.0F}, {.11F, .86F},
                                     {.17F, .62F}, {.38F, .40F}, {.50F, .18F}, {.40F, .01F}};

// Nine: a ring and a straight stem; a curled tail; a ring that stays open.
constexpr PenPoint kNineStem[] = {{.54F, .13F}, {.34F, .00F},          {.08F, .11F}, {.04F, .36F}, {.24F, .48F},
                                  {.48F, .36F}, {.56F, .10F, kCorner}, {.54F, .52F}, {.49F, 1.0F}};
constexpr PenPoint kNineCurl[] = {{.53F, .18F}, {.36F, .01F}, {.10F, .09F}, {.05F, .34F}, {.26F, .47F}, {.49F, .34F},
                                  {.56F, .14F}, {.58F, .46F}, {.52F, .80F}, {.30F, .99F}, {.06F, .91F}};
constexpr PenPoint kNineOpen[] = {{.40F, .02F}, {.14F, .06F},          {.02F, .28F}, {.14F, .48F}, {.38F, .45F},
                                  {.54F, .22F}, {.57F, .06F, kCorner}, {.47F, .50F}, {.34F, 1.0F}};

// In ascending order of the digit.
constexpr Skeleton kSkeletons[] = {
    {0, {kZeroRound}},
    {0, {kZeroNarrow}},
    {0, {kZeroOpen}},
    {1, {kOnePlain}},
    {1, {kOneFlag}},
    {1, {kOneFlag, kOneFoot}},
    {2, {kTwoCorner}},
    {2, {kTwoLoop}},
    {2, {kTwoFlat}},
    {3, {kThreeCusp}},
    {3, {kThreeFlat}},
    {3, {kThreeLoop}},
    {4, {kFourOpenBowl, kFourOpenStem}},
    {4, {kFourClosedBowl, kFourClosedStem}},
    {4, {kFourRoundBowl, kFourRoundStem}},
    {5, {kFiveBody, kFiveBar}},
    {5, {kFiveWhole}},
    {5, {kFiveRound}},
    {6, {kSixCurved}},
    {6, {kSixStraight}},
    {6, {kSixWide}},
    {7, {kSevenPlain}},
    {7, {kSevenPlain, kSevenBar}},
    {7, {kSevenDrop}},
    {7, {kSevenRound}},
    {8, {kEightWhole}},
    {8, {kEightUpper, kEightLower}},
    {8, {kEightNarrow}},
    {9, {kNineStem}},
    {9, {kNineCurl}},
    {9, {kNineOpen}},
};

}  // namespace

std::span<const Skeleton> skeletons_of(int digit) {
  const auto below = [](const Skeleton& skeleton, int number) { return skeleton.digit < number; };
  const auto* const first = std::lower_bound(std::begin(kSkeletons), std::end(kSkeletons), digit, below);
  const auto* const last = std::lower_bound(first, std::end(kSkeletons), digit + 1, below);
  return {first, last};
}

}  // namespace expunge
