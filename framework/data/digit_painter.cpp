// SPDX-FileCopyrightText: 2026 The expunge authors
// SPDX-License-Identifier: Apache-2.0
#include "framework/data/digit_painter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>

namespace expunge {

namespace {

/// A point that the pen passes through. x runs to the right from 0 to about 0.65, y down from 0 (top) to 1 (foot).
struct PenPoint {
  float x = 0;
  float y = 0;
  bool corner = false;  ///< the pen turns sharply here; elsewhere it moves smoothly
};

/// What the pen draws without being lifted.
using PenStroke = std::span<const PenPoint>;

/// The most points and strokes that a skeleton has.
inline constexpr std::size_t kMostPenPoints = 24;
inline constexpr std::size_t kMostPenStrokes = 2;

/// One way to write a digit: an allograph.
struct Skeleton {
  int digit = 0;
  std::array<PenStroke, kMostPenStrokes> strokes{};  ///< in the order of writing; an empty one is none
};

/// The ways in which `digit` (0 … 9) is written: the open and the closed four, the seven with a bar and without, …
[[nodiscard]] std::span<const Skeleton> skeletons_of(int digit);

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

std::span<const Skeleton> skeletons_of(int digit) {
  const auto below = [](const Skeleton& skeleton, int number) { return skeleton.digit < number; };
  const auto* const first = std::lower_bound(std::begin(kSkeletons), std::end(kSkeletons), digit, below);
  const auto* const last = std::lower_bound(first, std::end(kSkeletons), digit + 1, below);
  return {first, last};
}

struct Point {
  float x = 0;
  float y = 0;
};

Point operator+(Point a, Point b) {
  return {a.x + b.x, a.y + b.y};
}
Point operator-(Point a, Point b) {
  return {a.x - b.x, a.y - b.y};
}
Point operator*(float factor, Point a) {
  return {factor * a.x, factor * a.y};
}
float length(Point a) {
  return std::sqrt(a.x * a.x + a.y * a.y);
}

/// Even steps of the pen between two points of a skeleton.
constexpr std::size_t kSteps = 5;
constexpr std::size_t kMostSteps = kMostPenPoints * kSteps + 8;

/// What stays with a writer from sample to sample. Lengths are in pixels, or in the skeleton's unit where that is said.
struct Style {
  float slant;      ///< shift of the top to the right, per height
  float tilt;       ///< sine of the line's rotation
  float height;     ///< of a digit
  float aspect;     ///< width over the usual width
  float radius;     ///< half the stroke's width
  float pressure;   ///< how much the width changes along a stroke
  float taper;      ///< how thin a stroke ends
  float roundness;  ///< tangents of the curves, over the way from the point before to the point after
  float wobble;     ///< amplitude of the tremor, in the skeleton's unit
  float frequency;  ///< of the tremor, per unit of length
  float phase;      ///< of the tremor
  float ink;        ///< darkest value, 0 … 1
  float blur;       ///< share of a pixel that goes to each neighbour, along each axis
  float care;       ///< spread between this writer's samples: 1 is usual, less is neater
};

Style style_of(const Key& key, std::uint32_t writer) {
  DrawStream draws(key, writer);
  Style style{};
  style.slant = 0.10F + 0.20F * draws.normal();
  style.tilt = 0.05F * draws.normal();
  style.height = std::clamp(18.6F + 1.5F * draws.normal(), 14.5F, 22.0F);
  style.aspect = std::clamp(1.0F + 0.15F * draws.normal(), 0.65F, 1.4F);
  style.radius = std::clamp(1.25F + 0.36F * draws.normal(), 0.65F, 2.2F);
  style.pressure = draws.uniform(0.0F, 0.3F);
  style.taper = draws.uniform(0.0F, 0.6F);
  style.roundness = draws.uniform(0.48F, 0.62F);
  style.wobble = draws.uniform(0.002F, 0.022F);
  style.frequency = draws.uniform(1.2F, 4.0F);
  style.phase = draws.unit();
  style.ink = draws.uniform(0.78F, 1.0F);
  style.blur = draws.uniform(0.02F, 0.18F);
  style.care = draws.uniform(0.6F, 1.5F);
  return style;
}

/// A wave of period 1 between −1 and 1.
float wave(float position) {
  const float phase = position - std::floor(position);
  const float up = 1.0F - std::fabs(2.0F * phase - 1.0F);
  return 2.0F * up * up * (3.0F - 2.0F * up) - 1.0F;
}

/// A smooth random displacement of the paper: values on a coarse grid, blended between its nodes.
class Elastic {
 public:
  Elastic(DrawStream& draws, float amplitude) {
    for (auto& node : nodes_) node = {amplitude * draws.normal(), amplitude * draws.normal()};
  }
  [[nodiscard]] Point at(Point p) const {
    const auto [column, fx] = cell(p.x / 0.65F);
    const auto [line, fy] = cell(p.y);
    const Point* corner = &nodes_[line * kNodes + column];
    const Point upper = corner[0] + fx * (corner[1] - corner[0]);
    const Point lower = corner[kNodes] + fx * (corner[kNodes + 1] - corner[kNodes]);
    return upper + fy * (lower - upper);
  }

