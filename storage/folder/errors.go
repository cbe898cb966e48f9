package folder

import "fmt"

// IncompleteError says that a model is not all there: a file is missing or
// ends early, as while it is being copied. Waiting may help.
type IncompleteError struct {
	File   string // relative to the model's directory, or the model itself
	Reason string
}

// Error says what is missing.
func (e *IncompleteError) Error() string {
	return fmt.Sprintf("not complete yet: %s: %s", e.File, e.Reason)
}

// DamagedError says that a model is all there and can't be used: waiting does
// not help.
type DamagedError struct {
	File   string // relative to the model's directory, or the model itself
	Reason string
	Err    error // the cause, or nil
}

// Error names the file and the reason.
func (e *DamagedError) Error() string { return fmt.Sprintf("%s: %s", e.File, e.Reason) }

// Unwrap returns the cause.
func (e *DamagedError) Unwrap() error { return e.Err }

// Missing is an IncompleteError about a file that is not there.
func Missing(file string) error { return &IncompleteError{File: file, Reason: "it is missing"} }

// Short is an IncompleteError about a file that ends before it should.
func Short(file, format string, args ...any) error {
	return &IncompleteError{File: file, Reason: fmt.Sprintf(format, args...)}
}

// Damaged is a DamagedError with a reason made by fmt.Errorf, whose %w is kept
// as the cause.
func Damaged(file, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &DamagedError{File: file, Reason: err.Error(), Err: err}
}
