package opencv

import (
	"time"

	"golang.org/x/sys/unix"
)

// oldest is the greatest age at which a driver's time of capture is believed.
const oldest = 10 * time.Second

// captured is the time of a picture that the driver stamped with so many
// milliseconds on the monotonic clock, whose time is now uptime. Drivers that
// use another clock, or none, give now.
func captured(milliseconds float64, now time.Time, uptime time.Duration) time.Time {
	age := uptime - time.Duration(milliseconds*float64(time.Millisecond))
	if age < 0 || age > oldest {
		return now
	}
	return now.Add(-age)
}

// monotonic is the time of the clock by which V4L2 stamps pictures.
func monotonic() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
