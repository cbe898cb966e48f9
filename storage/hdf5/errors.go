package hdf5

import "fmt"

// FormatError says that a file is damaged or uses a part of HDF5 that this
// package does not read.
type FormatError struct {
	Address int64 // where in the file, -1 if nowhere in particular
	Reason  string
}

// Error names the reason and the address.
func (e *FormatError) Error() string {
	if e.Address < 0 {
		return "hdf5: " + e.Reason
	}
	return fmt.Sprintf("hdf5: at byte %d: %s", e.Address, e.Reason)
}

// ShortError says that a file ends before its superblock says that it does, or
// has no superblock yet, as while it is being copied.
type ShortError struct {
	Have, Want int64 // bytes; Want is 0 where the file doesn't say
}

// Error tells the sizes.
func (e *ShortError) Error() string {
	if e.Want == 0 {
		return fmt.Sprintf("hdf5: the file is cut short: its first %d bytes hold no superblock yet", e.Have)
	}
	return fmt.Sprintf("hdf5: the file is cut short: it has %d of %d bytes", e.Have, e.Want)
}

// NotFoundError says that a group has no such member or an object no such
// attribute.
type NotFoundError struct {
	Name string
}

// Error names what is missing.
func (e *NotFoundError) Error() string { return fmt.Sprintf("hdf5: there is no %q", e.Name) }

func errorAt(address int64, format string, args ...any) error {
	return &FormatError{Address: address, Reason: fmt.Sprintf(format, args...)}
}
