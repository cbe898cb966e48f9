package capture

import (
	"errors"
	"time"
)

// A port belongs to root from the moment when the kernel makes it until udev has
// given it to its group. In plugTime that is done; it is looked at every plugLook.
const (
	plugTime = 5 * time.Second
	plugLook = 200 * time.Millisecond
)

// deniedError says that a port may not be opened.
type deniedError struct{ path string }

func (e deniedError) Error() string {
	return e.path + " may not be opened: add the user to group dialout"
}

// plugging is how long a port has been there that may not be opened. The zero
// value is one that has not been tried.
type plugging struct{ since time.Time }

// bears tells whether an error may pass by itself, because the port is only just
// being plugged in.
func (p *plugging) bears(err error) bool {
	if !errors.As(err, new(deniedError)) {
		*p = plugging{}
		return false
	}
	if p.since.IsZero() {
		p.since = time.Now()
	}
	return time.Since(p.since) < plugTime
}
