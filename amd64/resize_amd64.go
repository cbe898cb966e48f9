package amd64

// BlendColumns blends pairs of neighbours in a row of pixels of three bytes:
//
//	for i, at := range offsets {
//		for c := range 3 {
//			dst[3*i+c] = (src[at+c]*weights[2*i] + src[at+3+c]*weights[2*i+1]) >> 4
//		}
//	}
//
// It reads src[at:at+8], and writes rubbish to dst[3*len(offsets)]. There is at
// least one offset; weights are below 2^15.
//
//go:noescape
func BlendColumns(dst []uint16, src []byte, offsets []uint32, weights []uint16)

// BlendRows blends two rows:
//
//	for i := range dst {
//		dst[i] = ((upper[i]*first)>>16 + (lower[i]*second)>>16 + 2) >> 2
//	}
//
// len(dst) is a positive multiple of 16; results are below 256.
//
//go:noescape
func BlendRows(dst []byte, upper, lower []uint16, first, second uint16)
