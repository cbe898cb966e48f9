package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"edged/cmd/edged/config"
)

// cameraProgram finds edged-camera: where the configuration says, beside edged,
// or on the PATH.
func cameraProgram(c *config.Config) (string, error) {
	if c.Camera.Program != "" {
		return exec.LookPath(c.Camera.Program)
	}
	if self, err := os.Executable(); err == nil {
		if path, err := exec.LookPath(filepath.Join(filepath.Dir(self), "edged-camera")); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath("edged-camera")
	if err != nil {
		return "", errors.New("edged-camera is neither beside edged nor on the PATH")
	}
	return path, nil
}
