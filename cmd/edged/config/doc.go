// Package config is the daemon's configuration: a strict TOML file over
// defaults that come from the documented sample itself.
package config
