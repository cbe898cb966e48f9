package keras

import "hash/crc32"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is how LevelDB and TensorFlow store a CRC32C: rotated and shifted, so
// that the checksum of data that hold checksums stays a good one.
func masked(crc uint32) uint32 {
	return (crc>>15 | crc<<17) + 0xa282ead8
}
