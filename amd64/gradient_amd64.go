package amd64

// MaxPoolGradient spreads the gradient dy of maxima y of windows of 2x2 pixels
// in a row over two rows of x, rowStride elements apart: the first pixel of a
// window that is its maximum gets it, the others nothing. Maxima that are not
// above low have no gradient.
//
//	for p := range pixels {
//		for c := range channels {
//			if !(y[p*channels+c] > low) {
//				dy[p*channels+c] = 0
//			}
//			g := dy[p*channels+c]
//			for _, at := range []int{2*p*channels + c, (2*p+1)*channels + c, rowStride + 2*p*channels + c, rowStride + (2*p+1)*channels + c} {
//				dx[at] = 0
//				if x[at] == y[p*channels+c] {
//					dx[at], g = g, 0
//				}
//			}
//		}
//	}
//
// channels is a positive multiple of 8; pixels is positive.
//
//go:noescape
func MaxPoolGradient(dx, x, y, dy []float32, rowStride, channels, pixels int, low float32)

// Transpose8 turns blocks of 8x8 elements: row k of block b begins at
// src[k*stride+8*b], and the block's columns follow each other in dst, dstStride
// elements apart:
//
//	for b := range blocks {
//		for r := range 8 {
//			for k := range 8 {
//				dst[(b*8+r)*dstStride+k] = src[k*stride+8*b+r]
//			}
//		}
//	}
//
// blocks is positive.
//
//go:noescape
func Transpose8(dst []float32, dstStride int, src []float32, stride, blocks int)
