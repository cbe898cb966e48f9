//go:build purego || !(amd64 || arm64)

package kernels

// columnBlender returns blendColumns for taps.
func columnBlender(taps []linearTap, _ int) func(dst []uint16, src []byte) {
	return func(dst []uint16, src []byte) { blendColumns(dst, src, taps) }
}

// blendRows is blendRowsGeneric.
func blendRows(dst []byte, upper, lower []uint16, first, second uint32) {
	blendRowsGeneric(dst, upper, lower, first, second)
}
