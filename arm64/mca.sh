#!/bin/bash
# Shows how well the inner loops keep the multipliers busy, by llvm-mca: cuts each loop out of the built object and
# compares its cycles with those of its multiply-adds alone, if they were independent.
#   arm64/mca.sh [CPU...]        CPUs: cortex-a53 cortex-a72 cortex-a76 (the default: all three)
# Multiply-adds of int8 are SDOT, and SMULL, SMLAL and SADALP together.
# Needs llvm (llvm-mca 14 or later) and binutils-aarch64-linux-gnu.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
GOARCH=arm64 CGO_ENABLED=0 go test -c -o "$work/test" ./kernels

products='^(fml[as]|sdot|smull2?|smlal2?|sadalp)'

# cut FUNCTION: the instructions of its innermost loop with the most multiply-adds, one a line.
cut_loop() {
  aarch64-linux-gnu-objdump -d --no-show-raw-insn "$work/test" | awk -v products="$products" -v function_name="<edged/arm64.$1.abi0>:" '
    /^[0-9a-f]+ </ { inside = index($0, function_name) > 0; next }
    inside && /^ / {
      split($0, part, ":\t"); gsub(/ /, "", part[1]); address = part[1]; text = part[2]; sub(/ *\/\/.*/, "", text)
      at[address] = ++n; line[n] = text
      if (text ~ /^(b\.|cbnz|cbz|b\t|b )/ && match(text, /[0-9a-f]+ </)) { target[n] = substr(text, RSTART, RLENGTH - 2) }
    }
    END {
      for (i = 1; i <= n; i++) if (i in target && target[i] in at && at[target[i]] < i) {
        first = at[target[i]]; adds = 0; nested = 0
        for (j = first; j < i; j++) { if (line[j] ~ products) adds++; if (j in target && target[j] in at && at[target[j]] <= j && at[target[j]] >= first) nested = 1 }
        if (!nested && adds > most) { most = adds; from = first; to = i }
      }
      for (j = from; j < to; j++) if (line[j] !~ /^(b|cb)/) print line[j]
    }' | sed 's/\t/ /g'
}

cycles() { llvm-mca -mtriple=aarch64 -mcpu="$1" -mattr=+fullfp16,+dotprod -iterations=100 "$2" 2>/dev/null | awk '/^Total Cycles/ { print $3 }'; }

printf '%-12s %-20s %12s %14s %8s %8s\n' CPU loop instructions multiply-adds cycles busy
for cpu in "${@:-cortex-a53 cortex-a72 cortex-a76}"; do for cpu in $cpu; do
  loops="GEMM GEMMInOrder Direct Dense8 Depthwise3 Depthwise3Stride2 WinogradFew3 Int8Long Int8WinogradMultiply Int8Depthwise3 Int8DenseLong"
  [ "$cpu" = cortex-a76 ] && loops="$loops GEMMHalf Int8Dot Int8DotPacked Int8DenseDot"
  for loop in $loops; do
    cut_loop "$loop" > "$work/loop.s"
    # The core's peak: the same multiply-adds, waiting for nothing.
    grep -E "$products" "$work/loop.s" | awk '{ text = $0; sub(/ v[0-9]+/, " v" n++ % 14, text); gsub(/, v[0-9]+/, ", v15", text); print text }' > "$work/peak.s"
    adds=$(wc -l < "$work/peak.s"); all=$(cycles "$cpu" "$work/loop.s"); peak=$(cycles "$cpu" "$work/peak.s")
    printf '%-12s %-20s %12d %14d %8.1f %7.0f%%\n' "$cpu" "$loop" "$(wc -l < "$work/loop.s")" "$adds" \
      "$(awk "BEGIN { print $all / 100 }")" "$(awk "BEGIN { print 100 * $peak / $all }")"
  done
done; done
