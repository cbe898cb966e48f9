// Package daemon is what `edged run` does: it hands frames from the camera to
// the active model and the answers to the sinks, and answers commands.
package daemon
