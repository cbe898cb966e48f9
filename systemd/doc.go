// Package systemd tells systemd when the daemon is ready and that it is alive.
// Beside it lie the unit, the user, the folders and the udev rules that the
// packages install.
package systemd
