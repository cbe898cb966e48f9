// Package storage is what is on disk: models, which it verifies, loads,
// commits and watches.
//
// A model is a directory or a single file in one of the known formats, found
// out by its content. Nothing of it is trusted: every count, length and offset
// is bounded by the size of its file, links that lead out of the directory and
// anything but regular files are refused, and errors name file and reason.
package storage
