// Package quant holds number formats smaller than float32. It converts float16,
// and decides which real numbers the 256 values of an int8 stand for:
// observers watch the numbers that go through a network in bounded memory and
// say what range of them is worth keeping, an Affine is that range on int8.
package quant
