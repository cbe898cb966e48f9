package storage

import "hash/fnv"

// heldOutOf is how many captures there are to each one that is held out.
const heldOutOf = 5

// HeldOut tells whether the capture of that file name is kept from training and
// only measures: one of five, by a hash of the name alone, so that no capture
// ever changes sides, whatever its label becomes and whichever others there are.
func HeldOut(name string) bool {
	h := fnv.New64a()
	h.Write([]byte(name))
	sum := h.Sum64()
	return (sum^sum>>32)%heldOutOf == 0
}
