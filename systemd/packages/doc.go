// Package packages holds what makes the Debian packages of edged, and tests what
// they leave on a machine (build tag packages; `make test-deb`).
package packages
