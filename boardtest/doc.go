// Package boardtest plays the daemon's life on an emulated board: Debian with
// systemd, a V4L2 camera, a USB serial adapter and a disk that forgets what was
// not flushed when the power goes. `make test-board` builds what it needs and runs
// it (build tag board).
package boardtest
