// The most that one core multiplies and adds: independent FMA chains that never leave the registers.
// Prints GFLOP/s for 256-bit and, where the CPU has them, 512-bit vectors.

#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace {

constexpr int kChains = 12;
constexpr long kTurns = 20'000'000;

double seconds(void (*work)()) {
  double best = 1e9;
  for (int i = 0; i < 7; i++) {
    auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

volatile float sink;

__attribute__((target("avx2,fma"))) void narrow() {
  __m256 sum[kChains];
  for (auto& s : sum) s = _mm256_set1_ps(1.0f);
  const __m256 a = _mm256_set1_ps(0.999f), b = _mm256_set1_ps(0.001f);
  for (long i = 0; i < kTurns; i++) {
    // Unrolled, for an array that is indexed lives in memory, and then that is what is measured.
#pragma GCC unroll 12
    for (int c = 0; c < kChains; c++) sum[c] = _mm256_fmadd_ps(sum[c], a, b);
  }
  __m256 all = sum[0];
  for (int i = 1; i < kChains; i++) all = _mm256_add_ps(all, sum[i]);
  sink = _mm256_cvtss_f32(all);
}

__attribute__((target("avx512f"))) void wide() {
  __m512 sum[kChains];
  for (auto& s : sum) s = _mm512_set1_ps(1.0f);
  const __m512 a = _mm512_set1_ps(0.999f), b = _mm512_set1_ps(0.001f);
  for (long i = 0; i < kTurns; i++) {
    // Unrolled, for an array that is indexed lives in memory, and then that is what is measured.
#pragma GCC unroll 12
    for (int c = 0; c < kChains; c++) sum[c] = _mm512_fmadd_ps(sum[c], a, b);
  }
  __m512 all = sum[0];
  for (int i = 1; i < kChains; i++) all = _mm512_add_ps(all, sum[i]);
  sink = _mm512_cvtss_f32(all);
}

}  // namespace

int main() {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    std::fprintf(stderr, "peak: needs AVX2 and FMA\n");
    return 1;
  }
  std::printf("avx2 %.1f\n", 2.0 * 8 * kChains * kTurns / seconds(narrow) / 1e9);
  if (__builtin_cpu_supports("avx512f"))
    std::printf("avx512 %.1f\n", 2.0 * 16 * kChains * kTurns / seconds(wide) / 1e9);
  return 0;
}
