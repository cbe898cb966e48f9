package storage

import "edged/storage/folder"

// IncompleteError says that a model is not all there: a file is missing or
// ends early, as while it is being copied. Waiting may help.
type IncompleteError = folder.IncompleteError

// DamagedError says that a model is all there and can't be used, and names the
// file and the reason. Waiting does not help.
type DamagedError = folder.DamagedError
