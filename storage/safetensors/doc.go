// Package safetensors reads and writes the safetensors format: eight bytes with
// the length of a JSON header, the header, then the tensors' bytes, little
// endian and without gaps (huggingface.co/docs/safetensors).
//
// The reader trusts no number of the file: what it allocates is bounded by the
// file's size and by limits that are stated here.
package safetensors
