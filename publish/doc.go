// Package publish holds the events that edged emits and the sinks they go to.
// An event is encoded once as a line of JSON; each sink takes lines from a
// bounded queue of its own, so that a slow one loses lines and delays nobody.
package publish