 private:
  static constexpr std::size_t kNodes = 4;
  static std::pair<std::size_t, float> cell(float position) {
    const float scaled = std::clamp(position, 0.0F, 1.0F) * static_cast<float>(kNodes - 1);
    const auto index = std::min(static_cast<std::size_t>(scaled), kNodes - 2);
    const float inside = scaled - static_cast<float>(index);
    return {index, inside * inside * (3.0F - 2.0F * inside)};
  }
  std::array<Point, kNodes * kNodes> nodes_;
};

/// The pen's way over the paper: points, and whether the pen was down on the way to each.
struct Trace {
  std::array<Point, kMostSteps> points;
  std::array<bool, kMostSteps> down{};
  std::size_t count = 0;
  void add(Point p, bool is_down) {
    points[count] = p;
    down[count] = is_down;
    ++count;
  }
};

/// Draws a smooth curve through a stroke's points (cubic Hermite pieces), with the corners kept sharp.
void trace_stroke(std::span<const Point> through, PenStroke stroke, float roundness, Trace& trace) {
  const std::size_t last = through.size() - 1;
  const auto tangent = [&](std::size_t i, std::size_t towards) -> Point {
    if (i == 0 || i == last || stroke[i].corner) return roundness * (through[towards] - through[i]);
    return roundness * (through[i + 1] - through[i - 1]);
  };
  trace.add(through[0], false);
  for (std::size_t i = 0; i < last; ++i) {
    const Point leaving = tangent(i, i + 1);
    const Point arriving =
        i + 1 == last || stroke[i + 1].corner ? roundness * (through[i + 1] - through[i]) : tangent(i + 1, i + 2);
    for (std::size_t step = 1; step <= kSteps; ++step) {
      const float t = static_cast<float>(step) / static_cast<float>(kSteps);
      const float s = 1.0F - t;
      trace.add((s * s * (1.0F + 2.0F * t)) * through[i] + (t * s * s) * leaving +
                    (t * t * (1.0F + 2.0F * s)) * through[i + 1] - (t * t * s) * arriving,
                true);
    }
  }
}

/// The skeleton of a digit, every point moved by the writer's habit and by this sample's chance.
Trace trace_digit(const Style& style, const Key& writer_key, std::uint32_t writer, int digit, DrawStream& draws) {
  const auto skeletons = skeletons_of(digit);
  DrawStream habits(writer_key, writer, 1 + static_cast<std::uint64_t>(digit));
  const auto ways = static_cast<std::uint32_t>(skeletons.size());
  const std::uint32_t preferred = habits.below(ways);
  const std::uint32_t other = draws.below(ways);
  const std::uint32_t way = draws.chance(0.08F) ? other : preferred;
  Trace trace;
  for (const PenStroke stroke : skeletons[way].strokes) {
    if (stroke.empty()) continue;
    std::array<Point, kMostPenPoints> through;
    for (std::size_t i = 0; i < stroke.size(); ++i) {
      const Point habit{habits.normal(), habits.normal()};
      const Point chance{draws.normal(), draws.normal()};
      through[i] = Point{stroke[i].x, stroke[i].y} + 0.032F * habit + (0.018F * style.care) * chance;
    }
    trace_stroke(std::span(through).first(stroke.size()), stroke, style.roundness, trace);
  }
  return trace;
}

/// Tremor and paper, then size, slant and rotation, then the place on the image. Leaves pixels in `trace`.
void place(const Style& style, DrawStream& draws, Trace& trace) {
  const Elastic elastic(draws, 0.028F * style.care);
  const float tremor_phase = style.phase + 0.1F * draws.normal();
  const float height = style.height * (1.0F + 0.05F * style.care * draws.normal());
  const float width = height * style.aspect * (1.0F + 0.06F * style.care * draws.normal());
  const float slant = style.slant + 0.07F * style.care * draws.normal();
  const float sine = std::clamp(style.tilt + 0.07F * style.care * draws.normal(), -0.5F, 0.5F);
  const float cosine = std::sqrt(1.0F - sine * sine);

  Point low{1e9F, 1e9F};
  Point high{-1e9F, -1e9F};
  float travelled = 0;
  Point before = trace.points[0];
  for (std::size_t i = 0; i < trace.count; ++i) {
    Point p = trace.points[i];
    travelled += length(p - before);
    before = p;
    p = p + elastic.at(p);
    const float tremor = style.frequency * travelled + tremor_phase;
    p = p + style.wobble * Point{wave(tremor), wave(0.83F * tremor + 0.4F)};
    const float x = width * p.x + height * slant * (0.5F - p.y);
    const float y = height * p.y;
    p = {cosine * x - sine * y, sine * x + cosine * y};
    trace.points[i] = p;
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  const float widest = std::max(high.x - low.x, high.y - low.y);
  const float shrink = std::min(1.0F, 23.0F / widest);
  const Point middle{0.5F * (kDigitSide - 1) + 0.8F * draws.normal(), 0.5F * (kDigitSide - 1) + 0.8F * draws.normal()};
  for (std::size_t i = 0; i < trace.count; ++i)
    trace.points[i] = middle + shrink * (trace.points[i] - 0.5F * (low + high));
}

using Canvas = std::array<float, kDigitPixels>;

/// Inks a segment whose half width goes from `radius_a` to `radius_b`: full within, falling over one pixel at the edge.
void ink_segment(Point a, Point b, float radius_a, float radius_b, float ink, Canvas& canvas) {
  const float reach = std::max(radius_a, radius_b) + 0.5F;
  const auto pixel = [](float at) {
    return static_cast<int>(std::clamp(at, 0.0F, static_cast<float>(kDigitSide - 1)));
  };
  const int left = pixel(std::ceil(std::min(a.x, b.x) - reach));
  const int right = pixel(std::floor(std::max(a.x, b.x) + reach));
  const int top = pixel(std::ceil(std::min(a.y, b.y) - reach));
  const int bottom = pixel(std::floor(std::max(a.y, b.y) + reach));
  const Point along = b - a;
  const float squared = std::max(along.x * along.x + along.y * along.y, 1e-6F);
  const Point unit = (1.0F / squared) * along;
  for (int y = top; y <= bottom; ++y) {
    float* line = &canvas[static_cast<std::size_t>(y) * kDigitSide];
    for (int x = left; x <= right; ++x) {
      const Point from_a = Point{static_cast<float>(x), static_cast<float>(y)} - a;
      const float t = std::clamp(from_a.x * unit.x + from_a.y * unit.y, 0.0F, 1.0F);
      const float distance = length(from_a - t * along);
      const float cover = std::clamp(radius_a + t * (radius_b - radius_a) + 0.5F - distance, 0.0F, 1.0F);
      line[x] = std::max(line[x], ink * cover);
    }
  }
}

/// Inks the whole trace; now and then the pen skips.
void ink_trace(const Style& style, DrawStream& draws, const Trace& trace, Canvas& canvas) {
  const float base = style.radius * std::clamp(1.0F + 0.12F * style.care * draws.normal(), 0.6F, 1.5F);
  const float pressure_phase = draws.unit();
  const float ink = std::clamp(style.ink + 0.06F * draws.normal(), 0.55F, 1.0F);
  const bool skips = draws.chance(0.10F);
  const auto steps = static_cast<float>(trace.count);
  const float skip_begin = steps * draws.uniform(0.05F, 0.9F);
  const float skip_end = skip_begin + steps * draws.uniform(0.04F, 0.16F);

  const auto radius_at = [&](std::size_t i) {
    const float at = static_cast<float>(i) / steps;
    const float to_end = std::min({at, 1.0F - at, 0.12F}) / 0.12F;
    const float swing = 1.0F + style.pressure * wave(1.7F * at + pressure_phase);
    return std::max(0.45F, base * swing * (1.0F - style.taper * (1.0F - to_end)));
  };
  for (std::size_t i = 1; i < trace.count; ++i) {
    const auto at = static_cast<float>(i);
    if (!trace.down[i] || (skips && at > skip_begin && at < skip_end)) continue;
    ink_segment(trace.points[i - 1], trace.points[i], radius_at(i - 1), radius_at(i), ink, canvas);
  }
}

/// A piece of a neighbouring word or line that reaches into the image.
void ink_fragment(const Style& style, DrawStream& draws, Canvas& canvas) {
  if (!draws.chance(0.05F)) return;
  const float side = draws.chance(0.5F) ? draws.uniform(-1.0F, 1.5F) : draws.uniform(25.5F, 28.0F);
  const float along = draws.uniform(2.0F, 25.0F);
  const bool upright = draws.chance(0.6F);
  const Point begin = upright ? Point{side, along} : Point{along, side};
  const Point end = begin + Point{2.0F * draws.normal(), 2.5F * draws.normal()};
  ink_segment(begin, end, style.radius, 0.7F * style.radius, 0.8F * style.ink, canvas);
}

/// Spreads each pixel over its neighbours, first along the lines, then along the columns.
void spread(float share, Canvas& canvas) {
  const auto pass = [share, &canvas](std::size_t step, std::size_t across) {
    for (std::size_t line = 0; line < kDigitSide; ++line) {
      float before = 0;
      for (std::size_t i = 0; i < kDigitSide; ++i) {
        float& here = canvas[line * across + i * step];
        const float after = i + 1 < kDigitSide ? canvas[line * across + (i + 1) * step] : 0.0F;
        const float old = here;
        here = old + share * (before + after - 2.0F * old);
        before = old;
      }
    }
  };
  pass(1, kDigitSide);
  pass(kDigitSide, 1);
}

}  // namespace

DigitPainter::DigitPainter(const Key& key)
    : writer_key_(key.derive("expunge/digits/writer")), sample_key_(key.derive("expunge/digits/sample")) {}

void DigitPainter::paint(std::uint64_t row, std::uint32_t writer, int digit,
                         std::span<std::byte, kDigitPixels> pixels) const {
  const Style style = style_of(writer_key_, writer);
  DrawStream draws(sample_key_, row);
  Trace trace = trace_digit(style, writer_key_, writer, digit, draws);
  place(style, draws, trace);
  Canvas canvas{};
  ink_trace(style, draws, trace, canvas);
  ink_fragment(style, draws, canvas);
  spread(style.blur, canvas);

  const float grain = draws.uniform(0.0F, 0.06F);
  DrawStream noise(sample_key_, row, 1);
  for (std::size_t i = 0; i < kDigitPixels; i += 4) {
    // Two bytes a pixel, their difference: a triangle between −1 and 1.
    std::uint64_t bits = noise.bits();
    for (std::size_t j = i; j < i + 4; ++j, bits >>= 16U) {
      const auto first = static_cast<float>(bits & 0xFFU);
      const auto second = static_cast<float>((bits >> 8U) & 0xFFU);
      const float value = canvas[j] + grain * (first - second) * (1.0F / 256.0F);
      pixels[j] = static_cast<std::byte>(static_cast<int>(std::clamp(value, 0.0F, 1.0F) * 255.0F + 0.5F));
    }
  }
}

}  // namespace expunge
