// Package web is the daemon's HTTP side: its state and the orders it takes, on
// a unix socket for the commands of edged.
package web
