package train

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// The ranges of the moves of a copy, either way.
const (
	copyTurn  = 12.0 // degrees, of rotation and of shear
	copyShift = 0.06 // of the height and of the width
	copyZoom  = 0.12
)

// copies are captures that are trained on once more, each moved a little:
// n of every one, the first copy of all before the second. The features of a
// copy have a key of their own.
func copies(training []keyed, n int) []keyed {
	var out []keyed
	for number := 1; number <= n; number++ {
		for i, k := range training {
			hash := sha256.New()
			fmt.Fprintf(hash, "moved 1 %d\n", number)
			hash.Write(k.key[:])
			out = append(out, keyed{k.Sample, FeatureKey(hash.Sum(nil)), &origin{i}})
		}
	}
	return out
}

// origin is what a copy was made of.
type origin struct {
	row int // among the captures that are trained on
}

// draw is how the picture is changed before the body: not at all, or as the
// key of a copy decides.
func (k *keyed) draw() func(height, width int) Transform {
	if k.origin == nil {
		return nil
	}
	r := rand.New(rand.NewPCG(binary.LittleEndian.Uint64(k.key[:]), binary.LittleEndian.Uint64(k.key[8:])))
	around := func(v float64) float64 { return v * (2*r.Float64() - 1) }
	return func(height, width int) Transform {
		return Transform{
			Theta: around(copyTurn), TX: around(copyShift) * float64(height), TY: around(copyShift) * float64(width),
			Shear: around(copyTurn), ZX: 1 + around(copyZoom), ZY: 1 + around(copyZoom),
		}
	}
}
