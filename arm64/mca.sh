#!/bin/bash
# Shows how well the inner loops keep the multipliers busy, by llvm-mca: cuts each loop out of the built object and
# compares its cycles with those of its multiply-adds alone, if they were independent.
#   arm64/mca.sh [CPU...]        CPUs: cortex-a53 cortex-a72 cortex-a76 (the default: all three)
# A tile is all that is done for it, from its beginning to the beginning of the next: Direct's and DirectPool's are those of
# the tutorial's first layer (3x3, 3 channels), each loop run as often as there.
# Multiply-adds of int8 are SDOT, and SMULL, SMLAL and SADALP together.
# TEST names the built tests of kernels for arm64, to spare building them.
# Needs llvm (llvm-mca 14 or later) and binutils-aarch64-linux-gnu.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
test=${TEST:-$work/test}
[ -n "${TEST:-}" ] || GOARCH=arm64 CGO_ENABLED=0 go test -c -o "$test" ./kernels

products='^(fml[as]|sdot|smull2?|smlal2?|sadalp)'

# disassemble FUNCTION: address, instruction and target of a branch, one instruction a line.
disassemble() {
  aarch64-linux-gnu-objdump -d --no-show-raw-insn "$test" | awk -v function_name="<edged/arm64.$1.abi0>:" '
    /^[0-9a-f]+ </ { inside = index($0, function_name) > 0; next }
    inside && /^ / {
      split($0, part, ":\t"); gsub(/ /, "", part[1]); text = part[2]; sub(/ *\/\/.*/, "", text)
      target = ""; if (text ~ /^(b\.|cbnz|cbz|b\t|b )/ && match(text, /[0-9a-f]+ </)) target = substr(text, RSTART, RLENGTH - 2)
      gsub(/\t/, " ", text); print part[1] "\t" text "\t" target
    }'
}

# cut FUNCTION: the instructions of its innermost loop with the most multiply-adds, one a line.
cut_loop() {
  disassemble "$1" | awk -F '\t' -v products="$products" '
    { at[$1] = ++n; line[n] = $2; if ($3 != "") target[n] = $3 }
    END {
      for (i = 1; i <= n; i++) if (i in target && target[i] in at && at[target[i]] < i) {
        first = at[target[i]]; adds = 0; nested = 0
        for (j = first; j < i; j++) { if (line[j] ~ products) adds++; if (j in target && target[j] in at && at[target[j]] <= j && at[target[j]] >= first) nested = 1 }
        if (!nested && adds > most) { most = adds; from = first; to = i }
      }
      for (j = from; j < to; j++) if (line[j] !~ /^(b|cb)/) print line[j]
    }'
}

# cut_tile FUNCTION TIMES...: the instructions of one tile in the order of execution. TIMES are those that each loop in
# it is run, in the order of their ends; the next loop is that over the tiles. Branches forward are not taken.
cut_tile() {
  local name=$1; shift
  disassemble "$name" | awk -F '\t' -v list="$*" '
    { at[$1] = ++n; line[n] = $2; if ($3 != "") target[n] = $3 }
    END {
      loops = split(list, times, " ")
      for (i = 1; i <= n; i++) if (i in target && target[i] in at && at[target[i]] < i && ++back <= loops + 1) loop[i] = back
      for (i = 1; i <= n; i++) if (loop[i] == loops + 1) break
      for (j = at[target[i]]; j < i; ) {
        if (line[j] !~ /^(b|cb)/) print line[j]
        if (j in loop && ++run[j] < times[loop[j]]) { j = at[target[j]]; continue }
        if (j in loop) run[j] = 0
        j = line[j] ~ /^b / ? at[target[j]] : j + 1
      }
    }'
}

cycles() { llvm-mca -mtriple=aarch64 -mcpu="$1" -mattr=+fullfp16,+dotprod,+fp16fml -iterations=100 "$2" 2>/dev/null | awk '/^Total Cycles/ { print $3 }'; }

# report CPU NAME: of the instructions in $work/loop.s.
report() {
  local adds all peak
  # The core's peak: the same multiply-adds, waiting for nothing.
  grep -E "$products" "$work/loop.s" | awk '{ text = $0; sub(/ v[0-9]+/, " v" n++ % 14, text); gsub(/, v[0-9]+/, ", v15", text); print text }' > "$work/peak.s"
  adds=$(wc -l < "$work/peak.s"); all=$(cycles "$1" "$work/loop.s"); peak=$(cycles "$1" "$work/peak.s")
  printf '%-12s %-22s %12d %14d %8.1f %7.0f%%\n' "$1" "$2" "$(wc -l < "$work/loop.s")" "$adds" \
    "$(awk "BEGIN { print $all / 100 }")" "$(awk "BEGIN { print 100 * $peak / $all }")"
}

printf '%-12s %-22s %12s %14s %8s %8s\n' CPU loop instructions multiply-adds cycles busy
for cpu in "${@:-cortex-a53 cortex-a72 cortex-a76}"; do for cpu in $cpu; do
  loops="GEMM GEMMInOrder Direct Dense8 Depthwise3 Depthwise3Stride2 Depthwise5 WinogradFew3 Int8Long Int8WinogradMultiply Int8Depthwise3 Int8Depthwise5 Int8DenseLong"
  [ "$cpu" = cortex-a76 ] && loops="$loops GEMMHalf Int8Dot Int8DotPacked Int8DenseDot"
  for loop in $loops; do
    cut_loop "$loop" > "$work/loop.s"
    report "$cpu" "$loop"
  done
  for tile in Direct DirectPool; do
    cut_tile $tile 2 1 3 > "$work/loop.s"
    report "$cpu" "$tile, tile"
  done
done; done
