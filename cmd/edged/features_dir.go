package main

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
)

// featuresDir is where the features of a folder of captures are kept: in the
// cache or state folder that systemd gives a service, else in the user's cache.
// It is never in the captures, where it would look like a class to what reads
// every folder as one.
func featuresDir(captures string) (string, error) {
	absolute, err := filepath.Abs(captures)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(absolute); err == nil {
		absolute = real
	}
	cache := cmp.Or(os.Getenv("CACHE_DIRECTORY"), os.Getenv("STATE_DIRECTORY"))
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("there is no folder to keep features in: %w; name one with --features", err)
		}
		cache = filepath.Join(user, "edged")
	}
	hash := sha256.Sum256([]byte(absolute))
	return filepath.Join(cache, "features", fmt.Sprintf("%s-%x", filepath.Base(absolute), hash[:6])), nil
}
