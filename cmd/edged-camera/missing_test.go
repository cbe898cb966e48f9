//go:build !opencv

package main

import (
	"io"
	"strings"
	"testing"

	"edged/capture"
	"edged/capture/opencv"
)

func TestWithoutOpenCVItSaysHowToGetIt(t *testing.T) {
	root := newRoot()
	root.SetArgs([]string{"--version"})
	errs := map[string]error{
		"--version": root.Execute(),
		"a source":  opencv.Stream(t.Context(), capture.Source{Path: "0"}, io.Discard, io.Discard),
	}
	for name, err := range errs {
		if err == nil || !strings.Contains(err.Error(), "build it by `make camera`") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
