//go:build !purego

package arm64

// MultiplyAddRound is what one round of MultiplyAdd multiplies and adds.
const MultiplyAddRound = 16 * 4

// MultiplyAdd multiplies and adds rounds times, each time sixteen vectors of
// float32 that don't wait for each other, as fast as the core can. rounds is
// positive.
//
//go:noescape
func MultiplyAdd(rounds int)
