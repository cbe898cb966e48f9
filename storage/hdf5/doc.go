// Package hdf5 reads the part of HDF5 that Keras files use, and what h5py
// users make of it: superblocks 0 to 3, old and new groups, attributes, and
// datasets of numbers and strings in contiguous, compact and chunked layout
// with the deflate, shuffle and fletcher32 filters.
//
// Nothing that the file says of itself is trusted: every offset and length is
// checked against the file's size, all metadata that is read is charged to a
// budget in proportion to that size, so that cycles end, and no allocation is
// larger than what the file could hold.
//
// The format: "HDF5 File Format Specification Version 3.0", The HDF Group.
package hdf5
