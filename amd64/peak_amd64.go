package amd64

// What one round of MultiplyAdd and MultiplyAdd512 multiplies and adds.
const (
	MultiplyAddRound    = 12 * 8
	MultiplyAddRound512 = 12 * 16
)

// MultiplyAdd multiplies and adds rounds times, each time twelve vectors that
// don't wait for each other, as fast as the core can with AVX2 and FMA. rounds is
// positive.
//
//go:noescape
func MultiplyAdd(rounds int)

// MultiplyAdd512 is MultiplyAdd with the vectors of AVX-512.
//
//go:noescape
func MultiplyAdd512(rounds int)
